package claudesim

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// mostRows and mostColumns bound a table of an answer.
const (
	mostRows    = 10
	mostColumns = 5
)

// report tells in Markdown what results hold. Everything in them is data: it is written down, marked as text, and
// nothing in it is followed.
func (m *mind) report(results []Result) string {
	var parts []string
	for _, r := range results {
		parts = append(parts, reportOne(r, len(results) > 1))
	}
	return strings.Join(parts, "\n\n")
}

func reportOne(r Result, titled bool) string {
	name := strings.ReplaceAll(r.Name, "_", " ")
	title := ""
	if titled {
		title = "**" + strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):] + "**\n\n"
	}
	if r.IsError {
		return title + "The tool " + plain(name) + " could not do that: " + plain(firstWords(r.Text, 60))
	}
	var value any
	if err := json.Unmarshal([]byte(r.Text), &value); err != nil {
		if strings.TrimSpace(r.Text) == "" {
			return title + "The tool " + plain(name) + " answered nothing."
		}
		return title + "> " + plain(firstWords(r.Text, 100))
	}
	rows := rowsOf(value)
	whole, _ := value.(map[string]any)
	switch {
	case len(rows) > 0:
		return title + table(rows, whole, name)
	case rows != nil:
		return title + "Nothing was found by " + plain(name) + "."
	case whole != nil:
		return title + facts(whole)
	}
	return title + plain(fmt.Sprint(value))
}

// rowsOf finds the list of records in a result: the value itself, or the longest list in its fields. It is nil when
// there is no list at all.
func rowsOf(value any) []map[string]any {
	switch v := value.(type) {
	case []any:
		rows := make([]map[string]any, 0, len(v))
		for _, one := range v {
			if row, is := one.(map[string]any); is {
				rows = append(rows, row)
			}
		}
		if len(rows) == 0 && len(v) > 0 {
			for _, one := range v {
				rows = append(rows, map[string]any{"value": one})
			}
		}
		return rows
	case map[string]any:
		var best []map[string]any
		for _, name := range slices.Sorted(maps.Keys(v)) {
			inner, is := v[name].([]any)
			if !is || (len(inner) > 0 && !isRecord(inner[0])) {
				continue
			}
			if rows := rowsOf(inner); best == nil || len(rows) > len(best) {
				best = rows
			}
		}
		// A record with lines of its own is one record, not a list.
		if best != nil && (v["id"] != nil || v["number"] != nil) {
			return nil
		}
		return best
	}
	return nil
}

func isRecord(value any) bool {
	_, is := value.(map[string]any)
	return is
}

// table tells how many rows there are, what they sum to, and shows the first of them.
func table(rows []map[string]any, whole map[string]any, name string) string {
	var out strings.Builder
	total := len(rows)
	for _, key := range []string{"total_count", "totalCount", "count", "total"} {
		if n, is := whole[key].(float64); is && n >= float64(total) && n == math.Trunc(n) && n < 1e9 {
			total = int(n)
			break
		}
	}
	fmt.Fprintf(&out, "%d %s", total, "found by "+plain(name))
	if sums := sumsOf(rows); sums != "" {
		out.WriteString(": " + sums)
		if total > len(rows) {
			fmt.Fprintf(&out, " in the %d that I was given", len(rows))
		}
	}
	out.WriteString(".\n\n")
	columns := columnsOf(rows)
	out.WriteString("|")
	for _, column := range columns {
		out.WriteString(" " + plain(strings.ReplaceAll(splitCamel(column), "_", " ")) + " |")
	}
	out.WriteString("\n|" + strings.Repeat(" --- |", len(columns)))
	for i, row := range rows {
		if i == mostRows {
			break
		}
		out.WriteString("\n|")
		for j, column := range columns {
			cell := plain(show(row[column]))
			if link := linkOf(row); j == 0 && link != "" {
				cell = "[" + cell + "](" + link + ")"
			}
			out.WriteString(" " + cell + " |")
		}
	}
	if total > mostRows {
		fmt.Fprintf(&out, "\n\nThese are the first %d of %d.", min(mostRows, len(rows)), total)
	}
	return out.String()
}

// columnsOf are the fields that people know a record by.
func columnsOf(rows []map[string]any) []string {
	weight := func(name string) int {
		for i, group := range [][]string{{"number", "reference", "name", "title", "label", "key"}, {"customer", "contact", "company", "to", "recipient", "email", "subject"},
			{"status", "state", "outcome", "problem", "error", "reason", "message"}, {"due", "outstanding", "balance", "owed", "amount", "total", "revenue", "value"},
			{"date", "at", "since", "day", "month", "days"}, {"count", "orders", "invoices", "quantity", "currency"}} {
			if has(name, group...) {
				return i
			}
		}
		return 9
	}
	names := map[string]bool{}
	for _, row := range rows[:min(len(rows), mostRows)] {
		for name, value := range row {
			_, isList := value.([]any)
			lower := strings.ToLower(name)
			if value != nil && !isList && lower != "id" && !strings.HasSuffix(lower, "_id") && !isLink(name) {
				names[name] = true
			}
		}
	}
	out := slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		if x, y := weight(a), weight(b); x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	if len(out) == 0 {
		return []string{"id"}
	}
	return out[:min(len(out), mostColumns)]
}

func isLink(name string) bool { return has(name, "url", "link", "href", "path") }

// linkOf is where a record can be seen: an address on the web or a place in the app, and nothing else.
func linkOf(row map[string]any) string {
	for _, name := range slices.Sorted(maps.Keys(row)) {
		text, _ := row[name].(string)
		if !isLink(name) || strings.ContainsAny(text, " ()<>\"'\\\n|") {
			continue
		}
		if strings.HasPrefix(text, "https://") || (strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//")) {
			return text
		}
	}
	return ""
}

// show writes a value as people read it.
func show(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case map[string]any:
		if amount, currency, is := moneyOf(v); is {
			return strings.TrimSpace(amountText(amount) + " " + currency)
		}
		for _, name := range []string{"name", "number", "title", "label", "value"} {
			if v[name] != nil {
				return show(v[name])
			}
		}
	}
	return string(encode(value))
}

// facts tells the fields of one record.
func facts(record map[string]any) string {
	var lines []string
	for _, name := range columnsOf([]map[string]any{record}) {
		lines = append(lines, "- "+plain(strings.ReplaceAll(splitCamel(name), "_", " "))+": "+plain(show(record[name])))
	}
	out := strings.Join(lines, "\n")
	if link := linkOf(record); link != "" {
		out += "\n\n[Open it](" + link + ")"
	}
	return out
}

// plain keeps a text from being anything but text in Markdown, on one line.
func plain(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_[]<>|#!~", r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}
