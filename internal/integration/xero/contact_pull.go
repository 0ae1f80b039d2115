package xero

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// The contact statuses of Xero.
const (
	contactActive   = "ACTIVE"
	contactArchived = "ARCHIVED"
	contactErased   = "GDPRREQUEST"
)

// Why a customer or its documents do not go to Xero.
const (
	codeMatch    = "contact_match"    // it may be there already; a person decides
	codeErased   = "contact_erased"   // Xero erased it on the person's request
	codeMerged   = "contact_merged"   // it became one with another customer's contact
	codeArchived = "contact_archived" // archived in Xero
)

// cursorContacts is since when contacts have to be read. Each account in Xero
// has its own, so that another one is read from the start.
func cursorContacts(c connection.Connection) string { return "contacts " + c.Tenant }

// pullContacts reads the contacts that changed since the last time, all of
// them the first time, and compares those without a customer anew.
func (r *run) pullContacts(ctx context.Context, client *xeroapi.Client) error {
	since, _, err := r.Store.Cursor(ctx, r.org.ID, Name, cursorContacts(r.conn))
	if err != nil {
		return err
	}
	begun := r.Now()
	for page, err := range client.ContactsSince(ctx, since) {
		if err != nil {
			return fmt.Errorf("read changed contacts: %w", err)
		}
		for _, c := range page {
			r.met(c.ContactID, c.UpdatedDateUTC.Time)
		}
		if err := r.keepContacts(ctx, page); err != nil {
			return err
		}
	}
	if err := r.setCursor(ctx, cursorContacts(r.conn), begun); err != nil {
		return err
	}
	return r.Service.rematch(ctx, r.org.ID)
}

// contactBatch is how many contacts one transaction applies.
const contactBatch = 100

func (r *run) keepContacts(ctx context.Context, page []xeroapi.Contact) error {
	for len(page) > 0 {
		n := min(len(page), contactBatch)
		err := r.Store.InTx(ctx, func(tx *store.Tx) error {
			return r.applyContacts(ctx, tx, contactsOf{r.org.ID, r.settings.Contacts}, page[:n], map[string]string{})
		})
		if err != nil {
			return err
		}
		page = page[n:]
	}
	return nil
}

// knowContacts makes sure that what Xero has was read once, before the first
// customer is created there. What it reads goes into the history with the
// round's next result.
func (r *run) knowContacts(ctx context.Context) error {
	_, ran, err := r.Store.Cursor(ctx, r.org.ID, Name, cursorContacts(r.conn))
	if err != nil || !ran.IsZero() {
		return err
	}
	ctx, r.before = r.follow(ctx, r.org.ID, "sync")
	return r.pullContacts(ctx, r.client(r.conn))
}

// refreshContacts reads contacts by their ids, 40 a call, and applies what was
// read. It returns what became of each.
func (s *Service) refreshContacts(ctx context.Context, c connection.Connection, ids []string) (map[string]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	settings, err := SettingsOf(c)
	if err != nil {
		return nil, err
	}
	results := map[string]string{}
	for len(ids) > 0 {
		n := min(len(ids), lookUpMost)
		found, err := s.client(c).ContactsByID(ctx, ids[:n])
		if err != nil {
			return nil, fmt.Errorf("read contacts by their ids: %w", err)
		}
		err = s.Store.InTx(ctx, func(tx *store.Tx) error {
			return s.applyContacts(ctx, tx, contactsOf{c.Org, settings.Contacts}, found, results)
		})
		if err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return results, s.rematch(ctx, c.Org)
}

// contactsOf says whose contacts are applied, and by which rules.
type contactsOf struct {
	org   crm.OrgID
	rules ContactSettings
}

// applyContacts keeps copies of contacts, and brings the customers that are
// linked to them into line.
func (s *Service) applyContacts(ctx context.Context, tx *store.Tx, of contactsOf, found []xeroapi.Contact, results map[string]string) error {
	for _, c := range found {
		kept := copyOf(c)
		kept.Org = of.org
		if err := tx.KeepRemoteContact(ctx, kept); err != nil {
			return err
		}
		l, err := tx.LinkByRemote(ctx, link.Key{Org: of.org, Service: Name, Kind: link.Contact}, c.ContactID)
		if crm.KindOf(err) == crm.NotFound {
			results[c.ContactID] = keptForMatching
			continue
		}
		if err != nil {
			return err
		}
		what, err := s.applyContact(ctx, tx, of, l, c)
		if err != nil {
			return fmt.Errorf("apply contact of %s: %w", l.Label, err)
		}
		results[c.ContactID] = nothingChanged
		if what == "" {
			continue
		}
		results[c.ContactID] = what
		if err := s.logPulled(ctx, tx, l, what); err != nil {
			return err
		}
	}
	return nil
}

// applyContact brings one linked customer into line and says what changed.
func (s *Service) applyContact(ctx context.Context, tx *store.Tx, of contactsOf, l link.Link, c xeroapi.Contact) (string, error) {
	switch {
	case c.MergedToContactID != "":
		return s.followMerge(ctx, tx, of, l, c)
	case c.ContactStatus == contactErased:
		if l.Problem.Code == codeErased {
			return "", nil
		}
		return "Erased in Xero on the person's request.", tx.BlockContact(ctx, l.Key, link.Problem{Code: codeErased, Action: link.Review, Text: erasedText})
	case c.ContactStatus == contactArchived:
		return s.archivedThere(ctx, tx, l)
	}
	what, err := s.restoredThere(ctx, tx, l)
	if err != nil || what != "" {
		return what, err
	}
	return s.reconcile(ctx, tx, of, l, c)
}

const (
	erasedText   = "Xero erased this contact on the person's request. Nothing is sent for it any more. Unlink it if the customer should have a new contact."
	archivedText = "The contact is archived in Xero, which takes no documents for it. Restore it in Xero; this then goes on by itself."
)

// archivedThere blocks a customer that is active here, and with it the
// documents that would be refused.
func (s *Service) archivedThere(ctx context.Context, tx *store.Tx, l link.Link) (string, error) {
	customer, err := tx.Customer(ctx, l.Org, crm.CustomerID{UUID: l.Record})
	if err != nil || customer.ArchivedAt != nil || l.Problem.Code == codeArchived {
		return "", err
	}
	return "Archived in Xero.", tx.BlockContact(ctx, l.Key, link.Problem{Code: codeArchived, Action: link.LookRemote, Text: archivedText})
}

// restoredThere lets a customer go on whose contact was archived.
func (s *Service) restoredThere(ctx context.Context, tx *store.Tx, l link.Link) (string, error) {
	if l.Problem.Code != codeArchived {
		return "", nil
	}
	released, err := tx.ReleaseContact(ctx, l.Key, codeArchived)
	if err != nil || !released {
		return "", err
	}
	if _, err := tx.UnblockLinks(ctx, l.Org, Name, codeArchived); err != nil {
		return "", err
	}
	return "Restored in Xero.", tx.Wake(ctx, PushArgs{l.Org}, jobs.Normal)
}

// followMerge moves a link to the contact that took over. When that is another
// customer's, a person decides.
func (s *Service) followMerge(ctx context.Context, tx *store.Tx, of contactsOf, l link.Link, c xeroapi.Contact) (string, error) {
	other, err := tx.LinkByRemote(ctx, link.Key{Org: l.Org, Service: Name, Kind: link.Contact}, c.MergedToContactID)
	if err == nil {
		return s.mergedIntoOther(ctx, tx, l, other, c)
	}
	if crm.KindOf(err) != crm.NotFound {
		return "", err
	}
	l.RemoteID, l.State = c.MergedToContactID, link.Synced
	if l.Wanted > l.Agreed {
		l.State = link.Pending
	}
	if err := tx.BindContact(ctx, l); err != nil {
		return "", err
	}
	survivor, err := tx.RemoteContact(ctx, l.Org, Name, c.MergedToContactID)
	if err == nil {
		_, err = s.reconcile(ctx, tx, of, l, ContactOf(survivor))
	} else if crm.KindOf(err) == crm.NotFound { // it comes with a later page
		err = nil
	}
	return "Merged in Xero; the link follows to the contact that is left.", err
}

func (s *Service) mergedIntoOther(ctx context.Context, tx *store.Tx, l, other link.Link, c xeroapi.Contact) (string, error) {
	if l.Problem.Code == codeMerged {
		return "", nil
	}
	text := "Its contact was merged in Xero into that of " + other.Label + ". Decide which customer the contact belongs to."
	if err := tx.BlockContact(ctx, l.Key, link.Problem{Code: codeMerged, Action: link.Review, Text: text}); err != nil {
		return "", err
	}
	return text, tx.InsertConflict(ctx, store.Conflict{
		ID: crm.NewID[crm.Change]().UUID, Org: l.Org, Customer: crm.CustomerID{UUID: l.Record}, RemoteID: c.MergedToContactID, Field: string(FieldMerge),
		Ours: l.Label, Theirs: other.Label, OursBy: "", OursAt: l.UpdatedAt, TheirsAt: orNow(c.UpdatedDateUTC.Time, s.Now()), State: store.ConflictOpen, Note: text})
}

// orNow is a time, or now where Xero told none.
func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t
}
