package xero_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// lock closes the books in Xero up to a day, and lets Renoz hear of it.
func (w *world) lock(until string) {
	w.Helper()
	w.must(w.sim.SetLockDates(w.tenant, until, ""))
	w.clock.pass(time.Hour)
	w.pull()
}

// TestLockedPeriodHoldsVoidsAndCredits finds before it is sent what Xero refuses in
// a locked period: voids, allocations and their removal.
func TestLockedPeriodHoldsVoidsAndCredits(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		i, voided, other := w.shipped(c), w.shipped(c), w.shipped(c)
		n, voidedNote := w.credited(i, false), w.credited(other, false)
		removed, err := w.book.Allocate(w.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: 1000})
		w.must(err)
		w.settled()
		w.lock("2026-11-30")
		before := w.sim.Counts().WriteCalls

		_, err = w.book.VoidInvoice(w.ctx, voided.ID)
		w.must(err)
		_, err = w.book.VoidCreditNote(w.ctx, voidedNote.ID)
		w.must(err)
		_, err = w.book.RemoveAllocation(w.ctx, removed.ID)
		w.must(err)
		made, err := w.book.Allocate(w.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: 2000})
		w.must(err)
		w.settled()
		links := []link.Key{
			w.link(link.Invoice, voided.ID).Key, w.linkOf(link.CreditNote, voidedNote.ID.UUID).Key,
			w.linkOf(link.Allocation, removed.ID.UUID).Key, w.linkOf(link.Allocation, made.ID.UUID).Key,
		}
		for _, k := range links {
			if l := w.state(k); l.State != link.Blocked || l.Problem.Code != xeroapi.CodeLockedPeriod || l.Problem.Action != link.LookRemote {
				w.Errorf("the %s is %s: %+v", l.Kind, l.State, l.Problem)
			}
		}
		if now := w.sim.Counts().WriteCalls; now != before {
			w.Errorf("%d calls wrote to Xero", now-before)
		}
		w.lock("2026-06-30")
		w.settled()
		for _, k := range links {
			if l := w.state(k); l.State != link.Synced {
				w.Errorf("when the period is open the %s is %s: %+v", l.Kind, l.State, l.Problem)
			}
		}
	})
}

// TestWrongAccountHoldsPayments maps payments to an account that takes none.
func TestWrongAccountHoldsPayments(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		before := w.sim.Counts().WriteCalls
		for _, code := range []string{"200", "999", ""} {
			wrong := xero.DefaultSettings()
			wrong.PaymentAccount = code
			w.settings(wrong)
			payment := w.paid(i, 1000)
			x, err := w.book.RecordRefund(w.ctx, records.RefundInput{CreditNoteID: n.ID, Amount: 500})
			w.must(err)
			w.push()
			for _, l := range []link.Link{w.state(payment), w.linkOf(link.Refund, x.ID.UUID)} {
				if l.State != link.Blocked || l.Problem.Code != "unmapped" || l.Problem.Action != link.Map {
					w.Errorf("%q: the %s is %s: %+v", code, l.Kind, l.State, l.Problem)
				}
			}
		}
		if now := w.sim.Counts().WriteCalls; now != before {
			w.Errorf("%d calls wrote to Xero", now-before)
		}
		w.must(w.xero.SaveSettings(w.ctx, xero.DefaultSettings()))
		w.settled()
		if there := len(w.sim.Payments(w.tenant)); there != 6 {
			w.Errorf("%d payments in Xero after the settings were mended", there)
		}
	})
}

// TestRefusedForItsPeriodGoesOn has Xero refuse what could not be known before.
// The books are read to learn why; when the period is open again it goes on.
func TestRefusedForItsPeriodGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		w.must(w.sim.SetLockDates(w.tenant, "2026-11-30", ""))
		i := w.shipped(c)
		w.push()
		if l := w.link(link.Invoice, i.ID); l.State != link.Rejected || l.Problem.Code != xeroapi.CodeLockedPeriod {
			w.Fatalf("the link is %s: %+v", l.State, l.Problem)
		}
		w.lock("2026-06-30")
		w.push()
		w.arrived(i)
	})
}

// TestRefusedForItsMappingGoesOn saves settings that mend what Xero refused.
func TestRefusedForItsMappingGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		for _, code := range []string{xeroapi.CodeAccountUnknown, xeroapi.CodeTaxTypeAccount, xeroapi.CodeTaxTypeUnknown, xeroapi.CodeAccountMissing, xeroapi.CodePaymentAccount} {
			i := w.shipped(c)
			w.refused(w.link(link.Invoice, i.ID).Key, code)
			w.push()
			if l := w.link(link.Invoice, i.ID); l.State != link.Rejected {
				w.Fatalf("%s: the link is %s", code, l.State)
			}
			w.must(w.xero.SaveSettings(w.ctx, xero.DefaultSettings()))
			w.push()
			w.arrived(i)
		}
		other := w.shipped(c)
		w.refused(w.link(link.Invoice, other.ID).Key, xeroapi.CodeTooLong)
		w.must(w.xero.SaveSettings(w.ctx, xero.DefaultSettings()))
		if l := w.link(link.Invoice, other.ID); l.State != link.Rejected {
			w.Errorf("one that settings do not mend is %s", l.State)
		}
	})
}

// refused has Xero refuse a link that waits.
func (w *world) refused(k link.Key, code string) {
	w.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		process := store.NewProcess()
		l, err := tx.ClaimLinks(w.ctx, store.Claim{Org: k.Org, Service: k.Service, Kind: k.Kind, Process: process.ID, Max: 1})
		if err != nil || len(l) != 1 {
			return crm.Errorf(crm.Internal, "claimed %d: %v", len(l), err)
		}
		l[0].Reject(link.Problem{Code: code, Kind: "invalid", Text: "No.", Action: link.Map}, w.clock.Now())
		return tx.SettleLink(w.ctx, process.ID, l[0])
	}))
}
