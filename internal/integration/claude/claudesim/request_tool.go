package claudesim

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

var toolName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)

func (r *Request) readTools(o object) *problem {
	list, bad := o.list("tools")
	if bad != nil {
		return bad
	}
	seen := map[string]bool{}
	for i, raw := range list {
		inner, bad := readObject(item("tools", i), raw)
		if bad != nil {
			return bad
		}
		kind, bad := inner.text("type")
		if bad != nil {
			return bad
		}
		if kind != "" && kind != "custom" {
			return at(inner.path, fmt.Sprintf("Input tag '%s' found using 'type' does not match any of the expected tags: 'custom'. The simulator has no server tools", kind))
		}
		inner.path += ".custom"
		tool, bad := readTool(inner)
		if bad != nil {
			return bad
		}
		if seen[tool.Name] {
			return invalid("tools: Tool names must be unique.")
		}
		seen[tool.Name] = true
		r.Tools = append(r.Tools, tool)
	}
	return nil
}

func readTool(o object) (t Tool, bad *problem) {
	if bad = o.only("type", "name", "description", "input_schema", "cache_control", "strict", "eager_input_streaming", "allowed_callers", "defer_loading", "input_examples"); bad != nil {
		return t, bad
	}
	if t.Name, bad = o.needText("name"); bad != nil {
		return t, bad
	}
	if !toolName.MatchString(t.Name) {
		return t, at(o.place("name"), "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'")
	}
	if t.Description, bad = o.text("description"); bad != nil {
		return t, bad
	}
	if t.Strict, bad = o.flag("strict"); bad != nil {
		return t, bad
	}
	if t.keep, bad = readCacheControl(o); bad != nil {
		return t, bad
	}
	if !o.has("input_schema") {
		return t, o.missing("input_schema")
	}
	schema, bad := o.inner("input_schema")
	if bad != nil {
		return t, bad
	}
	kind, bad := schema.needText("type")
	if bad != nil {
		return t, bad
	}
	if kind != "object" {
		return t, at(schema.place("type"), "Input should be 'object'")
	}
	t.Schema = o.fields["input_schema"]
	if bad = checkSchema(schema.path, t.Schema, t.Strict); bad != nil {
		return t, bad
	}
	for _, name := range slices.Sorted(maps.Keys(o.fields)) {
		if name != "cache_control" && o.has(name) {
			t.exact = fmt.Appendf(t.exact, "%s\x00%s\x00", name, compact(o.fields[name]))
		}
	}
	return t, nil
}

// deepestSchema bounds how far a schema nests.
const deepestSchema = 64

// checkSchema refuses what is no JSON schema, and for strict ones objects that are open.
// https://platform.claude.com/docs/en/build-with-claude/structured-outputs
func checkSchema(path string, raw json.RawMessage, strict bool) *problem {
	var node any
	if err := json.Unmarshal(raw, &node); err != nil {
		return at(path, "Input should be a valid dictionary")
	}
	return checkNode(path, node, strict, 0)
}

func checkNode(path string, node any, strict bool, depth int) *problem {
	notSchema := at(path, "JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12). Learn more about tool use at https://docs.claude.com/en/docs/tool-use.")
	if _, open := node.(bool); open && depth > 0 {
		return nil
	}
	schema, is := node.(map[string]any)
	if !is || depth > deepestSchema || !schemaTypes(schema["type"]) {
		return notSchema
	}
	if needed, sent := schema["required"]; sent && needed != nil {
		names, is := needed.([]any)
		if !is || slices.ContainsFunc(names, func(name any) bool { _, text := name.(string); return !text }) {
			return notSchema
		}
	}
	if strict && schema["type"] == "object" && schema["additionalProperties"] != false {
		return at(path, "For 'object' type, 'additionalProperties' must be explicitly set to false")
	}
	for _, group := range []string{"properties", "$defs", "definitions"} {
		inner, sent := schema[group]
		if !sent || inner == nil {
			continue
		}
		named, is := inner.(map[string]any)
		if !is {
			return notSchema
		}
		for _, name := range slices.Sorted(maps.Keys(named)) {
			if bad := checkNode(path+"."+group+"."+name, named[name], strict, depth+1); bad != nil {
				return bad
			}
		}
	}
	if items, sent := schema["items"]; sent {
		return checkNode(path+".items", items, strict, depth+1)
	}
	return nil
}

func schemaTypes(value any) bool {
	known := []string{"object", "array", "string", "number", "integer", "boolean", "null"}
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return slices.Contains(known, v)
	case []any:
		return !slices.ContainsFunc(v, func(one any) bool { text, _ := one.(string); return !slices.Contains(known, text) })
	}
	return false
}

func (r *Request) readChoice(o object) *problem {
	if !o.has("tool_choice") {
		return nil
	}
	inner, bad := o.inner("tool_choice")
	if bad != nil {
		return bad
	}
	if !inner.has("type") {
		return inner.missing("type")
	}
	if r.ToolChoice.Type, bad = inner.oneOf("type", "auto", "any", "tool", "none"); bad != nil {
		return bad
	}
	allowed := map[string][]string{"auto": {"type", "disable_parallel_tool_use"}, "any": {"type", "disable_parallel_tool_use"},
		"tool": {"type", "name", "disable_parallel_tool_use"}, "none": {"type"}}
	if bad = inner.only(allowed[r.ToolChoice.Type]...); bad != nil {
		return bad
	}
	if r.ToolChoice.OneOnly, bad = inner.flag("disable_parallel_tool_use"); bad != nil {
		return bad
	}
	if r.ToolChoice.Type == "tool" {
		r.ToolChoice.Name, bad = inner.needText("name")
	}
	return bad
}
