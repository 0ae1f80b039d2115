package claudesim

import (
	"encoding/json"
	"sort"
	"strings"
)

// said is the answer to a request as it goes out.
type said struct {
	id       string
	blocks   []Block
	partial  string // input of the last block's call when it was cut off
	stop     string
	sequence string // of stop_sequence
	category string // of a refusal
	in       input
	out      int // tokens, thinking included
	thought  int
	turn     Turn
}

// thinks reports whether thoughts of a turn are answered at all.
func (r *Request) thinks(turn *Turn) bool {
	switch r.Thinking.Type {
	case thinkDisabled:
		return false
	case thinkBetween:
		return turn.calls()
	case "":
		return r.model.ThinksAlways
	}
	return true
}

// shown is what the client sees of a thought.
func (r *Request) shown(thought string) string {
	hides := r.Thinking.Display == "omitted" || (r.Thinking.Display == "" && r.model.Bound && r.Thinking.Type != thinkBetween)
	if hides {
		return ""
	}
	return thought
}

// callTokens are around each call of a tool, thoughtTokens around each thought.
const (
	callTokens    = 8
	thoughtTokens = 2
)

// compose makes an answer of a turn: thoughts are signed, calls get ids, and what exceeds the limits is cut off.
func (s *Server) compose(r *Request, turn Turn, in input) *said {
	out := &said{id: s.nextID("msg_"), in: in, turn: turn, stop: turn.Stop, category: turn.Category}
	if out.stop == "" {
		if out.stop = "end_turn"; turn.calls() {
			out.stop = "tool_use"
		}
	}
	left, full := r.MaxTokens, "max_tokens"
	if room := r.model.MaxInput - r.inputTokens(); room < left {
		left, full = room, "model_context_window_exceeded"
	}
	t := r.follow()
	for _, b := range turn.Blocks {
		cost, over := 0, false
		switch b.Type {
		case "thinking":
			if !r.thinks(&turn) {
				continue
			}
			b.Text, over = r.cutText(b.Text, left-thoughtTokens)
			cost = r.model.count(b.Text) + thoughtTokens
			out.thought += cost
			b = s.think(r, &t, b.Text, r.shown(b.Text))
		case "text":
			if b.Text, over = r.cutText(b.Text, left); b.Text == "" {
				break
			}
			cost = r.model.count(b.Text)
			over = r.stopAt(&b, out) || over
		case "tool_use":
			if b.ID == "" {
				b.ID = s.nextID("toolu_")
			}
			var whole string
			whole, over = r.cutText(string(b.Input), left-callTokens)
			cost = r.model.count(whole) + callTokens
			if over {
				out.partial, b.Input = whole, json.RawMessage("{}")
			}
		}
		b = b.seal()
		t.say("assistant", b)
		out.out += min(cost, left)
		left -= cost
		if b.Type != "text" || b.Text != "" {
			out.blocks = append(out.blocks, b)
		}
		if over {
			if out.stop != "stop_sequence" {
				out.stop = full
			}
			break
		}
	}
	return out
}

// cutText keeps as much of a text as fits into so many tokens.
func (r *Request) cutText(text string, tokens int) (kept string, over bool) {
	if r.model.count(text) <= tokens {
		return text, false
	}
	runes := []rune(text)
	n := sort.Search(len(runes), func(i int) bool { return r.model.count(string(runes[:i+1])) > tokens })
	return string(runes[:n]), true
}

// stopAt ends a text before the first of the client's stop sequences.
func (r *Request) stopAt(b *Block, out *said) bool {
	first := -1
	for _, stop := range r.Stops {
		if i := strings.Index(b.Text, stop); i >= 0 && (first < 0 || i < first) {
			first, out.sequence = i, stop
		}
	}
	if first < 0 {
		return false
	}
	b.Text, out.stop = b.Text[:first], "stop_sequence"
	return true
}
