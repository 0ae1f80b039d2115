package claudesim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Conversation is what the simulator pieced together of requests that go on where an earlier answer ended. The API
// itself knows no conversations.
type Conversation struct {
	ID        string     `json:"id"`
	At        time.Time  `json:"at"` // of the last exchange
	Opening   string     `json:"opening"`
	User      string     `json:"user,omitempty"`
	Exchanges []Exchange `json:"exchanges"`
}

// Exchange is one request and its answer.
type Exchange struct {
	At        time.Time `json:"at"`
	RequestID string    `json:"requestId"`
	Model     string    `json:"model"`
	Asked     []Line    `json:"asked"` // the newest message of the request
	Answered  []Line    `json:"answered"`
	Stop      string    `json:"stop"`
	Input     input     `json:"input"`
	Output    int       `json:"output"`
}

// Line is a block as people read it.
type Line struct {
	Type string `json:"type"`
	Name string `json:"name,omitempty"` // tool
	Text string `json:"text"`
}

// talks are the conversations, oldest first, and where each may be gone on with.
type talks struct {
	keep  int
	order []*Conversation
	ends  map[digest]*Conversation
	marks map[*Conversation][]digest
}

func newTalks(keep int) talks {
	return talks{keep: keep, ends: map[digest]*Conversation{}, marks: map[*Conversation][]digest{}}
}

// longestLine and mostExchanges bound what is remembered of a conversation.
const (
	longestLine   = 8000
	mostExchanges = 200
)

// trail is a digest of what was said after each message.
func (r *Request) trail() []digest {
	said := digest{}.add([]byte(r.account + "\x00" + r.UserID))
	out := make([]digest, 0, len(r.Messages))
	for _, m := range r.Messages {
		for _, b := range m.Blocks {
			if b.bound != nil {
				said = said.add(append([]byte(m.Role+"\x00"), b.bound...))
			}
		}
		out = append(out, said)
	}
	return out
}

// converse finds the conversation that a request goes on with, or begins one, and returns its id.
func (s *Server) converse(r *Request) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	trail := r.trail()
	for i := len(trail) - 1; i >= 0; i-- {
		if r.Messages[i].Role == "assistant" {
			if known := s.talks.ends[trail[i]]; known != nil {
				return known.ID
			}
		}
	}
	talk := &Conversation{ID: s.makeID("talk_"), Opening: clip(r.Opening()), User: r.UserID}
	s.talks.add(talk)
	return talk.ID
}

func (t *talks) add(talk *Conversation) {
	t.order = append(t.order, talk)
	for len(t.order) > t.keep {
		oldest := t.order[0]
		for _, end := range t.marks[oldest] {
			delete(t.ends, end)
		}
		delete(t.marks, oldest)
		t.order = slices.Delete(t.order, 0, 1)
	}
}

func (t *talks) find(id string) *Conversation {
	for i := len(t.order) - 1; i >= 0; i-- {
		if t.order[i].ID == id {
			return t.order[i]
		}
	}
	return nil
}

// note writes an exchange down.
func (t *talks) note(r *Request, out *said, c *call) {
	talk := t.find(r.Conversation)
	if talk == nil {
		return
	}
	last := r.Messages[len(r.Messages)-1]
	if last.Role == "system" && len(r.Messages) > 1 {
		last = r.Messages[len(r.Messages)-2]
	}
	talk.At = c.now
	talk.Exchanges = append(talk.Exchanges, Exchange{At: c.now, RequestID: c.id, Model: r.Model, Asked: lines(last.Blocks), Answered: lines(out.turnLines()),
		Stop: out.stop, Input: out.in, Output: out.out})
	if len(talk.Exchanges) > mostExchanges {
		talk.Exchanges = slices.Delete(talk.Exchanges, 0, 1)
	}
	said := digest{}
	if trail := r.trail(); len(trail) > 0 {
		said = trail[len(trail)-1]
	}
	for _, b := range out.blocks {
		if b.bound != nil {
			said = said.add(append([]byte("assistant\x00"), b.bound...))
		}
	}
	t.ends[said] = talk
	t.marks[talk] = append(t.marks[talk], said)
}

// turnLines are the blocks with their thoughts in full.
func (o *said) turnLines() []Block {
	out := make([]Block, 0, len(o.blocks))
	var thoughts []Block
	for _, b := range o.turn.Blocks {
		if b.Type == "thinking" {
			thoughts = append(thoughts, b)
		}
	}
	for _, b := range o.blocks {
		if b.Type == "thinking" && len(thoughts) > 0 {
			b.Text, thoughts = thoughts[0].Text, thoughts[1:]
		}
		out = append(out, b)
	}
	return out
}

func lines(blocks []Block) []Line {
	out := make([]Line, 0, len(blocks))
	for _, b := range blocks {
		line := Line{Type: b.Type, Name: b.Name, Text: clip(b.Text)}
		switch b.Type {
		case "tool_use":
			line.Text = clip(string(b.Input))
		case "tool_result":
			line.Text = clip(Message{Blocks: b.Content}.Text())
			if b.IsError {
				line.Name = "error"
			}
		}
		out = append(out, line)
	}
	return out
}

func clip(text string) string {
	if len(text) <= longestLine {
		return text
	}
	return strings.ToValidUTF8(text[:longestLine], "") + "…"
}

// Conversations lists what is remembered, the newest first.
func (s *Server) Conversations() []Conversation {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Conversation, 0, len(s.talks.order))
	for _, talk := range s.talks.order {
		one := *talk
		one.Exchanges = slices.Clone(talk.Exchanges)
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b Conversation) int { return b.At.Compare(a.At) })
	return out
}

// MarshalJSON names the kinds of input tokens as the API does.
func (i input) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]int{"input_tokens": i.Plain, "cache_creation_5m": i.WriteShort, "cache_creation_1h": i.WriteLong, "cache_read": i.Read})
}
