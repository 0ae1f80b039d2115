package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// ConflictState is what became of a conflict.
type ConflictState string

// The states of a conflict.
const (
	ConflictOpen   ConflictState = "open"
	ConflictOurs   ConflictState = "ours"   // our value was kept
	ConflictTheirs ConflictState = "theirs" // the service's value was kept
	ConflictGone   ConflictState = "agreed" // both sides came to say the same
)

// Conflict is a field of a customer that both sides changed differently.
type Conflict struct {
	ID        uuid.UUID // sorts by time
	Org       crm.OrgID
	Customer  crm.CustomerID
	RemoteID  string
	Field     string
	Ours      string
	Theirs    string
	OursBy    string // who changed ours
	OursAt    time.Time
	TheirsAt  time.Time
	Note      string // why it cannot be taken over, if it cannot
	State     ConflictState
	DecidedBy string
	UpdatedAt time.Time
	Name      string // of the customer, in lists
	Number    string
}

// InsertConflict keeps a conflict.
func (t *Tx) InsertConflict(ctx context.Context, c Conflict) error {
	err := t.q.InsertConflict(ctx, db.InsertConflictParams{
		ID: c.ID, OrgID: c.Org, CustomerID: c.Customer, RemoteID: c.RemoteID, Field: c.Field, Ours: c.Ours, Theirs: c.Theirs, OursBy: c.OursBy,
		OursAt: instant.At(c.OursAt), TheirsAt: instant.At(c.TheirsAt), Note: c.Note, State: string(c.State), Now: instant.At(t.Now())})
	if err != nil {
		return fmt.Errorf("keep a conflict: %w", err)
	}
	return nil
}

// ChangeConflict keeps newer values of an open conflict.
func (t *Tx) ChangeConflict(ctx context.Context, c Conflict) error {
	n, err := t.q.ChangeConflict(ctx, db.ChangeConflictParams{
		Ours: c.Ours, Theirs: c.Theirs, OursBy: c.OursBy, OursAt: instant.At(c.OursAt), TheirsAt: instant.At(c.TheirsAt), Note: c.Note, Now: instant.At(t.Now()), OrgID: c.Org, ID: c.ID})
	return changed(n, err, "conflict")
}

// CloseConflict ends an open conflict.
func (t *Tx) CloseConflict(ctx context.Context, c Conflict) error {
	n, err := t.q.CloseConflict(ctx, db.CloseConflictParams{State: string(c.State), DecidedBy: c.DecidedBy, Now: instant.At(t.Now()), OrgID: c.Org, ID: c.ID})
	return changed(n, err, "conflict")
}

// Conflict is one conflict. A missing one is an Error of kind NotFound.
func (r Reader) Conflict(ctx context.Context, org crm.OrgID, id uuid.UUID) (Conflict, error) {
	row, err := r.q.Conflict(ctx, org, id)
	if err != nil {
		return Conflict{}, notFound(err, "conflict")
	}
	return conflictOf(row), nil
}

// ConflictsOf are a customer's last 50 conflicts, the newest first, decided
// ones too.
func (r Reader) ConflictsOf(ctx context.Context, org crm.OrgID, id crm.CustomerID) ([]Conflict, error) {
	rows, err := r.q.ConflictsOfCustomer(ctx, org, id)
	if err != nil {
		return nil, fmt.Errorf("read the conflicts of a customer: %w", err)
	}
	return each(rows, conflictOf), nil
}

// OpenConflicts lists the conflicts that wait for a decision, the newest first.
func (r Reader) OpenConflicts(ctx context.Context, org crm.OrgID, f MatchFilter) (Page[Conflict], error) {
	before, err := parseIDCursor[crm.Change](f.After, uuid.Max)
	if err != nil {
		return Page[Conflict]{}, err
	}
	size := limit(f.Limit)
	rows, err := r.q.OpenConflicts(ctx, db.OpenConflictsParams{OrgID: org, Before: before.UUID, Pattern: contains(f.Search), MaxRows: size + 1})
	if err != nil {
		return Page[Conflict]{}, fmt.Errorf("list conflicts: %w", err)
	}
	return page(each(rows, func(x db.OpenConflictsRow) Conflict {
		c := conflictOf(db.ContactConflict{
			ID: x.ID, OrgID: x.OrgID, CustomerID: x.CustomerID, RemoteID: x.RemoteID, Field: x.Field, Ours: x.Ours, Theirs: x.Theirs, OursBy: x.OursBy,
			OursAt: x.OursAt, TheirsAt: x.TheirsAt, Note: x.Note, State: x.State, DecidedBy: x.DecidedBy, CreatedAt: x.CreatedAt, UpdatedAt: x.UpdatedAt})
		c.Name, c.Number = x.CustomerName, x.CustomerNumber
		return c
	}), size, func(c Conflict) string { return c.ID.String() }), nil
}

func conflictOf(x db.ContactConflict) Conflict {
	return Conflict{
		ID: x.ID, Org: x.OrgID, Customer: x.CustomerID, RemoteID: x.RemoteID, Field: x.Field, Ours: x.Ours, Theirs: x.Theirs, OursBy: x.OursBy,
		OursAt: x.OursAt.Time, TheirsAt: x.TheirsAt.Time, Note: x.Note, State: ConflictState(x.State), DecidedBy: x.DecidedBy, UpdatedAt: x.UpdatedAt.Time}
}
