package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store"
)

// What the program has to reach.
const (
	leastRatio = 0.5
	mostP99    = 50 * time.Millisecond
)

func (r *run) show(name string, round result) {
	_, _ = fmt.Fprintf(r.out, "%-14s %8.0f /s   p50 %8s   p99 %8s   max %8s", name, round.rate(), ms(round.quantile(0.5)), ms(round.quantile(0.99)), ms(round.quantile(1)))
	if len(round.refused) > 0 {
		_, _ = fmt.Fprintf(r.out, "   refused %v", round.refused)
	}
	_, _ = fmt.Fprintln(r.out)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func perWebhook(used time.Duration, webhooks int) time.Duration {
	return (used / time.Duration(max(webhooks, 1))).Round(100 * time.Nanosecond)
}

func (r *run) conclude(ratios []float64) {
	slices.Sort(ratios)
	_, _ = fmt.Fprintf(r.out, "renoz acknowledges %.2f of what a server that only verifies answers (median; lowest %.2f, wanted %.2f; p99 wanted under %s)\n",
		ratios[len(ratios)/2], ratios[0], leastRatio, mostP99)
}

func engineOf(database string) string {
	if store.IsPostgres(database) {
		return "PostgreSQL"
	}
	return "SQLite, synchronous=FULL"
}

// settleWithin is how long the program may take to look at what waits.
const settleWithin = 5 * time.Minute

// settle waits until the program has looked at all that it took in, and says
// how long that took once nothing more came.
func (r *run) settle(ctx context.Context) error {
	s, err := store.Open(ctx, store.Config{URL: r.database})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	begun, first := time.Now(), -1
	for {
		unseen, unfiled, err := s.EventsBehind(ctx, "xero")
		if err != nil {
			return fmt.Errorf("wait for what is not looked at: %w", err)
		}
		if first < 0 {
			first = unseen + unfiled
		}
		if unseen+unfiled == 0 {
			took := time.Since(begun)
			_, _ = fmt.Fprintf(r.out, "%d of them waited when the last came, and were looked at in %.1f s: %.0f /s\n", first, took.Seconds(), float64(first)/took.Seconds())
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d webhooks still wait: %w", unseen+unfiled, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// pageSize is how many events are counted at a time.
const pageSize = 200

// count reads the database after the program ended, and files first what the
// program would file when it ran again: all that was acknowledged has to be
// there.
func (r *run) count(ctx context.Context) error {
	s, err := store.Open(ctx, store.Config{URL: r.database})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	for more := true; more; {
		if more, err = s.FileBatches(ctx); err != nil {
			return err
		}
	}
	kept, states := 0, map[inbox.State]int{}
	filter := inbox.Filter{Service: "xero", Limit: pageSize}
	for {
		events, err := s.Events(ctx, crm.NewID[crm.Organisation](), filter)
		if err != nil {
			return err
		}
		for _, e := range events {
			kept++
			states[e.State]++
			filter.Before = e.ID
		}
		if len(events) == 0 {
			break
		}
	}
	_, _ = fmt.Fprintf(r.out, "%d acknowledged, %d kept: %v\n", r.sent, kept, states)
	if kept < r.sent {
		return fmt.Errorf("%d acknowledged webhooks are missing", r.sent-kept)
	}
	return nil
}
