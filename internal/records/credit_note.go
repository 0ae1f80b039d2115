package records

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// CreditNoteInput is what people and programs enter for a credit note.
type CreditNoteInput struct {
	CustomerID crm.CustomerID `json:"customer_id"`
	InvoiceID  *crm.InvoiceID `json:"invoice_id,omitempty"` // that it corrects; its customer is taken when none is given
	Reference  string         `json:"reference,omitempty"`
	Reason     string         `json:"reason,omitempty"`
	IssuedOn   crm.Day        `json:"issued_on,omitzero"` // zero: the day on which it is issued
	Lines      []LineInput    `json:"lines"`              // all of them, in order; nil with an invoice: all of the invoice
}

// CreditNote is one credit note with its lines. It returns an Error of kind
// NotFound when there is no such credit note.
func (b *Book) CreditNote(ctx context.Context, id crm.CreditNoteID) (crm.CreditNote, error) {
	return read(ctx, b, creditsView, func(org crm.OrgID) (crm.CreditNote, error) { return b.store.CreditNote(ctx, org, id) })
}

// CreditNotes is a page of credit notes, the newest first.
func (b *Book) CreditNotes(ctx context.Context, f store.CreditNoteFilter) (store.Page[store.CreditNoteRow], error) {
	return read(ctx, b, creditsView, func(org crm.OrgID) (store.Page[store.CreditNoteRow], error) { return b.store.CreditNotes(ctx, org, f) })
}

// CreditNotesOfInvoice are the credit notes that correct an invoice, without
// their lines, the oldest first.
func (b *Book) CreditNotesOfInvoice(ctx context.Context, id crm.InvoiceID) ([]crm.CreditNote, error) {
	return read(ctx, b, creditsView, func(org crm.OrgID) ([]crm.CreditNote, error) { return b.store.CreditNotesOfInvoice(ctx, org, id) })
}

// CreateCreditNote adds a draft, which gets its number when it is issued. It
// returns an Error of kind Invalid for what was entered, and of kind Conflict
// when the invoice cannot be credited.
func (b *Book) CreateCreditNote(ctx context.Context, in CreditNoteInput) (crm.CreditNote, error) {
	return change(ctx, b, creditsEdit, func(w Work) (crm.CreditNote, error) { return w.CreateCreditNote(ctx, in) })
}

// UpdateCreditNote changes the version of a draft that the caller saw. It
// returns an Error of kind Invalid for what was entered, and of kind Conflict
// when the credit note has changed since or is no draft.
func (b *Book) UpdateCreditNote(ctx context.Context, id crm.CreditNoteID, version int64, in CreditNoteInput) (crm.CreditNote, error) {
	return change(ctx, b, creditsEdit, func(w Work) (crm.CreditNote, error) { return w.UpdateCreditNote(ctx, id, version, in) })
}

// IssueCreditNote gives a draft its number and its date and, when allocate is
// true, sets it against the invoice that it corrects, up to what is owed there.
// It returns an Error of kind Conflict when it is no draft, and of kind Invalid
// when something is missing on it or it credits more than the invoice came to.
func (b *Book) IssueCreditNote(ctx context.Context, id crm.CreditNoteID, allocate bool) (crm.CreditNote, error) {
	return change(ctx, b, creditsIssue, func(w Work) (crm.CreditNote, error) { return w.IssueCreditNote(ctx, id, allocate) })
}

// VoidCreditNote ends a credit note of which nothing is used. It returns an
// Error of kind Conflict when something is, or when it is voided.
func (b *Book) VoidCreditNote(ctx context.Context, id crm.CreditNoteID) (crm.CreditNote, error) {
	return change(ctx, b, creditsIssue, func(w Work) (crm.CreditNote, error) { return w.VoidCreditNote(ctx, id) })
}

// CreateCreditNote is Book.CreateCreditNote inside a transaction.
func (w Work) CreateCreditNote(ctx context.Context, in CreditNoteInput) (crm.CreditNote, error) {
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return crm.CreditNote{}, err
	}
	now := w.book.now()
	n := crm.CreditNote{
		ID: crm.NewID[crm.CreditNote](), OrgID: w.by.Org, InvoiceID: in.InvoiceID, State: crm.CreditNoteDraft, Currency: seller.Currency,
		Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := w.fillCreditNote(ctx, &n, in, seller); err != nil {
		return crm.CreditNote{}, err
	}
	if err := w.tx.InsertCreditNote(ctx, n); err != nil {
		return crm.CreditNote{}, err
	}
	return n, w.publish(ctx, ofCreditNote(n), crm.Created, "Added the draft.")
}

// UpdateCreditNote is Book.UpdateCreditNote inside a transaction. The invoice
// that is corrected stays.
func (w Work) UpdateCreditNote(ctx context.Context, id crm.CreditNoteID, version int64, in CreditNoteInput) (crm.CreditNote, error) {
	before, err := w.tx.LockCreditNote(ctx, w.by.Org, id)
	if err != nil {
		return crm.CreditNote{}, err
	}
	if before.State != crm.CreditNoteDraft {
		return crm.CreditNote{}, crm.Errorf(crm.Conflict, "The credit note is %s; only drafts can be changed. Void it and make a new one.", strings.ToLower(before.State.Label()))
	}
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return crm.CreditNote{}, err
	}
	n := before
	if err := w.fillCreditNote(ctx, &n, in, seller); err != nil {
		return crm.CreditNote{}, err
	}
	n.Version = version
	if n, err = w.saveCreditNote(ctx, n); err != nil {
		return crm.CreditNote{}, err
	}
	if err := w.tx.ReplaceCreditNoteLines(ctx, n); err != nil {
		return crm.CreditNote{}, err
	}
	return n, w.publish(ctx, ofCreditNote(n), crm.Updated, creditNoteDifference(before, n))
}

// IssueCreditNote is Book.IssueCreditNote inside a transaction.
func (w Work) IssueCreditNote(ctx context.Context, id crm.CreditNoteID, allocate bool) (crm.CreditNote, error) {
	n, err := w.tx.LockCreditNote(ctx, w.by.Org, id)
	if err != nil {
		return crm.CreditNote{}, err
	}
	var corrected *crm.Invoice
	if n.InvoiceID != nil {
		i, err := w.tx.LockInvoice(ctx, w.by.Org, *n.InvoiceID)
		if err != nil {
			return crm.CreditNote{}, err
		}
		corrected = &i
	}
	if err := w.issueCreditNote(ctx, &n, corrected); err != nil {
		return crm.CreditNote{}, err
	}
	if n, err = w.saveCreditNote(ctx, n); err != nil {
		return crm.CreditNote{}, err
	}
	if err := w.publish(ctx, ofCreditNote(n), crm.Issued, "Issued the credit note as "+n.Number+"."); err != nil {
		return crm.CreditNote{}, err
	}
	if !allocate || corrected == nil || !corrected.State.Open() || corrected.Due() <= 0 {
		return n, nil
	}
	_, n, err = w.allocate(ctx, n, *corrected, AllocationInput{Amount: min(n.Remaining(), corrected.Due()), On: n.IssuedOn})
	return n, err
}

// issueCreditNote gives a draft what an issued credit note has. The number is
// taken last, so that nothing that is wrong with the draft can cost one.
func (w Work) issueCreditNote(ctx context.Context, n *crm.CreditNote, corrected *crm.Invoice) error {
	if err := n.State.Become(crm.CreditNoteIssued); err != nil {
		return err
	}
	if corrected != nil {
		if err := w.mayCredit(ctx, *n, *corrected); err != nil {
			return err
		}
	}
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return err
	}
	if n.IssuedOn.IsZero() {
		n.IssuedOn = crm.DayIn(w.book.now(), seller.Location())
	}
	prefix := creditPrefix(seller)
	n.State, n.Number = crm.CreditNoteIssued, crm.FormatNumber(prefix, 0)
	if err := n.Validate(); err != nil {
		return err
	}
	if n.Totals.Total <= 0 {
		return crm.FieldErrors(map[string]string{"lines": "The lines come to nothing; credit at least something."})
	}
	count, err := w.tx.NextNumber(ctx, w.by.Org, store.CreditNumbers)
	if err != nil {
		return err
	}
	n.Number = crm.FormatNumber(prefix, count)
	_, taken, err := w.tx.CreditNoteByNumber(ctx, w.by.Org, n.Number)
	if taken {
		return numberTaken("credit note", n.Number)
	}
	return err
}

// VoidCreditNote is Book.VoidCreditNote inside a transaction.
func (w Work) VoidCreditNote(ctx context.Context, id crm.CreditNoteID) (crm.CreditNote, error) {
	n, err := w.tx.LockCreditNote(ctx, w.by.Org, id)
	if err != nil {
		return crm.CreditNote{}, err
	}
	if n.Applied+n.Refunded != 0 {
		return crm.CreditNote{}, crm.Errorf(crm.Conflict, "Some of the credit is used; take its allocations and refunds back before voiding it.")
	}
	if err := n.State.Become(crm.CreditNoteVoided); err != nil {
		return crm.CreditNote{}, err
	}
	n.State = crm.CreditNoteVoided
	if n, err = w.saveCreditNote(ctx, n); err != nil {
		return crm.CreditNote{}, err
	}
	return n, w.publish(ctx, ofCreditNote(n), crm.Voided, "Voided the credit note.")
}

// saveCreditNote keeps all of a credit note but its lines.
func (w Work) saveCreditNote(ctx context.Context, n crm.CreditNote) (crm.CreditNote, error) {
	n.UpdatedAt = w.book.now()
	if err := w.tx.UpdateCreditNote(ctx, n); err != nil {
		return crm.CreditNote{}, err
	}
	n.Version++
	return n, nil
}

// fillCreditNote writes the input over a draft, checks it and computes its
// totals.
func (w Work) fillCreditNote(ctx context.Context, n *crm.CreditNote, in CreditNoteInput, seller store.Seller) error {
	var corrected *crm.Invoice
	if n.InvoiceID != nil {
		i, err := w.tx.Invoice(ctx, w.by.Org, *n.InvoiceID)
		if err != nil {
			return err
		}
		corrected, n.Currency = &i, i.Currency
		if in.CustomerID.IsZero() {
			in.CustomerID = i.CustomerID
		}
		if in.CustomerID != i.CustomerID {
			return crm.FieldErrors(map[string]string{"customer_id": "The credit note is for another customer than " + i.Number + "; choose the same."})
		}
		if in.Lines == nil {
			in.Lines = LineInputsOf(i.Lines)
		}
	} else if err := w.mayBuy(ctx, in.CustomerID, n.CustomerID); err != nil {
		return err
	}
	lines, err := w.lines(ctx, in.Lines)
	if err != nil {
		return err
	}
	n.CustomerID, n.Reference, n.Reason = in.CustomerID, strings.TrimSpace(in.Reference), strings.TrimSpace(in.Reason)
	n.IssuedOn, n.Lines = in.IssuedOn, lines
	if err := n.Validate(); err != nil {
		return err
	}
	if n.Lines, n.Totals, err = crm.Compute(lines, seller.TaxRates, n.Currency.Digits()); err != nil || corrected == nil {
		return err
	}
	return w.mayCredit(ctx, *n, *corrected)
}

// mayCredit refuses to credit more of an invoice than it came to, with what
// other credit notes credit of it already. Lines that are credited in parts may
// each come to half a minor unit more, for rounding.
func (w Work) mayCredit(ctx context.Context, n crm.CreditNote, i crm.Invoice) error {
	if i.State == crm.InvoiceDraft || i.State == crm.InvoiceVoided {
		return crm.Errorf(crm.Conflict, "The invoice is %s; there is nothing to credit.", strings.ToLower(i.State.Label()))
	}
	others, err := w.tx.CreditNotesOfInvoice(ctx, w.by.Org, i.ID)
	if err != nil {
		return err
	}
	left := i.Totals.Total
	for _, other := range others {
		if other.ID != n.ID && other.State != crm.CreditNoteDraft && other.State != crm.CreditNoteVoided {
			left -= other.Totals.Total
		}
	}
	switch {
	case n.Totals.Total <= left+crm.MinorUnits(len(n.Lines)) && left > 0:
		return nil
	case left == i.Totals.Total:
		return crm.FieldErrors(map[string]string{"lines": "The lines come to " + n.Totals.Total.Format(n.Currency) + ", more than " + i.Number + ", which came to " + left.Format(i.Currency) + "."})
	case left <= 0:
		return crm.FieldErrors(map[string]string{"lines": "All of " + i.Number + " is credited already."})
	}
	return crm.FieldErrors(map[string]string{"lines": "The lines come to " + n.Totals.Total.Format(n.Currency) + ", but only " + left.Format(i.Currency) + " of " + i.Number + " is not credited yet."})
}

func ofCreditNote(n crm.CreditNote) subject {
	label := n.Number
	if label == "" {
		label = "a draft"
	}
	return subject{crm.CreditNoteRecord, n.ID.UUID, label, n.Version}
}
