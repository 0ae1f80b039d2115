package records

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
)

// EntryKind says what changed what is owed on an invoice.
type EntryKind string

// The kinds of ledger entry.
const (
	InvoiceEntry     EntryKind = "invoice"    // what the invoice came to
	PaymentEntry     EntryKind = "payment"    // money received
	AllocationEntry  EntryKind = "allocation" // of a credit note of ours
	ForeignNoteEntry EntryKind = "credit_note"
	PrepaymentEntry  EntryKind = "prepayment"
	OverpaidEntry    EntryKind = "overpayment"
)

// LedgerEntry is one thing that changed what is owed on an invoice.
type LedgerEntry struct {
	Kind       EntryKind
	ID         uuid.UUID // of the payment or allocation; zero for what has none here
	CreditNote crm.CreditNoteID
	Number     string // what people call it; may be empty
	Text       string // method and reference
	On         crm.Day
	Amount     crm.MinorUnits // owed more, or less when below 0
	Balance    crm.MinorUnits // after it; as before when it is taken back
	TakenBack  bool
	Source     crm.PaymentSource
}

// Ledger shows how what is owed on an invoice came about, by day. What was
// taken back is in it and counts for nothing. It returns an Error of kind
// NotFound when there is no such invoice.
func (b *Book) Ledger(ctx context.Context, id crm.InvoiceID) ([]LedgerEntry, error) {
	return read(ctx, b, invoicesView, func(org crm.OrgID) ([]LedgerEntry, error) {
		i, err := b.store.Invoice(ctx, org, id)
		if err != nil {
			return nil, err
		}
		payments, err := b.store.PaymentsOf(ctx, org, id)
		if err != nil {
			return nil, err
		}
		allocated, err := b.allocationEntries(ctx, i)
		if err != nil {
			return nil, err
		}
		foreign, err := b.store.ForeignCreditsOn(ctx, org, id)
		if err != nil {
			return nil, err
		}
		entries := append(paymentEntries(payments), allocated...)
		return balanced(i, append(entries, foreignEntries(foreign)...)), nil
	})
}

func paymentEntries(payments []crm.Payment) []LedgerEntry {
	entries := make([]LedgerEntry, len(payments))
	for n, p := range payments {
		entries[n] = LedgerEntry{
			Kind: PaymentEntry, ID: p.ID.UUID, Number: p.Number, Text: joined(p.Method, p.Reference), On: p.PaidOn, Amount: -p.Amount,
			TakenBack: p.ReversedAt != nil, Source: p.Source}
		if p.Source != crm.FromRenoz { // the number is the service's key, which means nothing to people
			entries[n].Number = ""
		}
	}
	return entries
}

func (b *Book) allocationEntries(ctx context.Context, i crm.Invoice) ([]LedgerEntry, error) {
	allocations, err := b.store.AllocationsOn(ctx, i.OrgID, i.ID)
	if err != nil {
		return nil, err
	}
	entries := make([]LedgerEntry, len(allocations))
	for k, a := range allocations {
		n, err := b.store.CreditNote(ctx, i.OrgID, a.CreditNoteID)
		if err != nil {
			return nil, err
		}
		entries[k] = LedgerEntry{
			Kind: AllocationEntry, ID: a.ID.UUID, CreditNote: n.ID, Number: n.Number, Text: n.Reason, On: a.AllocatedOn, Amount: -a.Amount,
			TakenBack: a.RemovedAt != nil, Source: a.Source}
	}
	return entries, nil
}

func foreignEntries(credits []crm.ForeignCredit) []LedgerEntry {
	kinds := map[crm.CreditKind]EntryKind{crm.ForeignCreditNote: ForeignNoteEntry, crm.Prepayment: PrepaymentEntry, crm.Overpayment: OverpaidEntry}
	entries := make([]LedgerEntry, len(credits))
	for k, c := range credits {
		entries[k] = LedgerEntry{
			Kind: kinds[c.Kind], Number: c.Number, On: c.CreditOn, Amount: -c.Amount, TakenBack: c.RemovedAt != nil, Source: crm.FromXero}
	}
	return entries
}

// balanced puts the entries in order after what the invoice came to.
func balanced(i crm.Invoice, entries []LedgerEntry) []LedgerEntry {
	if i.State == crm.InvoiceDraft {
		return nil
	}
	slices.SortStableFunc(entries, func(a, b LedgerEntry) int { return cmp.Compare(a.On.String(), b.On.String()) })
	first := LedgerEntry{Kind: InvoiceEntry, ID: i.ID.UUID, Number: i.Number, On: i.IssuedOn, Amount: i.Totals.Total, Source: crm.FromRenoz, TakenBack: i.State == crm.InvoiceVoided}
	ledger := append([]LedgerEntry{first}, entries...)
	var balance crm.MinorUnits
	for n := range ledger {
		if !ledger[n].TakenBack {
			balance += ledger[n].Amount
		}
		ledger[n].Balance = balance
	}
	return ledger
}

func joined(a, b string) string {
	if a != "" && b != "" {
		return a + " · " + b
	}
	return a + b
}
