package store

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// Payment is one payment. It returns an Error of kind NotFound when the
// organisation has no such payment.
func (r Reader) Payment(ctx context.Context, org crm.OrgID, id crm.PaymentID) (crm.Payment, error) {
	row, err := r.q.Payment(ctx, org, id)
	return paymentOf(row), notFound(err, "payment")
}

// PaymentByNumber is the payment with that number, if there is one.
func (r Reader) PaymentByNumber(ctx context.Context, org crm.OrgID, number string) (_ crm.Payment, found bool, err error) {
	row, err := r.q.PaymentByNumber(ctx, org, number)
	found, err = maybe(err, "look for a payment by number")
	return paymentOf(row), found, err
}

// PaymentsOf are the payments of an invoice, reversed ones too, by day.
func (r Reader) PaymentsOf(ctx context.Context, org crm.OrgID, invoice crm.InvoiceID) ([]crm.Payment, error) {
	rows, err := r.q.PaymentsOf(ctx, org, invoice)
	if err != nil {
		return nil, fmt.Errorf("read the payments of an invoice: %w", err)
	}
	return each(rows, paymentOf), nil
}

// PaymentsAfter are up to max payments, at most 1,000, in the order in which
// they were made, for work that goes through all of them. The zero id asks for
// the first.
func (r Reader) PaymentsAfter(ctx context.Context, org crm.OrgID, after crm.PaymentID, max int) ([]crm.Payment, error) {
	rows, err := r.q.PaymentsAfter(ctx, org, after, batch(max))
	if err != nil {
		return nil, fmt.Errorf("go through payments: %w", err)
	}
	return each(rows, paymentOf), nil
}

// InsertPayment keeps a new payment.
func (t *Tx) InsertPayment(ctx context.Context, p crm.Payment) error {
	err := t.q.InsertPayment(ctx, db.InsertPaymentParams{
		ID: p.ID, OrgID: p.OrgID, InvoiceID: p.InvoiceID, Number: p.Number, Amount: p.Amount, PaidOn: p.PaidOn, Method: p.Method,
		Reference: p.Reference, Source: p.Source, ReversedAt: instant.Maybe(p.ReversedAt), Version: p.Version, CreatedAt: instant.At(p.CreatedAt)})
	if err != nil {
		return fmt.Errorf("keep a new payment: %w", err)
	}
	return nil
}

// UpdatePayment changes a payment whose version is still p.Version, which
// grows by one. It returns an Error of kind Conflict when it is not.
func (t *Tx) UpdatePayment(ctx context.Context, p crm.Payment) error {
	n, err := t.q.UpdatePayment(ctx, db.UpdatePaymentParams{
		ID: p.ID, OrgID: p.OrgID, Amount: p.Amount, PaidOn: p.PaidOn, Method: p.Method, Reference: p.Reference,
		ReversedAt: instant.Maybe(p.ReversedAt), Version: p.Version})
	return changed(n, err, "payment")
}

func paymentOf(row db.Payment) crm.Payment {
	return crm.Payment{
		ID: row.ID, OrgID: row.OrgID, InvoiceID: row.InvoiceID, Number: row.Number, Amount: row.Amount, PaidOn: row.PaidOn,
		Method: row.Method, Reference: row.Reference, Source: row.Source, ReversedAt: row.ReversedAt.Std(),
		Version: row.Version, CreatedAt: row.CreatedAt.Time,
	}
}
