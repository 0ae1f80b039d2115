package claudesim

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// arguments fills a tool's input from a clause, or says that something needed is not in it.
func (m *mind) arguments(tool *Tool, clause, question string) (map[string]any, bool) {
	return m.argumentsWith(tool, clause, question, nil)
}

func (m *mind) argumentsWith(tool *Tool, clause, question string, known map[string]any) (map[string]any, bool) {
	input, lacks := m.object(readSchema(tool.Schema), clause, question, known)
	return input, lacks == ""
}

// lacking names the field that keeps a tool from being called.
func (m *mind) lacking(tool *Tool, clause, question string) string {
	_, lacks := m.object(readSchema(tool.Schema), clause, question, nil)
	return lacks
}

func (m *mind) object(s *schema, clause, question string, known map[string]any) (out map[string]any, lacks string) {
	out = map[string]any{}
	for _, f := range s.fields {
		if value, given := known[f.name]; given {
			out[f.name] = value
			continue
		}
		value, found := m.value(f, clause)
		if !found && question != clause {
			value, found = m.value(f, question)
			found = found && shared(f)
		}
		switch {
		case found:
			out[f.name] = value
		case !f.required:
		case f.schema.nullable:
			out[f.name] = nil
		default:
			if value, found = m.fallback(f, clause); found {
				out[f.name] = value
			} else if lacks == "" {
				lacks = f.name
			}
		}
	}
	return out, lacks
}

// shared reports whether a field may be filled from the whole question when its clause is silent: who and when are
// often said once for several things.
func shared(f field) bool {
	return isDate(f) || isPeriod(f) || has(f.name, "customer", "contact", "company", "client")
}

// value finds what a clause says for a field.
func (m *mind) value(f field, clause string) (any, bool) {
	s := f.schema
	if len(s.enum) > 0 {
		if isPeriod(f) {
			if value, found := periodChoice(s, clause); found {
				return value, true
			}
		}
		least := 0.9
		if f.required && !s.nullable {
			least = 0.4
		}
		return s.choose(asked(clause), least)
	}
	switch s.kind {
	case "boolean":
		return m.yes(f, clause)
	case "integer", "number":
		return m.number(s, f, clause)
	case "array":
		return m.list(f, clause)
	case "object":
		inner, lacks := m.object(s, clause, clause, nil)
		return inner, lacks == "" && len(inner) > 0
	case "string", "":
		return m.text(f, clause)
	}
	return nil, false
}

func (m *mind) list(f field, clause string) (any, bool) {
	items := f.schema.items
	if items == nil {
		return nil, false
	}
	var out []any
	if len(items.enum) > 0 {
		for _, choice := range items.enum {
			one := schema{enum: []any{choice}}
			if value, found := one.choose(asked(clause), 0.9); found {
				out = append(out, value)
			}
		}
		return out, len(out) > 0
	}
	single := field{name: strings.TrimSuffix(f.name, "s"), description: f.description, schema: items, required: f.required}
	value, found := m.value(single, clause)
	return []any{value}, found
}

// yes is true when the words of a switch were said.
func (m *mind) yes(f field, clause string) (any, bool) {
	said := asked(clause)
	parts := slices.DeleteFunc(words(f.name), func(word string) bool { return slices.Contains([]string{"includ", "is", "only", "with"}, word) })
	if len(parts) == 0 {
		return nil, false
	}
	for _, word := range parts {
		if said[word] < 0.9 {
			return nil, false
		}
	}
	return true, true
}

var (
	moneyText  = regexp.MustCompile(`(?i)(?:(?:A|NZ|US)?\$|AUD|NZD|USD|€|£)\s?(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s?(?:dollars|AUD|NZD|USD|euros?)\b`)
	firstMany  = regexp.MustCompile(`(?i)\b(?:top|first|last|latest|newest|limit|biggest|largest)\s+(\d{1,4})\b|\b(\d{1,4})\s+(?:biggest|largest|newest|latest|most)\b`)
	daysText   = regexp.MustCompile(`(?i)\b(\d{1,4})\s+days?\b`)
	yearText   = regexp.MustCompile(`\b(20\d\d)\b`)
	countText  = regexp.MustCompile(`(?i)\b(\d{1,7})\s*(?:x|×|units?|pieces?|pcs|of)\b`)
	anyNumber  = regexp.MustCompile(`(?:^|\s)(\d+(?:\.\d+)?)(?:\s|$|[?.,!])`)
	aboveText  = regexp.MustCompile(`(?i)\b(?:over|above|more than|at least|greater than)\s`)
	belowText  = regexp.MustCompile(`(?i)\b(?:under|below|less than|at most)\s`)
	currencies = regexp.MustCompile(`\b(AUD|NZD|USD|EUR|GBP)\b`)
)

// has reports whether a field's name has one of some words.
func has(name string, any ...string) bool {
	parts := words(name)
	raw := strings.FieldsFunc(strings.ToLower(splitCamel(name)), func(r rune) bool { return r == '_' || r == '-' || r == ' ' || r == '.' })
	return slices.ContainsFunc(any, func(word string) bool { return slices.Contains(parts, stem(word)) || slices.Contains(raw, word) })
}

func firstGroup(found []string) string {
	for _, group := range found[min(1, len(found)):] {
		if group != "" {
			return group
		}
	}
	return ""
}

func (m *mind) number(s *schema, f field, clause string) (any, bool) {
	text := ""
	cents := has(f.name, "cents", "minor") || strings.Contains(strings.ToLower(f.description), "cents") || strings.Contains(strings.ToLower(f.description), "minor unit")
	money := cents || has(f.name, "amount", "price", "sum", "value", "total", "balance", "cost")
	switch {
	case money && has(f.name, "min", "minimum", "above", "over", "least") && !aboveText.MatchString(clause),
		money && has(f.name, "max", "maximum", "below", "under", "most") && !belowText.MatchString(clause):
	case money:
		text = firstGroup(moneyText.FindStringSubmatch(clause))
	case has(f.name, "limit", "top", "count", "size", "first", "n"):
		text = firstGroup(firstMany.FindStringSubmatch(clause))
	case has(f.name, "days"):
		text = firstGroup(daysText.FindStringSubmatch(clause))
	case has(f.name, "year"):
		text = firstGroup(yearText.FindStringSubmatch(clause))
	case has(f.name, "quantity", "qty", "units", "pieces"):
		text = firstGroup(countText.FindStringSubmatch(clause))
	case f.required && !has(f.name, "page", "offset", "version"):
		text = firstGroup(anyNumber.FindStringSubmatch(clause))
	}
	value, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	if text == "" || err != nil {
		return nil, false
	}
	if cents {
		value *= 100
	}
	if s.kind == "integer" {
		return int64(value + 0.5), true
	}
	return value, true
}

// text finds a text by what its field is called and said to be.
func (m *mind) text(f field, clause string) (any, bool) {
	about := strings.ToLower(f.name + " " + f.description)
	found := ""
	switch {
	case isDate(f):
		return m.date(f, clause)
	case isPeriod(f):
		found = periodWords(clause)
	case isID(f):
		if found = anyUUID.FindString(clause); found == "" && strings.Contains(about, "number") {
			found = documentIn(clause, kindOf(about))
		}
	case f.schema.format == "email" || has(f.name, "email", "mail", "address", "recipient", "to"):
		if found = mailAddress.FindString(clause); found == "" && f.schema.format != "email" && !has(f.name, "email") {
			found, _ = nameIn(clause)
		}
	case has(f.name, "currency"):
		found = currencies.FindString(clause)
	case has(f.name, "reason", "why", "note", "notes", "memo", "comment", "message", "body", "description"):
		found = firstGroup(reasonWords.FindStringSubmatch(clause))
	case has(f.name, "number", "reference", "document", "invoice", "order", "quote"):
		found = documentIn(clause, kindOf(strings.ToLower(f.name)))
		if found == "" && !has(f.name, "invoice", "order", "quote") {
			found = documentIn(clause, "")
		}
	case has(f.name, "amount", "total", "price"):
		found = strings.ReplaceAll(firstGroup(moneyText.FindStringSubmatch(clause)), ",", "")
	case has(f.name, "query", "search", "q", "text", "term", "keyword", "question"):
		if found = mailAddress.FindString(clause); found == "" {
			found, _ = nameIn(clause)
		}
		if found == "" {
			found = documentIn(clause, "")
		}
	case has(f.name, "name", "customer", "contact", "company", "client", "supplier", "product", "who", "person", "subject", "title", "city"):
		found, _ = nameIn(clause)
	}
	return found, found != ""
}

func isID(f field) bool {
	lower := strings.ToLower(f.name)
	return f.schema.format == "uuid" || lower == "id" || strings.HasSuffix(lower, "_id") || strings.HasSuffix(f.name, "Id") || strings.HasSuffix(f.name, "ID")
}

// kindOf is how numbers of a kind of document begin.
func kindOf(about string) string {
	switch {
	case strings.Contains(about, "invoice"):
		return "INV"
	case strings.Contains(about, "credit"):
		return "CN"
	case strings.Contains(about, "quote"):
		return "QU"
	}
	return ""
}

// fallback is what a needed field holds when nothing was said of it.
func (m *mind) fallback(f field, clause string) (any, bool) {
	s := f.schema
	switch {
	case s.fallback != nil:
		return s.fallback, true
	case len(s.enum) == 1:
		return s.enum[0], true
	case len(s.enum) > 0:
		for _, choice := range s.enum {
			if text, _ := choice.(string); slices.Contains([]string{"all", "any", "none", "default"}, text) {
				return choice, true
			}
		}
		return s.enum[0], true
	case s.kind == "boolean":
		return false, true
	case s.kind == "array" && s.minItems == 0 && s.items != nil && s.items.kind != "object":
		return []any{}, true
	case (s.kind == "integer" || s.kind == "number") && has(f.name, "limit", "top", "count", "size", "n"):
		return 10, true
	case (s.kind == "integer" || s.kind == "number") && has(f.name, "days"):
		return 30, true
	case (s.kind == "integer" || s.kind == "number") && has(f.name, "page", "offset", "version"):
		return max(0, or(s.least)), true
	case isID(f):
		return nil, false
	case isDate(f):
		return m.usualDate(f), true
	case s.kind == "string" && has(f.name, "query", "search", "q", "text", "term", "question", "reason", "note", "notes", "description", "message", "body", "subject", "title"):
		return firstWords(clause, 40), true
	}
	return nil, false
}

func or(least *float64) float64 {
	if least == nil {
		return 0
	}
	return *least
}
