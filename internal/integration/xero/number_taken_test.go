package xero_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
)

// likeShipped is an invoice of Xero's over what world.shipped sells.
func (w *world) likeShipped(to *xerosim.Contact, number string) xerosim.Invoice {
	return xerosim.Invoice{
		Type: "ACCREC", Status: "AUTHORISED", InvoiceNumber: number, Reference: "By hand", Contact: to, Date: w.day(0), DueDate: w.day(14), LineAmountTypes: "Exclusive",
		LineItems: []xerosim.LineItem{
			{Description: "Battery", Quantity: new(xerosim.Cents(200)), UnitAmount: new(xerosim.Cents(499500)), DiscountRate: new(xerosim.Cents(500)), AccountCode: "200", TaxType: "OUTPUT"},
			{Description: "Freight", Quantity: new(xerosim.Cents(100)), UnitAmount: new(xerosim.Cents(15050)), AccountCode: "200", TaxType: "OUTPUT"},
		}}
}

// TestTakenNumberIsNotOurs meets an invoice of the same number and customer that
// somebody wrote in Xero. It is ours only where it comes to the same and counts;
// any other stays as it is, on both sides.
func TestTakenNumberIsNotOurs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		write  func(*world, *xerosim.Contact)
		words  string // empty: it is ours
		status string
	}{
		"other total": {func(w *world, to *xerosim.Contact) { w.writes(w.byHand(to, "INV-00001")) }, "ours is over", "AUTHORISED"},
		"other tax": {func(w *world, to *xerosim.Contact) {
			i := w.likeShipped(to, "INV-00001")
			i.LineItems[1].TaxType, i.LineItems[1].UnitAmount = "EXEMPTOUTPUT", new(xerosim.Cents(16555))
			w.writes(i)
		}, "ours is over", "AUTHORISED"},
		"voided": {func(w *world, to *xerosim.Contact) {
			w.writes(w.likeShipped(to, "INV-00001"))
			w.must(w.sim.Void(w.tenant, "INV-00001"))
		}, "which is voided there", "VOIDED"},
		"other contact": {func(w *world, _ *xerosim.Contact) {
			w.writes(w.likeShipped(w.contactOf(w.buying("Outback Power")), "INV-00001"))
		}, "for another contact", "AUTHORISED"},
		"same": {func(w *world, to *xerosim.Contact) { w.writes(w.likeShipped(to, "INV-00001")) }, "", "AUTHORISED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(w *world) {
				customer := w.customer("Harbour Marine")
				c.write(w, w.contactOf(customer))
				before := w.sim.Invoices(w.tenant)[0]
				i := w.shipped(customer)
				w.settled()
				after, l := w.sim.Invoices(w.tenant)[0], w.link(link.Invoice, i.ID)
				if c.words == "" {
					if l.State != link.Synced || after.Reference != "PO-1" {
						w.Errorf("the link is %s: %+v, Xero has %q", l.State, l.Problem, after.Reference)
					}
					return
				}
				if l.State != link.Rejected || l.RemoteID != "" || l.Problem.Code != xeroapi.CodeInvoiceNumberTaken || !strings.Contains(l.Problem.Text, c.words) {
					w.Errorf("the link is %s: %+v", l.State, l.Problem)
				}
				if after.Status != c.status || after.Reference != before.Reference || *after.Total != *before.Total || after.LineItems[0].Description != before.LineItems[0].Description {
					w.Errorf("Xero has %+v, had %+v", after, before)
				}
				if got := w.invoice(i.ID); got.State != crm.InvoiceIssued {
					w.Errorf("ours is %s", got.State)
				}
			})
		})
	}
}

// TestTakenCreditNumberIsNotOurs is the same for credit notes, also where it is
// not known whether ours arrived.
func TestTakenCreditNumberIsNotOurs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		taxType string
		price   int64
		voided  bool
		lost    bool
	}{
		"voided": {"OUTPUT", 489575, true, false}, "other tax": {"EXEMPTOUTPUT", 538533, false, false},
		"voided, in doubt": {"OUTPUT", 489575, true, true}, "other tax, in doubt": {"EXEMPTOUTPUT", 538533, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(w *world) {
				i := w.shipped(w.customer("Harbour Marine"))
				w.push()
				there, err := w.sim.AddCreditNote(w.tenant, xerosim.CreditNote{
					Type: "ACCRECCREDIT", Status: "AUTHORISED", CreditNoteNumber: "CN-00001", Contact: w.sim.Invoices(w.tenant)[0].Contact, Date: w.day(0), LineAmountTypes: "Exclusive",
					LineItems: []xerosim.LineItem{{Description: "Cable", Quantity: new(xerosim.Cents(100)), UnitAmount: new(xerosim.Cents(c.price)), AccountCode: "200", TaxType: c.taxType}}})
				w.must(err)
				if c.voided {
					w.must(w.sim.VoidCreditNote(w.tenant, there.CreditNoteID))
				}
				if c.lost {
					w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: "/CreditNotes", Kind: xerosim.FaultCutBefore, Count: 1}))
				}
				n := w.credited(i, false)
				if int64(n.Totals.Total) != there.Total.Cents() {
					w.Fatalf("the test compares %d with %d", n.Totals.Total, there.Total.Cents())
				}
				w.settled()
				l := w.linkOf(link.CreditNote, n.ID.UUID)
				if l.State != link.Rejected || l.RemoteID != "" || l.Problem.Code != xeroapi.CodeCreditNoteNumberTaken {
					w.Errorf("the link is %s: %+v", l.State, l.Problem)
				}
				if got := w.credit(n.ID); got.State != crm.CreditNoteIssued {
					w.Errorf("ours is %s", got.State)
				}
				if after := w.sim.CreditNotes(w.tenant)[0]; after.Reference != there.Reference || len(w.sim.CreditNotes(w.tenant)) != 1 {
					w.Errorf("Xero has %+v", after)
				}
			})
		})
	}
}

// TestNumberOfAnotherOfOurs meets an invoice of ours that somebody gave the
// number of another.
func TestNumberOfAnotherOfOurs(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		first := w.shipped(c)
		w.push()
		_, err := w.sim.ChangeInvoice(w.tenant, xerosim.Invoice{InvoiceID: w.link(link.Invoice, first.ID).RemoteID, InvoiceNumber: "INV-00002"})
		w.must(err)
		second := w.shipped(c)
		w.settled()
		l := w.link(link.Invoice, second.ID)
		if l.State != link.Rejected || !strings.Contains(l.Problem.Text, "which is INV-00001 here") {
			w.Errorf("the link is %s: %+v", l.State, l.Problem)
		}
		if mine := w.link(link.Invoice, first.ID); mine.RemoteID == "" || mine.Record == uuid.Nil || len(w.sim.Invoices(w.tenant)) != 1 {
			w.Errorf("the first is %+v", mine)
		}
	})
}
