package template

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/osteele/liquid/parser"
)

// use is one place where a template refers to a variable.
type use struct {
	Part Part
	Line int
	path []string // from the root, items of lists as element
	text string   // as it is written
	list bool     // a loop goes over it
}

// scan reads one part of a template: which variables, filters and tags it
// uses, what is wrong with them, and the source with the guards that stop
// empty values and endless loops while it is rendered.
type scan struct {
	part     Part
	uses     []use // what guards and problems name, by index
	problems Problems
	source   strings.Builder
	loops    []int // bytes of text in each loop, by index
	at       position
	blocks   []block
	locals   map[string][]string // what a name of the template's own stands for; nil when not known
}

// block is an open {% for %}, {% if %} and so on.
type block struct {
	tag      string
	name     string // that a capture gives to its content
	loop     int    // index into loops
	variable string
	hidden   []string // what variable stood for before
	was      bool     // variable stood for something before
}

const (
	maxSource = 100_000 // bytes of one part; Gmail clips what is larger than 102 KB anyway
	maxLine   = 1_000   // bytes of a subject or a preheader
	maxBlocks = 20      // open at once
	maxWords  = 200     // of one expression, which bounds its nesting too
)

var (
	tags = []string{"assign", "break", "capture", "case", "comment", "continue", "cycle", "else", "elsif", "for", "if", "raw", "unless", "when"}
	// A list stays a list of the same items through these filters.
	keepsItems = []string{"reverse", "sort", "sort_natural", "uniq", "where", "concat", "slice"}
	loopShape  = regexp.MustCompile(`^([\pL_][\pL\pM\pN_-]*)\s+in\s+`)
	assignment = regexp.MustCompile(`^([\pL_][\pL\pM\pN_-]*)\s*=`)
	braces     = regexp.MustCompile(`{{|{%|%}|}}`)
)

// scanPart reads one part. The HTML of the body tells where values may stand.
func scanPart(part Part, source string) *scan {
	s := &scan{part: part, locals: map[string][]string{}}
	limit := maxSource
	if part == Subject || part == Preheader {
		limit = maxLine
	}
	if len(source) > limit {
		s.report(0, "", fmt.Sprintf("It is longer than %d bytes; shorten it.", limit))
		return s
	}
	skip := ""
	for _, token := range parser.Scan(source, parser.SourceLoc{Pathname: string(part), LineNo: 1}, nil) {
		if skip != "" && (token.Type != parser.TagTokenType || token.Name != skip) {
			if skip == "endraw" {
				s.at.feed(token.Source)
			}
			s.source.WriteString(token.Source)
			continue
		}
		skip = ""
		if token.Name == "comment" || token.Name == "raw" {
			skip = "end" + token.Name
		}
		s.read(token)
	}
	return s
}

func (s *scan) report(line int, name, message string) {
	s.problems.add(Problem{Part: s.part, Line: line, Name: name, Message: message})
}

func (s *scan) read(token parser.Token) {
	switch token.Type {
	case parser.TextTokenType:
		s.readText(token)
	case parser.ObjTokenType:
		s.readOutput(token)
	case parser.TagTokenType:
		s.readTag(token)
	}
}

func (s *scan) readText(token parser.Token) {
	if at := braces.FindStringIndex(token.Source); at != nil {
		line := token.SourceLoc.LineNo + strings.Count(token.Source[:at[0]], "\n")
		s.report(line, "", fmt.Sprintf("%q has no partner on its line; a value is {{ name }} and a tag {%% name %%}, each on one line.", token.Source[at[0]:at[1]]))
	}
	if s.part == Body {
		s.at.feed(token.Source)
	}
	for _, b := range s.blocks {
		if b.tag == "for" {
			s.loops[b.loop] += len(token.Source)
		}
	}
	s.source.WriteString(token.Source)
}

func (s *scan) readOutput(token parser.Token) {
	line := token.SourceLoc.LineNo
	if refusal := s.at.refusal(token.Args); refusal != "" {
		s.report(line, token.Args, refusal)
	}
	if s.at.place == afterEquals {
		s.at.place = inUnquoted
	}
	e := s.expression(line, token.Args)
	guarded := s.guard(token, e, func(r reference) bool { return !r.defaulted })
	s.uses = append(s.uses, use{Part: s.part, Line: line, text: token.Args})
	output := fmt.Sprintf("(%s) | %s: %d", guarded, filterShown, len(s.uses)-1)
	s.source.WriteString(strings.Replace(token.Source, token.Args, output, 1))
}

// expression reads an expression of bearable length.
func (s *scan) expression(line int, text string) expression {
	all := splitWords(text)
	if len(all) > maxWords {
		s.report(line, "", fmt.Sprintf("This has more than %d words and signs; split it with assign.", maxWords))
		return expression{}
	}
	return readExpression(all)
}

// guard notes the references of an expression and returns it with a filter
// after each that refuses no value, where wanted says so.
func (s *scan) guard(token parser.Token, e expression, wanted func(reference) bool) string {
	line := token.SourceLoc.LineNo
	var guarded strings.Builder
	done := 0
	text := token.Args
	for _, r := range e.references {
		s.uses = append(s.uses, use{Part: s.part, Line: line, path: s.resolve(r.path), text: strings.Join(r.path, ".")})
		if r.end == 0 || !wanted(r) {
			continue
		}
		fmt.Fprintf(&guarded, "%s(%s | %s: %d)", text[done:r.start], text[r.start:r.end], filterGiven, len(s.uses)-1)
		done = r.end
	}
	guarded.WriteString(text[done:])
	s.judge(line, e)
	return guarded.String()
}

// judge reports filters that do not exist, properties that filters name, and
// ranges.
func (s *scan) judge(line int, e expression) {
	if e.ranged {
		s.report(line, "..", "A range such as (1..9) is not available; loop over a list.")
	}
	for _, c := range e.calls {
		if !slices.Contains(filterNames, c.name) {
			s.report(line, c.name, "There is no filter "+c.name+ending(c.name, filterNames))
		}
		if c.property == "" || c.on == nil {
			continue
		}
		if on := s.resolve(c.on); on != nil {
			s.uses = append(s.uses, use{Part: s.part, Line: line, path: append(slices.Clone(on), element, c.property), text: c.property})
		}
	}
}

// resolve replaces a name of the template's own by what it stands for. It
// returns nil when that is not known before rendering.
func (s *scan) resolve(path []string) []string {
	stands, local := s.locals[path[0]]
	if local && stands == nil || slices.Contains(path, dynamic) {
		return nil
	}
	if local {
		return append(slices.Clone(stands), path[1:]...)
	}
	return path
}

func (s *scan) readTag(token parser.Token) {
	line := token.SourceLoc.LineNo
	name := strings.TrimPrefix(token.Name, "end")
	if !slices.Contains(tags, token.Name) && (name == token.Name || !slices.Contains(tags, name)) {
		s.report(line, token.Name, "There is no tag "+token.Name+ending(token.Name, tags))
		return
	}
	written := token.Source
	switch token.Name {
	case "for":
		s.readLoop(token)
		written += s.tick(token)
	case "assign":
		written = s.readAssign(token)
	case "capture":
		s.locals[strings.TrimSpace(token.Args)] = nil
	case "if", "elsif", "unless", "case", "when":
		s.guard(token, s.expression(line, token.Args), func(reference) bool { return false })
	}
	if n := len(s.blocks); token.Name == "endcapture" && n > 0 && s.part == Body {
		written += fmt.Sprintf("{%% %s %s %%}", tagCaptured, s.blocks[n-1].name)
	}
	s.source.WriteString(written)
	switch {
	case name != token.Name:
		s.close(line, name)
	case slices.Contains([]string{"if", "unless", "case", "capture"}, token.Name):
		s.open(line, block{tag: token.Name, name: strings.TrimSpace(token.Args)})
	}
}

func (s *scan) open(line int, b block) {
	s.blocks = append(s.blocks, b)
	if len(s.blocks) == maxBlocks+1 {
		s.report(line, b.tag, fmt.Sprintf("More than %d tags stand inside each other; take some out.", maxBlocks))
	}
}

func (s *scan) close(line int, tag string) {
	n := len(s.blocks) - 1
	if tag == "comment" || tag == "raw" {
		return // they hold no other tags
	}
	if n < 0 || s.blocks[n].tag != tag {
		s.report(line, "end"+tag, fmt.Sprintf("{%% end%s %%} closes no {%% %s %%}.", tag, tag))
		return
	}
	b := s.blocks[n]
	s.blocks = s.blocks[:n]
	if b.variable == "" {
		return
	}
	delete(s.locals, b.variable)
	if b.was {
		s.locals[b.variable] = b.hidden
	}
}

// tick is the tag that counts a loop's rounds. It trims as the loop's own tag
// does.
func (s *scan) tick(loop parser.Token) string {
	trim := ""
	if strings.HasSuffix(loop.Source, "-%}") {
		trim = "-"
	}
	return fmt.Sprintf("{%% %s %d %s%%}", tagTick, len(s.loops)-1, trim)
}

func (s *scan) readLoop(token parser.Token) {
	line := token.SourceLoc.LineNo
	s.loops = append(s.loops, 0)
	b := block{tag: "for", loop: len(s.loops) - 1}
	shape := loopShape.FindStringSubmatch(token.Args)
	if shape == nil {
		s.open(line, b)
		return // Liquid reports it
	}
	token.Args = strings.ReplaceAll(token.Args[len(shape[0]):]+" ", " reversed ", " ")
	e := s.expression(line, token.Args)
	before := len(s.uses)
	s.guard(token, e, func(reference) bool { return false })
	var items []string
	if len(e.references) > 0 && e.references[0].start == 0 && e.references[0].end > 0 && allKeepItems(e.calls) {
		s.uses[before].list = true
		if of := s.uses[before].path; of != nil {
			items = append(slices.Clone(of), element)
		}
	}
	b.variable = shape[1]
	b.hidden, b.was = s.locals[b.variable]
	s.locals[b.variable] = items
	s.locals["forloop"] = nil
	s.open(line, b)
}

func allKeepItems(calls []call) bool {
	return !slices.ContainsFunc(calls, func(c call) bool { return !slices.Contains(keepsItems, c.name) })
}

// readAssign notes what the new name stands for. A plain copy of a variable may
// be without a value; what filters make of one may not.
func (s *scan) readAssign(token parser.Token) string {
	shape := assignment.FindStringSubmatch(token.Args)
	if shape == nil {
		return token.Source // Liquid reports it
	}
	value := token
	value.Args = token.Args[len(shape[0]):]
	e := s.expression(token.SourceLoc.LineNo, value.Args)
	before := len(s.uses)
	guarded := s.guard(value, e, func(r reference) bool { return len(e.calls) > 0 && !r.defaulted })
	var stands []string
	if len(e.references) == 1 && len(words.FindAllString(value.Args, maxWords)) == len(e.references[0].path) && len(e.calls) == 0 {
		stands = s.uses[before].path
	}
	s.locals[shape[1]] = stands
	return strings.Replace(token.Source, token.Args, shape[0]+guarded, 1)
}
