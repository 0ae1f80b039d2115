package store

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
)

// The kinds of number that are counted without gaps, each on its own in each
// organisation. Products have no number; their kind only serves LockNumbers.
const (
	CustomerNumbers = "customer"
	ProductNumbers  = "product"
	OrderNumbers    = "order"
	InvoiceNumbers  = "invoice"
	PaymentNumbers  = "payment"
	CreditNumbers   = "credit_note"
	RefundNumbers   = "refund"
)

// NextNumber counts on. No other transaction counts the same kind until this
// one ends, and one that is undone gives its number back, so there are no gaps.
func (t *Tx) NextNumber(ctx context.Context, org crm.OrgID, kind string) (int64, error) {
	n, err := t.q.NextNumber(ctx, org, kind)
	if err != nil {
		return 0, fmt.Errorf("count the next %s: %w", kind, err)
	}
	return n, nil
}

// LockNumbers keeps other transactions from counting the kind until this one
// ends, so that what it looks for before it counts stays true.
func (t *Tx) LockNumbers(ctx context.Context, org crm.OrgID, kind string) error {
	if err := t.q.LockNumbers(ctx, org, kind); err != nil {
		return fmt.Errorf("lock the numbers of %ss: %w", kind, err)
	}
	return nil
}

// LastNumber is the number that was counted last; 0: none yet.
func (r Reader) LastNumber(ctx context.Context, org crm.OrgID, kind string) (int64, error) {
	n, err := r.q.LastNumber(ctx, org, kind)
	_, err = maybe(err, "read the last number")
	return n, err
}
