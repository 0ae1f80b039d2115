package store

import (
	"context"
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

// KeepMailEvent keeps what the service told of a mail, once. It reports whether
// it was new.
func (t *Tx) KeepMailEvent(ctx context.Context, e mail.Event) (bool, error) {
	params := db.InsertMailEventParams{ID: e.ID, RemoteID: e.RemoteID, What: string(e.What), At: instant.At(e.At), Recipient: e.Recipient,
		Agent: string(e.Agent), Link: e.Link, Permanent: e.Permanent, Code: e.Code, Text: e.Text}
	if e.Message != nil {
		params.MailID, params.OrgID = &e.Message.UUID, &e.Org
	}
	n, err := t.q.InsertMailEvent(ctx, params)
	return n > 0, doing(err, "keep what was told of a mail")
}

// MailByRemote is the id of the mail that the service knows by an id.
func (r Reader) MailByRemote(ctx context.Context, remote string) (id mail.ID, found bool, err error) {
	row, err := r.q.MailByRemote(ctx, remote)
	if errors.Is(err, pgx.ErrNoRows) {
		return mail.ID{}, false, nil
	}
	if err != nil {
		return mail.ID{}, false, fmt.Errorf("find a mail: %w", err)
	}
	return mail.ID{UUID: row}, true, nil
}

// AdoptMailEvents gives a mail what was told of it before it was known, and
// returns that.
func (t *Tx) AdoptMailEvents(ctx context.Context, m mail.Message) ([]mail.Event, error) {
	rows, err := t.q.StrangeMailEvents(ctx, m.RemoteID)
	if err != nil || len(rows) == 0 {
		return nil, doing(err, "find what was told of a mail")
	}
	if _, err := t.q.AdoptMailEvents(ctx, &m.ID.UUID, &m.Org, m.RemoteID); err != nil {
		return nil, fmt.Errorf("keep whose mail it was told of: %w", err)
	}
	return each(rows, mailEventOf), nil
}

// StrangeMailEvents reports whether anything was told of mails that are not known.
func (t *Tx) StrangeMailEvents(ctx context.Context) (bool, error) {
	n, err := t.q.AnyStrangeMailEvents(ctx)
	return n > 0, doing(err, "look for what was told of unknown mails")
}

// MailEvents is what was told of a mail, the earliest first.
func (r Reader) MailEvents(ctx context.Context, id mail.ID) ([]mail.Event, error) {
	rows, err := r.q.MailEvents(ctx, &id.UUID, maxRows)
	if err != nil {
		return nil, fmt.Errorf("list what was told of a mail: %w", err)
	}
	return each(rows, mailEventOf), nil
}

// TransientBounces counts bounces of an address that might have passed.
func (t *Tx) TransientBounces(ctx context.Context, org crm.OrgID, address string, since time.Time) (int, error) {
	n, err := t.q.CountTransientBounces(ctx, &org, address, instant.At(since))
	return int(n), doing(err, "count bounces")
}

func mailEventOf(row db.MailEvent) mail.Event {
	e := mail.Event{ID: row.ID, RemoteID: row.RemoteID, What: mail.What(row.What), At: row.At.Time, Recipient: row.Recipient,
		Agent: mail.Agent(row.Agent), Link: row.Link, Permanent: row.Permanent, Code: row.Code, Text: row.Text}
	if row.MailID != nil {
		e.Message = &mail.ID{UUID: *row.MailID}
	}
	if row.OrgID != nil {
		e.Org = *row.OrgID
	}
	return e
}

// Suppress stops mail to an address, and takes back what waits for it. It
// reports false when that was so already.
func (t *Tx) Suppress(ctx context.Context, s mail.Suppression) (bool, error) {
	n, err := t.q.InsertSuppression(ctx, db.InsertSuppressionParams{
		ID: s.ID.UUID, OrgID: s.Org, Address: s.Address, Scope: string(s.Scope), Reason: string(s.Reason), Source: s.Source, Note: s.Note,
		CreatedBy: s.By, Now: instant.At(t.Now()),
	})
	if err != nil || n == 0 {
		return false, doing(err, "suppress an address")
	}
	waiting, err := t.q.WaitingMailsTo(ctx, s.Org, s.Address)
	if err != nil {
		return false, fmt.Errorf("list mails to an address: %w", err)
	}
	for _, w := range waiting {
		if !s.Scope.Covers(mail.Category(w.Category)) {
			continue
		}
		_, err := t.q.SuppressMail(ctx, db.SuppressMailParams{Now: instant.Ptr(t.Now()), ErrorCode: string(s.Reason), ErrorText: s.Words(), OrgID: s.Org, ID: w.ID})
		if err != nil {
			return false, fmt.Errorf("take a mail back: %w", err)
		}
	}
	return true, nil
}

// SuppressionsOf are those of an address that hold.
func (r Reader) SuppressionsOf(ctx context.Context, org crm.OrgID, address string) ([]mail.Suppression, error) {
	rows, err := r.q.SuppressionsOf(ctx, org, address)
	if err != nil {
		return nil, fmt.Errorf("find suppressions: %w", err)
	}
	return each(rows, suppressionOf), nil
}

// Suppression is one, also of those that hold no more. A missing one is an Error
// of kind NotFound.
func (r Reader) Suppression(ctx context.Context, org crm.OrgID, id crm.ID[mail.Suppression]) (mail.Suppression, error) {
	row, err := r.q.Suppression(ctx, org, id.UUID)
	if err != nil {
		return mail.Suppression{}, notFound(err, "suppression")
	}
	return suppressionOf(row), nil
}

// Suppressions lists those that hold, the newest first.
func (r Reader) Suppressions(ctx context.Context, org crm.OrgID, f mail.SuppressionFilter) ([]mail.Suppression, error) {
	before := f.Before.UUID
	if before == uuid.Nil {
		before = uuid.Max
	}
	rows, err := r.q.Suppressions(ctx, db.SuppressionsParams{OrgID: org, Before: before, Reason: string(f.Reason), Pattern: contains(f.Text), MaxRows: limit(f.Limit)})
	if err != nil {
		return nil, fmt.Errorf("list suppressions: %w", err)
	}
	return each(rows, suppressionOf), nil
}

// Unsuppress lets mail go to an address again. It returns an Error of kind
// NotFound when the suppression does not hold.
func (t *Tx) Unsuppress(ctx context.Context, s mail.Suppression) error {
	n, err := t.q.RemoveSuppression(ctx, db.RemoveSuppressionParams{Now: instant.Ptr(t.Now()), RemovedBy: s.RemovedBy, RemovedNote: s.RemovedNote, OrgID: s.Org, ID: s.ID.UUID})
	return missing(n, err, "suppression")
}

func suppressionOf(row db.MailSuppression) mail.Suppression {
	return mail.Suppression{
		ID: crm.ID[mail.Suppression]{UUID: row.ID}, Org: row.OrgID, Address: row.Address, Scope: mail.Scope(row.Scope), Reason: mail.Reason(row.Reason),
		Source: row.Source, Note: row.Note, By: row.CreatedBy, At: row.CreatedAt.Time, RemovedBy: row.RemovedBy, RemovedNote: row.RemovedNote, RemovedAt: row.RemovedAt.Std(),
	}
}

// MailSettings is how an organisation sends.
type MailSettings struct {
	Settings  string // JSON, the integration's; empty: none yet
	SealedKey string
	Paused    mail.Pause
	UpdatedBy string
	UpdatedAt time.Time
}

// MailSettings returns the zero value for an organisation without any.
func (r Reader) MailSettings(ctx context.Context, org crm.OrgID) (MailSettings, error) {
	row, err := r.q.MailSettings(ctx, org)
	if found, err := maybe(err, "read how mail is sent"); err != nil || !found {
		return MailSettings{}, err
	}
	return MailSettings{Settings: row.Settings, SealedKey: row.SealedKey, UpdatedBy: row.UpdatedBy, UpdatedAt: row.UpdatedAt.Time,
		Paused: mail.Pause{Code: row.PausedCode, Why: row.PausedWhy, Until: row.PausedUntil.Std()}}, nil
}

// SaveMailSettings keeps how an organisation sends; a pause stays.
func (t *Tx) SaveMailSettings(ctx context.Context, org crm.OrgID, s MailSettings) error {
	return doing(t.q.UpsertMailSettings(ctx, db.UpsertMailSettingsParams{
		OrgID: org, Settings: s.Settings, SealedKey: s.SealedKey, UpdatedBy: s.UpdatedBy, Now: instant.At(t.Now()),
	}), "keep how mail is sent")
}

// PauseMail stops sending for an organisation; the zero Pause goes on. It returns
// an Error of kind Conflict where mail is not set up, so that nothing could leave.
func (t *Tx) PauseMail(ctx context.Context, org crm.OrgID, p mail.Pause) error {
	n, err := t.q.PauseMail(ctx, db.PauseMailParams{PausedWhy: p.Why, PausedCode: p.Code, PausedUntil: instant.Maybe(p.Until), Now: instant.At(t.Now()), OrgID: org})
	if err == nil && n == 0 && p.Why != "" {
		return crm.Errorf(crm.Conflict, "Mail is not set up, so there is nothing to pause.")
	}
	return doing(err, "pause mail")
}
