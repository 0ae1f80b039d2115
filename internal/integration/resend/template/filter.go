package template

import (
	"errors"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/osteele/liquid/values"

	"github.com/renoz/renoz/internal/crm"
)

// filterNames are the filters that templates may use: Liquid's own but those
// that print a value unescaped or an empty one, and ours.
var filterNames = []string{
	"abs", "append", "at_least", "at_most", "button", "capitalize", "ceil", "compact", "concat", "date", "default",
	"divided_by", "downcase", "first", "floor", "join", "last", "lines", "link", "lstrip", "map", "minus", "modulo",
	"money", "newline_to_br", "number", "plus", "pluralize", "prepend", "quantity", "remove", "remove_first",
	"remove_last", "replace", "replace_first", "replace_last", "reverse", "round", "rstrip", "size", "slice", "sort",
	"sort_natural", "split", "strip", "strip_html", "strip_newlines", "sum", "times", "totals", "truncate",
	"truncatewords", "uniq", "upcase", "url_encode", "where",
}

func (r *run) filters() map[string]any {
	return map[string]any{
		"money":         r.money,
		"date":          r.date,
		"quantity":      r.quantity,
		"number":        r.quantity,
		"newline_to_br": r.lineBreaks,
		"join":          r.join,
		"replace":       replace,
		"button":        r.button,
		"link":          r.link,
		"lines":         r.lines,
		"totals":        r.totals,
	}
}

// shown is how a value is written; every output ends with it. It refuses what
// would be written as nothing, and lists and records, which nobody can read.
func (r *run) shown(value any, use int) (any, error) {
	if use < 0 || use >= len(r.uses) {
		return nil, errors.New("show what was not read")
	}
	u := r.uses[use]
	out := value
	switch v := value.(type) {
	case values.SafeValue:
		text, _ := v.Value.(string)
		return value, r.spend(len(text))
	case []any, map[string]any:
		r.rendering.problems.add(Problem{u.Part, u.Line, u.text, u.text + " is a list or a record; name one of its values, or loop over it."})
		return stand, nil
	default:
		out = r.written(v)
	}
	text, ok := out.(string)
	if ok && r.markup[text] && strings.TrimSpace(text) != "" {
		return values.SafeValue{Value: text}, r.spend(len(text))
	}
	if ok && strings.TrimSpace(text) == "" || out == nil {
		r.missing(u)
		return stand, nil
	}
	return out, r.spend(len(text))
}

// written writes a value of ours as people read it; others stay as they are.
func (r *run) written(value any) any {
	switch v := value.(type) {
	case crm.Money:
		return v.Show(r.brand.Currency)
	case crm.MinorUnits:
		return v.Format(r.brand.Currency)
	case crm.Price:
		return v.Format(r.brand.Currency)
	case crm.Quantity:
		return v.Format()
	case crm.Percent:
		return v.Format()
	case crm.Day:
		return writeDay(v.Time(time.UTC), r.brand.DateFormat)
	case time.Time:
		return writeDay(v.In(r.brand.Zone), r.brand.DateFormat)
	}
	return value
}

// money writes an amount: {{ invoice.total | money }}, and a number of minor
// units with its currency: {{ 123450 | money: "AUD" }}.
func (r *run) money(value any, code func(string) string) (string, error) {
	if value == stand {
		return stand, nil
	}
	currency, err := crm.ParseCurrency(code(string(r.brand.Currency)))
	if err != nil {
		return "", fmt.Errorf("write an amount: %w", err)
	}
	switch v := value.(type) {
	case crm.Money:
		return v.Show(r.brand.Currency), nil
	case crm.Price:
		return v.Format(currency), nil
	case crm.MinorUnits:
		return crm.Money{Amount: v, Currency: currency}.Show(r.brand.Currency), nil
	case int:
		return crm.Money{Amount: crm.MinorUnits(v), Currency: currency}.Show(r.brand.Currency), nil
	case int64:
		return crm.Money{Amount: crm.MinorUnits(v), Currency: currency}.Show(r.brand.Currency), nil
	}
	return "", errors.New("money needs an amount, or a whole number of minor units such as cents")
}

// date writes a day or a time in the brand's zone: {{ invoice.due }},
// {{ invoice.due | date: "D MMMM YYYY" }}.
func (r *run) date(value any, format func(string) string) (string, error) {
	shape := format(r.brand.DateFormat)
	switch v := value.(type) {
	case crm.Day:
		return writeDay(v.Time(time.UTC), shape), nil
	case time.Time:
		return writeDay(v.In(r.brand.Zone), shape), nil
	case string:
		if v == stand {
			return stand, nil
		}
		day, err := crm.ParseDay(v)
		if err != nil {
			return "", fmt.Errorf("write a date: %w", err)
		}
		return writeDay(day.Time(time.UTC), shape), nil
	}
	return "", errors.New("date needs a day or a time")
}

// dateWords are the parts of a date's format, longer ones first, and how Go
// names them.
var dateWords = []struct{ word, layout string }{
	{"YYYY", "2006"}, {"YY", "06"},
	{"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"},
	{"DDDD", "Monday"}, {"DDD", "Mon"}, {"DD", "02"}, {"D", "2"},
	{"HH", "15"}, {"mm", "04"}, {"h", "3"}, {"a", "pm"}, {"z", "MST"},
}

// writeDay writes each part of the format by itself, because Go would take
// other text of it for parts too.
func writeDay(t time.Time, format string) string {
	var out strings.Builder
next:
	for format != "" {
		for _, d := range dateWords {
			if rest, ok := strings.CutPrefix(format, d.word); ok {
				out.WriteString(t.Format(d.layout))
				format = rest
				continue next
			}
		}
		out.WriteByte(format[0])
		format = format[1:]
	}
	return out.String()
}

// quantity writes a number with separators: 1,000.5.
func (r *run) quantity(value any) (string, error) {
	switch v := value.(type) {
	case crm.Quantity:
		return v.Format(), nil
	case crm.Percent:
		return v.Format(), nil
	case int, int64:
		return readQuantity(fmt.Sprint(v))
	case float64:
		return readQuantity(strconv.FormatFloat(v, 'f', 4, 64))
	case string:
		if v == stand {
			return stand, nil
		}
		return readQuantity(v)
	}
	return "", errors.New("quantity needs a number")
}

func readQuantity(text string) (string, error) {
	q, err := crm.ParseQuantity(text)
	if err != nil {
		return "", fmt.Errorf("write a quantity: %w", err)
	}
	return q.Format(), nil
}

// lineBreaks keeps the lines of a text in HTML.
func (r *run) lineBreaks(text string) any {
	text = strings.TrimSpace(text)
	if !r.html {
		return text
	}
	return values.SafeValue{Value: strings.ReplaceAll(html.EscapeString(text), "\n", "<br>")}
}

// join writes the items of a list one after the other.
func (r *run) join(list []any, with func(string) string) (string, error) {
	separator := with(", ")
	texts := make([]string, 0, len(list))
	size := 0
	for _, item := range list {
		if item == nil {
			return "", errors.New("an item of the list has no value")
		}
		text := fmt.Sprint(r.written(item))
		if size += len(text) + len(separator); size > maxValue {
			return "", errTooMuch
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, separator), nil
}

func replace(text, old, by string) (string, error) {
	if len(text)+strings.Count(text, old)*len(by) > maxValue {
		return "", errTooMuch
	}
	return strings.ReplaceAll(text, old, by), nil
}
