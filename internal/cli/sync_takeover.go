package cli

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
)

type syncTakeOver struct {
	place   `embed:""`
	Numbers []string `arg:"" optional:"" help:"Numbers of the documents in Xero, as renoz sync reconcile prints them."`
	All     bool     `help:"All that can be taken over."`
	Org     string   `required:"" help:"Name or id of the organisation."`
}

// Run makes records of documents that only Xero has, and says of the others why
// they cannot be.
func (s *syncTakeOver) Run(ctx context.Context, out output) error {
	if len(s.Numbers) == 0 && !s.All {
		return crm.Errorf(crm.Invalid, "Name the documents by their numbers, or take --all over.")
	}
	return s.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, s.Org)
		if err != nil {
			return err
		}
		run, positions, err := s.find(ctx, a, org.ID)
		if err != nil {
			return err
		}
		ctx := auth.With(ctx, auth.System(org.ID, "command line"))
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for some := range slices.Chunk(positions, xero.TakeOverMost) {
			taken, err := a.Xero.TakeOver(ctx, run.ID, some)
			if err != nil {
				return err
			}
			for _, x := range taken {
				words := "taken over"
				if x.Problem != nil {
					words = "not taken over: " + x.Problem.Text
				} else if !x.Fresh {
					words = "was a record here already"
				}
				if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", x.Kind, x.Number, words); err != nil {
					return err
				}
			}
		}
		return w.Flush()
	})
}

// find looks for the documents in the latest reconciliation that came to its end.
func (s *syncTakeOver) find(ctx context.Context, a *app.App, org crm.OrgID) (run store.Reconciliation, positions []int, err error) {
	runs, err := a.Store.Reconciliations(ctx, org, xero.Name, "", 50)
	if err != nil {
		return run, nil, err
	}
	at := slices.IndexFunc(runs.Rows, func(r store.Reconciliation) bool { return r.State == store.Compared })
	if at < 0 {
		return run, nil, crm.Errorf(crm.Conflict, "Nothing was compared yet. Begin with `renoz sync reconcile`.")
	}
	run = runs.Rows[at]
	for after := 0; ; {
		page, err := a.Store.Differences(ctx, org, run.ID, store.DifferenceFilter{What: xero.MissingHere, After: after, Limit: 200})
		if err != nil {
			return run, nil, err
		}
		for _, d := range page.Rows {
			after = d.Position
			if xero.Takeable(d) && (s.All && d.ActedAt == nil || slices.Contains(s.Numbers, d.Label)) {
				positions = append(positions, d.Position)
			}
		}
		if page.Next == "" {
			break
		}
	}
	if len(positions) == 0 {
		return run, nil, crm.Errorf(crm.NotFound, "The latest reconciliation found no such document in Xero alone. Run `renoz sync reconcile` first.")
	}
	return run, positions, nil
}
