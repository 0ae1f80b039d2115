package xero_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// differs compares both sides, and finds the difference that begins like this.
func (w *world) differs(begins string) store.Difference {
	w.Helper()
	rec, found := w.reconciled()
	n := slices.IndexFunc(found, func(f string) bool { return strings.HasPrefix(f, begins) })
	if n < 0 {
		w.Fatalf("%q was not found, but %q", begins, found)
	}
	page, err := w.store.Differences(w.ctx, w.org, rec.ID, store.DifferenceFilter{Limit: 200})
	w.must(err)
	return page.Rows[n]
}

// resolves takes the step that a difference offers.
func (w *world) resolves(begins string) {
	w.Helper()
	d := w.differs(begins)
	w.must(w.xero.ResolveDifference(w.ctx, d.Run, d.Position))
	w.clock.pass(time.Second)
	w.settled()
	if d, err := w.store.Difference(w.ctx, w.org, d.Run, d.Position); err != nil || d.ActedBy == "" {
		w.Errorf("%s is not dealt with, %v", begins, err)
	}
}

// staysOpen takes the step of a difference that it does not end.
func (w *world) staysOpen(begins string) {
	w.Helper()
	d := w.differs(begins)
	if err := w.xero.ResolveDifference(w.ctx, d.Run, d.Position); crm.KindOf(err) != crm.Conflict || !strings.Contains(fmt.Sprint(err), d.Label) {
		w.Errorf("%s ended with %v", begins, err)
	}
	if d, err := w.store.Difference(w.ctx, w.org, d.Run, d.Position); err != nil || d.ActedBy != "" {
		w.Errorf("%s was dealt with by %q, %v", begins, d.ActedBy, err)
	}
}

// TestDraftsAreApprovedByHand approves drafts in Xero when documents are to
// arrive approved now, and what waited for that goes on.
func TestDraftsAreApprovedByHand(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.drafting()
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		payment := w.paid(i, 5000)
		w.settled()
		if l := w.state(payment); l.State != link.Blocked {
			w.Fatalf("the payment of a draft is %s", l.State)
		}
		w.must(w.xero.SaveSettings(w.ctx, xero.DefaultSettings()))
		w.resolves("invoice state INV-00001: Part paid | Draft")
		w.resolves("credit_note state CN-00001: Issued | Draft")
		if invoice, note := w.statuses(); invoice != "AUTHORISED" || note != "AUTHORISED" {
			w.Errorf("Xero has the invoice %s and the credit note %s", invoice, note)
		}
		if l := w.state(payment); l.State != link.Synced {
			w.Errorf("the payment is %s: %s", l.State, l.Problem.Text)
		}
		if got := w.credit(n.ID); got.State != crm.CreditNoteIssued {
			w.Errorf("the credit note is %s", got.State)
		}
		w.clean()
	})
}

// TestPaymentThatStandsIsTakenBack ends a payment in Xero that was taken back
// here, whose link was refused or dismissed.
func TestPaymentThatStandsIsTakenBack(t *testing.T) {
	t.Parallel()
	for _, state := range []link.State{link.Rejected, link.Dismissed} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			each(t, func(w *world) {
				i := w.shipped(w.customer("Harbour Marine"))
				w.push()
				payment := w.paid(i, 5000)
				w.push()
				w.must(w.sim.Reconcile(w.tenant, w.state(payment).RemoteID))
				_, err := w.book.ReversePayment(w.ctx, crm.PaymentID{UUID: payment.Record})
				w.must(err)
				w.settled()
				if state == link.Dismissed {
					w.must(w.xero.Dismiss(w.ctx, payment, "Later"))
				}
				if l := w.state(payment); l.State != state {
					w.Fatalf("the link is %s: %s", l.State, l.Problem.Text)
				}
				w.must(w.sim.Unreconcile(w.tenant, w.state(payment).RemoteID))
				w.resolves("payment state PAY-00001 for INV-00001: Taken back | $50.00 on 22/11/2026")
				if there := w.sim.Payments(w.tenant); there[0].Status != "DELETED" {
					w.Errorf("Xero has %+v", there)
				}
				w.clean()
			})
		})
	}
}

// TestPaymentGoneThereIsTakenBack reads that Xero has taken a payment back.
func TestPaymentGoneThereIsTakenBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		payment := w.paid(i, 5000)
		w.push()
		w.clock.pass(time.Minute)
		w.must(w.sim.ReversePayment(w.tenant, w.state(payment).RemoteID))
		w.resolves("payment missing_there PAY-00001 for INV-00001")
		if got := w.invoice(i.ID); got.Paid != 0 {
			w.Errorf("%d is paid", got.Paid)
		}
		w.clean()
	})
}

// TestUsesAreSentAgain ends a difference of sums by sending what was dismissed.
func TestUsesAreSentAgain(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		x, err := w.book.RecordRefund(w.ctx, records.RefundInput{CreditNoteID: n.ID, Amount: 2000})
		w.must(err)
		key := w.linkOf(link.Refund, x.ID.UUID).Key
		w.refused(key, "validation")
		w.must(w.xero.Dismiss(w.ctx, key, "Later"))
		w.resolves("credit_note used CN-00001: $20.00 | $0.00")
		if l := w.state(key); l.State != link.Synced || len(w.sim.Payments(w.tenant)) != 1 {
			w.Errorf("the refund is %s: %s", l.State, l.Problem.Text)
		}
		w.clean()
	})
}

// TestWhatSyncingDoesNotEndStaysOpen voids an invoice in Xero of which a part is
// paid here: somebody has to decide, and until then nobody has dealt with it.
func TestWhatSyncingDoesNotEndStaysOpen(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		payment := w.paid(i, 5000)
		w.refused(payment, "validation")
		w.must(w.sim.Void(w.tenant, i.Number))
		w.staysOpen("invoice state INV-00001: Part paid | Voided")
		_, err := w.book.ReversePayment(w.ctx, crm.PaymentID{UUID: payment.Record})
		w.must(err)
		w.settled()
		if got := w.invoice(i.ID); got.State != crm.InvoiceVoided { // read again once the payment is gone
			w.Errorf("the invoice is %s", got.State)
		}
		w.clean()
	})
}
