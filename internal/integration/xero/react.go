package xero

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// React marks a changed record as waiting and rings for the job that sends it,
// in the transaction of the change. What comes from Xero is not sent back, and
// without a connection nothing waits.
func React(ctx context.Context, tx *store.Tx, c crm.Change) error {
	kind, wanted := wants(c)
	if !wanted || c.Origin == Name {
		return nil
	}
	if _, err := tx.Connection(ctx, c.OrgID, Name); crm.KindOf(err) == crm.NotFound {
		return nil
	} else if err != nil {
		return err
	}
	if known, err := worthSending(ctx, tx, c, kind); err != nil || !known {
		return err
	}
	err := tx.WantLink(ctx, store.Want{
		Key: link.Key{Org: c.OrgID, Service: Name, Kind: kind, Record: c.ID}, Label: c.Label, Version: c.Version, Priority: link.Urgent})
	if err != nil {
		return err
	}
	return tx.Wake(ctx, PushArgs{c.OrgID}, jobs.Urgent)
}

// wants reports which kind of link a change concerns.
func wants(c crm.Change) (link.Kind, bool) {
	switch c.Record {
	case crm.CustomerRecord:
		return link.Contact, true
	case crm.InvoiceRecord:
		return link.Invoice, c.What != crm.BalanceChanged && c.What != crm.Paid
	case crm.PaymentRecord:
		return link.Payment, true
	case crm.CreditNoteRecord:
		return link.CreditNote, c.What != crm.BalanceChanged
	case crm.AllocationRecord:
		return link.Allocation, true
	case crm.RefundRecord:
		return link.Refund, true
	default:
		return "", false
	}
}

// worthSending leaves out drafts, which Xero need not know, voided documents
// that never went there, and payments that came from there. An allocation that
// was made there is sent when it is taken back here.
func worthSending(ctx context.Context, tx *store.Tx, c crm.Change, kind link.Kind) (bool, error) {
	switch kind {
	case link.Invoice:
		i, err := tx.Invoice(ctx, c.OrgID, crm.InvoiceID{UUID: c.ID})
		if err != nil || i.State == crm.InvoiceDraft {
			return false, err
		}
		if i.State != crm.InvoiceVoided {
			return true, nil
		}
		return linked(ctx, tx, c, kind)
	case link.Payment:
		p, err := tx.Payment(ctx, c.OrgID, crm.PaymentID{UUID: c.ID})
		return p.Source == crm.FromRenoz, err
	case link.CreditNote:
		n, err := tx.CreditNote(ctx, c.OrgID, crm.CreditNoteID{UUID: c.ID})
		if err != nil || n.State == crm.CreditNoteDraft {
			return false, err
		}
		if n.State != crm.CreditNoteVoided {
			return true, nil
		}
		return linked(ctx, tx, c, kind)
	case link.Allocation:
		a, err := tx.Allocation(ctx, c.OrgID, crm.AllocationID{UUID: c.ID})
		return a.Source == crm.FromRenoz || a.RemovedAt != nil, err
	case link.Refund:
		x, err := tx.Refund(ctx, c.OrgID, crm.RefundID{UUID: c.ID})
		return x.Source == crm.FromRenoz, err
	default:
		return true, nil
	}
}

func linked(ctx context.Context, tx *store.Tx, c crm.Change, kind link.Kind) (bool, error) {
	_, err := tx.Link(ctx, link.Key{Org: c.OrgID, Service: Name, Kind: kind, Record: c.ID})
	if crm.KindOf(err) == crm.NotFound {
		return false, nil
	}
	return err == nil, err
}
