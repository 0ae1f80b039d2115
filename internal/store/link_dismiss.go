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

// NewDismissal names a dismissal that begins now.
func (t *Tx) NewDismissal(by, reason string) (link.Dismissal, error) {
	now := t.Now()
	id, err := newIDAt(now)
	return link.Dismissal{ID: id, By: by, Reason: reason, At: now}, err
}

// DismissLink takes a failed link off the list, as a part of a dismissal. It
// returns an Error of kind Conflict for a link that does not fail.
func (t *Tx) DismissLink(ctx context.Context, k link.Key, d link.Dismissal) error {
	n, err := t.q.DismissLink(ctx, db.DismissLinkParams{Dismissal: &d.ID, Now: instant.Ptr(d.At), DismissedBy: d.By, DismissReason: d.Reason,
		OrgID: k.Org, Service: k.Service, Kind: string(k.Kind), RecordID: k.Record})
	return stepped(n, err, "dismissed")
}

// DismissCause takes all failed links of one cause off the list, and returns
// how many there were.
func (t *Tx) DismissCause(ctx context.Context, org crm.OrgID, c Cause, d link.Dismissal) (int, error) {
	n, err := t.q.DismissCause(ctx, db.DismissCauseParams{Dismissal: &d.ID, Now: instant.Ptr(d.At), DismissedBy: d.By, DismissReason: d.Reason,
		OrgID: org, Kind: string(c.Record), ErrorCode: c.Code, ErrorKind: c.Kind, NextAction: string(c.Action)})
	if err != nil {
		return 0, fmt.Errorf("dismiss records of a cause: %w", err)
	}
	return int(n), nil
}

// RestoreLink gives a dismissed link back the state that it had.
func (t *Tx) RestoreLink(ctx context.Context, k link.Key) error {
	n, err := t.q.RestoreLink(ctx, db.RestoreLinkParams{Now: instant.At(t.Now()), OrgID: k.Org, Service: k.Service, Kind: string(k.Kind), RecordID: k.Record})
	return stepped(n, err, "restored")
}

// RestoreDismissal restores what is left of a dismissal, and returns how many
// links that are. When none are, it returns an Error of kind NotFound.
func (t *Tx) RestoreDismissal(ctx context.Context, org crm.OrgID, dismissal uuid.UUID) (int, error) {
	n, err := t.q.RestoreDismissal(ctx, instant.At(t.Now()), org, &dismissal)
	if err != nil {
		return 0, fmt.Errorf("restore a dismissal: %w", err)
	}
	if n == 0 {
		return 0, crm.Errorf(crm.NotFound, "There is no such dismissal, or nothing of it is dismissed any longer.")
	}
	return int(n), nil
}

// Dismissals lists up to max dismissals since a moment of which something is
// left, the latest first.
func (r Reader) Dismissals(ctx context.Context, org crm.OrgID, since time.Time, max int) ([]link.Dismissal, error) {
	from := firstIDAt(since)
	rows, err := r.q.Dismissals(ctx, org, &from, limit(max))
	if err != nil {
		return nil, fmt.Errorf("list dismissals: %w", err)
	}
	return each(rows, func(row db.DismissalsRow) link.Dismissal {
		return link.Dismissal{ID: *row.Dismissal, Count: int(row.N), By: row.DismissedBy, Reason: row.Reason, Label: row.Label, At: timeOf(*row.Dismissal)}
	}), nil
}
