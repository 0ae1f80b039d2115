package xero_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// contactOf is the contact in Xero of a customer that is sent first.
func (w *world) contactOf(c crm.Customer) *xerosim.Contact {
	w.Helper()
	w.must(w.xero.SyncRecord(w.ctx, link.Contact, c.ID.UUID))
	w.push()
	return &xerosim.Contact{ContactID: w.linkOf(link.Contact, c.ID.UUID).RemoteID}
}

func (w *world) day(ahead int) *xerosim.Date {
	return &xerosim.Date{Time: time.Date(2026, 11, 22+ahead, 0, 0, 0, 0, time.UTC)}
}

// byHand is an invoice as a bookkeeper writes it in Xero: 20 hours less a tenth,
// a part at a price finer than a cent, a reduction and a line of text.
func (w *world) byHand(to *xerosim.Contact, number string) xerosim.Invoice {
	return xerosim.Invoice{
		Type: "ACCREC", Status: "AUTHORISED", InvoiceNumber: number, Reference: "Phoned in", Contact: to, Date: w.day(0), DueDate: w.day(14), LineAmountTypes: "Exclusive",
		LineItems: []xerosim.LineItem{
			{Description: "Consulting", Quantity: new(xerosim.Cents(2000)), UnitAmount: new(xerosim.Cents(15000)), DiscountRate: new(xerosim.Cents(1000)), AccountCode: "260", TaxType: "OUTPUT"},
			{Description: "Cable by the metre", Quantity: new(xerosim.Cents(333)), UnitAmount: new(xerosim.Cents(777)), AccountCode: "200", TaxType: "OUTPUT"},
			{Description: "Goodwill", Quantity: new(xerosim.Cents(100)), UnitAmount: new(xerosim.Cents(-5000)), AccountCode: "200", TaxType: "EXEMPTOUTPUT"},
		},
	}
}

func (w *world) writes(i xerosim.Invoice) xerosim.Invoice {
	w.Helper()
	w.clock.pass(time.Minute)
	out, err := w.sim.AddInvoice(w.tenant, i)
	w.must(err)
	return out
}

// only finds what a reconciliation lists as only in Xero, by number.
func (w *world) only(rec store.Reconciliation, number string) store.Difference {
	w.Helper()
	page, err := w.store.Differences(w.ctx, w.org, rec.ID, store.DifferenceFilter{What: xero.MissingHere, Limit: 200})
	w.must(err)
	for _, d := range page.Rows {
		if d.Label == number {
			return d
		}
	}
	w.Fatalf("%s is not listed as only in Xero", number)
	return store.Difference{}
}

// takes compares both sides and takes one document over, which must work.
func (w *world) takes(number string) xero.Taken {
	w.Helper()
	rec, _ := w.reconciled()
	taken, err := w.xero.TakeOver(w.ctx, rec.ID, []int{w.only(rec, number).Position})
	w.must(err)
	if len(taken) != 1 || taken[0].Problem != nil {
		w.Fatalf("%s: %+v %+v", number, taken, taken[0].Problem)
	}
	return taken[0]
}

// clean wants both sides to agree, and nothing to wait.
func (w *world) clean() {
	w.Helper()
	if _, found := w.reconciled(); len(found) != 0 {
		w.Errorf("both sides differ: %q", found)
	}
	due, err := w.store.NextLinkDue(w.ctx, w.org, xero.Name)
	w.must(err)
	if !due.IsZero() {
		w.Errorf("something waits until %s", due)
	}
}

func TestTakeOverInvoice(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		there := w.writes(w.byHand(w.contactOf(c), "SVC-0042"))
		_, err := w.sim.Pay(w.tenant, "SVC-0042", xerosim.Cents(10000), *w.day(0))
		w.must(err)
		rec, _ := w.reconciled()
		d := w.only(rec, "SVC-0042")
		if d.Document == nil || d.Document.Contact != "Harbour Marine" || d.Document.Total != crm.MinorUnits(there.Total.Cents()) || d.Document.On != crm.NewDay(2026, 11, 22) || d.Document.Code != "" {
			w.Errorf("it is listed as %+v", d.Document)
		}
		writes := w.sim.Counts().WriteCalls
		done := w.takes("SVC-0042")
		i := w.invoice(crm.InvoiceID{UUID: done.Record})
		if i.Number != "SVC-0042" || i.CustomerID != c.ID || i.Reference != "Phoned in" || i.State != crm.InvoicePartPaid || i.Paid != 10000 || i.DueOn != crm.NewDay(2026, 12, 6) ||
			i.Totals.Total != crm.MinorUnits(there.Total.Cents()) || i.Totals.Tax != crm.MinorUnits(there.TotalTax.Cents()) || len(i.Lines) != 3 {
			w.Errorf("it became %+v", i)
		}
		for n, line := range i.Lines {
			if line.Net != crm.MinorUnits(there.LineItems[n].LineAmount.Cents()) || line.Tax != crm.MinorUnits(there.LineItems[n].TaxAmount.Cents()) {
				w.Errorf("line %d is %+v, in Xero %+v", n, line, there.LineItems[n])
			}
		}
		if i.Lines[0].DiscountPercent != 1000 || i.Lines[1].TaxClass != crm.GST || i.Lines[2].Kind != crm.Discount || i.Lines[2].TaxClass != crm.GSTFree {
			w.Errorf("the lines are %+v", i.Lines)
		}
		payments, err := w.store.PaymentsOf(w.ctx, w.org, i.ID)
		w.must(err)
		if len(payments) != 1 || payments[0].Source != crm.FromXero || payments[0].Amount != 10000 {
			w.Errorf("its payments are %+v", payments)
		}
		changes, err := w.store.ChangesOf(w.ctx, w.org, i.ID.UUID, 50)
		w.must(err)
		if last := changes[len(changes)-1]; last.What != crm.Created || last.Actor != "test" {
			w.Errorf("its history begins with %+v", last)
		}
		w.clean()
		w.settled()
		if after := w.sim.Counts().WriteCalls; after != writes {
			w.Errorf("%d calls wrote to Xero", after-writes)
		}
		if o := w.issued(c, crm.GST, crm.Day{}); o.Number != "INV-00001" {
			w.Errorf("our own numbers went on with %s", o.Number)
		}
		w.settled()
		w.clean()
	})
}

// TestTakenOverIsAsAnyInvoice edits, pays and voids on both sides afterwards.
func TestTakenOverIsAsAnyInvoice(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		to := w.contactOf(w.customer("Harbour Marine"))
		hand := w.byHand(to, "SVC-1")
		hand.LineItems = append(hand.LineItems, xerosim.LineItem{Description: "Thank you for your trust"})
		before := w.writes(hand)
		id := crm.InvoiceID{UUID: w.takes("SVC-1").Record}
		w.clean()
		i := w.invoice(id)
		_, err := w.book.AmendInvoice(w.ctx, id, i.Version, records.InvoiceAmendment{Reference: "PO-77", DueOn: i.DueOn.AddDays(7)})
		w.must(err)
		w.settled()
		all := w.sim.Invoices(w.tenant)
		if len(all) != 1 || all[0].InvoiceID != before.InvoiceID || all[0].Reference != "PO-77" || all[0].Total.Cents() != before.Total.Cents() {
			w.Fatalf("Xero has %+v", all)
		}
		for n, line := range all[0].LineItems {
			if was := before.LineItems[n]; line.LineItemID != was.LineItemID || line.AccountCode != was.AccountCode || line.TaxType != was.TaxType || line.Description != was.Description {
				w.Errorf("line %d became %+v, it was %+v", n, line, was)
			}
		}
		w.clock.pass(time.Minute)
		_, err = w.sim.Pay(w.tenant, "SVC-1", xerosim.Cents(20000), xerosim.Date{})
		w.must(err)
		w.look("INVOICE", before.InvoiceID)
		if i = w.invoice(id); i.Paid != 20000 || i.State != crm.InvoicePartPaid {
			w.Errorf("after a payment in Xero it is %s, paid %d", i.State, i.Paid)
		}
		p, err := w.book.RecordPayment(w.ctx, records.PaymentInput{InvoiceID: id, Amount: i.Due()})
		w.must(err)
		w.settled()
		if got := w.sim.Invoices(w.tenant)[0]; got.Status != "PAID" {
			w.Errorf("after a payment here it is %s in Xero", got.Status)
		}
		w.clean()
		_, err = w.book.ReversePayment(w.ctx, p.ID)
		w.must(err)
		w.settled()
		w.clean()
	})
}

func TestTakeOverWithCredits(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		to := w.contactOf(c)
		ours := w.issued(c, crm.GST, crm.Day{})
		w.settled()
		there := w.writes(w.byHand(to, "SVC-1"))
		_, err := w.sim.Pay(w.tenant, "SVC-1", xerosim.Cents(10000), xerosim.Date{})
		w.must(err)
		note, err := w.sim.AddCreditNote(w.tenant, xerosim.CreditNote{
			Type: "ACCRECCREDIT", Status: "AUTHORISED", CreditNoteNumber: "SCN-9", Contact: to, Date: w.day(0), LineAmountTypes: "Exclusive", Reference: "Returned",
			LineItems: []xerosim.LineItem{{Description: "Cable", Quantity: new(xerosim.Cents(100)), UnitAmount: new(xerosim.Cents(50000)), AccountCode: "260", TaxType: "OUTPUT"}}})
		w.must(err)
		for _, invoice := range []string{there.InvoiceID, w.link(link.Invoice, ours.ID).RemoteID} {
			_, err = w.sim.Allocate(w.tenant, note.CreditNoteID, invoice, xerosim.Cents(15000))
			w.must(err)
		}
		_, err = w.sim.Refund(w.tenant, note.CreditNoteID, xerosim.Cents(2500), xerosim.Date{})
		w.must(err)
		w.pull()
		if got := w.invoice(ours.ID); got.Credited != 15000 {
			w.Fatalf("our invoice is credited %d", got.Credited)
		}

		first := w.takes("SVC-1") // the credit is one that only Xero knows
		if i := w.invoice(crm.InvoiceID{UUID: first.Record}); i.Paid != 10000 || i.Credited != 15000 || i.State != crm.InvoicePartPaid {
			w.Errorf("it became %+v", i)
		}
		second := w.takes("SCN-9")
		n := w.credit(crm.CreditNoteID{UUID: second.Record})
		if n.Number != "SCN-9" || n.Totals.Total != 55000 || n.Applied != 30000 || n.Refunded != 2500 || n.State != crm.CreditNoteIssued || len(w.allocations(n.ID)) != 2 {
			w.Errorf("the credit note became %+v with %+v", n, w.allocations(n.ID))
		}
		for _, id := range []crm.InvoiceID{ours.ID, {UUID: first.Record}} {
			if got := w.invoice(id); got.Credited != 15000 {
				w.Errorf("%s is credited %d after the credit note was taken over", got.Number, got.Credited)
			}
			if foreign, err := w.store.ForeignCreditsOn(w.ctx, w.org, id); err != nil || len(foreign) != 1 || foreign[0].RemovedAt == nil {
				w.Errorf("credits that only Xero knows are %+v, %v", foreign, err)
			}
		}
		w.pull()
		w.clean()
		_, err = w.book.Allocate(w.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: ours.ID, Amount: 5000})
		w.must(err)
		w.settled()
		if got := w.sim.CreditNotes(w.tenant)[0]; len(got.Allocations) != 3 {
			w.Errorf("in Xero it is allocated %+v", got.Allocations)
		}
		w.clean()
	})
}

// TestTakeOverWhatOursCredits: a credit note of ours was set in Xero against an
// invoice that only Xero had.
func TestTakeOverWhatOursCredits(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		n := w.credited(w.shipped(c), false)
		w.settled()
		there := w.writes(w.byHand(w.contactOf(c), "SVC-1"))
		_, err := w.sim.Allocate(w.tenant, w.linkOf(link.CreditNote, n.ID.UUID).RemoteID, there.InvoiceID, xerosim.Cents(20000))
		w.must(err)
		w.pull()
		if got := w.credit(n.ID); got.Applied != 20000 {
			w.Fatalf("the credit note is applied %d", got.Applied)
		}
		done := w.takes("SVC-1")
		if i, all := w.invoice(crm.InvoiceID{UUID: done.Record}), w.allocations(n.ID); i.Credited != 20000 || len(all) != 1 || all[0].InvoiceID != i.ID || w.credit(n.ID).Applied != 20000 {
			w.Errorf("it is credited %d by %+v", i.Credited, all)
		}
		w.clean()
	})
}

func TestTakeOverOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.writes(w.byHand(w.contactOf(w.customer("Harbour Marine")), "SVC-1"))
		rec, _ := w.reconciled()
		at := []int{w.only(rec, "SVC-1").Position}
		var wait sync.WaitGroup
		all := make([]xero.Taken, 6)
		for n := range all {
			wait.Go(func() {
				taken, err := w.xero.TakeOver(w.ctx, rec.ID, at)
				if err != nil || len(taken) != 1 || taken[0].Problem != nil {
					t.Errorf("%+v, %v", taken, err)
					return
				}
				all[n] = taken[0]
			})
		}
		wait.Wait()
		fresh := 0
		for _, x := range all {
			if x.Fresh {
				fresh++
			}
			if x.Record != all[0].Record {
				w.Errorf("two records: %+v", all)
			}
		}
		if fresh != 1 {
			w.Errorf("%d of six made it", fresh)
		}
		page, err := w.store.Invoices(w.ctx, w.org, store.InvoiceFilter{})
		w.must(err)
		if len(page.Rows) != 1 {
			w.Errorf("there are %d invoices", len(page.Rows))
		}
		if d := w.only(rec, "SVC-1"); d.ActedBy != "test" {
			w.Errorf("it was dealt with by %q", d.ActedBy)
		}
		w.clean()
	})
}

// TestNotTakenOver goes through what cannot be a record here: each says why and
// what to do, and nothing is made.
func TestNotTakenOver(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		to := w.contactOf(c)
		stranger, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Passing Trade", IsCustomer: new(true)})
		w.must(err)
		ours := w.issued(c, crm.GST, crm.Day{}) // not sent yet
		w.must(w.sim.AddCurrency(w.tenant, "USD"))
		for _, x := range []struct {
			number, says string
			change       func(*xerosim.Invoice)
		}{
			{"X-USD", "It is in USD", func(i *xerosim.Invoice) { i.CurrencyCode = "USD" }},
			{"X-INCLUSIVE", "include tax", func(i *xerosim.Invoice) { i.LineAmountTypes = "Inclusive" }},
			{"X-NOTAX", "set to no tax", func(i *xerosim.Invoice) { i.LineAmountTypes = "NoTax" }},
			{"X-STRANGER", "Link or import the contact first", func(i *xerosim.Invoice) { i.Contact = &stranger }},
			{"X-RATE", "stands for no tax class", func(i *xerosim.Invoice) { i.LineItems[1].TaxType = "BASEXCLUDED" }},
			{"X-TAX", "Line 2 comes to", func(i *xerosim.Invoice) { i.LineItems[1].TaxAmount = new(xerosim.Cents(300)) }},
			{"X-FINE", "finer than the two decimals", func(i *xerosim.Invoice) { i.LineItems[0].DiscountRate = new(xerosim.Amount(333333)) }},
			{"X 1 #2", "It does not fit here. Number: ", func(*xerosim.Invoice) {}},
			{ours.Number, "Renoz has an invoice INV-00001 of its own", func(*xerosim.Invoice) {}},
			{"INV-00007", "is a number that Renoz will give", func(*xerosim.Invoice) {}},
		} {
			i := w.byHand(to, x.number)
			i.Contact = &xerosim.Contact{ContactID: to.ContactID}
			x.change(&i)
			i.Contact = &xerosim.Contact{ContactID: i.Contact.ContactID}
			w.writes(i)
			rec, _ := w.reconciled()
			d := w.only(rec, x.number)
			problem, err := w.xero.Hindrance(w.ctx, d)
			if err != nil || problem == nil || !strings.Contains(problem.Text, x.says) {
				w.Errorf("%s: it is listed with %+v, %v", x.number, problem, err)
			}
			taken, err := w.xero.TakeOver(w.ctx, rec.ID, []int{d.Position})
			if err != nil || taken[0].Problem == nil || !strings.Contains(taken[0].Problem.Text, x.says) || taken[0].Record != uuid.Nil {
				w.Errorf("%s: %+v %v", x.number, taken, err)
			}
			if got := w.only(rec, x.number); got.ActedAt != nil {
				w.Errorf("%s counts as dealt with", x.number)
			}
		}
		if n := w.here(); n != 1 {
			w.Errorf("there are %d invoices", n)
		}

		// Once its contact is imported, the stranger's is taken over.
		w.pull()
		rec, _ := w.reconciled()
		d := w.only(rec, "X-STRANGER")
		_, err = w.xero.ImportContact(w.ctx, stranger.ContactID)
		w.must(err)
		if problem, err := w.xero.Hindrance(w.ctx, d); problem != nil || err != nil {
			w.Errorf("after the import: %+v, %v", problem, err)
		}
		w.takes("X-STRANGER")
	})
}

// TestNotListed: drafts and bills are nobody's to take over.
func TestNotListed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		to := w.contactOf(w.customer("Harbour Marine"))
		for n, i := range []xerosim.Invoice{{Status: "DRAFT", InvoiceNumber: "D-1"}, {Type: "ACCPAY", InvoiceNumber: "B-1"}} {
			hand := w.byHand(to, i.InvoiceNumber)
			if i.Status != "" {
				hand.Status = i.Status
			}
			if i.Type != "" {
				hand.Type, hand.LineItems = i.Type, hand.LineItems[1:2]
				hand.LineItems[0].AccountCode, hand.LineItems[0].TaxType = "310", "INPUT"
			}
			w.writes(hand)
			if _, found := w.reconciled(); slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, i.InvoiceNumber+":") }) {
				w.Errorf("%d: a draft or a bill is listed: %q", n, found)
			}
		}
	})
}
