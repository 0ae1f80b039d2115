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

// ChangeEntry is one change in the history of a record.
type ChangeEntry struct {
	ID       uuid.UUID // sorts by time
	OrgID    crm.OrgID
	Record   crm.RecordKind
	RecordID uuid.UUID
	What     crm.ChangeKind
	Actor    string // who did it, in words for people
	Detail   string // a short sentence
	At       time.Time
}

// InsertChange adds to the history of a record.
func (t *Tx) InsertChange(ctx context.Context, c ChangeEntry) error {
	err := t.q.InsertChange(ctx, db.InsertChangeParams{
		ID: c.ID, OrgID: c.OrgID, RecordKind: string(c.Record), RecordID: c.RecordID, What: string(c.What),
		Actor: c.Actor, Detail: c.Detail, CreatedAt: instant.At(c.At)})
	if err != nil {
		return fmt.Errorf("keep a change of a record: %w", err)
	}
	return nil
}

// ChangesOf is the history of a record, the newest change first: 50 changes
// when max is zero, at most 200.
func (r Reader) ChangesOf(ctx context.Context, org crm.OrgID, record uuid.UUID, max int) ([]ChangeEntry, error) {
	rows, err := r.q.ChangesOf(ctx, org, record, limit(max))
	if err != nil {
		return nil, fmt.Errorf("read the changes of a record: %w", err)
	}
	return each(rows, func(row db.Change) ChangeEntry {
		return ChangeEntry{
			ID: row.ID, OrgID: row.OrgID, Record: crm.RecordKind(row.RecordKind), RecordID: row.RecordID,
			What: crm.ChangeKind(row.What), Actor: row.Actor, Detail: row.Detail, At: row.CreatedAt.Time}
	}), nil
}
