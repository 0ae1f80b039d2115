package xero

import (
	"bytes"
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// InvoicePDF asks Xero for an invoice as it prints it, with the branding that
// the customer knows, and returns it with the invoice's number.
func (s *Service) InvoicePDF(ctx context.Context, id crm.InvoiceID) (pdf []byte, number string, err error) {
	c, l, err := s.linkedInvoice(ctx, id)
	if err != nil {
		return nil, "", err
	}
	reading, t := s.follow(ctx, c.Org, actor(ctx))
	var out bytes.Buffer
	_, err = s.client(c).InvoicePDF(reading, l.RemoteID, &out)
	if kept := s.Store.InTx(ctx, func(tx *store.Tx) error { return t.write(ctx, tx) }); kept != nil {
		return nil, "", kept
	}
	if err != nil {
		return nil, "", unavailable(err)
	}
	return out.Bytes(), l.Label, nil
}
