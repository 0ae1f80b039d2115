package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// bulkWish is what is to be sent or read.
type bulkWish struct {
	place     `embed:""`
	Org       string `required:"" help:"Name or id of the organisation."`
	Direction string `default:"push" enum:"push,pull" help:"push sends to Xero, pull reads from Xero."`
	Kind      string `default:"all" help:"contact, invoice, payment, credit_note or all."`
	State     string `help:"Only records in this state, such as open."`
	From      string `help:"First day of issue or payment." placeholder:"YYYY-MM-DD"`
	To        string `help:"Last day of issue or payment." placeholder:"YYYY-MM-DD"`
	Missing   bool   `help:"Only what Xero does not have yet."`
	TakeOver  bool   `help:"Make records of invoices and credit notes that only Xero has, when reading."`
}

type (
	syncPreview struct {
		bulkWish `embed:""`
	}
	syncBulk struct {
		bulkWish `embed:""`
	}
)

func (b bulkWish) wish() (w xero.BulkWish, err error) {
	w = xero.BulkWish{Direction: store.BulkDirection(b.Direction), Kind: b.Kind, Filter: store.BulkFilter{State: b.State, Missing: b.Missing, TakeOver: b.TakeOver}}
	if b.From != "" {
		if w.Filter.From, err = crm.ParseDay(b.From); err != nil {
			return w, err
		}
	}
	if b.To != "" {
		w.Filter.To, err = crm.ParseDay(b.To)
	}
	return w, err
}

// Run prepares a run and says what it would do. Nothing is written to Xero.
func (s *syncPreview) Run(ctx context.Context, out output) error {
	return s.begin(ctx, out, (*xero.Service).PreviewBulk)
}

// Run prepares a run and begins it; the process that works on jobs goes on.
func (s *syncBulk) Run(ctx context.Context, out output) error {
	return s.begin(ctx, out, (*xero.Service).RunBulk)
}

func (b bulkWish) begin(ctx context.Context, out output, begin func(*xero.Service, context.Context, xero.BulkWish) (store.BulkRun, error)) error {
	wish, err := b.wish()
	if err != nil {
		return err
	}
	return b.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, b.Org)
		if err != nil {
			return err
		}
		run, err := begin(a.Xero, auth.With(ctx, auth.System(org.ID, "command line")), wish)
		if err != nil {
			return err
		}
		if run.Direction == store.BulkPush || !run.Starts { // reading is left to the process that works on jobs
			if err := a.Xero.Bulk(ctx, xero.BulkArgs{Org: org.ID}); err != nil {
				return err
			}
		}
		return tellBulk(ctx, out, a, org.ID, run.ID)
	})
}

// bulkStep is a step of one run.
type bulkStep struct {
	place `embed:""`
	ID    uuid.UUID `arg:"" help:"Id of the run, as renoz sync runs lists it."`
	Org   string    `required:"" help:"Name or id of the organisation."`
}

type (
	syncShow struct {
		bulkStep `embed:""`
	}
	syncStart struct {
		bulkStep `embed:""`
	}
	syncPause struct {
		bulkStep `embed:""`
	}
	syncResume struct {
		bulkStep `embed:""`
	}
	syncCancel struct {
		bulkStep `embed:""`
	}
	syncRetry struct {
		bulkStep `embed:""`
		Record   string `arg:"" optional:"" help:"One record of the run, such as invoice/0198…; all that failed or are blocked when left out."`
	}
)

// Run shows a run.
func (s *syncShow) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, func(context.Context, *xero.Service) error { return nil })
}

// Run begins a run that is ready.
func (s *syncStart) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, func(ctx context.Context, x *xero.Service) error { return x.StartBulk(ctx, s.ID) })
}

// Run holds a run back.
func (s *syncPause) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, func(ctx context.Context, x *xero.Service) error { return x.PauseBulk(ctx, s.ID) })
}

// Run lets a run go on.
func (s *syncResume) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, func(ctx context.Context, x *xero.Service) error { return x.ResumeBulk(ctx, s.ID) })
}

// Run ends a run.
func (s *syncCancel) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, func(ctx context.Context, x *xero.Service) error { return x.CancelBulk(ctx, s.ID) })
}

// Run sends what failed again, one record or all.
func (s *syncRetry) Run(ctx context.Context, out output) error {
	var key link.Key
	if s.Record != "" {
		var err error
		if key, err = recordKey(s.Record); err != nil {
			return err
		}
	}
	return s.take(ctx, out, func(ctx context.Context, x *xero.Service) error {
		_, err := x.RetryBulk(ctx, s.ID, key)
		return err
	})
}

func (s bulkStep) take(ctx context.Context, out output, step func(context.Context, *xero.Service) error) error {
	return s.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, s.Org)
		if err != nil {
			return err
		}
		if err := step(auth.With(ctx, auth.System(org.ID, "command line")), a.Xero); err != nil {
			return err
		}
		return tellBulk(ctx, out, a, org.ID, s.ID)
	})
}

// tellBulk writes what a run will do and how far it is.
func tellBulk(ctx context.Context, out output, a *app.App, org crm.OrgID, id uuid.UUID) error {
	run, err := a.Store.BulkRun(ctx, org, id)
	if err != nil {
		return err
	}
	p, err := a.Xero.BulkProgress(ctx, run)
	if err != nil {
		return err
	}
	reasons, err := a.Store.BulkReasons(ctx, run)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name string, value any) { _, _ = fmt.Fprintf(w, "%s\t%v\n", name, value) } // Flush tells whether it worked
	line("run", run.ID)
	line("state", run.State)
	if run.Problem != "" {
		line("problem", run.Problem)
	}
	switch {
	case run.Direction == store.BulkPull:
		line("read", fmt.Sprintf("%d records on %d pages", run.Records, run.Pages))
		line("changed", run.Changed)
		line("unchanged", run.Unchanged)
		line("ignored", run.Ignored)
		if run.Filter.TakeOver {
			line("taken over", p.Planned(store.PlanCreate))
			line("not taken over", p.Planned(store.PlanBlocked))
		}
	case run.BegunAt == nil:
		line("create", p.Planned(store.PlanCreate))
		line("change", p.Planned(store.PlanChange))
		line("link", p.Planned(store.PlanLink))
		line("skip", p.Planned(store.PlanSkip))
		line("blocked", p.Planned(store.PlanBlocked))
	default:
		line("done", p.Done)
		line("waiting", p.Waiting)
		line("failed", p.Failed)
		line("blocked", p.Blocked)
		line("skipped", p.Skipped)
		line("cancelled", p.Cancelled)
		line("took", p.Took.Round(time.Second))
	}
	for _, r := range reasons {
		line(fmt.Sprintf("%s %d", r.Plan, r.Count), r.Example)
	}
	return w.Flush()
}

type syncRuns struct {
	place `embed:""`
	Org   string `required:"" help:"Name or id of the organisation."`
	State string `help:"Only runs in this state, or open."`
}

// Run lists the latest runs.
func (s *syncRuns) Run(ctx context.Context, out output) error {
	return s.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, s.Org)
		if err != nil {
			return err
		}
		page, err := a.Store.BulkRuns(ctx, org.ID, store.BulkRunFilter{Service: xero.Name, State: s.State})
		if err != nil {
			return err
		}
		if len(page.Rows) == 0 {
			_, err = fmt.Fprintln(out, "There are no bulk runs. Begin with `renoz sync preview`.")
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, r := range page.Rows {
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.CreatedAt.Format(time.RFC3339), r.Direction, r.Kind, r.State, r.Actor); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}
