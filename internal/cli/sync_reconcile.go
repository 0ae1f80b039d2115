package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
)

type syncReconcile struct {
	place `embed:""`
	Org   string `required:"" help:"Name or id of the organisation."`
}

// Run compares both sides and prints what differs. Nothing is changed.
func (s *syncReconcile) Run(ctx context.Context, out output) error {
	return s.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, s.Org)
		if err != nil {
			return err
		}
		run, err := a.Xero.BeginReconciliation(auth.With(ctx, auth.System(org.ID, "command line")))
		if err != nil {
			return err
		}
		if err := a.Xero.Reconcile(ctx, xero.ReconcileArgs{Org: org.ID, Run: run.ID}); err != nil {
			return err
		}
		if run, err = a.Store.Reconciliation(ctx, org.ID, run.ID); err != nil {
			return err
		}
		if run.State != store.Compared {
			_, err := fmt.Fprintf(out, "It goes on in the process that works on jobs: %s %s\n", run.State, run.Problem)
			return err
		}
		_, err = fmt.Fprintf(out, "%d records compared, %d differences.\n", run.Compared, run.Found)
		if err != nil {
			return err
		}
		return printDifferences(ctx, a, out, run)
	})
}

func printDifferences(ctx context.Context, a *app.App, out output, run store.Reconciliation) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for after := 0; ; {
		page, err := a.Store.Differences(ctx, run.Org, run.ID, store.DifferenceFilter{After: after, Limit: 200})
		if err != nil {
			return err
		}
		for _, d := range page.Rows {
			words := ""
			problem, err := a.Xero.Hindrance(ctx, d)
			if err != nil {
				return err
			}
			if problem != nil {
				words = problem.Text
			}
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", d.Kind, d.Label, d.What, d.Ours, d.Theirs, words); err != nil {
				return err
			}
			after = d.Position
		}
		if page.Next == "" {
			return w.Flush()
		}
	}
}
