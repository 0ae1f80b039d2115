package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// Limits keeps budgets for all processes. It is a ratelimit.Store.
type Limits struct{ s *Store }

// Limits keeps budgets in this database.
func (s *Store) Limits() Limits { return Limits{s} }

// Lease takes or gives back requests of a window.
func (l Limits) Lease(ctx context.Context, lease ratelimit.Lease) (grant ratelimit.Grant, err error) {
	err = l.s.InTx(ctx, func(t *Tx) error {
		err := t.budget(ctx, lease.Key, func(r ratelimit.Row) ratelimit.Row {
			r, grant = r.Lease(lease)
			return r
		})
		if err != nil || lease.Window != "minute" {
			return err
		}
		used := max(int64(grant.Tokens), 0)
		if lease.Want < 0 {
			used = int64(lease.Want)
		}
		return t.q.CountUsage(ctx, db.CountUsageParams{Service: lease.Service, Tenant: lease.Tenant, Minute: instant.At(lease.Now.Truncate(time.Minute)), Used: used})
	})
	if err != nil {
		return ratelimit.Grant{}, fmt.Errorf("lease from the budget: %w", err)
	}
	return grant, nil
}

// Correct believes what the service says of a window.
func (l Limits) Correct(ctx context.Context, c ratelimit.Correction) error {
	return l.change(ctx, c.Key, func(r ratelimit.Row) ratelimit.Row { return r.Correct(c) })
}

// Block ends leasing until a moment.
func (l Limits) Block(ctx context.Context, k ratelimit.Key, until time.Time) error {
	return l.change(ctx, k, func(r ratelimit.Row) ratelimit.Row { return r.Block(until) })
}

func (l Limits) change(ctx context.Context, k ratelimit.Key, change func(ratelimit.Row) ratelimit.Row) error {
	err := l.s.InTx(ctx, func(t *Tx) error { return t.budget(ctx, k, change) })
	if err != nil {
		return fmt.Errorf("change the budget: %w", err)
	}
	return nil
}

// neverUsed is before every window.
var neverUsed = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)

// budget changes one row. Reading it locks it until the transaction ends.
func (t *Tx) budget(ctx context.Context, k ratelimit.Key, change func(ratelimit.Row) ratelimit.Row) error {
	row, err := t.q.LockBudget(ctx, db.LockBudgetParams{Service: k.Service, Tenant: k.Tenant, Span: k.Window, StartsAt: instant.At(neverUsed)})
	if err != nil {
		return err
	}
	r := change(budgetOf(row))
	save := db.SaveBudgetParams{StartsAt: instant.At(r.Start), Used: int64(r.Used), Seen: int64(r.Seen), Size: int64(r.Limit), Service: k.Service, Tenant: k.Tenant, Span: k.Window}
	if !r.BlockedUntil.IsZero() {
		save.BlockedUntil = instant.Ptr(r.BlockedUntil)
	}
	return t.q.SaveBudget(ctx, save)
}

func budgetOf(row db.Budget) ratelimit.Row {
	r := ratelimit.Row{Start: row.StartsAt.Time, Used: int(row.Used), Seen: int(row.Seen), Limit: int(row.Size)}
	if row.BlockedUntil != nil {
		r.BlockedUntil = row.BlockedUntil.Time
	}
	return r
}

// Acquire takes a slot of those that may be held at once.
func (l Limits) Acquire(ctx context.Context, s ratelimit.Slot) (held bool, err error) {
	err = l.s.InTx(ctx, func(t *Tx) error {
		var row ratelimit.Row
		err := t.budget(ctx, s.Key, func(r ratelimit.Row) ratelimit.Row { // one at a time
			row = r
			return r
		})
		if err != nil || row.BlockedUntil.After(s.Now) {
			return err
		}
		if err := t.q.DeleteExpiredSlots(ctx, db.DeleteExpiredSlotsParams{Service: s.Service, Tenant: s.Tenant, Span: s.Window, Now: instant.At(s.Now)}); err != nil {
			return err
		}
		n, err := t.q.CountSlots(ctx, s.Service, s.Tenant, s.Window)
		if err != nil || int(n) >= s.Limit {
			return err
		}
		held = true
		return t.q.InsertSlot(ctx, db.InsertSlotParams{Service: s.Service, Tenant: s.Tenant, Span: s.Window, Slot: s.ID, ExpiresAt: instant.At(s.Expires)})
	})
	if err != nil {
		return false, fmt.Errorf("take a slot: %w", err)
	}
	return held, nil
}

// Release gives a slot back.
func (l Limits) Release(ctx context.Context, s ratelimit.Slot) error {
	err := l.s.InTx(ctx, func(t *Tx) error {
		return t.q.DeleteSlot(ctx, db.DeleteSlotParams{Service: s.Service, Tenant: s.Tenant, Span: s.Window, Slot: s.ID})
	})
	if err != nil {
		return fmt.Errorf("give a slot back: %w", err)
	}
	return nil
}

// Budget is how much of a window is used.
type Budget struct {
	Window       string
	Start        time.Time
	Used, Limit  int // Limit is 0 until the service told it
	BlockedUntil time.Time
}

// Budgets are the windows of a tenant, and those of the whole app.
func (r Reader) Budgets(ctx context.Context, service, tenant string) ([]Budget, error) {
	rows, err := r.q.Budgets(ctx, service, tenant)
	if err != nil {
		return nil, fmt.Errorf("read budgets: %w", err)
	}
	out := make([]Budget, len(rows))
	for i, row := range rows {
		b := budgetOf(row)
		out[i] = Budget{row.Span, b.Start, b.Used, b.Limit, b.BlockedUntil}
	}
	return out, nil
}

// Circuits keeps breakers for all processes. It is a breaker.Store.
type Circuits struct{ s *Store }

// Circuits keeps breakers in this database.
func (s *Store) Circuits() Circuits { return Circuits{s} }

// Load is what is known of a circuit.
func (c Circuits) Load(ctx context.Context, k breaker.Key) (breaker.Circuit, error) {
	row, err := c.s.q.Breaker(ctx, k.Service, k.Tenant)
	switch {
	case err == pgx.ErrNoRows:
		return breaker.Circuit{}, nil
	case err != nil:
		return breaker.Circuit{}, fmt.Errorf("read the breaker: %w", err)
	}
	out := breaker.Circuit{State: breaker.State(row.State), Failures: int(row.Failures), Cause: row.Cause, Version: row.Version}
	if row.Until != nil {
		out.Until = row.Until.Time
	}
	if row.ChangedAt != nil {
		out.Changed = row.ChangedAt.Time
	}
	return out, nil
}

// Save keeps a circuit unless somebody changed it since it was loaded.
func (c Circuits) Save(ctx context.Context, k breaker.Key, circuit breaker.Circuit) (saved bool, err error) {
	err = c.s.InTx(ctx, func(t *Tx) error {
		n, err := t.saveCircuit(ctx, k, circuit)
		saved = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep the breaker: %w", err)
	}
	return saved, nil
}

func (t *Tx) saveCircuit(ctx context.Context, k breaker.Key, c breaker.Circuit) (int64, error) {
	until, changedAt := moment(c.Until), moment(c.Changed)
	if c.Version == 0 {
		return t.q.InsertBreaker(ctx, db.InsertBreakerParams{Service: k.Service, Tenant: k.Tenant, State: string(c.State), Failures: int64(c.Failures), Until: until, Cause: c.Cause, ChangedAt: changedAt})
	}
	return t.q.UpdateBreaker(ctx, db.UpdateBreakerParams{State: string(c.State), Failures: int64(c.Failures), Until: until, Cause: c.Cause, ChangedAt: changedAt, Service: k.Service, Tenant: k.Tenant, Version: c.Version})
}

func moment(t time.Time) *instant.Time {
	if t.IsZero() {
		return nil
	}
	return instant.Ptr(t)
}
