package xero_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// neighbour is the same world for another organisation, which keeps its books in
// the same organisation of Xero.
func (w *world) neighbour(prefix string) *world {
	w.Helper()
	other := *w
	other.org = crm.NewID[crm.Organisation]()
	w.must(w.store.AddOrganisation(w.Context(), crm.Organisation{
		ID: other.org, Name: "Beside", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: prefix, OrderPrefix: "O-", CreatedAt: w.clock.Now(),
	}, crm.AustralianTaxRates()))
	other.ctx = auth.With(w.Context(), auth.System(other.org, "test"))
	other.connect()
	return &other
}

// paidInvoice has an invoice in Xero and a run that is to book payments on it.
func (w *world) paidInvoice(customer string, payments int) store.BulkRun {
	w.Helper()
	i := w.issued(w.buying(customer), crm.GST, crm.Day{})
	w.push()
	w.must(w.xero.Disconnect(w.ctx))
	for range payments {
		w.paid(i, 100)
	}
	w.connect()
	return w.preview(xero.BulkWish{Direction: store.BulkPush, Kind: "payment"})
}

// TestBulkTakesTurns lets one worker book the payments of two organisations, a
// call for each: neither waits for the other's end.
func TestBulkTakesTurns(t *testing.T) {
	t.Parallel()
	const payments, turn = 50, 20
	w := newWorld(t, filepath.Join(t.TempDir(), "renoz.db"))
	other := w.neighbour("OTH-")
	mine, theirs := w.paidInvoice("Harbour Marine", payments), other.paidInvoice("Bright Solar", payments)
	w.must(w.xero.StartBulk(w.ctx, mine.ID))
	w.must(w.xero.StartBulk(other.ctx, theirs.ID))
	stop := w.work(1)
	for w.bulk(mine.ID).State != store.BulkDone || other.bulk(theirs.ID).State != store.BulkDone {
		w.tick()
	}
	stop()
	longest, now, last := 0, 0, ""
	for _, p := range w.sim.Payments(w.tenant) {
		if whose, _, _ := strings.Cut(p.Invoice.InvoiceNumber, "-"); whose != last {
			now, last = 0, whose
		}
		now++
		longest = max(longest, now)
	}
	if longest > 2*turn {
		t.Errorf("one organisation made %d calls while the other waited", longest)
	}
	if n := len(w.sim.Payments(w.tenant)); n != 2*payments {
		t.Errorf("Xero has %d payments", n)
	}
}

// work runs jobs until the function that it returns is called.
func (w *world) work(count int) (stop func()) {
	w.Helper()
	workers := jobs.NewWorkers()
	w.xero.Register(workers)
	runner, err := w.store.Runner(jobs.Config{Workers: workers, Count: count, Poll: 100 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	ctx, cancel := context.WithCancel(w.Context())
	w.must(runner.Start(ctx))
	return func() {
		defer cancel()
		if err := runner.Stop(w.Context()); err != nil && !errors.Is(err, context.Canceled) {
			w.Error(err)
		}
	}
}

// tick lets the workers of a test do something.
func (w *world) tick() {
	w.Helper()
	select {
	case <-w.Context().Done():
		w.Fatal("the test was ended")
	case <-time.After(20 * time.Millisecond):
	}
}

// TestBulkTurnEnds ends a job after some calls, with another enqueued that
// comes after what is urgent.
func TestBulkTurnEnds(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		run := w.paidInvoice("Harbour Marine", 30)
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		before := w.sim.Counts().WriteCalls
		err := w.xero.Push(w.ctx, xero.PushArgs{Org: w.org})
		var again *river.JobSnoozeError
		if errors.As(err, &again) || err != nil {
			t.Fatalf("the job answers %v", err)
		}
		if n := w.sim.Counts().WriteCalls - before; n < 10 || n > 20 {
			t.Errorf("a turn had %d calls", n)
		}
		w.goes(run.ID)
		if n := len(w.sim.Payments(w.tenant)); n != 30 {
			t.Errorf("Xero has %d payments", n)
		}
	})
}

// TestBulkAfterARestart goes on with what another process has left: preparing,
// sending, and what was claimed when it ended.
func TestBulkAfterARestart(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.many(130)
		run, err := w.xero.RunBulk(w.ctx, invoices())
		w.must(err)
		w.must(w.xero.Wake(w.ctx)) // somebody else is woken to prepare it
		w.integration()            // a process of its own
		w.must(w.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org}))
		dead := store.NewProcess()
		w.must(w.store.Announce(w.ctx, dead))
		w.must(w.sim.Fail(xeroBusy()))
		w.push()
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			claimed, err := tx.ClaimLinks(w.ctx, store.Claim{Org: w.org, Service: xero.Name, Kind: link.Invoice, Process: dead.ID, Max: 50})
			if len(claimed) == 0 {
				t.Error("nothing was claimed")
			}
			return err
		}))
		w.must(w.store.Retire(w.ctx, dead))
		w.goes(run.ID)
		if c := w.sim.Counts(); c.Invoices != 130 || c.DuplicateInvoiceNumbers != 0 {
			t.Errorf("Xero has %+v", c)
		}
	})
}
