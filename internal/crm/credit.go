package crm

import (
	"slices"
	"strings"
	"time"
)

// CreditNoteState is how far a credit note is; the package's comment draws the
// way.
type CreditNoteState string

// The states of a credit note.
const (
	CreditNoteDraft   CreditNoteState = "draft"
	CreditNoteIssued  CreditNoteState = "issued"
	CreditNoteApplied CreditNoteState = "applied"
	CreditNoteVoided  CreditNoteState = "voided"
)

// CreditNoteStates are all states in the order in which a credit note passes
// them.
func CreditNoteStates() []CreditNoteState {
	return []CreditNoteState{CreditNoteDraft, CreditNoteIssued, CreditNoteApplied, CreditNoteVoided}
}

// Valid reports whether the state is one of CreditNoteStates.
func (s CreditNoteState) Valid() bool { return slices.Contains(CreditNoteStates(), s) }

// Label is the state in words, such as "Issued".
func (s CreditNoteState) Label() string { return label(string(s)) }

// Next are the states that may follow.
func (s CreditNoteState) Next() []CreditNoteState {
	switch s {
	case CreditNoteDraft:
		return []CreditNoteState{CreditNoteIssued, CreditNoteVoided}
	case CreditNoteIssued:
		return []CreditNoteState{CreditNoteApplied, CreditNoteVoided}
	case CreditNoteApplied:
		return []CreditNoteState{CreditNoteIssued}
	}
	return nil
}

// CanBecome reports whether next may follow.
func (s CreditNoteState) CanBecome(next CreditNoteState) bool { return slices.Contains(s.Next(), next) }

// Become returns an Error of kind Conflict that says what is possible when
// next may not follow, and one of kind Invalid when there is no such state.
func (s CreditNoteState) Become(next CreditNoteState) error {
	switch {
	case !next.Valid():
		return Errorf(Invalid, "%q is not a state of a credit note.", clip(string(next), 30))
	case s.CanBecome(next):
		return nil
	}
	return refusal("credit note", s, next, s.Next())
}

// CreditNote is what a customer need not pay, or gets back.
type CreditNote struct {
	ID         CreditNoteID
	OrgID      OrgID
	Number     string // given when it is issued; empty on a draft
	CustomerID CustomerID
	InvoiceID  *InvoiceID // the invoice that it corrects; nil: none
	State      CreditNoteState
	Currency   Currency
	Reference  string
	Reason     string // why, for those who ask later
	IssuedOn   Day
	Totals     Totals
	Applied    MinorUnits // allocated to invoices
	Refunded   MinorUnits // paid back
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Lines      []Line
}

// Remaining is what can still be allocated or refunded.
func (n CreditNote) Remaining() MinorUnits { return n.Totals.Total - n.Applied - n.Refunded }

// CreditNoteStateAfter is the state of an issued credit note after what of it
// was used.
func CreditNoteStateAfter(total, used MinorUnits) CreditNoteState {
	if used >= total {
		return CreditNoteApplied
	}
	return CreditNoteIssued
}

// Allocation is a part of a credit note set against an invoice.
type Allocation struct {
	ID           AllocationID
	OrgID        OrgID
	CreditNoteID CreditNoteID
	InvoiceID    InvoiceID
	Amount       MinorUnits
	AllocatedOn  Day
	Source       PaymentSource
	Key          string     // names it in the service it came from; empty: recorded here
	RemovedAt    *time.Time // nil: it stands
	Version      int64
	CreatedAt    time.Time
}

// Refund is a part of a credit note that was paid back.
type Refund struct {
	ID           RefundID
	OrgID        OrgID
	CreditNoteID CreditNoteID
	Number       string // ours; the natural key by which a service's copy is found
	Amount       MinorUnits
	PaidOn       Day
	Method       string
	Reference    string
	Source       PaymentSource
	ReversedAt   *time.Time
	Version      int64
	CreatedAt    time.Time
}

// CreditKind says what a credit of a service is.
type CreditKind string

// The kinds of credit. What a service has set against an invoice and is none
// of our credit notes is known only by one of these.
const (
	ForeignCreditNote CreditKind = "credit_note"
	Prepayment        CreditKind = "prepayment"
	Overpayment       CreditKind = "overpayment"
)

// ForeignCredit is what a service has set against an invoice of ours from a
// credit that it alone knows: a credit note written there, a prepayment or an
// overpayment.
type ForeignCredit struct {
	OrgID     OrgID
	InvoiceID InvoiceID
	Key       string // names the credit in the service
	Kind      CreditKind
	Number    string // in the service; may be empty
	Amount    MinorUnits
	CreditOn  Day        // of the credit
	RemovedAt *time.Time // nil: it stands
}

// Validate returns an Error of kind Invalid with the fields number,
// customer_id, state, currency, reference, reason, issued_on, lines and
// lines.N.…. A draft may be without number, day and lines.
func (n CreditNote) Validate() error {
	c := checks{}
	draft := n.State == CreditNoteDraft || n.State == CreditNoteVoided
	c.need("customer_id", !n.CustomerID.IsZero(), "Choose a customer.")
	c.need("state", n.State.Valid(), "Choose a state.")
	c.need("currency", n.Currency.Valid(), "Choose a currency.")
	c.wrong("reference", line(n.Reference, maxReference, ""))
	c.wrong("reason", line(n.Reason, maxReference, ""))
	if n.Number != "" || !draft {
		c.need("number", CheckNumber(n.Number) == nil, "Use up to 50 letters, digits, hyphens, slashes and dots.")
	}
	c.need("issued_on", draft || !n.IssuedOn.IsZero(), "Enter the day of the credit note.")
	c.need("lines", draft || len(n.Lines) > 0, "Add at least one line.")
	checkLines(c, n.Lines)
	return c.err()
}

// Validate returns an Error of kind Invalid with the fields credit_note_id,
// invoice_id, amount, allocated_on and source. Whether there is that much to
// allocate is for the one who holds both documents to check, see CanGive and
// CanTakeCredit.
func (a Allocation) Validate() error {
	c := checks{}
	c.need("credit_note_id", !a.CreditNoteID.IsZero(), "Choose a credit note.")
	c.need("invoice_id", !a.InvoiceID.IsZero(), "Choose an invoice.")
	c.need("amount", a.Amount > 0 && a.Amount <= maxScaled, "Enter an amount above 0.")
	c.need("allocated_on", !a.AllocatedOn.IsZero(), "Enter the day of the allocation.")
	c.need("source", a.Source == FromRenoz || a.Source == FromXero, "Say where the allocation comes from.")
	return c.err()
}

// Validate returns an Error of kind Invalid with the fields credit_note_id,
// amount, paid_on, method, reference and source.
func (r Refund) Validate() error {
	c := checks{}
	c.need("credit_note_id", !r.CreditNoteID.IsZero(), "Choose a credit note.")
	c.need("amount", r.Amount > 0 && r.Amount <= maxScaled, "Enter an amount above 0.")
	c.need("paid_on", !r.PaidOn.IsZero(), "Enter the day of the refund.")
	c.wrong("method", line(r.Method, maxMethod, ""))
	c.wrong("reference", line(r.Reference, maxReference, ""))
	c.need("source", r.Source == FromRenoz || r.Source == FromXero, "Say where the refund comes from.")
	return c.err()
}

// CanGive returns an Error of kind Conflict when the credit note is not open,
// and one of kind Invalid with the field amount when less of it remains.
func (n CreditNote) CanGive(amount MinorUnits) error {
	switch {
	case n.State == CreditNoteDraft:
		return Errorf(Conflict, "The credit note is a draft; issue it before using it.")
	case n.State != CreditNoteIssued:
		return Errorf(Conflict, "The credit note is %s; nothing of it can be used.", strings.ToLower(n.State.Label()))
	case amount > n.Remaining():
		return FieldErrors(map[string]string{"amount": "That is more than what remains of the credit, " + n.Remaining().Format(n.Currency) + "."})
	}
	return nil
}

// CanTakeCredit is CanTake for an allocation.
func (i Invoice) CanTakeCredit(amount MinorUnits) error {
	switch {
	case i.State == InvoiceDraft:
		return Errorf(Conflict, "The invoice is a draft; issue it before crediting it.")
	case !i.State.Open():
		return Errorf(Conflict, "The invoice is %s; nothing on it is open.", strings.ToLower(i.State.Label()))
	case amount > i.Due():
		return FieldErrors(map[string]string{"amount": "That is more than what is owed on " + i.Number + ", " + i.Due().Format(i.Currency) + "."})
	}
	return nil
}
