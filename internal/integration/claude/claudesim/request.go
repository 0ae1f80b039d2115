package claudesim

import (
	"encoding/json"
	"strings"
)

// Request is a call for the next message, read and found right. Scripts decide by it.
type Request struct {
	Model        string
	MaxTokens    int
	Stream       bool
	Batch        bool // came in a batch
	System       []Block
	Tools        []Tool
	Messages     []Message
	ToolChoice   ToolChoice
	Thinking     Thinking
	Effort       string
	Schema       json.RawMessage // of output_config.format; nil when the answer is free text
	UserID       string          // metadata.user_id
	Stops        []string
	Betas        []string
	Conversation string // id of the conversation that it continues, as the pages name it

	model    *Model
	account  string
	version  string
	auto     ttl // of the top-level cache_control
	parts    []part
	counting bool // for count_tokens, where max_tokens is not asked for
}

// Message is one turn of the conversation that was sent.
type Message struct {
	Role   string // user, assistant or system
	Blocks []Block
}

// Block is a piece of content, sent or answered. Which fields are set depends on the type: text, thinking,
// redacted_thinking, tool_use, tool_result, image, document or search_result.
type Block struct {
	Type      string
	Text      string // of text and thinking
	Signature string // of thinking
	ID        string // of tool_use; the id that a tool_result answers
	Name      string // of tool_use
	Input     json.RawMessage
	Content   []Block // of tool_result
	IsError   bool

	exact []byte // what the prompt cache compares
	bound []byte // what signatures of thinking cover; nil for thinking
	keep  ttl
	kept  int // cache_control marks on it and in it
	size  int // tokens that an image or a document counts for
	place string
}

// Tool is a tool that the client offers.
type Tool struct {
	Name, Description string
	Schema            json.RawMessage
	Strict            bool

	exact []byte
	keep  ttl
}

// ToolChoice is which tools may or must be used.
type ToolChoice struct {
	Type    string // auto, any, tool or none; empty is auto
	Name    string
	OneOnly bool
}

// Thinking is how the client wants the model to think.
type Thinking struct {
	Type    string // adaptive, between_tools, disabled, enabled, or empty
	Display string // summarized or omitted; empty is the model's own way
	Budget  int
	Drop    bool // blocks that belong to another conversation are dropped instead of refused
}

// Question is the newest text that the user wrote; results of tools are not part of it.
func (r *Request) Question() string { return r.question(len(r.Messages)) }

// question is the newest text of a user before a message.
func (r *Request) question(before int) string {
	for i := before - 1; i >= 0; i-- {
		if r.Messages[i].Role == "user" {
			if text := r.Messages[i].Text(); text != "" {
				return text
			}
		}
	}
	return ""
}

// Opening is the first text that the user wrote, which tells conversations apart.
func (r *Request) Opening() string {
	for _, m := range r.Messages {
		if text := m.Text(); m.Role == "user" && text != "" {
			return text
		}
	}
	return ""
}

// Text is the text blocks of a message, a line each.
func (m Message) Text() string {
	var out []string
	for _, b := range m.Blocks {
		if b.Type == "text" {
			out = append(out, b.Text)
		}
	}
	return strings.Join(out, "\n")
}

// Result is what a tool answered, with the call that asked for it.
type Result struct {
	ID, Name string
	Input    json.RawMessage
	Text     string
	IsError  bool
}

// Results are the tool results since the newest question, oldest first.
func (r *Request) Results() []Result {
	calls := map[string]Block{}
	var out []Result
	for _, m := range r.Messages {
		if m.Role == "user" && m.Text() != "" && !m.answers() {
			out = nil
		}
		for _, b := range m.Blocks {
			switch b.Type {
			case "tool_use":
				calls[b.ID] = b
			case "tool_result":
				out = append(out, Result{b.ID, calls[b.ID].Name, calls[b.ID].Input, Message{Blocks: b.Content}.Text(), b.IsError})
			}
		}
	}
	return out
}

// answers reports whether a message holds results of tools.
func (m Message) answers() bool {
	for _, b := range m.Blocks {
		if b.Type == "tool_result" {
			return true
		}
	}
	return false
}

// tool finds an offered tool by name.
func (r *Request) tool(name string) *Tool {
	for i := range r.Tools {
		if r.Tools[i].Name == name {
			return &r.Tools[i]
		}
	}
	return nil
}
