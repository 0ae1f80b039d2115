package store

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// Allocation is one allocation. It returns an Error of kind NotFound when the
// organisation has no such allocation.
func (r Reader) Allocation(ctx context.Context, org crm.OrgID, id crm.AllocationID) (crm.Allocation, error) {
	row, err := r.q.Allocation(ctx, org, id)
	return allocationOf(row), notFound(err, "allocation")
}

// AllocationsOf are the allocations of a credit note, removed ones too, in the
// order in which they were made.
func (r Reader) AllocationsOf(ctx context.Context, org crm.OrgID, id crm.CreditNoteID) ([]crm.Allocation, error) {
	rows, err := r.q.AllocationsOf(ctx, org, id)
	if err != nil {
		return nil, fmt.Errorf("read the allocations of a credit note: %w", err)
	}
	return each(rows, allocationOf), nil
}

// AllocationsOn are the allocations to an invoice, removed ones too, in the
// order in which they were made.
func (r Reader) AllocationsOn(ctx context.Context, org crm.OrgID, id crm.InvoiceID) ([]crm.Allocation, error) {
	rows, err := r.q.AllocationsOn(ctx, org, id)
	if err != nil {
		return nil, fmt.Errorf("read the allocations to an invoice: %w", err)
	}
	return each(rows, allocationOf), nil
}

// InsertAllocation keeps a new allocation.
func (t *Tx) InsertAllocation(ctx context.Context, a crm.Allocation) error {
	err := t.q.InsertAllocation(ctx, db.InsertAllocationParams{
		ID: a.ID, OrgID: a.OrgID, CreditNoteID: a.CreditNoteID, InvoiceID: a.InvoiceID, Amount: a.Amount, AllocatedOn: a.AllocatedOn,
		Source: a.Source, RemoteKey: a.Key, RemovedAt: instant.Maybe(a.RemovedAt), Version: a.Version, CreatedAt: instant.At(a.CreatedAt)})
	if err != nil {
		return fmt.Errorf("keep a new allocation: %w", err)
	}
	return nil
}

// UpdateAllocation changes an allocation whose version is still a.Version,
// which grows by one. It returns an Error of kind Conflict when it is not.
func (t *Tx) UpdateAllocation(ctx context.Context, a crm.Allocation) error {
	n, err := t.q.UpdateAllocation(ctx, db.UpdateAllocationParams{
		ID: a.ID, OrgID: a.OrgID, Amount: a.Amount, AllocatedOn: a.AllocatedOn, RemoteKey: a.Key,
		RemovedAt: instant.Maybe(a.RemovedAt), Version: a.Version})
	return changed(n, err, "allocation")
}

// Refund is one refund. It returns an Error of kind NotFound when the
// organisation has no such refund.
func (r Reader) Refund(ctx context.Context, org crm.OrgID, id crm.RefundID) (crm.Refund, error) {
	row, err := r.q.Refund(ctx, org, id)
	return refundOf(row), notFound(err, "refund")
}

// RefundByNumber is the refund with that number, if there is one.
func (r Reader) RefundByNumber(ctx context.Context, org crm.OrgID, number string) (_ crm.Refund, found bool, err error) {
	row, err := r.q.RefundByNumber(ctx, org, number)
	found, err = maybe(err, "look for a refund by number")
	return refundOf(row), found, err
}

// RefundsOf are the refunds of a credit note, reversed ones too, by day.
func (r Reader) RefundsOf(ctx context.Context, org crm.OrgID, id crm.CreditNoteID) ([]crm.Refund, error) {
	rows, err := r.q.RefundsOf(ctx, org, id)
	if err != nil {
		return nil, fmt.Errorf("read the refunds of a credit note: %w", err)
	}
	return each(rows, refundOf), nil
}

// InsertRefund keeps a new refund.
func (t *Tx) InsertRefund(ctx context.Context, x crm.Refund) error {
	err := t.q.InsertRefund(ctx, db.InsertRefundParams{
		ID: x.ID, OrgID: x.OrgID, CreditNoteID: x.CreditNoteID, Number: x.Number, Amount: x.Amount, PaidOn: x.PaidOn, Method: x.Method,
		Reference: x.Reference, Source: x.Source, ReversedAt: instant.Maybe(x.ReversedAt), Version: x.Version, CreatedAt: instant.At(x.CreatedAt)})
	if err != nil {
		return fmt.Errorf("keep a new refund: %w", err)
	}
	return nil
}

// UpdateRefund changes a refund whose version is still x.Version, which grows
// by one. It returns an Error of kind Conflict when it is not.
func (t *Tx) UpdateRefund(ctx context.Context, x crm.Refund) error {
	n, err := t.q.UpdateRefund(ctx, db.UpdateRefundParams{
		ID: x.ID, OrgID: x.OrgID, Amount: x.Amount, PaidOn: x.PaidOn, Method: x.Method, Reference: x.Reference,
		ReversedAt: instant.Maybe(x.ReversedAt), Version: x.Version})
	return changed(n, err, "refund")
}

// ForeignCreditsOn are what a service has set against an invoice from credits
// that it alone knows, removed ones too, by day.
func (r Reader) ForeignCreditsOn(ctx context.Context, org crm.OrgID, id crm.InvoiceID) ([]crm.ForeignCredit, error) {
	rows, err := r.q.ForeignCreditsOn(ctx, org, id)
	if err != nil {
		return nil, fmt.Errorf("read the foreign credits of an invoice: %w", err)
	}
	return each(rows, func(row db.ForeignCredit) crm.ForeignCredit {
		return crm.ForeignCredit{
			OrgID: row.OrgID, InvoiceID: row.InvoiceID, Key: row.RemoteKey, Kind: row.Kind, Number: row.Number,
			Amount: row.Amount, CreditOn: row.CreditOn, RemovedAt: row.RemovedAt.Std()}
	}), nil
}

// InvoicesCreditedBy are the invoices that a credit which only a service knows,
// named by its key there, is set against.
func (r Reader) InvoicesCreditedBy(ctx context.Context, org crm.OrgID, key string) ([]crm.InvoiceID, error) {
	ids, err := r.q.InvoicesCreditedBy(ctx, org, key)
	if err != nil {
		return nil, fmt.Errorf("find the invoices that a credit is set against: %w", err)
	}
	return ids, nil
}

// KeepForeignCredit keeps a foreign credit in place of what was known of it.
func (t *Tx) KeepForeignCredit(ctx context.Context, c crm.ForeignCredit) error {
	err := t.q.KeepForeignCredit(ctx, db.KeepForeignCreditParams{
		OrgID: c.OrgID, InvoiceID: c.InvoiceID, RemoteKey: c.Key, Kind: c.Kind, Number: c.Number,
		Amount: c.Amount, CreditOn: c.CreditOn, RemovedAt: instant.Maybe(c.RemovedAt)})
	if err != nil {
		return fmt.Errorf("keep a foreign credit: %w", err)
	}
	return nil
}

func allocationOf(row db.Allocation) crm.Allocation {
	return crm.Allocation{
		ID: row.ID, OrgID: row.OrgID, CreditNoteID: row.CreditNoteID, InvoiceID: row.InvoiceID, Amount: row.Amount,
		AllocatedOn: row.AllocatedOn, Source: row.Source, Key: row.RemoteKey, RemovedAt: row.RemovedAt.Std(),
		Version: row.Version, CreatedAt: row.CreatedAt.Time,
	}
}

func refundOf(row db.Refund) crm.Refund {
	return crm.Refund{
		ID: row.ID, OrgID: row.OrgID, CreditNoteID: row.CreditNoteID, Number: row.Number, Amount: row.Amount, PaidOn: row.PaidOn,
		Method: row.Method, Reference: row.Reference, Source: row.Source, ReversedAt: row.ReversedAt.Std(),
		Version: row.Version, CreatedAt: row.CreatedAt.Time,
	}
}
