package cli

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
)

type syncCommand struct {
	Now       syncNow       `cmd:"" default:"withargs" help:"Send what waits and read what changed."`
	Preview   syncPreview   `cmd:"" help:"Find out what sending or reading in bulk would do."`
	Bulk      syncBulk      `cmd:"" help:"Send or read many records."`
	Runs      syncRuns      `cmd:"" help:"List bulk runs, the newest first."`
	Show      syncShow      `cmd:"" help:"Show what a bulk run will do and how far it is."`
	Items     syncItems     `cmd:"" help:"List the records of a bulk run."`
	Start     syncStart     `cmd:"" help:"Begin a bulk run whose preview is ready."`
	Pause     syncPause     `cmd:"" help:"Hold a bulk run back."`
	Resume    syncResume    `cmd:"" help:"Let a paused bulk run go on."`
	Cancel    syncCancel    `cmd:"" help:"End a bulk run; what was sent stays."`
	Retry     syncRetry     `cmd:"" help:"Send what failed in a bulk run again, one record or all."`
	Record    syncRecord    `cmd:"" help:"Bring one customer, invoice or credit note into line at once."`
	Reconcile syncReconcile `cmd:"" help:"Compare both sides, print what differs, and deal with it."`
	TakeOver  syncTakeOver  `cmd:"" help:"Make records of documents that the latest reconciliation found in Xero alone."`
}

type syncNow struct {
	place `embed:""`
	Org   string `required:"" help:"Name or id of the organisation."`
	All   bool   `help:"Also send everything that is not in Xero yet."`
}

// Run asks for a sync; the process that works on jobs does it.
func (s *syncNow) Run(ctx context.Context, out output) error {
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
