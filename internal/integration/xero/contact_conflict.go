package xero

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// DecideConflict keeps one of the two values of a field: ours, which is then
// sent, or theirs, which is taken over.
func (s *Service) DecideConflict(ctx context.Context, id uuid.UUID, keep store.ConflictState) error {
	return s.decide(ctx, func(tx *store.Tx, d decision) error {
		c, err := tx.Conflict(ctx, d.who.Org, id)
		if err != nil {
			return err
		}
		if keep != store.ConflictOurs && keep != store.ConflictTheirs {
			return crm.Errorf(crm.Invalid, "Choose which of the two values to keep.")
		}
		l, err := tx.Link(ctx, contactKey(d.who.Org, c.Customer))
		if err != nil {
			return err
		}
		if l.State == link.Sending || l.State == link.Unknown {
			return beingSent()
		}
		c.State, c.DecidedBy = keep, d.who.Name
		if err := tx.CloseConflict(ctx, c); err != nil {
			return err
		}
		switch {
		case Field(c.Field) == FieldMerge:
			return s.decideMerge(ctx, tx, d, l, c)
		case keep == store.ConflictOurs:
			return s.keepOurs(ctx, tx, l, c)
		default:
			return s.keepTheirs(ctx, tx, d, l, c)
		}
	})
}

// keepOurs agrees on Xero's value, against which ours is then a change.
func (s *Service) keepOurs(ctx context.Context, tx *store.Tx, l link.Link, c store.Conflict) error {
	customer, err := tx.Customer(ctx, l.Org, c.Customer)
	if err != nil {
		return err
	}
	if err := s.agreeOn(ctx, tx, l, Field(c.Field), c.Theirs); err != nil {
		return err
	}
	err = tx.WantLink(ctx, store.Want{Key: l.Key, Label: customer.Name, Version: max(customer.Version, l.Wanted), Priority: link.Urgent})
	if err != nil {
		return err
	}
	return s.noteDecision(ctx, tx, l, "Kept our "+fieldList([]Field{Field(c.Field)})+"; in Xero it was "+quoted(c.Field, c.Theirs)+".")
}

func (s *Service) keepTheirs(ctx context.Context, tx *store.Tx, d decision, l link.Link, c store.Conflict) error {
	customer, err := tx.Customer(ctx, l.Org, c.Customer)
	if err != nil {
		return err
	}
	in := records.CustomerInputOf(customer)
	Field(c.Field).take(&in, c.Theirs)
	changed, err := s.Book.In(tx, records.By{Org: l.Org, Actor: d.who.Name, Origin: Name}).UpdateCustomer(ctx, customer.ID, customer.Version, in)
	if err != nil {
		return err
	}
	if err := s.agreeOn(ctx, tx, l, Field(c.Field), c.Theirs); err != nil {
		return err
	}
	if err := tx.AgreeContact(ctx, l.Key, changed.Version); err != nil {
		return err
	}
	return s.noteDecision(ctx, tx, l, "Kept Xero's "+fieldList([]Field{Field(c.Field)})+"; ours was "+quoted(c.Field, c.Ours)+".")
}

func quoted(field, value string) string {
	if words := Field(field).Words(value); words != "" {
		return words
	}
	return "empty"
}

// agreeOn keeps one field's value as the last agreed one.
func (s *Service) agreeOn(ctx context.Context, tx *store.Tx, l link.Link, f Field, value string) error {
	theirs := Values{}
	if kept, err := tx.RemoteContact(ctx, l.Org, Name, l.RemoteID); err == nil {
		theirs = ValuesOfContact(ContactOf(kept))
	} else if crm.KindOf(err) != crm.NotFound {
		return err
	}
	base := baseOf(l.Snapshot, theirs)
	base[f] = value
	return tx.RefreshLink(ctx, l.Key, link.Remote{ID: l.RemoteID, Number: l.RemoteNumber, Version: l.RemoteVersion, Snapshot: snapshot(base)})
}

// decideMerge settles whose the contact is that is left of two: the other
// customer's, and this one waits for a contact of its own; or this one's, and
// the other has none any more.
func (s *Service) decideMerge(ctx context.Context, tx *store.Tx, d decision, l link.Link, c store.Conflict) error {
	customer, err := tx.Customer(ctx, l.Org, c.Customer)
	if err != nil {
		return err
	}
	if err := tx.UnbindContact(ctx, l.Key); err != nil {
		return err
	}
	if c.State == store.ConflictOurs {
		if err := s.noteDecision(ctx, tx, l, "Separated from the merged contact, which stays "+c.Theirs+"'s."); err != nil {
			return err
		}
		return tx.WantLink(ctx, store.Want{Key: l.Key, Label: customer.Name, Version: customer.Version, Priority: link.Urgent})
	}
	other, err := tx.LinkByRemote(ctx, l.Key, c.RemoteID)
	if err == nil {
		err = tx.UnbindContact(ctx, other.Key)
	}
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return err
	}
	survivor, err := tx.RemoteContact(ctx, l.Org, Name, c.RemoteID)
	if err != nil {
		return err
	}
	return s.bind(ctx, tx, binding{d.of, survivor, c.Customer, "Given the merged contact by " + d.who.Name + "; linked"})
}

// Difference is one field of a customer and its contact, side by side.
type Difference struct {
	Field        Field
	Ours, Theirs string // in words for people
	Same         bool
}

// Differences compares a customer with a contact for people.
func Differences(c crm.Customer, remote xeroapi.Contact) []Difference {
	ours, theirs := valuesOf(c), ValuesOfContact(remote)
	out := make([]Difference, 0, len(Fields()))
	for _, f := range Fields() {
		out = append(out, Difference{f, f.Words(ours[f]), f.Words(theirs[f]), ours[f] == theirs[f]})
	}
	return out
}
