package xerosim

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
)

// credit is what can be set against invoices: a credit note, an overpayment or a prepayment.
type credit struct {
	words       string // "credit note"
	status      string
	contact     string
	sale        bool
	remaining   Amount
	allocations []Allocation
	// keep stores the credit with other allocations, settled and announced.
	keep func([]Allocation)
}

// credit finds a credit note, overpayment or prepayment by its id.
func (c *change) credit(id string) (credit, bool) {
	if note := c.b.notes.rows[id]; note != nil {
		return credit{words: "credit note", status: note.Status, contact: note.Contact.ContactID, sale: note.Type == typeSaleCredit,
			remaining: amountOf(note.RemainingCredit), allocations: note.Allocations,
			keep: func(allocations []Allocation) {
				next := *note
				next.Allocations = allocations
				c.keepNote(&next)
			}}, true
	}
	if advance := c.b.advances.rows[id]; advance != nil {
		return credit{words: advance.words(), status: advance.Status, contact: advance.Contact.ContactID, sale: true,
			remaining: amountOf(advance.RemainingCredit), allocations: advance.Allocations,
			keep: func(allocations []Allocation) {
				next := *advance
				next.Allocations = allocations
				c.keepAdvance(&next, "UPDATE")
			}}, true
	}
	return credit{}, false
}

// allocate uses part of a credit for one invoice.
// https://developer.xero.com/documentation/api/accounting/creditnotes#allocate-a-credit-note
func (c *change) allocate(creditID string, raw json.RawMessage) (*Allocation, []string) {
	var sent Allocation
	if err := json.Unmarshal(raw, &sent); err != nil {
		return nil, []string{"The allocation could not be read: " + err.Error()}
	}
	from, ok := c.credit(creditID)
	if !ok {
		return nil, []string{"The credit to allocate could not be found"}
	}
	var invoice *Invoice
	if sent.Invoice != nil {
		invoice = c.b.invoices.rows[sent.Invoice.InvoiceID]
		if id, ok := c.b.invoiceNumbers.other(sent.Invoice.InvoiceNumber, ""); ok && invoice == nil {
			invoice = c.b.invoices.rows[id]
		}
	}
	if invoice == nil {
		return nil, []string{"The invoice to allocate to could not be found"}
	}
	if sent.Date == nil {
		today := c.b.org.today(c.now)
		sent.Date = &today
	}
	day := sent.Date.day()
	amount := sent.Amount.round2()
	if problems := append(checkAllocation(from, invoice, amount), c.checkLock(&day)...); len(problems) > 0 {
		return nil, problems
	}
	row := Allocation{AllocationID: uuid.NewString(), Amount: amount, Date: &day, Invoice: &Invoice{InvoiceID: invoice.InvoiceID}}
	from.keep(append(append([]Allocation(nil), from.allocations...), row))
	c.touchInvoice(invoice.InvoiceID, false)
	return &row, nil
}

func checkAllocation(from credit, invoice *Invoice, amount Amount) (problems []string) {
	if from.status != statusAuthorised {
		problems = append(problems, "Only approved "+from.words+"s with remaining credit can be allocated")
	}
	if invoice.Status != statusAuthorised {
		problems = append(problems, "A "+from.words+" can only be allocated to Authorised invoices")
	}
	if from.sale != (invoice.Type == typeSale) {
		problems = append(problems, "The "+from.words+" cannot be allocated to an invoice of the other type")
	}
	if from.contact != invoice.Contact.ContactID {
		problems = append(problems, "The "+from.words+" and the invoice must have the same contact")
	}
	if amount <= 0 {
		problems = append(problems, "The allocation amount must be greater than zero")
	}
	if amount > from.remaining {
		problems = append(problems, "The amount is greater than the remaining credit of the "+from.words)
	}
	if amount > amountOf(invoice.AmountDue) {
		problems = append(problems, "The amount is greater than amount outstanding on the invoice")
	}
	return problems
}

// deallocate takes an allocation back; nil without problems means that there is none of that id.
func (c *change) deallocate(creditID, allocationID string) (*Allocation, []string) {
	from, ok := c.credit(creditID)
	if !ok {
		return nil, nil
	}
	var kept []Allocation
	var gone *Allocation
	for _, a := range from.allocations {
		if a.AllocationID == allocationID {
			gone = &a
			continue
		}
		kept = append(kept, a)
	}
	if gone == nil {
		return nil, nil
	}
	if problems := c.checkLock(gone.Date); problems != nil {
		return nil, problems
	}
	from.keep(kept)
	c.touchInvoice(gone.Invoice.InvoiceID, false)
	return gone, nil
}

// creditLeft is what remains of a credit after its allocations and refunds, and the day of the last of them.
func (c *change) creditLeft(id string, total Amount, day *Date, allocations []Allocation) (Amount, *Date) {
	left, last := total, day
	for _, a := range allocations {
		left -= a.Amount
		last = laterDate(last, a.Date)
	}
	for paymentID := range c.b.settled[id] {
		if p := c.b.payments.rows[paymentID]; p.Status == statusAuthorised {
			left -= p.Amount
			last = laterDate(last, p.Date)
		}
	}
	return left, last
}

// allocationsOf lists what a credit note or an advance is allocated to.
func (b *books) allocationsOf(creditID string) []Allocation {
	if note := b.notes.rows[creditID]; note != nil {
		return note.Allocations
	}
	if advance := b.advances.rows[creditID]; advance != nil {
		return advance.Allocations
	}
	return nil
}

// appliedTo is how much of a credit an invoice has, and the day of the last allocation.
func (b *books) appliedTo(creditID, invoiceID string) (applied Amount, last *Date) {
	for _, a := range b.allocationsOf(creditID) {
		if a.Invoice.InvoiceID == invoiceID {
			applied += a.Amount
			last = laterDate(last, a.Date)
		}
	}
	return applied, last
}

func (b *books) allocationView(a Allocation) Allocation {
	invoice := b.invoices.rows[a.Invoice.InvoiceID]
	a.Invoice = &Invoice{InvoiceID: invoice.InvoiceID, InvoiceNumber: invoice.InvoiceNumber, LineItems: []LineItem{}}
	return a
}

// ofCredit names the overpayment or prepayment that an allocation comes from, as answers to writes do.
func (b *books) ofCredit(view Allocation, creditID string) Allocation {
	if advance := b.advances.rows[creditID]; advance != nil {
		bare := advance.bare()
		if bare.isOverpayment() {
			view.Overpayment = bare
		} else {
			view.Prepayment = bare
		}
	}
	return view
}

// creditID finds the credit that the address of a call names, in the list it names.
func (c *call) creditID(list string) (string, bool) {
	key := c.r.PathValue("id")
	if list == "CreditNotes" {
		_, known := c.books.notes.rows[key]
		return key, known
	}
	row := c.books.advances.rows[key]
	return key, row != nil && row.isOverpayment() == (list == "Overpayments")
}

// writeAllocations serves PUT {list}/{id}/Allocations.
func writeAllocations(list string) func(*call) answer {
	return func(c *call) answer {
		id, known := c.creditID(list)
		if !known {
			return notFound()
		}
		return c.writeEach("Allocations", func(ch *change, raw json.RawMessage) (any, []string) {
			row, problems := ch.allocate(id, raw)
			if len(problems) > 0 {
				return nil, problems
			}
			view := ch.b.ofCredit(ch.b.allocationView(*row), id)
			view.StatusAttributeString = "OK"
			return view, nil
		})
	}
}

// deleteAllocation serves DELETE {list}/{id}/Allocations/{allocation}. It answers a list of one, as the live
// service does, although its description says otherwise.
func deleteAllocation(list string) func(*call) answer {
	return func(c *call) answer {
		id, known := c.creditID(list)
		if !known {
			return notFound()
		}
		allocation := c.r.PathValue("allocation")
		ch := c.change()
		gone, problems := ch.deallocate(id, allocation)
		if len(problems) > 0 {
			return validationAnswer([]any{map[string]any{"AllocationID": allocation, "ValidationErrors": validationErrors(problems)}})
		}
		if gone == nil {
			return notFound()
		}
		c.keep(ch)
		view := c.books.ofCredit(c.books.allocationView(*gone), id)
		view.IsDeleted = true
		return c.envelope(http.StatusOK, field{"Allocations", []Allocation{view}})
	}
}
