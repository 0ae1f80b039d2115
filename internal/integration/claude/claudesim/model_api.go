package claudesim

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

type support struct {
	Supported bool `json:"supported"`
}

type modelInfo struct {
	Type           string         `json:"type"`
	ID             string         `json:"id"`
	DisplayName    string         `json:"display_name"`
	CreatedAt      time.Time      `json:"created_at"`
	Line           *string        `json:"line"`
	Lifecycle      string         `json:"lifecycle"`
	DeprecatedAt   *time.Time     `json:"deprecated_at"`
	RetiresAt      *time.Time     `json:"retires_at"`
	MaxInputTokens int            `json:"max_input_tokens"`
	MaxTokens      int            `json:"max_tokens"`
	Capabilities   map[string]any `json:"capabilities"`
}

func (m *Model) info() modelInfo {
	out := modelInfo{Type: "model", ID: m.ID, DisplayName: m.Name, CreatedAt: m.Created, Lifecycle: m.Lifecycle, MaxInputTokens: m.MaxInput,
		MaxTokens: m.MaxOutput, DeprecatedAt: orNoTime(m.DeprecatedAt), RetiresAt: orNoTime(m.RetireAt), Capabilities: m.capabilities()}
	if m.Line != "" {
		out.Line = &m.Line
	}
	return out
}

// capabilities tells only what the simulator has: no server tools, no documents, no context editing.
func (m *Model) capabilities() map[string]any {
	effort := map[string]any{"supported": len(m.Effort) > 0}
	for _, level := range []string{"low", "medium", "high", "xhigh", "max"} {
		effort[level] = support{slices.Contains(m.Effort, level)}
	}
	types := map[string]any{}
	for _, kind := range []string{thinkAdaptive, thinkBetween, thinkDisabled, thinkEnabled} {
		types[kind] = support{slices.Contains(m.Thinking, kind)}
	}
	thinks := slices.ContainsFunc(m.Thinking, func(kind string) bool { return kind != thinkDisabled })
	no := support{false}
	return map[string]any{
		"batch": support{true}, "citations": no, "code_execution": no, "image_input": support{true}, "pdf_input": support{true}, "structured_outputs": support{true},
		"context_management": map[string]any{"supported": false, "clear_thinking_20251015": no, "clear_tool_uses_20250919": no, "compact_20260112": no},
		"server_tools":       map[string]any{"supported": false, "code_execution": no, "web_search": no},
		"effort":             effort, "thinking": map[string]any{"supported": thinks, "types": types},
	}
}

func orNoTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (c *call) getModel() answer {
	m, known := c.server.findModel(c.r.PathValue("id"))
	if !known {
		return c.refuse(*notFound("model: " + c.r.PathValue("id")))
	}
	return c.reply(m.info())
}

func (c *call) listModels() answer {
	wanted := c.r.URL.Query()["lifecycle[]"]
	for _, stage := range wanted {
		if !slices.Contains([]string{"active", "deprecated", "retired"}, stage) {
			return c.refuse(*at("lifecycle", "Input should be 'active', 'deprecated' or 'retired'"))
		}
	}
	if len(wanted) == 0 {
		wanted = []string{"active", "deprecated"}
	}
	c.server.mu.Lock()
	var rows []row
	for _, m := range c.server.models {
		if slices.Contains(wanted, m.Lifecycle) {
			rows = append(rows, row{m.ID, m.info()})
		}
	}
	c.server.mu.Unlock()
	return c.page(rows)
}

type row struct {
	id    string
	value any
}

// page answers a part of a list, newest first.
// https://platform.claude.com/docs/en/api/models/list
func (c *call) page(rows []row) answer {
	query := c.r.URL.Query()
	limit := 20
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return c.refuse(*at("limit", "Input should be between 1 and 1000"))
		}
		limit = n
	}
	after, before := query.Get("after_id"), query.Get("before_id")
	if after != "" && before != "" {
		return c.refuse(*invalid("Only one of after_id and before_id may be given"))
	}
	from, to := 0, min(len(rows), limit)
	more := len(rows) > limit
	if cursor := after + before; cursor != "" {
		place := slices.IndexFunc(rows, func(r row) bool { return r.id == cursor })
		switch {
		case place < 0:
			return c.refuse(problem{status: http.StatusBadRequest, kind: "invalid_request_error", message: "The cursor " + cursor + " is not in the list"})
		case after != "":
			from, to = place+1, min(len(rows), place+1+limit)
			more = to < len(rows)
		default:
			from, to = max(0, place-limit), place
			more = from > 0
		}
	}
	out := map[string]any{"data": []any{}, "has_more": more, "first_id": nil, "last_id": nil}
	if to > from {
		data := make([]any, 0, to-from)
		for _, r := range rows[from:to] {
			data = append(data, r.value)
		}
		out["data"], out["first_id"], out["last_id"] = data, rows[from].id, rows[to-1].id
	}
	return c.reply(out)
}
