package records

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// PaymentInput is what people and programs enter for a payment.
type PaymentInput struct {
	InvoiceID crm.InvoiceID  `json:"invoice_id"`
	Amount    crm.MinorUnits `json:"amount"`           // minor units of the invoice's currency
	PaidOn    crm.Day        `json:"paid_on,omitzero"` // zero: today
	Method    string         `json:"method,omitempty"`
	Reference string         `json:"reference,omitempty"`
}

// Payment is one payment. It returns an Error of kind NotFound when there is
// no such payment.
func (b *Book) Payment(ctx context.Context, id crm.PaymentID) (crm.Payment, error) {
	return read(ctx, b, invoicesView, func(org crm.OrgID) (crm.Payment, error) { return b.store.Payment(ctx, org, id) })
}

// PaymentsOf are the payments of an invoice, reversed ones too, by day.
func (b *Book) PaymentsOf(ctx context.Context, invoice crm.InvoiceID) ([]crm.Payment, error) {
	return read(ctx, b, invoicesView, func(org crm.OrgID) ([]crm.Payment, error) { return b.store.PaymentsOf(ctx, org, invoice) })
}

// RecordPayment adds a payment to an invoice. It returns an Error of kind
// Invalid for what was entered, more than what is owed and a day that is closed
// included, and of kind Conflict when the invoice takes no payments.
func (b *Book) RecordPayment(ctx context.Context, in PaymentInput) (crm.Payment, error) {
	if err := b.learnDate(ctx, paymentsRecord, in.PaidOn); err != nil {
		return crm.Payment{}, err
	}
	return change(ctx, b, paymentsRecord, func(w Work) (crm.Payment, error) { return w.RecordPayment(ctx, in) })
}

// ReversePayment takes a payment back. It returns an Error of kind Conflict
// when it is taken back already, or was recorded in another service, which is
// where it must be taken back.
func (b *Book) ReversePayment(ctx context.Context, id crm.PaymentID) (crm.Payment, error) {
	return change(ctx, b, paymentsRecord, func(w Work) (crm.Payment, error) { return w.ReversePayment(ctx, id) })
}

// RecordPayment is Book.RecordPayment inside a transaction.
func (w Work) RecordPayment(ctx context.Context, in PaymentInput) (crm.Payment, error) {
	i, err := w.tx.LockInvoice(ctx, w.by.Org, in.InvoiceID)
	if err != nil {
		return crm.Payment{}, err
	}
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return crm.Payment{}, err
	}
	now := w.book.now()
	p := crm.Payment{
		ID: crm.NewID[crm.Payment](), OrgID: w.by.Org, InvoiceID: i.ID, Amount: in.Amount, PaidOn: in.PaidOn,
		Method: strings.TrimSpace(in.Method), Reference: strings.TrimSpace(in.Reference), Source: crm.FromRenoz, Version: 1, CreatedAt: now,
	}
	if p.PaidOn.IsZero() {
		p.PaidOn = crm.DayIn(now, seller.Location())
	}
	if err := p.Validate(); err != nil {
		return crm.Payment{}, err
	}
	if err := w.mayDate(ctx, p.PaidOn); err != nil {
		return crm.Payment{}, err
	}
	if err := i.CanTake(p.Amount); err != nil {
		return crm.Payment{}, err
	}
	n, err := w.tx.NextNumber(ctx, w.by.Org, store.PaymentNumbers)
	if err != nil {
		return crm.Payment{}, err
	}
	p.Number = crm.FormatNumber(crm.PaymentPrefix, n)
	if err := w.tx.InsertPayment(ctx, p); err != nil {
		return crm.Payment{}, err
	}
	amount := p.Amount.Format(i.Currency)
	if err := w.publish(ctx, ofPayment(p), crm.Created, "Recorded "+amount+" for invoice "+i.Number+"."); err != nil {
		return crm.Payment{}, err
	}
	balance := balance{paid: i.Paid + p.Amount, credited: i.Credited}
	_, err = w.settle(ctx, i, balance, "Recorded payment "+p.Number+" of "+amount+".")
	return p, err
}

// ReversePayment is Book.ReversePayment inside a transaction.
func (w Work) ReversePayment(ctx context.Context, id crm.PaymentID) (crm.Payment, error) {
	p, err := w.tx.Payment(ctx, w.by.Org, id)
	if err != nil {
		return crm.Payment{}, err
	}
	i, err := w.tx.LockInvoice(ctx, w.by.Org, p.InvoiceID)
	if err != nil {
		return crm.Payment{}, err
	}
	if p, err = w.tx.Payment(ctx, w.by.Org, id); err != nil { // as it is now that the invoice is locked
		return crm.Payment{}, err
	}
	switch {
	case p.ReversedAt != nil:
		return crm.Payment{}, crm.Errorf(crm.Conflict, "The payment is already taken back.")
	case p.Source == crm.FromXero:
		return crm.Payment{}, crm.Errorf(crm.Conflict, "The payment was recorded in Xero; remove it there.")
	}
	if p, err = w.takeBack(ctx, p, i); err != nil {
		return crm.Payment{}, err
	}
	balance := balance{paid: i.Paid - p.Amount, credited: i.Credited}
	_, err = w.settle(ctx, i, balance, "Took back payment "+p.Number+" of "+p.Amount.Format(i.Currency)+".")
	return p, err
}

func (w Work) takeBack(ctx context.Context, p crm.Payment, i crm.Invoice) (crm.Payment, error) {
	now := w.book.now()
	p.ReversedAt = &now
	if err := w.tx.UpdatePayment(ctx, p); err != nil {
		return crm.Payment{}, err
	}
	p.Version++
	return p, w.publish(ctx, ofPayment(p), crm.Reversed, "Took back "+p.Amount.Format(i.Currency)+" for invoice "+i.Number+".")
}

// balance is what was paid and credited on an invoice.
type balance struct {
	paid, credited crm.MinorUnits
	settledOn      *crm.Day // nil: the day of the last payment or allocation
}

// settle writes a balance to an invoice, with the state that follows from it.
// It changes and publishes nothing when the invoice is like that already.
func (w Work) settle(ctx context.Context, i crm.Invoice, b balance, detail string) (changed bool, err error) {
	if i.State == crm.InvoiceVoided { // owes nothing, whatever is taken back from it
		return false, nil
	}
	before := i
	i.Paid, i.Credited, i.PaidOn = b.paid, b.credited, nil
	i.State = crm.InvoiceStateAfter(i.Totals.Total, i.Paid, i.Credited)
	if i.State == crm.InvoicePaid {
		if i.PaidOn, err = w.settledOn(ctx, i, b); err != nil {
			return false, err
		}
	}
	if i.Paid == before.Paid && i.Credited == before.Credited && i.State == before.State && sameDay(i.PaidOn, before.PaidOn) {
		return false, nil
	}
	if i, err = w.saveInvoice(ctx, i); err != nil {
		return false, err
	}
	what := crm.BalanceChanged
	if i.State == crm.InvoicePaid && before.State != crm.InvoicePaid {
		what = crm.Paid
	}
	return true, w.publish(ctx, ofInvoice(i), what, detail)
}

// settledOn is the day on which an invoice was paid in full.
func (w Work) settledOn(ctx context.Context, i crm.Invoice, b balance) (*crm.Day, error) {
	if b.settledOn != nil && !b.settledOn.IsZero() {
		return b.settledOn, nil
	}
	payments, err := w.tx.PaymentsOf(ctx, w.by.Org, i.ID)
	if err != nil {
		return nil, err
	}
	last := i.IssuedOn
	for _, p := range payments {
		if p.ReversedAt == nil && p.PaidOn.After(last) {
			last = p.PaidOn
		}
	}
	allocations, err := w.tx.AllocationsOn(ctx, w.by.Org, i.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range allocations {
		if a.RemovedAt == nil && a.AllocatedOn.After(last) {
			last = a.AllocatedOn
		}
	}
	return &last, nil
}

func sameDay(a, b *crm.Day) bool { return a == b || (a != nil && b != nil && *a == *b) }

func ofPayment(p crm.Payment) subject {
	return subject{crm.PaymentRecord, p.ID.UUID, p.Number, p.Version}
}
