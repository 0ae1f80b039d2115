package xero

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// SyncRecord brings one customer, invoice or credit note into line at once: what
// waits or failed is sent, and one that is in Xero is read back. It returns an
// Error of kind Conflict for a draft, which Xero need not know, and for a record
// that Xero never had and that is voided or archived here.
func (s *Service) SyncRecord(ctx context.Context, kind link.Kind, id uuid.UUID) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	key := link.Key{Org: who.Org, Service: Name, Kind: kind, Record: id}
	if _, err := wantOf(ctx, s.Store.Reader, key); err != nil {
		return err
	}
	c, err := s.connection(ctx, who.Org)
	if err != nil {
		return err
	}
	var l link.Link
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		want, err := wantOf(ctx, tx.Reader, key)
		if err != nil {
			return err
		}
		l, err = tx.Link(ctx, key)
		switch {
		case crm.KindOf(err) == crm.NotFound && want.ended:
			return crm.Errorf(crm.Conflict, "Xero never had %s, and it is ended here; there is nothing to send.", want.Label)
		case crm.KindOf(err) == crm.NotFound:
			err = tx.WantLink(ctx, want.Want)
		case err == nil && l.State == link.Synced && l.Agreed == want.Version:
			return nil
		case err == nil && l.State == link.Synced:
			err = tx.WantLink(ctx, want.Want)
		case err == nil:
			if err = tx.RetryLink(ctx, key, who.Name); crm.KindOf(err) == crm.Conflict { // it is being sent
				err = nil
			}
		}
		if err != nil {
			return err
		}
		return tx.Wake(ctx, PushArgs{who.Org}, jobs.Urgent)
	})
	if err != nil || l.RemoteID == "" {
		return err
	}
	return s.readBack(ctx, c, l)
}

// wanted is a record's wish to be sent; ended says that it is voided or
// archived.
type wanted struct {
	store.Want
	ended bool
}

func wantOf(ctx context.Context, r store.Reader, key link.Key) (wanted, error) {
	w := wanted{Want: store.Want{Key: key, Priority: link.Urgent}}
	draft := false
	switch key.Kind {
	case link.Contact:
		c, err := r.Customer(ctx, key.Org, crm.CustomerID{UUID: key.Record})
		if err != nil {
			return w, err
		}
		w.Label, w.Version, w.ended = c.Name, c.Version, c.ArchivedAt != nil
	case link.Invoice:
		i, err := r.Invoice(ctx, key.Org, crm.InvoiceID{UUID: key.Record})
		if err != nil {
			return w, err
		}
		w.Label, w.Version, draft, w.ended = i.Number, i.Version, i.State == crm.InvoiceDraft, i.State == crm.InvoiceVoided
	case link.CreditNote:
		n, err := r.CreditNote(ctx, key.Org, crm.CreditNoteID{UUID: key.Record})
		if err != nil {
			return w, err
		}
		w.Label, w.Version, draft, w.ended = n.Number, n.Version, n.State == crm.CreditNoteDraft, n.State == crm.CreditNoteVoided
	default:
		return w, crm.Errorf(crm.NotFound, "Records of this kind are synced with the document they belong to.")
	}
	if draft {
		return w, crm.Errorf(crm.Conflict, "It is a draft, which Xero does not get; issue it first.")
	}
	return w, nil
}

// readBack reads one record from Xero and applies it.
func (s *Service) readBack(ctx context.Context, c connection.Connection, l link.Link) error {
	reading, t := s.follow(ctx, c.Org, actor(ctx))
	var err error
	switch ids := []string{l.RemoteID}; l.Kind {
	case link.Contact:
		_, err = s.refreshContacts(reading, c, ids)
	case link.Invoice:
		_, err = s.refreshInvoices(reading, c, ids)
	default:
		_, err = s.refreshCreditNotes(reading, c, ids)
	}
	if kept := s.Store.InTx(context.WithoutCancel(ctx), func(tx *store.Tx) error { return t.write(ctx, tx) }); kept != nil {
		return kept
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// SyncableKind reads the kind of a record that SyncRecord takes, in the words of
// addresses. It returns an Error of kind NotFound for any other.
func SyncableKind(text string) (link.Kind, error) {
	switch text {
	case "customers":
		return link.Contact, nil
	case "invoices":
		return link.Invoice, nil
	case "credit-notes":
		return link.CreditNote, nil
	}
	return "", crm.Errorf(crm.NotFound, "There are no %s that go to Xero.", strings.ReplaceAll(text, "-", " "))
}
