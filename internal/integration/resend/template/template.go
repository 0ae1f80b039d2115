package template

import (
	"fmt"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

// Template is an e-mail before it has data. Subject, Preheader, Body and Text
// are Liquid; Body is the HTML of the content, without the layout around it.
type Template struct {
	Name      string
	Category  Category
	Marketing bool // needs consent, so it carries the unsubscribe link
	Subject   string
	Preheader string // what a list of mails shows after the subject
	Body      string
	Text      string // optional; made from Body when it is empty
}

// marketing holds for a category that is always marketing too, so that a flag
// left out cannot send it without its unsubscribe link.
func (t Template) marketing() bool { return t.Marketing || t.Category == Marketing }

// Data is what a template's variables are filled with, as Fields describes it.
// Values are strings, booleans, numbers, the money and days of crm, times,
// Data, and slices of these. An empty string is no value.
type Data map[string]any

// Rendered is an e-mail ready to be sent. Subject and Preheader are one line of
// plain text.
type Rendered struct {
	Subject   string
	Preheader string
	HTML      string
	Text      string
}

// Part is the field of a Template that something was found in.
type Part string

// The parts of a Template. Layout is what surrounds the body.
const (
	Subject   Part = "subject"
	Preheader Part = "preheader"
	Body      Part = "body"
	Text      Part = "text"
	Layout    Part = "layout"
)

// Problem is one thing that keeps a template from being rendered.
type Problem struct {
	Part    Part
	Line    int    // from 1, or 0 where no line is known
	Name    string // of the variable, filter or tag, or ""
	Message string // a sentence that says what to do
}

// Problems are in the order of the template.
type Problems []Problem

func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.Part, p.Message)
	}
	return fmt.Sprintf("%s line %d: %s", p.Part, p.Line, p.Message)
}

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, " ")
}

// asError makes an Error of kind Invalid whose Fields are the parts and whose
// cause is the Problems, or nil when there are none.
func (p Problems) asError(name string) error {
	if len(p) == 0 {
		return nil
	}
	fields := map[string]string{}
	for _, problem := range p {
		said := problem.Message
		if problem.Line > 0 {
			said = fmt.Sprintf("Line %d: %s", problem.Line, said)
		}
		fields[string(problem.Part)] = strings.TrimSpace(fields[string(problem.Part)] + " " + said)
	}
	message := fmt.Sprintf("The e-mail %q cannot be made: one thing needs attention.", name)
	if len(p) > 1 {
		message = fmt.Sprintf("The e-mail %q cannot be made: %d things need attention.", name, len(p))
	}
	return &crm.Error{Kind: crm.Invalid, Message: message, Fields: fields, Cause: p}
}

// maxProblems is how many a person is told at once.
const maxProblems = 50

// add keeps a problem once, however often a loop meets it.
func (p *Problems) add(problem Problem) {
	if len(*p) < maxProblems && !slices.Contains(*p, problem) {
		*p = append(*p, problem)
	}
}
