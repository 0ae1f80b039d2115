package template

import (
	"regexp"
	"slices"
	"strings"
)

// word is one word of a Liquid expression with where it stands in it.
type word struct {
	text       string
	start, end int
}

// The words of expressions as Liquid's own scanner reads them: strings,
// numbers, names, properties, ranges, comparisons, and single signs.
var words = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'|-?\d+(?:\.\d+)?|[\pL_][\pL\pM\pN_-]*\??|\.[\pL_][\pL\pM\pN_-]*\??|\.\.|[=!<>]=|\S`)

// element stands in a path for any item of a list, and dynamic for a key that
// is known only while rendering.
const (
	element = "[]"
	dynamic = "*"
)

// reference is a variable in an expression: invoice.lines[0].amount has the
// path invoice, lines, [], amount.
type reference struct {
	path       []string
	start, end int
	defaulted  bool // the filter default follows at once
	filtered   bool // any filter follows at once
}

// call is a filter in an expression.
type call struct {
	name     string
	property string   // the name of a property that it takes as its first argument, or ""
	on       []string // the path it is applied to when that is plain, or nil
}

// expression is what an expression refers to, in the order it is written.
type expression struct {
	references []reference
	calls      []call
	ranged     bool // it holds a range such as (1..9)
}

var (
	literals = []string{"true", "false", "nil", "and", "or", "contains", "in"}
	// These filters take the name of a property of each item.
	byProperty = []string{"map", "where", "sort", "sort_natural", "sum"}
)

func splitWords(text string) []word {
	var all []word
	for _, at := range words.FindAllStringIndex(text, -1) {
		all = append(all, word{text[at[0]:at[1]], at[0], at[1]})
	}
	return all
}

func (w word) named() bool { return isName(w.text) }

func isName(text string) bool {
	return text != "" && (text[0] == '_' || text[0] >= 0x80 || text[0]|0x20 >= 'a' && text[0]|0x20 <= 'z')
}

func (w word) quoted() (string, bool) {
	if len(w.text) < 2 || w.text[0] != '"' && w.text[0] != '\'' {
		return "", false
	}
	return w.text[1 : len(w.text)-1], true
}

// readExpression finds the variables and filters of an expression. It does not
// judge its syntax; Liquid does.
func readExpression(all []word) (e expression) {
	for i := 0; i < len(all); {
		switch w := all[i]; {
		case w.text == "..":
			e.ranged = true
			i++
		case w.text == "|" && i+1 < len(all):
			e.calls = append(e.calls, readCall(all, i+1, e.references))
			i += 2
		case !w.named() || slices.Contains(literals, w.text) || keyword(all, i):
			i++
		default:
			i = e.readReference(all, i)
		}
	}
	return e
}

// keyword reports whether a colon touches the name, as in limit:3.
func keyword(all []word, i int) bool {
	return i+1 < len(all) && all[i+1].text == ":" && all[i+1].start == all[i].end
}

func readCall(all []word, i int, before []reference) call {
	c := call{name: all[i].text}
	if !slices.Contains(byProperty, c.name) || i < 2 {
		return c
	}
	if n := len(before); n > 0 && before[n-1].end == all[i-2].end {
		c.on = before[n-1].path
	}
	if i+2 < len(all) && all[i+1].text == ":" {
		c.property, _ = all[i+2].quoted()
	}
	return c
}

// readReference reads a variable from word i on and returns the word after it.
func (e *expression) readReference(all []word, i int) int {
	r := reference{path: []string{all[i].text}, start: all[i].start}
	var inner []word
	next := i + 1
	for ; next < len(all); next++ {
		if name, property := strings.CutPrefix(all[next].text, "."); property && isName(name) {
			r.path = append(r.path, name)
			continue
		}
		if all[next].text != "[" {
			break
		}
		end := closing(all, next)
		r.path = append(r.path, key(all[next+1:end]))
		if r.path[len(r.path)-1] == dynamic {
			inner = append(inner, all[next+1:end]...)
		}
		next = min(end, len(all)-1)
	}
	r.end = all[next-1].end
	if next+1 < len(all) && all[next].text == "|" {
		r.filtered, r.defaulted = true, all[next+1].text == "default"
	}
	e.references = append(e.references, r)
	if len(inner) > 0 {
		within := readExpression(inner)
		e.ranged = within.ranged || e.ranged
		for _, nested := range within.references {
			nested.start, nested.end = 0, 0 // lies inside r
			e.references = append(e.references, nested)
		}
	}
	return next
}

// closing finds the bracket that closes the one at i, or the end.
func closing(all []word, i int) int {
	depth := 0
	for ; i < len(all); i++ {
		switch all[i].text {
		case "[":
			depth++
		case "]":
			depth--
		}
		if depth == 0 {
			return i
		}
	}
	return len(all)
}

// key is what brackets pick: a property, an item of a list, or what is known
// only later.
func key(inside []word) string {
	if len(inside) != 1 {
		return dynamic
	}
	if text, ok := inside[0].quoted(); ok {
		return text
	}
	if c := inside[0].text[0]; c == '-' || c >= '0' && c <= '9' {
		return element
	}
	return dynamic
}
