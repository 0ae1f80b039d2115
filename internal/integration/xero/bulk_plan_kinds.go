package xero

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

func (p *planner) planCustomer(ctx context.Context, id uuid.UUID) error {
	c, err := p.Store.Customer(ctx, p.org.ID, crm.CustomerID{UUID: id})
	if err != nil {
		return err
	}
	i := store.BulkItem{Label: c.Name, About: c.Number, Version: c.Version}
	_, l, goes, err := p.wanted(ctx, p.key(link.Contact, id), i)
	if err != nil || !goes {
		return err
	}
	i, after, err := p.customer(ctx, l.Key, l)
	if err != nil {
		return err
	}
	p.add(rankContact, i, after)
	return nil
}

// customer is what the push would do with a customer whose link is marked, and
// what its link will be then.
func (p *planner) customer(ctx context.Context, k link.Key, l link.Link) (store.BulkItem, link.Link, error) {
	if l.RemoteID == "" {
		if err := p.knowContacts(ctx); err != nil {
			return store.BulkItem{}, l, err
		}
	}
	c, err := p.Store.Customer(ctx, p.org.ID, crm.CustomerID{UUID: k.Record})
	if err != nil {
		return store.BulkItem{}, l, err
	}
	i := store.BulkItem{Label: c.Name, About: c.Number, Version: c.Version}
	batch := contactBatches{sent: drafts{}}
	if err := p.prepareContact(ctx, l, &batch); err != nil {
		return i, l, err
	}
	switch {
	case len(batch.parcels) > 0:
		i, l = sent(i, l)
	case len(batch.adopted) > 0:
		a := batch.adopted[0]
		i.Plan, i.Reason = store.PlanLink, "It is in Xero already as "+a.contact.Name+". The two are linked."
		l.State, l.RemoteID, l.Problem = link.Synced, a.contact.ID, link.Problem{}
	default:
		l = batch.held[0]
		if c.ArchivedAt != nil && l.RemoteID == "" {
			i = settled(i, l, skipNever, "Archived, and not in Xero.")
		} else {
			i = settled(i, l, skipSame, "Xero has the same.")
		}
	}
	return i, l, nil
}

// alongside plans a customer that documents of the run need.
func (p *planner) alongside(ctx context.Context, k link.Key) (link.Link, error) {
	c, err := p.Store.Customer(ctx, p.org.ID, crm.CustomerID{UUID: k.Record})
	if err != nil {
		return link.Link{}, err
	}
	i, after, err := p.customer(ctx, k, p.marked(link.Link{Key: k, Label: c.Name}, c.Version))
	if err != nil {
		return after, err
	}
	p.add(rankContact, i, after)
	return after, nil
}

func (p *planner) planInvoice(ctx context.Context, id uuid.UUID) error {
	invoice, err := p.Store.Invoice(ctx, p.org.ID, crm.InvoiceID{UUID: id})
	if err != nil {
		return err
	}
	name, err := p.customerName(ctx, invoice.CustomerID)
	if err != nil {
		return err
	}
	i := store.BulkItem{Label: cmp.Or(invoice.Number, "Draft"), About: name + " · " + invoice.Totals.Total.Format(invoice.Currency), Version: invoice.Version}
	if invoice.State == crm.InvoiceDraft {
		p.skip(i, link.Link{Key: p.key(link.Invoice, id), Label: i.Label}, skipDraft, "A draft goes to Xero once it is issued.")
		return nil
	}
	was, l, goes, err := p.wanted(ctx, p.key(link.Invoice, id), i)
	if err != nil || !goes {
		return err
	}
	if was.State == link.Synced && was.RemoteID != "" && agreedOf(was.Snapshot).same(invoice) {
		p.skip(i, was, skipSame, "Xero has the same.")
		return nil
	}
	parcel, ready, err := p.invoiceParcel(ctx, l)
	if err != nil {
		return err
	}
	if ready {
		i, l = sent(i, parcel.link)
	} else {
		l = parcel.link
		i = settled(i, l, skipNever, "Voided, and not in Xero.")
	}
	p.add(rankInvoice, i, l)
	return nil
}

// same reports whether Xero says what we would send.
func (a agreedInvoice) same(i crm.Invoice) bool {
	if i.State == crm.InvoiceVoided || endedThere(a.Status) {
		return i.State == crm.InvoiceVoided && endedThere(a.Status)
	}
	return a.Total == xeroapi.Money(i.Totals.Total).String() && a.Tax == xeroapi.Money(i.Totals.Tax).String() &&
		a.DueOn == date(i.DueOn).String() && a.Reference == i.Reference
}

func (p *planner) customerName(ctx context.Context, id crm.CustomerID) (string, error) {
	if name, ok := p.names[id]; ok {
		return name, nil
	}
	c, err := p.Store.Customer(ctx, p.org.ID, id)
	p.names[id] = c.Name
	return c.Name, err
}

func (p *planner) planPayment(ctx context.Context, id uuid.UUID) error {
	payment, err := p.Store.Payment(ctx, p.org.ID, crm.PaymentID{UUID: id})
	if err != nil {
		return err
	}
	invoice, err := p.Store.Invoice(ctx, p.org.ID, payment.InvoiceID)
	if err != nil {
		return err
	}
	i := store.BulkItem{Label: payment.Number, About: invoice.Number + " · " + payment.Amount.Format(invoice.Currency), Version: payment.Version}
	k := p.key(link.Payment, id)
	if payment.Source != crm.FromRenoz {
		i.Label = cmp.Or(payment.Reference, "Payment")
		p.skip(i, link.Link{Key: k, Label: i.Label}, skipTheirs, "It came from Xero.")
		return nil
	}
	was, l, goes, err := p.wanted(ctx, k, i)
	if err != nil || !goes {
		return err
	}
	if was.State == link.Synced && was.RemoteID != "" && was.Agreed >= payment.Version {
		p.skip(i, was, skipSame, "Xero has the same.")
		return nil
	}
	b, err := p.booking(ctx, l)
	if err != nil {
		return err
	}
	_, step, err := p.judgeBooking(ctx, &l, b)
	p.use(i, [2]link.Link{was, l}, step, payment.ReversedAt != nil)
	return err
}

// use plans a payment, an allocation or a refund by what the push would do with
// it. The links are those before and after.
func (p *planner) use(i store.BulkItem, links [2]link.Link, step useStep, takenBack bool) {
	was, l := links[0], links[1]
	switch {
	case step == useTakeBack:
		i.Plan, i.Reason = store.PlanChange, "Taken back here; it is taken back in Xero."
	case step == useMake:
		i, l = sent(i, l)
	case l.State == link.Pending:
		p.skip(i, was, l.Problem.Code, "What it belongs to is not in Xero, and does not go there in this run.")
		return
	default:
		words := "It does not change in Xero any more; it is there."
		if takenBack {
			words = "Taken back before it was in Xero."
		}
		i = settled(i, l, skipNever, words)
	}
	p.add(p.current.rank, i, l)
}
