package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/renoz/renoz/internal/app"
)

type migrate struct {
	place `embed:""`
}

// Run brings the schema up to date and touches nothing else.
func (m *migrate) Run(ctx context.Context, out output) error {
	s, err := app.OpenStore(ctx, m.config(out.quiet, "127.0.0.1:8080"))
	if err != nil {
		return err
	}
	if err := s.Migrate(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	_, _ = fmt.Fprintln(out, "The schema is up to date.")
	return s.Close()
}
