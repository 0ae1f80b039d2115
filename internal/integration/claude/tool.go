package claude

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

// Tool is something that the assistant can do for a person. The same schema
// tells the model what it takes and checks what it gave.
type Tool struct {
	Name        string
	Description string
	Permission  auth.Permission // asked when tools are listed, and when one runs
	schema      json.RawMessage
	resolved    *jsonschema.Resolved
	run         func(ctx context.Context, input json.RawMessage) (any, error)
}

// maxResult is how many bytes of a result the model reads.
const maxResult = 16 << 10

// reading is a tool whose input is a T. It panics where T has no schema, which
// the first start of the program shows.
func reading[T any](name string, permission auth.Permission, description string, run func(context.Context, T) (any, error)) Tool {
	schema, err := jsonschema.For[T](nil)
	if err != nil {
		panic(fmt.Sprintf("the tool %s: %v", name, err))
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		panic(fmt.Sprintf("the tool %s: %v", name, err))
	}
	written, err := json.Marshal(schema)
	if err != nil {
		panic(fmt.Sprintf("the tool %s: %v", name, err))
	}
	return Tool{Name: name, Description: description, Permission: permission, schema: written, resolved: resolved,
		run: func(ctx context.Context, input json.RawMessage) (any, error) {
			var args T
			if err := json.Unmarshal(input, &args); err != nil {
				return nil, crm.Errorf(crm.Invalid, "The arguments cannot be read: %w.", err)
			}
			return run(ctx, args)
		}}
}

// toolsFor are the tools that a person may use.
func (s *Service) toolsFor(who auth.Identity) []Tool {
	var may []Tool
	for _, t := range s.tools {
		if who.Can(t.Permission) {
			may = append(may, t)
		}
	}
	return may
}

// use runs a tool as the person in the context, and words what came of it for
// the model. Nothing that the model asks for makes a turn fail.
func (s *Service) use(ctx context.Context, name string, input json.RawMessage) (result string, failed bool) {
	answer, err := s.try(ctx, name, input)
	if err == nil {
		var written []byte
		if written, err = json.Marshal(answer); err == nil && len(written) <= maxResult {
			return string(written), false
		}
		if err == nil {
			err = crm.Errorf(crm.TooLarge, "The result has %d bytes, more than the %d that can be read. Ask for less, with a filter or a smaller limit.", len(written), maxResult)
		}
	}
	var known *crm.Error
	if !errors.As(err, &known) {
		s.Log.ErrorContext(ctx, "a tool of the assistant failed", "tool", name, "error", err)
		return "The tool failed for a reason that is not the arguments. Say so; do not try again.", true
	}
	words := known.Message
	for field, said := range known.Fields {
		words += " " + field + ": " + said
	}
	return words, true
}

func (s *Service) try(ctx context.Context, name string, input json.RawMessage) (any, error) {
	for _, t := range s.tools {
		if t.Name != name {
			continue
		}
		if _, err := auth.Require(ctx, t.Permission); err != nil {
			return nil, err
		}
		var given any
		if err := json.Unmarshal(input, &given); err != nil {
			return nil, crm.Errorf(crm.Invalid, "The arguments are not JSON: %w.", err)
		}
		if err := t.resolved.Validate(given); err != nil {
			return nil, crm.Errorf(crm.Invalid, "The arguments do not fit: %s.", strings.TrimSpace(err.Error()))
		}
		return t.run(ctx, input)
	}
	return nil, crm.Errorf(crm.NotFound, "There is no tool %q.", name)
}
