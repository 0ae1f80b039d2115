package xero

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// takeover makes records of documents that somebody wrote in Xero: with their
// numbers, lines, payments and credits, linked, so that they are as if Renoz had
// sent them. Each is made in a transaction of its own, whole or not at all, and
// once: whoever comes second finds it.
type takeover struct {
	*Service
	conn     connection.Connection
	settings Settings
	seller   store.Seller
	books    Books
	actor    string // who wants it, in words
}

func (s *Service) newTakeover(ctx context.Context, c connection.Connection, actor string) (*takeover, error) {
	t := &takeover{Service: s, conn: c, actor: actor}
	var err error
	if t.settings, err = SettingsOf(c); err != nil {
		return nil, err
	}
	if t.seller, err = s.Store.Seller(ctx, c.Org); err != nil {
		return nil, err
	}
	t.books, err = s.books(ctx, c.Org)
	return t, err
}

// Taken is what became of a document that was to be taken over.
type Taken struct {
	Kind    link.Kind
	Remote  string // its id in Xero
	Number  string
	Record  uuid.UUID     // zero: it was not
	Fresh   bool          // false: it was a record here already
	Problem *link.Problem // why it was not
}

// invoice makes a record of an invoice, given the credit notes of ours that it
// names. It returns a refusal where that cannot be.
func (t *takeover) invoice(ctx context.Context, tx *store.Tx, theirs xeroapi.Invoice, notes reading) (Taken, error) {
	done := Taken{Kind: link.Invoice, Remote: theirs.InvoiceID, Number: theirs.InvoiceNumber}
	known, err := t.known(ctx, tx, &done)
	if known || err != nil {
		return done, err
	}
	d, err := t.written(ctx, tx.Reader, link.Invoice, theirs)
	if err != nil {
		return done, err
	}
	i, err := t.work(tx).TakeOverInvoice(ctx, d)
	if err != nil {
		return done, unfit(err)
	}
	done.Record, done.Fresh = i.ID.UUID, true
	l := t.agreed(done, remoteInvoice("", theirs))
	l.Snapshot = withBookings(l.Snapshot, theirs)
	if _, err := t.applyOne(ctx, tx, l, theirs); err != nil {
		return done, err
	}
	if i, err = tx.Invoice(ctx, t.conn.Org, i.ID); err != nil {
		return done, err
	}
	if err := t.adopt(ctx, tx, l, i.Version); err != nil {
		return done, err
	}
	if err := t.applyCredits(ctx, tx, t.conn.Org, notes, map[string]string{}); err != nil {
		return done, err
	}
	if i, err = tx.Invoice(ctx, t.conn.Org, i.ID); err != nil {
		return done, err
	}
	if i.Paid != crm.MinorUnits(theirs.AmountPaid) || i.Credited != crm.MinorUnits(theirs.AmountCredited) {
		return done, unsettled("paid and credited", theirs.AmountPaid+theirs.AmountCredited, i.Paid+i.Credited)
	}
	return done, t.logTaken(ctx, tx, l, i.Totals.Total)
}

// creditNote makes a record of a credit note. What of it stood against invoices
// of ours as a credit that only Xero knew stands there as its allocations then.
func (t *takeover) creditNote(ctx context.Context, tx *store.Tx, theirs remoteNote) (Taken, error) {
	done := Taken{Kind: link.CreditNote, Remote: theirs.CreditNoteID, Number: theirs.CreditNoteNumber}
	known, err := t.known(ctx, tx, &done)
	if known || err != nil {
		return done, err
	}
	d, err := t.written(ctx, tx.Reader, link.CreditNote, likeInvoice(theirs.CreditNote))
	if err != nil {
		return done, err
	}
	n, err := t.work(tx).TakeOverCreditNote(ctx, d)
	if err != nil {
		return done, unfit(err)
	}
	done.Record, done.Fresh = n.ID.UUID, true
	l := t.agreed(done, remoteCreditNote(theirs.CreditNote))
	state, err := t.remoteCredit(ctx, tx, l, theirs)
	if err != nil {
		return done, err
	}
	if _, err := t.Book.In(tx, records.By{Org: t.conn.Org, Actor: "Xero", Origin: Name}).ApplyRemoteCreditNote(ctx, state); err != nil {
		return done, err
	}
	if n, err = tx.CreditNote(ctx, t.conn.Org, n.ID); err != nil {
		return done, err
	}
	if used := crm.MinorUnits(theirs.Total - theirs.RemainingCredit); n.Applied+n.Refunded != used {
		return done, unsettled("used", theirs.Total-theirs.RemainingCredit, n.Applied+n.Refunded)
	}
	if err := t.adopt(ctx, tx, l, n.Version); err != nil {
		return done, err
	}
	return done, t.logTaken(ctx, tx, l, n.Totals.Total)
}

// known holds off others who take over for the organisation, and finds a
// document that is a record already.
func (t *takeover) known(ctx context.Context, tx *store.Tx, done *Taken) (bool, error) {
	if err := tx.HoldOrganisation(ctx, t.conn.Org); err != nil {
		return false, err
	}
	l, err := tx.LinkByRemote(ctx, link.Key{Org: t.conn.Org, Service: Name, Kind: done.Kind}, done.Remote)
	if crm.KindOf(err) == crm.NotFound {
		return false, nil
	}
	done.Record = l.Record
	return err == nil, err
}

func (t *takeover) work(tx *store.Tx) records.Work {
	return t.Book.In(tx, records.By{Org: t.conn.Org, Actor: t.actor, Origin: Name})
}

// agreed is the link that a document will have.
func (t *takeover) agreed(done Taken, r link.Remote) link.Link {
	return link.Link{
		Key: link.Key{Org: t.conn.Org, Service: Name, Kind: done.Kind, Record: done.Record}, Label: done.Number, State: link.Synced, Priority: link.Normal,
		RemoteID: r.ID, RemoteNumber: r.Number, RemoteVersion: r.Version, Snapshot: r.Snapshot,
	}
}

func (t *takeover) adopt(ctx context.Context, tx *store.Tx, l link.Link, version int64) error {
	return tx.AdoptLink(ctx, store.Want{Key: l.Key, Label: l.Label, Version: version, Priority: l.Priority},
		link.Remote{ID: l.RemoteID, Number: l.RemoteNumber, Version: l.RemoteVersion, Snapshot: l.Snapshot})
}

// unsettled refuses a document of which something is used in a way that does not
// come to the same here.
func unsettled(what string, there xeroapi.Money, here crm.MinorUnits) error {
	return refuse(codeUnfit, link.LookRemote, fmt.Sprintf("Of it %s is %s in Xero, and what Renoz knows of that comes to %s. Try again; if it stays so, accept the difference.", there, what, xeroapi.Money(here)))
}

func (t *takeover) logTaken(ctx context.Context, tx *store.Tx, l link.Link, total crm.MinorUnits) error {
	e := t.pulled(ctx, l, "Taken over from Xero, "+total.Format(t.seller.Currency)+".")
	e.Action, e.Actor = synclog.Create, t.actor
	return tx.InsertEntry(ctx, e)
}

// takeInvoices takes over what it can of invoices that were read, each for itself.
func (t *takeover) takeInvoices(ctx context.Context, found []xeroapi.Invoice) ([]Taken, error) {
	out := make([]Taken, len(found))
	for n, theirs := range found {
		notes, err := t.ownNotes(ctx, theirs)
		if err != nil {
			return out[:n], err
		}
		err = t.Store.InTx(ctx, func(tx *store.Tx) (err error) {
			out[n], err = t.invoice(ctx, tx, theirs, notes)
			return err
		})
		if out[n], err = outcomeOf(out[n], err); err != nil {
			return out[:n], fmt.Errorf("take over invoice %s: %w", theirs.InvoiceNumber, err)
		}
	}
	return out, nil
}

// takeCreditNotes is takeInvoices for credit notes.
func (t *takeover) takeCreditNotes(ctx context.Context, found reading) ([]Taken, error) {
	out := make([]Taken, len(found.notes))
	for n, theirs := range found.notes {
		err := t.Store.InTx(ctx, func(tx *store.Tx) (err error) {
			out[n], err = t.creditNote(ctx, tx, remoteNote{theirs, found.begun})
			return err
		})
		if out[n], err = outcomeOf(out[n], err); err != nil {
			return out[:n], fmt.Errorf("take over credit note %s: %w", theirs.CreditNoteNumber, err)
		}
	}
	return out, nil
}

// outcomeOf keeps a refusal with the document that it is about.
func outcomeOf(done Taken, err error) (Taken, error) {
	problem, err := hindrance(err)
	if problem != nil {
		done.Record, done.Fresh, done.Problem = uuid.Nil, false, problem
	}
	return done, err
}

// ownNotes reads the credit notes of ours that an invoice names: they alone tell
// what of them is set against it.
func (t *takeover) ownNotes(ctx context.Context, i xeroapi.Invoice) (reading, error) {
	var ids []string
	for _, c := range i.CreditNotes {
		_, err := t.Store.LinkByRemote(ctx, link.Key{Org: t.conn.Org, Service: Name, Kind: link.CreditNote}, c.CreditNoteID)
		switch {
		case err == nil:
			ids = append(ids, c.CreditNoteID)
		case crm.KindOf(err) != crm.NotFound:
			return reading{}, err
		}
	}
	if len(ids) == 0 {
		return reading{}, nil
	}
	begun := t.Now()
	notes, err := t.client(t.conn).CreditNotesByID(ctx, ids)
	if err != nil {
		return reading{}, fmt.Errorf("read the credit notes of an invoice: %w", err)
	}
	return reading{notes, begun}, nil
}
