package records

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// InvoiceAmendment is what may change on an invoice that is issued.
type InvoiceAmendment struct {
	Reference string  `json:"reference"`
	DueOn     crm.Day `json:"due_on"`
}

// InvoiceOrder issues the invoice of an order, or returns the one it has. It
// returns an Error of kind Conflict for a draft or cancelled order.
func (b *Book) InvoiceOrder(ctx context.Context, id crm.OrderID) (crm.Invoice, error) {
	return change(ctx, b, invoicesIssue, func(w Work) (crm.Invoice, error) { return w.InvoiceOrder(ctx, id) })
}

// IssueInvoice gives a draft its number and its dates. It returns an Error of
// kind Conflict when it is no draft, and of kind Invalid when something is
// missing on it.
func (b *Book) IssueInvoice(ctx context.Context, id crm.InvoiceID) (crm.Invoice, error) {
	return change(ctx, b, invoicesIssue, func(w Work) (crm.Invoice, error) { return w.IssueInvoice(ctx, id) })
}

// AmendInvoice changes the version of an issued invoice that the caller saw,
// while nothing is paid. It returns an Error of kind Conflict when the invoice
// has changed since or cannot be amended any more.
func (b *Book) AmendInvoice(ctx context.Context, id crm.InvoiceID, version int64, a InvoiceAmendment) (crm.Invoice, error) {
	return change(ctx, b, invoicesEdit, func(w Work) (crm.Invoice, error) { return w.AmendInvoice(ctx, id, version, a) })
}

// VoidInvoice ends an invoice without payments; its order may be invoiced
// anew. It returns an Error of kind Conflict when it has payments or credits,
// or is voided.
func (b *Book) VoidInvoice(ctx context.Context, id crm.InvoiceID) (crm.Invoice, error) {
	return change(ctx, b, invoicesIssue, func(w Work) (crm.Invoice, error) { return w.VoidInvoice(ctx, id) })
}

// InvoiceOrder is Book.InvoiceOrder inside a transaction. Of several at the
// same time one makes the invoice and the others return it.
func (w Work) InvoiceOrder(ctx context.Context, id crm.OrderID) (crm.Invoice, error) {
	o, err := w.tx.LockOrder(ctx, w.by.Org, id)
	if err != nil {
		return crm.Invoice{}, err
	}
	if i, found, err := w.tx.InvoiceOfOrder(ctx, w.by.Org, id); found || err != nil {
		return i, err
	}
	if o.State == crm.OrderDraft || o.State == crm.OrderCancelled {
		return crm.Invoice{}, crm.Errorf(crm.Conflict, "The order is %s; only an order that is confirmed can be invoiced.", strings.ToLower(o.State.Label()))
	}
	now := w.book.now()
	i := crm.Invoice{
		ID: crm.NewID[crm.Invoice](), OrgID: o.OrgID, CustomerID: o.CustomerID, OrderID: &o.ID, State: crm.InvoiceDraft, Currency: o.Currency,
		Reference: o.Reference, Totals: o.Totals, Version: 1, CreatedAt: now, UpdatedAt: now, Lines: o.Lines,
	}
	if i.Reference == "" {
		i.Reference = o.Number
	}
	for n := range i.Lines {
		i.Lines[n].ID = crm.NewID[crm.Line]()
	}
	if err := w.issue(ctx, &i); err != nil {
		return crm.Invoice{}, err
	}
	if err := w.tx.InsertInvoice(ctx, i); err != nil {
		return crm.Invoice{}, err
	}
	if err := w.note(ctx, ofOrder(o), crm.Updated, "Invoiced the order as "+i.Number+"."); err != nil {
		return crm.Invoice{}, err
	}
	return i, w.publish(ctx, ofInvoice(i), crm.Issued, "Issued the invoice for order "+o.Number+".")
}

// IssueInvoice is Book.IssueInvoice inside a transaction.
func (w Work) IssueInvoice(ctx context.Context, id crm.InvoiceID) (crm.Invoice, error) {
	i, err := w.tx.LockInvoice(ctx, w.by.Org, id)
	if err != nil {
		return crm.Invoice{}, err
	}
	if err := w.issue(ctx, &i); err != nil {
		return crm.Invoice{}, err
	}
	if i, err = w.saveInvoice(ctx, i); err != nil {
		return crm.Invoice{}, err
	}
	return i, w.publish(ctx, ofInvoice(i), crm.Issued, "Issued the invoice as "+i.Number+".")
}

// AmendInvoice is Book.AmendInvoice inside a transaction.
func (w Work) AmendInvoice(ctx context.Context, id crm.InvoiceID, version int64, a InvoiceAmendment) (crm.Invoice, error) {
	before, err := w.tx.LockInvoice(ctx, w.by.Org, id)
	if err != nil {
		return crm.Invoice{}, err
	}
	if before.State != crm.InvoiceIssued {
		return crm.Invoice{}, crm.Errorf(crm.Conflict, "The invoice is %s; reference and due date can be changed while it is issued and nothing is paid.", strings.ToLower(before.State.Label()))
	}
	i := before
	i.Reference, i.DueOn, i.Version = strings.TrimSpace(a.Reference), a.DueOn, version
	if err := i.Validate(); err != nil {
		return crm.Invoice{}, err
	}
	if i, err = w.saveInvoice(ctx, i); err != nil {
		return crm.Invoice{}, err
	}
	return i, w.publish(ctx, ofInvoice(i), crm.Updated, invoiceDifference(before, i))
}

// VoidInvoice is Book.VoidInvoice inside a transaction.
func (w Work) VoidInvoice(ctx context.Context, id crm.InvoiceID) (crm.Invoice, error) {
	i, err := w.tx.LockInvoice(ctx, w.by.Org, id)
	if err != nil {
		return crm.Invoice{}, err
	}
	forNothing := i.State == crm.InvoicePaid && i.Paid == 0 && i.Credited == 0
	if !forNothing {
		if err := i.State.Become(crm.InvoiceVoided); err != nil {
			return crm.Invoice{}, err
		}
	}
	i.State, i.PaidOn = crm.InvoiceVoided, nil
	if i, err = w.saveInvoice(ctx, i); err != nil {
		return crm.Invoice{}, err
	}
	return i, w.publish(ctx, ofInvoice(i), crm.Voided, "Voided the invoice.")
}

// issue gives a draft what an issued invoice has. The number is taken last, so
// that nothing that is wrong with the draft can cost one.
func (w Work) issue(ctx context.Context, i *crm.Invoice) error {
	if err := i.State.Become(crm.InvoiceIssued); err != nil {
		return err
	}
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return err
	}
	customer, err := w.tx.Customer(ctx, w.by.Org, i.CustomerID)
	if err != nil {
		return err
	}
	if i.IssuedOn.IsZero() {
		i.IssuedOn = crm.DayIn(w.book.now(), seller.Location())
	}
	if i.DueOn.IsZero() {
		terms := seller.TermsDays
		if customer.TermsDays != nil {
			terms = *customer.TermsDays
		}
		i.DueOn = i.IssuedOn.AddDays(terms)
	}
	i.State, i.Number = crm.InvoiceIssued, crm.FormatNumber(seller.InvoicePrefix, 0)
	if err := i.Validate(); err != nil {
		return err
	}
	n, err := w.tx.NextNumber(ctx, w.by.Org, store.InvoiceNumbers)
	if err != nil {
		return err
	}
	i.Number = crm.FormatNumber(seller.InvoicePrefix, n)
	if _, taken, err := w.tx.InvoiceByNumber(ctx, w.by.Org, i.Number); err != nil {
		return err
	} else if taken {
		return numberTaken("invoice", i.Number)
	}
	if i.State = crm.InvoiceStateAfter(i.Totals.Total, 0, 0); i.State == crm.InvoicePaid {
		i.PaidOn = &i.IssuedOn
	}
	return nil
}

// numberTaken says that a document which was taken over from a service has the
// number whose turn it is: what numbers begin with was changed since.
func numberTaken(noun, number string) error {
	return crm.Errorf(crm.Conflict, "The next %s would be %s, which is the number of one that was written in Xero. Choose what numbers begin with in the organisation's settings.", noun, number)
}
