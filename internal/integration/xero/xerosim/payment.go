package xerosim

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
)

// addPayment records one payment on an invoice, or a refund of a credit note.
// https://developer.xero.com/documentation/api/accounting/payments
func (c *change) addPayment(raw json.RawMessage) (*Payment, []string) {
	var next Payment
	if err := json.Unmarshal(raw, &next); err != nil {
		return nil, []string{"The payment could not be read: " + err.Error()}
	}
	target, problems := c.paymentTarget(&next)
	if len(problems) > 0 {
		return nil, problems
	}
	account, problems := c.paymentAccount(&next)
	next.Amount = next.Amount.round2()
	if next.Amount <= 0 {
		problems = append(problems, "Payment amount must be greater than zero")
	}
	if next.Date == nil {
		today := c.b.org.today(c.now)
		next.Date = &today
	}
	day := next.Date.day()
	next.Date = &day
	problems = append(problems, c.checkLock(next.Date)...)
	status, open := target.open()
	if status != statusAuthorised {
		problems = append(problems, "Payments can only be made against Authorised documents")
	} else if next.Amount > open {
		problems = append(problems, "Payment amount exceeds the amount outstanding on this document")
	}
	if len(problems) > 0 {
		return nil, problems
	}
	one := Amount(amountScale)
	row := Payment{PaymentID: uuid.NewString(), Date: next.Date, Amount: next.Amount, BankAmount: &next.Amount,
		Reference: next.Reference, CurrencyRate: &one, Status: statusAuthorised, UpdatedDateUTC: newDate(c.now),
		HasAccount: true, IsReconciled: next.IsReconciled, Account: &Account{AccountID: account.AccountID, Code: account.Code}}
	c.storePayment(&row, target)
	return &row, nil
}

// paymentTarget is what a payment settles or pays back; one of the three is set.
type paymentTarget struct {
	invoice *Invoice
	note    *CreditNote
	advance *Advance
}

// open is the status of the document and how much a payment on it may come to.
func (t paymentTarget) open() (string, Amount) {
	switch {
	case t.invoice != nil:
		return t.invoice.Status, amountOf(t.invoice.AmountDue)
	case t.note != nil:
		return t.note.Status, amountOf(t.note.RemainingCredit)
	}
	return t.advance.Status, amountOf(t.advance.RemainingCredit)
}

func (c *change) storePayment(row *Payment, target paymentTarget) {
	switch {
	case target.invoice != nil && target.invoice.Type == typeBill:
		row.PaymentType, row.Invoice = "ACCPAYPAYMENT", &Invoice{InvoiceID: target.invoice.InvoiceID}
	case target.invoice != nil:
		row.PaymentType, row.Invoice = "ACCRECPAYMENT", &Invoice{InvoiceID: target.invoice.InvoiceID}
	case target.note != nil && target.note.Type == typeBillCredit:
		row.PaymentType, row.CreditNote = "APCREDITPAYMENT", &CreditNote{CreditNoteID: target.note.CreditNoteID}
	case target.note != nil:
		row.PaymentType, row.CreditNote = "ARCREDITPAYMENT", &CreditNote{CreditNoteID: target.note.CreditNoteID}
	case target.advance.isOverpayment():
		row.PaymentType, row.Overpayment = "AROVERPAYMENTPAYMENT", target.advance.bare()
	default:
		row.PaymentType, row.Prepayment = "ARPREPAYMENTPAYMENT", target.advance.bare()
	}
	c.putPayment(row)
	c.touchDocument(row)
}

// touchDocument settles what a payment belongs to again.
func (c *change) touchDocument(row *Payment) {
	id := row.documentID()
	if row.Invoice != nil {
		c.touchInvoice(id, c.rules.silentPayments)
		return
	}
	if from, ok := c.credit(id); ok {
		from.keep(from.allocations)
	}
}

func (c *change) paymentTarget(p *Payment) (paymentTarget, []string) {
	switch {
	case p.Overpayment != nil:
		if row := c.b.advances.rows[p.Overpayment.OverpaymentID]; row != nil && row.isOverpayment() {
			return paymentTarget{advance: row}, nil
		}
		return paymentTarget{}, []string{"The overpayment of this payment could not be found"}
	case p.Prepayment != nil:
		if row := c.b.advances.rows[p.Prepayment.PrepaymentID]; row != nil && !row.isOverpayment() {
			return paymentTarget{advance: row}, nil
		}
		return paymentTarget{}, []string{"The prepayment of this payment could not be found"}
	}
	number := p.InvoiceNumber
	if p.Invoice != nil {
		if row := c.b.invoices.rows[p.Invoice.InvoiceID]; row != nil {
			return paymentTarget{invoice: row}, nil
		}
		if p.Invoice.InvoiceNumber != "" {
			number = p.Invoice.InvoiceNumber
		}
	}
	if id, ok := c.b.invoiceNumbers.other(number, ""); ok {
		return paymentTarget{invoice: c.b.invoices.rows[id]}, nil
	}
	if p.Invoice != nil || number != "" {
		return paymentTarget{}, []string{"The invoice of this payment could not be found"}
	}
	number = p.CreditNoteNumber
	if p.CreditNote != nil {
		if row := c.b.notes.rows[p.CreditNote.CreditNoteID]; row != nil {
			return paymentTarget{note: row}, nil
		}
		if p.CreditNote.CreditNoteNumber != "" {
			number = p.CreditNote.CreditNoteNumber
		}
	}
	if id, ok := c.b.noteNumbers.other(number, ""); ok {
		return paymentTarget{note: c.b.notes.rows[id]}, nil
	}
	return paymentTarget{}, []string{"A payment must name an existing Invoice, CreditNote, Overpayment or Prepayment"}
}

func (c *change) paymentAccount(p *Payment) (*Account, []string) {
	code, id := p.Code, ""
	if p.Account != nil {
		code, id = p.Account.Code+code, p.Account.AccountID
	}
	account := c.b.accountsByID[id]
	if account == nil {
		account = c.b.accounts[code]
	}
	switch {
	case code == "" && id == "":
		return nil, []string{"Account must be specified"}
	case account == nil || account.Status != statusActive:
		return nil, []string{"Account could not be found"}
	case account.Type != "BANK" && (account.EnablePaymentsToAccount == nil || !*account.EnablePaymentsToAccount):
		return nil, []string{"Account type is invalid for payments; use a bank account or one with EnablePaymentsToAccount"}
	}
	return account, nil
}

// deletePayment takes a payment back; the document is open again.
func (c *change) deletePayment(row *Payment) []string {
	switch {
	case row.Status == statusDeleted:
		return []string{"This payment has already been deleted"}
	case row.IsReconciled:
		return []string{"Payment has been reconciled and cannot be deleted"}
	case row.BatchPaymentID != "":
		return []string{"Payment is part of a batch payment and cannot be deleted on its own"}
	}
	if problems := c.checkLock(row.Date); problems != nil {
		return problems
	}
	next := *row
	next.Status, next.UpdatedDateUTC = statusDeleted, newDate(c.now)
	c.putPayment(&next)
	c.touchDocument(&next)
	return nil
}

func (b *books) paymentView(row *Payment) Payment {
	v := *row
	no := false
	v.HasValidationErrors = &no
	v.UpdatedDateString = row.UpdatedDateUTC.text()
	v.Invoice = b.documentOf(row)
	v.CreditNote, v.Overpayment, v.Prepayment = nil, nil, nil
	return v
}

// documentOf is what a payment belongs to as answers name it: under Invoice, whatever it is.
func (b *books) documentOf(p *Payment) *Invoice {
	id := p.documentID()
	out := &Invoice{InvoiceID: id, LineItems: []LineItem{}, CurrencyCode: b.org.BaseCurrency}
	contact := ""
	switch {
	case p.Invoice != nil:
		row := b.invoices.rows[id]
		out.Type, out.InvoiceNumber, contact = row.Type, row.InvoiceNumber, row.Contact.ContactID
	case p.CreditNote != nil:
		row := b.notes.rows[id]
		out.Type, out.InvoiceNumber, contact = row.Type, row.CreditNoteNumber, row.Contact.ContactID
	default:
		row := b.advances.rows[id]
		out.Type, out.InvoiceNumber, contact = documentPrepayment, row.InvoiceNumber, row.Contact.ContactID
		if row.isOverpayment() {
			out.Type = documentOverpayment
		}
	}
	out.Contact = b.contactName(contact)
	return out
}

func (c *call) listPayments() answer {
	q, err := c.readQuery()
	if err != nil {
		return badQuery(err)
	}
	list := collect(&c.books.payments, q, c.books.paymentRow)
	views := make([]Payment, len(list.rows))
	for i, row := range list.rows {
		views[i] = c.books.paymentView(row)
	}
	return c.listEnvelope(list.pagination, field{"Payments", views})
}

func (c *call) getPayment() answer {
	row := c.books.payments.rows[c.r.PathValue("id")]
	if row == nil {
		return notFound()
	}
	return c.envelope(http.StatusOK, field{"Payments", []Payment{c.books.paymentView(row)}})
}

// writePayments creates; a POST whose element has a PaymentID and the status DELETED deletes.
func (c *call) writePayments() answer {
	pathID := c.r.PathValue("id")
	if pathID != "" && c.books.payments.rows[pathID] == nil {
		return notFound()
	}
	return c.writeEach("Payments", func(ch *change, raw json.RawMessage) (any, []string) {
		var key struct{ PaymentID, Status string }
		if err := json.Unmarshal(raw, &key); err != nil {
			return nil, []string{"The payment could not be read: " + err.Error()}
		}
		id := pathID
		if id == "" {
			id = key.PaymentID
		}
		row, problems := ch.b.payments.rows[id], []string(nil)
		switch {
		case id == "" && key.Status != statusDeleted:
			row, problems = ch.addPayment(raw)
		case row == nil:
			problems = []string{"The payment could not be found"}
		case key.Status != statusDeleted:
			problems = []string{"Payments cannot be changed, only deleted with the status DELETED"}
		default:
			problems = ch.deletePayment(row)
			row = ch.b.payments.rows[id]
		}
		if len(problems) > 0 {
			return nil, problems
		}
		view := ch.b.paymentView(row)
		view.StatusAttributeString = "OK"
		return view, nil
	})
}
