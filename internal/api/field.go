package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Clearable is a field of a change. Left out, nothing changes; null makes the
// field what it is when it is left out of a new record.
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
	s := *r.Schema(reflect.TypeFor[T](), false, "")
	s.Nullable = true
	return &s
}

// set writes what was sent over a field; clear is what null stands for.
func (f Clearable[T]) set(field *T, clear T) {
	if f.sent {
		*field = f.or(clear)
	}
}

// or is the value that was sent, or clear for null.
func (f Clearable[T]) or(clear T) T {
	if f.value == nil {
		return clear
	}
	return *f.value
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
