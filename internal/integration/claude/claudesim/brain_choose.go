package claudesim

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// wanted is a call that the stand-in wants to make.
type wanted struct {
	tool  *Tool
	input map[string]any
	score float64
}

// leastScore is how well a tool must fit to be called at all.
const leastScore = 2.2

// choose picks a tool for each clause of a question.
func (m *mind) choose(question string) []wanted {
	if m.r.ToolChoice.Type == "none" {
		return nil
	}
	var out []wanted
	called := map[string]bool{}
	for _, clause := range clauses(question) {
		best, found := m.best(clause)
		if !found {
			continue
		}
		if best.input, found = m.arguments(best.tool, clause, question); !found {
			// What it lacks may be found by a tool that looks things up.
			if best, found = m.finder(best, clause, question); !found {
				continue
			}
		}
		if key := best.tool.Name + string(encode(best.input)); !called[key] {
			called[key] = true
			out = append(out, best)
		}
	}
	return m.forced(out, question)
}

// forced calls the tool that the client insists on, where models still obey.
func (m *mind) forced(calls []wanted, question string) []wanted {
	switch {
	case m.r.ToolChoice.Type == "tool":
		tool := m.r.tool(m.r.ToolChoice.Name)
		input, _ := m.arguments(tool, question, question)
		return []wanted{{tool: tool, input: input}}
	case m.r.ToolChoice.Type == "any" && len(calls) == 0:
		input, _ := m.arguments(&m.r.Tools[0], question, question)
		return []wanted{{tool: &m.r.Tools[0], input: input}}
	}
	return calls
}

var clauseEnd = regexp.MustCompile(`(?i)\?\s+|;\s*|\.\s+|\n+|,?\s+and also\s+|,?\s+also\s+|,?\s+and (?:(?:then|tell me|show me|list|what|which|who|how|find|give me)\s+)?|,\s+(?:what|which|who|how|show)\s+`)

// clauses cuts a question into parts that may each want a tool. A part that is a reason belongs to what it explains.
func clauses(question string) []string {
	if i := strings.Index(strings.ToLower(question), "because"); i > 0 {
		return append(clauses(question[:i])[:0:0], question)
	}
	var out []string
	at := 0
	for _, cut := range clauseEnd.FindAllStringIndex(question, -1) {
		out = append(out, question[at:cut[0]])
		at = cut[1]
		// The word that began the next part is part of it.
		for at > cut[0] && !strings.ContainsAny(question[at-1:at], " \n") {
			at--
		}
	}
	out = append(out, question[at:])
	out = slices.DeleteFunc(out, func(part string) bool { return len(words(part)) == 0 })
	if len(out) > 6 {
		out = out[:6]
	}
	return out
}

// best is the tool whose words fit a clause best.
func (m *mind) best(clause string) (wanted, bool) {
	asked := asked(clause)
	rare := m.rarity()
	acts := wantsAction(clause)
	var found []wanted
	for i := range m.r.Tools {
		tool := &m.r.Tools[i]
		score := 0.0
		for word, weight := range toolWords(tool) {
			if strength := asked[word]; strength > 0 {
				score += weight * strength * rare[word]
			}
		}
		writes := writing(tool)
		switch {
		case writes && !acts:
			score *= 0.2
		case writes && acts:
			score *= 1.6
		}
		found = append(found, wanted{tool: tool, score: score})
	}
	sort.SliceStable(found, func(a, b int) bool { return found[a].score > found[b].score })
	if len(found) == 0 || found[0].score < leastScore {
		return wanted{}, false
	}
	return found[0], true
}

// rarity weighs words: one that few tools have tells more.
func (m *mind) rarity() map[string]float64 {
	has := map[string]int{}
	for i := range m.r.Tools {
		for word := range toolWords(&m.r.Tools[i]) {
			has[word]++
		}
	}
	out := map[string]float64{}
	for word, n := range has {
		out[word] = 0.6 + math.Log(1+float64(len(m.r.Tools))/float64(n))
	}
	return out
}

// toolWords are the words of a tool with their weight: its name tells most, then its fields and their choices, then
// its description.
func toolWords(tool *Tool) map[string]float64 {
	out := map[string]float64{}
	put := func(text string, weight float64) {
		for _, word := range words(text) {
			out[word] = max(out[word], weight)
		}
	}
	put(tool.Description, 1)
	schema := readSchema(tool.Schema)
	for _, field := range schema.fields {
		put(field.name, 0.7)
		put(field.description, 0.3)
		for _, choice := range field.schema.choices() {
			put(choice, 1)
		}
	}
	put(tool.Name, 2.2)
	return out
}

// writing reports whether a tool changes something, as its name begins.
func writing(tool *Tool) bool {
	verbs := []string{"create", "update", "delete", "remove", "send", "draft", "issue", "void", "approve", "cancel", "add", "set", "make", "raise", "record",
		"apply", "refund", "propose", "write", "change", "edit", "retry", "post", "schedule", "archive", "credit", "mark", "pay"}
	first, _, _ := strings.Cut(strings.ToLower(tool.Name), "_")
	return slices.Contains(verbs, first)
}

var action = regexp.MustCompile(`(?i)^(?:please\s+|can you\s+|could you\s+|now\s+|i want to\s+|i'd like to\s+|let's\s+)*(?:create|make|raise|issue|draft|send|cancel|void|refund|credit|update|change|set|add|remove|delete|approve|retry|record|schedule|archive|write|email|mark|apply|give)\b|\b(?:credit note|refund|quote|draft|reminder) (?:for|to|of) .*(?:\$|\bbecause\b)`)

func wantsAction(clause string) bool { return action.MatchString(strings.TrimSpace(clause)) }

// finder is a tool that may find what another lacks: it reads, it fits the clause's words at all, and its own arguments
// can be filled.
func (m *mind) finder(best wanted, clause, question string) (wanted, bool) {
	name, _ := nameIn(clause)
	if name == "" {
		name, _ = nameIn(question)
	}
	if name == "" {
		return wanted{}, false
	}
	lacks := m.lacking(best.tool, clause, question)
	for i := range m.r.Tools {
		tool := &m.r.Tools[i]
		if tool == best.tool || writing(tool) {
			continue
		}
		first, _, _ := strings.Cut(tool.Name, "_")
		if !slices.Contains([]string{"search", "find", "list", "lookup"}, first) || !sharesWord(tool.Name, lacks) {
			continue
		}
		if input, filled := m.arguments(tool, clause, question); filled && strings.Contains(string(encode(input)), string(encode(name))) {
			return wanted{tool: tool, input: input}, true
		}
	}
	return wanted{}, false
}

// sharesWord reports whether a tool is about what a field such as customer_id names; a plain id may be anything's.
func sharesWord(tool, field string) bool {
	about := words(strings.TrimSuffix(strings.TrimSuffix(field, "id"), "_"))
	if len(about) == 0 {
		return true
	}
	of := words(tool)
	return slices.ContainsFunc(about, func(word string) bool { return slices.Contains(of, word) })
}

// next is the tool that was wanted first and could not be called, now that results may hold the id it lacks.
func (m *mind) next(results []Result) (wanted, bool) {
	for _, clause := range clauses(m.question) {
		best, found := m.best(clause)
		if !found || slices.ContainsFunc(results, func(r Result) bool { return r.Name == best.tool.Name }) {
			continue
		}
		if _, filled := m.arguments(best.tool, clause, m.question); filled {
			continue // it was called, or left out for a reason that has not changed
		}
		lacks := m.lacking(best.tool, clause, m.question)
		id := idIn(results, lacks)
		if id == nil {
			continue
		}
		if input, filled := m.argumentsWith(best.tool, clause, m.question, map[string]any{lacks: id}); filled {
			return wanted{tool: best.tool, input: input}, true
		}
	}
	return wanted{}, false
}

// idIn is the id of the only or first row of the results that fits a field.
func idIn(results []Result, field string) any {
	for i := len(results) - 1; i >= 0; i-- {
		if results[i].IsError || !sharesWord(results[i].Name, field) {
			continue
		}
		var value any
		if json.Unmarshal([]byte(results[i].Text), &value) != nil {
			continue
		}
		rows := rowsOf(value)
		if len(rows) == 0 {
			if one, is := value.(map[string]any); is {
				rows = []map[string]any{one}
			}
		}
		for _, row := range rows {
			for _, name := range []string{field, "id", "uuid"} {
				switch id := row[name].(type) {
				case string, float64:
					return id
				}
			}
		}
	}
	return nil
}
