package xero

import (
	"bytes"
	"context"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// CreditNotePDF asks Xero for a credit note as it prints it, and returns it with
// the credit note's number. It returns an Error of kind NotFound for one that Xero
// does not have, of kind Unavailable while it is on its way there, and of kind
// Conflict where Xero has to be connected again.
func (s *Service) CreditNotePDF(ctx context.Context, id crm.CreditNoteID) (pdf []byte, number string, err error) {
	who, err := auth.Require(ctx, auth.CreditNotesView)
	if err != nil {
		return nil, "", err
	}
	if _, err := s.Store.CreditNote(ctx, who.Org, id); err != nil {
		return nil, "", err
	}
	l, err := s.Store.Link(ctx, link.Key{Org: who.Org, Service: Name, Kind: link.CreditNote, Record: id.UUID})
	moves := l.State == link.Pending || l.State == link.Sending || l.State == link.Unknown
	switch {
	case crm.KindOf(err) == crm.NotFound, err == nil && l.RemoteID == "" && !moves:
		return nil, "", crm.Errorf(crm.NotFound, "The credit note is not in Xero.")
	case err != nil:
		return nil, "", err
	case l.RemoteID == "":
		return nil, "", crm.Errorf(crm.Unavailable, "The credit note is on its way to Xero.")
	}
	c, err := s.connection(ctx, who.Org)
	if err != nil {
		return nil, "", err
	}
	reading, t := s.follow(ctx, c.Org, actor(ctx))
	var out bytes.Buffer
	_, err = s.client(c).CreditNotePDF(reading, l.RemoteID, &out)
	if kept := s.Store.InTx(ctx, func(tx *store.Tx) error { return t.write(ctx, tx) }); kept != nil {
		return nil, "", kept
	}
	if err != nil {
		return nil, "", unavailable(err)
	}
	return out.Bytes(), l.Label, nil
}
