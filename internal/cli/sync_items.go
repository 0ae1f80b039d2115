package cli

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/store"
)

type syncItems struct {
	orgPlace `embed:""`
	ID       uuid.UUID `arg:"" help:"Id of the run, as renoz sync runs lists it."`
	Plan     string    `help:"Only with this plan: create, change, link, skip or blocked."`
	Outcome  string    `help:"Only that stand so: waiting, done, failed, blocked, skipped or cancelled."`
	Kind     string    `help:"Only records of this kind, such as invoice."`
	Text     string    `help:"Only with this in what tells them apart, or in the reason."`
	Limit    int       `default:"50" help:"How many at most, up to 200."`
}

// Run lists the records of a run, each as renoz sync retry takes it.
func (s *syncItems) Run(ctx context.Context, out output) error {
	kind, err := kindOf(s.Kind)
	if err != nil {
		return err
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		run, err := d.Store.BulkRun(ctx, d.org.ID, s.ID)
		if err != nil {
			return err
		}
		page, err := d.Store.BulkItems(ctx, run, store.BulkItemFilter{Plan: store.BulkPlan(s.Plan), Outcome: store.BulkItemState(s.Outcome), Kind: kind, Search: s.Text, Limit: s.Limit})
		if err != nil {
			return err
		}
		if len(page.Rows) == 0 {
			return out.tell("There is no such record in the run.")
		}
		c := columnsOf(out, "RECORD", "LABEL", "PLAN", "OUTCOME", "WHY")
		for _, i := range page.Rows {
			why := i.Reason
			if i.Words != "" {
				why = i.Words
			}
			c.row(string(i.Key.Kind)+"/"+i.Key.Record.String(), i.Label, i.Plan, i.Outcome, why)
		}
		return c.Flush()
	})
}
