package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// noticesKept is how long notices stay in the list.
const noticesKept = 90 * 24 * time.Hour

// A Store keeps what package notify needs.
var _ notify.Store = (*Store)(nil)

// KeepNotice keeps a notice, unless one of the same organisation and cause is
// younger than an hour. It reports whether it did, and returns an Error of kind
// Invalid for bad fields.
func (t *Tx) KeepNotice(ctx context.Context, n notify.Notice) (bool, error) {
	if err := n.Validate(); err != nil {
		return false, err
	}
	recent, err := t.noticedLately(ctx, n)
	if err != nil || recent {
		return false, err
	}
	// Others may have found the same cause in this moment.
	if err := t.HoldOrganisation(ctx, n.Org); err != nil {
		return false, err
	}
	if recent, err = t.noticedLately(ctx, n); err != nil || recent {
		return false, err
	}
	err = t.q.InsertNotification(ctx, db.InsertNotificationParams{
		ID: crm.NewID[crm.Notification](), OrgID: n.Org, Cause: n.Cause, Level: string(n.Level),
		Title: n.Title, Text: n.Text, Href: n.Href, CreatedAt: instant.At(t.Now()),
	})
	return err == nil, doing(err, "keep a notice")
}

func (t *Tx) noticedLately(ctx context.Context, n notify.Notice) (bool, error) {
	last, err := t.q.LastNotification(ctx, n.Org, n.Cause)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find the last notice: %w", err)
	}
	return t.Now().Sub(last.CreatedAt.Time) < notify.Quiet, nil
}

// KeepNotice is Tx.KeepNotice in a transaction of its own.
func (s *Store) KeepNotice(ctx context.Context, n notify.Notice) (kept bool, err error) {
	err = s.InTx(ctx, func(t *Tx) error {
		kept, err = t.KeepNotice(ctx, n)
		return err
	})
	return kept && err == nil, err
}

// Notices returns notices before an id, the newest first; the zero id stands
// for the start.
func (r Reader) Notices(ctx context.Context, org crm.OrgID, before crm.NotificationID, max int) ([]notify.Kept, error) {
	if before.IsZero() {
		before = crm.NotificationID{UUID: uuid.Max}
	}
	rows, err := r.q.Notifications(ctx, org, before, limit(max))
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	all := make([]notify.Kept, len(rows))
	for i, row := range rows {
		all[i] = notify.Kept{
			Notice: notify.Notice{Org: row.OrgID, Cause: row.Cause, Level: notify.Level(row.Level), Title: row.Title, Text: row.Text, Href: row.Href},
			ID:     row.ID, At: row.CreatedAt.Time, ReadAt: row.ReadAt.Std(),
		}
	}
	return all, nil
}

// UnreadNotices is how many notices of an organisation are unread.
func (r Reader) UnreadNotices(ctx context.Context, org crm.OrgID) (int, error) {
	n, err := r.q.CountUnreadNotifications(ctx, org)
	if err != nil {
		return 0, fmt.Errorf("count unread notices: %w", err)
	}
	return int(n), nil
}

// ReadNotices marks the notices up to an id as read.
func (s *Store) ReadNotices(ctx context.Context, org crm.OrgID, upTo crm.NotificationID) error {
	return s.InTx(ctx, func(t *Tx) error {
		return doing(t.q.MarkNotificationsRead(ctx, instant.Ptr(t.Now()), org, upTo), "mark notices as read")
	})
}

// DropOldNotices forgets notices older than 90 days.
func (s *Store) DropOldNotices(ctx context.Context) error {
	return s.InTx(ctx, func(t *Tx) error {
		_, err := t.q.DeleteOldNotifications(ctx, instant.At(t.Now().Add(-noticesKept)))
		return doing(err, "drop old notices")
	})
}
