package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store/db"
)

// How many batches are looked over and how many webhooks are filed at a time:
// few enough that those who keep more of them wait for milliseconds only.
const (
	fileBatches = 32
	fileEvents  = 200
)

// batched is a webhook within a batch.
type batched struct {
	ID         crm.EventID `json:"id"`
	Service    string      `json:"service"`
	Key        string      `json:"key"`
	Tenant     string      `json:"tenant"`
	Category   string      `json:"category"`
	Type       string      `json:"type"`
	Resource   string      `json:"resource"`
	OccurredAt time.Time   `json:"occurred_at"`
	Payload    string      `json:"payload"`
	DueAt      time.Time   `json:"due_at"`
	ReceivedAt time.Time   `json:"received_at"`
	Numbers    inbox.Span  `json:"numbers,omitzero"`
}

// KeepBatch keeps webhooks that were taken in together as one row, which costs
// about the same for one and for hundreds. FileBatches does the rest.
func (s *Store) KeepBatch(ctx context.Context, events []inbox.Event) error {
	rows := make([]batched, len(events))
	for i, e := range events {
		rows[i] = batched{e.ID, e.Service, e.DeliveryKey, e.Tenant, e.Category, e.Type, e.Resource, e.OccurredAt, e.Payload, e.DueAt, e.ReceivedAt, e.Numbers}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write down %d webhooks: %w", len(events), err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("name a batch of webhooks: %w", err)
	}
	return s.InTx(urgently(ctx), func(t *Tx) error {
		if err := t.q.InsertBatch(ctx, id, int64(len(events)), string(text)); err != nil {
			return fmt.Errorf("keep %d webhooks: %w", len(events), err)
		}
		return nil
	})
}

// FileBatches files the oldest kept webhooks, each as a row of its own, and
// reports whether more may wait. When one is new and no job is under way to
// look, it enqueues one. What was filed before is only counted. Several
// processes may file at once.
func (s *Store) FileBatches(ctx context.Context) (more bool, err error) {
	oldest, err := s.q.OldestBatches(ctx, fileBatches)
	if err != nil {
		return false, fmt.Errorf("list kept webhooks: %w", err)
	}
	if len(oldest) == 0 {
		return false, nil
	}
	return true, s.InTx(ctx, func(t *Tx) error {
		events, err := t.takeBatches(ctx, oldest)
		if err != nil {
			return err
		}
		services, err := t.insertEvents(ctx, unique(events))
		if err != nil {
			return err
		}
		if err := t.noteNumbers(ctx, events); err != nil {
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

// takeBatches takes one batch at least, and more while they are few webhooks.
func (t *Tx) takeBatches(ctx context.Context, oldest []db.OldestBatchesRow) ([]inbox.Event, error) {
	var events []inbox.Event
	for i, b := range oldest {
		if i > 0 && len(events)+int(b.Size) > fileEvents {
			break
		}
		text, err := t.q.TakeBatch(ctx, b.ID)
		if errors.Is(err, pgx.ErrNoRows) { // another process was faster
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("take a batch of webhooks: %w", err)
		}
		var rows []batched
		if err := json.Unmarshal([]byte(text), &rows); err != nil {
			return nil, fmt.Errorf("read a batch of webhooks: %w", err)
		}
		for _, r := range rows {
			events = append(events, inbox.Event{ID: r.ID, Service: r.Service, DeliveryKey: r.Key, Tenant: r.Tenant, Category: r.Category, Type: r.Type,
				Resource: r.Resource, OccurredAt: r.OccurredAt, Payload: r.Payload, State: inbox.Received, DueAt: r.DueAt, ReceivedAt: r.ReceivedAt, Numbers: r.Numbers})
		}
	}
	return events, nil
}

// EventsBehind counts the webhooks of a service that nobody has looked at yet,
// and those of all services that are kept and not filed.
func (r Reader) EventsBehind(ctx context.Context, service string) (unseen, unfiled int, err error) {
	n, err := r.q.CountUnfiled(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("count kept webhooks: %w", err)
	}
	waiting, err := r.q.CountEventsWaiting(ctx, service)
	if err != nil {
		return 0, 0, fmt.Errorf("count waiting webhooks: %w", err)
	}
	return int(waiting), int(n), nil
}
