package cli

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
)

type syncTakeOver struct {
	orgPlace `embed:""`
	Numbers  []string `arg:"" optional:"" help:"Numbers of the documents in Xero, as renoz sync reconcile prints them."`
	All      bool     `help:"All that can be taken over."`
}

// Run makes records of documents that only Xero has, and says of the others why
// they cannot be.
func (s *syncTakeOver) Run(ctx context.Context, out output) error {
	if len(s.Numbers) == 0 && !s.All {
		return crm.Errorf(crm.Invalid, "Name the documents by their numbers, or take --all over.")
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		run, positions, err := s.find(ctx, d)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for some := range slices.Chunk(positions, xero.TakeOverMost) {
			taken, err := d.Xero.TakeOver(ctx, run.ID, some)
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
func (s *syncTakeOver) find(ctx context.Context, d desk) (run store.Reconciliation, positions []int, err error) {
	if run, err = d.compared(ctx, uuid.Nil); err != nil {
		return run, nil, err
	}
	for after := 0; ; {
		page, err := d.Store.Differences(ctx, run.Org, run.ID, store.DifferenceFilter{What: xero.MissingHere, After: after, Limit: 200})
		if err != nil {
			return run, nil, err
		}
		for _, x := range page.Rows {
			after = x.Position
			if xero.Takeable(x) && (s.All && x.ActedAt == nil || slices.Contains(s.Numbers, x.Label)) {
				positions = append(positions, x.Position)
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
