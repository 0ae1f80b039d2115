package xerosim

import "time"

// change is the work of one request: it can be taken back to any mark, and knows which events to announce.
type change struct {
	b      *books
	now    time.Time
	rules  rules
	undo   []func()
	events []announcement
}

// announcement is one announcement to make when the change stays.
type announcement struct {
	category, id, kind string
	data               map[string]string
}

// rules are the points on which the live service is not certain.
type rules struct {
	rejectWrongTotal bool
	silentPayments   bool
	fourDecimals     bool
}

type mark struct{ undo, events int }

func (c *change) mark() mark { return mark{len(c.undo), len(c.events)} }

func (c *change) rollback(to mark) {
	for i := len(c.undo) - 1; i >= to.undo; i-- {
		c.undo[i]()
	}
	c.undo, c.events = c.undo[:to.undo], c.events[:to.events]
}

func (c *change) putContact(row *Contact) {
	id := row.ContactID
	old := c.b.swapContact(id, row)
	c.undo = append(c.undo, func() { c.b.swapContact(id, old) })
}

func (c *change) putInvoice(row *Invoice) {
	id := row.InvoiceID
	old := c.b.swapInvoice(id, row)
	c.undo = append(c.undo, func() { c.b.swapInvoice(id, old) })
}

func (c *change) putNote(row *CreditNote) {
	id := row.CreditNoteID
	old := c.b.swapNote(id, row)
	c.undo = append(c.undo, func() { c.b.swapNote(id, old) })
}

func (c *change) putPayment(row *Payment) {
	id := row.PaymentID
	old := c.b.swapPayment(id, row)
	c.undo = append(c.undo, func() { c.b.swapPayment(id, old) })
}

func (c *change) putAdvance(row *Advance) {
	id := row.ID()
	old := c.b.swapAdvance(id, row)
	c.undo = append(c.undo, func() { c.b.swapAdvance(id, old) })
}

// announce queues an event once per request and record; CREATE wins over a later UPDATE.
func (c *change) announce(e announcement) {
	for i, seen := range c.events {
		if seen.category == e.category && seen.id == e.id {
			c.events[i].data = e.data
			return
		}
	}
	c.events = append(c.events, e)
}
