package store

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

func at(t *Tx) instant.Time { return instant.At(t.Now()) }

// MailHour is how much marketing mail left in an hour of an organisation's clock.
type MailHour struct {
	Begun time.Time
	Used  int
}

// MailHours are those since a moment, the earliest first.
func (r Reader) MailHours(ctx context.Context, org crm.OrgID, since time.Time) ([]MailHour, error) {
	rows, err := r.q.MailHoursSince(ctx, org, instant.At(since))
	return each(rows, func(x db.MailHoursSinceRow) MailHour { return MailHour{x.Hour.Time, int(x.Used)} }), doing(err, "read how much mail left")
}

// HoldMailHour keeps others from counting in an hour until the transaction ends.
func (t *Tx) HoldMailHour(ctx context.Context, org crm.OrgID, hour time.Time) error {
	_, err := t.q.HoldMailHour(ctx, org, instant.At(hour))
	return doing(err, "hold how much mail left")
}

// CountInMailHour adds to what left in an hour; a negative number is given back.
func (t *Tx) CountInMailHour(ctx context.Context, org crm.OrgID, h MailHour) error {
	switch {
	case h.Used > 0:
		return doing(t.q.AddToMailHour(ctx, org, instant.At(h.Begun), int64(h.Used)), "count what leaves")
	case h.Used < 0:
		return doing(t.q.GiveBackMailHour(ctx, int64(-h.Used), org, instant.At(h.Begun)), "count what did not leave")
	}
	return nil
}

// DropMailHours forgets those before a moment.
func (s *Store) DropMailHours(ctx context.Context, before time.Time) error {
	return doing(s.q.DropMailHours(ctx, instant.At(before)), "forget how much mail left")
}
