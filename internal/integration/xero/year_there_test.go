package xero_test

import (
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
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
