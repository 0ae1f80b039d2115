package xero_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/synclog"
)

// TestShippedToPaid goes the whole way: an order ships, Xero has its invoice
// with equal totals, somebody pays it there, a webhook tells, we know.
func TestShippedToPaid(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		there := w.sim.Invoices(w.tenant)
		if len(there) != 1 || there[0].InvoiceNumber != i.Number || there[0].Total.Cents() != int64(i.Totals.Total) || there[0].Contact.Name != "Harbour Marine" {
			w.Fatalf("Xero has %+v", there)
		}
		if l := w.link(link.Invoice, i.ID); l.State != link.Synced || l.RemoteID != there[0].InvoiceID || l.Agreed != i.Version {
			w.Errorf("the link is %+v", l)
		}
		_, err := w.sim.Pay(w.tenant, i.Number, 0, xerosim.Date{})
		w.must(err)
		w.webhook("INVOICE", there[0].InvoiceID)
		w.must(ignoreSnooze(w.xero.Look(w.ctx)))
		paid := w.invoice(i.ID)
		if paid.State != crm.InvoicePaid || paid.Due() != 0 || paid.PaidOn == nil {
			w.Errorf("the invoice is %+v", paid)
		}
		entries, err := w.store.Entries(w.ctx, w.org, synclog.Filter{})
		w.must(err)
		if len(entries) < 4 {
			w.Errorf("the history has %d entries", len(entries))
		}
		w.push()
		if n := len(w.sim.Invoices(w.tenant)); n != 1 {
			w.Errorf("%d invoices after another push", n)
		}
	})
}

// webhook keeps an event as if Xero had sent it.
func (w *world) webhook(category, resource string) {
	w.Helper()
	now := w.clock.Now()
	storetest.Keep(w.T, w.store, []inbox.Event{{
		ID: crm.NewID[crm.Event](), Service: xero.Name, DeliveryKey: category + resource + now.String(), Tenant: w.tenant, Category: category, Type: "UPDATE",
		Resource: resource, OccurredAt: now, Payload: "{}", State: inbox.Received, DueAt: now, ReceivedAt: now,
	}})
}

// TestOutcomes goes through what may become of a write.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		for _, fault := range []xerosim.FaultKind{xerosim.FaultCutAfter, xerosim.FaultCutBefore, xerosim.FaultErrorAfter, xerosim.FaultErrorBefore} {
			i := w.shipped(c)
			w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: "/api.xro/2.0/Invoices", Kind: fault, Count: 1}))
			w.push()
			if l := w.link(link.Invoice, i.ID); l.State != link.Unknown {
				w.Errorf("%v: the link is %s: %s", fault, l.State, l.Problem.Text)
			}
			w.clock.pass(3 * time.Second)
			w.push()
			if l := w.link(link.Invoice, i.ID); l.State != link.Synced {
				w.Errorf("%v: the link is %s: %s", fault, l.State, l.Problem.Text)
			}
			if n := w.sim.Counts().DuplicateInvoiceNumbers; n != 0 {
				w.Errorf("%v: %d duplicates", fault, n)
			}
		}
	})
}
