package xerosim

import (
	"strings"
	"time"
)

// table keeps rows by id, in the order they came. Rows are replaced, never changed.
type table[T any] struct {
	rows  map[string]*T
	order []string
}

func newTable[T any]() table[T] { return table[T]{rows: map[string]*T{}} }

func (t *table[T]) all(visit func(*T)) {
	for _, id := range t.order {
		visit(t.rows[id])
	}
}

// swap puts a row in, or takes it out when row is nil, and returns what was there.
func (t *table[T]) swap(id string, row *T) *T {
	old := t.rows[id]
	switch {
	case row == nil:
		delete(t.rows, id)
		if last := len(t.order) - 1; last >= 0 && t.order[last] == id {
			t.order = t.order[:last]
		}
	case old == nil:
		t.order = append(t.order, id)
		t.rows[id] = row
	default:
		t.rows[id] = row
	}
	return old
}

// keys maps a natural key to the ids that carry it.
type keys map[string]map[string]struct{}

func (k keys) add(key, id string) {
	if key == "" {
		return
	}
	if k[key] == nil {
		k[key] = map[string]struct{}{}
	}
	k[key][id] = struct{}{}
}

func (k keys) drop(key, id string) {
	delete(k[key], id)
	if len(k[key]) == 0 {
		delete(k, key)
	}
}

// other returns an id that carries the key and is not the given one.
func (k keys) other(key, id string) (string, bool) {
	for found := range k[key] {
		if found != id {
			return found, true
		}
	}
	return "", false
}

// books are the records of one organisation with the indexes that keep 6,000 invoices quick.
type books struct {
	org      Organisation
	contacts table[Contact]
	invoices table[Invoice]
	notes    table[CreditNote]
	payments table[Payment]
	history  map[string][]historyNote

	activeNames    keys // lower-case names of active contacts
	contactNumbers keys
	accountNumbers keys
	invoiceNumbers keys // sales that are not deleted
	noteNumbers    keys
	settled        keys // payments of a document, by document id
	credited       keys // credit notes allocated to an invoice, by invoice id
	invoiced       keys // invoices and credit notes of a contact

	accounts     map[string]*Account // by code
	accountsByID map[string]*Account
	taxRates     map[string]*TaxRate
	items        map[string]*Item
	nextInvoice  int
	nextNote     int
}

func newBooks(org Organisation) *books {
	b := &books{
		org: org, contacts: newTable[Contact](), invoices: newTable[Invoice](), notes: newTable[CreditNote](),
		payments: newTable[Payment](), history: map[string][]historyNote{}, activeNames: keys{}, contactNumbers: keys{},
		accountNumbers: keys{}, invoiceNumbers: keys{}, noteNumbers: keys{}, settled: keys{}, credited: keys{},
		invoiced: keys{}, accounts: map[string]*Account{}, accountsByID: map[string]*Account{},
		taxRates: map[string]*TaxRate{}, items: map[string]*Item{}, nextInvoice: 1, nextNote: 1,
	}
	for i := range org.Accounts {
		b.accounts[org.Accounts[i].Code] = &org.Accounts[i]
		b.accountsByID[org.Accounts[i].AccountID] = &org.Accounts[i]
	}
	for i := range org.TaxRates {
		b.taxRates[org.TaxRates[i].TaxType] = &org.TaxRates[i]
	}
	for i := range org.Items {
		b.items[org.Items[i].Code] = &org.Items[i]
	}
	return b
}

func nameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func (b *books) swapContact(id string, row *Contact) *Contact {
	old := b.contacts.swap(id, row)
	if old != nil {
		b.activeNames.drop(nameKey(old.Name), id)
		b.contactNumbers.drop(old.ContactNumber, id)
		b.accountNumbers.drop(old.AccountNumber, id)
	}
	if row != nil {
		if row.ContactStatus == statusActive {
			b.activeNames.add(nameKey(row.Name), id)
		}
		b.contactNumbers.add(row.ContactNumber, id)
		b.accountNumbers.add(row.AccountNumber, id)
	}
	return old
}

func (b *books) swapInvoice(id string, row *Invoice) *Invoice {
	old := b.invoices.swap(id, row)
	if old != nil {
		b.invoiceNumbers.drop(old.InvoiceNumber, id)
		b.invoiced.drop(old.Contact.ContactID, id)
	}
	if row != nil {
		if row.Type == typeSale && row.Status != statusDeleted {
			b.invoiceNumbers.add(row.InvoiceNumber, id)
		}
		b.invoiced.add(row.Contact.ContactID, id)
	}
	return old
}

func (b *books) swapNote(id string, row *CreditNote) *CreditNote {
	old := b.notes.swap(id, row)
	if old != nil {
		b.noteNumbers.drop(old.CreditNoteNumber, id)
		b.invoiced.drop(old.Contact.ContactID, id)
		for _, a := range old.Allocations {
			b.credited.drop(a.Invoice.InvoiceID, id)
		}
	}
	if row != nil {
		if row.Status != statusDeleted {
			b.noteNumbers.add(row.CreditNoteNumber, id)
		}
		b.invoiced.add(row.Contact.ContactID, id)
		for _, a := range row.Allocations {
			b.credited.add(a.Invoice.InvoiceID, id)
		}
	}
	return old
}

func (b *books) swapPayment(id string, row *Payment) *Payment {
	old := b.payments.swap(id, row)
	if old != nil {
		b.settled.drop(old.documentID(), id)
	}
	if row != nil {
		b.settled.add(row.documentID(), id)
	}
	return old
}

// documentID is the invoice or credit note a payment belongs to.
func (p *Payment) documentID() string {
	if p.Invoice != nil {
		return p.Invoice.InvoiceID
	}
	if p.CreditNote != nil {
		return p.CreditNote.CreditNoteID
	}
	return ""
}

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
