package claudesim

import (
	"encoding/json"
	"fmt"
	"time"
)

// Turn is what the model answers to one request: blocks in the order they come, and why it stopped.
type Turn struct {
	Blocks     []Block       // made with Think, Say and Use
	Stop       string        // stop reason; empty: tool_use when tools are called, else end_turn
	Category   string        // of a refusal, such as general_harms
	Interleave bool          // the blocks of a stream come interleaved
	Delay      time.Duration // until the answer begins
	Fault      *Fault        // goes wrong with this turn; Path, Count and Probability do not matter
}

// Think is a thought. What a client sees of it depends on its display setting.
func Think(text string) Block { return Block{Type: "thinking", Text: text} }

// Say is text.
func Say(text string) Block { return Block{Type: "text", Text: text} }

// Use calls a tool with an input that is encoded as JSON, or sent as it is when it is raw JSON.
func Use(name string, input any) Block {
	raw, is := input.(json.RawMessage)
	if !is {
		raw = encode(input)
	}
	if input == nil {
		raw = json.RawMessage("{}")
	}
	return Block{Type: "tool_use", Name: name, Input: raw}
}

// Answer is a turn of blocks that stops as they suggest.
func Answer(blocks ...Block) Turn { return Turn{Blocks: blocks} }

// Refuse is a turn that stops with a refusal of a category: cyber, bio, frontier_llm, reasoning_extraction or
// general_harms.
func Refuse(category string, blocks ...Block) Turn {
	return Turn{Blocks: blocks, Stop: "refusal", Category: category}
}

// Pause is a turn that is not over: the client sends it back as it is and the model goes on.
func Pause(blocks ...Block) Turn { return Turn{Blocks: blocks, Stop: "pause_turn"} }

func stopReasons() []string {
	return []string{"end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded"}
}

func (t *Turn) calls() bool {
	for _, b := range t.Blocks {
		if b.Type == "tool_use" {
			return true
		}
	}
	return false
}

// turnBody is how programs write a turn.
type turnBody struct {
	Thinking string `json:"thinking,omitempty"`
	Text     string `json:"text,omitempty"`
	Calls    []struct {
		Name  string          `json:"name"`
		Input json.RawMessage `json:"input"`
	} `json:"calls,omitempty"`
	Stop       string `json:"stop,omitempty"`
	Category   string `json:"category,omitempty"`
	Interleave bool   `json:"interleave,omitempty"`
	DelayMS    int64  `json:"delayMs,omitempty"`
	Fault      *Fault `json:"fault,omitempty"`
}

// UnmarshalJSON reads {"thinking":"…","text":"…","calls":[{"name":"…","input":{}}],"stop":"…"}.
func (t *Turn) UnmarshalJSON(raw []byte) error {
	var body turnBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return err
	}
	*t = Turn{Stop: body.Stop, Category: body.Category, Interleave: body.Interleave, Delay: time.Duration(body.DelayMS) * time.Millisecond, Fault: body.Fault}
	if body.Thinking != "" {
		t.Blocks = append(t.Blocks, Think(body.Thinking))
	}
	if body.Text != "" {
		t.Blocks = append(t.Blocks, Say(body.Text))
	}
	for _, call := range body.Calls {
		if call.Name == "" {
			return fmt.Errorf("a call needs the name of a tool")
		}
		if len(call.Input) == 0 {
			call.Input = json.RawMessage("{}")
		}
		t.Blocks = append(t.Blocks, Use(call.Name, call.Input))
	}
	return nil
}
