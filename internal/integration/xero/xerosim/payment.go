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
	invoice, note, problems := c.paymentTarget(&next)
	if len(problems) > 0 {
		return nil, problems
	}
	account, problems := c.paymentAccount(&next)
	next.Amount = next.Amount.round2()
	if next.Amount <= 0 {
		problems = append(problems, "Payment amount must be greater than zero")
	}
	if next.Date == nil {
		next.Date = newDate(c.now)
	}
	day := next.Date.day()
	next.Date = &day
	problems = append(problems, c.checkLock(next.Date)...)
	status, open := "", Amount(0)
	if invoice != nil {
		status, open = invoice.Status, amountOf(invoice.AmountDue)
	} else {
		status, open = note.Status, amountOf(note.RemainingCredit)
	}
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
	c.storePayment(&row, invoice, note)
	return &row, nil
}

func (c *change) storePayment(row *Payment, invoice *Invoice, note *CreditNote) {
	if invoice != nil {
		row.PaymentType = "ACCRECPAYMENT"
		if invoice.Type == typeBill {
			row.PaymentType = "ACCPAYPAYMENT"
		}
		row.Invoice = &Invoice{InvoiceID: invoice.InvoiceID}
		c.putPayment(row)
		c.touchInvoice(invoice.InvoiceID, c.rules.silentPayments)
		return
	}
	row.PaymentType = "ARCREDITPAYMENT"
	if note.Type == typeBillCredit {
		row.PaymentType = "APCREDITPAYMENT"
	}
	row.CreditNote = &CreditNote{CreditNoteID: note.CreditNoteID}
	c.putPayment(row)
	c.touchNote(note.CreditNoteID)
}

func (c *change) paymentTarget(p *Payment) (*Invoice, *CreditNote, []string) {
	number := p.InvoiceNumber
	if p.Invoice != nil {
		if row := c.b.invoices.rows[p.Invoice.InvoiceID]; row != nil {
			return row, nil, nil
		}
		if p.Invoice.InvoiceNumber != "" {
			number = p.Invoice.InvoiceNumber
		}
	}
	if id, ok := c.b.invoiceNumbers.other(number, ""); ok {
		return c.b.invoices.rows[id], nil, nil
	}
	if p.Invoice != nil || number != "" {
		return nil, nil, []string{"The invoice of this payment could not be found"}
	}
	number = p.CreditNoteNumber
	if p.CreditNote != nil {
		if row := c.b.notes.rows[p.CreditNote.CreditNoteID]; row != nil {
			return nil, row, nil
		}
		if p.CreditNote.CreditNoteNumber != "" {
			number = p.CreditNote.CreditNoteNumber
		}
	}
	if id, ok := c.b.noteNumbers.other(number, ""); ok {
		return nil, c.b.notes.rows[id], nil
	}
	return nil, nil, []string{"A payment must name an existing Invoice or CreditNote"}
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
	if row.Invoice != nil {
		c.touchInvoice(row.Invoice.InvoiceID, c.rules.silentPayments)
	} else {
		c.touchNote(row.CreditNote.CreditNoteID)
	}
	return nil
}

func (b *books) paymentView(row *Payment) Payment {
	v := *row
	no := false
	v.HasValidationErrors = &no
	v.UpdatedDateString = row.UpdatedDateUTC.text()
	if row.Invoice != nil {
		inv := b.invoices.rows[row.Invoice.InvoiceID]
		contact := b.contacts.rows[inv.Contact.ContactID]
		v.Invoice = &Invoice{Type: inv.Type, InvoiceID: inv.InvoiceID, InvoiceNumber: inv.InvoiceNumber,
			CurrencyCode: inv.CurrencyCode, LineItems: []LineItem{},
			Contact: &Contact{ContactID: contact.ContactID, ContactNumber: contact.ContactNumber, Name: contact.Name}}
	}
	if row.CreditNote != nil {
		note := b.notes.rows[row.CreditNote.CreditNoteID]
		contact := b.contacts.rows[note.Contact.ContactID]
		v.CreditNote = &CreditNote{Type: note.Type, CreditNoteID: note.CreditNoteID, CreditNoteNumber: note.CreditNoteNumber,
			CurrencyCode: note.CurrencyCode, LineItems: []LineItem{},
			Contact: &Contact{ContactID: contact.ContactID, ContactNumber: contact.ContactNumber, Name: contact.Name}}
	}
	return v
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
