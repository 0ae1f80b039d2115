package store

import (
	"context"
	"fmt"
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

// ReplayEvents has those of an organisation's webhooks looked at again that are
// dealt with, and returns how many that are. Those of no organisation count.
func (t *Tx) ReplayEvents(ctx context.Context, org crm.OrgID, ids []crm.EventID) (int, error) {
	replayed := 0
	for _, id := range ids {
		e, err := t.Event(ctx, org, id)
		if crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return 0, err
		}
		n, err := t.q.ReplayEvent(ctx, instant.At(t.Now()), id)
		if err != nil {
			return 0, fmt.Errorf("replay a webhook: %w", err)
		}
		if n == 0 {
			continue
		}
		replayed++
		if err := t.Wake(ctx, LookAtInbox{e.Service}, jobs.Urgent); err != nil {
			return 0, err
		}
	}
	return replayed, nil
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
