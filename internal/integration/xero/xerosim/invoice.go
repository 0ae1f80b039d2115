package xerosim

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sort"

	"github.com/google/uuid"
)

const (
	notModifiable = "Invoice not of valid status for modification"
	hasSettlement = "This document cannot be edited as it has a payment or credit note allocated to it."
)

// saveInvoice creates or changes one invoice; see saveContact for update.
// https://developer.xero.com/documentation/api/accounting/invoices
func (c *change) saveInvoice(raw json.RawMessage, update bool) (*Invoice, []string) {
	old, problems := c.matchInvoice(raw, update)
	if problems != nil {
		return nil, problems
	}
	next := Invoice{Status: statusDraft}
	if old != nil {
		next = *old
		next.Contact, next.FullyPaidOnDate, next.UpdatedDateUTC = nil, nil, nil
	}
	var sent struct{ Contact json.RawMessage }
	if err := json.Unmarshal(raw, &sent); err != nil {
		return nil, []string{"The invoice could not be read: " + err.Error()}
	}
	next.LineItems, next.Payments, next.CreditNotes, next.Prepayments, next.Overpayments = nil, nil, nil, nil, nil
	next.SubTotal, next.TotalTax, next.Total, next.TotalDiscount = nil, nil, nil, nil
	next.AmountDue, next.AmountPaid, next.AmountCredited, next.CurrencyRate = nil, nil, nil, nil
	next.Date, next.DueDate, next.ExpectedPaymentDate = copyDate(next.Date), copyDate(next.DueDate), copyDate(next.ExpectedPaymentDate)
	if err := json.Unmarshal(raw, &next); err != nil {
		return nil, []string{"The invoice could not be read: " + err.Error()}
	}
	if problems := c.invoiceContact(&next, old, sent.Contact); len(problems) > 0 {
		return nil, problems
	}
	if problems := c.fillInvoice(&next, old, raw); len(problems) > 0 {
		return nil, problems
	}
	if problems := c.allowInvoice(&next, old); len(problems) > 0 {
		return nil, problems
	}
	c.storeInvoice(&next, old)
	return &next, nil
}

func copyDate(d *Date) *Date {
	if d == nil {
		return nil
	}
	copied := *d
	return &copied
}

func (c *change) matchInvoice(raw json.RawMessage, update bool) (*Invoice, []string) {
	var key struct{ InvoiceID, InvoiceNumber, Type string }
	if err := json.Unmarshal(raw, &key); err != nil {
		return nil, []string{"The invoice could not be read: " + err.Error()}
	}
	if key.InvoiceID != "" {
		old := c.b.invoices.rows[key.InvoiceID]
		switch {
		case old == nil:
			return nil, []string{"The invoice with InvoiceID " + key.InvoiceID + " could not be found"}
		case !update:
			return nil, []string{"The invoice with InvoiceID " + key.InvoiceID + " already exists; use POST to change it"}
		}
		return old, nil
	}
	if id, ok := c.b.invoiceNumbers.other(key.InvoiceNumber, ""); ok && update && key.Type != typeBill {
		return c.b.invoices.rows[id], nil
	}
	return nil, nil
}

func (c *change) invoiceContact(next, old *Invoice, raw json.RawMessage) []string {
	if raw == nil && old != nil {
		next.Contact = old.Contact
		return nil
	}
	var key struct{ ContactID string }
	if old != nil && json.Unmarshal(raw, &key) == nil && key.ContactID == old.Contact.ContactID {
		var sent map[string]json.RawMessage
		if json.Unmarshal(raw, &sent) == nil && len(sent) == 1 {
			next.Contact = old.Contact // an archived contact may keep the documents it has
			return nil
		}
	}
	contact, problems := c.documentContact(raw)
	if len(problems) > 0 {
		return problems
	}
	next.Contact = &Contact{ContactID: contact.ContactID}
	return nil
}

// fillInvoice puts back read-only fields, fills defaults and works out the amounts.
func (c *change) fillInvoice(next, old *Invoice, raw json.RawMessage) (problems []string) {
	sentTotal := next.Total
	next.Outcome, next.Payments, next.CreditNotes, next.Prepayments, next.Overpayments = Outcome{}, nil, nil, nil, nil
	var oldLines []LineItem
	if old == nil {
		next.InvoiceID = uuid.NewString()
		next.HasAttachments = false
		if next.Date == nil {
			today := c.b.org.today(c.now)
			next.Date = &today
		}
	} else {
		next.InvoiceID, next.Type, next.FullyPaidOnDate, oldLines = old.InvoiceID, old.Type, old.FullyPaidOnDate, old.LineItems
		next.HasAttachments = old.HasAttachments
	}
	if next.Type != typeSale && next.Type != typeBill {
		return []string{"Invoice Type must be ACCREC or ACCPAY"}
	}
	c.fillDates(next)
	if next.CurrencyCode == "" {
		next.CurrencyCode = c.b.org.BaseCurrency
	}
	if !c.b.org.sells(next.CurrencyCode) {
		problems = append(problems, "Organisation is not subscribed to currency "+next.CurrencyCode)
	}
	one := Amount(amountScale)
	next.CurrencyRate = &one
	lines, _, err := readLines(raw, oldLines)
	if err != nil {
		return append(problems, err.Error())
	}
	doc := document{lineAmountTypes: next.LineAmountTypes, sale: next.Type == typeSale, discounts: next.Type == typeSale,
		approved: next.Status == statusAuthorised || next.Status == statusSubmitted, lines: lines}
	problems = append(problems, c.workOut(&doc)...)
	next.LineAmountTypes, next.LineItems = doc.lineAmountTypes, doc.lines
	next.SubTotal, next.TotalTax, next.Total, next.TotalDiscount = &doc.subTotal, &doc.totalTax, &doc.total, &doc.totalDiscount
	next.IsDiscounted = doc.totalDiscount != 0
	if c.rules.rejectWrongTotal && sentTotal != nil && sentTotal.round2() != doc.total {
		problems = append(problems, "The document total does not equal the sum of the lines.")
	}
	problems = append(problems, c.fillTheme(&next.BrandingThemeID, next.Type == typeSale)...)
	if next.Status == statusDraft || next.Status == statusSubmitted {
		next.SentToContact = false // only what is approved can be marked as sent
	}
	if len([]rune(next.InvoiceNumber)) > 255 || len([]rune(next.Reference)) > 255 {
		problems = append(problems, "InvoiceNumber and Reference must not be longer than 255 characters")
	}
	return problems
}

func (c *change) fillDates(next *Invoice) {
	if next.Date != nil {
		day := next.Date.day()
		next.Date = &day
	}
	if next.DueDate != nil {
		day := next.DueDate.day()
		next.DueDate = &day
	}
	contact := c.b.contacts.rows[next.Contact.ContactID]
	if next.DueDate == nil && contact.PaymentTerms != nil && contact.PaymentTerms.Sales != nil &&
		contact.PaymentTerms.Sales.Type == "DAYSAFTERBILLDATE" {
		next.DueDate = &Date{next.Date.AddDate(0, 0, contact.PaymentTerms.Sales.Day)}
	}
	next.DateString, next.DueDateString = next.Date.text(), next.DueDate.text()
}

// allowInvoice checks number, dates and the change of state.
func (c *change) allowInvoice(next, old *Invoice) (problems []string) {
	if next.Type == typeSale && next.InvoiceNumber != "" && next.Status != statusDeleted {
		if _, taken := c.b.invoiceNumbers.other(next.InvoiceNumber, next.InvoiceID); taken {
			problems = append(problems, "Invoice # must be unique.")
		}
	}
	if next.Status == statusAuthorised && next.DueDate == nil {
		problems = append(problems, "The DueDate field must be specified for an approved invoice")
	}
	if old == nil {
		switch next.Status {
		case statusDraft, statusSubmitted:
		case statusAuthorised:
			problems = append(problems, c.checkLock(next.Date)...)
		default:
			problems = append(problems, fmt.Sprintf("A new invoice cannot have the status %s; use DRAFT, SUBMITTED or AUTHORISED", next.Status))
		}
		return problems
	}
	if !slices.Contains(nextStates(old.Status), next.Status) {
		return append(problems, notModifiable)
	}
	if old.Status == statusPaid && !sameInvoice(next, old) {
		return append(problems, notModifiable)
	}
	settled := amountOf(old.AmountPaid)+amountOf(old.AmountCredited) != 0
	if settled && (next.Status == statusVoided || !sameMoney(next, old)) {
		return append(problems, hasSettlement)
	}
	if next.Status == statusAuthorised || next.Status == statusVoided {
		if old.Status == statusAuthorised && !reflect.DeepEqual(old.Date, next.Date) {
			problems = append(problems, c.checkLock(old.Date)...)
		}
		if next.Status != old.Status || !sameMoney(next, old) {
			problems = append(problems, c.checkLock(next.Date)...)
		}
	}
	return problems
}

// nextStates lists where a document may go; staying is allowed where it may still be changed.
func nextStates(state string) []string {
	switch state {
	case statusDraft:
		return []string{statusDraft, statusSubmitted, statusAuthorised, statusDeleted}
	case statusSubmitted:
		return []string{statusSubmitted, statusAuthorised, statusDeleted}
	case statusAuthorised:
		return []string{statusAuthorised, statusVoided}
	case statusPaid:
		return []string{statusPaid}
	}
	return nil
}

// sameMoney says that contact, date and amounts of an invoice stay as they are.
func sameMoney(next, old *Invoice) bool {
	if next.Contact.ContactID != old.Contact.ContactID || !sameDay(next.Date, old.Date) ||
		next.LineAmountTypes != old.LineAmountTypes || len(next.LineItems) != len(old.LineItems) || *next.Total != *old.Total {
		return false
	}
	for i, line := range next.LineItems {
		before := old.LineItems[i]
		if *line.LineAmount != *before.LineAmount || *line.TaxAmount != *before.TaxAmount ||
			line.AccountCode != before.AccountCode || line.TaxType != before.TaxType {
			return false
		}
	}
	return true
}

func sameInvoice(next, old *Invoice) bool {
	return sameMoney(next, old) && next.InvoiceNumber == old.InvoiceNumber && next.Reference == old.Reference &&
		sameDay(next.DueDate, old.DueDate)
}

func sameDay(a, b *Date) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(b.Time)
}

// storeInvoice numbers, settles and keeps the invoice, and announces it.
func (c *change) storeInvoice(next, old *Invoice) {
	if next.InvoiceNumber == "" && next.Type == typeSale {
		next.InvoiceNumber = c.freeNumber("INV-", &c.b.nextInvoice, c.b.invoiceNumbers)
	}
	kind, silent := "CREATE", false
	if old != nil {
		kind = "UPDATE"
		silent = amountOf(old.AmountPaid) != 0 && old.Status == statusAuthorised && onlyDueDateMoved(next, old)
	}
	// A moved due date on a part-paid invoice leaves UpdatedDateUTC alone on the live service too.
	next.UpdatedDateUTC = newDate(c.now)
	if silent {
		next.UpdatedDateUTC = old.UpdatedDateUTC
	}
	c.settleInvoice(next)
	c.putInvoice(next)
	c.markCustomer(next.Contact.ContactID, next.Type == typeSale)
	if !silent {
		c.announce(announcement{category: "INVOICE", id: next.InvoiceID, kind: kind})
	}
}

func onlyDueDateMoved(next, old *Invoice) bool {
	return sameMoney(next, old) && next.Status == old.Status && next.Reference == old.Reference &&
		next.InvoiceNumber == old.InvoiceNumber && next.SentToContact == old.SentToContact && !sameDay(next.DueDate, old.DueDate)
}

func (c *change) freeNumber(prefix string, counter *int, taken keys) string {
	for {
		number := fmt.Sprintf("%s%04d", prefix, *counter)
		*counter++
		if _, used := taken[number]; !used {
			return number
		}
	}
}

// settleInvoice works out paid, credited and due from payments and allocations, and PAID from due.
func (c *change) settleInvoice(inv *Invoice) {
	var paid, credited Amount
	last := inv.Date
	for id := range c.b.settled[inv.InvoiceID] {
		if p := c.b.payments.rows[id]; p.Status == statusAuthorised {
			paid += p.Amount
			last = laterDate(last, p.Date)
		}
	}
	for id := range c.b.credited[inv.InvoiceID] {
		applied, day := c.b.appliedTo(id, inv.InvoiceID)
		credited += applied
		last = laterDate(last, day)
	}
	due := *inv.Total - paid - credited
	if inv.Status == statusVoided || inv.Status == statusDeleted {
		due = 0
	}
	inv.AmountPaid, inv.AmountCredited, inv.AmountDue = &paid, &credited, &due
	switch {
	case inv.Status == statusAuthorised && due == 0:
		inv.Status, inv.FullyPaidOnDate = statusPaid, last
	case inv.Status == statusPaid && due > 0:
		inv.Status, inv.FullyPaidOnDate = statusAuthorised, nil
	}
}

func laterDate(a, b *Date) *Date {
	if a == nil || (b != nil && b.After(a.Time)) {
		return b
	}
	return a
}

// touchInvoice settles an invoice again after a payment or allocation changed.
func (c *change) touchInvoice(id string, silent bool) {
	next := *c.b.invoices.rows[id]
	c.settleInvoice(&next)
	next.UpdatedDateUTC = newDate(c.now)
	c.putInvoice(&next)
	if !silent {
		c.announce(announcement{category: "INVOICE", id: id, kind: "UPDATE"})
	}
}

// invoiceView is how an invoice is answered; lines are left out of lists without pages.
func (b *books) invoiceView(row *Invoice, lines, fourDecimals bool) Invoice {
	v := *row
	no := false
	v.HasErrors = &no
	v.UpdatedDateString = row.UpdatedDateUTC.text()
	v.Contact = b.contactName(row.Contact.ContactID)
	v.LineItems = []LineItem{}
	if lines {
		v.LineItems = viewLines(row.LineItems, fourDecimals)
	}
	v.Payments, v.CreditNotes = b.paymentsOf(row.InvoiceID), b.creditsOf(row.InvoiceID)
	v.Prepayments, v.Overpayments = b.advancesOf(row.InvoiceID, false), b.advancesOf(row.InvoiceID, true)
	return v
}

func (b *books) paymentsOf(document string) []Payment {
	var out []Payment
	for id := range b.settled[document] {
		if p := b.payments.rows[id]; p.Status == statusAuthorised {
			out = append(out, Payment{PaymentID: p.PaymentID, Date: p.Date, Amount: p.Amount, Reference: p.Reference,
				CurrencyRate: p.CurrencyRate})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].PaymentID < out[j].PaymentID })
	return out
}

func (b *books) creditsOf(invoice string) []CreditNote {
	var out []CreditNote
	for id := range b.credited[invoice] {
		note := b.notes.rows[id]
		if note == nil {
			continue // an advance
		}
		applied, last := b.appliedTo(id, invoice)
		out = append(out, CreditNote{CreditNoteID: id, CreditNoteNumber: note.CreditNoteNumber, Date: last,
			DateString: last.text(), Total: note.Total, AppliedAmount: &applied})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].CreditNoteID < out[j].CreditNoteID })
	return out
}
