package claudesim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ttl is how long a prefix is kept; empty is not at all.
type ttl string

const (
	keepShort ttl = "5m"
	keepLong  ttl = "1h"
)

// readCacheControl reads the mark of an object.
func readCacheControl(o object) (ttl, *problem) {
	if !o.has("cache_control") {
		return "", nil
	}
	inner, bad := o.inner("cache_control")
	if bad == nil {
		bad = inner.only("type", "ttl")
	}
	if bad != nil {
		return "", bad
	}
	kind, bad := inner.needText("type")
	if bad != nil {
		return "", bad
	}
	if kind != "ephemeral" {
		return "", at(inner.place("type"), "Input should be 'ephemeral'")
	}
	long, bad := inner.oneOf("ttl", "5m", "1h")
	if bad != nil || long == "" {
		return keepShort, bad
	}
	return ttl(long), nil
}

// blockTypes are the blocks that a role may send. Documents of assistants left with the newer version of the API.
func (r *Request) blockTypes(role string) []string {
	switch role {
	case "user":
		return []string{"text", "image", "document", "search_result", "tool_result"}
	case "assistant":
		if r.version == versionOld {
			return []string{"text", "thinking", "redacted_thinking", "tool_use", "document"}
		}
		return []string{"text", "thinking", "redacted_thinking", "tool_use"}
	case "tool_result":
		return []string{"text", "image", "document", "search_result"}
	}
	return []string{"text"}
}

func knownBlocks() []string {
	return []string{"document", "image", "redacted_thinking", "search_result", "text", "thinking", "tool_result", "tool_use"}
}

// readContent reads a text or a list of blocks. A text is short for one text block.
func (r *Request) readContent(o object, name, role string) ([]Block, *problem) {
	place := o.place(name)
	if raw := bytes.TrimSpace(o.fields[name]); len(raw) > 0 && raw[0] == '"' {
		text, bad := o.text(name)
		if bad != nil {
			return nil, bad
		}
		if text == "" && role == "tool_result" {
			return nil, nil
		}
		block := Block{Type: "text", Text: text, place: place}
		return []Block{block.seal()}, nil
	}
	list, bad := o.list(name)
	if bad != nil {
		return nil, at(place, "Input should be a valid string or a valid array")
	}
	out := make([]Block, 0, len(list))
	for i, raw := range list {
		inner, bad := readObject(item(place, i), raw)
		if bad != nil {
			return nil, bad
		}
		block, bad := r.readBlock(inner, role)
		if bad != nil {
			return nil, bad
		}
		block.place = inner.path
		out = append(out, block.seal())
	}
	return out, nil
}

func (r *Request) readBlock(o object, role string) (b Block, bad *problem) {
	if b.Type, bad = o.needText("type"); bad != nil {
		return b, bad
	}
	if !slices.Contains(knownBlocks(), b.Type) {
		return b, at(o.path, fmt.Sprintf("Input tag '%s' found using 'type' does not match any of the expected tags: '%s'", b.Type, strings.Join(knownBlocks(), "', '")))
	}
	if !slices.Contains(r.blockTypes(role), b.Type) {
		return b, at(o.path, fmt.Sprintf("`%s` blocks are not allowed in `%s` content", b.Type, role))
	}
	if b.Type != "thinking" && b.Type != "redacted_thinking" {
		if b.keep, bad = readCacheControl(o); bad != nil {
			return b, bad
		}
		if b.keep != "" {
			b.kept = 1
		}
	}
	return b, r.readBlockFields(o, &b, role)
}

func (r *Request) readBlockFields(o object, b *Block, role string) (bad *problem) {
	switch b.Type {
	case "text":
		if bad = o.only("type", "text", "cache_control", "citations"); bad != nil {
			return bad
		}
		if b.Text, bad = o.needText("text"); bad != nil {
			return bad
		}
		if o.has("citations") && role != "assistant" && r.version == versionNew {
			return at(o.place("citations"), "Extra inputs are not permitted")
		}
		return nil
	case "thinking":
		if bad = o.only("type", "thinking", "signature"); bad != nil {
			return bad
		}
		if b.Text, bad = o.needText("thinking"); bad != nil {
			return bad
		}
		b.Signature, bad = o.needText("signature")
		return bad
	case "redacted_thinking":
		if bad = o.only("type", "data"); bad != nil {
			return bad
		}
		b.Signature, bad = o.needText("data")
		return bad
	case "tool_use":
		return readToolUse(o, b)
	case "tool_result":
		return r.readToolResult(o, b)
	}
	return readMedia(o, b)
}

var blockID = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

func readToolUse(o object, b *Block) (bad *problem) {
	if bad = o.only("type", "id", "name", "input", "cache_control", "caller", "toolset_name"); bad != nil {
		return bad
	}
	if b.ID, bad = o.needText("id"); bad != nil {
		return bad
	}
	if !blockID.MatchString(b.ID) {
		return at(o.place("id"), "String should match pattern '^[a-zA-Z0-9_-]+$'")
	}
	if b.Name, bad = o.needText("name"); bad != nil {
		return bad
	}
	if b.Name == "" || len(b.Name) > 200 {
		return at(o.place("name"), "String should have between 1 and 200 characters")
	}
	if !o.has("input") {
		return o.missing("input")
	}
	var input map[string]json.RawMessage
	if err := json.Unmarshal(o.fields["input"], &input); err != nil {
		return at(o.place("input"), "Input should be a valid dictionary")
	}
	b.Input = compact(o.fields["input"])
	return nil
}

func (r *Request) readToolResult(o object, b *Block) (bad *problem) {
	if bad = o.only("type", "tool_use_id", "content", "is_error", "cache_control", "toolset_name"); bad != nil {
		return bad
	}
	if b.ID, bad = o.needText("tool_use_id"); bad != nil {
		return bad
	}
	if !blockID.MatchString(b.ID) {
		return at(o.place("tool_use_id"), "String should match pattern '^[a-zA-Z0-9_-]+$'")
	}
	if b.IsError, bad = o.flag("is_error"); bad != nil || !o.has("content") {
		return bad
	}
	if b.Content, bad = r.readContent(o, "content", "tool_result"); bad != nil {
		return bad
	}
	for _, inner := range b.Content {
		if b.kept += inner.kept; inner.keep != "" && b.keep == "" {
			b.keep = inner.keep
		}
	}
	return nil
}

// readMedia takes images, documents and search results as they are; the stand-in cannot read them.
func readMedia(o object, b *Block) *problem {
	fields := map[string][]string{
		"image": {"source"}, "document": {"source", "title", "context", "citations"}, "search_result": {"source", "title", "content", "citations"},
	}[b.Type]
	if bad := o.only(append(fields, "type", "cache_control")...); bad != nil {
		return bad
	}
	if !o.has("source") {
		return o.missing("source")
	}
	for _, name := range fields {
		b.Input = append(b.Input, compact(o.fields[name])...)
		b.Input = append(b.Input, 0)
	}
	if b.size = len(b.Input) / 4; b.Type == "image" {
		b.size = imageTokens
	}
	return nil
}

// seal notes what the prompt cache and the signatures of thinking compare of a block. The cache compares bytes; a
// signature covers what is said, so that a client which writes the same input in another order of keys keeps it.
func (b Block) seal() Block {
	join := func(parts ...string) []byte { return []byte(strings.Join(parts, "\x00")) }
	switch b.Type {
	case "text":
		b.exact = join("text", b.Text)
		b.bound = b.exact
	case "thinking", "redacted_thinking":
		b.exact = join(b.Type, b.Text, b.Signature)
	case "tool_use":
		b.exact = join(b.Type, b.ID, b.Name, string(compact(b.Input)))
		b.bound = join(b.Type, b.ID, b.Name, string(sorted(b.Input)))
	case "tool_result":
		parts := []string{b.Type, b.ID, fmt.Sprint(b.IsError)}
		for _, inner := range b.Content {
			parts = append(parts, string(inner.exact))
		}
		b.exact = join(parts...)
		b.bound = b.exact
	default:
		b.exact = join(b.Type, string(b.Input))
		b.bound = b.exact
	}
	return b
}
