package claudesim

import (
	"encoding/json"
	"net/http"
)

// Wire shapes of an answer. Every field is always there, as the description of the API says.
type wireMessage struct {
	ID           string       `json:"id"`
	Type         string       `json:"type"`
	Role         string       `json:"role"`
	Model        string       `json:"model"`
	Content      []any        `json:"content"`
	StopReason   *string      `json:"stop_reason"`
	StopSequence *string      `json:"stop_sequence"`
	StopDetails  *stopDetails `json:"stop_details"`
	Usage        wireUsage    `json:"usage"`
	Diagnostics  *struct{}    `json:"diagnostics"`
	Container    *struct{}    `json:"container"`
}

type stopDetails struct {
	Type        string  `json:"type"`
	Category    *string `json:"category"`
	Explanation *string `json:"explanation"`
}

type wireText struct {
	Type      string    `json:"type"`
	Text      string    `json:"text"`
	Citations *struct{} `json:"citations"`
}

type wireThinking struct {
	Type      string `json:"type"`
	Thinking  string `json:"thinking"`
	Signature string `json:"signature"`
}

type wireCaller struct {
	Type string `json:"type"`
}

type wireCall struct {
	Type   string          `json:"type"`
	ID     string          `json:"id"`
	Name   string          `json:"name"`
	Input  json.RawMessage `json:"input"`
	Caller wireCaller      `json:"caller"`
}

type cacheCreation struct {
	Short int `json:"ephemeral_5m_input_tokens"`
	Long  int `json:"ephemeral_1h_input_tokens"`
}

type outputDetails struct {
	ThinkingTokens int `json:"thinking_tokens"`
}

type wireUsage struct {
	InputTokens   int            `json:"input_tokens"`
	CacheWritten  int            `json:"cache_creation_input_tokens"`
	CacheRead     int            `json:"cache_read_input_tokens"`
	CacheCreation cacheCreation  `json:"cache_creation"`
	OutputTokens  int            `json:"output_tokens"`
	OutputDetails *outputDetails `json:"output_tokens_details"`
	ServerToolUse *struct{}      `json:"server_tool_use"`
	ServiceTier   string         `json:"service_tier"`
	Geo           string         `json:"inference_geo"`
	Speed         string         `json:"speed"`
}

// deltaUsage is what message_delta counts: no split of the cache's writes.
type deltaUsage struct {
	InputTokens   int            `json:"input_tokens"`
	CacheWritten  int            `json:"cache_creation_input_tokens"`
	CacheRead     int            `json:"cache_read_input_tokens"`
	OutputTokens  int            `json:"output_tokens"`
	OutputDetails *outputDetails `json:"output_tokens_details"`
	ServerToolUse *struct{}      `json:"server_tool_use"`
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (b Block) wire() any {
	switch b.Type {
	case "thinking":
		return wireThinking{b.Type, b.Text, b.Signature}
	case "tool_use":
		return wireCall{b.Type, b.ID, b.Name, b.Input, wireCaller{"direct"}}
	}
	return wireText{Type: "text", Text: b.Text}
}

func (o *said) usage(r *Request) wireUsage {
	tier := "standard"
	if r.Batch {
		tier = "batch"
	}
	return wireUsage{InputTokens: o.in.Plain, CacheWritten: o.in.written(), CacheRead: o.in.Read, CacheCreation: cacheCreation{o.in.WriteShort, o.in.WriteLong},
		OutputTokens: o.out, OutputDetails: &outputDetails{o.thought}, ServiceTier: tier, Geo: "global", Speed: "standard"}
}

func (o *said) details() *stopDetails {
	if o.stop != "refusal" {
		return nil
	}
	return &stopDetails{Type: "refusal", Category: orNull(o.category)}
}

// message is the whole answer at once.
func (o *said) message(r *Request) wireMessage {
	content := make([]any, 0, len(o.blocks))
	for _, b := range o.blocks {
		content = append(content, b.wire())
	}
	return wireMessage{ID: o.id, Type: "message", Role: "assistant", Model: r.model.ID, Content: content, StopReason: &o.stop,
		StopSequence: orNull(o.sequence), StopDetails: o.details(), Usage: o.usage(r)}
}

func (c *call) createMessage() answer {
	s := c.server
	r, bad := s.readRequest(c, c.body, false)
	if bad != nil {
		return c.refuse(*bad)
	}
	c.record.Model, c.record.Stream = r.Model, r.Stream
	s.mu.Lock()
	in, hit := s.cache.look(r, c.now)
	headers, bad := s.ration(c, r.model.pool(), in.limited())
	if bad == nil {
		s.cache.use(r, hit, c.now)
	}
	s.mu.Unlock()
	if bad != nil {
		return c.refuse(*bad)
	}
	out := s.answerTo(c, r, in)
	if out.turn.Fault != nil && c.fault == nil {
		c.fault = out.turn.Fault
		c.record.Fault = string(c.fault.Kind)
		if refused, ends := c.faultBefore(); ends {
			return refused
		}
	}
	if !r.Stream {
		_ = s.opts.Wait(c.r.Context(), s.Settings().FirstToken+out.turn.Delay) // a client that has gone changes nothing about what was done
		return c.with(jsonAnswer(http.StatusOK, out.message(r)), headers)
	}
	return c.with(answer{stream: func(w http.ResponseWriter) { s.stream(c, r, out, w) }}, headers)
}

// answerTo finds the turn, makes the answer of it and writes both down.
func (s *Server) answerTo(c *call, r *Request, in input) *said {
	var turn Turn
	if r.MaxTokens > 0 {
		r.Conversation = s.converse(r)
		turn = s.turn(r)
	} else {
		turn.Stop = "max_tokens" // the prompt cache is filled, nothing is said
	}
	out := s.compose(r, turn, in)
	c.record.Stop, c.record.Input, c.record.Output = out.stop, in, out.out
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spend(c, r.model.pool(), out.out)
	s.tally.add(in, out.out)
	if out.stop == "pause_turn" {
		s.paused[spoken(out.blocks)] = true
	}
	if r.MaxTokens > 0 {
		s.talks.note(r, out, c)
	}
	return out
}

func (c *call) countTokens() answer {
	s := c.server
	r, bad := s.readRequest(c, c.body, true)
	if bad != nil {
		return c.refuse(*bad)
	}
	c.record.Model = r.Model
	s.mu.Lock()
	headers, bad := s.ration(c, "count_tokens", 0)
	s.mu.Unlock()
	if bad != nil {
		return c.refuse(*bad)
	}
	return c.with(jsonAnswer(http.StatusOK, map[string]int{"input_tokens": r.inputTokens()}), headers)
}
