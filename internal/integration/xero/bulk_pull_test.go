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

// TestBulkTakesOver says beforehand which documents that only Xero has would
// become records, and why others cannot, and makes them.
func TestBulkTakesOver(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		to := w.contactOf(c)
		w.writes(w.byHand(to, "SVC-1"))
		_, err := w.sim.Pay(w.tenant, "SVC-1", xerosim.Cents(10000), xerosim.Date{})
		w.must(err)
		inclusive := w.byHand(to, "SVC-2")
		inclusive.LineAmountTypes = "Inclusive"
		w.writes(inclusive)
		note, err := w.sim.AddCreditNote(w.tenant, xerosim.CreditNote{
			Type: "ACCRECCREDIT", Status: "AUTHORISED", CreditNoteNumber: "SCN-1", Contact: to, Date: w.day(0), LineAmountTypes: "Exclusive",
			LineItems: []xerosim.LineItem{{Description: "Cable", Quantity: new(xerosim.Cents(100)), UnitAmount: new(xerosim.Cents(50000)), AccountCode: "200", TaxType: "OUTPUT"}}})
		w.must(err)
		_, err = w.sim.Allocate(w.tenant, note.CreditNoteID, "SVC-1", xerosim.Cents(5000))
		w.must(err)
		plain := w.preview(xero.BulkWish{Direction: store.BulkPull, Kind: "invoice"})
		if plain.Ignored != 2 || len(w.items(plain, store.BulkItemFilter{})) != 0 {
			w.Errorf("without the wish it says %+v", plain)
		}
		run := w.preview(xero.BulkWish{Direction: store.BulkPull, Kind: xero.BulkEverything, Filter: store.BulkFilter{TakeOver: true}})
		said := map[string]store.BulkPlan{}
		for _, i := range w.items(run, store.BulkItemFilter{}) {
			said[i.Label] = i.Plan
		}
		if w.here() != 0 || said["SVC-1"] != store.PlanCreate || said["SVC-2"] != store.PlanBlocked || said["SCN-1"] != store.PlanCreate || run.Changed != 2 || run.Ignored != 1 {
			w.Errorf("the preview says %v: %+v", said, run)
		}
		reasons, err := w.store.BulkReasons(w.ctx, run)
		w.must(err)
		if len(reasons) != 1 || reasons[0].Code != "amounts_include_tax" {
			w.Errorf("its reasons are %+v", reasons)
		}
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		if run = w.goes(run.ID); run.State != store.BulkDone || run.Changed != 2 || w.here() != 1 {
			w.Errorf("the run is %+v, with %d invoices", run, w.here())
		}
		for _, i := range w.items(run, store.BulkItemFilter{Plan: store.PlanCreate}) {
			if l, err := w.store.Link(w.ctx, i.Key); err != nil || l.RemoteNumber != i.Label || i.Outcome != store.ItemDone {
				w.Errorf("%+v is linked as %+v, %v", i, l, err)
			}
		}
		if left := w.items(run, store.BulkItemFilter{Plan: store.PlanBlocked}); len(left) != 1 || left[0].Outcome != store.ItemSkipped {
			w.Errorf("left are %+v", left)
		}
		if _, found := w.reconciled(); len(found) != 1 {
			w.Errorf("both sides differ: %q", found)
		}
		again := w.preview(xero.BulkWish{Direction: store.BulkPull, Kind: xero.BulkEverything, Filter: store.BulkFilter{TakeOver: true}})
		if again.Changed != 0 {
			w.Errorf("a second run would change %+v", again)
		}
		for name, wish := range map[string]xero.BulkWish{
			"to Xero":       {Direction: store.BulkPush, Kind: "invoice", Filter: store.BulkFilter{TakeOver: true}},
			"of customers":  {Direction: store.BulkPull, Kind: "contact", Filter: store.BulkFilter{TakeOver: true}},
			"with a filter": {Direction: store.BulkPull, Kind: "invoice", Filter: store.BulkFilter{TakeOver: true, Missing: true}},
		} {
			if _, err := w.xero.PreviewBulk(w.ctx, wish); crm.KindOf(err) != crm.Invalid {
				w.Errorf("%s: %v", name, err)
			}
		}
	})
}
