package template

import (
	_ "embed" // the style sheets
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

var (
	//go:embed layout/light.css
	lightCSS string
	//go:embed layout/dark.css
	darkCSS string
)

// declaration is one property of a rule with its value, in which the names of
// the brand's colours stand for them.
type declaration struct{ property, value string }

// styleRule is a rule of the layout's style sheet.
type styleRule struct {
	selector     cascadia.Sel
	declarations []declaration
}

// lightRules are those of the light style sheet, the most specific last. It is
// ours and plain: no at-rules, no comments, nothing quoted that holds a brace,
// a comma in a selector or a semicolon.
var lightRules = sync.OnceValue(func() []styleRule {
	var rules []styleRule
	for text := range strings.SplitSeq(strings.TrimSpace(lightCSS), "}") {
		selectors, body, ok := strings.Cut(text, "{")
		if !ok {
			continue // behind the last rule
		}
		var declarations []declaration
		for _, text := range split(body) {
			property, value, _ := strings.Cut(text, ":")
			declarations = append(declarations, declaration{strings.TrimSpace(property), strings.TrimSpace(value)})
		}
		for selector := range strings.SplitSeq(selectors, ",") {
			parsed, err := cascadia.Parse(strings.TrimSpace(selector))
			if err != nil {
				panic(fmt.Sprintf("template: selector %q of the layout: %v", selector, err))
			}
			rules = append(rules, styleRule{parsed, declarations})
		}
	}
	slices.SortStableFunc(rules, func(a, b styleRule) int {
		return slices.Compare(specificity(a), specificity(b))
	})
	return rules
})

func specificity(r styleRule) []int {
	s := r.selector.Specificity()
	return s[:]
}

// colours fills the brand's colours into a style sheet or a value of one.
func (b Brand) colours() *strings.Replacer {
	c, ok := parseColour(b.Colour)
	if !ok {
		c, _ = parseColour(plainColour)
	}
	return strings.NewReplacer(
		"DARKACCENT", c.legibleOn(night, white).String(),
		"ONBRAND", c.textOn().String(),
		"ACCENT", c.legibleOn(white, ink).String(),
		"BRAND", c.String(),
	)
}

// inline writes the light styles into the elements that they are for, because
// many clients drop style sheets. What an element says itself stays and wins.
func inline(page *html.Node, colours *strings.Replacer) {
	rules := lightRules()
	var all []declaration
	for n := range page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		all = all[:0]
		for _, r := range rules {
			if r.selector.Match(n) {
				all = append(all, r.declarations...)
			}
		}
		if len(all) > 0 {
			setStyle(n, all, colours)
		}
	}
}

// setStyle gives an element the last declaration of each property, in the order
// in which they stand, and its own behind them.
func setStyle(n *html.Node, all []declaration, colours *strings.Replacer) {
	own := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Namespace == "" && a.Key == "style" })
	set, parts := map[string]bool{}, []string(nil)
	if own >= 0 {
		declared := split(n.Attr[own].Val)
		for _, d := range slices.Backward(declared) {
			property, _, _ := strings.Cut(d, ":")
			set[strings.ToLower(strings.TrimSpace(property))] = true
			parts = append(parts, d)
		}
	}
	for _, d := range slices.Backward(all) {
		if !set[d.property] {
			set[d.property] = true
			parts = append(parts, d.property+":"+colours.Replace(d.value))
		}
	}
	slices.Reverse(parts)
	style := strings.Join(parts, ";")
	if own >= 0 {
		n.Attr[own].Val = style
		return
	}
	n.Attr = append(n.Attr, html.Attribute{Key: "style", Val: style})
}

// split takes declarations apart at the semicolons that are neither quoted nor
// in brackets.
func split(declarations string) []string {
	var parts []string
	begin, depth, quote := 0, 0, byte(0)
	end := func(at int) {
		if part := strings.TrimSpace(declarations[begin:at]); part != "" {
			parts = append(parts, part)
		}
		begin = at + 1
	}
	for i := range len(declarations) {
		switch c := declarations[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth = max(depth-1, 0)
		case c == ';' && depth == 0:
			end(i)
		}
	}
	end(len(declarations))
	return parts
}
