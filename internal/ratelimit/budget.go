package ratelimit

import (
	"context"
	"fmt"
	"time"
)

// Concurrent is the window of a budget that counts requests under way.
const Concurrent = "concurrent"

// Key names a budget.
type Key struct {
	Service string // such as xero
	Tenant  string // the service's name for an organisation; "*" for a limit of the whole app
	Window  string // such as minute, day or Concurrent
}

// Budget is a limit. For the window Concurrent, Length is how long a request
// may hold its slot before it counts as lost.
type Budget struct {
	Key
	Length  time.Duration
	Limit   int // requests in a window, until the service tells another number
	Reserve int // requests that only people may use
}

// start is when the window that holds now began.
func (b Budget) start(now time.Time) time.Time { return now.UTC().Truncate(b.Length) }

// leave is how many requests one of the priority must not use.
func (b Budget) leave(p Priority) int {
	switch p {
	case Person:
		return 0
	case Bulk:
		return min(2*b.Reserve, b.Limit/2)
	}
	return min(b.Reserve, b.Limit-1)
}

// Lease asks for requests of a budget. A negative Want gives them back.
type Lease struct {
	Budget
	Start time.Time // when the window began, by the clock of the asking process
	Want  int
	Leave int // requests that must be left for others
	Now   time.Time
}

// Grant is the answer to a Lease.
type Grant struct {
	Tokens      int           // 0 to Want
	Used, Limit int           // of the window afterwards
	RetryAfter  time.Duration // when Tokens is 0: until there may be more
}

// Correction is what an answer of the service told about a budget.
type Correction struct {
	Budget
	Start     time.Time // of the window in which the request left
	Remaining int
	Total     int // the whole limit; 0 when it was not told
}

// Slot is one request under way.
type Slot struct {
	Key
	ID      string
	Limit   int // how many slots may be held, this one included
	Now     time.Time
	Expires time.Time
}

// Store keeps budgets for all processes. Every method is atomic across them.
// Row has the rules of the first three, so that a Store only reads a row,
// applies one of them and writes the row back.
type Store interface {
	Lease(context.Context, Lease) (Grant, error)
	Correct(context.Context, Correction) error
	// Block lets nothing pass until a moment. A later moment than the given one
	// stays.
	Block(ctx context.Context, key Key, until time.Time) error
	// Acquire reports whether fewer than Limit slots of the key that expire
	// after Now are held and the key is not blocked at Now, and then holds one.
	Acquire(context.Context, Slot) (bool, error)
	// Release gives a slot back. One that is not held any more is no error.
	Release(context.Context, Slot) error
}

// Row is what a Store keeps of a budget; the zero Row is a budget that nobody
// used yet. Rows are kept by Key only: a window that turns reuses its row.
type Row struct {
	Start        time.Time // of the window that Used belongs to
	Used         int       // leased, or used as the service tells
	Seen         int       // used as the service tells
	Limit        int       // as the service tells, or 0
	BlockedUntil time.Time
}

// Lease applies a lease.
func (r Row) Lease(l Lease) (Row, Grant) {
	if r.Start.Before(l.Start) {
		r.Start, r.Used, r.Seen = l.Start, 0, 0
	}
	limit := r.limit(l.Budget)
	if l.Want < 0 {
		if r.Start.Equal(l.Start) {
			r.Used = max(r.Used+l.Want, r.Seen)
		}
		return r, Grant{Used: r.Used, Limit: limit}
	}
	if r.BlockedUntil.After(l.Now) {
		return r, Grant{Used: r.Used, Limit: limit, RetryAfter: r.BlockedUntil.Sub(l.Now)}
	}
	tokens := max(0, min(l.Want, limit-r.Used-l.Leave))
	r.Used += tokens
	grant := Grant{Tokens: tokens, Used: r.Used, Limit: limit}
	if tokens == 0 {
		grant.RetryAfter = max(r.Start.Add(l.Length).Sub(l.Now), time.Millisecond)
	}
	return r, grant
}

// Correct applies a correction. One that belongs to an earlier window changes
// nothing but the limit.
func (r Row) Correct(c Correction) Row {
	switch {
	case c.Total > 0:
		r.Limit = c.Total
	case c.Remaining >= r.limit(c.Budget): // the request itself was one more
		r.Limit = c.Remaining + 1
	}
	if r.Start.After(c.Start) {
		return r
	}
	if r.Start.Before(c.Start) {
		r.Start, r.Used, r.Seen = c.Start, 0, 0
	}
	r.Seen = max(r.Seen, r.limit(c.Budget)-c.Remaining)
	r.Used = max(r.Used, r.Seen)
	return r
}

// Block applies a block.
func (r Row) Block(until time.Time) Row {
	if until.After(r.BlockedUntil) {
		r.BlockedUntil = until
	}
	return r
}

func (r Row) limit(b Budget) int {
	if r.Limit > 0 {
		return r.Limit
	}
	return b.Limit
}

// Denied says that a request was not sent because a budget is used up.
type Denied struct {
	Key
	RetryAfter time.Duration
}

func (d *Denied) Error() string {
	if d.Window == Concurrent {
		return fmt.Sprintf("%s takes no more requests at once; try again in %s", d.Service, d.RetryAfter)
	}
	return fmt.Sprintf("the %s limit of %s is used up; try again in %s", d.Window, d.Service, d.RetryAfter.Round(time.Second))
}

// NotSent reports that the service never saw the request.
func (d *Denied) NotSent() bool { return true }

// unsent is any other reason why a request did not leave.
type unsent struct{ error }

func (u unsent) Unwrap() error { return u.error }
func (u unsent) NotSent() bool { return true }

// Priority says who waits for a request.
type Priority int

// The priorities. The zero Priority is Normal.
const (
	Normal     Priority = iota // a job that keeps one record in line
	Bulk                       // a job over many records
	Person                     // somebody is waiting
	priorities = iota
)

type priorityKey struct{}

// WithPriority gives the requests made with a context a priority.
func WithPriority(ctx context.Context, p Priority) context.Context {
	return context.WithValue(ctx, priorityKey{}, p)
}

func priorityOf(ctx context.Context) Priority {
	p, _ := ctx.Value(priorityKey{}).(Priority)
	if p < 0 || p >= priorities {
		return Normal
	}
	return p
}
