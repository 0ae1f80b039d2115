package xero

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// matchBatch is how many records one read or transaction of matching takes.
const matchBatch = 500

// rematch compares all contacts without a customer with all customers without
// a contact, and keeps what changed. What is certain is linked.
func (s *Service) rematch(ctx context.Context, org crm.OrgID) error {
	contacts, err := s.unlinkedContacts(ctx, org)
	if err != nil || len(contacts) == 0 {
		return err
	}
	customers, err := s.unlinkedCustomers(ctx, org)
	if err != nil {
		return err
	}
	x := newIndex(customers)
	claims := map[crm.CustomerID]int{}
	ranked := make([][]Candidate, len(contacts))
	for i, c := range contacts {
		ranked[i] = x.candidates(c)
		if len(ranked[i]) > 0 && ranked[i][0].exact {
			claims[ranked[i][0].Customer]++
		}
	}
	var changed []store.RemoteContact
	for i, c := range contacts {
		found := matchOf(ranked[i])
		certain := len(ranked[i]) > 0 && ranked[i][0].exact && claims[found.Customer] == 1
		if found == c.Match && !certain {
			continue
		}
		c.Match = found
		changed = append(changed, c)
		if certain {
			if err := s.linkCertain(ctx, org, c); err != nil {
				return err
			}
		}
	}
	return s.keepMatches(ctx, changed)
}

func (s *Service) keepMatches(ctx context.Context, changed []store.RemoteContact) error {
	for len(changed) > 0 {
		n := min(len(changed), matchBatch)
		err := s.Store.InTx(ctx, func(tx *store.Tx) error {
			for _, c := range changed[:n] {
				if err := tx.SetContactMatch(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		changed = changed[n:]
	}
	return nil
}

// linkCertain links a contact that is a customer without doubt, unless the
// customer is being sent at this moment.
func (s *Service) linkCertain(ctx context.Context, org crm.OrgID, c store.RemoteContact) error {
	conn, err := s.Store.Connection(ctx, org, Name)
	if err != nil {
		return err
	}
	settings, err := SettingsOf(conn)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		l, err := tx.Link(ctx, link.Key{Org: org, Service: Name, Kind: link.Contact, Record: c.Match.Customer.UUID})
		switch {
		case crm.KindOf(err) == crm.NotFound:
		case err != nil:
			return err
		case l.State == link.Sending || l.State == link.Unknown:
			return nil
		}
		kept, err := tx.RemoteContact(ctx, org, Name, c.ID)
		if err != nil || kept.Skipped != "" {
			return err
		}
		return s.bind(ctx, tx, binding{contactsOf{org, settings.Contacts}, kept, c.Match.Customer, "Linked by itself"})
	})
}

func (s *Service) unlinkedContacts(ctx context.Context, org crm.OrgID) ([]store.RemoteContact, error) {
	var all []store.RemoteContact
	after := ""
	for {
		page, err := s.Store.UnlinkedContacts(ctx, org, Name, after, 2*matchBatch)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < 2*matchBatch {
			return all, nil
		}
		after = page[len(page)-1].ID
	}
}

func (s *Service) unlinkedCustomers(ctx context.Context, org crm.OrgID) ([]crm.Customer, error) {
	var all []crm.Customer
	var after crm.CustomerID
	for {
		page, err := s.Store.UnlinkedCustomers(ctx, org, Name, after, 2*matchBatch)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < 2*matchBatch {
			return all, nil
		}
		after = page[len(page)-1].ID
	}
}
