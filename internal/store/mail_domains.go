package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// MailDomains lists the domains that an organisation sends from, by name, with
// their records. Those that the service has no more are left out.
func (r Reader) MailDomains(ctx context.Context, org crm.OrgID, f mail.DomainFilter) (Page[mail.SendingDomain], error) {
	keys, err := parseCursor(f.After, 2)
	if err != nil {
		return Page[mail.SendingDomain]{}, err
	}
	behind := uuid.Nil
	if keys[0] != "" {
		if behind, err = uuid.Parse(keys[1]); err != nil {
			return Page[mail.SendingDomain]{}, badCursor()
		}
	}
	size := limit(f.Limit)
	rows, err := r.q.MailDomains(ctx, db.MailDomainsParams{OrgID: org, AfterName: keys[0], AfterID: behind, Pattern: contains(f.Text), MaxRows: size + 1})
	if err != nil {
		return Page[mail.SendingDomain]{}, fmt.Errorf("list domains: %w", err)
	}
	found := page(each(rows, mailDomainOf), size, func(d mail.SendingDomain) string { return cursorOf(d.Name, d.ID.String()) })
	for i := range found.Rows {
		if found.Rows[i].Records, err = r.mailDomainRecords(ctx, found.Rows[i]); err != nil {
			return found, err
		}
	}
	return found, nil
}

// MailDomain is one with its records. A missing one is an Error of kind NotFound.
func (r Reader) MailDomain(ctx context.Context, org crm.OrgID, id mail.DomainID) (mail.SendingDomain, error) {
	row, err := r.q.MailDomain(ctx, org, id.UUID)
	if err != nil {
		return mail.SendingDomain{}, notFound(err, "domain")
	}
	return r.withRecords(ctx, row)
}

// MailDomainNamed is the one of a name. found is false when there is none.
func (r Reader) MailDomainNamed(ctx context.Context, org crm.OrgID, name string) (_ mail.SendingDomain, found bool, err error) {
	rows, err := r.q.MailDomainNamed(ctx, org, name)
	if err != nil || len(rows) == 0 {
		return mail.SendingDomain{}, false, doing(err, "find a domain by its name")
	}
	d, err := r.withRecords(ctx, rows[0])
	return d, true, err
}

// MailDomainOwners are the organisations that know a domain of the service.
func (r Reader) MailDomainOwners(ctx context.Context, remoteID string) ([]crm.OrgID, error) {
	rows, err := r.q.MailDomainsByRemote(ctx, remoteID)
	return each(rows, func(row db.MailDomain) crm.OrgID { return row.OrgID }), doing(err, "find who knows a domain")
}

// HoldMailDomain makes others wait who would change the domain of an organisation
// and id at the service. One that is not known yet is kept first, with the name
// given.
func (t *Tx) HoldMailDomain(ctx context.Context, d mail.SendingDomain) (mail.SendingDomain, error) {
	row, err := t.q.HoldMailDomain(ctx, d.Org, d.RemoteID)
	if errors.Is(err, pgx.ErrNoRows) {
		_, err = t.q.InsertMailDomain(ctx, db.InsertMailDomainParams{ID: crm.NewID[mail.SendingDomain]().UUID, OrgID: d.Org, RemoteID: d.RemoteID, Name: d.Name, Region: d.Region})
		if err == nil {
			row, err = t.q.HoldMailDomain(ctx, d.Org, d.RemoteID)
		}
	}
	if err != nil {
		return mail.SendingDomain{}, fmt.Errorf("hold a domain: %w", err)
	}
	return t.withRecords(ctx, row)
}

// SaveMailDomain keeps a domain that is held, with its records.
func (t *Tx) SaveMailDomain(ctx context.Context, d mail.SendingDomain) error {
	n, err := t.q.UpdateMailDomain(ctx, db.UpdateMailDomainParams{
		Name: d.Name, Region: d.Region, Status: string(d.Status), Sending: d.Sending, Receiving: d.Receiving, OpenTracking: d.OpenTracking, ClickTracking: d.ClickTracking,
		ReadAt: instant.Maybe(d.ReadAt), EventAt: instant.Maybe(d.EventAt), LookedAt: instant.Maybe(d.LookedAt), VerifiedAt: instant.Maybe(d.VerifiedAt),
		BrokenAt: instant.Maybe(d.BrokenAt), BrokenWhy: d.BrokenWhy, GoneAt: instant.Maybe(d.GoneAt), OrgID: d.Org, ID: d.ID.UUID,
	})
	if err := missing(n, err, "domain"); err != nil {
		return err
	}
	if err := t.q.DeleteMailDomainRecords(ctx, d.ID.UUID, d.Org); err != nil {
		return fmt.Errorf("replace the records of a domain: %w", err)
	}
	for i, r := range d.Records {
		found, err := json.Marshal(r.Found)
		if err != nil {
			return fmt.Errorf("write what was found in DNS: %w", err)
		}
		err = t.q.InsertMailDomainRecord(ctx, db.InsertMailDomainRecordParams{
			DomainID: d.ID.UUID, Position: int64(i), OrgID: d.Org, Kind: string(r.Kind), Type: r.Type, Name: r.Name, Host: r.Host, Value: r.Value, Priority: wide(r.Priority),
			Status: string(r.Status), Verdict: string(r.Verdict), Found: string(found), FoundAt: r.FoundAt, Unanswered: r.Unanswered,
			LookedAt: instant.Maybe(r.LookedAt), RightAt: instant.Maybe(r.RightAt),
		})
		if err != nil {
			return fmt.Errorf("keep a record of a domain: %w", err)
		}
	}
	return nil
}

// ForgetMailDomain takes a domain away with its records and history, as if the
// organisation had never known it.
func (t *Tx) ForgetMailDomain(ctx context.Context, d mail.SendingDomain) error {
	return doing(errors.Join(
		t.q.DeleteMailDomainRecords(ctx, d.ID.UUID, d.Org), t.q.DeleteMailDomainChanges(ctx, d.ID.UUID, d.Org), t.q.DeleteMailDomain(ctx, d.ID.UUID, d.Org),
	), "forget a domain")
}

// KeepDomainChange writes to the history of a domain.
func (t *Tx) KeepDomainChange(ctx context.Context, org crm.OrgID, c mail.DomainChange) error {
	return doing(t.q.InsertMailDomainChange(ctx, db.InsertMailDomainChangeParams{
		ID: crm.NewID[mail.DomainChange]().UUID, OrgID: org, DomainID: c.Domain.UUID, Subject: string(c.Subject), Was: c.Was, Became: c.Became, Cause: string(c.Cause),
		Actor: c.Actor, Note: c.Note, Now: instant.At(t.Now()),
	}), "write to the history of a domain")
}

// DomainChanges is the history of a domain, the newest first.
func (r Reader) DomainChanges(ctx context.Context, org crm.OrgID, id mail.DomainID, most int) ([]mail.DomainChange, error) {
	rows, err := r.q.MailDomainChanges(ctx, id.UUID, org, limit(most))
	if err != nil {
		return nil, fmt.Errorf("read the history of a domain: %w", err)
	}
	return each(rows, func(row db.MailDomainChange) mail.DomainChange {
		return mail.DomainChange{
			ID: crm.ID[mail.DomainChange]{UUID: row.ID}, Domain: mail.DomainID{UUID: row.DomainID}, Subject: mail.RecordKind(row.Subject), Was: row.Was, Became: row.Became,
			Cause: mail.DomainCause(row.Cause), Actor: row.Actor, Note: row.Note, At: row.At.Time,
		}
	}), nil
}

// DomainRead is how the last attempt to read an organisation's domains went.
type DomainRead struct {
	At      time.Time // zero: it was never tried
	Problem string    // why it failed; empty: it did not
}

// DomainRead returns the zero value where none was tried.
func (r Reader) DomainRead(ctx context.Context, org crm.OrgID) (DomainRead, error) {
	row, err := r.q.MailDomainRead(ctx, org)
	if found, err := maybe(err, "read how domains were read"); err != nil || !found {
		return DomainRead{}, err
	}
	return DomainRead{At: row.TriedAt.Time, Problem: row.Problem}, nil
}

// KeepDomainRead notes how an attempt went.
func (t *Tx) KeepDomainRead(ctx context.Context, org crm.OrgID, problem string) error {
	return doing(t.q.KeepMailDomainRead(ctx, org, instant.At(t.Now()), problem), "note how domains were read")
}

func (r Reader) withRecords(ctx context.Context, row db.MailDomain) (mail.SendingDomain, error) {
	d := mailDomainOf(row)
	var err error
	d.Records, err = r.mailDomainRecords(ctx, d)
	return d, err
}

func (r Reader) mailDomainRecords(ctx context.Context, d mail.SendingDomain) ([]mail.DNSRecord, error) {
	rows, err := r.q.MailDomainRecords(ctx, d.ID.UUID, d.Org)
	if err != nil {
		return nil, fmt.Errorf("list the records of a domain: %w", err)
	}
	records := make([]mail.DNSRecord, len(rows))
	for i, row := range rows {
		var found []string
		if err := json.Unmarshal([]byte(row.Found), &found); err != nil {
			return nil, fmt.Errorf("read what was found in DNS: %w", err)
		}
		records[i] = mail.DNSRecord{
			Kind: mail.RecordKind(row.Kind), Type: row.Type, Name: row.Name, Host: row.Host, Value: row.Value, Priority: narrow(row.Priority), Status: mail.DomainStatus(row.Status),
			Finding:    mail.Finding{Verdict: mail.DNSVerdict(row.Verdict), Found: found, FoundAt: row.FoundAt},
			Unanswered: row.Unanswered, LookedAt: row.LookedAt.Std(), RightAt: row.RightAt.Std(),
		}
	}
	return records, nil
}

func mailDomainOf(row db.MailDomain) mail.SendingDomain {
	return mail.SendingDomain{
		ID: mail.DomainID{UUID: row.ID}, Org: row.OrgID, RemoteID: row.RemoteID, Name: row.Name, Region: row.Region, Status: mail.DomainStatus(row.Status),
		Sending: row.Sending, Receiving: row.Receiving, OpenTracking: row.OpenTracking, ClickTracking: row.ClickTracking,
		ReadAt: row.ReadAt.Std(), EventAt: row.EventAt.Std(), LookedAt: row.LookedAt.Std(), VerifiedAt: row.VerifiedAt.Std(), BrokenAt: row.BrokenAt.Std(), BrokenWhy: row.BrokenWhy, GoneAt: row.GoneAt.Std(),
	}
}
