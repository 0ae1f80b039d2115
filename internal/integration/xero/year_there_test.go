package xero_test

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// The steps of people in Xero.

func (y *year) anInvoiceThere() (xerosim.Invoice, bool) { return one(y, y.sim.Invoices(y.tenant)) }

func (y *year) payThere() error {
	i, ok := y.anInvoiceThere()
	if !ok || i.AmountDue == nil || i.AmountDue.Cents() <= 0 {
		return nil
	}
	_, err := y.sim.Pay(y.tenant, i.InvoiceNumber, xerosim.Cents(int64(y.amount(crm.MinorUnits(i.AmountDue.Cents())))), xerosim.Date{})
	return err
}

func (y *year) reverseThere() error {
	p, ok := one(y, y.sim.Payments(y.tenant))
	if !ok {
		return nil
	}
	return y.sim.ReversePayment(y.tenant, p.PaymentID)
}

func (y *year) voidThere() error {
	i, ok := y.anInvoiceThere()
	if !ok {
		return nil
	}
	return y.sim.Void(y.tenant, i.InvoiceNumber)
}

func (y *year) referenceThere() error {
	i, ok := y.anInvoiceThere()
	if !ok {
		return nil
	}
	_, err := y.sim.ChangeInvoice(y.tenant, xerosim.Invoice{InvoiceID: i.InvoiceID, Reference: fmt.Sprintf("X %d", y.rand.IntN(100))})
	return err
}

func (y *year) contactThere() error {
	c, ok := one(y, y.sim.Contacts(y.tenant))
	if !ok {
		return nil
	}
	_, err := y.sim.ChangeContact(y.tenant, xerosim.Contact{ContactID: c.ContactID, EmailAddress: fmt.Sprintf("xero%d@c.example", y.rand.IntN(1000))})
	return err
}

func (y *year) creditThere() error {
	i, ok := y.anInvoiceThere()
	if !ok || i.AmountDue == nil || i.AmountDue.Cents() <= 0 {
		return nil
	}
	_, err := y.sim.CreditInvoice(y.tenant, i.InvoiceID, xerosim.Cents(int64(y.amount(crm.MinorUnits(i.AmountDue.Cents())))))
	if err == nil {
		y.foreign++
	}
	return err
}

func (y *year) aNoteThere() (xerosim.CreditNote, bool) { return one(y, y.sim.CreditNotes(y.tenant)) }

func (y *year) allocateThere() error {
	n, ok := y.aNoteThere()
	if !ok || n.RemainingCredit == nil || n.RemainingCredit.Cents() <= 0 {
		return nil
	}
	for _, i := range y.sim.Invoices(y.tenant) {
		if i.Contact.ContactID == n.Contact.ContactID && i.AmountDue != nil && i.AmountDue.Cents() > 0 {
			amount := y.amount(crm.MinorUnits(min(i.AmountDue.Cents(), n.RemainingCredit.Cents())))
			_, err := y.sim.Allocate(y.tenant, n.CreditNoteID, i.InvoiceID, xerosim.Cents(int64(amount)))
			return err
		}
	}
	return nil
}

func (y *year) detachThere() error {
	n, ok := y.aNoteThere()
	if !ok {
		return nil
	}
	a, ok := one(y, n.Allocations)
	if !ok {
		return nil
	}
	return y.sim.UndoAllocation(y.tenant, n.CreditNoteID, a.AllocationID)
}

func (y *year) refundThere() error {
	n, ok := y.aNoteThere()
	if !ok || n.RemainingCredit == nil || n.RemainingCredit.Cents() <= 0 {
		return nil
	}
	_, err := y.sim.Refund(y.tenant, n.CreditNoteID, xerosim.Cents(int64(y.amount(crm.MinorUnits(n.RemainingCredit.Cents())))), xerosim.Date{})
	return err
}

func (y *year) prepayThere() error {
	i, ok := y.anInvoiceThere()
	if !ok || i.AmountDue == nil || i.AmountDue.Cents() <= 0 {
		return nil
	}
	pre, err := y.sim.ReceivePrepayment(y.tenant, i.Contact.ContactID, xerosim.Cents(5000), "Deposit")
	if err != nil {
		return err
	}
	_, err = y.sim.Allocate(y.tenant, pre.PrepaymentID, i.InvoiceID, xerosim.Cents(min(5000, i.AmountDue.Cents())))
	return err
}

// bookkeeper is what a bookkeeper writes: the contact of a customer that is in
// Xero, and a few lines.
func (y *year) bookkeeper() (to *xerosim.Contact, number string, lines []xerosim.LineItem, err error) {
	id, _ := one(y, y.customers)
	l, err := y.store.Link(y.ctx, link.Key{Org: y.org, Service: xero.Name, Kind: link.Contact, Record: id.UUID})
	if err != nil {
		return nil, "", nil, err
	}
	if l.RemoteID == "" {
		return nil, "", nil, crm.Errorf(crm.Conflict, "%s is not in Xero yet.", l.Label)
	}
	y.written++
	for n := range 1 + y.rand.IntN(3) {
		rate, _ := one(y, []string{"OUTPUT", "EXEMPTOUTPUT"})
		account, _ := one(y, []string{"200", "260"})
		lines = append(lines, xerosim.LineItem{
			Description: fmt.Sprintf("Hours %d", n), Quantity: new(xerosim.Amount(1 + y.rand.IntN(90_000))), UnitAmount: new(xerosim.Amount(y.rand.IntN(3_000_000))),
			AccountCode: account, TaxType: rate})
	}
	return &xerosim.Contact{ContactID: l.RemoteID}, fmt.Sprintf("BK-%d", y.written), lines, nil
}

func (y *year) writeThere() error {
	to, number, lines, err := y.bookkeeper()
	if err != nil {
		return err
	}
	if y.rand.IntN(3) == 0 {
		lines[0].DiscountRate = new(xerosim.Cents(int64(y.rand.IntN(5000))))
	}
	day := xerosim.Date{Time: y.clock.Now().AddDate(0, 0, 14)}
	_, err = y.sim.AddInvoice(y.tenant, xerosim.Invoice{
		Type: "ACCREC", Status: "AUTHORISED", InvoiceNumber: number, Contact: to, DueDate: &day, LineAmountTypes: "Exclusive", LineItems: lines})
	return err
}

func (y *year) writeCreditThere() error {
	to, number, lines, err := y.bookkeeper()
	if err != nil {
		return err
	}
	_, err = y.sim.AddCreditNote(y.tenant, xerosim.CreditNote{
		Type: "ACCRECCREDIT", Status: "AUTHORISED", CreditNoteNumber: number, Contact: to, LineAmountTypes: "Exclusive", LineItems: lines})
	return err
}

// takeOver compares both sides and takes over what is only in Xero. A comparison
// that Xero's failures held up goes on.
func (y *year) takeOver() error {
	last, err := y.store.Reconciliations(y.ctx, y.org, xero.Name, "", 1)
	if err != nil {
		return err
	}
	var run store.Reconciliation
	if len(last.Rows) > 0 && last.Rows[0].State == store.Comparing {
		run = last.Rows[0]
	} else if run, err = y.xero.BeginReconciliation(y.ctx); err != nil {
		return err
	}
	if err := ignoreSnooze(y.xero.Reconcile(y.ctx, xero.ReconcileArgs{Org: y.org, Run: run.ID})); err != nil {
		return err
	}
	page, err := y.store.Differences(y.ctx, y.org, run.ID, store.DifferenceFilter{What: xero.MissingHere, Limit: 200})
	if err != nil {
		return err
	}
	var positions []int
	for _, d := range page.Rows {
		if xero.Takeable(d) && d.Document.Code == "" {
			positions = append(positions, d.Position)
		}
	}
	if len(positions) == 0 {
		return nil
	}
	taken, err := y.xero.TakeOver(y.ctx, run.ID, positions)
	for _, x := range taken {
		invoice, note := crm.InvoiceID{UUID: x.Record}, crm.CreditNoteID{UUID: x.Record}
		switch {
		case x.Record == uuid.Nil:
		case x.Kind == link.Invoice && !slices.Contains(y.invoices, invoice):
			y.invoices = append(y.invoices, invoice)
		case x.Kind == link.CreditNote && !slices.Contains(y.notes, note):
			y.notes = append(y.notes, note)
		}
		if x.Problem != nil {
			y.done["not taken over: "+x.Problem.Text]++
		}
		y.done["document taken over"]++
	}
	return err
}
