package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// CreditNoteFilter says which credit notes a list shows.
type CreditNoteFilter struct {
	Customer crm.CustomerID // zero: of all customers
	Search   string         // in number, reference, reason and customer's name
	State    string         // a crm.CreditNoteState, or empty for all
	After    string         // Next of the page before
	Limit    int            // zero: 50; at most 200
}

// CreditNoteRow is a credit note in a list.
type CreditNoteRow struct {
	ID           crm.CreditNoteID
	Number       string // empty on a draft
	State        crm.CreditNoteState
	Currency     crm.Currency
	IssuedOn     crm.Day
	Total        crm.MinorUnits
	Applied      crm.MinorUnits
	Refunded     crm.MinorUnits
	Reference    string
	Reason       string
	CustomerID   crm.CustomerID
	InvoiceID    *crm.InvoiceID
	CustomerName string
	LinkState    string // of the link to Xero; empty when there is none
	RemoteID     string // in Xero
}

// Remaining is what can still be allocated or refunded.
func (n CreditNoteRow) Remaining() crm.MinorUnits { return n.Total - n.Applied - n.Refunded }

// CreditNoteByNumber is the credit note with that number, without its lines, if
// there is one.
func (r Reader) CreditNoteByNumber(ctx context.Context, org crm.OrgID, number string) (crm.CreditNote, bool, error) {
	row, err := r.q.CreditNoteByNumber(ctx, org, number)
	found, err := maybe(err, "look for a credit note")
	return creditNoteOf(row), found, err
}

// CreditNote is a credit note with its lines. It returns an Error of kind
// NotFound when the organisation has no such credit note.
func (r Reader) CreditNote(ctx context.Context, org crm.OrgID, id crm.CreditNoteID) (crm.CreditNote, error) {
	row, err := r.q.CreditNote(ctx, org, id)
	if err != nil {
		return crm.CreditNote{}, notFound(err, "credit note")
	}
	lines, err := r.q.CreditNoteLines(ctx, org, id)
	if err != nil {
		return crm.CreditNote{}, fmt.Errorf("read the lines of a credit note: %w", err)
	}
	n := creditNoteOf(row)
	n.Lines = each(lines, func(l db.CreditNoteLine) crm.Line { // the same line, of another document
		return orderLineOf(db.OrderLine{
			ID: l.ID, ProductID: l.ProductID, Position: l.Position, Kind: l.Kind, Description: l.Description,
			Quantity: l.Quantity, UnitPrice: l.UnitPrice, DiscountPercent: l.DiscountPercent, DiscountAmount: l.DiscountAmount,
			TaxClass: l.TaxClass, Net: l.Net, Tax: l.Tax})
	})
	return n, nil
}

// CreditNotes is a page of credit notes, the newest first.
func (r Reader) CreditNotes(ctx context.Context, org crm.OrgID, f CreditNoteFilter) (Page[CreditNoteRow], error) {
	before, err := parseIDCursor[crm.CreditNote](f.After, uuid.Max)
	if err != nil {
		return Page[CreditNoteRow]{}, err
	}
	size := limit(f.Limit)
	var rows []CreditNoteRow
	if f.Customer.IsZero() {
		var found []db.CreditNotesRow
		found, err = r.q.CreditNotes(ctx, db.CreditNotesParams{OrgID: org, Before: before, State: f.State, Pattern: contains(f.Search), MaxRows: size + 1})
		rows = each(found, func(row db.CreditNotesRow) CreditNoteRow { return CreditNoteRow(row) })
	} else {
		var found []db.CreditNotesOfCustomerRow
		found, err = r.q.CreditNotesOfCustomer(ctx, db.CreditNotesOfCustomerParams{
			OrgID: org, CustomerID: f.Customer, Before: before, State: f.State, Pattern: contains(f.Search), MaxRows: size + 1})
		rows = each(found, func(row db.CreditNotesOfCustomerRow) CreditNoteRow { return CreditNoteRow(row) })
	}
	if err != nil {
		return Page[CreditNoteRow]{}, fmt.Errorf("list credit notes: %w", err)
	}
	return page(rows, size, func(n CreditNoteRow) string { return n.ID.String() }), nil
}

// CreditNotesOfInvoice are the credit notes that correct an invoice, drafts and
// voided ones too, without their lines, the oldest first.
func (r Reader) CreditNotesOfInvoice(ctx context.Context, org crm.OrgID, id crm.InvoiceID) ([]crm.CreditNote, error) {
	rows, err := r.q.CreditNotesOfInvoice(ctx, org, &id)
	return creditNotes(rows, err, "read the credit notes of an invoice")
}

// OpenCreditNotes are up to 100 issued credit notes of a customer of which
// something remains, without their lines, the oldest first.
func (r Reader) OpenCreditNotes(ctx context.Context, org crm.OrgID, id crm.CustomerID) ([]crm.CreditNote, error) {
	rows, err := r.q.OpenCreditNotesOf(ctx, org, id)
	return creditNotes(rows, err, "read the open credit notes of a customer")
}

// OpenInvoices are up to 100 invoices of a customer on which something is owed,
// without their lines, the oldest first.
func (r Reader) OpenInvoices(ctx context.Context, org crm.OrgID, id crm.CustomerID) ([]crm.Invoice, error) {
	rows, err := r.q.OpenInvoicesOf(ctx, org, id)
	if err != nil {
		return nil, fmt.Errorf("read the open invoices of a customer: %w", err)
	}
	return each(rows, invoiceOf), nil
}

// CreditNotesAfter are up to max credit notes, at most 1,000, that are no
// drafts, without their lines, in the order in which they were made, for work
// that goes through all of them. The zero id asks for the first.
func (r Reader) CreditNotesAfter(ctx context.Context, org crm.OrgID, after crm.CreditNoteID, max int) ([]crm.CreditNote, error) {
	rows, err := r.q.CreditNotesAfter(ctx, org, after, batch(max))
	return creditNotes(rows, err, "go through credit notes")
}

func creditNotes(rows []db.CreditNote, err error, doing string) ([]crm.CreditNote, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return each(rows, creditNoteOf), nil
}

// LockCreditNote reads a credit note that no other transaction can change until
// this one ends. Whoever locks invoices too locks the credit note before them.
// It returns an Error of kind NotFound as CreditNote does.
func (t *Tx) LockCreditNote(ctx context.Context, org crm.OrgID, id crm.CreditNoteID) (crm.CreditNote, error) {
	if _, err := t.q.LockCreditNote(ctx, org, id); err != nil {
		return crm.CreditNote{}, fmt.Errorf("lock a credit note: %w", err)
	}
	return t.CreditNote(ctx, org, id)
}

// InsertCreditNote keeps a new credit note with its lines.
func (t *Tx) InsertCreditNote(ctx context.Context, n crm.CreditNote) error {
	err := t.q.InsertCreditNote(ctx, db.InsertCreditNoteParams{
		ID: n.ID, OrgID: n.OrgID, Number: n.Number, CustomerID: n.CustomerID, InvoiceID: n.InvoiceID, State: n.State, Currency: n.Currency,
		Reference: n.Reference, Reason: n.Reason, IssuedOn: n.IssuedOn, Subtotal: n.Totals.Subtotal, Tax: n.Totals.Tax, Total: n.Totals.Total,
		Applied: n.Applied, Refunded: n.Refunded, Version: n.Version, CreatedAt: instant.At(n.CreatedAt), UpdatedAt: instant.At(n.UpdatedAt)})
	if err != nil {
		return fmt.Errorf("keep a new credit note: %w", err)
	}
	return t.insertCreditNoteLines(ctx, n)
}

// UpdateCreditNote changes all of a credit note but its lines when its version
// is still n.Version, which grows by one. It returns an Error of kind Conflict
// when it is not.
func (t *Tx) UpdateCreditNote(ctx context.Context, n crm.CreditNote) error {
	rows, err := t.q.UpdateCreditNote(ctx, db.UpdateCreditNoteParams{
		ID: n.ID, OrgID: n.OrgID, Number: n.Number, CustomerID: n.CustomerID, State: n.State, Reference: n.Reference, Reason: n.Reason,
		IssuedOn: n.IssuedOn, Subtotal: n.Totals.Subtotal, Tax: n.Totals.Tax, Total: n.Totals.Total,
		Applied: n.Applied, Refunded: n.Refunded, Version: n.Version, UpdatedAt: instant.At(n.UpdatedAt)})
	return changed(rows, err, "credit note")
}

// ReplaceCreditNoteLines keeps the lines of a credit note in place of those
// before.
func (t *Tx) ReplaceCreditNoteLines(ctx context.Context, n crm.CreditNote) error {
	if err := t.q.DeleteCreditNoteLines(ctx, n.OrgID, n.ID); err != nil {
		return fmt.Errorf("replace the lines of a credit note: %w", err)
	}
	return t.insertCreditNoteLines(ctx, n)
}

func (t *Tx) insertCreditNoteLines(ctx context.Context, n crm.CreditNote) error {
	for _, l := range n.Lines {
		err := t.q.InsertCreditNoteLine(ctx, db.InsertCreditNoteLineParams{
			ID: l.ID, OrgID: n.OrgID, CreditNoteID: n.ID, ProductID: l.ProductID, Position: int64(l.Position), Kind: l.Kind,
			Description: l.Description, Quantity: l.Quantity, UnitPrice: l.UnitPrice, DiscountPercent: l.DiscountPercent,
			DiscountAmount: l.DiscountAmount, TaxClass: l.TaxClass, Net: l.Net, Tax: l.Tax})
		if err != nil {
			return fmt.Errorf("keep a line of a credit note: %w", err)
		}
	}
	return nil
}

func creditNoteOf(row db.CreditNote) crm.CreditNote {
	return crm.CreditNote{
		ID: row.ID, OrgID: row.OrgID, Number: row.Number, CustomerID: row.CustomerID, InvoiceID: row.InvoiceID, State: row.State,
		Currency: row.Currency, Reference: row.Reference, Reason: row.Reason, IssuedOn: row.IssuedOn,
		Totals:  crm.Totals{Subtotal: row.Subtotal, Tax: row.Tax, Total: row.Total},
		Applied: row.Applied, Refunded: row.Refunded,
		Version: row.Version, CreatedAt: row.CreatedAt.Time, UpdatedAt: row.UpdatedAt.Time,
	}
}
