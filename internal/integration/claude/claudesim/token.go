package claudesim

import "unicode"

// The estimate of tokens, the same for every count the simulator gives: a run of letters or digits counts one for each
// four of its characters begun, every other visible character counts one, space counts nothing; then the model's own
// factor, rounded up. It is near the service's counts for English and JSON, and exact to itself.
const (
	imageTokens   = 1500 // an image, whatever its size
	messageTokens = 3    // around each block of a message
	toolTokens    = 12   // around each tool
	toolsTokens   = 290  // the instructions that come with any tools
)

// estimate counts the tokens of a text before the model's factor.
func estimate(text string) int {
	total, run := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if run%4 == 0 {
				total++
			}
			run++
		case unicode.IsSpace(r):
			run = 0
		default:
			run = 0
			total++
		}
	}
	return total
}

// tokens is an estimate in the model's own tokens.
func (m *Model) tokens(estimated int) int { return (estimated*m.TokenPercent + 99) / 100 }

func (m *Model) count(text string) int { return m.tokens(estimate(text)) }

// size is what a block of the prompt counts for.
func (m *Model) blockTokens(b Block) int {
	total := messageTokens
	switch b.Type {
	case "text":
		total += estimate(b.Text)
	case "thinking", "redacted_thinking":
		if sealed, ok := openSignature(b.Signature); ok {
			return sealed.tokens // what was thought counts, not what was shown of it
		}
		total += estimate(b.Text)
	case "tool_use":
		total += estimate(b.Name) + estimate(string(b.Input))
	case "tool_result":
		for _, inner := range b.Content {
			total += estimate(inner.Text) + inner.size
		}
	default:
		total += b.size
	}
	return m.tokens(total)
}

// part is a piece of the prompt in the order that the model reads it: tools, then the system prompt, then messages.
type part struct {
	prefix digest // of everything up to and with it
	tokens int    // up to and with it
	keep   ttl
	stable bool // neither thinking: the top-level cache_control may stand here
}

// render lays the prompt out in parts.
func (r *Request) render() {
	chain, total := digest{}.add([]byte(r.model.ID)), 0
	push := func(exact []byte, tokens int, keep ttl, stable bool) {
		chain, total = chain.add(exact), total+tokens
		r.parts = append(r.parts, part{chain, total, keep, stable})
	}
	for i, t := range r.Tools {
		tokens := r.model.tokens(estimate(t.Name) + estimate(t.Description) + estimate(string(compact(t.Schema))) + toolTokens)
		if i == 0 {
			tokens += r.model.tokens(toolsTokens)
		}
		push(t.exact, tokens, t.keep, true)
	}
	for _, b := range r.System {
		push(b.exact, r.model.blockTokens(b), b.keep, true)
	}
	// How the model thinks and which tools it must use parts the messages, but neither the tools nor the system.
	chain = chain.add([]byte(r.Thinking.Type + "\x00" + r.ToolChoice.Type + "\x00" + r.ToolChoice.Name + "\x00" + string(compact(r.Schema))))
	for _, m := range r.Messages {
		for _, b := range m.Blocks {
			push(append([]byte(m.Role+"\x00"), b.exact...), r.model.blockTokens(b), b.keep, b.Type != "thinking" && b.Type != "redacted_thinking")
		}
	}
	if r.auto == "" {
		return
	}
	for i := len(r.parts) - 1; i >= 0; i-- {
		if r.parts[i].stable {
			r.parts[i].keep = r.auto
			return
		}
	}
}

// inputTokens is the whole prompt.
func (r *Request) inputTokens() int {
	if len(r.parts) == 0 {
		return 0
	}
	return r.parts[len(r.parts)-1].tokens
}
