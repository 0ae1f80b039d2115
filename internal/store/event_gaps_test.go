package store_test

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// numbered is one delivery of one event.
func numbered(n int64, at time.Time) []inbox.Event {
	e := waiting(1)
	e[0].Numbers, e[0].ReceivedAt, e[0].OccurredAt = inbox.Span{First: n, Last: n}, at, at
	return e
}

// TestGapsCloseByThemselves leaves numbers out that come later, after an outage.
func TestGapsCloseByThemselves(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := time.Now().UTC().Truncate(time.Millisecond)
		s, err := store.Open(t.Context(), store.Config{URL: url, Now: func() time.Time { return now }})
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		arrive := func(numbers ...int64) {
			for _, n := range numbers {
				storetest.Keep(t, s, numbered(n, now))
				now = now.Add(time.Second)
			}
		}
		arrive(41, 42, 46, 47, 44) // 43 and 45 may be under way
		must(t, s.InTx(t.Context(), func(tx *store.Tx) error { return tx.SettleMissing(t.Context(), "xero") }))
		if gaps, err := s.Gaps(t.Context(), "xero", 10); err != nil || len(gaps) != 0 {
			t.Errorf("gaps at once: %+v, %v", gaps, err)
		}
		now = now.Add(inbox.Overtaking)
		must(t, s.InTx(t.Context(), func(tx *store.Tx) error { return tx.SettleMissing(t.Context(), "xero") }))
		arrive(50) // and 48, 49 were never sent before
		now = now.Add(inbox.Overtaking)
		arrive(51)
		latest := func() []inbox.Gap {
			gaps, err := s.Gaps(t.Context(), "xero", 10)
			must(t, err)
			slices.SortFunc(gaps, func(a, b inbox.Gap) int { return int(b.First - a.First) }) // two were found in one millisecond
			return gaps
		}
		gaps := latest()
		var spans []inbox.Span
		for _, g := range gaps {
			spans = append(spans, g.Span)
		}
		if !slices.Equal(spans, []inbox.Span{{First: 48, Last: 49}, {First: 45, Last: 45}, {First: 43, Last: 43}}) {
			t.Fatalf("the gaps are %v", spans)
		}
		arrive(43, 49, 49)
		gaps = latest()
		if !slices.Equal(gaps[0].Missing, []inbox.Span{{First: 48, Last: 48}}) || gaps[2].FilledBy != inbox.FilledByDelivery || !gaps[1].FilledAt.IsZero() {
			t.Errorf("after late ones the gaps are %+v", gaps)
		}
		e, err := s.Endpoint(t.Context(), "xero")
		if err != nil || e.Highest != 51 || !e.LastAt.Equal(now.Add(-time.Second)) || len(e.Missing) != 0 {
			t.Errorf("the endpoint is %+v, %v", e, err)
		}
		must(t, s.DropOldGaps(t.Context(), -time.Hour))
		if gaps, err := s.Gaps(t.Context(), "xero", 10); err != nil || len(gaps) != 2 {
			t.Errorf("%d gaps are kept, %v", len(gaps), err)
		}
	})
}

// TestNumbersOfTwoProcesses has two of them file what one service sent.
func TestNumbersOfTwoProcesses(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		keeper := storetest.Open(t, url)
		const deliveries = 200
		for n := range int64(deliveries) {
			must(t, keeper.KeepBatch(t.Context(), numbered(n+1, time.Now())))
		}
		var group errgroup.Group
		for range 2 {
			s := storetest.Open(t, url)
			group.Go(func() error {
				for more := true; more; {
					var err error
					if more, err = s.FileBatches(t.Context()); err != nil {
						return err
					}
				}
				return nil
			})
		}
		must(t, group.Wait())
		e, err := keeper.Endpoint(t.Context(), "xero")
		if err != nil || e.Highest != deliveries || len(e.Missing) != 0 {
			t.Errorf("the endpoint is %+v, %v", e, err)
		}
	})
}
