package claudesim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// checkSampling refuses what models after Opus 4.6 do not take. The newer version of the API does not know the
// fields at all, so they never get here.
func (r *Request) checkSampling(o object) *problem {
	harmless := map[string]func(float64) bool{
		"temperature": func(v float64) bool { return v == 1 },
		"top_p":       func(v float64) bool { return v >= 0.99 },
		"top_k":       func(float64) bool { return false },
	}
	for _, name := range []string{"temperature", "top_p", "top_k"} {
		if !o.has(name) {
			continue
		}
		var value float64
		if err := json.Unmarshal(o.fields[name], &value); err != nil {
			return at(name, "Input should be a valid number")
		}
		if !r.model.Sampling && !harmless[name](value) {
			return invalid("`" + name + "` is deprecated for this model.")
		}
	}
	return nil
}

// checkThinking refuses ways of thinking that the model does not have.
func (r *Request) checkThinking(object) *problem {
	t := r.Thinking
	if t.Type == "" {
		return nil
	}
	if !slices.Contains(r.model.Thinking, t.Type) {
		message := fmt.Sprintf(`"thinking.type.%s" is not supported for this model.`, t.Type)
		switch {
		case t.Type == thinkDisabled && slices.Contains(r.model.Thinking, thinkBetween):
			message += ` To turn thinking off on this model, send "thinking": {"type": "between_tools"}.`
		case slices.Contains(r.model.Thinking, thinkAdaptive):
			message += ` Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`
		}
		return invalid(message)
	}
	if t.Type == thinkBetween && (r.Effort == "xhigh" || r.Effort == "max") {
		return invalid(`"thinking.type.between_tools" is not supported at effort "` + r.Effort + `". Use adaptive thinking, or a lower effort.`)
	}
	if t.Type == thinkEnabled && !r.counting && t.Budget >= r.MaxTokens {
		return invalid("`max_tokens` must be greater than `thinking.budget_tokens`.")
	}
	return nil
}

// checkChoice refuses tools that are forced on models which decide for themselves.
func (r *Request) checkChoice(object) *problem {
	choice := r.ToolChoice
	if choice.Type == "" {
		return nil
	}
	if len(r.Tools) == 0 && choice.Type != "none" {
		return invalid("tool_choice: may only be specified while providing tools")
	}
	if choice.Type != "any" && choice.Type != "tool" {
		return nil
	}
	if !r.model.ForcedTools {
		return at("tool_choice", fmt.Sprintf("`%s` forces tool use, which is not supported for this model. Use `auto` or `none`.", choice.Type))
	}
	if r.Thinking.Type == thinkEnabled || r.Thinking.Type == thinkAdaptive {
		return invalid("Thinking may not be enabled when tool_choice forces tool use.")
	}
	if choice.Type == "tool" && r.tool(choice.Name) == nil {
		return invalid(fmt.Sprintf("tool_choice: tool '%s' not found in provided tools", choice.Name))
	}
	return nil
}

func (r *Request) checkEffort(object) *problem {
	if r.Effort == "" || slices.Contains(r.model.Effort, r.Effort) {
		return nil
	}
	if len(r.model.Effort) == 0 {
		return invalid("This model does not support the effort parameter.")
	}
	return at("output_config.effort", fmt.Sprintf("'%s' is not supported for this model. Use %s", r.Effort, orList(r.model.Effort)))
}

func (r *Request) checkSize(object) *problem {
	if r.MaxTokens > r.model.MaxOutput {
		return at("max_tokens", fmt.Sprintf("%d > %d, which is the maximum allowed number of output tokens for %s", r.MaxTokens, r.model.MaxOutput, r.Model))
	}
	if r.MaxTokens == 0 && !r.counting && r.Stream {
		return at("max_tokens", "0 fills the prompt cache only and cannot be streamed")
	}
	return nil
}

// checkMessages looks at the order of roles, at content that must not be empty, at calls and their results, and at the
// marks of the cache.
func (s *Server) checkMessages(r *Request) *problem {
	for _, check := range []func() *problem{r.checkRoles, r.checkEmpty, r.checkPairs, r.checkMarks, func() *problem { return s.checkEnd(r) }} {
		if bad := check(); bad != nil {
			return bad
		}
	}
	return nil
}

func (r *Request) checkRoles() *problem {
	if r.Messages[0].Role != "user" {
		return invalid(`messages: first message must use the "user" role`)
	}
	for i, m := range r.Messages {
		if m.Role != "system" {
			continue
		}
		if !r.model.SystemRole {
			return at(item("messages", i), "role 'system' is not supported on this model")
		}
		if r.Messages[i-1].Role == "assistant" {
			return at(item("messages", i), "a `system` message must follow a `user` message")
		}
		if i+1 < len(r.Messages) && r.Messages[i+1].Role == "user" {
			return at(item("messages", i), "a `system` message must be the last message or come before an `assistant` message")
		}
	}
	return nil
}

func (r *Request) checkEmpty() *problem {
	for i, m := range r.Messages {
		if len(m.Blocks) == 0 {
			return at(item("messages", i), "all messages must have non-empty content")
		}
	}
	for _, b := range r.allBlocks() {
		switch {
		case b.Type != "text":
		case b.Text == "":
			return invalid("messages: text content blocks must be non-empty")
		case strings.TrimSpace(b.Text) == "":
			return invalid("messages: text content blocks must contain non-whitespace text")
		}
	}
	return nil
}

// allBlocks are the blocks of the system prompt and the messages, in order.
func (r *Request) allBlocks() []Block {
	out := append([]Block{}, r.System...)
	for _, m := range r.Messages {
		out = append(out, m.Blocks...)
	}
	return out
}

// mostMarks is how many blocks may carry cache_control.
const mostMarks = 4

func (r *Request) checkMarks() *problem {
	found := 0
	var shorter bool
	var late string
	look := func(place string, keep ttl, marks int) {
		found += marks
		if keep == keepLong && shorter && late == "" {
			late = place
		}
		shorter = shorter || keep == keepShort
	}
	for i, t := range r.Tools {
		if t.keep != "" {
			look(item("tools", i), t.keep, 1)
		}
	}
	for _, b := range r.allBlocks() {
		look(b.place, b.keep, b.kept)
	}
	if r.auto != "" {
		look("", r.auto, 1)
	}
	if found > mostMarks {
		return invalid(fmt.Sprintf("A maximum of %d blocks with cache_control may be provided. Found %d.", mostMarks, found))
	}
	if late != "" {
		return at(late+".cache_control.ttl", "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.")
	}
	return nil
}

// checkEnd refuses a conversation that ends with the assistant, unless the model continues such a message or the
// message is a turn that was paused.
func (s *Server) checkEnd(r *Request) *problem {
	last := r.Messages[len(r.Messages)-1]
	if last.Role != "assistant" {
		return nil
	}
	s.mu.Lock()
	paused := s.paused[spoken(last.Blocks)]
	s.mu.Unlock()
	if paused {
		return nil
	}
	if !r.model.Prefill {
		return invalid("This model does not support assistant message prefill. The conversation must end with a user message.")
	}
	end := last.Blocks[len(last.Blocks)-1]
	if end.Type == "thinking" || end.Type == "redacted_thinking" {
		return invalid("messages: The final block in an assistant message cannot be `thinking`.")
	}
	if end.Type == "text" && strings.TrimRight(end.Text, " \t\n") != end.Text {
		return invalid("messages: final assistant content cannot end with trailing whitespace")
	}
	return nil
}
