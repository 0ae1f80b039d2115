package xero

import (
	"context"
	"fmt"
	"slices"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// lookUpInvoices asks what became of invoices whose outcome is not known: by the
// ids that Xero gave them, and by our numbers where it gave none.
func (r *run) lookUpInvoices(ctx context.Context) (int, error) {
	claimed, err := r.claimUnknown(ctx, link.Invoice, lookUpMost)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	ours := make([]crm.Invoice, len(claimed))
	var ids, numbers []string
	for i, l := range claimed {
		if ours[i], err = r.Store.Invoice(ctx, r.org.ID, crm.InvoiceID{UUID: l.Record}); err != nil {
			return 0, r.release(ctx, t, claimed, err)
		}
		if l.RemoteID != "" {
			ids = append(ids, l.RemoteID)
		} else {
			numbers = append(numbers, ours[i].Number)
		}
	}
	found, err := r.findInvoices(ctx, ids, numbers)
	if err != nil {
		return len(claimed), r.stillUnknown(ctx, t, claimed, err)
	}
	var adopted []xeroapi.Invoice
	for i := range claimed {
		l := &claimed[i]
		hit, ok := invoiceHit(found, *l, ours[i].Number)
		if err := r.resolveInvoice(ctx, l, ours[i], hit, ok); err != nil {
			return 0, r.release(ctx, t, claimed, err)
		}
		if ok && l.RemoteID == hit.InvoiceID {
			adopted = append(adopted, hit)
		}
	}
	if adopted, err = r.completed(ctx, r.conn, adopted); err != nil {
		return len(claimed), r.stillUnknown(ctx, t, claimed, err)
	}
	return len(claimed), r.settle(ctx, t, claimed, func(ctx context.Context, tx *store.Tx) error {
		return r.applyInvoices(ctx, tx, adopted)
	})
}

func (r *run) findInvoices(ctx context.Context, ids, numbers []string) ([]xeroapi.Invoice, error) {
	client := r.client(r.conn)
	byID, err := client.InvoicesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byNumber, err := client.InvoicesByNumber(ctx, numbers)
	return append(byID, byNumber...), err
}

// invoiceHit is what a link in doubt may be about: the invoice of its id, or one
// of our number. One that still counts goes before one that was voided.
func invoiceHit(found []xeroapi.Invoice, l link.Link, number string) (hit xeroapi.Invoice, ok bool) {
	if l.RemoteID != "" {
		n := slices.IndexFunc(found, func(i xeroapi.Invoice) bool { return i.InvoiceID == l.RemoteID })
		if n < 0 {
			return hit, false
		}
		return found[n], true
	}
	for _, i := range found {
		fits := i.Type == xeroapi.TypeSale && i.InvoiceNumber == number && i.Status != xeroapi.StatusDeleted
		if fits && (!ok || endedThere(hit.Status)) {
			hit, ok = i, true
		}
	}
	return hit, ok
}

// resolveInvoice decides what a look-up means.
func (r *run) resolveInvoice(ctx context.Context, l *link.Link, ours crm.Invoice, remote xeroapi.Invoice, found bool) error {
	if !found {
		l.NotFound(r.Now(), r.Schedule)
		return nil
	}
	mine := doubtful{"an invoice", ours.Number, ours.CustomerID, ours.Totals, ours.Currency, ours.State == crm.InvoiceVoided, xeroapi.CodeInvoiceNumberTaken}
	taken, err := r.numberTaken(ctx, *l, mine, remote)
	switch {
	case err != nil:
		return err
	case taken != nil:
		l.Reject(*taken, r.Now())
	case sameInvoice(ours, remote):
		l.Succeed(remoteInvoice(l.Snapshot, remote), ours.Version, r.Now())
	default:
		l.Found(remoteInvoice(l.Snapshot, remote), r.Now())
	}
	return nil
}

// sameInvoice reports whether Xero has what we would send. What one that is ended
// on both sides was over matters to nobody.
func sameInvoice(ours crm.Invoice, remote xeroapi.Invoice) bool {
	voided := ours.State == crm.InvoiceVoided
	if voided || endedThere(remote.Status) {
		return voided && endedThere(remote.Status)
	}
	return crm.MinorUnits(remote.Total) == ours.Totals.Total && crm.MinorUnits(remote.TotalTax) == ours.Totals.Tax &&
		remote.Reference == ours.Reference && remote.DueDate == date(ours.DueOn)
}

// doubtful is a document of ours of which nobody knows whether it is in Xero.
type doubtful struct {
	what     string // in words, with its article
	number   string
	customer crm.CustomerID
	totals   crm.Totals
	currency crm.Currency
	voided   bool
	code     string // of the problem that its number is taken
}

// numberTaken says why a document that bears our number in Xero is not the one
// that we sent: that one would be for the same contact over the same amounts, and
// would not be voided. Nil: it is ours. What is adopted by mistake would be
// overwritten, so in doubt a person decides.
func (r *run) numberTaken(ctx context.Context, l link.Link, ours doubtful, there xeroapi.Invoice) (*link.Problem, error) {
	if l.RemoteID != "" { // known by its id
		return nil, nil //nolint:nilnil // nothing stands against it
	}
	contact, err := r.Store.Link(ctx, r.key(link.Contact, ours.customer.UUID))
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return nil, err
	}
	other, err := r.Store.LinkByRemote(ctx, l.Key, there.InvoiceID)
	linked := err == nil
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return nil, err
	}
	p := &link.Problem{Kind: "invalid", Code: ours.code, Action: link.LookRemote}
	have := "Xero already has " + ours.what + " " + ours.number
	const change = " Change its number in Xero, then retry."
	switch {
	case linked:
		p.Text = have + ", which is " + other.Label + " here." + change
	case contact.RemoteID == "" || there.Contact.ContactID != contact.RemoteID:
		p.Text = have + " for another contact." + change
	case there.Status == xeroapi.StatusVoided && !ours.voided:
		p.Text = have + ", which is voided there. Void ours as well and issue it again, so that it gets another number."
	case crm.MinorUnits(there.Total) != ours.totals.Total || crm.MinorUnits(there.TotalTax) != ours.totals.Tax:
		p.Text = fmt.Sprintf("%s, over %s with %s tax; ours is over %s with %s.%s", have, crm.MinorUnits(there.Total).Format(ours.currency),
			crm.MinorUnits(there.TotalTax).Format(ours.currency), ours.totals.Total.Format(ours.currency), ours.totals.Tax.Format(ours.currency), change)
	default:
		return nil, nil //nolint:nilnil // nothing stands against it
	}
	return p, nil
}
