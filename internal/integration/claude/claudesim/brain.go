package claudesim

import (
	"fmt"
	"strings"
	"time"
)

// notice is said once in each conversation.
const notice = "_I stand in for Claude: a simulator that answers by simple rules._"

// standIn answers what nobody scripted.
func (s *Server) standIn(r *Request) (Turn, bool) {
	question := r.Question()
	m := mind{r: r, now: s.now(), question: strings.TrimSpace(question)}
	switch {
	case r.Schema != nil && len(m.r.Results()) == 0:
		return Answer(Say(string(encode(m.fillSchema(r.Schema))))), true
	case len(r.Results()) > 0 && r.Messages[len(r.Messages)-1].Role != "assistant":
		return m.goOn(), true
	}
	return m.start(), true
}

// mind is what the stand-in has before it for one answer.
type mind struct {
	r        *Request
	now      time.Time
	question string
}

// start answers a question: with calls of tools where some fit, else with words.
func (m *mind) start() Turn {
	calls := m.choose(m.question)
	if len(calls) == 0 && m.follows() {
		calls = m.choose(m.earlier() + "\n" + m.question)
	}
	if m.r.ToolChoice.OneOnly && len(calls) > 1 {
		calls = calls[:1]
	}
	if len(calls) == 0 {
		return Answer(Say(m.greet(m.helpless())))
	}
	turn := Turn{}
	names := make([]string, 0, len(calls))
	for _, call := range calls {
		names = append(names, call.tool.Name)
	}
	if m.r.Thinking.Type != thinkDisabled {
		turn.Blocks = append(turn.Blocks, Think(fmt.Sprintf("The question is “%s”. Of %d tools I take %s.", firstWords(m.question, 20), len(m.r.Tools), strings.Join(names, " and "))))
	}
	for _, call := range calls {
		turn.Blocks = append(turn.Blocks, Use(call.tool.Name, call.input))
	}
	return turn
}

// goOn answers after results: with one more call when the best tool waited for an id that a result has now, else with
// what the results hold.
func (m *mind) goOn() Turn {
	results := m.r.Results()
	if call, ready := m.next(results); ready {
		return Answer(Use(call.tool.Name, call.input))
	}
	text := m.report(results)
	if m.r.Schema != nil {
		return Answer(Say(string(encode(m.fillSchema(m.r.Schema)))))
	}
	return Answer(Say(m.greet(text)))
}

// greet puts the notice before the first answer of a conversation.
func (m *mind) greet(text string) string {
	for _, message := range m.r.Messages {
		if message.Role == "assistant" && strings.Contains(message.Text(), notice) {
			return text
		}
	}
	return notice + "\n\n" + text
}

// follows reports whether the question only makes sense with the one before it.
func (m *mind) follows() bool {
	lower := strings.ToLower(m.question)
	for _, start := range []string{"and ", "what about", "how about", "only ", "now ", "the same", "same "} {
		if strings.HasPrefix(lower, start) {
			return m.earlier() != ""
		}
	}
	return false
}

// earlier is the question before this one.
func (m *mind) earlier() string {
	seen := false
	for i := len(m.r.Messages) - 1; i >= 0; i-- {
		if text := m.r.Messages[i].Text(); m.r.Messages[i].Role == "user" && text != "" {
			if seen {
				return text
			}
			seen = true
		}
	}
	return ""
}

// helpless says what can be asked when no tool fits.
func (m *mind) helpless() string {
	if asksForTitle(m.question) {
		return titleOf(m.question)
	}
	if len(m.r.Tools) == 0 || m.r.ToolChoice.Type == "none" {
		return "I have no tools here, so I can look nothing up."
	}
	var out strings.Builder
	out.WriteString("I found no tool for that. You can ask me about:\n")
	for i, tool := range m.r.Tools {
		if i == 12 {
			fmt.Fprintf(&out, "\n- and %d more", len(m.r.Tools)-i)
			break
		}
		words := firstSentence(tool.Description)
		if words == "" {
			words = strings.ReplaceAll(tool.Name, "_", " ")
		}
		out.WriteString("\n- " + plain(words))
	}
	return out.String()
}

func firstSentence(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexAny(text, ".\n"); i > 0 {
		return text[:i]
	}
	return text
}

func firstWords(text string, n int) string {
	words := strings.Fields(text)
	if len(words) > n {
		return strings.Join(words[:n], " ") + "…"
	}
	return strings.Join(words, " ")
}
