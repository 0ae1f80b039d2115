package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// LookAtInbox is the job that looks at waiting webhooks of a service.
type LookAtInbox struct {
	Service string `json:"service"`
}

// Kind names the job.
func (LookAtInbox) Kind() string { return "look_at_inbox" }

// KeepEvents keeps webhooks. When one is new and no job is under way to look,
// it enqueues one. What was kept before is only counted.
func (s *Store) KeepEvents(ctx context.Context, events []inbox.Event) error {
	return s.InTx(ctx, func(t *Tx) error {
		services, err := t.insertEvents(ctx, unique(events))
		if err != nil {
			return err
		}
		for service := range services {
			if err := t.ring(ctx, service); err != nil {
				return err
			}
		}
		return nil
	})
}

// ring enqueues a job unless one that was enqueued has not yet begun to look.
// Counting in one row orders those who ring and those who come to look, so that
// no event falls between them.
func (t *Tx) ring(ctx context.Context, service string) error {
	rings, err := t.q.RingBell(ctx, service)
	if err != nil {
		return fmt.Errorf("ring for %s: %w", service, err)
	}
	if rings > 1 {
		return nil
	}
	return t.Enqueue(ctx, jobs.Request{Args: LookAtInbox{service}, Priority: jobs.Urgent})
}

// AnswerBell says that a job begins to look; whoever rings from now on needs
// another one.
func (s *Store) AnswerBell(ctx context.Context, service string) error {
	return s.InTx(ctx, func(t *Tx) error {
		if err := t.q.QuietBell(ctx, service); err != nil {
			return fmt.Errorf("answer the bell of %s: %w", service, err)
		}
		return nil
	})
}

// unique merges events that were delivered twice in one batch: one statement
// may meet each row only once.
func unique(events []inbox.Event) []inbox.Event {
	type key struct{ service, delivery string }
	at := make(map[key]int, len(events))
	out := make([]inbox.Event, 0, len(events))
	for _, e := range events {
		k := key{e.Service, e.DeliveryKey}
		if i, again := at[k]; again {
			out[i].Repeats++
			continue
		}
		at[k] = len(out)
		out = append(out, e)
	}
	return out
}

// eventColumns is how many values one event takes in the insert below, and
// eventRows how many events a statement takes: SQLite allows 32,766 values.
const (
	eventColumns = 14
	eventRows    = 100
)

const insertEventsHead = `insert into inbox_events (id, service, delivery_key, tenant_id, category, event_type, resource_id,
 occurred_at, payload, state, repeats, due_at, received_at, attempts, result) values `

const insertEventsTail = ` on conflict (service, delivery_key) do update set repeats = inbox_events.repeats + 1 + excluded.repeats
 returning service, id`

// insertEvents is written by hand because one statement for many rows is what
// lets a thousand webhooks share a transaction cheaply. It returns the services
// that have new events.
func (t *Tx) insertEvents(ctx context.Context, events []inbox.Event) (map[string]bool, error) {
	fresh := make(map[uuid.UUID]bool, len(events))
	for _, e := range events {
		fresh[e.ID.UUID] = true
	}
	services := map[string]bool{}
	for len(events) > 0 {
		n := min(len(events), eventRows)
		rows, err := t.raw.Query(ctx, insertEventsHead+placeholders(n)+insertEventsTail, eventValues(events[:n])...)
		if err != nil {
			return nil, fmt.Errorf("keep %d webhooks: %w", n, err)
		}
		if err := noteFresh(rows, fresh, services); err != nil {
			return nil, fmt.Errorf("keep %d webhooks: %w", n, err)
		}
		events = events[n:]
	}
	return services, nil
}

// noteFresh reads which rows are the ones that were offered: a repeat returns
// the id of the row that was there.
func noteFresh(rows pgx.Rows, fresh map[uuid.UUID]bool, services map[string]bool) error {
	defer rows.Close()
	for rows.Next() {
		var service string
		var id uuid.UUID
		if err := rows.Scan(&service, &id); err != nil {
			return err
		}
		if fresh[id] {
			services[service] = true
		}
	}
	return rows.Err()
}

func placeholders(rows int) string {
	var b strings.Builder
	b.Grow(rows * eventColumns * 5)
	n := 0
	for row := range rows {
		if row > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for range eventColumns {
			n++
			fmt.Fprintf(&b, "$%d,", n)
		}
		b.WriteString("'')")
	}
	return b.String()
}

func eventValues(events []inbox.Event) []any {
	values := make([]any, 0, len(events)*eventColumns)
	for _, e := range events {
		values = append(values, e.ID.UUID.String(), e.Service, e.DeliveryKey, e.Tenant, e.Category, e.Type, e.Resource,
			instant.At(e.OccurredAt), e.Payload, string(e.State), int64(e.Repeats), instant.At(e.DueAt), instant.At(e.ReceivedAt), int64(e.Attempts))
	}
	return values
}

// CountRefusal adds to the count of requests that were turned away.
func (s *Store) CountRefusal(ctx context.Context, r inbox.Refusal) error {
	return s.InTx(ctx, func(t *Tx) error {
		err := t.q.CountRefusal(ctx, db.CountRefusalParams{Service: r.Service, Reason: r.Reason, Day: r.Day.String(),
			Times: int64(r.Times), LastAt: instant.At(r.LastAt), Sample: r.Sample})
		if err != nil {
			return fmt.Errorf("count refused webhooks: %w", err)
		}
		return nil
	})
}

// Refusals are the counts of requests that were turned away, the latest first.
func (r Reader) Refusals(ctx context.Context, service string) ([]inbox.Refusal, error) {
	rows, err := r.q.Refusals(ctx, service)
	if err != nil {
		return nil, fmt.Errorf("list refused webhooks: %w", err)
	}
	out := make([]inbox.Refusal, len(rows))
	for i, row := range rows {
		day, err := crm.ParseDay(row.Day)
		if err != nil {
			return nil, fmt.Errorf("read a stored day: %w", err)
		}
		out[i] = inbox.Refusal{Service: row.Service, Reason: row.Reason, Day: day, Times: int(row.Times), LastAt: row.LastAt.Time, Sample: row.Sample}
	}
	return out, nil
}

// ClaimEvents takes waiting webhooks of a service that are due.
func (t *Tx) ClaimEvents(ctx context.Context, service string, process uuid.UUID, max int) ([]inbox.Event, error) {
	rows, err := t.q.ClaimEvents(ctx, db.ClaimEventsParams{ClaimedBy: &process, Service: service, Now: instant.At(t.Now()), MaxRows: int32(max)}) // #nosec G115 -- a constant of the caller
	return events(rows, err)
}

// SettleEvent ends a claim. It does nothing when process lost the claim.
func (t *Tx) SettleEvent(ctx context.Context, process uuid.UUID, e inbox.Event) error {
	_, err := t.q.SettleEvent(ctx, db.SettleEventParams{
		State: string(e.State), Result: e.Result, OrgID: e.Org, Attempts: int64(e.Attempts), DueAt: instant.At(e.DueAt),
		ProcessedAt: instant.Maybe(e.ProcessedAt), ID: e.ID, ClaimedBy: &process,
	})
	if err != nil {
		return fmt.Errorf("settle a webhook: %w", err)
	}
	return nil
}

// EventsWaiting lists the services with webhooks that are due.
func (r Reader) EventsWaiting(ctx context.Context, now time.Time) ([]string, error) {
	rows, err := r.q.EventsWaiting(ctx, instant.At(now))
	if err != nil {
		return nil, fmt.Errorf("list waiting webhooks: %w", err)
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = row.Service
	}
	return out, nil
}

// NextEventDue is when the next webhook of a service is due; zero: none waits.
func (r Reader) NextEventDue(ctx context.Context, service string) (time.Time, error) {
	due, err := r.q.NextEventDue(ctx, service)
	if err != nil || len(due) == 0 {
		return time.Time{}, err
	}
	return due[0].Time, nil
}

// Events lists an organisation's webhooks and those that belong to none, the
// newest first.
func (r Reader) Events(ctx context.Context, org crm.OrgID, f inbox.Filter) ([]inbox.Event, error) {
	if f.Before.IsZero() {
		f.Before = crm.EventID{UUID: uuid.Max}
	}
	rows, err := r.q.Events(ctx, db.EventsParams{Service: f.Service, Before: f.Before, OrgID: &org, State: string(f.State),
		Category: f.Category, Pattern: contains(f.Text), MaxRows: limit(f.Limit)})
	return events(rows, err)
}

// Event is one webhook of an organisation, or of none. A missing one is an
// Error of kind NotFound.
func (r Reader) Event(ctx context.Context, org crm.OrgID, id crm.EventID) (inbox.Event, error) {
	row, err := r.q.Event(ctx, id)
	if err != nil {
		return inbox.Event{}, notFound(err, "webhook")
	}
	if row.OrgID != nil && *row.OrgID != org {
		return inbox.Event{}, notFound(pgx.ErrNoRows, "webhook")
	}
	return eventOf(row), nil
}

// ReplayEvent has a webhook looked at again.
func (t *Tx) ReplayEvent(ctx context.Context, e inbox.Event) error {
	n, err := t.q.ReplayEvent(ctx, instant.At(t.Now()), e.ID)
	if err := stepped(n, err, "replayed"); err != nil {
		return err
	}
	return t.Enqueue(ctx, jobs.Request{Args: LookAtInbox{e.Service}, Priority: jobs.Urgent})
}

// ReplayFailedEvents has all failed webhooks of an organisation looked at again.
func (t *Tx) ReplayFailedEvents(ctx context.Context, org crm.OrgID, service string) (int, error) {
	n, err := t.q.ReplayFailedEvents(ctx, instant.At(t.Now()), service, &org)
	if err != nil {
		return 0, fmt.Errorf("replay webhooks: %w", err)
	}
	return int(n), t.Enqueue(ctx, jobs.Request{Args: LookAtInbox{service}, Priority: jobs.Urgent})
}

func events(rows []db.InboxEvent, err error) ([]inbox.Event, error) {
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	out := make([]inbox.Event, len(rows))
	for i, row := range rows {
		out[i] = eventOf(row)
	}
	return out, nil
}

func eventOf(row db.InboxEvent) inbox.Event {
	return inbox.Event{
		ID: row.ID, Service: row.Service, DeliveryKey: row.DeliveryKey, Org: row.OrgID, Tenant: row.TenantID, Category: row.Category,
		Type: row.EventType, Resource: row.ResourceID, OccurredAt: row.OccurredAt.Time, Payload: row.Payload, State: inbox.State(row.State),
		Result: row.Result, Attempts: int(row.Attempts), Repeats: int(row.Repeats), DueAt: row.DueAt.Time,
		ReceivedAt: row.ReceivedAt.Time, ProcessedAt: row.ProcessedAt.Std(),
	}
}
