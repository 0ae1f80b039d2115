package xero

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// appliedCredits are all credits that an invoice in Xero names.
func appliedCredits(i xeroapi.Invoice) []xeroapi.AppliedCredit {
	all := append([]xeroapi.AppliedCredit{}, i.CreditNotes...)
	return append(append(all, i.Prepayments...), i.Overpayments...)
}

// completed reads again, alone, the invoices of which a list does not say how
// much each of several credits is.
func (s *Service) completed(ctx context.Context, c connection.Connection, found []xeroapi.Invoice) ([]xeroapi.Invoice, error) {
	for n, i := range found {
		if unsaid(appliedCredits(i)) < 2 {
			continue
		}
		whole, err := s.client(c).Invoice(ctx, i.InvoiceID)
		if err != nil {
			return nil, err
		}
		found[n] = whole
	}
	return found, nil
}

func unsaid(credits []xeroapi.AppliedCredit) (n int) {
	for _, c := range credits {
		if c.AppliedAmount == 0 {
			n++
		}
	}
	return n
}

// foreignCredits are the credits of an invoice that are none of our credit
// notes. Lists may leave out how much of a credit was applied; what one does not
// say is what the others leave of the amount credited.
func (s *Service) foreignCredits(ctx context.Context, tx *store.Tx, org crm.OrgID, i xeroapi.Invoice) ([]records.ForeignCredit, error) {
	rest := i.AmountCredited
	credits := appliedCredits(i)
	for _, c := range credits {
		rest -= c.AppliedAmount
	}
	var out []records.ForeignCredit
	for _, c := range credits {
		amount := c.AppliedAmount
		if amount == 0 { // the first that does not say takes the rest
			amount, rest = rest, 0
		}
		f := records.ForeignCredit{Key: c.CreditNoteID, Kind: crm.ForeignCreditNote, Number: c.CreditNoteNumber, Amount: crm.MinorUnits(amount)}
		switch {
		case c.PrepaymentID != "":
			f.Key, f.Kind = c.PrepaymentID, crm.Prepayment
		case c.OverpaymentID != "":
			f.Key, f.Kind = c.OverpaymentID, crm.Overpayment
		default:
			_, err := tx.LinkByRemote(ctx, link.Key{Org: org, Service: Name, Kind: link.CreditNote}, c.CreditNoteID)
			if err == nil {
				continue
			}
			if crm.KindOf(err) != crm.NotFound {
				return nil, err
			}
		}
		if !c.Date.IsZero() {
			f.On = dayOf(c.Date)
		}
		if f.Amount > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// staleCredits are the credit notes of ours, by their ids in Xero, of which an
// invoice says something else than is known here: they are read next, because
// they alone tell their allocations apart.
func (s *Service) staleCredits(ctx context.Context, tx *store.Tx, org crm.OrgID, found []xeroapi.Invoice) ([]string, error) {
	var stale []string
	for _, i := range found {
		l, err := tx.LinkByRemote(ctx, link.Key{Org: org, Service: Name, Kind: link.Invoice}, i.InvoiceID)
		if crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		said, err := ourCredits(ctx, tx, org, i)
		if err != nil {
			return nil, err
		}
		allocations, err := tx.AllocationsOn(ctx, org, crm.InvoiceID{UUID: l.Record})
		if err != nil {
			return nil, err
		}
		for _, a := range allocations {
			if a.RemovedAt != nil {
				continue
			}
			n, err := tx.Link(ctx, link.Key{Org: org, Service: Name, Kind: link.CreditNote, Record: a.CreditNoteID.UUID})
			if err != nil && crm.KindOf(err) != crm.NotFound {
				return nil, err
			}
			if n.RemoteID != "" {
				said[n.RemoteID] -= xeroapi.Money(a.Amount)
			}
		}
		for id, differs := range said {
			if differs != 0 {
				stale = append(stale, id)
			}
		}
	}
	return stale, nil
}

// ourCredits is how much of each of our credit notes, by its id in Xero, is
// applied to an invoice.
func ourCredits(ctx context.Context, tx *store.Tx, org crm.OrgID, i xeroapi.Invoice) (map[string]xeroapi.Money, error) {
	said := map[string]xeroapi.Money{}
	for _, c := range i.CreditNotes {
		_, err := tx.LinkByRemote(ctx, link.Key{Org: org, Service: Name, Kind: link.CreditNote}, c.CreditNoteID)
		if crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		said[c.CreditNoteID] += c.AppliedAmount
	}
	return said, nil
}

// refreshAdvances reads prepayments and overpayments, and with them the invoices
// of ours that they are or were set against. It returns what became of each that
// concerns us.
func (s *Service) refreshAdvances(ctx context.Context, c connection.Connection, prepayments, overpayments []string) (map[string]string, error) {
	var found []xeroapi.Advance
	for _, kind := range []struct {
		ids  []string
		read func(context.Context, []string) ([]xeroapi.Advance, error)
	}{{prepayments, s.client(c).PrepaymentsByID}, {overpayments, s.client(c).OverpaymentsByID}} {
		for ids := kind.ids; len(ids) > 0; {
			n := min(len(ids), lookUpMost)
			some, err := kind.read(ctx, ids[:n])
			if err != nil {
				return nil, fmt.Errorf("read advances by their ids: %w", err)
			}
			found, ids = append(found, some...), ids[n:]
		}
	}
	stale, concerns := map[string]bool{}, map[string]bool{}
	for _, a := range found {
		ids, err := s.invoicesOf(ctx, c.Org, a)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			stale[id], concerns[a.ID()] = true, true
		}
	}
	if _, err := s.refreshInvoices(ctx, c, slices.Sorted(maps.Keys(stale))); err != nil {
		return nil, err
	}
	results := map[string]string{}
	for id := range concerns {
		results[id] = "The invoices that it is set against were read."
	}
	return results, nil
}

// invoicesOf are the invoices of ours, by their ids in Xero, that an advance is
// or was set against.
func (s *Service) invoicesOf(ctx context.Context, org crm.OrgID, a xeroapi.Advance) ([]string, error) {
	var ids []string
	for _, part := range a.Allocations {
		if part.Invoice == nil {
			continue
		}
		_, err := s.Store.LinkByRemote(ctx, link.Key{Org: org, Service: Name, Kind: link.Invoice}, part.Invoice.InvoiceID)
		switch {
		case err == nil:
			ids = append(ids, part.Invoice.InvoiceID)
		case crm.KindOf(err) != crm.NotFound:
			return nil, err
		}
	}
	before, err := s.Store.InvoicesCreditedBy(ctx, org, a.ID())
	if err != nil {
		return nil, err
	}
	for _, id := range before {
		l, err := s.Store.Link(ctx, link.Key{Org: org, Service: Name, Kind: link.Invoice, Record: id.UUID})
		switch {
		case err == nil && l.RemoteID != "":
			ids = append(ids, l.RemoteID)
		case err != nil && crm.KindOf(err) != crm.NotFound:
			return nil, err
		}
	}
	return ids, nil
}
