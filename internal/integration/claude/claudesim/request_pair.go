package claudesim

import (
	"fmt"
	"strings"
)

// checkPairs sees to it that every call of a tool is answered once, in the very next message and before anything else
// in it.
// https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls
func (r *Request) checkPairs() *problem {
	used := map[string]bool{}
	var before Message
	for i, m := range r.Messages {
		if m.Role == "system" {
			continue
		}
		if bad := checkResults(m, before); bad != nil {
			return bad
		}
		before = m
		var next Message
		if i+1 < len(r.Messages) {
			next = r.Messages[i+1]
		}
		answered := leading(next)
		var open []string
		for _, b := range m.Blocks {
			if b.Type != "tool_use" {
				continue
			}
			if used[b.ID] {
				return at(b.place, "`tool_use` ids must be unique")
			}
			if used[b.ID] = true; !answered[b.ID] {
				open = append(open, b.ID)
			}
		}
		if len(open) > 0 {
			return at(item("messages", i), fmt.Sprintf("`tool_use` ids were found without `tool_result` blocks immediately after: %s. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
				strings.Join(open, ", ")))
		}
	}
	return nil
}

// leading are the results that a message begins with.
func leading(m Message) map[string]bool {
	out := map[string]bool{}
	for _, b := range m.Blocks {
		if b.Type != "tool_result" {
			break
		}
		out[b.ID] = true
	}
	return out
}

func checkResults(m, before Message) *problem {
	calls, seen := map[string]bool{}, map[string]bool{}
	for _, b := range before.Blocks {
		if b.Type == "tool_use" {
			calls[b.ID] = true
		}
	}
	for _, b := range m.Blocks {
		if b.Type != "tool_result" {
			continue
		}
		if !calls[b.ID] {
			return at(b.place, fmt.Sprintf("unexpected `tool_use_id` found in `tool_result` blocks: %s. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.", b.ID))
		}
		if seen[b.ID] {
			return at(b.place, fmt.Sprintf("each tool_use must have a single result. Found multiple `tool_result` blocks with id: %s", b.ID))
		}
		seen[b.ID] = true
	}
	return nil
}
