package ratelimit

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// pool is what a process has leased from one budget. Requests leased at one
// priority may serve a higher one, but never a lower.
type pool struct {
	asking chan struct{} // held while the store is asked, so that one lease serves all who wait

	mu      sync.Mutex
	budget  Budget
	start   time.Time
	held    [priorities]int
	denied  [priorities]denial
	blocked time.Time
	used    int // of the window, as far as this process knows
	limit   int
}

// denial is the last refusal of the store.
type denial struct {
	believed time.Time // the store is not asked before then
	until    time.Time // what callers are told
}

func newPool() *pool { return &pool{asking: make(chan struct{}, 1)} }

// sources are the priorities whose leases a request may use.
func sources(p Priority) []Priority {
	switch p {
	case Person:
		return []Priority{Person, Bulk, Normal}
	case Normal:
		return []Priority{Normal, Bulk}
	}
	return []Priority{Bulk}
}

// take takes one request, leasing more from the store when none is left. It
// returns Denied when there are no more.
func (p *pool) take(ctx context.Context, l *Limiter, b Budget, priority Priority) (taken, error) {
	if got, found, err := p.spend(b, priority, l.config.Now()); found || err != nil {
		return got, err
	}
	select {
	case p.asking <- struct{}{}:
		defer func() { <-p.asking }()
	case <-ctx.Done():
		return taken{}, unsent{ctx.Err()}
	}
	now := l.config.Now()
	if got, found, err := p.spend(b, priority, now); found || err != nil { // somebody leased meanwhile
		return got, err
	}
	lease := Lease{Budget: b, Start: b.start(now), Want: l.want(b, priority), Leave: b.leave(priority), Now: now}
	grant, err := l.config.Store.Lease(ctx, lease)
	if err != nil {
		return taken{}, unsent{fmt.Errorf("lease requests to %s: %w", b.Service, err)}
	}
	return p.keep(lease, priority, grant)
}

// spend takes one of the requests in memory, or finds that none can be had.
func (p *pool) spend(b Budget, priority Priority, now time.Time) (got taken, found bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blocked.After(now) {
		return got, false, &Denied{Key: b.Key, RetryAfter: p.blocked.Sub(now)}
	}
	p.turn(b, b.start(now))
	for _, from := range sources(priority) {
		if p.held[from] > 0 {
			p.held[from]--
			return taken{p, b, p.start, from}, true, nil
		}
	}
	if last := p.denied[priority]; last.believed.After(now) {
		return got, false, &Denied{Key: b.Key, RetryAfter: last.until.Sub(now)}
	}
	return got, false, nil
}

// turn forgets the leases of an earlier window.
func (p *pool) turn(b Budget, start time.Time) {
	p.budget = b
	if p.start.Before(start) {
		p.start, p.held, p.denied, p.used = start, [priorities]int{}, [priorities]denial{}, 0
	}
}

// keep puts a grant into memory and takes one of it.
func (p *pool) keep(lease Lease, priority Priority, grant Grant) (taken, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn(lease.Budget, lease.Start)
	p.used, p.limit = max(p.used, grant.Used), grant.Limit
	if grant.Tokens == 0 {
		p.denied[priority] = denial{lease.Now.Add(min(grant.RetryAfter, believeDenial)), lease.Now.Add(grant.RetryAfter)}
		return taken{}, &Denied{Key: lease.Key, RetryAfter: grant.RetryAfter}
	}
	p.held[priority] += grant.Tokens - 1
	return taken{p, lease.Budget, lease.Start, priority}, nil
}

// putBack returns a request that was not sent.
func (p *pool) putBack(got taken) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.start.Equal(got.start) {
		p.held[got.from]++
	}
}

// correct drops leases that the service will not honour, and reports whether
// the others need to know.
func (p *pool) correct(c Correction) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := max(p.limit, 1)
	if c.Total > 0 && c.Total != limit {
		p.limit = c.Total
		return true
	}
	if c.Remaining >= limit {
		p.limit = c.Remaining + 1
		return true
	}
	if !p.start.Equal(c.Start) {
		return false
	}
	room := c.Remaining
	for _, from := range []Priority{Person, Normal, Bulk} {
		p.held[from] = min(p.held[from], room)
		room -= p.held[from]
	}
	if limit-c.Remaining <= p.used {
		return false
	}
	p.used = limit - c.Remaining
	return true
}

// block drops everything until a moment.
func (p *pool) block(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = [priorities]int{}
	if until.After(p.blocked) {
		p.blocked = until
	}
}

// wait is how long the service refuses everything.
func (p *pool) wait(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.blocked.Sub(now)
}

// empty takes everything out, as a lease that gives it back.
func (p *pool) empty(now time.Time) (lease Lease, some bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := 0
	for i, n := range p.held {
		left += n
		p.held[i] = 0
	}
	if left == 0 || !p.start.Equal(p.budget.start(now)) {
		return Lease{}, false
	}
	return Lease{Budget: p.budget, Start: p.start, Want: -left, Now: now}, true
}
