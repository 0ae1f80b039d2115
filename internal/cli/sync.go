package cli

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
)

type syncCommand struct {
	place `embed:""`
	Org   string `required:"" help:"Name or id of the organisation."`
	All   bool   `help:"Also send the invoices that were there before the connection."`
}

// Run asks for a sync; the process that works on jobs does it.
func (s *syncCommand) Run(ctx context.Context, out output) error {
	return s.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, s.Org)
		if err != nil {
			return err
		}
		ctx := auth.With(ctx, auth.System(org.ID, "command line"))
		if s.All {
			if err := a.Xero.SendAll(ctx); err != nil {
				return err
			}
		}
		if err := a.Xero.SyncNow(ctx); err != nil {
			return err
		}
		card, err := a.Xero.Card(ctx, org.ID)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "Sync is under way: %d waiting, %d in line, %d need a person. %s\n", card.Waiting, card.Synced, card.Errors, card.Reason)
		return err
	})
}
