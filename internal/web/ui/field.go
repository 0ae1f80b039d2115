package ui

import (
	"cmp"
	"strings"
)

// Field is a labelled control. Name and Label are required.
type Field struct {
	Name, Label, Value string
	Type               string // of the input, "text" unless given
	ID                 string // Name unless given
	Hint, Error        string
	Autocomplete       string
	Placeholder        string
	InputMode          string // "decimal", "numeric", "email", "tel", …
	Min, Max, Step     string
	MaxLength          int
	Prefix, Suffix     string // shown inside the control, e.g. "$" or "%"
	Required, ReadOnly bool
	Disabled           bool
	Wide               bool // takes the whole row of a FieldGrid
}

// Option is one choice of a select, a radio group or a segmented control.
type Option struct {
	Value, Label string
	Hint         string // of a radio button
	Disabled     bool
}

func (f Field) id() string { return cmp.Or(f.ID, f.Name) }

func (f Field) kind() string { return cmp.Or(f.Type, "text") }

func (f Field) describedBy() string {
	var ids []string
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	return strings.Join(ids, " ")
}
