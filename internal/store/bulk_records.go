package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
)

// BulkChoice selects records that a run may be about, by their ids.
type BulkChoice struct {
	Service string
	BulkFilter
	After uuid.UUID // the last one that was read
	Max   int
}

// CustomersForBulk are customers by id. The states are active and archived.
func (r Reader) CustomersForBulk(ctx context.Context, org crm.OrgID, c BulkChoice) ([]uuid.UUID, error) {
	rows, err := r.q.CustomersForBulk(ctx, db.CustomersForBulkParams{
		OrgID: org, After: crm.CustomerID{UUID: c.After}, State: c.State, Missing: c.Missing, Service: c.Service, MaxRows: batch(c.Max)})
	if err != nil {
		return nil, fmt.Errorf("select customers for a run: %w", err)
	}
	return each(rows, func(id crm.CustomerID) uuid.UUID { return id.UUID }), nil
}

// InvoicesForBulk are invoices by id, drafts too. The states are those of
// invoices, and open.
func (r Reader) InvoicesForBulk(ctx context.Context, org crm.OrgID, c BulkChoice) ([]uuid.UUID, error) {
	rows, err := r.q.InvoicesForBulk(ctx, db.InvoicesForBulkParams{
		OrgID: org, After: crm.InvoiceID{UUID: c.After}, State: c.State, FromDay: c.From.String(), ToDay: c.To.String(), Missing: c.Missing, Service: c.Service, MaxRows: batch(c.Max)})
	if err != nil {
		return nil, fmt.Errorf("select invoices for a run: %w", err)
	}
	return each(rows, func(id crm.InvoiceID) uuid.UUID { return id.UUID }), nil
}

// PaymentsForBulk are payments by id. The states are booked and reversed.
func (r Reader) PaymentsForBulk(ctx context.Context, org crm.OrgID, c BulkChoice) ([]uuid.UUID, error) {
	rows, err := r.q.PaymentsForBulk(ctx, db.PaymentsForBulkParams{
		OrgID: org, After: crm.PaymentID{UUID: c.After}, State: c.State, FromDay: c.From.String(), ToDay: c.To.String(), Missing: c.Missing, Service: c.Service, MaxRows: batch(c.Max)})
	if err != nil {
		return nil, fmt.Errorf("select payments for a run: %w", err)
	}
	return each(rows, func(id crm.PaymentID) uuid.UUID { return id.UUID }), nil
}

// CreditNotesForBulk are credit notes by id. The states are those of credit notes.
func (r Reader) CreditNotesForBulk(ctx context.Context, org crm.OrgID, c BulkChoice) ([]uuid.UUID, error) {
	rows, err := r.q.CreditNotesForBulk(ctx, db.CreditNotesForBulkParams{
		OrgID: org, After: crm.CreditNoteID{UUID: c.After}, State: c.State, FromDay: c.From.String(), ToDay: c.To.String(), Missing: c.Missing, Service: c.Service, MaxRows: batch(c.Max)})
	if err != nil {
		return nil, fmt.Errorf("select credit notes for a run: %w", err)
	}
	return each(rows, func(id crm.CreditNoteID) uuid.UUID { return id.UUID }), nil
}

// AllocationsForBulk are allocations by id. The states are those of their credit notes.
func (r Reader) AllocationsForBulk(ctx context.Context, org crm.OrgID, c BulkChoice) ([]uuid.UUID, error) {
	rows, err := r.q.AllocationsForBulk(ctx, db.AllocationsForBulkParams{
		OrgID: org, After: crm.AllocationID{UUID: c.After}, State: c.State, FromDay: c.From.String(), ToDay: c.To.String(), Missing: c.Missing, Service: c.Service, MaxRows: batch(c.Max)})
	if err != nil {
		return nil, fmt.Errorf("select allocations for a run: %w", err)
	}
	return each(rows, func(id crm.AllocationID) uuid.UUID { return id.UUID }), nil
}

// RefundsForBulk are refunds by id. The states are those of their credit notes.
func (r Reader) RefundsForBulk(ctx context.Context, org crm.OrgID, c BulkChoice) ([]uuid.UUID, error) {
	rows, err := r.q.RefundsForBulk(ctx, db.RefundsForBulkParams{
		OrgID: org, After: crm.RefundID{UUID: c.After}, State: c.State, FromDay: c.From.String(), ToDay: c.To.String(), Missing: c.Missing, Service: c.Service, MaxRows: batch(c.Max)})
	if err != nil {
		return nil, fmt.Errorf("select refunds for a run: %w", err)
	}
	return each(rows, func(id crm.RefundID) uuid.UUID { return id.UUID }), nil
}
