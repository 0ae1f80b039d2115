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

func (p *planner) planCreditNote(ctx context.Context, id uuid.UUID) error {
	n, err := p.Store.CreditNote(ctx, p.org.ID, crm.CreditNoteID{UUID: id})
	if err != nil {
		return err
	}
	name, err := p.customerName(ctx, n.CustomerID)
	if err != nil {
		return err
	}
	i := store.BulkItem{Label: cmp.Or(n.Number, "Draft"), About: name + " · " + n.Totals.Total.Format(n.Currency), Version: n.Version}
	if n.State == crm.CreditNoteDraft {
		p.skip(i, link.Link{Key: p.key(link.CreditNote, id), Label: i.Label}, skipDraft, "A draft goes to Xero once it is issued.")
		return nil
	}
	was, l, goes, err := p.wanted(ctx, p.key(link.CreditNote, id), i)
	if err != nil || !goes {
		return err
	}
	if was.State == link.Synced && was.RemoteID != "" && agreedCreditOf(was.Snapshot).same(n) {
		p.skip(i, was, skipSame, "Xero has the same.")
		return nil
	}
	parcel, ready, err := p.creditParcel(ctx, l)
	if err != nil {
		return err
	}
	if ready {
		i, l = sent(i, parcel.link)
	} else {
		l = parcel.link
		i = settled(i, l, skipNever, "Voided, and not in Xero.")
	}
	p.add(rankCreditNote, i, l)
	return nil
}

// same reports whether Xero says what we would send.
func (a agreedCredit) same(n crm.CreditNote) bool {
	if n.State == crm.CreditNoteVoided || endedThere(a.Status) {
		return n.State == crm.CreditNoteVoided && endedThere(a.Status)
	}
	return a.Total == xeroapi.Money(n.Totals.Total).String() && a.Tax == xeroapi.Money(n.Totals.Tax).String() && a.Reference == n.Reference
}

func (p *planner) planAllocation(ctx context.Context, id uuid.UUID) error {
	a, err := p.Store.Allocation(ctx, p.org.ID, crm.AllocationID{UUID: id})
	if err != nil {
		return err
	}
	n, err := p.Store.CreditNote(ctx, p.org.ID, a.CreditNoteID)
	if err != nil {
		return err
	}
	i := store.BulkItem{Label: n.Number, About: a.Amount.Format(n.Currency), Version: a.Version}
	k := p.key(link.Allocation, id)
	if a.Source != crm.FromRenoz && a.RemovedAt == nil {
		p.skip(i, link.Link{Key: k, Label: i.Label}, skipTheirs, "It came from Xero.")
		return nil
	}
	was, l, goes, err := p.wanted(ctx, k, i)
	if err != nil || !goes {
		return err
	}
	if was.State == link.Synced && was.Agreed >= a.Version {
		p.skip(i, was, skipSame, "Xero has the same.")
		return nil
	}
	_, step, err := p.judgeAllocation(ctx, &l, a)
	p.use(i, [2]link.Link{was, l}, step, a.RemovedAt != nil)
	return err
}

func (p *planner) planRefund(ctx context.Context, id uuid.UUID) error {
	x, err := p.Store.Refund(ctx, p.org.ID, crm.RefundID{UUID: id})
	if err != nil {
		return err
	}
	n, err := p.Store.CreditNote(ctx, p.org.ID, x.CreditNoteID)
	if err != nil {
		return err
	}
	i := store.BulkItem{Label: x.Number, About: n.Number + " · " + x.Amount.Format(n.Currency), Version: x.Version}
	k := p.key(link.Refund, id)
	if x.Source != crm.FromRenoz {
		i.Label = cmp.Or(x.Reference, "Refund")
		p.skip(i, link.Link{Key: k, Label: i.Label}, skipTheirs, "It came from Xero.")
		return nil
	}
	was, l, goes, err := p.wanted(ctx, k, i)
	if err != nil || !goes {
		return err
	}
	if was.State == link.Synced && was.RemoteID != "" && was.Agreed >= x.Version {
		p.skip(i, was, skipSame, "Xero has the same.")
		return nil
	}
	b, err := p.booking(ctx, l)
	if err != nil {
		return err
	}
	_, step, err := p.judgeBooking(ctx, &l, b)
	p.use(i, [2]link.Link{was, l}, step, x.ReversedAt != nil)
	return err
}
