package xero_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store"
)

// TestBulkReads reads everything again, says beforehand what would change, and
// finds what the usual reading has passed by.
func TestBulkReads(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		paid, quiet := w.issued(w.buying("Pays There"), crm.GST, crm.Day{}), w.issued(w.buying("Quiet"), crm.GST, crm.Day{})
		w.push()
		_, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "A supplier"})
		w.must(err)
		_, err = w.sim.Pay(w.tenant, paid.Number, xerosim.Cents(1000), xerosim.Date{})
		w.must(err)
		w.clock.pass(time.Hour)
		for _, cursor := range []string{"invoices", "payments"} { // as if the change had been read
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.SetCursor(w.ctx, w.org, xero.Name, cursor, w.clock.Now()) }))
		}
		w.pull()
		if w.invoice(paid.ID).Paid != 0 {
			t.Fatal("the usual reading finds the payment; this test shows nothing")
		}
		wish := xero.BulkWish{Direction: store.BulkPull, Kind: xero.BulkEverything}
		run := w.preview(wish)
		if run.Pages != 3 || run.Records != 6 || run.Changed != 1 || w.invoice(paid.ID).Paid != 0 {
			t.Errorf("the preview is %+v", run)
		}
		if said := w.items(run, store.BulkItemFilter{}); len(said) != 1 || said[0].Label != paid.Number {
			t.Errorf("it says %+v", said)
		}
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		run = w.goes(run.ID)
		if run.State != store.BulkDone || run.Pages != 3 || run.Records != 6 || run.Changed != 1 || run.Unchanged != 4 || run.Ignored != 1 {
			t.Errorf("the run is %+v", run)
		}
		if w.invoice(paid.ID).Paid != 1000 || w.invoice(quiet.ID).Paid != 0 {
			t.Error("the payment was not read")
		}
		if changed := w.items(run, store.BulkItemFilter{Outcome: store.ItemDone}); len(changed) != 1 || changed[0].Label != paid.Number {
			t.Errorf("changed are %+v", changed)
		}
	})
}

// TestBulkReadsFail keeps why, and goes on when asked to.
func TestBulkReadsFail(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.issued(w.buying("Quiet"), crm.GST, crm.Day{})
		w.push()
		run := w.preview(xero.BulkWish{Direction: store.BulkPull, Kind: "invoice"})
		w.must(w.sim.Fail(xerosim.Fault{Method: "GET", Path: "/Invoices", Kind: xerosim.FaultErrorBefore, Count: 10}))
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		if run = w.goes(run.ID); run.State != store.BulkFailed || run.Problem == "" {
			t.Fatalf("the run is %+v", run)
		}
		w.sim.ClearFaults()
		w.must(w.xero.ResumeBulk(w.ctx, run.ID))
		if run = w.goes(run.ID); run.State != store.BulkDone || run.Records != 1 || run.Unchanged != 1 {
			t.Errorf("the run is %+v", run)
		}
	})
}

// TestBulkReadingIsCancelled reads nothing more.
func TestBulkReadingIsCancelled(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		run := w.preview(xero.BulkWish{Direction: store.BulkPull, Kind: "contact"})
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		w.must(w.xero.CancelBulk(w.ctx, run.ID))
		before := w.sim.Counts().ReadCalls
		w.must(w.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org}))
		if run = w.bulk(run.ID); run.State != store.BulkCancelled || w.sim.Counts().ReadCalls != before {
			t.Errorf("the run is %+v", run)
		}
	})
}

func TestBulkWishes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for name, wish := range map[string]xero.BulkWish{
			"nothing":          {},
			"unknown kind":     {Direction: store.BulkPush, Kind: "order"},
			"unknown state":    {Direction: store.BulkPush, Kind: "invoice", Filter: store.BulkFilter{State: "archived"}},
			"days of nobody":   {Direction: store.BulkPush, Kind: "contact", Filter: store.BulkFilter{From: crm.NewDay(2026, 1, 1)}},
			"days backwards":   {Direction: store.BulkPush, Kind: "invoice", Filter: store.BulkFilter{From: crm.NewDay(2026, 2, 1), To: crm.NewDay(2026, 1, 1)}},
			"pull with filter": {Direction: store.BulkPull, Kind: "invoice", Filter: store.BulkFilter{Missing: true}},
		} {
			if _, err := w.xero.PreviewBulk(w.ctx, wish); crm.KindOf(err) != crm.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		first, second := w.preview(everything()), w.preview(everything())
		w.must(w.xero.StartBulk(w.ctx, first.ID))
		for name, step := range map[string]error{
			"two at once": w.xero.StartBulk(w.ctx, second.ID), "twice": w.xero.StartBulk(w.ctx, first.ID), "resumed": w.xero.ResumeBulk(w.ctx, first.ID), "a second": w.xero.SendAll(w.ctx),
		} {
			if crm.KindOf(step) != crm.Conflict {
				t.Errorf("%s: %v", name, step)
			}
		}
		w.goes(first.ID)
		if err := w.xero.CancelBulk(w.ctx, first.ID); crm.KindOf(err) != crm.Conflict {
			t.Errorf("cancelled after the end: %v", err)
		}
		w.must(w.xero.CancelBulk(w.ctx, second.ID))
	})
}
