package claudesim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mostMessages is the limit of one request: https://platform.claude.com/docs/en/api/messages
const mostMessages = 100_000

// readRequest reads the body of a message, or of a count, and refuses what the service refuses.
func (s *Server) readRequest(c *call, raw json.RawMessage, counting bool) (*Request, *problem) {
	r := &Request{account: c.key.account(), version: c.r.Header.Get("Anthropic-Version"), counting: counting}
	for _, line := range c.r.Header.Values("Anthropic-Beta") {
		for beta := range strings.SplitSeq(line, ",") {
			r.Betas = append(r.Betas, strings.TrimSpace(beta))
		}
	}
	o, bad := readObject("", raw)
	if bad != nil {
		return nil, bad
	}
	names := []string{"model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "speed"}
	if !counting {
		names = append(names, "max_tokens", "metadata", "stop_sequences", "stream", "service_tier", "inference_geo", "diagnostics", "container")
		if r.version == versionOld {
			names = append(names, "temperature", "top_p", "top_k")
		}
	}
	if bad := o.only(names...); bad != nil {
		return nil, bad
	}
	if r.Model, bad = o.needText("model"); bad != nil {
		return nil, bad
	}
	for _, read := range []func(object) *problem{r.readSettings, r.readSystem, r.readTools, r.readMessages} {
		if bad := read(o); bad != nil {
			return nil, bad
		}
	}
	if r.model, bad = s.usable(r.Model); bad != nil {
		return nil, bad
	}
	for _, check := range []func(object) *problem{r.checkSampling, r.checkThinking, r.checkChoice, r.checkEffort, r.checkSize} {
		if bad := check(o); bad != nil {
			return nil, bad
		}
	}
	if bad := s.checkMessages(r); bad != nil {
		return nil, bad
	}
	if bad := s.checkSignatures(r); bad != nil {
		return nil, bad
	}
	r.render()
	if total := r.inputTokens(); total > r.model.MaxInput && !counting {
		return nil, invalid(fmt.Sprintf("prompt is too long: %d tokens > %d maximum", total, r.model.MaxInput))
	}
	return r, nil
}

func (r *Request) readSettings(o object) (bad *problem) {
	if !o.has("max_tokens") && !r.counting {
		return o.missing("max_tokens")
	}
	if r.MaxTokens, bad = o.whole("max_tokens"); bad != nil {
		return bad
	}
	if r.MaxTokens < 0 {
		return at("max_tokens", "Input should be greater than or equal to 0")
	}
	if r.Stream, bad = o.flag("stream"); bad != nil {
		return bad
	}
	if r.Stops, bad = o.texts("stop_sequences"); bad != nil {
		return bad
	}
	if i := slices.IndexFunc(r.Stops, func(stop string) bool { return strings.TrimSpace(stop) == "" }); i >= 0 {
		return invalid("stop_sequences: each stop sequence must contain non-whitespace")
	}
	if _, bad = o.oneOf("service_tier", "auto", "standard_only"); bad != nil {
		return bad
	}
	if _, bad = o.oneOf("speed", "standard", "fast"); bad != nil {
		return bad
	}
	if _, bad = o.oneOf("inference_geo", "global", "us"); bad != nil {
		return bad
	}
	if o.has("container") {
		return at("container", "containers need server tools, which the simulator does not have")
	}
	if r.auto, bad = readCacheControl(o); bad != nil {
		return bad
	}
	for _, read := range []func(object) *problem{r.readMetadata, r.readDiagnostics, r.readOutput, r.readThinking, r.readChoice} {
		if bad = read(o); bad != nil {
			return bad
		}
	}
	return nil
}

func (r *Request) readMetadata(o object) *problem {
	if !o.has("metadata") {
		return nil
	}
	inner, bad := o.inner("metadata")
	if bad == nil {
		bad = inner.only("user_id")
	}
	if bad != nil {
		return bad
	}
	if r.UserID, bad = inner.text("user_id"); bad != nil {
		return bad
	}
	if len([]rune(r.UserID)) > 512 {
		return at("metadata.user_id", "String should have at most 512 characters")
	}
	return nil
}

func (r *Request) readDiagnostics(o object) *problem {
	if !o.has("diagnostics") {
		return nil
	}
	inner, bad := o.inner("diagnostics")
	if bad == nil {
		bad = inner.only("previous_message_id")
	}
	if bad == nil {
		_, bad = inner.text("previous_message_id")
	}
	return bad
}

func (r *Request) readOutput(o object) *problem {
	if !o.has("output_config") {
		return nil
	}
	inner, bad := o.inner("output_config")
	if bad == nil {
		bad = inner.only("effort", "format")
	}
	if bad == nil {
		r.Effort, bad = inner.oneOf("effort", "low", "medium", "high", "xhigh", "max")
	}
	if bad != nil || !inner.has("format") {
		return bad
	}
	format, bad := inner.inner("format")
	if bad == nil {
		bad = format.only("type", "schema")
	}
	if bad != nil {
		return bad
	}
	kind, bad := format.needText("type")
	if bad != nil {
		return bad
	}
	if kind != "json_schema" {
		return at(format.place("type"), "Input should be 'json_schema'")
	}
	if !format.has("schema") {
		return format.missing("schema")
	}
	r.Schema = format.fields["schema"]
	return checkSchema(format.place("schema"), r.Schema, true)
}

func (r *Request) readThinking(o object) *problem {
	if !o.has("thinking") {
		return nil
	}
	inner, bad := o.inner("thinking")
	if bad != nil {
		return bad
	}
	if r.Thinking.Type, bad = inner.needText("type"); bad != nil {
		return bad
	}
	names := map[string][]string{thinkAdaptive: {"type", "display"}, thinkEnabled: {"type", "display", "budget_tokens"}, thinkDisabled: {"type"}, thinkBetween: {"type"}}
	allowed, known := names[r.Thinking.Type]
	if !known {
		return at("thinking", fmt.Sprintf("Input tag '%s' found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'", r.Thinking.Type))
	}
	if slices.Contains(r.Betas, bindingBeta) {
		allowed = append(allowed, "block_binding")
	}
	if bad := inner.only(allowed...); bad != nil {
		return at("thinking."+r.Thinking.Type+strings.TrimPrefix(strings.SplitN(bad.message, ":", 2)[0], "thinking"), "Extra inputs are not permitted")
	}
	if r.Thinking.Display, bad = inner.oneOf("display", "summarized", "omitted"); bad != nil {
		return bad
	}
	if inner.has("block_binding") {
		binding, bad := inner.inner("block_binding")
		if bad == nil {
			bad = binding.only("prefix_mismatch_behavior")
		}
		if bad != nil {
			return bad
		}
		how, bad := binding.oneOf("prefix_mismatch_behavior", "error", "drop_block")
		if bad != nil {
			return bad
		}
		r.Thinking.Drop = how == "drop_block"
	}
	if r.Thinking.Type != thinkEnabled {
		return nil
	}
	if !inner.has("budget_tokens") {
		return at("thinking.enabled.budget_tokens", "Field required")
	}
	if r.Thinking.Budget, bad = inner.whole("budget_tokens"); bad == nil && r.Thinking.Budget < 1024 {
		return at("thinking.enabled.budget_tokens", "Input should be greater than or equal to 1024")
	}
	return bad
}

// bindingBeta lets a client have blocks of another conversation dropped instead of refused.
const bindingBeta = "thinking-binding-controls-2026-08-01"

func (r *Request) readSystem(o object) *problem {
	if !o.has("system") {
		return nil
	}
	blocks, bad := r.readContent(o, "system", "system")
	r.System = blocks
	return bad
}

func (r *Request) readMessages(o object) *problem {
	list, bad := o.list("messages")
	if bad != nil {
		return bad
	}
	if !o.has("messages") {
		return o.missing("messages")
	}
	if len(list) == 0 {
		return invalid("messages: at least one message is required")
	}
	if len(list) > mostMessages {
		return invalid("messages: List should have at most " + strconv.Itoa(mostMessages) + " items")
	}
	for i, raw := range list {
		inner, bad := readObject(item("messages", i), raw)
		if bad == nil {
			bad = inner.only("role", "content")
		}
		if bad != nil {
			return bad
		}
		m := Message{}
		if !inner.has("role") {
			return inner.missing("role")
		}
		if m.Role, bad = inner.oneOf("role", "user", "assistant", "system"); bad != nil {
			return bad
		}
		if !inner.has("content") {
			return inner.missing("content")
		}
		if m.Blocks, bad = r.readContent(inner, "content", m.Role); bad != nil {
			return bad
		}
		r.Messages = append(r.Messages, m)
	}
	return nil
}
