package xero

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// binding is a contact that is about to be a customer's.
type binding struct {
	of       contactsOf
	contact  store.RemoteContact
	customer crm.CustomerID
	how      string // how it came about, in words, such as "Linked by Alex Kim"
}

// decision is who decides, for which organisation, by which rules.
type decision struct {
	who auth.Identity
	of  contactsOf
}

// decide runs a decision about contacts in a transaction, and wakes the job
// that sends what waited for it.
func (s *Service) decide(ctx context.Context, do func(*store.Tx, decision) error) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	conn, err := s.Store.Connection(ctx, who.Org, Name)
	if err != nil && crm.KindOf(err) != crm.NotFound { // without a connection the usual rules hold
		return err
	}
	settings, err := SettingsOf(conn)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := do(tx, decision{who, contactsOf{who.Org, settings.Contacts}}); err != nil {
			return err
		}
		return tx.Wake(ctx, PushArgs{who.Org}, jobs.Urgent)
	})
}

// LinkContact makes a contact in Xero that of a customer. It returns an Error
// of kind Conflict when either is linked already.
func (s *Service) LinkContact(ctx context.Context, remoteID string, customer crm.CustomerID) error {
	return s.decide(ctx, func(tx *store.Tx, d decision) error {
		contact, err := tx.RemoteContact(ctx, d.who.Org, Name, remoteID)
		if err != nil {
			return err
		}
		if customer.IsZero() {
			return crm.FieldErrors(map[string]string{"customer_id": "Choose the customer that the contact is."})
		}
		return s.bind(ctx, tx, binding{d.of, contact, customer, "Linked by " + d.who.Name})
	})
}

// LinkSuggested links contacts to the customers that are suggested for them,
// all or none.
func (s *Service) LinkSuggested(ctx context.Context, remoteIDs []string) error {
	if len(remoteIDs) == 0 {
		return crm.Errorf(crm.Invalid, "Tick at least one contact.")
	}
	return s.decide(ctx, func(tx *store.Tx, d decision) error {
		for _, id := range remoteIDs {
			contact, err := tx.RemoteContact(ctx, d.who.Org, Name, id)
			if err != nil {
				return err
			}
			if err := s.bindSuggested(ctx, tx, d.of, contact, "Linked by "+d.who.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) bindSuggested(ctx context.Context, tx *store.Tx, of contactsOf, c store.RemoteContact, how string) error {
	if c.Match.Customer.IsZero() {
		return crm.Errorf(crm.Conflict, "No customer is suggested for %s any more.", c.Name)
	}
	return s.bind(ctx, tx, binding{of, c, c.Match.Customer, how})
}

// bind links, compares both sides and lets documents go on that waited.
func (s *Service) bind(ctx context.Context, tx *store.Tx, b binding) error {
	customer, err := tx.Customer(ctx, b.of.org, b.customer)
	if err != nil {
		return err
	}
	if err := freeToBind(ctx, tx, b, customer); err != nil {
		return err
	}
	l := link.Link{
		Key: link.Key{Org: b.of.org, Service: Name, Kind: link.Contact, Record: b.customer.UUID}, Label: customer.Name, RemoteID: b.contact.ID,
		RemoteNumber: b.contact.Number, RemoteVersion: b.contact.Updated.UTC().Format("2006-01-02T15:04:05.000Z"), State: link.Synced, Priority: link.Normal,
		Wanted: customer.Version, Agreed: customer.Version,
	}
	if err := tx.BindContact(ctx, l); err != nil {
		return err
	}
	if b.contact.Skipped != "" {
		if err := tx.SkipContact(ctx, b.contact, ""); err != nil {
			return err
		}
	}
	what, err := s.applyContact(ctx, tx, b.of, l, ContactOf(b.contact))
	if err != nil {
		return err
	}
	if err := s.noteDecision(ctx, tx, l, b.how+" to "+b.contact.Name+" in Xero. "+what); err != nil {
		return err
	}
	for _, code := range []string{codeContactWaits, codeMerged, codeErased} {
		if _, err := tx.UnblockLinks(ctx, b.of.org, Name, code); err != nil {
			return err
		}
	}
	return tx.Wake(ctx, PushArgs{b.of.org}, jobs.Urgent)
}

func freeToBind(ctx context.Context, tx *store.Tx, b binding, customer crm.Customer) error {
	if b.contact.Status == contactErased || b.contact.MergedTo != "" {
		return crm.Errorf(crm.Conflict, "%s is no contact any more: Xero erased it or merged it into another.", b.contact.Name)
	}
	other, err := tx.LinkByRemote(ctx, link.Key{Org: b.of.org, Service: Name, Kind: link.Contact}, b.contact.ID)
	if err == nil {
		return crm.Errorf(crm.Conflict, "%s in Xero is linked to %s already. Unlink that first.", b.contact.Name, other.Label)
	}
	if crm.KindOf(err) != crm.NotFound {
		return err
	}
	l, err := tx.Link(ctx, link.Key{Org: b.of.org, Service: Name, Kind: link.Contact, Record: customer.ID.UUID})
	switch {
	case crm.KindOf(err) == crm.NotFound:
		return nil
	case err != nil:
		return err
	case l.State == link.Sending || l.State == link.Unknown:
		return beingSent()
	case l.RemoteID != "":
		return crm.Errorf(crm.Conflict, "%s is linked to another contact in Xero. Unlink that first.", customer.Name)
	}
	return nil
}

func beingSent() error {
	return crm.Errorf(crm.Conflict, "The customer is being sent to Xero at this moment. Try again in a few seconds.")
}

// noteDecision writes what was decided into both histories.
func (s *Service) noteDecision(ctx context.Context, tx *store.Tx, l link.Link, what string) error {
	actor := "Xero"
	if who, ok := auth.From(ctx); ok {
		actor = who.Name
	}
	what = strings.TrimSpace(what)
	err := tx.InsertChange(ctx, store.ChangeEntry{
		ID: crm.NewID[crm.Change]().UUID, OrgID: l.Org, Record: crm.CustomerRecord, RecordID: l.Record, What: crm.Updated, Actor: actor, Detail: what, At: s.Now().UTC()})
	if err != nil {
		return err
	}
	return tx.InsertEntry(ctx, synclog.Entry{
		ID: uuid.Must(uuid.NewV7()), Org: l.Org, Service: Name, Direction: synclog.In, EntityType: string(link.Contact), EntityID: l.Record.String(),
		Label: l.Label + ": " + what, Action: synclog.Update, Status: synclog.Success, Attempt: 1, Actor: actor, At: s.Now()})
}

// SkipContact says that a contact is no customer of ours, so that it is not
// suggested and holds nothing up; undo takes that back.
func (s *Service) SkipContact(ctx context.Context, remoteID string, undo bool) error {
	return s.decide(ctx, func(tx *store.Tx, d decision) error {
		c, err := tx.RemoteContact(ctx, d.who.Org, Name, remoteID)
		if err != nil {
			return err
		}
		by := d.who.Name
		if undo {
			by = ""
		}
		if err := tx.SkipContact(ctx, c, by); err != nil || c.Match.Customer.IsZero() {
			return err
		}
		_, err = tx.ReleaseContact(ctx, contactKey(d.who.Org, c.Match.Customer), codeMatch)
		return err
	})
}

func contactKey(org crm.OrgID, id crm.CustomerID) link.Key {
	return link.Key{Org: org, Service: Name, Kind: link.Contact, Record: id.UUID}
}

// CreateAnyway sends a customer to Xero as a new contact: what was suggested
// for it is skipped.
func (s *Service) CreateAnyway(ctx context.Context, id crm.CustomerID) error {
	return s.decide(ctx, func(tx *store.Tx, d decision) error {
		customer, err := tx.Customer(ctx, d.who.Org, id)
		if err != nil {
			return err
		}
		key := contactKey(d.who.Org, id)
		if l, err := tx.Link(ctx, key); err == nil && l.RemoteID != "" {
			return crm.Errorf(crm.Conflict, "%s is in Xero already.", customer.Name)
		}
		like, err := tx.RemoteContactsLike(ctx, customer, Name, keysOfCustomer(customer))
		if err != nil {
			return err
		}
		for _, c := range like {
			if store.NameKey(c.Name) == store.NameKey(contactName(customer.Name)) {
				return crm.Errorf(crm.Conflict, "A contact in Xero is called %s already, and Xero takes a name once. Link the two, or rename one.", c.Name)
			}
			if err := tx.SkipContact(ctx, c, d.who.Name); err != nil {
				return err
			}
		}
		return tx.WantLink(ctx, store.Want{Key: key, Label: customer.Name, Version: customer.Version, Priority: link.Urgent})
	})
}

// UnlinkContact forgets which contact a customer is. Nothing changes in Xero.
// The contact is skipped, so that it is not linked again by itself.
func (s *Service) UnlinkContact(ctx context.Context, id crm.CustomerID) error {
	return s.decide(ctx, func(tx *store.Tx, d decision) error {
		l, err := tx.Link(ctx, contactKey(d.who.Org, id))
		if err != nil {
			return err
		}
		if err := tx.UnbindContact(ctx, l.Key); err != nil {
			return err
		}
		open, err := openConflicts(ctx, tx, crm.Customer{ID: id, OrgID: d.who.Org})
		if err != nil {
			return err
		}
		for _, c := range open {
			c.State, c.DecidedBy = store.ConflictGone, d.who.Name+", who unlinked the contact"
			if err := tx.CloseConflict(ctx, c); err != nil {
				return err
			}
		}
		if c, err := tx.RemoteContact(ctx, d.who.Org, Name, l.RemoteID); err == nil {
			if err := tx.SkipContact(ctx, c, d.who.Name); err != nil {
				return err
			}
		} else if crm.KindOf(err) != crm.NotFound {
			return err
		}
		return s.noteDecision(ctx, tx, l, "Unlinked from its contact in Xero.")
	})
}

// ImportContact makes a customer of a contact and links the two.
func (s *Service) ImportContact(ctx context.Context, remoteID string) (id crm.CustomerID, err error) {
	if _, err := auth.Require(ctx, auth.CustomersEdit); err != nil {
		return id, err
	}
	err = s.decide(ctx, func(tx *store.Tx, d decision) error {
		c, err := tx.RemoteContact(ctx, d.who.Org, Name, remoteID)
		if err != nil {
			return err
		}
		id, err = s.importContact(ctx, tx, d.of, c, d.who.Name)
		return err
	})
	return id, err
}

// importContact creates the customer with all that Renoz takes. What it does
// not take becomes a question once the two are linked.
func (s *Service) importContact(ctx context.Context, tx *store.Tx, of contactsOf, c store.RemoteContact, actor string) (crm.CustomerID, error) {
	values := ValuesOfContact(ContactOf(c))
	var in records.CustomerInput
	for _, f := range Fields() {
		if v := values[f]; v != "" {
			f.take(&in, v)
		}
	}
	work := s.Book.In(tx, records.By{Org: of.org, Actor: actor, Origin: Name})
	customer, err := work.CreateCustomer(ctx, in)
	var e *crm.Error
	if errors.As(err, &e) && e.Kind == crm.Invalid && e.Fields["name"] == "" { // refused before anything was written
		customer, err = work.CreateCustomer(ctx, records.CustomerInput{Name: in.Name})
	}
	if err != nil {
		return crm.CustomerID{}, err
	}
	return customer.ID, s.bind(ctx, tx, binding{of, c, customer.ID, "Imported by " + actor + " and linked"})
}
