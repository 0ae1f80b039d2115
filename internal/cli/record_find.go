package cli

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// customer finds a customer by its number or its id.
func (d desk) customer(ctx context.Context, text string) (crm.Customer, error) {
	if id, err := crm.ParseID[crm.Customer](text); err == nil {
		return d.Book.Customer(ctx, id)
	}
	page, err := d.Book.Customers(ctx, store.CustomerFilter{Search: text})
	if err != nil {
		return crm.Customer{}, err
	}
	for _, row := range page.Rows {
		if row.Number == text {
			return d.Book.Customer(ctx, row.ID)
		}
	}
	return crm.Customer{}, crm.Errorf(crm.NotFound, "There is no customer %q. Name it by its number or its id.", text)
}

// invoice finds an invoice by its number or its id.
func (d desk) invoice(ctx context.Context, text string) (crm.Invoice, error) {
	if id, err := crm.ParseID[crm.Invoice](text); err == nil {
		return d.Book.Invoice(ctx, id)
	}
	i, found, err := d.Store.InvoiceByNumber(ctx, d.org.ID, text)
	if err == nil && !found {
		err = crm.Errorf(crm.NotFound, "There is no invoice %q. Name it by its number or its id.", text)
	}
	return i, err
}

// creditNote finds a credit note by its number or its id.
func (d desk) creditNote(ctx context.Context, text string) (crm.CreditNote, error) {
	if id, err := crm.ParseID[crm.CreditNote](text); err == nil {
		return d.Book.CreditNote(ctx, id)
	}
	n, found, err := d.Store.CreditNoteByNumber(ctx, d.org.ID, text)
	if err != nil {
		return n, err
	}
	if !found {
		return n, crm.Errorf(crm.NotFound, "There is no credit note %q. Name it by its number or its id.", text)
	}
	return d.Book.CreditNote(ctx, n.ID)
}

// record finds what goes to Xero by itself: a customer, an invoice or a credit
// note.
func (d desk) record(ctx context.Context, kind link.Kind, text string) (uuid.UUID, error) {
	switch kind {
	case link.Contact:
		c, err := d.customer(ctx, text)
		return c.ID.UUID, err
	case link.Invoice:
		i, err := d.invoice(ctx, text)
		return i.ID.UUID, err
	}
	n, err := d.creditNote(ctx, text)
	return n.ID.UUID, err
}
