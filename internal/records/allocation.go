package records

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// AllocationInput is what people and programs enter to set a part of a credit
// note against an invoice.
type AllocationInput struct {
	CreditNoteID crm.CreditNoteID `json:"credit_note_id"`
	InvoiceID    crm.InvoiceID    `json:"invoice_id"`
	Amount       crm.MinorUnits   `json:"amount"`      // minor units of both documents' currency
	On           crm.Day          `json:"on,omitzero"` // zero: today
}

// RefundInput is what people and programs enter for a part of a credit note
// that was paid back.
type RefundInput struct {
	CreditNoteID crm.CreditNoteID `json:"credit_note_id"`
	Amount       crm.MinorUnits   `json:"amount"`           // minor units of the credit note's currency
	PaidOn       crm.Day          `json:"paid_on,omitzero"` // zero: today
	Method       string           `json:"method,omitempty"`
	Reference    string           `json:"reference,omitempty"`
}

// AllocationsOf are the allocations of a credit note, removed ones too, in the
// order in which they were made.
func (b *Book) AllocationsOf(ctx context.Context, id crm.CreditNoteID) ([]crm.Allocation, error) {
	return read(ctx, b, creditsView, func(org crm.OrgID) ([]crm.Allocation, error) { return b.store.AllocationsOf(ctx, org, id) })
}

// RefundsOf are the refunds of a credit note, reversed ones too, by day.
func (b *Book) RefundsOf(ctx context.Context, id crm.CreditNoteID) ([]crm.Refund, error) {
	return read(ctx, b, creditsView, func(org crm.OrgID) ([]crm.Refund, error) { return b.store.RefundsOf(ctx, org, id) })
}

// Allocation is one allocation. It returns an Error of kind NotFound when there
// is no such allocation.
func (b *Book) Allocation(ctx context.Context, id crm.AllocationID) (crm.Allocation, error) {
	return read(ctx, b, creditsView, func(org crm.OrgID) (crm.Allocation, error) { return b.store.Allocation(ctx, org, id) })
}

// Refund is one refund. It returns an Error of kind NotFound when there is no
// such refund.
func (b *Book) Refund(ctx context.Context, id crm.RefundID) (crm.Refund, error) {
	return read(ctx, b, creditsView, func(org crm.OrgID) (crm.Refund, error) { return b.store.Refund(ctx, org, id) })
}

// OpenInvoices are up to 100 invoices of a customer on which something is owed,
// the oldest first.
func (b *Book) OpenInvoices(ctx context.Context, id crm.CustomerID) ([]crm.Invoice, error) {
	return read(ctx, b, invoicesView, func(org crm.OrgID) ([]crm.Invoice, error) { return b.store.OpenInvoices(ctx, org, id) })
}

// OpenCreditNotes are up to 100 credit notes of a customer of which something
// remains, the oldest first.
func (b *Book) OpenCreditNotes(ctx context.Context, id crm.CustomerID) ([]crm.CreditNote, error) {
	return read(ctx, b, creditsView, func(org crm.OrgID) ([]crm.CreditNote, error) { return b.store.OpenCreditNotes(ctx, org, id) })
}

// Allocate sets a part of a credit note against an invoice of the same
// customer. It returns an Error of kind Invalid for what was entered, more than
// what remains or is owed included, and of kind Conflict when either document is
// not open.
func (b *Book) Allocate(ctx context.Context, in AllocationInput) (crm.Allocation, error) {
	return change(ctx, b, creditsIssue, func(w Work) (crm.Allocation, error) { return w.Allocate(ctx, in) })
}

// RemoveAllocation takes an allocation back, whoever made it; the invoice owes
// its amount again and the credit has it again. It returns an Error of kind
// Conflict when it is taken back already.
func (b *Book) RemoveAllocation(ctx context.Context, id crm.AllocationID) (crm.Allocation, error) {
	return change(ctx, b, creditsIssue, func(w Work) (crm.Allocation, error) { return w.RemoveAllocation(ctx, id) })
}

// RecordRefund records that a part of a credit note was paid back. It returns an
// Error of kind Invalid for what was entered, more than what remains included,
// and of kind Conflict when the credit note is not open.
func (b *Book) RecordRefund(ctx context.Context, in RefundInput) (crm.Refund, error) {
	if err := b.learnDate(ctx, paymentsRecord, in.PaidOn); err != nil {
		return crm.Refund{}, err
	}
	return change(ctx, b, paymentsRecord, func(w Work) (crm.Refund, error) { return w.RecordRefund(ctx, in) })
}

// ReverseRefund takes a refund back. It returns an Error of kind Conflict when
// it is taken back already, or was recorded in another service, which is where
// it must be taken back.
func (b *Book) ReverseRefund(ctx context.Context, id crm.RefundID) (crm.Refund, error) {
	return change(ctx, b, paymentsRecord, func(w Work) (crm.Refund, error) { return w.ReverseRefund(ctx, id) })
}

// Allocate is Book.Allocate inside a transaction.
func (w Work) Allocate(ctx context.Context, in AllocationInput) (crm.Allocation, error) {
	n, err := w.tx.LockCreditNote(ctx, w.by.Org, in.CreditNoteID)
	if err != nil {
		return crm.Allocation{}, err
	}
	i, err := w.tx.LockInvoice(ctx, w.by.Org, in.InvoiceID)
	if err != nil {
		return crm.Allocation{}, err
	}
	if in.On.IsZero() {
		if in.On, err = w.today(ctx); err != nil {
			return crm.Allocation{}, err
		}
	}
	a, _, err := w.allocate(ctx, n, i, in)
	return a, err
}

// allocate does it for documents that are locked. It returns the credit note as
// it is then.
func (w Work) allocate(ctx context.Context, n crm.CreditNote, i crm.Invoice, in AllocationInput) (crm.Allocation, crm.CreditNote, error) {
	a := crm.Allocation{
		ID: crm.NewID[crm.Allocation](), OrgID: w.by.Org, CreditNoteID: n.ID, InvoiceID: i.ID, Amount: in.Amount, AllocatedOn: in.On,
		Source: crm.FromRenoz, Version: 1, CreatedAt: w.book.now(),
	}
	if err := mayAllocate(a, n, i); err != nil {
		return crm.Allocation{}, n, err
	}
	if err := w.tx.InsertAllocation(ctx, a); err != nil {
		return crm.Allocation{}, n, err
	}
	amount := a.Amount.Format(n.Currency)
	if err := w.publish(ctx, ofAllocation(a, n), crm.Created, "Set "+amount+" of "+n.Number+" against "+i.Number+"."); err != nil {
		return crm.Allocation{}, n, err
	}
	n, _, err := w.use(ctx, n, usage{n.Applied + a.Amount, n.Refunded}, "Set "+amount+" against "+i.Number+".")
	if err != nil {
		return crm.Allocation{}, n, err
	}
	_, err = w.settle(ctx, i, balance{paid: i.Paid, credited: i.Credited + a.Amount}, "Credited "+amount+" by "+n.Number+".")
	return a, n, err
}

func mayAllocate(a crm.Allocation, n crm.CreditNote, i crm.Invoice) error {
	if err := a.Validate(); err != nil {
		return err
	}
	switch {
	case n.CustomerID != i.CustomerID:
		return crm.FieldErrors(map[string]string{"invoice_id": "The invoice is another customer's; choose one of the same customer."})
	case n.Currency != i.Currency:
		return crm.FieldErrors(map[string]string{"invoice_id": "The invoice is in another currency; choose one in " + string(n.Currency) + "."})
	}
	if err := n.CanGive(a.Amount); err != nil {
		return err
	}
	return i.CanTakeCredit(a.Amount)
}

// RemoveAllocation is Book.RemoveAllocation inside a transaction.
func (w Work) RemoveAllocation(ctx context.Context, id crm.AllocationID) (crm.Allocation, error) {
	a, err := w.tx.Allocation(ctx, w.by.Org, id)
	if err != nil {
		return crm.Allocation{}, err
	}
	n, err := w.tx.LockCreditNote(ctx, w.by.Org, a.CreditNoteID)
	if err != nil {
		return crm.Allocation{}, err
	}
	i, err := w.tx.LockInvoice(ctx, w.by.Org, a.InvoiceID)
	if err != nil {
		return crm.Allocation{}, err
	}
	if a, err = w.tx.Allocation(ctx, w.by.Org, id); err != nil { // as it is now that the documents are locked
		return crm.Allocation{}, err
	}
	if a.RemovedAt != nil {
		return crm.Allocation{}, crm.Errorf(crm.Conflict, "The allocation is already taken back.")
	}
	if a, err = w.detach(ctx, a, n, i.Number); err != nil {
		return crm.Allocation{}, err
	}
	amount := a.Amount.Format(n.Currency)
	if _, _, err = w.use(ctx, n, usage{n.Applied - a.Amount, n.Refunded}, "Took "+amount+" back from "+i.Number+"."); err != nil {
		return crm.Allocation{}, err
	}
	_, err = w.settle(ctx, i, balance{paid: i.Paid, credited: i.Credited - a.Amount}, n.Number+" does not credit "+amount+" any more.")
	return a, err
}

func (w Work) detach(ctx context.Context, a crm.Allocation, n crm.CreditNote, invoice string) (crm.Allocation, error) {
	now := w.book.now()
	a.RemovedAt = &now
	if err := w.tx.UpdateAllocation(ctx, a); err != nil {
		return crm.Allocation{}, err
	}
	a.Version++
	return a, w.publish(ctx, ofAllocation(a, n), crm.Reversed, "Took "+a.Amount.Format(n.Currency)+" of "+n.Number+" back from "+invoice+".")
}

// RecordRefund is Book.RecordRefund inside a transaction.
func (w Work) RecordRefund(ctx context.Context, in RefundInput) (crm.Refund, error) {
	n, err := w.tx.LockCreditNote(ctx, w.by.Org, in.CreditNoteID)
	if err != nil {
		return crm.Refund{}, err
	}
	x := crm.Refund{
		ID: crm.NewID[crm.Refund](), OrgID: w.by.Org, CreditNoteID: n.ID, Amount: in.Amount, PaidOn: in.PaidOn,
		Method: strings.TrimSpace(in.Method), Reference: strings.TrimSpace(in.Reference), Source: crm.FromRenoz, Version: 1, CreatedAt: w.book.now(),
	}
	if x.PaidOn.IsZero() {
		if x.PaidOn, err = w.today(ctx); err != nil {
			return crm.Refund{}, err
		}
	}
	if err := x.Validate(); err != nil {
		return crm.Refund{}, err
	}
	if err := w.mayDate(ctx, x.PaidOn); err != nil {
		return crm.Refund{}, err
	}
	if err := n.CanGive(x.Amount); err != nil {
		return crm.Refund{}, err
	}
	count, err := w.tx.NextNumber(ctx, w.by.Org, store.RefundNumbers)
	if err != nil {
		return crm.Refund{}, err
	}
	x.Number = crm.FormatNumber(crm.RefundPrefix, count)
	if err := w.tx.InsertRefund(ctx, x); err != nil {
		return crm.Refund{}, err
	}
	amount := x.Amount.Format(n.Currency)
	if err := w.publish(ctx, ofRefund(x), crm.Created, "Paid "+amount+" of "+n.Number+" back."); err != nil {
		return crm.Refund{}, err
	}
	_, _, err = w.use(ctx, n, usage{n.Applied, n.Refunded + x.Amount}, "Paid "+amount+" back as "+x.Number+".")
	return x, err
}

// ReverseRefund is Book.ReverseRefund inside a transaction.
func (w Work) ReverseRefund(ctx context.Context, id crm.RefundID) (crm.Refund, error) {
	x, err := w.tx.Refund(ctx, w.by.Org, id)
	if err != nil {
		return crm.Refund{}, err
	}
	n, err := w.tx.LockCreditNote(ctx, w.by.Org, x.CreditNoteID)
	if err != nil {
		return crm.Refund{}, err
	}
	if x, err = w.tx.Refund(ctx, w.by.Org, id); err != nil { // as it is now that the credit note is locked
		return crm.Refund{}, err
	}
	switch {
	case x.ReversedAt != nil:
		return crm.Refund{}, crm.Errorf(crm.Conflict, "The refund is already taken back.")
	case x.Source == crm.FromXero:
		return crm.Refund{}, crm.Errorf(crm.Conflict, "The refund was recorded in Xero; remove it there.")
	}
	if x, err = w.reverse(ctx, x, n); err != nil {
		return crm.Refund{}, err
	}
	_, _, err = w.use(ctx, n, usage{n.Applied, n.Refunded - x.Amount}, "Took refund "+x.Number+" back.")
	return x, err
}

func (w Work) reverse(ctx context.Context, x crm.Refund, n crm.CreditNote) (crm.Refund, error) {
	now := w.book.now()
	x.ReversedAt = &now
	if err := w.tx.UpdateRefund(ctx, x); err != nil {
		return crm.Refund{}, err
	}
	x.Version++
	return x, w.publish(ctx, ofRefund(x), crm.Reversed, "Took the refund of "+x.Amount.Format(n.Currency)+" of "+n.Number+" back.")
}

// usage is what was allocated and paid back of a credit note.
type usage struct{ applied, refunded crm.MinorUnits }

// use writes a usage to a credit note, with the state that follows from it. It
// changes and publishes nothing when the credit note is like that already.
func (w Work) use(ctx context.Context, n crm.CreditNote, u usage, detail string) (_ crm.CreditNote, changed bool, err error) {
	state := crm.CreditNoteStateAfter(n.Totals.Total, u.applied+u.refunded)
	if n.Applied == u.applied && n.Refunded == u.refunded && n.State == state {
		return n, false, nil
	}
	n.Applied, n.Refunded, n.State = u.applied, u.refunded, state
	if n, err = w.saveCreditNote(ctx, n); err != nil {
		return n, false, err
	}
	return n, true, w.publish(ctx, ofCreditNote(n), crm.BalanceChanged, detail)
}

// credited is what stands against an invoice: allocations of our credit notes,
// and foreign credits.
func (w Work) credited(ctx context.Context, id crm.InvoiceID) (sum crm.MinorUnits, err error) {
	allocations, err := w.tx.AllocationsOn(ctx, w.by.Org, id)
	if err != nil {
		return 0, err
	}
	for _, a := range allocations {
		if a.RemovedAt == nil {
			sum += a.Amount
		}
	}
	foreign, err := w.tx.ForeignCreditsOn(ctx, w.by.Org, id)
	for _, c := range foreign {
		if c.RemovedAt == nil {
			sum += c.Amount
		}
	}
	return sum, err
}

func (w Work) today(ctx context.Context) (crm.Day, error) {
	seller, err := w.tx.Seller(ctx, w.by.Org)
	return crm.DayIn(w.book.now(), seller.Location()), err
}

func ofAllocation(a crm.Allocation, n crm.CreditNote) subject {
	return subject{crm.AllocationRecord, a.ID.UUID, n.Number, a.Version}
}

func ofRefund(x crm.Refund) subject {
	return subject{crm.RefundRecord, x.ID.UUID, x.Number, x.Version}
}
