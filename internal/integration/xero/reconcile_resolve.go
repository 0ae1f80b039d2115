package xero

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// ResolveDifference does what ends a difference: it sends what is ours to say
// once more, and reads back what is Xero's. It returns an Error of kind Conflict
// for a document that is only in Xero, which has to be dealt with there, and
// where both sides still differ and nothing is on its way that would change it.
func (s *Service) ResolveDifference(ctx context.Context, run uuid.UUID, position int) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	d, err := s.Store.Difference(ctx, who.Org, run, position)
	if err != nil {
		return err
	}
	c, err := s.connection(ctx, who.Org)
	if err != nil {
		return err
	}
	if d.Record == uuid.Nil && d.Kind != link.Payment {
		return crm.Errorf(crm.Conflict, "%s is only in Xero. Take it over, deal with it there, or accept the difference.", d.Label)
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := s.sendAgain(ctx, tx, c, d); err != nil {
			return err
		}
		return tx.Wake(ctx, PushArgs{who.Org}, jobs.Urgent)
	})
	if err != nil {
		return err
	}
	if err := s.readAgain(ctx, c, d); err != nil {
		return err
	}
	open, err := s.stillDiffers(ctx, d)
	if err != nil {
		return err
	}
	if open {
		return crm.Errorf(crm.Conflict, "%s is still %s here and %s in Xero, and syncing does not change that. Change one side by hand, or accept the difference.", d.Label, valueWords(d.Ours), valueWords(d.Theirs))
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.ActOnDifference(ctx, d, who.Name) })
}

func valueWords(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}

// sendAgain marks the records as waiting where the difference is ours to mend.
func (s *Service) sendAgain(ctx context.Context, tx *store.Tx, c connection.Connection, d store.Difference) error {
	key := link.Key{Org: d.Org, Service: Name, Kind: d.Kind, Record: d.Record}
	switch {
	case d.What == MissingHere:
		return nil
	case d.Kind == link.Payment:
		p, err := tx.Payment(ctx, d.Org, crm.PaymentID{UUID: d.Record})
		if err != nil || p.Source != crm.FromRenoz || d.What == MissingThere && d.RemoteID != "" { // it was there, and somebody took it back
			return err
		}
		return tx.WantLink(ctx, store.Want{Key: key, Label: p.Number, Version: p.Version, Priority: link.Urgent})
	}
	if of := usedBy(d); of != nil { // how much is Xero's to say, but what of ours failed goes there
		uses, err := of(ctx, tx.Reader, d.Org, d.Record)
		if err != nil {
			return err
		}
		return sendUses(ctx, tx, uses)
	}
	want, err := wantOf(ctx, tx.Reader, key)
	if err != nil {
		return err
	}
	if d.What == fieldState && !want.ended {
		settings, err := SettingsOf(c)
		if err != nil {
			return err
		}
		if l, err := tx.Link(ctx, key); err != nil || !approvable(settings, l) {
			return err
		}
	}
	return tx.WantLink(ctx, want.Want)
}

// usedBy reads what a difference adds up; nil: it is no sum.
func usedBy(d store.Difference) usesOf {
	switch d.What {
	case fieldPaid:
		return paymentsOf
	case fieldCredited:
		return allocationsOn
	case fieldUsed:
		return usesOfCredit
	}
	return nil
}

// readAgain reads the document of a difference from Xero and applies it.
func (s *Service) readAgain(ctx context.Context, c connection.Connection, d store.Difference) error {
	l, err := s.documentLink(ctx, d)
	if crm.KindOf(err) == crm.NotFound || err == nil && l.RemoteID == "" {
		return nil
	}
	if err != nil {
		return err
	}
	return s.readBack(ctx, c, l)
}

// documentLink is the link of the document that a difference is about, which of a
// payment is its invoice.
func (s *Service) documentLink(ctx context.Context, d store.Difference) (link.Link, error) {
	document := link.Key{Org: d.Org, Service: Name, Kind: d.Kind, Record: d.Record}
	if d.Kind != link.Payment {
		return s.Store.Link(ctx, document)
	}
	document.Kind = link.Invoice
	if d.Record == uuid.Nil { // the invoice is named in its place
		return s.Store.LinkByRemote(ctx, document, d.RemoteID)
	}
	p, err := s.Store.Payment(ctx, d.Org, crm.PaymentID{UUID: d.Record})
	if err != nil {
		return link.Link{}, err
	}
	document.Record = p.InvoiceID.UUID
	return s.Store.Link(ctx, document)
}

// stillDiffers compares a record with Xero's once more. What is on its way counts
// as ended: should it fail, its link says so.
func (s *Service) stillDiffers(ctx context.Context, d store.Difference) (bool, error) {
	if waits, err := s.onItsWay(ctx, d); err != nil || waits {
		return false, err
	}
	l, err := s.documentLink(ctx, d)
	if crm.KindOf(err) == crm.NotFound || err == nil && l.RemoteID == "" {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	r, err := s.newRun(ctx, d.Org)
	if err != nil || r == nil {
		return true, err
	}
	reading, t := s.follow(ctx, d.Org, actor(ctx))
	found, failed := r.compareOne(reading, l)
	if kept := s.Store.InTx(context.WithoutCancel(ctx), func(tx *store.Tx) error { return t.write(ctx, tx) }); kept != nil {
		return false, kept
	}
	if failed != nil {
		return false, unavailable(failed)
	}
	return slices.ContainsFunc(found, func(x store.Difference) bool {
		return x.Kind == d.Kind && x.What == d.What && x.Subject() == d.Subject()
	}), nil
}

// onItsWay reports that the record of a difference, or what it adds up, is being
// sent or waits to be.
func (s *Service) onItsWay(ctx context.Context, d store.Difference) (bool, error) {
	keys := []link.Key{{Org: d.Org, Service: Name, Kind: d.Kind, Record: d.Record}}
	if of := usedBy(d); of != nil {
		uses, err := of(ctx, s.Store.Reader, d.Org, d.Record)
		if err != nil {
			return false, err
		}
		for _, u := range uses {
			keys = append(keys, u.Key)
		}
	}
	for _, k := range keys {
		l, err := s.Store.Link(ctx, k)
		if err != nil && crm.KindOf(err) != crm.NotFound {
			return false, err
		}
		if l.Waiting() {
			return true, nil
		}
	}
	return false, nil
}

// compareOne finds what differs of one record that is in Xero. One that is not
// there any more is missing there.
func (r *run) compareOne(ctx context.Context, l link.Link) ([]store.Difference, error) {
	c, err := r.newComparison(ctx, store.Reconciliation{Org: r.org.ID, Service: Name})
	if err != nil {
		return nil, err
	}
	gone := []store.Difference{missingThere(l.Kind, l.Record, l.Label, "")}
	switch l.Kind {
	case link.Contact:
		ours, err := r.Store.Customer(ctx, r.org.ID, crm.CustomerID{UUID: l.Record})
		if err != nil {
			return nil, err
		}
		found, err := c.client.ContactsByID(ctx, []string{l.RemoteID})
		if err != nil || len(found) == 0 {
			return gone, err
		}
		return compareContact(ours, valuesOf(ours), found[0]), nil
	case link.Invoice:
		ours, _, err := c.invoiceNow(ctx, l.RemoteID)
		if err != nil {
			return nil, err
		}
		if err := c.nameCustomer(ctx, ours.CustomerID); err != nil {
			return nil, err
		}
		found, err := c.client.InvoicesByID(ctx, []string{l.RemoteID})
		if err != nil || len(found) == 0 {
			return gone, err
		}
		return c.compareInvoice(ours, found[0]), nil
	}
	ours, _, err := c.creditNow(ctx, l.RemoteID)
	if err != nil {
		return nil, err
	}
	found, err := c.client.CreditNotesByID(ctx, []string{l.RemoteID})
	if err != nil || len(found) == 0 {
		return gone, err
	}
	return c.compareCredit(ours, found[0]), nil
}

// nameCustomer learns which contact a customer is.
func (c *comparison) nameCustomer(ctx context.Context, id crm.CustomerID) error {
	l, err := c.Store.Link(ctx, c.key(link.Contact, id.UUID))
	if crm.KindOf(err) == crm.NotFound || err == nil && l.RemoteID == "" {
		return nil
	}
	c.customers[id], c.names[l.RemoteID] = l.RemoteID, l.Label
	return err
}
