package records

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// TakeOverInvoice makes an invoice of one that was written in a service, which is
// the Work's origin, under the number that it has there; our own count does not
// move. What was paid and credited comes with ApplyRemote. It returns an Error as
// FitsInvoice does.
func (w Work) TakeOverInvoice(ctx context.Context, d Written) (crm.Invoice, error) {
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return crm.Invoice{}, err
	}
	if err := d.fitsInvoice(ctx, w.tx.Reader, seller); err != nil {
		return crm.Invoice{}, err
	}
	now := w.book.now()
	i := crm.Invoice{
		ID: crm.NewID[crm.Invoice](), OrgID: w.by.Org, Number: d.Number, CustomerID: d.CustomerID, Currency: d.Currency, Reference: d.Reference,
		IssuedOn: d.IssuedOn, DueOn: d.DueOn, Totals: d.Totals, Version: 1, CreatedAt: now, UpdatedAt: now, Lines: d.Lines,
	}
	if i.State = crm.InvoiceStateAfter(i.Totals.Total, 0, 0); i.State == crm.InvoicePaid {
		i.PaidOn = &i.IssuedOn
	}
	if err := w.tx.InsertInvoice(ctx, i); err != nil {
		return crm.Invoice{}, err
	}
	return i, w.publish(ctx, ofInvoice(i), crm.Created, "Took over the invoice, which was written in Xero.")
}

// TakeOverCreditNote is TakeOverInvoice for a credit note; what is used of it
// comes with ApplyRemoteCreditNote.
func (w Work) TakeOverCreditNote(ctx context.Context, d Written) (crm.CreditNote, error) {
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return crm.CreditNote{}, err
	}
	if err := d.fitsCreditNote(ctx, w.tx.Reader, seller); err != nil {
		return crm.CreditNote{}, err
	}
	if d.Totals.Total <= 0 {
		return crm.CreditNote{}, refused(WrittenLines, "Its lines come to nothing, which a credit note here cannot. Accept the difference.")
	}
	now := w.book.now()
	n := crm.CreditNote{
		ID: crm.NewID[crm.CreditNote](), OrgID: w.by.Org, Number: d.Number, CustomerID: d.CustomerID, State: crm.CreditNoteIssued, Currency: d.Currency,
		Reference: d.Reference, IssuedOn: d.IssuedOn, Totals: d.Totals, Version: 1, CreatedAt: now, UpdatedAt: now, Lines: d.Lines,
	}
	if err := w.tx.InsertCreditNote(ctx, n); err != nil {
		return crm.CreditNote{}, err
	}
	return n, w.publish(ctx, ofCreditNote(n), crm.Created, "Took over the credit note, which was written in Xero.")
}

func creditPrefix(seller store.Seller) string {
	if seller.CreditPrefix == "" {
		return crm.DefaultCreditPrefix
	}
	return seller.CreditPrefix
}

// replaced finds the invoices against which the credit note stands as one that
// only the service knew: until it was taken over, it was.
func (m *creditMerge) replaced(ctx context.Context) error {
	if m.remote.Key == "" {
		return nil
	}
	ids, err := m.tx.InvoicesCreditedBy(ctx, m.by.Org, m.remote.Key)
	for _, id := range ids {
		m.changed, m.invoices[id] = true, true
	}
	return err
}

// replace ends the foreign credit on an invoice that is locked; the credit note's
// own allocations count in its place.
func (m *creditMerge) replace(ctx context.Context, id crm.InvoiceID) error {
	known, err := m.tx.ForeignCreditsOn(ctx, m.by.Org, id)
	if err != nil {
		return err
	}
	at := m.book.now()
	for _, c := range known {
		if c.Key != m.remote.Key || c.RemovedAt != nil {
			continue
		}
		c.RemovedAt = &at
		if err := m.tx.KeepForeignCredit(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
