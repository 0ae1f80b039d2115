package xero_test

import (
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// TestBulkCreditNotes sends a year that was there before the connection, credit
// notes and what is used of them too.
func TestBulkCreditNotes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.must(w.xero.Disconnect(w.ctx))
		c := w.customer("Harbour Marine")
		first, second := w.shipped(c), w.shipped(c)
		w.credited(first, true)
		n := w.credited(second, false)
		_, err := w.book.Allocate(w.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: first.ID, Amount: 100})
		w.must(err)
		_, err = w.book.RecordRefund(w.ctx, records.RefundInput{CreditNoteID: n.ID, Amount: 200})
		w.must(err)
		taken, err := w.book.Allocate(w.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: second.ID, Amount: 300})
		w.must(err)
		_, err = w.book.RemoveAllocation(w.ctx, taken.ID)
		w.must(err)
		_, err = w.book.CreateCreditNote(w.ctx, records.CreditNoteInput{InvoiceID: &second.ID, Lines: records.LineInputsOf(second.Lines[1:])})
		w.must(err)
		w.connect()

		run := w.preview(everything())
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		if run = w.goes(run.ID); run.State != store.BulkDone {
			t.Fatalf("the run is %s", run.State)
		}
		for _, i := range w.items(run, store.BulkItemFilter{}) {
			w.did(i, link.Link{})
		}
		for _, kind := range []string{"credit_note", xero.BulkEverything} {
			again := w.preview(xero.BulkWish{Direction: store.BulkPush, Kind: kind})
			p, err := w.xero.BulkProgress(w.ctx, again)
			w.must(err)
			if p.ToDo() != 0 {
				w.Errorf("a second run over %s would do %+v", kind, p)
			}
		}
		if _, found := w.reconciled(); len(found) != 0 {
			w.Errorf("afterwards both sides differ: %q", found)
		}
		there := w.sim.CreditNotes(w.tenant)
		if len(there) != 2 || len(there[0].Allocations) != 1 || len(there[1].Allocations) != 1 || len(w.sim.Payments(w.tenant)) != 1 {
			w.Errorf("Xero has %d credit notes and %d payments: %+v", len(there), len(w.sim.Payments(w.tenant)), there)
		}
		read, err := w.xero.RunBulk(w.ctx, xero.BulkWish{Direction: store.BulkPull, Kind: "credit_note"})
		w.must(err)
		if read = w.goes(read.ID); read.State != store.BulkDone || read.Changed != 0 {
			w.Errorf("reading all is %s and changed %d", read.State, read.Changed)
		}
		if got := w.credit(n.ID); got.Applied != 100 || got.Refunded != 200 || got.State != crm.CreditNoteIssued {
			w.Errorf("after reading all it is %+v", got)
		}
	})
}
