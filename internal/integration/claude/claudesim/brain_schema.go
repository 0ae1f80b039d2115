package claudesim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// schema is what the stand-in reads of a JSON schema.
type schema struct {
	kind        string // object, array, string, integer, number, boolean; empty is anything
	nullable    bool
	enum        []any
	format      string
	description string
	fallback    any // default
	least       *float64
	items       *schema
	minItems    int
	fields      []field // by name
}

type field struct {
	name, description string
	schema            *schema
	required          bool
}

func readSchema(raw json.RawMessage) *schema {
	var root map[string]any
	if json.Unmarshal(raw, &root) != nil {
		return &schema{}
	}
	return parseSchema(root, root, 0)
}

// parseSchema reads one node; references are looked up in the root.
func parseSchema(root map[string]any, node any, depth int) *schema {
	at, is := node.(map[string]any)
	out := &schema{}
	if !is || depth > 12 {
		return out
	}
	if place, is := at["$ref"].(string); is {
		var target any = root
		for step := range strings.SplitSeq(strings.TrimPrefix(place, "#/"), "/") {
			inner, _ := target.(map[string]any)
			target = inner[step]
		}
		out = parseSchema(root, target, depth+4) // a schema that refers to itself ends soon
	}
	for _, group := range []string{"anyOf", "oneOf", "allOf"} {
		options, _ := at[group].([]any)
		null := false
		for i := len(options) - 1; i >= 0; i-- {
			if inner, _ := options[i].(map[string]any); inner["type"] == "null" {
				null = true
				continue
			}
			out = parseSchema(root, options[i], depth+1)
		}
		out.nullable = out.nullable || null
	}
	switch kind := at["type"].(type) {
	case string:
		out.kind = kind
	case []any:
		for _, one := range kind {
			if one == "null" {
				out.nullable = true
			} else if text, is := one.(string); is && out.kind == "" {
				out.kind = text
			}
		}
	}
	out.readRest(root, at, depth)
	return out
}

func (s *schema) readRest(root, at map[string]any, depth int) {
	if text, is := at["format"].(string); is {
		s.format = text
	}
	if text, is := at["description"].(string); is {
		s.description = text
	}
	if value, sent := at["default"]; sent {
		s.fallback = value
	}
	if least, is := at["minimum"].(float64); is {
		s.least = &least
	}
	if least, is := at["minItems"].(float64); is {
		s.minItems = int(least)
	}
	if value, sent := at["const"]; sent {
		s.enum = []any{value}
	}
	if list, is := at["enum"].([]any); is {
		for _, value := range list {
			if value == nil {
				s.nullable = true
			} else {
				s.enum = append(s.enum, value)
			}
		}
	}
	if items, sent := at["items"]; sent {
		s.items = parseSchema(root, items, depth+1)
	}
	properties, _ := at["properties"].(map[string]any)
	needed, _ := at["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		inner := parseSchema(root, properties[name], depth+1)
		s.fields = append(s.fields, field{name, inner.description, inner, slices.Contains(needed, any(name))})
	}
}

// choices are the texts that may stand here, in a list of them too.
func (s *schema) choices() []string {
	var out []string
	for _, value := range s.enum {
		if text, is := value.(string); is {
			out = append(out, text)
		}
	}
	if s.items != nil {
		out = append(out, s.items.choices()...)
	}
	return out
}

// choose finds the choice whose words were asked for best.
func (s *schema) choose(asked map[string]float64, least float64) (any, bool) {
	best, found := 0.0, any(nil)
	for _, value := range s.enum {
		text := fmt.Sprint(value)
		parts := words(text)
		if len(parts) == 0 {
			continue
		}
		score := 0.0
		for _, word := range parts {
			score += asked[word]
		}
		score /= float64(len(parts))
		if score >= least && score > best {
			best, found = score, value
		}
	}
	return found, found != nil
}

// fillSchema makes a value that fits a schema of an answer, out of what was asked.
func (m *mind) fillSchema(raw json.RawMessage) any {
	return m.fillNode(readSchema(raw), "", 0)
}

func (m *mind) fillNode(s *schema, name string, depth int) any {
	if len(s.enum) > 0 {
		if value, found := s.choose(asked(m.question), 0.4); found {
			return value
		}
		return s.enum[0]
	}
	switch s.kind {
	case "object":
		out := map[string]any{}
		for _, f := range s.fields {
			out[f.name] = m.fillNode(f.schema, f.name, depth+1)
		}
		return out
	case "array":
		if s.items == nil || depth > 6 {
			return []any{}
		}
		out := []any{}
		for range max(1, min(s.minItems, 10)) {
			out = append(out, m.fillNode(s.items, name, depth+1))
		}
		return out
	case "boolean":
		return false
	case "integer", "number":
		if value, found := m.number(s, field{name: name, schema: s}, m.question); found {
			return value
		}
		if s.least != nil {
			return *s.least
		}
		return 0
	case "null":
		return nil
	}
	return m.fillText(s, name)
}

// fillText writes a text for a field of an answer by what the field is called.
func (m *mind) fillText(s *schema, name string) string {
	opening := m.r.Opening()
	if s.format == "date" || s.format == "date-time" {
		return dateText(s, m.now)
	}
	for _, word := range words(name) {
		switch word {
		case "titl", "nam", "subject", "headlin", "label":
			return titleOf(opening)
		case "reason", "why", "explanation":
			return "The words of the question fit best."
		case "summary", "description", "text", "answer", "message", "body", "reply":
			return notice + " You asked: " + firstWords(m.question, 30)
		}
	}
	if name, _ := nameIn(m.question); name != "" {
		return name
	}
	return titleOf(opening)
}
