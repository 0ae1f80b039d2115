package records

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// InvoiceInput is what people and programs enter for an invoice without an
// order.
type InvoiceInput struct {
	CustomerID crm.CustomerID `json:"customer_id"`
	Reference  string         `json:"reference,omitempty"`
	IssuedOn   crm.Day        `json:"issued_on,omitzero"` // zero: the day on which it is issued
	DueOn      crm.Day        `json:"due_on,omitzero"`    // zero: by the customer's terms
	Lines      []LineInput    `json:"lines"`              // all of them, in order
}

// Invoice is one invoice with its lines. It returns an Error of kind NotFound
// when there is no such invoice.
func (b *Book) Invoice(ctx context.Context, id crm.InvoiceID) (crm.Invoice, error) {
	return read(ctx, b, invoicesView, func(org crm.OrgID) (crm.Invoice, error) { return b.store.Invoice(ctx, org, id) })
}

// InvoiceOfOrder is the invoice of an order that is not voided. It returns an
// Error of kind NotFound when there is none.
func (b *Book) InvoiceOfOrder(ctx context.Context, id crm.OrderID) (crm.Invoice, error) {
	return read(ctx, b, invoicesView, func(org crm.OrgID) (crm.Invoice, error) {
		i, found, err := b.store.InvoiceOfOrder(ctx, org, id)
		if err == nil && !found {
			err = crm.Errorf(crm.NotFound, "The order has no invoice.")
		}
		return i, err
	})
}

// Invoices is a page of invoices, the newest first. What is overdue is decided
// by the organisation's day unless the filter names one.
func (b *Book) Invoices(ctx context.Context, f store.InvoiceFilter) (store.Page[store.InvoiceRow], error) {
	return read(ctx, b, invoicesView, func(org crm.OrgID) (store.Page[store.InvoiceRow], error) {
		if f.Today.IsZero() {
			seller, err := b.store.Seller(ctx, org)
			if err != nil {
				return store.Page[store.InvoiceRow]{}, err
			}
			f.Today = crm.DayIn(b.now(), seller.Location())
		}
		return b.store.Invoices(ctx, org, f)
	})
}

// CreateInvoice adds a draft invoice, which gets its number when it is issued.
// It returns an Error of kind Invalid for what was entered.
func (b *Book) CreateInvoice(ctx context.Context, in InvoiceInput) (crm.Invoice, error) {
	return change(ctx, b, invoicesEdit, func(w Work) (crm.Invoice, error) { return w.CreateInvoice(ctx, in) })
}

// UpdateInvoice changes the version of a draft invoice that the caller saw. It
// returns an Error of kind Invalid for what was entered, and of kind Conflict
// when the invoice has changed since or is no draft.
func (b *Book) UpdateInvoice(ctx context.Context, id crm.InvoiceID, version int64, in InvoiceInput) (crm.Invoice, error) {
	return change(ctx, b, invoicesEdit, func(w Work) (crm.Invoice, error) { return w.UpdateInvoice(ctx, id, version, in) })
}

// Invoice is Book.Invoice inside a transaction.
func (w Work) Invoice(ctx context.Context, id crm.InvoiceID) (crm.Invoice, error) {
	return w.tx.Invoice(ctx, w.by.Org, id)
}

// CreateInvoice is Book.CreateInvoice inside a transaction.
func (w Work) CreateInvoice(ctx context.Context, in InvoiceInput) (crm.Invoice, error) {
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return crm.Invoice{}, err
	}
	now := w.book.now()
	i := crm.Invoice{
		ID: crm.NewID[crm.Invoice](), OrgID: w.by.Org, State: crm.InvoiceDraft, Currency: seller.Currency,
		Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := w.fillInvoice(ctx, &i, in, seller); err != nil {
		return crm.Invoice{}, err
	}
	if err := w.tx.InsertInvoice(ctx, i); err != nil {
		return crm.Invoice{}, err
	}
	return i, w.publish(ctx, ofInvoice(i), crm.Created, "Added the draft.")
}

// UpdateInvoice is Book.UpdateInvoice inside a transaction.
func (w Work) UpdateInvoice(ctx context.Context, id crm.InvoiceID, version int64, in InvoiceInput) (crm.Invoice, error) {
	before, err := w.tx.LockInvoice(ctx, w.by.Org, id)
	if err != nil {
		return crm.Invoice{}, err
	}
	if before.State != crm.InvoiceDraft {
		return crm.Invoice{}, crm.Errorf(crm.Conflict, "The invoice is %s; only the lines of drafts can be changed. Void it and make a new one.", strings.ToLower(before.State.Label()))
	}
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return crm.Invoice{}, err
	}
	i := before
	if err := w.fillInvoice(ctx, &i, in, seller); err != nil {
		return crm.Invoice{}, err
	}
	i.Version = version
	if i, err = w.saveInvoice(ctx, i); err != nil {
		return crm.Invoice{}, err
	}
	if err := w.tx.ReplaceInvoiceLines(ctx, i); err != nil {
		return crm.Invoice{}, err
	}
	return i, w.publish(ctx, ofInvoice(i), crm.Updated, invoiceDifference(before, i))
}

// saveInvoice keeps all of an invoice but its lines.
func (w Work) saveInvoice(ctx context.Context, i crm.Invoice) (crm.Invoice, error) {
	i.UpdatedAt = w.book.now()
	if err := w.tx.UpdateInvoice(ctx, i); err != nil {
		return crm.Invoice{}, err
	}
	i.Version++
	return i, nil
}

// fillInvoice writes the input over a draft, checks it and computes its totals.
func (w Work) fillInvoice(ctx context.Context, i *crm.Invoice, in InvoiceInput, seller store.Seller) error {
	if err := w.mayBuy(ctx, in.CustomerID, i.CustomerID); err != nil {
		return err
	}
	lines, err := w.lines(ctx, in.Lines)
	if err != nil {
		return err
	}
	i.CustomerID, i.Reference, i.IssuedOn, i.DueOn, i.Lines = in.CustomerID, strings.TrimSpace(in.Reference), in.IssuedOn, in.DueOn, lines
	if err := i.Validate(); err != nil {
		return err
	}
	i.Lines, i.Totals, err = crm.Compute(lines, seller.TaxRates, i.Currency.Digits())
	return err
}

func ofInvoice(i crm.Invoice) subject {
	return subject{crm.InvoiceRecord, i.ID.UUID, invoiceLabel(i), i.Version}
}

func invoiceLabel(i crm.Invoice) string {
	if i.Number == "" {
		return "a draft"
	}
	return i.Number
}
