package inbox_test

import (
	"slices"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/inbox"
)

func TestNumbersAreFollowed(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		arrive  []inbox.Span
		later   time.Duration // of the last one's event
		highest int64
		missing []inbox.Span
		late    []inbox.Span
	}{
		"the first ever":         {arrive: []inbox.Span{{57, 60}}, highest: 60},
		"in order":               {arrive: []inbox.Span{{1, 2}, {3, 3}}, highest: 3},
		"together out of order":  {arrive: []inbox.Span{{5, 6}, {3, 4}, {1, 2}}, highest: 6},
		"a hole":                 {arrive: []inbox.Span{{1, 2}, {5, 5}}, highest: 5, missing: []inbox.Span{{3, 4}}},
		"two holes":              {arrive: []inbox.Span{{1, 1}, {3, 3}, {7, 9}}, highest: 9, missing: []inbox.Span{{2, 2}, {4, 6}}},
		"without numbers":        {arrive: []inbox.Span{{1, 1}, {0, 0}}, highest: 1},
		"a repeat":               {arrive: []inbox.Span{{1, 3}, {1, 3}}, highest: 3, late: []inbox.Span{{1, 3}}},
		"overlaps":               {arrive: []inbox.Span{{1, 3}, {2, 5}}, highest: 5, late: []inbox.Span{{2, 5}}},
		"counting anew":          {arrive: []inbox.Span{{100, 100}, {1, 1}}, later: time.Hour, highest: 1},
		"late, not counting new": {arrive: []inbox.Span{{100, 100}, {1, 1}}, highest: 100, late: []inbox.Span{{1, 1}}},
	} {
		var e inbox.Endpoint
		var late []inbox.Span
		if name == "together out of order" {
			all := make([]inbox.Arrival, len(c.arrive))
			for i, s := range c.arrive {
				all[i] = inbox.Arrival{Span: s, OccurredAt: at, ReceivedAt: at}
			}
			late = e.Note(all)
		} else {
			for i, s := range c.arrive {
				a := inbox.Arrival{Span: s, OccurredAt: at, ReceivedAt: at}
				if i == len(c.arrive)-1 {
					a.OccurredAt = at.Add(c.later)
				}
				late = append(late, e.Note([]inbox.Arrival{a})...)
			}
		}
		var missing []inbox.Span
		for _, m := range e.Missing {
			missing = append(missing, m.Span)
		}
		if e.Highest != c.highest || !slices.Equal(missing, c.missing) || !slices.Equal(late, c.late) || !e.LastAt.Equal(at) {
			t.Errorf("%s: highest %d, missing %v, late %v, last at %v", name, e.Highest, missing, late, e.LastAt)
		}
	}
}

func TestWhatOvertakesIsNoGap(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	arrive := func(e *inbox.Endpoint, first, last int64) {
		e.Note([]inbox.Arrival{{Span: inbox.Span{First: first, Last: last}, OccurredAt: at, ReceivedAt: at}})
	}
	var e inbox.Endpoint
	arrive(&e, 1, 1)
	arrive(&e, 10, 10)
	arrive(&e, 4, 5)
	if gaps := e.TakeGaps(at.Add(inbox.Overtaking - time.Millisecond)); len(gaps) != 0 {
		t.Errorf("%v are gaps already", gaps)
	}
	arrive(&e, 2, 3)
	gaps := e.TakeGaps(at.Add(inbox.Overtaking))
	if len(gaps) != 1 || gaps[0].Span != (inbox.Span{First: 6, Last: 9}) || len(e.Missing) != 0 {
		t.Errorf("the gaps are %v, %v wait", gaps, e.Missing)
	}
}

func TestWithout(t *testing.T) {
	t.Parallel()
	s := inbox.Span{First: 3, Last: 7}
	for other, want := range map[inbox.Span][]inbox.Span{
		{First: 1, Last: 2}: {s}, {First: 8, Last: 9}: {s}, {First: 1, Last: 9}: nil, {First: 3, Last: 7}: nil,
		{First: 1, Last: 3}: {{First: 4, Last: 7}}, {First: 7, Last: 7}: {{First: 3, Last: 6}}, {First: 5, Last: 5}: {{First: 3, Last: 4}, {First: 6, Last: 7}},
	} {
		if got := s.Without(other); !slices.Equal(got, want) {
			t.Errorf("without %v: %v, want %v", other, got, want)
		}
	}
}
