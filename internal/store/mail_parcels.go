package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// The states of a parcel.
const (
	parcelWaiting = "waiting"
	parcelDone    = "done"
)

// Parcel is one request that carries mails, in an order that never changes.
type Parcel struct {
	ID       uuid.UUID
	Org      crm.OrgID
	Urgency  int
	Attempts int
	TriedAt  *time.Time // first; nil: never yet
	Doubtful bool       // an earlier try may have arrived
	Mails    []mail.Message
}

// ParcelClaim says who takes what.
type ParcelClaim struct {
	Org     crm.OrgID
	Process uuid.UUID
	Least   int // urgency of what is taken
	Most    int // mails in a parcel
}

// ClaimParcel takes the parcel that is due first, or packs one of waiting mails.
// ready tells which mails may leave; it may settle others. A nil parcel
// means that nothing is due. The parcel counts as tried from now on.
func (t *Tx) ClaimParcel(ctx context.Context, c ParcelClaim, ready func(mail.Message) (bool, error)) (*Parcel, error) {
	now := instant.At(t.Now())
	row, err := t.q.ClaimParcel(ctx, db.ClaimParcelParams{ClaimedBy: &c.Process, Now: &now, OrgID: c.Org, Least: int64(c.Least)})
	found, err := maybe(err, "claim a request of mails")
	if err != nil {
		return nil, err
	}
	var p *Parcel
	if found {
		p = &Parcel{ID: row.ID, Org: row.OrgID, Urgency: int(row.Urgency), Attempts: int(row.Attempts), TriedAt: row.TriedAt.Std(), Doubtful: row.Doubtful}
		rows, err := t.q.MailsInParcel(ctx, &p.ID)
		if err != nil {
			return nil, fmt.Errorf("read a request of mails: %w", err)
		}
		p.Mails = each(rows, mailOf)
	} else if p, err = t.packParcel(ctx, c, ready); err != nil || p == nil {
		return nil, err
	}
	if _, err := t.q.TryParcel(ctx, &now, p.ID, &c.Process); err != nil {
		return nil, fmt.Errorf("begin a request of mails: %w", err)
	}
	return p, nil
}

// packParcel makes a parcel of the mails that are due first. A mail that has to
// go alone makes one by itself.
func (t *Tx) packParcel(ctx context.Context, c ParcelClaim, ready func(mail.Message) (bool, error)) (*Parcel, error) {
	rows, err := t.q.WaitingMails(ctx, db.WaitingMailsParams{OrgID: c.Org, Least: int64(c.Least), Now: instant.At(t.Now()), MaxRows: int32(c.Most)}) // #nosec G115 -- at most 100
	if err != nil {
		return nil, fmt.Errorf("list waiting mails: %w", err)
	}
	p := &Parcel{ID: uuid.Must(uuid.NewV7()), Org: c.Org, Urgency: MailUrgent}
	for _, row := range rows {
		if row.Alone && len(p.Mails) > 0 {
			continue
		}
		m, ok, err := t.packMail(ctx, *p, mail.ID{UUID: row.ID}, ready)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		p.Mails, p.Urgency = append(p.Mails, m), max(p.Urgency, int(urgency(m.Stream)))
		if m.Alone {
			break
		}
	}
	if len(p.Mails) == 0 {
		return nil, nil //nolint:nilnil // nothing is due
	}
	return p, doing(t.q.InsertParcel(ctx, db.InsertParcelParams{
		ID: p.ID, OrgID: c.Org, Size: int64(len(p.Mails)), Urgency: int64(p.Urgency), Now: instant.At(t.Now()), ClaimedBy: &c.Process,
	}), "keep a request of mails")
}

// packMail puts a mail into a parcel, if it still waits and may leave.
func (t *Tx) packMail(ctx context.Context, p Parcel, id mail.ID, ready func(mail.Message) (bool, error)) (mail.Message, bool, error) {
	m, found, err := t.HoldMail(ctx, id)
	if err != nil || !found || m.State != mail.Queued || m.Parcel != nil {
		return m, false, err
	}
	if ok, err := ready(m); err != nil || !ok {
		return m, false, err
	}
	m.State, m.Parcel, m.Position = mail.Sending, &p.ID, len(p.Mails)
	n, err := t.q.PackMail(ctx, m.Parcel, int64(m.Position), m.ID.UUID)
	return m, n > 0, doing(err, "pack a mail")
}

// EndParcel ends a claim for good: what became of its mails is kept with them.
func (t *Tx) EndParcel(ctx context.Context, process uuid.UUID, p Parcel) error {
	return t.settleParcel(ctx, process, p, db.SettleParcelParams{State: parcelDone, Doubtful: p.Doubtful})
}

// RepeatParcel ends a claim for now: the same request is made again at due.
func (t *Tx) RepeatParcel(ctx context.Context, process uuid.UUID, p Parcel, due time.Time) error {
	return t.settleParcel(ctx, process, p, db.SettleParcelParams{State: parcelWaiting, DueAt: instant.At(due), Doubtful: p.Doubtful})
}

func (t *Tx) settleParcel(ctx context.Context, process uuid.UUID, p Parcel, params db.SettleParcelParams) error {
	params.ID, params.ClaimedBy, params.Attempts = p.ID, &process, int64(p.Attempts)
	if params.DueAt.IsZero() {
		params.DueAt = instant.At(t.Now())
	}
	n, err := t.q.SettleParcel(ctx, params)
	if err != nil {
		return fmt.Errorf("settle a request of mails: %w", err)
	}
	if n == 0 {
		return crm.Errorf(crm.Conflict, "Another process has taken this request of mails over.")
	}
	return nil
}

// ReleaseParcels gives back what a process claimed for an organisation and does
// not work on.
func (s *Store) ReleaseParcels(ctx context.Context, p Process, org crm.OrgID) error {
	return s.InTx(ctx, func(t *Tx) error {
		_, err := t.q.ReleaseParcels(ctx, org, &p.ID)
		return doing(err, "release requests of mails")
	})
}
