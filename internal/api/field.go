package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Clearable is a field of a change that may be left out, which changes nothing,
// or null, which clears it.
type Clearable[T any] struct {
	sent  bool
	value *T // nil: null
}

// UnmarshalJSON reads a value or null.
func (f *Clearable[T]) UnmarshalJSON(data []byte) error {
	f.sent, f.value = true, nil
	return json.Unmarshal(data, &f.value)
}

// Schema is the schema of the value, or null.
func (f Clearable[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), true, "")
	s.Nullable = true
	return &s
}

// set writes what was sent over a field; clear is what null stands for.
func (f Clearable[T]) set(field *T, clear T) {
	switch {
	case !f.sent:
	case f.value == nil:
		*field = clear
	default:
		*field = *f.value
	}
}

// set writes a value that was sent over a field.
func set[T any](field *T, sent *T) {
	if sent != nil {
		*field = *sent
	}
}

// some is a pointer to a value, or nil for the zero value.
func some[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
