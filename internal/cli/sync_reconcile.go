package cli

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
)

type syncReconcile struct {
	Now      reconcileNow      `cmd:"" default:"withargs" help:"Compare both sides and print what differs."`
	Show     reconcileShow     `cmd:"" help:"Print what a comparison found."`
	Months   reconcileMonths   `cmd:"" help:"Print the totals of each month on both sides."`
	Resolve  reconcileResolve  `cmd:"" help:"Send what is ours to say once more, and read what is Xero's."`
	Accept   reconcileAccept   `cmd:"" help:"Let differences stay, with a reason."`
	Unaccept reconcileUnaccept `cmd:"" help:"Undo accepting differences."`
}

type reconcileNow struct {
	orgPlace `embed:""`
}

// Run compares both sides and prints what differs. Nothing is changed.
func (s *reconcileNow) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		run, err := d.Xero.BeginReconciliation(ctx)
		if err != nil {
			return err
		}
		if err := d.Xero.Reconcile(ctx, xero.ReconcileArgs{Org: run.Org, Run: run.ID}); err != nil {
			return err
		}
		if run, err = d.Store.Reconciliation(ctx, run.Org, run.ID); err != nil {
			return err
		}
		if run.State != store.Compared {
			return out.tell("It goes on in the process that works on jobs: %s %s", run.State, run.Problem)
		}
		return d.tellReconciliation(ctx, out, run)
	})
}

// comparison is one that came to its end.
type comparison struct {
	orgPlace `embed:""`
	Run      uuid.UUID `name:"run" help:"Id of the comparison; the latest when left out." placeholder:"ID"`
}

// of does something about the comparison.
func (c comparison) of(ctx context.Context, out output, do func(context.Context, desk, store.Reconciliation) error) error {
	return c.act(ctx, out, func(ctx context.Context, d desk) error {
		run, err := d.compared(ctx, c.Run)
		if err != nil {
			return err
		}
		return do(ctx, d, run)
	})
}

// compared is the reconciliation with an id, or without one the latest that
// came to its end.
func (d desk) compared(ctx context.Context, id uuid.UUID) (store.Reconciliation, error) {
	if id != uuid.Nil {
		return d.Store.Reconciliation(ctx, d.org.ID, id)
	}
	runs, err := d.Store.Reconciliations(ctx, d.org.ID, xero.Name, "", 50)
	if err != nil {
		return store.Reconciliation{}, err
	}
	at := slices.IndexFunc(runs.Rows, func(r store.Reconciliation) bool { return r.State == store.Compared })
	if at < 0 {
		return store.Reconciliation{}, crm.Errorf(crm.Conflict, "Nothing was compared yet. Begin with `renoz sync reconcile`.")
	}
	return runs.Rows[at], nil
}

type reconcileShow struct {
	comparison `embed:""`
}

// Run prints what was found.
func (s *reconcileShow) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, run store.Reconciliation) error {
		return d.tellReconciliation(ctx, out, run)
	})
}

func (d desk) tellReconciliation(ctx context.Context, out output, run store.Reconciliation) error {
	if err := out.tell("%d records compared, %d differences, in the comparison %s.", run.Compared, run.Found, run.ID); err != nil {
		return err
	}
	c := columnsOf(out)
	for after := 0; ; {
		page, err := d.Store.Differences(ctx, run.Org, run.ID, store.DifferenceFilter{After: after, Limit: 200})
		if err != nil {
			return err
		}
		for _, x := range page.Rows {
			problem, err := d.Xero.Hindrance(ctx, x)
			if err != nil {
				return err
			}
			words := ""
			if problem != nil {
				words = problem.Text
			}
			if x.ActedAt != nil {
				words = "dealt with by " + x.ActedBy
			}
			c.row(x.Position, x.Kind, x.Label, x.What, x.Ours, x.Theirs, words)
			after = x.Position
		}
		if page.Next == "" {
			return c.Flush()
		}
	}
}

type reconcileMonths struct {
	comparison `embed:""`
}

// Run prints the totals by month.
func (s *reconcileMonths) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, run store.Reconciliation) error {
		months, err := d.Store.Months(ctx, run.Org, run.ID)
		if err != nil {
			return err
		}
		c := columnsOf(out, "KIND", "MONTH", "RENOZ", "TOTAL", "XERO", "TOTAL", "DIFFERENCE")
		for _, m := range months {
			less := ""
			if m.OursTotal != m.TheirsTotal {
				less = (m.OursTotal - m.TheirsTotal).Format(d.org.Currency)
			}
			c.row(m.Kind, m.Month, m.Ours, m.OursTotal.Format(d.org.Currency), m.Theirs, m.TheirsTotal.Format(d.org.Currency), less)
		}
		return c.Flush()
	})
}

// differencesChosen are some that a comparison found.
type differencesChosen struct {
	comparison `embed:""`
	Positions  []int `arg:"" name:"position" help:"Numbers of the differences, as renoz sync reconcile prints them first."`
}

type (
	reconcileResolve struct {
		differencesChosen `embed:""`
	}
	reconcileAccept struct {
		differencesChosen `embed:""`
		Reason            string `required:"" help:"Why, for those who ask later."`
	}
	reconcileUnaccept struct {
		differencesChosen `embed:""`
	}
)

// Run ends differences; what is sent is sent by the process that works on jobs.
func (s *reconcileResolve) Run(ctx context.Context, out output) error {
	return s.each(ctx, out, "synced", (*xero.Service).ResolveDifference)
}

// Run lets differences stay.
func (s *reconcileAccept) Run(ctx context.Context, out output) error {
	return s.each(ctx, out, "accepted", func(x *xero.Service, ctx context.Context, run uuid.UUID, position int) error {
		return x.AcceptDifference(ctx, run, position, s.Reason)
	})
}

// Run undoes accepting differences.
func (s *reconcileUnaccept) Run(ctx context.Context, out output) error {
	return s.each(ctx, out, "no longer accepted", (*xero.Service).UnacceptDifference)
}

func (s differencesChosen) each(ctx context.Context, out output, done string, step func(*xero.Service, context.Context, uuid.UUID, int) error) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, run store.Reconciliation) error {
		for _, position := range s.Positions {
			if err := step(d.Xero, ctx, run.ID, position); err != nil {
				return err
			}
		}
		return out.tell("%s %s.", count(len(s.Positions), "difference is", "differences are"), done)
	})
}
