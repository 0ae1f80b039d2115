package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// InvoiceFilter says which invoices a list shows.
type InvoiceFilter struct {
	Customer crm.CustomerID // zero: of all customers
	Search   string         // in number, reference and customer's name
	State    string         // a crm.InvoiceState, open or overdue, or empty for all
	Today    crm.Day        // decides what is overdue
	After    string         // Next of the page before
	Limit    int            // zero: 50; at most 200
}

// InvoiceRow is an invoice in a list.
type InvoiceRow struct {
	ID           crm.InvoiceID
	Number       string // empty on a draft
	State        crm.InvoiceState
	Currency     crm.Currency
	IssuedOn     crm.Day
	DueOn        crm.Day
	Total        crm.MinorUnits
	Paid         crm.MinorUnits
	Credited     crm.MinorUnits
	Reference    string
	CustomerID   crm.CustomerID
	OrderID      *crm.OrderID
	CustomerName string
	LinkState    string // of the link to Xero; empty when there is none
	RemoteID     string // in Xero
}

// Due is what is still owed.
func (i InvoiceRow) Due() crm.MinorUnits { return i.Total - i.Paid - i.Credited }

// StateOn is the state to show on a day, as crm.Invoice.StateOn.
func (i InvoiceRow) StateOn(today crm.Day) crm.InvoiceState {
	return crm.Invoice{State: i.State, DueOn: i.DueOn, Totals: crm.Totals{Total: i.Total}, Paid: i.Paid, Credited: i.Credited}.StateOn(today)
}

// Invoice is an invoice with its lines. It returns an Error of kind NotFound
// when the organisation has no such invoice.
func (r Reader) Invoice(ctx context.Context, org crm.OrgID, id crm.InvoiceID) (crm.Invoice, error) {
	row, err := r.q.Invoice(ctx, org, id)
	if err != nil {
		return crm.Invoice{}, notFound(err, "invoice")
	}
	return r.withLines(ctx, row)
}

// InvoiceByNumber is the invoice with that number and its lines, if there is
// one.
func (r Reader) InvoiceByNumber(ctx context.Context, org crm.OrgID, number string) (crm.Invoice, bool, error) {
	return r.maybeInvoice(ctx, func() (db.Invoice, error) { return r.q.InvoiceByNumber(ctx, org, number) })
}

// InvoiceOfOrder is the invoice of an order that is not voided, with its
// lines, if there is one.
func (r Reader) InvoiceOfOrder(ctx context.Context, org crm.OrgID, order crm.OrderID) (crm.Invoice, bool, error) {
	return r.maybeInvoice(ctx, func() (db.Invoice, error) { return r.q.InvoiceOfOrder(ctx, org, &order) })
}

func (r Reader) maybeInvoice(ctx context.Context, read func() (db.Invoice, error)) (crm.Invoice, bool, error) {
	row, err := read()
	found, err := maybe(err, "look for an invoice")
	if !found {
		return crm.Invoice{}, false, err
	}
	i, err := r.withLines(ctx, row)
	return i, err == nil, err
}

// Invoices is a page of invoices, the newest first.
func (r Reader) Invoices(ctx context.Context, org crm.OrgID, f InvoiceFilter) (Page[InvoiceRow], error) {
	before, err := parseIDCursor[crm.Invoice](f.After, uuid.Max)
	if err != nil {
		return Page[InvoiceRow]{}, err
	}
	size := limit(f.Limit)
	var rows []InvoiceRow
	if f.Customer.IsZero() {
		var found []db.InvoicesRow
		found, err = r.q.Invoices(ctx, db.InvoicesParams{
			OrgID: org, Before: before, State: f.State, Today: f.Today, Pattern: contains(f.Search), MaxRows: size + 1})
		rows = each(found, func(row db.InvoicesRow) InvoiceRow { return InvoiceRow(row) })
	} else {
		var found []db.InvoicesOfCustomerRow
		found, err = r.q.InvoicesOfCustomer(ctx, db.InvoicesOfCustomerParams{
			OrgID: org, CustomerID: f.Customer, Before: before, State: f.State, Today: f.Today, Pattern: contains(f.Search), MaxRows: size + 1})
		rows = each(found, func(row db.InvoicesOfCustomerRow) InvoiceRow { return InvoiceRow(row) })
	}
	if err != nil {
		return Page[InvoiceRow]{}, fmt.Errorf("list invoices: %w", err)
	}
	return page(rows, size, func(i InvoiceRow) string { return i.ID.String() }), nil
}

// InvoicesAfter are up to max invoices, at most 1,000, that are no drafts,
// without their lines, in the order in which they were made, for work that goes
// through all of them. The zero id asks for the first.
func (r Reader) InvoicesAfter(ctx context.Context, org crm.OrgID, after crm.InvoiceID, max int) ([]crm.Invoice, error) {
	rows, err := r.q.InvoicesAfter(ctx, org, after, batch(max))
	if err != nil {
		return nil, fmt.Errorf("go through invoices: %w", err)
	}
	return each(rows, invoiceOf), nil
}

func (r Reader) withLines(ctx context.Context, row db.Invoice) (crm.Invoice, error) {
	lines, err := r.q.InvoiceLines(ctx, row.OrgID, row.ID)
	if err != nil {
		return crm.Invoice{}, fmt.Errorf("read the lines of an invoice: %w", err)
	}
	i := invoiceOf(row)
	i.Lines = each(lines, func(l db.InvoiceLine) crm.Line { // the same line, of another document
		return orderLineOf(db.OrderLine{
			ID: l.ID, ProductID: l.ProductID, Position: l.Position, Kind: l.Kind, Description: l.Description,
			Quantity: l.Quantity, UnitPrice: l.UnitPrice, DiscountPercent: l.DiscountPercent, DiscountAmount: l.DiscountAmount,
			TaxClass: l.TaxClass, Net: l.Net, Tax: l.Tax})
	})
	return i, nil
}

// LockInvoice reads an invoice that no other transaction can change until
// this one ends. It returns an Error of kind NotFound as Invoice does.
func (t *Tx) LockInvoice(ctx context.Context, org crm.OrgID, id crm.InvoiceID) (crm.Invoice, error) {
	if _, err := t.q.LockInvoice(ctx, org, id); err != nil {
		return crm.Invoice{}, fmt.Errorf("lock an invoice: %w", err)
	}
	return t.Invoice(ctx, org, id)
}

// InsertInvoice keeps a new invoice with its lines.
func (t *Tx) InsertInvoice(ctx context.Context, i crm.Invoice) error {
	err := t.q.InsertInvoice(ctx, db.InsertInvoiceParams{
		ID: i.ID, OrgID: i.OrgID, Number: i.Number, CustomerID: i.CustomerID, OrderID: i.OrderID, State: i.State, Currency: i.Currency,
		Reference: i.Reference, IssuedOn: i.IssuedOn, DueOn: i.DueOn, Subtotal: i.Totals.Subtotal, Tax: i.Totals.Tax, Total: i.Totals.Total,
		Paid: i.Paid, Credited: i.Credited, PaidOn: i.PaidOn, Version: i.Version, CreatedAt: instant.At(i.CreatedAt), UpdatedAt: instant.At(i.UpdatedAt)})
	if err != nil {
		return fmt.Errorf("keep a new invoice: %w", err)
	}
	return t.insertInvoiceLines(ctx, i)
}

// UpdateInvoice changes all of an invoice but its lines when its version is
// still i.Version, which grows by one. It returns an Error of kind Conflict
// when it is not.
func (t *Tx) UpdateInvoice(ctx context.Context, i crm.Invoice) error {
	n, err := t.q.UpdateInvoice(ctx, db.UpdateInvoiceParams{
		ID: i.ID, OrgID: i.OrgID, Number: i.Number, CustomerID: i.CustomerID, State: i.State, Reference: i.Reference,
		IssuedOn: i.IssuedOn, DueOn: i.DueOn, Subtotal: i.Totals.Subtotal, Tax: i.Totals.Tax, Total: i.Totals.Total,
		Paid: i.Paid, Credited: i.Credited, PaidOn: i.PaidOn, Version: i.Version, UpdatedAt: instant.At(i.UpdatedAt)})
	return changed(n, err, "invoice")
}

// ReplaceInvoiceLines keeps the lines of an invoice in place of those before.
func (t *Tx) ReplaceInvoiceLines(ctx context.Context, i crm.Invoice) error {
	if err := t.q.DeleteInvoiceLines(ctx, i.OrgID, i.ID); err != nil {
		return fmt.Errorf("replace the lines of an invoice: %w", err)
	}
	return t.insertInvoiceLines(ctx, i)
}

func (t *Tx) insertInvoiceLines(ctx context.Context, i crm.Invoice) error {
	for _, l := range i.Lines {
		err := t.q.InsertInvoiceLine(ctx, db.InsertInvoiceLineParams{
			ID: l.ID, OrgID: i.OrgID, InvoiceID: i.ID, ProductID: l.ProductID, Position: int64(l.Position), Kind: l.Kind,
			Description: l.Description, Quantity: l.Quantity, UnitPrice: l.UnitPrice, DiscountPercent: l.DiscountPercent,
			DiscountAmount: l.DiscountAmount, TaxClass: l.TaxClass, Net: l.Net, Tax: l.Tax})
		if err != nil {
			return fmt.Errorf("keep a line of an invoice: %w", err)
		}
	}
	return nil
}

func invoiceOf(row db.Invoice) crm.Invoice {
	return crm.Invoice{
		ID: row.ID, OrgID: row.OrgID, Number: row.Number, CustomerID: row.CustomerID, OrderID: row.OrderID, State: row.State,
		Currency: row.Currency, Reference: row.Reference, IssuedOn: row.IssuedOn, DueOn: row.DueOn,
		Totals: crm.Totals{Subtotal: row.Subtotal, Tax: row.Tax, Total: row.Total},
		Paid:   row.Paid, Credited: row.Credited, PaidOn: row.PaidOn,
		Version: row.Version, CreatedAt: row.CreatedAt.Time, UpdatedAt: row.UpdatedAt.Time,
	}
}
