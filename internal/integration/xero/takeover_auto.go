package xero

import (
	"context"
	"errors"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
)

// byItself returns what takes documents over without being asked, or nil where
// the organisation does not want that.
func (s *Service) byItself(ctx context.Context, c connection.Connection) (*takeover, error) {
	settings, err := SettingsOf(c)
	if err != nil || !settings.TakeOver {
		return nil, err
	}
	return s.newTakeover(ctx, c, "Xero")
}

// takeNewInvoices takes over those of a page of changed invoices that somebody
// wrote in Xero, where the organisation wants that. What cannot be taken over is
// listed by the next reconciliation.
func (r *run) takeNewInvoices(ctx context.Context, page []xeroapi.Invoice) error {
	t, err := r.byItself(ctx, r.conn)
	if err != nil || t == nil {
		return err
	}
	var fresh []xeroapi.Invoice
	for _, i := range page {
		strange, err := t.strange(ctx, link.Invoice, i)
		if err != nil {
			return err
		}
		if strange {
			fresh = append(fresh, i)
		}
	}
	_, err = t.takeInvoices(ctx, fresh)
	return err
}

// takeNewCreditNotes is takeNewInvoices for credit notes.
func (r *run) takeNewCreditNotes(ctx context.Context, page reading) error {
	t, err := r.byItself(ctx, r.conn)
	if err != nil || t == nil {
		return err
	}
	fresh := reading{begun: page.begun}
	for _, n := range page.notes {
		strange, err := t.strange(ctx, link.CreditNote, likeInvoice(n))
		if err != nil {
			return err
		}
		if strange {
			fresh.notes = append(fresh.notes, n)
		}
	}
	_, err = t.takeCreditNotes(ctx, fresh)
	return err
}

// strange reports that a document counts in Xero and is no record here.
func (t *takeover) strange(ctx context.Context, kind link.Kind, d xeroapi.Invoice) (bool, error) {
	if d.Status != xeroapi.StatusAuthorised && d.Status != xeroapi.StatusPaid {
		return false, nil
	}
	_, err := t.Store.LinkByRemote(ctx, link.Key{Org: t.conn.Org, Service: Name, Kind: kind}, d.InvoiceID)
	if crm.KindOf(err) == crm.NotFound {
		return true, nil
	}
	return false, err
}

// told are the documents that webhooks named, by their ids in Xero.
type told struct{ invoices, notes []string }

// takeTold takes over documents that webhooks told of and that are no records
// here, and adds to a look what became of each.
func (s *Service) takeTold(ctx context.Context, c connection.Connection, of told, l *look) error {
	t, err := s.byItself(ctx, c)
	if err != nil || t == nil {
		return err
	}
	taken, err := t.readInvoices(ctx, unknownOf(of.invoices, l.results))
	more, failed := t.readCreditNotes(ctx, unknownOf(of.notes, l.credits))
	l.untaken = map[string]string{}
	for _, x := range append(taken, more...) {
		results := l.results
		if x.Kind == link.CreditNote {
			results = l.credits
		}
		if x.Problem != nil {
			l.untaken[x.Remote] = "It was written in Xero and is not taken over. " + x.Problem.Text
		} else {
			results[x.Remote] = "Taken over as " + x.Number + "."
		}
	}
	return errors.Join(err, failed)
}

// unknownOf are the ids of which nothing became.
func unknownOf(ids []string, results map[string]string) []string {
	var unknown []string
	for _, id := range ids {
		if results[id] == "" {
			unknown = append(unknown, id)
		}
	}
	return unknown
}
