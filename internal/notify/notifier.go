package notify

import (
	"context"
	"errors"
	"fmt"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

// Store keeps notices for the app.
type Store interface {
	// KeepNotice keeps a notice, unless one of the same organisation and cause
	// is younger than Quiet. It reports whether it did.
	KeepNotice(ctx context.Context, n Notice) (kept bool, err error)
	// Notices returns those before the id, the newest first; the zero id stands
	// for the start.
	Notices(ctx context.Context, org crm.OrgID, before crm.NotificationID, max int) ([]Kept, error)
	UnreadNotices(ctx context.Context, org crm.OrgID) (int, error)
	// ReadNotices marks those up to the id as read.
	ReadNotices(ctx context.Context, org crm.OrgID, upTo crm.NotificationID) error
}

// Sender carries a notice out of the app.
type Sender interface {
	Send(ctx context.Context, n Notice) error
}

// Notifier tells notices, and lists them for who acts in the context.
type Notifier struct {
	store   Store
	senders []Sender
}

// New makes a Notifier that keeps notices for the app and gives each that was
// kept to the senders, if there are any.
func New(store Store, senders ...Sender) *Notifier { return &Notifier{store, senders} }

// Tell makes a notice known, at most once an hour for one cause. It returns an
// Error of kind Invalid for bad fields. That a sender failed does not keep the
// notice from the app or from the other senders. Who is in a transaction calls
// KeepNotice of that instead.
func (n *Notifier) Tell(ctx context.Context, notice Notice) error {
	kept, err := n.store.KeepNotice(ctx, notice)
	if err != nil {
		return fmt.Errorf("keep the notice of %s: %w", notice.Cause, err)
	}
	if !kept {
		return nil
	}
	var failed []error
	for _, sender := range n.senders {
		if err := sender.Send(ctx, notice); err != nil {
			failed = append(failed, fmt.Errorf("send the notice of %s: %w", notice.Cause, err))
		}
	}
	return errors.Join(failed...)
}

// List returns notices of the organisation that acts in the context, the newest
// first, before an id or from the start.
func (n *Notifier) List(ctx context.Context, before crm.NotificationID, max int) ([]Kept, error) {
	me, err := auth.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	all, err := n.store.Notices(ctx, me.Org, before, max)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return all, nil
}

// Unread is how many notices nobody of the organisation has read.
func (n *Notifier) Unread(ctx context.Context) (int, error) {
	me, err := auth.SignedIn(ctx)
	if err != nil {
		return 0, err
	}
	count, err := n.store.UnreadNotices(ctx, me.Org)
	if err != nil {
		return 0, fmt.Errorf("count unread notices: %w", err)
	}
	return count, nil
}

// MarkRead marks the notices up to an id as read for everyone of the
// organisation, so that one that came after the page was shown stays unread.
func (n *Notifier) MarkRead(ctx context.Context, upTo crm.NotificationID) error {
	me, err := auth.SignedIn(ctx)
	if err != nil {
		return err
	}
	if err := n.store.ReadNotices(ctx, me.Org, upTo); err != nil {
		return fmt.Errorf("mark notices as read: %w", err)
	}
	return nil
}
