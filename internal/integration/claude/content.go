package claude

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/anthropics/anthropic-sdk-go/v2"
)

// block is what we read of a block of a message.
type block struct {
	Type  string          `json:"type"`
	Text  string          `json:"text"`
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Input json.RawMessage `json:"input"`
}

func blocksOf(content json.RawMessage) ([]block, error) {
	var blocks []block
	if err := json.Unmarshal(content, &blocks); err != nil {
		return nil, fmt.Errorf("read a message: %w", err)
	}
	return blocks, nil
}

// saidIn is the text of a message.
func saidIn(blocks []block) string {
	var said bytes.Buffer
	for _, b := range blocks {
		if b.Type != "text" || b.Text == "" {
			continue
		}
		if said.Len() > 0 {
			said.WriteByte('\n')
		}
		said.WriteString(b.Text)
	}
	return said.String()
}

// uses are the tools that a message asks for.
func uses(blocks []block) []block {
	var asked []block
	for _, b := range blocks {
		if b.Type == "tool_use" {
			asked = append(asked, b)
		}
	}
	return asked
}

// received is a message as it is sent again in later requests: always with the
// same bytes, and thinking as it came.
func received(m anthropic.Message) (json.RawMessage, error) {
	blocks := make([]anthropic.ContentBlockParamUnion, 0, len(m.Content))
	for _, b := range m.Content {
		if b.Type == "text" && b.Text == "" { // refused when it is sent again
			continue
		}
		blocks = append(blocks, b.ToParam())
	}
	return json.Marshal(blocks)
}

// textBlocks is the content of a message of texts.
func textBlocks(texts ...string) (json.RawMessage, error) {
	type text struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	blocks := make([]text, len(texts))
	for i, t := range texts {
		blocks[i] = text{"text", t}
	}
	return json.Marshal(blocks)
}

// toolResult is what a tool answered.
type toolResult struct {
	Type    string `json:"type"`
	ID      string `json:"tool_use_id"`
	Content string `json:"content"`
	Failed  bool   `json:"is_error,omitempty"`
}
