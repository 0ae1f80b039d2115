package template

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

const (
	maxData  = 1 << 20 // bytes of all texts
	maxDepth = 8       // records inside each other
)

// reading turns a caller's data into what Liquid may see: no methods, no
// empty texts, no more than a mail can show.
type reading struct {
	problems Problems
	bytes    int
}

// read returns the data ready for Liquid.
func (d Data) read() (map[string]any, Problems) {
	var r reading
	out, _ := r.value("", map[string]any(d), 0).(map[string]any)
	if r.bytes > maxData {
		r.fault("", "The data holds more text than an e-mail can; leave some out.")
	}
	if out == nil {
		out = map[string]any{}
	}
	return out, r.problems
}

func (r *reading) fault(name, message string) {
	r.problems.add(Problem{Part: Body, Name: name, Message: message})
}

// value reads one value; name is its path for people.
func (r *reading) value(name string, v any, depth int) any {
	if depth > maxDepth {
		r.fault(name, fmt.Sprintf("The data of %s is nested more than %d deep.", name, maxDepth))
		return nil
	}
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return r.text(v)
	case crm.Currency:
		return r.text(string(v))
	case bool, int, int64, float64, crm.Money, crm.MinorUnits, crm.Price, crm.Quantity, crm.Percent:
		return v
	case crm.Day:
		return unless(v.IsZero(), v)
	case time.Time:
		return unless(v.IsZero(), v)
	case Data:
		return r.record(name, v, depth)
	case map[string]any:
		return r.record(name, v, depth)
	}
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice {
		return r.list(name, list, depth)
	}
	r.fault(name, fmt.Sprintf("The data of %s is of a kind that templates cannot show (%T).", name, v))
	return nil
}

func unless(none bool, v any) any {
	if none {
		return nil
	}
	return v
}

func (r *reading) text(text string) any {
	text = printable(text)
	r.bytes += len(text)
	return unless(strings.TrimSpace(text) == "", text)
}

func (r *reading) record(name string, record map[string]any, depth int) any {
	out := make(map[string]any, len(record))
	for _, key := range slices.Sorted(maps.Keys(record)) {
		out[key] = r.value(strings.TrimPrefix(name+"."+key, "."), record[key], depth+1)
	}
	return out
}

func (r *reading) list(name string, list reflect.Value, depth int) any {
	if list.Len() > maxItems {
		r.fault(name, fmt.Sprintf("The list %s has more than %d items; an e-mail cannot show them.", name, maxItems))
		return nil
	}
	out := make([]any, list.Len())
	for i := range out {
		out[i] = r.value(name+element, list.Index(i).Interface(), depth+1)
	}
	return out
}

// at returns the values at a path: none when the data has no such key, one for
// each item of each list on the way otherwise. A path that ends early, because
// an optional record has no value, gives nil.
func at(value any, path []string) []any {
	if len(path) == 0 {
		return []any{value}
	}
	switch v := value.(type) {
	case nil:
		return []any{nil}
	case map[string]any:
		inner, ok := v[path[0]]
		if !ok {
			return nil
		}
		return at(inner, path[1:])
	case []any:
		if path[0] != element {
			return nil
		}
		var all []any
		for _, item := range v {
			all = append(all, at(item, path[1:])...)
		}
		return all
	}
	return nil
}

// judge compares what a template uses with the fields that its category offers
// and the data it was given: unknown variables, required ones without a value,
// values of another type, loops over what is no list.
func judge(uses []use, fields []Field, data map[string]any) (found Problems) {
	for _, u := range uses {
		if u.path == nil || len(found) == maxProblems {
			continue
		}
		path := withoutListProperties(u.path)
		field, offered := findField(fields, path)
		if problem := fault(u, field, at(data, path)); offered && problem != "" {
			found.add(Problem{u.Part, u.Line, display(u.path), problem})
		}
		if !offered && !inData(data, path) {
			found.add(unknown(u, append(slices.Clone(fields), fieldsOf(data)...)))
		}
	}
	return found
}

// fault says what is wrong with the values of an offered field, or "".
func fault(u use, field Field, given []any) string {
	name := display(u.path)
	if u.list && field.Type != TypeList {
		return name + " is not a list; a loop needs one."
	}
	for _, value := range given {
		if value == nil && !field.Optional && !strings.Contains(strings.TrimSuffix(name, element), element) {
			return name + " has no value; it is required, so the e-mail waits until it has one."
		}
		if value == nil && !field.Optional {
			return name + " has no value in at least one item; it is required, so the e-mail waits until it has one."
		}
		if value != nil && !field.Type.holds(value) {
			return fmt.Sprintf("%s should be %s and is not (%T).", name, field.Type, value)
		}
	}
	if len(given) == 0 && !field.Optional && !strings.Contains(name, element) {
		return name + " has no value; it is required, so the e-mail waits until it has one."
	}
	return ""
}

// inData reports whether the data has a path that its category does not offer.
// An empty list may have any items.
func inData(data map[string]any, path []string) bool {
	if len(at(data, path)) > 0 {
		return true
	}
	for i := range path {
		if values := at(data, path[:i]); path[i] == element && len(values) == 1 {
			list, ok := values[0].([]any)
			return ok && len(list) == 0
		}
	}
	return false
}

// withoutListProperties drops the last .size, and turns .first and .last into
// an item, as Liquid reads them.
func withoutListProperties(path []string) []string {
	out := slices.Clone(path)
	if n := len(out); n > 1 && out[n-1] == "size" {
		out = out[:n-1]
	}
	for i, name := range out {
		if i > 0 && (name == "first" || name == "last") {
			out[i] = element
		}
	}
	return out
}
