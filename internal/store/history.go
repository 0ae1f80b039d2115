package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
	"github.com/renoz/renoz/internal/synclog"
)

// InsertCall keeps one exchange with a service.
func (t *Tx) InsertCall(ctx context.Context, c synclog.Call) error {
	err := t.q.InsertCall(ctx, db.InsertCallParams{
		ID: c.ID, OrgID: c.Org, Service: c.Service, Method: c.Method, Path: c.Path, HTTPStatus: int64(c.HTTPStatus),
		DurationMicros: c.Duration.Microseconds(), CorrelationID: c.CorrelationID, Request: c.Request, Response: c.Response,
		Error: c.Error, CreatedAt: instant.At(c.At),
	})
	if err != nil {
		return fmt.Errorf("keep a call: %w", err)
	}
	return nil
}

// InsertEntry keeps one operation. It is found by its words once the
// transaction has ended.
func (t *Tx) InsertEntry(ctx context.Context, e synclog.Entry) error {
	err := t.q.InsertEntry(ctx, db.InsertEntryParams{
		ID: e.ID, OrgID: e.Org, Service: e.Service, Direction: string(e.Direction), EntityType: e.EntityType, EntityID: e.EntityID,
		EntityLabel: e.Label, Action: string(e.Action), Status: string(e.Status), Error: e.Error, Attempt: int64(e.Attempt), Actor: e.Actor,
		CallID: e.CallID, DurationMicros: e.Duration.Microseconds(), HTTPStatus: int64(e.HTTPStatus), CreatedAt: instant.At(e.At),
	})
	if err != nil {
		return fmt.Errorf("keep an entry of the history: %w", err)
	}
	t.said = append(t.said, e)
	return nil
}

// EntriesOf is the history of one record, the newest first.
func (r Reader) EntriesOf(ctx context.Context, org crm.OrgID, record uuid.UUID, max int) ([]synclog.Entry, error) {
	rows, err := r.q.EntriesOf(ctx, org, record.String(), limit(max))
	return entries(rows, err)
}

// Entry is one operation. A missing one is an Error of kind NotFound.
func (r Reader) Entry(ctx context.Context, org crm.OrgID, id uuid.UUID) (synclog.Entry, error) {
	row, err := r.q.Entry(ctx, org, id)
	if err != nil {
		return synclog.Entry{}, notFound(err, "entry in the history")
	}
	return entryOf(row), nil
}

// Call is one exchange. A missing one is an Error of kind NotFound.
func (r Reader) Call(ctx context.Context, org crm.OrgID, id crm.CallID) (synclog.Call, error) {
	row, err := r.q.Call(ctx, org, id)
	if err != nil {
		return synclog.Call{}, notFound(err, "call in the history")
	}
	return synclog.Call{
		ID: row.ID, Org: row.OrgID, Service: row.Service, Method: row.Method, Path: row.Path, HTTPStatus: int(row.HTTPStatus),
		Duration: time.Duration(row.DurationMicros) * time.Microsecond, CorrelationID: row.CorrelationID,
		Request: row.Request, Response: row.Response, Error: row.Error, At: row.CreatedAt.Time,
	}, nil
}

// RecentOutcomes counts operations with a service since a moment, by status.
func (r Reader) RecentOutcomes(ctx context.Context, org crm.OrgID, service string, since time.Time) (map[synclog.Status]int, error) {
	rows, err := r.q.CountRecentCalls(ctx, org, service, firstIDAt(since))
	if err != nil {
		return nil, fmt.Errorf("count operations: %w", err)
	}
	counts := map[synclog.Status]int{}
	for _, row := range rows {
		counts[synclog.Status(row.Status)] = int(row.N)
	}
	return counts, nil
}

// DeleteOldHistory removes what is older than before, and returns how much.
func (t *Tx) DeleteOldHistory(ctx context.Context, before time.Time) (int, error) {
	entries, err := t.q.DeleteOldEntries(ctx, instant.At(before))
	if err != nil {
		return 0, fmt.Errorf("delete old history: %w", err)
	}
	if err := t.words.forget(ctx, t.raw, firstIDAt(before)); err != nil {
		return 0, fmt.Errorf("forget the words of old history: %w", err)
	}
	calls, err := t.q.DeleteOldCalls(ctx, instant.At(before))
	if err != nil {
		return 0, fmt.Errorf("delete old calls: %w", err)
	}
	return int(entries + calls), nil
}

// firstIDAt is the smallest version 7 UUID of a moment.
func firstIDAt(t time.Time) uuid.UUID {
	var id uuid.UUID
	ms := uint64(max(t.UnixMilli(), 0)) // #nosec G115 -- not negative
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i)) // #nosec G115 -- the byte at this place
	}
	return id
}

// newIDAt is a new version 7 UUID of a moment by the store's clock, which lists
// that go by their ids follow.
func newIDAt(t time.Time) (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return id, fmt.Errorf("make an id: %w", err)
	}
	at := firstIDAt(t)
	copy(id[:6], at[:6])
	return id, nil
}

// timeOf is the moment of a version 7 UUID, to the millisecond.
func timeOf(id uuid.UUID) time.Time {
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms).UTC()
}

func entries(rows []db.SyncLog, err error) ([]synclog.Entry, error) {
	if err != nil {
		return nil, fmt.Errorf("list the history: %w", err)
	}
	out := make([]synclog.Entry, len(rows))
	for i, row := range rows {
		out[i] = entryOf(row)
	}
	return out, nil
}

func entryOf(row db.SyncLog) synclog.Entry {
	return synclog.Entry{
		ID: row.ID, Org: row.OrgID, Service: row.Service, Direction: synclog.Direction(row.Direction), EntityType: row.EntityType,
		EntityID: row.EntityID, Label: row.EntityLabel, Action: synclog.Action(row.Action), Status: synclog.Status(row.Status),
		Error: row.Error, Attempt: int(row.Attempt), Actor: row.Actor, CallID: row.CallID,
		Duration: time.Duration(row.DurationMicros) * time.Microsecond, HTTPStatus: int(row.HTTPStatus), At: row.CreatedAt.Time,
	}
}
