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

// The urgencies of mail. Lower leaves first.
const (
	MailUrgent = 1 // transactional
	MailBulk   = 4 // marketing
)

func urgency(s mail.Stream) int64 {
	if s == mail.Marketing {
		return MailBulk
	}
	return MailUrgent
}

// InsertMail queues a message, or keeps one that was suppressed from the start.
func (t *Tx) InsertMail(ctx context.Context, m mail.Message) error {
	params := db.InsertMailParams{
		ID: m.ID.UUID, OrgID: m.Org, Category: string(m.Category), Stream: string(m.Stream), Template: m.Template, AboutKind: string(m.About.Kind),
		CustomerID: m.Customer, Recipient: m.Recipient, RecipientName: m.RecipientName, Subject: m.Subject, Alone: m.Alone,
		State: string(m.State), Urgency: urgency(m.Stream), DueAt: instant.At(m.DueAt), ErrorCode: m.Problem.Code, ErrorText: m.Problem.Text,
		CreatedBy: m.By, Now: instant.At(t.Now()), SuppressedAt: instant.Maybe(m.Times.Suppressed),
	}
	if m.Campaign != nil {
		params.CampaignID = &m.Campaign.UUID
	}
	if m.About.ID != uuid.Nil {
		params.AboutID = &m.About.ID
	}
	if err := t.q.InsertMail(ctx, params); err != nil {
		return fmt.Errorf("queue a mail: %w", err)
	}
	return doing(t.q.InsertMailPayload(ctx, m.ID.UUID, m.Payload), "freeze a mail")
}

// Mail is one message. A missing one is an Error of kind NotFound.
func (r Reader) Mail(ctx context.Context, org crm.OrgID, id mail.ID) (mail.Message, error) {
	row, err := r.q.Mail(ctx, org, id.UUID)
	if err != nil {
		return mail.Message{}, notFound(err, "mail")
	}
	m := mailOf(row)
	m.Payload, err = r.q.MailPayload(ctx, id.UUID)
	return m, doing(err, "read what a mail says")
}

// CountMails counts messages made since a moment, by state. Each state is counted
// by itself, for which there is an index; grouped, all messages would be read.
func (r Reader) CountMails(ctx context.Context, org crm.OrgID, since time.Time) (map[mail.State]int, error) {
	counts, first := map[mail.State]int{}, firstIDAt(since)
	for _, state := range mail.States() {
		n, err := r.q.CountMailsInState(ctx, org, string(state), first)
		if err != nil {
			return nil, fmt.Errorf("count mails: %w", err)
		}
		if n > 0 {
			counts[state] = int(n)
		}
	}
	return counts, nil
}

// CountMailsIn counts messages in one state made since a moment.
func (r Reader) CountMailsIn(ctx context.Context, org crm.OrgID, state mail.State, since time.Time) (int, error) {
	n, err := r.q.CountMailsInState(ctx, org, string(state), firstIDAt(since))
	return int(n), doing(err, "count mails")
}

// CancelMail takes a message back that has not left. It returns an Error of kind
// Conflict for one that has, or is about to.
func (t *Tx) CancelMail(ctx context.Context, org crm.OrgID, id mail.ID, why string) error {
	n, err := t.q.CancelMail(ctx, db.CancelMailParams{Now: instant.Ptr(t.Now()), ErrorText: why, OrgID: org, ID: id.UUID})
	if err != nil {
		return fmt.Errorf("cancel a mail: %w", err)
	}
	if n == 0 {
		return crm.Errorf(crm.Conflict, "The mail is leaving or has left, so it cannot be cancelled any more.")
	}
	return nil
}

// RequeueMail sends a message once more that was given up or cancelled here. It
// returns an Error of kind Conflict for any other.
func (t *Tx) RequeueMail(ctx context.Context, org crm.OrgID, id mail.ID) error {
	n, err := t.q.RequeueMail(ctx, instant.At(t.Now()), org, id.UUID)
	if err != nil {
		return fmt.Errorf("queue a mail again: %w", err)
	}
	if n == 0 {
		return crm.Errorf(crm.Conflict, "Only a mail that failed before it left, or was cancelled, can be sent again.")
	}
	return nil
}

// NextMailDue is when mail of an organisation is due next; zero: none waits.
func (r Reader) NextMailDue(ctx context.Context, org crm.OrgID) (time.Time, error) {
	mails, err := r.q.NextWaitingMail(ctx, org)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the next mail: %w", err)
	}
	parcels, err := r.q.NextWaitingParcel(ctx, org)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the next request of mails: %w", err)
	}
	var next time.Time
	for _, due := range append(mails, parcels...) {
		if next.IsZero() || due.Before(next) {
			next = due.Time
		}
	}
	return next, nil
}

// OrganisationsWithMail are those with mail that is due.
func (r Reader) OrganisationsWithMail(ctx context.Context, now time.Time) ([]crm.OrgID, error) {
	orgs, err := r.q.OrganisationsWithMail(ctx, instant.Ptr(now))
	if err != nil {
		return nil, fmt.Errorf("list organisations with mail: %w", err)
	}
	return orgs, nil
}

// HoldMail is a message that nobody else changes until the end of the
// transaction, without what it says. found is false when there is none.
func (t *Tx) HoldMail(ctx context.Context, id mail.ID) (m mail.Message, found bool, err error) {
	row, err := t.q.HoldMail(ctx, id.UUID)
	if errors.Is(err, pgx.ErrNoRows) {
		return mail.Message{}, false, nil
	}
	if err != nil {
		return mail.Message{}, false, fmt.Errorf("hold a mail: %w", err)
	}
	return mailOf(row), true, nil
}

// ChangeMail keeps a message that was held, and takes into the figures what it
// has become.
func (t *Tx) ChangeMail(ctx context.Context, before, m mail.Message) error {
	if err := t.count(ctx, before, m); err != nil {
		return err
	}
	_, err := t.q.UpdateMail(ctx, db.UpdateMailParams{
		State: string(m.State), ParcelID: m.Parcel, Alone: m.Alone, RemoteID: m.RemoteID, Attempts: int64(m.Attempts), DueAt: instant.At(m.DueAt), ErrorCode: m.Problem.Code,
		ErrorText: m.Problem.Text, SentAt: instant.Maybe(m.Times.Sent), DelayedAt: instant.Maybe(m.Times.Delayed), DeliveredAt: instant.Maybe(m.Times.Delivered),
		OpenedAt: instant.Maybe(m.Times.Opened), ClickedAt: instant.Maybe(m.Times.Clicked), OpenedByPersonAt: instant.Maybe(m.Times.OpenedByPerson),
		ClickedByPersonAt: instant.Maybe(m.Times.ClickedByPerson), BouncedAt: instant.Maybe(m.Times.Bounced), ComplainedAt: instant.Maybe(m.Times.Complained),
		FailedAt: instant.Maybe(m.Times.Failed), SuppressedAt: instant.Maybe(m.Times.Suppressed), CancelledAt: instant.Maybe(m.Times.Cancelled),
		UnsubscribedAt: instant.Maybe(m.Times.Unsubscribed), LeftAt: instant.Maybe(m.Left()),
		ID: m.ID.UUID, OrgID: m.Org,
	})
	return doing(err, "keep a mail")
}

func mailOf(row db.Mail) mail.Message {
	m := mail.Message{
		ID: mail.ID{UUID: row.ID}, Org: row.OrgID, Category: mail.Category(row.Category), Stream: mail.Stream(row.Stream), Template: row.Template,
		About: mail.About{Kind: crm.RecordKind(row.AboutKind)}, Customer: row.CustomerID, Recipient: row.Recipient, RecipientName: row.RecipientName,
		Subject: row.Subject, Alone: row.Alone, State: mail.State(row.State), Parcel: row.ParcelID, Position: int(row.Position),
		RemoteID: row.RemoteID, Attempts: int(row.Attempts), DueAt: row.DueAt.Time, Problem: mail.Problem{Code: row.ErrorCode, Text: row.ErrorText},
		By: row.CreatedBy, CreatedAt: row.CreatedAt.Time,
		Times: mail.Times{
			Sent: row.SentAt.Std(), Delayed: row.DelayedAt.Std(), Delivered: row.DeliveredAt.Std(), Opened: row.OpenedAt.Std(), Clicked: row.ClickedAt.Std(),
			OpenedByPerson: row.OpenedByPersonAt.Std(), ClickedByPerson: row.ClickedByPersonAt.Std(), Bounced: row.BouncedAt.Std(),
			Complained: row.ComplainedAt.Std(), Failed: row.FailedAt.Std(), Suppressed: row.SuppressedAt.Std(), Cancelled: row.CancelledAt.Std(),
			Unsubscribed: row.UnsubscribedAt.Std(),
		},
	}
	if row.CampaignID != nil {
		m.Campaign = &mail.CampaignID{UUID: *row.CampaignID}
	}
	if row.AboutID != nil {
		m.About.ID = *row.AboutID
	}
	return m
}
