package xero

import (
	"context"
	"errors"
	"slices"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
)

// look is what looking at events came to for one connection.
type look struct {
	org      crm.OrgID
	trail    *trail
	results  map[string]string // what became of invoices that are ours, by id
	credits  map[string]string // what became of credit notes that are ours, by id
	advances map[string]string // what became of prepayments and overpayments, by id
	contacts map[string]string // what became of contacts, by id
	untaken  map[string]string // why a document that was written in Xero is not taken over, by id
	early    map[string]bool
	err      error
}

// errNoAccess says that a connection cannot be used before somebody mends it, or
// its pause is over.
var errNoAccess = errors.New("the connection cannot be used now")

// lookFor reads what the events name for one connection. What its failures mean
// for the connection is done as well.
func (s *Service) lookFor(ctx context.Context, c connection.Connection, events []inbox.Event) look {
	l := look{org: c.Org}
	ctx, l.trail = s.follow(ctx, c.Org, "webhook")
	if !c.Usable(s.Now()) {
		l.err = errNoAccess
		return l
	}
	s.readNamed(ctx, c, events, &l)
	if l.err != nil {
		if failed := s.suffer(ctx, c, l.err); failed != nil && !errors.Is(failed, errHalted) {
			l.err = failed
		}
	}
	return l
}

func (s *Service) readNamed(ctx context.Context, c connection.Connection, events []inbox.Event, l *look) {
	invoices, contacts := named(events, xeroapi.EventInvoice), named(events, xeroapi.EventContact)
	var failed error
	l.results, l.err = s.refreshInvoices(ctx, c, invoices)
	l.contacts, failed = s.refreshContacts(ctx, c, contacts)
	l.err = errors.Join(l.err, failed)
	notes := named(events, xeroapi.EventCreditNote)
	l.credits, failed = s.refreshCreditNotes(ctx, c, notes)
	l.err = errors.Join(l.err, failed)
	if l.err == nil {
		l.err = s.takeTold(ctx, c, told{invoices, notes}, l)
	}
	l.advances, failed = s.refreshAdvances(ctx, c, named(events, xeroapi.EventPrepayment), named(events, xeroapi.EventOverpayment))
	l.err = errors.Join(l.err, failed)
	if l.err == nil {
		l.early = map[string]bool{}
		l.err = errors.Join(
			s.early(ctx, link.Key{Org: c.Org, Service: Name, Kind: link.Invoice}, invoices, *l),
			s.early(ctx, link.Key{Org: c.Org, Service: Name, Kind: link.CreditNote}, notes, *l))
	}
	if slices.ContainsFunc(events, func(e inbox.Event) bool { return e.Category == xeroapi.EventSubscription }) {
		l.err = errors.Join(l.err, s.CheckConnection(ctx, c.Org))
	}
}

// CheckConnection asks Xero whether an organisation is still connected. Where it
// is not, or asking fails for that, its people are told.
func (s *Service) CheckConnection(ctx context.Context, org crm.OrgID) error {
	c, err := s.Store.Connection(ctx, org, Name)
	if err != nil {
		return err
	}
	open, err := s.openConnections(ctx, org)
	if err != nil {
		if failed := s.suffer(ctx, c, err); failed != nil && !errors.Is(failed, errHalted) {
			return failed
		}
		return err
	}
	if !slices.ContainsFunc(open, func(x xeroapi.Connection) bool { return x.TenantID == c.Tenant }) {
		return s.needReconnect(ctx, c)
	}
	return nil
}

func (s *Service) openConnections(ctx context.Context, org crm.OrgID) ([]xeroapi.Connection, error) {
	token, err := tokens{s, org}.Token(ctx)
	if err != nil {
		return nil, err
	}
	return s.auth.Connections(ctx, token)
}
