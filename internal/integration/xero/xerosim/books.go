package xerosim

import "strings"

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
	advances table[Advance]
	history  map[string][]historyNote

	activeNames    keys // lower-case names of active contacts
	contactNumbers keys
	accountNumbers keys
	invoiceNumbers keys // sales that are not deleted
	noteNumbers    keys
	settled        keys // payments of a document, by document id
	credited       keys // credit notes and advances allocated to an invoice, by invoice id
	invoiced       keys // invoices, credit notes and advances of a contact

	accounts     map[string]*Account // by code
	accountsByID map[string]*Account
	taxRates     map[string]*TaxRate
	items        map[string]*Item
	nextInvoice  int
	nextNote     int
	emails       emailDay
}

func newBooks(org Organisation) *books {
	b := &books{
		org: org, contacts: newTable[Contact](), invoices: newTable[Invoice](), notes: newTable[CreditNote](),
		payments: newTable[Payment](), advances: newTable[Advance](), history: map[string][]historyNote{}, activeNames: keys{}, contactNumbers: keys{},
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

func (b *books) swapAdvance(id string, row *Advance) *Advance {
	old := b.advances.swap(id, row)
	if old != nil {
		b.invoiced.drop(old.Contact.ContactID, id)
		for _, a := range old.Allocations {
			b.credited.drop(a.Invoice.InvoiceID, id)
		}
	}
	if row != nil {
		b.invoiced.add(row.Contact.ContactID, id)
		for _, a := range row.Allocations {
			b.credited.add(a.Invoice.InvoiceID, id)
		}
	}
	return old
}

// documentID is what a payment belongs to: an invoice, a credit note or an advance.
func (p *Payment) documentID() string {
	switch {
	case p.Invoice != nil:
		return p.Invoice.InvoiceID
	case p.CreditNote != nil:
		return p.CreditNote.CreditNoteID
	case p.Overpayment != nil:
		return p.Overpayment.OverpaymentID
	case p.Prepayment != nil:
		return p.Prepayment.PrepaymentID
	}
	return ""
}
