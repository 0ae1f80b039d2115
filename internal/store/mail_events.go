package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// KeepStrangeMailEvent is KeepMailEvent for an event of a mail that is not known
// by its id at the service. It reports known when the mail became known in this
// moment; then nothing is kept.
func (t *Tx) KeepStrangeMailEvent(ctx context.Context, e mail.Event) (known bool, err error) {
	if err := t.q.HoldStranger(ctx, e.RemoteID); err != nil {
		return false, fmt.Errorf("hold a mail that is not known: %w", err)
	}
	if _, known, err = t.MailByRemote(ctx, e.RemoteID); err != nil || known {
		return known, err
	}
	_, err = t.KeepMailEvent(ctx, e)
	return false, err
}

// MeetMails holds mails whose ids at the service are stored in this transaction
// against those who keep events of unknown mails, and returns the ids of which
// something was told before. The ids must be in order.
func (t *Tx) MeetMails(ctx context.Context, remotes []string) (told []string, err error) {
	if len(remotes) == 0 {
		return nil, nil
	}
	values := make([]any, len(remotes))
	rows := make([]string, len(remotes))
	for i, remote := range remotes {
		values[i], rows[i] = remote, "("+parameters(i+1, 1)+")"
	}
	list := parameters(1, len(remotes))
	_, err = t.raw.Exec(ctx, "insert into mail_strangers (remote_id) values "+strings.Join(rows, ", ")+" on conflict (remote_id) do update set remote_id = excluded.remote_id", values...)
	if err != nil {
		return nil, fmt.Errorf("hold mails that become known: %w", err)
	}
	found, err := t.raw.Query(ctx, "select distinct remote_id from mail_events where mail_id is null and remote_id in ("+list+")", values...)
	if err != nil {
		return nil, fmt.Errorf("find what was told of unknown mails: %w", err)
	}
	if told, err = pgx.CollectRows(found, pgx.RowTo[string]); err != nil {
		return nil, fmt.Errorf("find what was told of unknown mails: %w", err)
	}
	_, err = t.raw.Exec(ctx, "delete from mail_strangers where remote_id in ("+list+")", values...)
	return told, doing(err, "let go of mails that are known")
}

// AdoptMailEvents returns what was told of a mail before it was known by its id
// at the service, and keeps whose it is. MeetMails has to come before.
func (t *Tx) AdoptMailEvents(ctx context.Context, m mail.Message) ([]mail.Event, error) {
	rows, err := t.q.StrangeMailEvents(ctx, m.RemoteID)
	if err != nil || len(rows) == 0 {
		return nil, doing(err, "find what was told of a mail")
	}
	_, err = t.q.AdoptMailEvents(ctx, db.AdoptMailEventsParams{MailID: &m.ID.UUID, OrgID: &m.Org, Recipient: m.Recipient, RemoteID: m.RemoteID})
	if err != nil {
		return nil, fmt.Errorf("keep whose mail it was told of: %w", err)
	}
	told := each(rows, mailEventOf)
	for i := range told {
		told[i].Message, told[i].Org, told[i].Recipient = &m.ID, m.Org, m.Recipient
	}
	return told, nil
}

// MailEvents is what was told of a mail, the earliest first.
func (r Reader) MailEvents(ctx context.Context, id mail.ID) ([]mail.Event, error) {
	rows, err := r.q.MailEvents(ctx, &id.UUID, maxRows)
	if err != nil {
		return nil, fmt.Errorf("list what was told of a mail: %w", err)
	}
	return each(rows, mailEventOf), nil
}

// ClicksBetween are the clicks in a mail from since until until.
func (r Reader) ClicksBetween(ctx context.Context, id mail.ID, since, until time.Time) ([]mail.Event, error) {
	rows, err := r.q.ClicksBetween(ctx, &id.UUID, instant.At(since), instant.At(until))
	return each(rows, mailEventOf), doing(err, "list clicks")
}

// ChangeAgent keeps what an event turned out to come from.
func (t *Tx) ChangeAgent(ctx context.Context, id uuid.UUID, agent mail.Agent) error {
	return doing(t.q.ChangeAgent(ctx, string(agent), id), "keep who clicked")
}

// FirstClickByPerson is when a person first clicked in a mail; nil: never.
func (r Reader) FirstClickByPerson(ctx context.Context, id mail.ID) (*time.Time, error) {
	rows, err := r.q.FirstClickByPerson(ctx, &id.UUID)
	if err != nil || len(rows) == 0 {
		return nil, doing(err, "find the first click")
	}
	return &rows[0].Time, nil
}

// TransientBounces are the times of bounces of an address that might have
// passed, after since, until until.
func (r Reader) TransientBounces(ctx context.Context, org crm.OrgID, address string, since, until time.Time) ([]time.Time, error) {
	rows, err := r.q.TransientBounces(ctx, db.TransientBouncesParams{OrgID: &org, Recipient: address, Since: instant.At(since), Until: instant.At(until), MaxRows: maxRows})
	return each(rows, func(at instant.Time) time.Time { return at.Time }), doing(err, "list bounces")
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
