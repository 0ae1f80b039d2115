package store

import (
	"context"
	"sync"
	"time"
)

// While webhooks pour in, a transaction that does anything else is followed by
// a pause for the others of its kind, restFactor times as long as it took; none
// waits longer than restMost. Webhooks pour in while the last was kept less
// than pouring ago.
const (
	restFactor = 8
	restMost   = 250 * time.Millisecond
	pouring    = 50 * time.Millisecond
)

// haste is how a transaction stands to webhooks.
type haste int

const (
	resting haste = iota // lets them go first
	hurried              // does not wait for them
	keeping              // keeps them
)

type hasteKey struct{}

// Hurried marks transactions that do not rest while webhooks pour in. It is for
// few of them: those of work that a limit of another service paces, and that
// brings these webhooks about.
func Hurried(ctx context.Context) context.Context {
	return context.WithValue(ctx, hasteKey{}, hurried)
}

// urgently marks a transaction that keeps webhooks.
func urgently(ctx context.Context) context.Context {
	return context.WithValue(ctx, hasteKey{}, keeping)
}

func hasteOf(ctx context.Context) haste {
	h, _ := ctx.Value(hasteKey{}).(haste)
	return h
}

// turns decide who writes next. SQLite has one writer. A service that sends
// webhooks gives up after seconds and counts that against us; what is done with
// them afterwards, and all else, can take a moment longer.
type turns struct {
	writer chan struct{} // holds one while somebody writes

	mu        sync.Mutex
	lastKept  time.Time
	restUntil time.Time
}

func newTurns() *turns { return &turns{writer: make(chan struct{}, 1)} }

// take waits for a turn and returns what ends it.
func (t *turns) take(ctx context.Context, h haste) (give func(), err error) {
	if h == resting {
		if err := t.rest(ctx); err != nil {
			return nil, err
		}
	}
	select {
	case t.writer <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	begun := time.Now()
	return func() {
		t.note(h, begun)
		<-t.writer
	}, nil
}

// rest lets webhooks go first.
func (t *turns) rest(ctx context.Context) error {
	latest := time.Now().Add(restMost)
	for {
		wait := t.wait(latest)
		if wait <= 0 {
			return nil
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (t *turns) wait(latest time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if now.Sub(t.lastKept) > pouring || !now.Before(latest) {
		return 0
	}
	return min(t.restUntil.Sub(now), latest.Sub(now))
}

func (t *turns) note(h haste, begun time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if h == keeping {
		t.lastKept = now
		return
	}
	t.restUntil = now.Add(min(restFactor*now.Sub(begun), restMost))
}
