package xero

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// endedThere reports a status from which nothing leads back.
func endedThere(status string) bool {
	return status == xeroapi.StatusVoided || status == xeroapi.StatusDeleted
}

// unapproved reports a status of documents that count for nothing in Xero yet.
func unapproved(status string) bool {
	return status == xeroapi.StatusDraft || status == xeroapi.StatusSubmitted
}

// statusOf is the status that a document had when Xero was last heard of it;
// empty: it is not known. Links of invoices and credit notes keep it alike.
func statusOf(l link.Link) string { return agreedCreditOf(l.Snapshot).Status }

// statusFor is the status that a document is sent with. One that is in Xero keeps
// the one that it has there, which is empty here, except that a draft is approved
// where the settings say that documents arrive approved.
func (r *run) statusFor(l *link.Link) string {
	switch {
	case l.RemoteID == "" && r.settings.Draft:
		return xeroapi.StatusDraft
	case l.RemoteID == "", !r.settings.Draft && unapproved(statusOf(*l)):
		return xeroapi.StatusAuthorised
	}
	return ""
}

// ending is a document that is voided here.
type ending struct {
	what    string // in words, at the start of a sentence
	day     crm.Day
	version int64
	uses    usesOf
}

// ends finds how a document that is voided here is ended in Xero: what was never
// approved there is deleted, anything else is voided. It reports false where
// nothing is left to do, or not yet, which is then said on the link.
// https://developer.xero.com/documentation/api/accounting/types#invoice-status-codes
func (r *run) ends(ctx context.Context, l *link.Link, d ending) (status string, ready bool, err error) {
	was := statusOf(*l)
	switch {
	case l.RemoteID == "": // never arrived
		l.Succeed(link.Remote{}, d.version, r.Now())
		return "", false, nil
	case endedThere(was):
		l.Succeed(link.Remote{ID: l.RemoteID, Number: l.RemoteNumber, Version: l.RemoteVersion, Snapshot: l.Snapshot}, d.version, r.Now())
		return "", false, nil
	}
	if held, err := r.heldByUses(ctx, l, d.uses); held || err != nil {
		return "", false, err
	}
	if unapproved(was) {
		return xeroapi.StatusDeleted, true, nil
	}
	held, err := r.holdsBack(ctx, l.DueAt, func(b Books) *link.Problem { return checkEnd(b, d.what, d.day) })
	if err != nil {
		return "", false, err
	}
	if held != nil {
		l.Block(*held, r.Now())
		return "", false, nil
	}
	return xeroapi.StatusVoided, true, nil
}

// heldLink is the link of a document in Xero as it is while nobody else changes
// the record: two answers about one document are applied one after the other, so
// that the older can be told by its version. A document that is not ours is an
// Error of kind NotFound.
func heldLink(ctx context.Context, tx *store.Tx, of link.Key, remoteID string) (link.Link, error) {
	l, err := tx.LinkByRemote(ctx, of, remoteID)
	if err != nil {
		return l, err
	}
	if l.Kind == link.Invoice {
		_, err = tx.LockInvoice(ctx, l.Org, crm.InvoiceID{UUID: l.Record})
	} else {
		_, err = tx.LockCreditNote(ctx, l.Org, crm.CreditNoteID{UUID: l.Record})
	}
	if err != nil {
		return l, err
	}
	return tx.Link(ctx, l.Key)
}

// endedWell lets a failed link be right whose document is ended on both sides.
func (s *Service) endedWell(ctx context.Context, tx *store.Tx, l link.Link, status string) error {
	if !endedThere(status) || l.State == link.Synced || l.Waiting() {
		return nil
	}
	ours, err := wantOf(ctx, tx.Reader, l.Key)
	if err != nil || !ours.ended {
		return err
	}
	return tx.MendLink(ctx, l, ours.Version)
}
