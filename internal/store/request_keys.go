package store

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// How long the answer to a request is repeated for its Idempotency-Key, and
// when a request that left no answer counts as lost with its process.
const (
	requestKept = 24 * time.Hour
	requestLost = 2 * time.Minute
)

// RequestKey names one request of a program, made once however often it is
// sent.
type RequestKey struct {
	Org         crm.OrgID
	Key         string // the Idempotency-Key header
	Fingerprint string // of method, address and body: another one is another request
}

// KeptAnswer is how a request was answered. Status 0 means that it was not: the
// caller does the work and then calls FinishRequest or DropRequest.
type KeptAnswer struct {
	Status            int
	ContentType, Body string
}

// BeginRequest returns the answer to the same request, or a zero one for a
// first request. It returns an Error of kind Invalid when the key was used for
// another request, and Conflict while the first one still runs. A request that
// left no answer for 2 minutes may begin again, so FinishRequest belongs in the
// transaction of what the request changes.
func (t *Tx) BeginRequest(ctx context.Context, k RequestKey) (KeptAnswer, error) {
	now := t.Now()
	if err := t.q.DropExpiredIdempotencyKey(ctx, k.Org, k.Key, instant.At(now.Add(-requestKept))); err != nil {
		return KeptAnswer{}, fmt.Errorf("drop an old request key: %w", err)
	}
	n, err := t.q.KeepIdempotencyKey(ctx, db.KeepIdempotencyKeyParams{OrgID: k.Org, Key: k.Key, Fingerprint: k.Fingerprint, CreatedAt: instant.At(now)})
	if err != nil {
		return KeptAnswer{}, fmt.Errorf("keep a request key: %w", err)
	}
	if n == 1 {
		return KeptAnswer{}, nil
	}
	row, err := t.q.IdempotencyKey(ctx, k.Org, k.Key)
	if err != nil {
		return KeptAnswer{}, notFound(err, "request key")
	}
	if row.Fingerprint != k.Fingerprint {
		return KeptAnswer{}, crm.Errorf(crm.Invalid, "This Idempotency-Key was used for another request. Use a new key for each request, and the same only to repeat it unchanged.")
	}
	if row.Status != 0 {
		return KeptAnswer{Status: int(row.Status), ContentType: row.ContentType, Body: row.Body}, nil
	}
	n, err = t.q.TakeOverIdempotencyKey(ctx, db.TakeOverIdempotencyKeyParams{Now: instant.At(now), OrgID: k.Org, Key: k.Key, Stale: instant.At(now.Add(-requestLost))})
	if err != nil {
		return KeptAnswer{}, fmt.Errorf("take over a request key: %w", err)
	}
	if n == 0 {
		return KeptAnswer{}, crm.Errorf(crm.Conflict, "The same request still runs. Send it again in a moment to get its answer.")
	}
	return KeptAnswer{}, nil
}

// FinishRequest keeps the answer to a request for 24 hours. It returns an Error
// of kind Conflict when the same request was answered meanwhile.
func (t *Tx) FinishRequest(ctx context.Context, k RequestKey, a KeptAnswer) error {
	n, err := t.q.AnswerIdempotencyKey(ctx, db.AnswerIdempotencyKeyParams{
		Status: int64(a.Status), ContentType: a.ContentType, Body: a.Body, OrgID: k.Org, Key: k.Key,
	})
	if err != nil {
		return fmt.Errorf("keep the answer to a request: %w", err)
	}
	if n == 0 {
		return crm.Errorf(crm.Conflict, "The same request was answered meanwhile. Send it again to get its answer.")
	}
	return nil
}

// BeginRequest is Tx.BeginRequest in a transaction of its own.
func (s *Store) BeginRequest(ctx context.Context, k RequestKey) (a KeptAnswer, err error) {
	err = s.InTx(ctx, func(t *Tx) error {
		a, err = t.BeginRequest(ctx, k)
		return err
	})
	return a, err
}

// FinishRequest is Tx.FinishRequest in a transaction of its own.
func (s *Store) FinishRequest(ctx context.Context, k RequestKey, a KeptAnswer) error {
	return s.InTx(ctx, func(t *Tx) error { return t.FinishRequest(ctx, k, a) })
}

// DropRequest forgets a request that failed, so that it may be sent again.
func (s *Store) DropRequest(ctx context.Context, k RequestKey) error {
	return s.InTx(ctx, func(t *Tx) error {
		return doing(t.q.DropIdempotencyKey(ctx, k.Org, k.Key), "drop a request key")
	})
}

// DropOldRequests forgets answers that are no longer repeated.
func (s *Store) DropOldRequests(ctx context.Context) error {
	return s.InTx(ctx, func(t *Tx) error {
		_, err := t.q.DeleteOldIdempotencyKeys(ctx, instant.At(t.Now().Add(-requestKept)))
		return doing(err, "drop old request keys")
	})
}
