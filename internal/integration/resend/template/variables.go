package template

import (
	"fmt"
	"slices"
	"strings"
)

// Variable is a value that a template uses.
type Variable struct {
	Name  string // invoice.lines[].amount
	Part  Part
	Lines []int // where it stands, from 1
}

// source is one part's text.
type source struct {
	part Part
	text string
}

func (t Template) sources() []source {
	return []source{{Subject, t.Subject}, {Preheader, t.Preheader}, {Body, t.Body}, {Text, t.Text}}
}

// Variables lists what each part of a template uses, in the order of its first
// use, without the names that the template makes for itself.
func Variables(t Template) []Variable {
	var all []Variable
	for _, s := range t.sources() {
		first := len(all)
		for _, u := range scanPart(s.part, s.text).uses {
			if u.path == nil {
				continue
			}
			name := display(u.path)
			i := slices.IndexFunc(all[first:], func(v Variable) bool { return v.Name == name }) + first
			if i < first {
				i = len(all)
				all = append(all, Variable{Name: name, Part: s.part})
			}
			if !slices.Contains(all[i].Lines, u.Line) {
				all[i].Lines = append(all[i].Lines, u.Line)
			}
		}
	}
	return all
}

// Validate finds what can be wrong with a template before it has data: syntax,
// tags, filters, and variables that its category does not offer. It returns an
// Error of kind Invalid whose cause is Problems, or nil.
func Validate(t Template) error {
	var found Problems
	if !t.Category.Valid() {
		found.add(Problem{Part: Body, Message: fmt.Sprintf("%q is not a category of e-mail; choose one.", t.Category)})
	}
	fields := FieldsOf(t)
	for _, part := range t.sources() {
		s := scanPart(part.part, part.text)
		found = append(found, s.problems...)
		if t.Category != Custom {
			found = append(found, unknownIn(s.uses, fields)...)
		}
		if len(s.problems) == 0 {
			if _, err := newRun(s).parse(); err != nil {
				found.add(*err)
			}
		}
	}
	return found.asError(t.Name)
}

func unknownIn(uses []use, fields []Field) (found Problems) {
	for _, u := range uses {
		if u.path == nil || len(found) == maxProblems {
			continue
		}
		if _, ok := findField(fields, u.path); !ok {
			found.add(unknown(u, fields))
		}
	}
	return found
}

func unknown(u use, fields []Field) Problem {
	name := display(u.path)
	return Problem{u.Part, u.Line, name, "The variable " + name + " is unknown" + ending(name, fieldNames(fields))}
}

// display is a path for people: lines[].amount.
func display(path []string) string {
	return strings.ReplaceAll(strings.Join(path, "."), "."+element, element)
}

// ending ends a sentence about a wrong name with the known name closest to it.
func ending(wrong string, known []string) string {
	best, distance := "", len(wrong)/3+1
	for _, name := range known {
		if d := edits(wrong, name); d <= distance && name != wrong {
			best, distance = name, d-1
		}
	}
	if best == "" {
		return "."
	}
	return "; did you mean " + best + "?"
}

// edits is the Levenshtein distance in bytes; long names are not compared.
func edits(a, b string) int {
	if len(a) > 80 || len(b) > 80 {
		return 80
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
