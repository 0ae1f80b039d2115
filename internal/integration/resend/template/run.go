package template

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/osteele/liquid"
	"github.com/osteele/liquid/filters"
	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/values"
)

// What rendering one part may cost. A mail of 1,000 lines stays below a third
// of each.
const (
	maxRounds  = 20_000    // of all loops together
	maxText    = 4 << 20   // bytes of text in all rounds, written or not
	maxWritten = 512 << 10 // bytes of the result
	maxValue   = 256 << 10 // bytes of one value
	maxItems   = 20_000    // of one list
	maxWork    = 32 << 20  // bytes and items that all filters were given
)

// maxTime ends what no other bound sees, such as a long text that is looked
// through in each round. It is far beyond what a mail takes on a machine that has
// too much else to do, because a mail that is refused is refused for good.
const maxTime = 20 * time.Second

// The guards that scan puts into a template. Authors cannot write them, because
// they are not among filterNames and tags.
const (
	filterShown = "shown__"    // the last filter of each output: says how the value is written, refuses none
	filterGiven = "given__"    // refuses a variable without a value
	tagTick     = "tick__"     // counts a round of a loop
	tagCaptured = "captured__" // marks what a capture made as HTML
)

// The guards as they stand in the words of an error, which are for people.
var (
	shownGuard = regexp.MustCompile(`\((.*)\) \| ` + filterShown + `: \d+`)
	givenGuard = regexp.MustCompile(`\(([^()]*) \| ` + filterGiven + `: \d+\)`)
)

// stand is what a missing value is taken for, so that rendering goes on and
// finds what else is missing. It never reaches a mail.
const stand = "\ufffc"

// errTooMuch is the error of a template that would cost too much.
var errTooMuch = errors.New("it would grow beyond what an e-mail may be; loop over fewer items or shorten it")

// run renders one part, one time after the other.
type run struct {
	*scan
	html   bool             // values are escaped, helpers write HTML
	parsed *liquid.Template // nil: not yet
	rendering
}

// rendering is what a run knows of the mail that it is at.
type rendering struct {
	brand    Brand
	data     map[string]any
	problems Problems        // those of the part's source, and of this mail
	markup   map[string]bool // what captures made
	rounds   int
	text     int
	work     int
	until    time.Time
}

func newRun(s *scan) *run { return &run{scan: s, html: s.part == Body} }

// parse hands the guarded source to Liquid.
func (r *run) parse() (parsed *liquid.Template, problem *Problem) {
	defer func() {
		if thrown := recover(); thrown != nil {
			problem = r.trouble(fmt.Errorf("%v", thrown))
		}
	}()
	parsed, err := r.engine().ParseTemplateLocation([]byte(r.source.String()), string(r.part), 1)
	if err != nil {
		return nil, r.trouble(err)
	}
	return parsed, nil
}

// render returns the part filled with data, or what stands against it: also what
// was found in the data for it before.
func (r *run) render(brand Brand, data map[string]any, found Problems) (string, Problems) {
	r.rendering = rendering{
		brand: brand, data: data, problems: slices.Concat(r.scan.problems, found), markup: map[string]bool{}, until: time.Now().Add(maxTime),
	}
	defer func() { r.rendering = rendering{} }()
	if len(r.rendering.problems) > 0 {
		return "", r.rendering.problems
	}
	if source := r.source.String(); !strings.ContainsAny(source, "{%") {
		return source, nil
	}
	if r.parsed == nil {
		var problem *Problem
		if r.parsed, problem = r.parse(); problem != nil {
			return "", Problems{*problem}
		}
	}
	out, problem := r.execute(r.parsed)
	if found := r.rendering.problems; len(found) > 0 { // what follows from a missing value is not told
		return "", found
	}
	if problem != nil {
		return "", Problems{*problem}
	}
	return out, nil
}

// execute runs the template. Liquid panics where a filter is given what it
// cannot use.
func (r *run) execute(parsed *liquid.Template) (out string, problem *Problem) {
	defer func() {
		if thrown := recover(); thrown != nil {
			problem = r.trouble(fmt.Errorf("a filter was given a value that it cannot use"))
			if err, ok := thrown.(error); ok && isTooMuch(err) {
				problem = r.trouble(errTooMuch)
			}
		}
	}()
	var to limited
	if err := parsed.FRender(&to, r.data); err != nil {
		return "", r.trouble(err)
	}
	return to.String(), nil
}

// trouble puts an error of Liquid into words.
func (r *run) trouble(err error) *Problem {
	p := &Problem{Part: r.part}
	var located render.Error
	if errors.As(err, &located) {
		p.Line = located.LineNumber()
		if located.Cause() != nil {
			err = located.Cause()
		}
	}
	said := err.Error()
	if isTooMuch(err) {
		said = errTooMuch.Error()
	}
	if _, rest, ok := strings.Cut(said, "): "); ok && strings.HasPrefix(said, "Liquid error") {
		said, _, _ = strings.Cut(rest, " in "+string(r.part))
	}
	said = shownGuard.ReplaceAllString(said, "$1")
	said = givenGuard.ReplaceAllString(said, "$1")
	p.Message = "It cannot be read: " + said + "."
	return p
}

// isTooMuch looks through Liquid's errors, which tell a cause but do not
// unwrap to it.
func isTooMuch(err error) bool {
	for err != nil {
		if errors.Is(err, errTooMuch) {
			return true
		}
		var filter interface{ Cause() error }
		if !errors.As(err, &filter) || filter.Cause() == nil {
			return strings.Contains(err.Error(), errTooMuch.Error())
		}
		err = filter.Cause()
	}
	return false
}

// engine is Liquid with our filters and bounds. Each run has its own, because
// filters are told nothing of what they run in.
func (r *run) engine() *liquid.Engine {
	e := liquid.NewEngine()
	e.StrictVariables()
	if r.html {
		e.SetAutoEscapeReplacer(render.HtmlEscaper)
	}
	e.UnregisterTag("include")
	e.UnregisterTag("render")
	bound := bounded{e, r}
	filters.AddStandardFilters(bound)
	for name, filter := range r.filters() {
		bound.AddFilter(name, filter)
	}
	e.RegisterFilter(filterGiven, r.given)
	e.RegisterFilter(filterShown, r.shown)
	e.RegisterTag(tagTick, r.tick)
	e.RegisterTag(tagCaptured, r.captured)
	return e
}

// given refuses a variable without a value.
func (r *run) given(value any, use int) any {
	if value != nil && value != "" || use < 0 || use >= len(r.uses) {
		return value
	}
	r.missing(r.uses[use])
	return stand
}

func (r *run) missing(u use) {
	r.rendering.problems.add(Problem{u.Part, u.Line, u.text,
		fmt.Sprintf("%s has no value here; put it inside {%% if %s %%}, or give it a default.", u.text, u.text)})
}

// captured notes that a text is HTML, whose values were escaped on the way in,
// so that it is written as it is. A value that happens to be the same text is
// no worse than what the template's author wrote.
func (r *run) captured(ctx render.Context) (string, error) {
	if text, ok := ctx.Get(strings.TrimSpace(ctx.TagArgs())).(string); ok {
		r.markup[text] = true
	}
	return "", nil
}

// tick counts a round of a loop, whose index is the tag's argument.
func (r *run) tick(ctx render.Context) (string, error) {
	loop, err := strconv.Atoi(strings.TrimSpace(ctx.TagArgs()))
	if err != nil || loop < 0 || loop >= len(r.loops) {
		return "", fmt.Errorf("count a round of loop %q: %w", ctx.TagArgs(), err)
	}
	r.rounds++
	r.text += r.loops[loop]
	if r.rounds > maxRounds {
		return "", errTooMuch
	}
	return "", r.spend(0)
}

// spend counts text written and looks at the clock.
func (r *run) spend(bytes int) error {
	r.text += bytes
	if r.text > maxText || time.Now().After(r.until) {
		return errTooMuch
	}
	return nil
}

// limited keeps at most maxWritten bytes.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxWritten {
		return 0, errTooMuch
	}
	return l.Buffer.Write(p)
}

// bounded registers filters that look at the size of what they are given and
// at the clock first.
type bounded struct {
	engine *liquid.Engine
	run    *run
}

func (b bounded) AddFilter(name string, filter any) {
	inner := reflect.ValueOf(filter)
	outer := reflect.MakeFunc(inner.Type(), func(args []reflect.Value) []reflect.Value {
		b.run.weigh(args)
		if inner.Type().IsVariadic() {
			return inner.CallSlice(args)
		}
		return inner.Call(args)
	})
	b.engine.RegisterFilter(name, outer.Interface())
}

// weigh panics with errTooMuch, which is how a filter of any type can fail.
func (r *run) weigh(args []reflect.Value) {
	for _, arg := range args {
		size, most := sizeOf(arg)
		if size > most {
			panic(errTooMuch)
		}
		r.work += size
	}
	if r.work > maxWork || r.spend(0) != nil {
		panic(errTooMuch)
	}
}

// sizeOf is the size of a filter's argument, and the most it may be.
func sizeOf(arg reflect.Value) (size, most int) {
	for arg.IsValid() && arg.Kind() == reflect.Interface {
		arg = arg.Elem()
	}
	if arg.IsValid() && arg.Type() == reflect.TypeFor[values.SafeValue]() {
		return sizeOf(arg.Field(0))
	}
	switch arg.Kind() {
	case reflect.String:
		return arg.Len(), maxValue
	case reflect.Slice, reflect.Array, reflect.Map:
		return arg.Len(), maxItems
	}
	return 0, 0
}
