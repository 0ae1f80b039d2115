package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// ContactKeys are the forms in which contacts and customers are compared. An
// empty one compares with nothing.
type ContactKeys struct{ Name, ABN, Email, Domain, Phone string }

// RemoteContact is the copy of a contact that a service keeps.
type RemoteContact struct {
	Org      crm.OrgID
	Service  string
	ID       string // the service's
	Name     string
	Number   string // ours, as the service has it
	Email    string
	Status   string // in the service's words
	MergedTo string // the contact that took over; empty: none
	Body     string // JSON of the contact in the service's words
	Keys     ContactKeys
	Updated  time.Time // when the service changed it
	Match    ContactMatch
	Skipped  string // who said that it is no customer of ours; empty: nobody
	Run      *uuid.UUID
}

// ContactMatch is what comparing a contact with the customers found.
type ContactMatch struct {
	Customer crm.CustomerID // the best candidate; zero: none
	Score    int            // 0 to 100
	Reasons  string         // in words
	Runners  string         // JSON of the candidates after the best
}

// absent stands for a key that nothing has, because an empty key would compare
// with every other empty one.
const absent = "\x01"

func (k ContactKeys) present(key string) string {
	if key == "" {
		return absent
	}
	return key
}

// KeepRemoteContact keeps the copy of a contact. What is older than the copy
// changes nothing; matches and decisions stay.
func (t *Tx) KeepRemoteContact(ctx context.Context, c RemoteContact) error {
	err := t.q.KeepRemoteContact(ctx, db.KeepRemoteContactParams{
		OrgID: c.Org, Service: c.Service, RemoteID: c.ID, Name: c.Name, PlainName: NameKey(c.Name), Number: c.Number, Email: c.Email,
		Status: c.Status, MergedTo: c.MergedTo, Body: c.Body, NameKey: c.Keys.Name, ABNKey: c.Keys.ABN, EmailKey: c.Keys.Email,
		DomainKey: c.Keys.Domain, PhoneKey: c.Keys.Phone, RemoteUpdated: instant.At(c.Updated), Now: instant.At(t.Now()),
	})
	if err != nil {
		return fmt.Errorf("keep the copy of a contact: %w", err)
	}
	return nil
}

// ForgetRemoteContacts drops all copies, for another account at the service.
func (t *Tx) ForgetRemoteContacts(ctx context.Context, org crm.OrgID, service string) error {
	if err := t.q.ForgetRemoteContacts(ctx, org, service); err != nil {
		return fmt.Errorf("forget the copies of contacts: %w", err)
	}
	return nil
}

// RemoteContact is the copy of one contact. A missing one is an Error of kind
// NotFound.
func (r Reader) RemoteContact(ctx context.Context, org crm.OrgID, service, id string) (RemoteContact, error) {
	row, err := r.q.RemoteContact(ctx, org, service, id)
	if err != nil {
		return RemoteContact{}, notFound(err, "contact")
	}
	return remoteContactOf(row), nil
}

// RemoteContactsLike are up to 20 active contacts without a customer that
// share a key or the name with a customer, and those of any status that carry
// its number.
func (r Reader) RemoteContactsLike(ctx context.Context, c crm.Customer, service string, k ContactKeys) ([]RemoteContact, error) {
	rows, err := r.q.RemoteContactsWithKeys(ctx, db.RemoteContactsWithKeysParams{
		OrgID: c.OrgID, Service: service, ABNKey: k.present(k.ABN), EmailKey: k.present(k.Email), NameKey: k.present(k.Name),
		PhoneKey: k.present(k.Phone), Number: k.present(c.Number), PlainName: k.present(NameKey(c.Name)),
	})
	if err != nil {
		return nil, fmt.Errorf("look for contacts like a customer: %w", err)
	}
	return each(rows, remoteContactOf), nil
}

// UnlinkedContacts are up to max active contacts without a customer, by id, for
// work that goes through all of them.
func (r Reader) UnlinkedContacts(ctx context.Context, org crm.OrgID, service, after string, max int) ([]RemoteContact, error) {
	rows, err := r.q.UnlinkedRemoteContacts(ctx, db.UnlinkedRemoteContactsParams{OrgID: org, Service: service, After: after, MaxRows: batch(max)})
	if err != nil {
		return nil, fmt.Errorf("read contacts without a customer: %w", err)
	}
	return each(rows, func(row db.UnlinkedRemoteContactsRow) RemoteContact {
		return RemoteContact{
			Org: org, Service: service, ID: row.RemoteID, Number: row.Number, Name: row.Name,
			Keys:  ContactKeys{row.NameKey, row.ABNKey, row.EmailKey, row.DomainKey, row.PhoneKey},
			Match: matchOf(row.MatchID, row.Score, row.Reasons, row.Runners),
		}
	}), nil
}

// UnlinkedCustomers are up to max active customers without a contact at the
// service, without their people, by id.
func (r Reader) UnlinkedCustomers(ctx context.Context, org crm.OrgID, service string, after crm.CustomerID, max int) ([]crm.Customer, error) {
	rows, err := r.q.UnlinkedCustomers(ctx, db.UnlinkedCustomersParams{OrgID: org, Service: service, After: after, MaxRows: batch(max)})
	if err != nil {
		return nil, fmt.Errorf("read customers without a contact: %w", err)
	}
	return each(rows, func(row db.UnlinkedCustomersRow) crm.Customer {
		return crm.Customer{ID: row.ID, OrgID: org, Number: row.Number, Name: row.Name, ABN: row.ABN, Email: row.Email, Phone: row.Phone}
	}), nil
}

// SetContactMatch keeps what comparing a contact found.
func (t *Tx) SetContactMatch(ctx context.Context, c RemoteContact) error {
	p := db.SetContactMatchParams{Score: int64(c.Match.Score), Reasons: c.Match.Reasons, Runners: c.Match.Runners, Now: instant.At(t.Now()), OrgID: c.Org, Service: c.Service, RemoteID: c.ID}
	if !c.Match.Customer.IsZero() {
		p.MatchID = &c.Match.Customer.UUID
	}
	if err := t.q.SetContactMatch(ctx, p); err != nil {
		return fmt.Errorf("keep a match: %w", err)
	}
	return nil
}

// SkipContact says that a contact is no customer of ours; an empty by undoes it.
func (t *Tx) SkipContact(ctx context.Context, c RemoteContact, by string) error {
	n, err := t.q.SetContactSkipped(ctx, db.SetContactSkippedParams{SkippedBy: by, Now: instant.At(t.Now()), OrgID: c.Org, Service: c.Service, RemoteID: c.ID})
	return changed(n, err, "contact")
}

// BindContact links a customer to a contact at the service, in place of any
// link before. wanted above agreed sends the customer's own values. A link that
// had failed and is in line by it becomes right.
func (t *Tx) BindContact(ctx context.Context, l link.Link) error {
	before, err := t.Link(ctx, l.Key)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return err
	}
	err = t.q.BindContact(ctx, db.BindContactParams{
		OrgID: l.Org, Service: l.Service, RecordID: l.Record, Label: l.Label, RemoteID: l.RemoteID, RemoteNumber: l.RemoteNumber,
		RemoteVersion: l.RemoteVersion, Snapshot: l.Snapshot, State: string(l.State), Priority: int64(l.Priority), Wanted: l.Wanted, Agreed: l.Agreed, Now: instant.At(t.Now()),
	})
	if err != nil {
		return fmt.Errorf("link %s to its contact: %w", l.Label, err)
	}
	if before.FailedAt == nil || before.State == link.Sending || l.State != link.Synced {
		return nil
	}
	return t.insertResolution(ctx, link.Resolution{Key: l.Key, Label: l.Label, Failed: before.FailedFor, FailedAt: *before.FailedAt, Mend: link.AfterMatch})
}

// UnbindContact forgets which contact a customer is. It returns an Error of
// kind Conflict while the customer is being sent.
func (t *Tx) UnbindContact(ctx context.Context, k link.Key) error {
	n, err := t.q.UnbindContact(ctx, k.Org, k.Service, k.Record)
	return stepped(n, err, "unlinked")
}

// AgreeContact records that a version of a customer came from the service and
// need not be sent there.
func (t *Tx) AgreeContact(ctx context.Context, k link.Key, version int64) error {
	_, err := t.q.AgreeContact(ctx, db.AgreeContactParams{Version: version, OrgID: k.Org, Service: k.Service, RecordID: k.Record})
	if err != nil {
		return fmt.Errorf("agree on a customer: %w", err)
	}
	return nil
}

// BlockContact keeps a customer from being sent, for a problem that something
// outside it has to mend.
func (t *Tx) BlockContact(ctx context.Context, k link.Key, p link.Problem) error {
	now := t.Now()
	_, err := t.q.BlockContact(ctx, db.BlockContactParams{
		ErrorCode: p.Code, ErrorText: p.Text, NextAction: string(p.Action), FailedAt: instant.Ptr(now), Now: instant.At(now), OrgID: k.Org, Service: k.Service, RecordID: k.Record})
	if err != nil {
		return fmt.Errorf("block a customer: %w", err)
	}
	return nil
}

// ReleaseContact lets a customer go on that code has kept. It reports whether
// there was one.
func (t *Tx) ReleaseContact(ctx context.Context, k link.Key, code string) (bool, error) {
	n, err := t.q.ReleaseContact(ctx, db.ReleaseContactParams{Now: instant.At(t.Now()), OrgID: k.Org, Service: k.Service, RecordID: k.Record, ErrorCode: code})
	if err != nil {
		return false, fmt.Errorf("release a customer: %w", err)
	}
	return n > 0, nil
}

func matchOf(id *uuid.UUID, score int64, reasons, runners string) ContactMatch {
	m := ContactMatch{Score: int(score), Reasons: reasons, Runners: runners}
	if id != nil {
		m.Customer = crm.CustomerID{UUID: *id}
	}
	return m
}

func remoteContactOf(row db.RemoteContact) RemoteContact {
	return RemoteContact{
		Org: row.OrgID, Service: row.Service, ID: row.RemoteID, Name: row.Name, Number: row.Number, Email: row.Email, Status: row.Status,
		MergedTo: row.MergedTo, Body: row.Body, Keys: ContactKeys{row.NameKey, row.ABNKey, row.EmailKey, row.DomainKey, row.PhoneKey},
		Updated: row.RemoteUpdated.Time, Match: matchOf(row.MatchID, row.Score, row.Reasons, row.Runners), Skipped: row.SkippedBy, Run: row.RunID,
	}
}
