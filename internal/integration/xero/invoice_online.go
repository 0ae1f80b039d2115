package xero

import (
	"context"
	"net/url"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// OnlineInvoice asks Xero for the address where the customer sees an invoice. It
// returns an Error of kind Conflict while the invoice has none: it is not in
// Xero, or not approved there.
func (s *Service) OnlineInvoice(ctx context.Context, id crm.InvoiceID) (string, error) {
	c, l, err := s.linkedInvoice(ctx, id)
	if err != nil {
		return "", err
	}
	reading, t := s.follow(ctx, c.Org, actor(ctx))
	address, err := s.client(c).OnlineInvoice(reading, l.RemoteID)
	if kept := s.Store.InTx(ctx, func(tx *store.Tx) error { return t.write(ctx, tx) }); kept != nil {
		return "", kept
	}
	if err != nil {
		return "", unavailable(err)
	}
	at, err := url.Parse(address)
	if err != nil || address == "" || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		return "", crm.Errorf(crm.Conflict, "Xero has no online invoice for %s. It has one once the invoice is approved there.", l.Label)
	}
	return address, nil
}

// linkedInvoice is an invoice of the reader's organisation that is in Xero.
func (s *Service) linkedInvoice(ctx context.Context, id crm.InvoiceID) (connection.Connection, link.Link, error) {
	who, err := auth.Require(ctx, auth.InvoicesView)
	if err != nil {
		return connection.Connection{}, link.Link{}, err
	}
	if _, err := s.Store.Invoice(ctx, who.Org, id); err != nil {
		return connection.Connection{}, link.Link{}, err
	}
	c, err := s.connection(ctx, who.Org)
	if err != nil {
		return connection.Connection{}, link.Link{}, err
	}
	l, err := s.Store.Link(ctx, link.Key{Org: who.Org, Service: Name, Kind: link.Invoice, Record: id.UUID})
	if err == nil && l.RemoteID == "" || crm.KindOf(err) == crm.NotFound {
		return c, l, crm.Errorf(crm.Conflict, "The invoice is not in Xero yet.")
	}
	return c, l, err
}

func actor(ctx context.Context) string {
	who, _ := auth.From(ctx)
	return who.Actor()
}
