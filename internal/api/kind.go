package api

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/renoz/renoz/internal/link"
)

// LinkKind is what a record is at a service, one of link.Kinds.
type LinkKind string

// Schema lists the kinds.
func (LinkKind) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, k := range link.Kinds() {
		s.Enum = append(s.Enum, string(k))
	}
	return s
}
