package xero

import (
	"context"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// Sides are a customer and its contact in Xero, or the contact that it most
// likely is.
type Sides struct {
	Customer    crm.Customer
	Link        *link.Link            // nil: it never was to go to Xero
	Contact     *store.RemoteContact  // nil: none is known here
	URL         string                // of the contact in Xero; empty without one
	Others      []store.RemoteContact // further likely ones, the most likely first; none of a linked customer
	Differences []Difference          // of all fields; none without a contact
	Conflicts   []store.Conflict      // open ones first
}

// Linked reports whether the contact is the customer's, and no suggestion.
func (s Sides) Linked() bool { return s.Link != nil && s.Link.RemoteID != "" }

// Sides compares a customer with its contact, field by field, from the copy
// here. It returns an Error of kind NotFound for a customer that is not there.
func (s *Service) Sides(ctx context.Context, id crm.CustomerID) (Sides, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return Sides{}, err
	}
	out := Sides{}
	if out.Customer, err = s.Store.Customer(ctx, who.Org, id); err != nil {
		return out, err
	}
	l, err := s.Store.Link(ctx, contactKey(who.Org, id))
	if err == nil {
		out.Link = &l
	} else if crm.KindOf(err) != crm.NotFound {
		return out, err
	}
	if out.Conflicts, err = s.Store.ConflictsOf(ctx, who.Org, id); err != nil {
		return out, err
	}
	if err := s.fillContact(ctx, &out); err != nil || out.Contact == nil {
		return out, err
	}
	out.Differences = Differences(out.Customer, ContactOf(*out.Contact))
	c, err := s.Store.Connection(ctx, who.Org, Name)
	if err == nil && c.State != connection.Choosing {
		out.URL = s.ContactURL(c, out.Contact.ID)
	} else if crm.KindOf(err) == crm.NotFound {
		err = nil
	}
	return out, err
}

// fillContact adds the contact that the customer is linked to, or those that it
// may be.
func (s *Service) fillContact(ctx context.Context, out *Sides) error {
	if out.Linked() {
		c, err := s.Store.RemoteContact(ctx, out.Link.Org, Name, out.Link.RemoteID)
		if crm.KindOf(err) == crm.NotFound { // it comes with the next read
			return nil
		}
		out.Contact = &c
		return err
	}
	found, err := s.Likely(ctx, out.Customer)
	if err != nil || len(found) == 0 {
		return err
	}
	out.Contact, out.Others = &found[0], found[1:]
	return nil
}
