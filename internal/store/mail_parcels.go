package store

import (
	"context"
	"fmt"
	"slices"
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
	Account  string     // of the service, at which it was tried first
	Mails    []mail.Message
}

// ParcelClaim says who takes what.
type ParcelClaim struct {
	Org     crm.OrgID
	Process uuid.UUID
	Account string // of the service
	Least   int    // urgency of what is taken
	Most    int    // mails in a parcel
	Bulk    *int   // marketing mails that may leave now; nil: any number
}

// allowed leaves out marketing mails beyond those that may leave now.
func (c ParcelClaim) allowed(rows []db.WaitingMailsRow) []db.WaitingMailsRow {
	if c.Bulk == nil {
		return rows
	}
	left := *c.Bulk
	return slices.DeleteFunc(rows, func(row db.WaitingMailsRow) bool {
		if row.Urgency < MailBulk {
			return false
		}
		left--
		return left < 0
	})
}

// ClaimParcel takes the parcel that is due first, or packs one of waiting mails:
// urgent parcels, urgent mails, then the others, so that many parcels of bulk
// mail that have to be repeated hold up nothing urgent. ready tells which mails
// may leave, and settles the others. A nil parcel means that nothing is due. The
// parcel counts as tried from now on.
func (t *Tx) ClaimParcel(ctx context.Context, c ParcelClaim, ready func(mail.Message) (bool, error)) (*Parcel, error) {
	p, err := t.nextParcel(ctx, c, ready)
	if err != nil || p == nil {
		return nil, err
	}
	now := instant.At(t.Now())
	if _, err := t.q.TryParcel(ctx, &now, p.ID, &c.Process); err != nil {
		return nil, fmt.Errorf("begin a request of mails: %w", err)
	}
	return p, t.readPayloads(ctx, p)
}

func (t *Tx) nextParcel(ctx context.Context, c ParcelClaim, ready func(mail.Message) (bool, error)) (*Parcel, error) {
	for _, least := range []int{min(MailUrgent, c.Least), c.Least} {
		if p, err := t.claimWaiting(ctx, c, least); err != nil || p != nil {
			return p, err
		}
		if p, err := t.packParcel(ctx, c, least, ready); err != nil || p != nil {
			return p, err
		}
	}
	return nil, nil //nolint:nilnil // nothing is due
}

// claimWaiting takes a parcel that was tried before.
func (t *Tx) claimWaiting(ctx context.Context, c ParcelClaim, least int) (*Parcel, error) {
	now := instant.At(t.Now())
	row, err := t.q.ClaimParcel(ctx, db.ClaimParcelParams{ClaimedBy: &c.Process, Now: &now, OrgID: c.Org, Least: int64(least)})
	if found, err := maybe(err, "claim a request of mails"); err != nil || !found {
		return nil, err
	}
	p := &Parcel{ID: row.ID, Org: row.OrgID, Urgency: int(row.Urgency), Attempts: int(row.Attempts), TriedAt: row.TriedAt.Std(), Doubtful: row.Doubtful, Account: row.Account}
	rows, err := t.q.MailsInParcel(ctx, &p.ID)
	if err != nil {
		return nil, fmt.Errorf("read a request of mails: %w", err)
	}
	p.Mails = each(rows, mailOf)
	return p, nil
}

func (t *Tx) readPayloads(ctx context.Context, p *Parcel) error {
	rows, err := t.q.PayloadsInParcel(ctx, &p.ID)
	if err != nil {
		return fmt.Errorf("read what mails say: %w", err)
	}
	payloads := make(map[uuid.UUID]string, len(rows))
	for _, row := range rows {
		payloads[row.MailID] = row.Payload
	}
	for i := range p.Mails {
		p.Mails[i].Payload = payloads[p.Mails[i].ID.UUID]
	}
	return nil
}

// packParcel makes a parcel of the mails that are due first, if the first is as
// urgent as asked for; others fill it up. A mail that has to go alone makes one
// by itself.
func (t *Tx) packParcel(ctx context.Context, c ParcelClaim, least int, ready func(mail.Message) (bool, error)) (*Parcel, error) {
	p := &Parcel{ID: uuid.Must(uuid.NewV7()), Org: c.Org, Account: c.Account}
	for len(p.Mails) == 0 {
		rows, err := t.q.WaitingMails(ctx, db.WaitingMailsParams{OrgID: c.Org, Least: int64(c.Least), Now: instant.At(t.Now()), MaxRows: int32(c.Most)}) // #nosec G115 -- at most 100
		if err != nil {
			return nil, fmt.Errorf("list waiting mails: %w", err)
		}
		rows = c.allowed(rows)
		if len(rows) == 0 || rows[0].Urgency > int64(least) {
			return nil, nil //nolint:nilnil // nothing is due
		}
		p.Urgency = int(rows[0].Urgency)
		if err := t.fillParcel(ctx, p, rows, ready); err != nil {
			return nil, err
		}
	}
	return p, doing(t.q.InsertParcel(ctx, db.InsertParcelParams{
		ID: p.ID, OrgID: c.Org, Size: int64(len(p.Mails)), Urgency: int64(p.Urgency), Account: p.Account, Now: instant.At(t.Now()), ClaimedBy: &c.Process,
	}), "keep a request of mails")
}

// fillParcel packs those that may leave, in the order of their ids, in which
// others hold mails too. When it packs none, none of them waits any more, and
// the next ones are looked at.
func (t *Tx) fillParcel(ctx context.Context, p *Parcel, rows []db.WaitingMailsRow, ready func(mail.Message) (bool, error)) error {
	if rows[0].Alone {
		rows = rows[:1]
	} else {
		rows = slices.DeleteFunc(rows, func(row db.WaitingMailsRow) bool { return row.Alone })
	}
	slices.SortFunc(rows, func(a, b db.WaitingMailsRow) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for _, row := range rows {
		m, err := t.packMail(ctx, p, row.ID, ready)
		if err != nil {
			return err
		}
		if m != nil {
			p.Mails = append(p.Mails, *m)
		}
	}
	return nil
}

// packMail puts a mail into a parcel, if it still waits and may leave.
func (t *Tx) packMail(ctx context.Context, p *Parcel, id uuid.UUID, ready func(mail.Message) (bool, error)) (*mail.Message, error) {
	row, err := t.q.PackMail(ctx, &p.ID, int64(len(p.Mails)), id)
	if found, err := maybe(err, "pack a mail"); err != nil || !found {
		return nil, err
	}
	m := mailOf(row)
	if ok, err := ready(m); err != nil || !ok {
		return nil, err
	}
	return &m, nil
}

// Rewrite freezes other words of a mail. Only a mail that certainly never left
// may change, in a request that was never tried.
func (t *Tx) Rewrite(ctx context.Context, m mail.Message) error {
	return doing(t.q.UpdateMailPayload(ctx, m.Payload, m.ID.UUID), "freeze a mail again")
}

// HoldMailsIn are the mails of a parcel in the order of their ids, which nobody
// else changes until the end of the transaction, without what they say.
func (t *Tx) HoldMailsIn(ctx context.Context, p Parcel) ([]mail.Message, error) {
	rows, err := t.q.HoldMailsInParcel(ctx, &p.ID)
	if err != nil {
		return nil, fmt.Errorf("hold a request of mails: %w", err)
	}
	slices.SortFunc(rows, func(a, b db.Mail) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return each(rows, mailOf), nil
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
