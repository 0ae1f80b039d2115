package xerosim

import (
	"fmt"
	"sort"

	"github.com/google/uuid"
)

func (a *Advance) words() string {
	if a.isOverpayment() {
		return "overpayment"
	}
	return "prepayment"
}

// received is money that a person books at the bank without an invoice for it.
type received struct {
	prepayment bool
	contact    string // its id
	amount     Amount // tax included
	date       Date   // zero: today
	reference  string
	account    string // code, for prepayments; empty: the first account of revenue
}

// receive books an overpayment or a prepayment. The live service takes them as bank transactions, which are
// made here by a person only.
func (c *change) receive(r received) (*Advance, []string) {
	if r.date.IsZero() {
		r.date = c.b.org.today(c.now)
	}
	day := r.date.day()
	contact := c.b.contacts.rows[r.contact]
	var problems []string
	switch {
	case contact == nil:
		return nil, []string{"The contact could not be found"}
	case contact.ContactStatus != statusActive:
		problems = append(problems, contactArchived)
	}
	r.amount = r.amount.round2()
	if r.amount <= 0 {
		problems = append(problems, "The amount must be greater than zero")
	}
	problems = append(problems, c.checkLock(&day)...)
	one := Amount(amountScale)
	row := Advance{Reference: r.reference, Contact: &Contact{ContactID: r.contact}, Date: &day, DateString: day.text(),
		Status: statusAuthorised, CurrencyCode: c.b.org.BaseCurrency, CurrencyRate: &one}
	if r.prepayment {
		problems = append(problems, c.fillPrepayment(&row, r)...)
	} else {
		c.fillOverpayment(&row, r)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	c.keepAdvance(&row, "CREATE")
	c.markCustomer(r.contact, true)
	return &row, nil
}

// fillOverpayment books the money to the debtors without tax.
func (c *change) fillOverpayment(row *Advance, r received) {
	row.Type, row.OverpaymentID, row.LineAmountTypes = typeOverpayment, uuid.NewString(), amountsNoTax
	one, nothing, amount := Amount(amountScale), Amount(0), r.amount
	line := LineItem{LineItemID: uuid.NewString(), Description: "Overpayment", Quantity: &one, UnitAmount: &amount,
		TaxType: "NONE", TaxAmount: &nothing, LineAmount: &amount}
	for _, a := range c.b.org.Accounts {
		if a.SystemAccount == "DEBTORS" {
			line.AccountCode, line.AccountID = a.Code, a.AccountID
		}
	}
	row.LineItems, row.SubTotal, row.TotalTax, row.Total = []LineItem{line}, &amount, &nothing, &amount
}

// fillPrepayment books the money to an account of revenue with the tax it bears.
func (c *change) fillPrepayment(row *Advance, r received) []string {
	row.Type, row.PrepaymentID, row.InvoiceNumber = typePrepayment, uuid.NewString(), r.reference
	for _, a := range c.b.org.Accounts {
		if r.account == "" && a.Class == "REVENUE" && a.Status == statusActive {
			r.account = a.Code
		}
	}
	one, amount := Amount(amountScale), r.amount
	doc := document{lineAmountTypes: amountsInclusive, sale: true, approved: true,
		lines: []LineItem{{Description: "Prepayment", Quantity: &one, UnitAmount: &amount, AccountCode: r.account}}}
	problems := c.workOut(&doc)
	row.LineAmountTypes, row.LineItems = doc.lineAmountTypes, doc.lines
	row.SubTotal, row.TotalTax, row.Total = &doc.subTotal, &doc.totalTax, &doc.total
	return problems
}

// overpay pays an invoice in full and books what is beyond as an overpayment of its contact, as the service
// does when a person enters more than is due.
func (c *change) overpay(invoice *Invoice, amount Amount, date Date) (*Payment, *Advance, []string) {
	due := amountOf(invoice.AmountDue)
	if amount.round2() <= due {
		return nil, nil, []string{"An overpayment must be greater than the amount due"}
	}
	payment, problems := c.pay(invoice, due, date)
	if len(problems) > 0 {
		return nil, nil, problems
	}
	advance, problems := c.receive(received{contact: invoice.Contact.ContactID, amount: amount.round2() - due, date: *payment.Date,
		reference: invoice.InvoiceNumber})
	return payment, advance, problems
}

// keepAdvance settles, stores and announces.
func (c *change) keepAdvance(row *Advance, kind string) {
	left, _ := c.creditLeft(row.ID(), *row.Total, row.Date, row.Allocations)
	if row.Status == statusVoided {
		left = 0
	}
	row.RemainingCredit = &left
	switch {
	case row.Status == statusAuthorised && left == 0:
		row.Status = statusPaid
	case row.Status == statusPaid && left > 0:
		row.Status = statusAuthorised
	}
	row.UpdatedDateUTC = newDate(c.now)
	c.putAdvance(row)
	category := "PREPAYMENT"
	if row.isOverpayment() {
		category = "OVERPAYMENT"
	}
	c.announce(announcement{category: category, id: row.ID(), kind: kind})
}

// voidAdvance removes an advance of which nothing is used.
func (c *change) voidAdvance(row *Advance) []string {
	if row.Status != statusAuthorised || *row.RemainingCredit != *row.Total {
		return []string{fmt.Sprintf("This %s cannot be voided as it has been allocated or refunded", row.words())}
	}
	if problems := c.checkLock(row.Date); problems != nil {
		return problems
	}
	next := *row
	next.Status = statusVoided
	c.keepAdvance(&next, "UPDATE")
	return nil
}

// advanceView is how an advance is answered; lines are left out of lists without pages.
func (b *books) advanceView(row *Advance, lines, fourDecimals bool) Advance {
	v := *row
	v.UpdatedDateString = row.UpdatedDateUTC.text()
	v.Contact = b.contactName(row.Contact.ContactID)
	v.LineItems = []LineItem{}
	if lines {
		v.LineItems = viewLines(row.LineItems, fourDecimals)
	}
	v.Allocations = make([]Allocation, len(row.Allocations))
	for i, a := range row.Allocations {
		v.Allocations[i] = b.allocationView(a)
	}
	v.Payments = b.paymentsOf(row.ID())
	return v
}

// contactName is a contact as documents name it.
func (b *books) contactName(id string) *Contact {
	contact := b.contacts.rows[id]
	if contact == nil {
		return &Contact{ContactID: id}
	}
	return &Contact{ContactID: contact.ContactID, ContactNumber: contact.ContactNumber, Name: contact.Name}
}

// advancesOf lists the overpayments or prepayments that an invoice has parts of.
func (b *books) advancesOf(invoice string, overpayments bool) (out []Advance) {
	for id := range b.credited[invoice] {
		row := b.advances.rows[id]
		if row == nil || row.isOverpayment() != overpayments {
			continue
		}
		applied, last := b.appliedTo(id, invoice)
		view := *row.bare()
		view.Date, view.DateString, view.Total, view.AppliedAmount = last, last.text(), row.Total, &applied
		out = append(out, view)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID() < out[j].ID() })
	return out
}
