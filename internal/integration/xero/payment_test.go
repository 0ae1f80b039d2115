package xero_test

import (
	"slices"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
)

// paid records a payment here and returns its link's key.
func (w *world) paid(i crm.Invoice, amount crm.MinorUnits) link.Key {
	w.Helper()
	p, err := w.book.RecordPayment(w.ctx, records.PaymentInput{InvoiceID: i.ID, Amount: amount, Method: "Bank transfer"})
	w.must(err)
	return link.Key{Org: w.org, Service: xero.Name, Kind: link.Payment, Record: p.ID.UUID}
}

func (w *world) state(k link.Key) link.Link {
	w.Helper()
	l, err := w.store.Link(w.ctx, k)
	w.must(err)
	return l
}

func TestPaymentsGoOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		faults := []xerosim.FaultKind{"", xerosim.FaultCutAfter, xerosim.FaultCutBefore, xerosim.FaultErrorAfter, xerosim.FaultErrorBefore}
		for n, fault := range faults {
			if fault != "" {
				w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: "/Payments", Kind: fault, Count: 1}))
			}
			key := w.paid(i, 10000)
			w.push()
			w.clock.pass(3 * time.Second)
			w.push()
			if l := w.state(key); l.State != link.Synced || l.RemoteID == "" {
				w.Errorf("%q: the payment is %s: %s", fault, l.State, l.Problem.Text)
			}
			if there := len(w.sim.Payments(w.tenant)); there != n+1 {
				w.Errorf("%q: Xero has %d payments, want %d", fault, there, n+1)
			}
		}
		w.webhook("INVOICE", w.link(link.Invoice, i.ID).RemoteID)
		w.must(ignoreSnooze(w.xero.Look(w.ctx)))
		if got := w.invoice(i.ID); got.Paid != 50000 || got.State != crm.InvoicePartPaid {
			w.Errorf("the invoice is %s with %d paid", got.State, got.Paid)
		}
	})
}

func TestPaymentsAreTakenBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		here, there := w.paid(i, 10000), w.paid(i, 20000)
		w.push()
		_, err := w.book.ReversePayment(w.ctx, crm.PaymentID{UUID: here.Record})
		w.must(err)
		w.clock.pass(time.Second)
		w.push()
		if got := w.sim.Invoices(w.tenant)[0].AmountPaid; got.Cents() != 20000 {
			w.Errorf("Xero has %s paid after a payment was taken back here", got)
		}
		w.clock.pass(time.Minute)
		w.must(w.sim.ReversePayment(w.tenant, w.state(there).RemoteID))
		w.webhook("INVOICE", w.link(link.Invoice, i.ID).RemoteID)
		w.must(ignoreSnooze(w.xero.Look(w.ctx)))
		if got := w.invoice(i.ID); got.Paid != 0 || got.State != crm.InvoiceIssued {
			w.Errorf("the invoice is %s with %d paid after Xero took the payment back", got.State, got.Paid)
		}
	})
}

// TestRetryAsksAnew mends the cause of a refusal in Xero: a retry at once must
// not get Xero's old answer.
func TestRetryAsksAnew(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		w.must(w.sim.SetLockDates(w.tenant, "2026-12-31", ""))
		i := w.shipped(c)
		w.push()
		l := w.link(link.Invoice, i.ID)
		if l.State != link.Rejected || l.Problem.Code != "locked_period" || l.Problem.Action != link.LookRemote {
			w.Fatalf("the link is %s: %+v", l.State, l.Problem)
		}
		if !slices.Contains(w.notices, "xero_given_up_locked_period") {
			w.Errorf("nobody was told of it: %v", w.notices)
		}
		w.must(w.sim.SetLockDates(w.tenant, "", ""))
		w.clock.pass(time.Second)
		w.must(w.xero.Retry(w.ctx, l.Key))
		w.push()
		if l := w.link(link.Invoice, i.ID); l.State != link.Synced {
			w.Errorf("the link is %s: %s", l.State, l.Problem.Text)
		}
	})
}

// TestVoids go both ways.
func TestVoids(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		ours, theirs := w.shipped(c), w.shipped(c)
		w.push()
		_, err := w.book.VoidInvoice(w.ctx, ours.ID)
		w.must(err)
		w.push()
		w.must(w.sim.Void(w.tenant, theirs.Number))
		w.clock.pass(time.Minute)
		w.must(w.xero.Pull(w.ctx, xero.PullArgs{Org: w.org}))
		if got := w.invoice(theirs.ID).State; got != crm.InvoiceVoided {
			w.Errorf("an invoice voided in Xero is %s here", got)
		}
		for _, i := range w.sim.Invoices(w.tenant) {
			if i.Status != "VOIDED" {
				w.Errorf("%s is %s in Xero", i.InvoiceNumber, i.Status)
			}
		}
	})
}

// TestAccessEnds tells a person once, keeps what waits, and goes on after
// connecting again.
func TestAccessEnds(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.clock.pass(61 * 24 * time.Hour)
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		c, err := w.store.Connection(w.ctx, w.org, xero.Name)
		w.must(err)
		if c.State != connection.NeedsReconnect || len(w.notices) == 0 {
			w.Fatalf("the connection is %s, told: %v", c.State, w.notices)
		}
		w.connect()
		w.push()
		if l := w.link(link.Invoice, i.ID); l.State != link.Synced {
			w.Errorf("the link is %s: %s", l.State, l.Problem.Text)
		}
	})
}
