package xerosim

import (
	"encoding/json"
	"fmt"
)

// AddCreditNote puts a credit note into the books; Contact.ContactID names its contact.
func (s *Server) AddCreditNote(tenant string, note CreditNote) (out CreditNote, err error) {
	note.CreditNoteID = ""
	return s.saveCreditNote(tenant, false, changedFields(note))
}

// ChangeCreditNote overwrites the fields that are set; CreditNoteID names the note. An approved one takes
// another date or reference only.
func (s *Server) ChangeCreditNote(tenant string, note CreditNote) (CreditNote, error) {
	return s.saveCreditNote(tenant, true, changedFields(note))
}

// VoidCreditNote voids a note of which nothing is allocated or refunded.
func (s *Server) VoidCreditNote(tenant, id string) error {
	_, err := s.saveCreditNote(tenant, true, map[string]string{"CreditNoteID": id, "Status": statusVoided})
	return err
}

func (s *Server) saveCreditNote(tenant string, update bool, fields any) (out CreditNote, err error) {
	raw, err := json.Marshal(fields)
	if err != nil {
		return out, fmt.Errorf("encode the credit note: %w", err)
	}
	err = s.make(tenant, func(ch *change) []string {
		row, problems := ch.saveNote(raw, update)
		if len(problems) == 0 {
			out = ch.b.noteView(row, true, true)
		}
		return problems
	})
	return out, err
}

// CreditInvoice writes a credit note over an amount of an invoice, tax included (zero: all that is due), in
// the account and with the tax of its first line, and allocates it to the invoice.
func (s *Server) CreditInvoice(tenant, invoice string, amount Amount) (out CreditNote, err error) {
	err = s.make(tenant, func(ch *change) []string {
		row := ch.b.invoice(invoice)
		if row == nil {
			return []string{"the invoice " + invoice + " does not exist"}
		}
		note, problems := ch.creditInvoice(row, amount)
		if len(problems) == 0 {
			out = ch.b.noteView(note, true, true)
		}
		return problems
	})
	return out, err
}

func (c *change) creditInvoice(invoice *Invoice, amount Amount) (*CreditNote, []string) {
	if amount == 0 {
		amount = amountOf(invoice.AmountDue)
	}
	if invoice.Status != statusAuthorised || invoice.Type != typeSale || len(invoice.LineItems) == 0 {
		return nil, []string{"Only Authorised sales invoices can be credited here"}
	}
	one, first, today := Amount(amountScale), invoice.LineItems[0], c.b.org.today(c.now)
	raw, err := json.Marshal(changedFields(CreditNote{Type: typeSaleCredit, Status: statusAuthorised, Contact: invoice.Contact, Date: &today,
		Reference: invoice.InvoiceNumber, LineAmountTypes: amountsInclusive,
		LineItems: []LineItem{{Description: "Credit for " + invoice.InvoiceNumber, Quantity: &one, UnitAmount: &amount,
			AccountCode: first.AccountCode, TaxType: first.TaxType}}}))
	if err != nil {
		return nil, []string{err.Error()}
	}
	note, problems := c.saveNote(raw, false)
	if len(problems) > 0 {
		return nil, problems
	}
	if _, problems = c.allocateTo(note.CreditNoteID, invoice.InvoiceID, amount); len(problems) > 0 {
		return nil, problems
	}
	return c.b.notes.rows[note.CreditNoteID], nil
}

// ReceivePrepayment books money of a contact that no invoice asked for yet, tax included.
func (s *Server) ReceivePrepayment(tenant, contactID string, amount Amount, reference string) (Advance, error) {
	return s.receive(tenant, received{prepayment: true, contact: contactID, amount: amount, reference: reference})
}

// ReceiveOverpayment books money of a contact to the debtors without an invoice.
func (s *Server) ReceiveOverpayment(tenant, contactID string, amount Amount, reference string) (Advance, error) {
	return s.receive(tenant, received{contact: contactID, amount: amount, reference: reference})
}

func (s *Server) receive(tenant string, r received) (out Advance, err error) {
	err = s.make(tenant, func(ch *change) []string {
		row, problems := ch.receive(r)
		if len(problems) == 0 {
			out = ch.b.advanceView(row, true, true)
		}
		return problems
	})
	return out, err
}

// VoidAdvance removes an overpayment or prepayment of which nothing is allocated or refunded.
func (s *Server) VoidAdvance(tenant, id string) error {
	return s.make(tenant, func(ch *change) []string {
		row := ch.b.advances.rows[id]
		if row == nil {
			return []string{"the overpayment or prepayment " + id + " does not exist"}
		}
		return ch.voidAdvance(row)
	})
}

// Allocate sets an amount of a credit note, overpayment or prepayment against an invoice of the same contact,
// by number or id. Zero means as much as both allow.
func (s *Server) Allocate(tenant, creditID, invoice string, amount Amount) (out Allocation, err error) {
	err = s.make(tenant, func(ch *change) []string {
		row := ch.b.invoice(invoice)
		if row == nil {
			return []string{"the invoice " + invoice + " does not exist"}
		}
		made, problems := ch.allocateTo(creditID, row.InvoiceID, amount)
		if len(problems) == 0 {
			out = ch.b.allocationView(*made)
		}
		return problems
	})
	return out, err
}

func (c *change) allocateTo(creditID, invoiceID string, amount Amount) (*Allocation, []string) {
	from, ok := c.credit(creditID)
	if !ok {
		return nil, []string{"the credit " + creditID + " does not exist"}
	}
	if amount == 0 {
		amount = min(from.remaining, amountOf(c.b.invoices.rows[invoiceID].AmountDue))
	}
	raw, err := json.Marshal(Allocation{Amount: amount, Invoice: &Invoice{InvoiceID: invoiceID}})
	if err != nil {
		return nil, []string{err.Error()}
	}
	return c.allocate(creditID, raw)
}

// UndoAllocation takes an allocation of a credit note, overpayment or prepayment back.
func (s *Server) UndoAllocation(tenant, creditID, allocationID string) error {
	return s.make(tenant, func(ch *change) []string { return ch.undoAllocation(creditID, allocationID) })
}

func (c *change) undoAllocation(creditID, allocationID string) []string {
	gone, problems := c.deallocate(creditID, allocationID)
	if gone == nil && problems == nil {
		problems = []string{"the allocation " + allocationID + " does not exist"}
	}
	return problems
}

// Refund pays an amount of a credit note, overpayment or prepayment back from the bank; zero means all that
// remains. ReversePayment takes it back.
func (s *Server) Refund(tenant, creditID string, amount Amount, date Date) (out Payment, err error) {
	err = s.make(tenant, func(ch *change) []string {
		row, problems := ch.refund(creditID, amount, date)
		if len(problems) == 0 {
			out = ch.b.paymentView(row)
		}
		return problems
	})
	return out, err
}

func (c *change) refund(creditID string, amount Amount, date Date) (*Payment, []string) {
	from, ok := c.credit(creditID)
	if !ok {
		return nil, []string{"the credit " + creditID + " does not exist"}
	}
	if amount == 0 {
		amount = from.remaining
	}
	if date.IsZero() {
		date = c.b.org.today(c.now)
	}
	sent := Payment{Account: &Account{Code: c.bank()}, Amount: amount, Date: &date}
	if row := c.b.advances.rows[creditID]; row != nil && row.isOverpayment() {
		sent.Overpayment = row.bare()
	} else if row != nil {
		sent.Prepayment = row.bare()
	} else {
		sent.CreditNote = &CreditNote{CreditNoteID: creditID}
	}
	raw, err := json.Marshal(sent)
	if err != nil {
		return nil, []string{err.Error()}
	}
	return c.addPayment(raw)
}
