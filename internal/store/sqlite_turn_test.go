package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestTurns lets webhooks go first while they pour in, for a while.
func TestTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns()
		use := func(h haste, length time.Duration) (waited time.Duration) {
			asked := time.Now()
			give, err := turns.take(t.Context(), h)
			if err != nil {
				t.Fatal(err)
			}
			waited = time.Since(asked)
			time.Sleep(length)
			give()
			return waited
		}
		for _, step := range []struct {
			why           string
			haste         haste
			length, waits time.Duration
		}{
			{"nothing pours", resting, 10 * time.Millisecond, 0},
			{"nor now", resting, 10 * time.Millisecond, 0},
			{"webhooks do not wait", keeping, 5 * time.Millisecond, 0},
			{"eight times 10 ms after the last but 5 ms", resting, 40 * time.Millisecond, 75 * time.Millisecond},
			{"the last webhook was long ago", resting, 40 * time.Millisecond, 0},
			{"webhooks do not wait", keeping, 0, 0},
			{"nor do those that hurry", hurried, 40 * time.Millisecond, 0},
			{"no longer than that", resting, time.Millisecond, restMost},
		} {
			if waited := use(step.haste, step.length); waited != step.waits {
				t.Errorf("%s: waited %s, want %s", step.why, waited, step.waits)
			}
		}
	})
}

// TestTurnsEnd gives up waiting with its context.
func TestTurnsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns()
		give, err := turns.take(t.Context(), keeping)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := turns.take(ctx, resting); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("took a turn that was taken: %v", err)
		}
		give()
		if give, err = turns.take(t.Context(), resting); err != nil {
			t.Fatal(err)
		}
		give()
	})
}
