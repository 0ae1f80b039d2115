package xerosim

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
)

// allocate uses part of a note for one invoice.
// https://developer.xero.com/documentation/api/accounting/creditnotes#allocate-a-credit-note
func (c *change) allocate(noteID string, raw json.RawMessage) (*Allocation, []string) {
	var sent Allocation
	if err := json.Unmarshal(raw, &sent); err != nil {
		return nil, []string{"The allocation could not be read: " + err.Error()}
	}
	note := c.b.notes.rows[noteID]
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
		sent.Date = newDate(c.now)
	}
	day := sent.Date.day()
	amount := sent.Amount.round2()
	problems := append(checkAllocation(note, invoice, amount), c.checkLock(&day)...)
	if len(problems) > 0 {
		return nil, problems
	}
	row := Allocation{AllocationID: uuid.NewString(), Amount: amount, Date: &day, Invoice: &Invoice{InvoiceID: invoice.InvoiceID}}
	next := *note
	next.Allocations = append(append([]Allocation(nil), note.Allocations...), row)
	c.settleNote(&next)
	next.UpdatedDateUTC = newDate(c.now)
	c.putNote(&next)
	c.announceNote(&next, "UPDATE")
	c.touchInvoice(invoice.InvoiceID, false)
	return &row, nil
}

func checkAllocation(note *CreditNote, invoice *Invoice, amount Amount) (problems []string) {
	if note.Status != statusAuthorised {
		problems = append(problems, "Only approved credit notes with remaining credit can be allocated")
	}
	if invoice.Status != statusAuthorised {
		problems = append(problems, "Credit notes can only be allocated to Authorised invoices")
	}
	if (note.Type == typeSaleCredit) != (invoice.Type == typeSale) {
		problems = append(problems, "The credit note cannot be allocated to an invoice of the other type")
	}
	if note.Contact.ContactID != invoice.Contact.ContactID {
		problems = append(problems, "The credit note and the invoice must have the same contact")
	}
	if amount <= 0 {
		problems = append(problems, "The allocation amount must be greater than zero")
	}
	if amount > amountOf(note.RemainingCredit) {
		problems = append(problems, "The amount is greater than the remaining credit of the credit note")
	}
	if amount > amountOf(invoice.AmountDue) {
		problems = append(problems, "The amount is greater than amount outstanding on the invoice")
	}
	return problems
}

func (c *change) deallocate(note *CreditNote, allocationID string) (*Allocation, []string) {
	next := *note
	next.Allocations = nil
	var gone *Allocation
	for _, a := range note.Allocations {
		if a.AllocationID == allocationID {
			gone = &a
			continue
		}
		next.Allocations = append(next.Allocations, a)
	}
	if gone == nil {
		return nil, nil
	}
	if problems := c.checkLock(gone.Date); problems != nil {
		return nil, problems
	}
	c.settleNote(&next)
	next.UpdatedDateUTC = newDate(c.now)
	c.putNote(&next)
	c.announceNote(&next, "UPDATE")
	c.touchInvoice(gone.Invoice.InvoiceID, false)
	return gone, nil
}

func (b *books) allocationView(a Allocation) Allocation {
	invoice := b.invoices.rows[a.Invoice.InvoiceID]
	a.Invoice = &Invoice{InvoiceID: invoice.InvoiceID, InvoiceNumber: invoice.InvoiceNumber, LineItems: []LineItem{}}
	return a
}

func (c *call) listNotes() answer {
	q, err := c.readQuery()
	if err != nil {
		return badQuery(err)
	}
	list := collect(&c.books.notes, q, c.books.noteRow)
	views := make([]CreditNote, len(list.rows))
	for i, row := range list.rows {
		views[i] = c.books.noteView(row, q.paged, c.rules.fourDecimals)
	}
	return c.listEnvelope(list.pagination, field{"CreditNotes", views})
}

// note finds by id or by number.
func (b *books) note(key string) *CreditNote {
	if row := b.notes.rows[key]; row != nil {
		return row
	}
	if id, ok := b.noteNumbers.other(key, ""); ok {
		return b.notes.rows[id]
	}
	return nil
}

func (c *call) getNote() answer {
	row := c.books.note(c.r.PathValue("id"))
	if row == nil {
		return notFound()
	}
	return c.envelope(http.StatusOK, field{"CreditNotes", []CreditNote{c.books.noteView(row, true, c.rules.fourDecimals)}})
}

func (c *call) writeNotes() answer {
	update := c.r.Method == http.MethodPost
	return c.writeEach("CreditNotes", func(ch *change, raw json.RawMessage) (any, []string) {
		row, problems := ch.saveNote(raw, update)
		if len(problems) > 0 {
			return nil, problems
		}
		view := ch.b.noteView(row, true, ch.rules.fourDecimals)
		view.StatusAttributeString = "OK"
		return view, nil
	})
}

func (c *call) writeAllocations() answer {
	note := c.books.notes.rows[c.r.PathValue("id")]
	if note == nil {
		return notFound()
	}
	return c.writeEach("Allocations", func(ch *change, raw json.RawMessage) (any, []string) {
		row, problems := ch.allocate(note.CreditNoteID, raw)
		if len(problems) > 0 {
			return nil, problems
		}
		view := ch.b.allocationView(*row)
		view.StatusAttributeString = "OK"
		return view, nil
	})
}

// deleteAllocation answers a list of one, as the live service does, although its description says otherwise.
func (c *call) deleteAllocation() answer {
	note := c.books.notes.rows[c.r.PathValue("id")]
	if note == nil {
		return notFound()
	}
	ch := c.change()
	gone, problems := ch.deallocate(note, c.r.PathValue("allocation"))
	if len(problems) > 0 {
		return validationAnswer([]any{map[string]any{"AllocationID": c.r.PathValue("allocation"), "ValidationErrors": validationErrors(problems)}})
	}
	if gone == nil {
		return notFound()
	}
	c.keep(ch)
	view := c.books.allocationView(*gone)
	view.IsDeleted = true
	return c.envelope(http.StatusOK, field{"Allocations", []Allocation{view}})
}
