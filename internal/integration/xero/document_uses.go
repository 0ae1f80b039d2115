package xero

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// use is a payment, an allocation or a refund, with its wish to be sent.
type use struct {
	store.Want
	theirs    bool // made in Xero
	takenBack bool
}

// usesOf reads what of a document was paid, allocated or paid back.
type usesOf func(ctx context.Context, r store.Reader, org crm.OrgID, document uuid.UUID) ([]use, error)

func wish(org crm.OrgID, kind link.Kind, record uuid.UUID, label string, version int64) store.Want {
	return store.Want{Key: link.Key{Org: org, Service: Name, Kind: kind, Record: record}, Label: label, Version: version, Priority: link.Urgent}
}

func usesOfInvoice(ctx context.Context, r store.Reader, org crm.OrgID, id uuid.UUID) ([]use, error) {
	payments, err := paymentsOf(ctx, r, org, id)
	if err != nil {
		return nil, err
	}
	credits, err := allocationsOn(ctx, r, org, id)
	return append(payments, credits...), err
}

func paymentsOf(ctx context.Context, r store.Reader, org crm.OrgID, id uuid.UUID) (uses []use, err error) {
	all, err := r.PaymentsOf(ctx, org, crm.InvoiceID{UUID: id})
	for _, p := range all {
		uses = append(uses, use{wish(org, link.Payment, p.ID.UUID, p.Number, p.Version), p.Source != crm.FromRenoz, p.ReversedAt != nil})
	}
	return uses, err
}

func allocationsOn(ctx context.Context, r store.Reader, org crm.OrgID, id uuid.UUID) (uses []use, err error) {
	all, err := r.AllocationsOn(ctx, org, crm.InvoiceID{UUID: id})
	for _, a := range all {
		n, err := r.CreditNote(ctx, org, a.CreditNoteID)
		if err != nil {
			return nil, err
		}
		uses = append(uses, use{wish(org, link.Allocation, a.ID.UUID, n.Number, a.Version), a.Source != crm.FromRenoz, a.RemovedAt != nil})
	}
	return uses, err
}

func usesOfCredit(ctx context.Context, r store.Reader, org crm.OrgID, id uuid.UUID) ([]use, error) {
	n, err := r.CreditNote(ctx, org, crm.CreditNoteID{UUID: id})
	if err != nil {
		return nil, err
	}
	var uses []use
	allocations, err := r.AllocationsOf(ctx, org, n.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range allocations {
		uses = append(uses, use{wish(org, link.Allocation, a.ID.UUID, n.Number, a.Version), a.Source != crm.FromRenoz, a.RemovedAt != nil})
	}
	refunds, err := r.RefundsOf(ctx, org, n.ID)
	for _, x := range refunds {
		uses = append(uses, use{wish(org, link.Refund, x.ID.UUID, x.Number, x.Version), x.Source != crm.FromRenoz, x.ReversedAt != nil})
	}
	return uses, err
}

// heldByUses reports that a document which is to be voided still has payments or
// allocations in Xero that are on their way out, for which it waits.
func (r *run) heldByUses(ctx context.Context, l *link.Link, of usesOf) (bool, error) {
	uses, err := of(ctx, r.Store.Reader, r.org.ID, l.Record)
	if err != nil {
		return false, err
	}
	for _, u := range uses {
		sent, err := r.Store.Link(ctx, u.Key)
		if crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return false, err
		}
		if sent.Waiting() {
			l.Postpone(r.Now().Add(r.Schedule.Wait(lookUpAfter)), link.Problem{Kind: "waits", Code: codeUsesWait, Text: "Waiting for its payments and credits to be taken back in Xero.", Action: link.Wait})
			return true, nil
		}
	}
	return false, nil
}

// sendUses has sent again what of a document is not in line with Xero because it
// failed, was dismissed or was never sent.
func sendUses(ctx context.Context, tx *store.Tx, uses []use) error {
	for _, u := range uses {
		l, err := tx.Link(ctx, u.Key)
		missing := crm.KindOf(err) == crm.NotFound
		switch {
		case missing && (u.theirs || u.takenBack), !missing && err == nil && (l.Waiting() || l.State == link.Synced && l.Agreed >= u.Version):
			continue
		case err != nil && !missing:
			return err
		}
		if err := tx.WantLink(ctx, u.Want); err != nil {
			return err
		}
	}
	return nil
}

// approvable reports a document that is a draft in Xero, where the settings want
// it approved.
func approvable(settings Settings, l link.Link) bool {
	return !settings.Draft && l.RemoteID != "" && unapproved(statusOf(l))
}
