package xero_test

import (
	"testing"

	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// TestChangesKeepLines changes an invoice that is in Xero. Its lines keep their
// ids there, also when the link has forgotten them.
func TestChangesKeepLines(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		before := w.sim.Invoices(w.tenant)[0]
		for n, reference := range []string{"PO-1", "PO-2"} {
			if n == 1 { // as a link that an earlier release wrote
				w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
					l := w.link(link.Invoice, i.ID)
					return tx.RefreshLink(w.ctx, l.Key, link.Remote{ID: l.RemoteID, Number: l.RemoteNumber, Version: l.RemoteVersion, Snapshot: `{"status":"AUTHORISED"}`})
				}))
			}
			now, err := w.store.Invoice(w.ctx, w.org, i.ID)
			w.must(err)
			_, err = w.book.AmendInvoice(w.ctx, i.ID, now.Version, records.InvoiceAmendment{Reference: reference, DueOn: now.DueOn.AddDays(7)})
			w.must(err)
			w.push()
			after := w.sim.Invoices(w.tenant)[0]
			if after.Reference != reference || len(after.LineItems) != len(before.LineItems) || after.Total.Cents() != before.Total.Cents() {
				w.Fatalf("Xero has %+v", after)
			}
			for line := range after.LineItems {
				if got, want := after.LineItems[line].LineItemID, before.LineItems[line].LineItemID; got != want || got == "" {
					w.Errorf("line %d is %q now, was %q", line, got, want)
				}
			}
		}
		if l := w.link(link.Invoice, i.ID); l.State != link.Synced {
			w.Errorf("the link is %+v", l)
		}
	})
}
