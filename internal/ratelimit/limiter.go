package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
)

// How long a process believes that a budget is used up before it asks again.
const believeDenial = 2 * time.Second

// How soon a request may find a free slot.
const retrySlot = time.Second

// Config is what a Limiter needs.
type Config struct {
	Store Store
	// Budgets are those that a request to a tenant of a service counts toward;
	// none lets it pass.
	Budgets func(service, tenant string) []Budget
	Now     func() time.Time
	Log     *slog.Logger
}

// Limiter leases requests from shared budgets. It is safe for concurrent use.
type Limiter struct {
	config Config

	mu     sync.Mutex
	closed bool
	pools  map[Key]*pool
}

// New makes a Limiter.
func New(config Config) *Limiter {
	return &Limiter{config: config, pools: map[Key]*pool{}}
}

// ticket is the right to send one request.
type ticket struct {
	taken []taken
	slot  *Slot
}

type taken struct {
	pool   *pool
	budget Budget
	start  time.Time
	from   Priority
}

// take takes one request from every budget, or from none. It returns Denied
// when one is used up.
func (l *Limiter) take(ctx context.Context, service, tenant string) (*ticket, error) {
	t, priority := &ticket{}, priorityOf(ctx)
	budgets := l.config.Budgets(service, tenant)
	for _, budget := range budgets {
		if budget.Window == Concurrent {
			continue
		}
		pool := l.pool(budget.Key)
		got, err := pool.take(ctx, l, budget, priority)
		if err != nil {
			t.putBack()
			return nil, err
		}
		t.taken = append(t.taken, got)
	}
	for _, budget := range budgets {
		if budget.Window != Concurrent {
			continue
		}
		if err := l.hold(ctx, t, budget); err != nil {
			t.putBack()
			return nil, err
		}
	}
	return t, nil
}

// hold acquires the slot of a ticket.
func (l *Limiter) hold(ctx context.Context, t *ticket, budget Budget) error {
	now := l.config.Now()
	if wait := l.pool(budget.Key).wait(now); wait > 0 {
		return &Denied{Key: budget.Key, RetryAfter: wait}
	}
	slot := Slot{
		Key:     budget.Key,
		ID:      uuid.NewString(),
		Limit:   budget.Limit - budget.leave(priorityOf(ctx)),
		Now:     now,
		Expires: now.Add(budget.Length),
	}
	held, err := l.config.Store.Acquire(ctx, slot)
	if err != nil {
		return unsent{fmt.Errorf("acquire a slot for a request to %s: %w", budget.Service, err)}
	}
	if !held {
		return &Denied{Key: budget.Key, RetryAfter: retrySlot}
	}
	t.slot = &slot
	return nil
}

// putBack returns what a ticket took to the memory of this process.
func (t *ticket) putBack() {
	for _, got := range t.taken {
		got.pool.putBack(got)
	}
}

// release gives the slot of a ticket back, even when the request was
// cancelled.
func (l *Limiter) release(ctx context.Context, t *ticket) {
	if t.slot == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := l.config.Store.Release(ctx, *t.slot); err != nil {
		l.config.Log.WarnContext(ctx, "release a slot; it will expire", "service", t.slot.Service, "error", err)
	}
}

// Observed is what an answer tells about budgets, by window.
type Observed struct {
	Remaining map[string]int
	Total     map[string]int
	// Limited is the window whose limit refused the request, or "".
	Limited string
	// RetryAfter is how long the service refuses; 0 when it does not tell.
	RetryAfter time.Duration
}

// learn passes on what an answer told.
func (l *Limiter) learn(ctx context.Context, t *ticket, seen Observed) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for _, got := range t.taken {
		remaining, told := seen.Remaining[got.budget.Window]
		if !told {
			continue
		}
		c := Correction{Budget: got.budget, Start: got.start, Remaining: max(remaining, 0), Total: seen.Total[got.budget.Window]}
		if !got.pool.correct(c) {
			continue
		}
		if err := l.config.Store.Correct(ctx, c); err != nil {
			l.config.Log.WarnContext(ctx, "correct a rate limit", "service", got.budget.Service, "window", got.budget.Window, "error", err)
		}
	}
	if seen.Limited != "" {
		l.block(ctx, t, seen)
	}
}

// block stops everybody who would run into the same refusal.
func (l *Limiter) block(ctx context.Context, t *ticket, seen Observed) {
	key, wait, found := t.refused(seen.Limited)
	if !found {
		return
	}
	if seen.RetryAfter > 0 {
		wait = seen.RetryAfter
	}
	until := l.config.Now().Add(wait)
	l.pool(key).block(until)
	if err := l.config.Store.Block(ctx, key, until); err != nil {
		l.config.Log.WarnContext(ctx, "block a rate limit", "service", key.Service, "window", key.Window, "error", err)
	}
}

// refused is the budget that a refusal is about, and how long to wait when the
// service does not say. A window that nobody budgets for is taken for the
// first one.
func (t *ticket) refused(window string) (Key, time.Duration, bool) {
	if t.slot != nil && window == Concurrent {
		return t.slot.Key, retrySlot, true
	}
	for _, got := range t.taken {
		if got.budget.Window == window {
			return got.budget.Key, min(got.budget.Length, time.Minute), true
		}
	}
	if len(t.taken) > 0 {
		first := t.taken[0].budget
		return first.Key, min(first.Length, time.Minute), true
	}
	return Key{}, 0, false
}

// Close gives leased requests back that were not used. Requests made later
// lease one at a time.
func (l *Limiter) Close(ctx context.Context) error {
	l.mu.Lock()
	l.closed = true
	pools := make([]*pool, 0, len(l.pools))
	for _, p := range l.pools {
		pools = append(pools, p)
	}
	l.mu.Unlock()
	var errs []error
	for _, p := range pools {
		lease, some := p.empty(l.config.Now())
		if !some {
			continue
		}
		if _, err := l.config.Store.Lease(ctx, lease); err != nil {
			errs = append(errs, fmt.Errorf("give %d requests to %s back: %w", -lease.Want, lease.Service, err))
		}
	}
	return errors.Join(errs...)
}

func (l *Limiter) pool(key Key) *pool {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.pools[key]
	if p == nil {
		p = newPool()
		l.pools[key] = p
	}
	return p
}

// want is how many requests to lease at once: few enough that what a process
// holds back from the others does not matter.
func (l *Limiter) want(b Budget, p Priority) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p == Person || l.closed {
		return 1
	}
	return max(1, min(b.Limit/12, 50))
}
