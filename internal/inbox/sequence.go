package inbox

import (
	"cmp"
	"slices"
	"time"
)

// Span is a run of the numbers that a service gives its events, both ends
// included. The zero Span says that there are none.
type Span struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// Arrival is one delivery with numbers.
type Arrival struct {
	Span
	OccurredAt time.Time // of its first event, by the service's clock
	ReceivedAt time.Time
}

// Missing are numbers that were left out.
type Missing struct {
	Span
	After time.Time `json:"after"` // when the delivery before them came
	Until time.Time `json:"until"` // when the one after them came
}

// Endpoint is how far the webhooks of a service have come.
type Endpoint struct {
	Service     string
	Highest     int64     // number seen; 0: none yet
	HighestAt   time.Time // when its event occurred
	LastAt      time.Time // when the last webhook came; zero: none yet
	Missing     []Missing // too new to call a gap: deliveries may overtake each other
	SilentSince time.Time // zero: the service tells what it changes
	ToldFrom    time.Time // what was changed before is known not to have been told
}

// Overtaking is how long deliveries may be under way at once.
const Overtaking = 10 * time.Second

// restartMargin is how much later than the highest number an event must have
// occurred for its lower number to mean that the service counts anew.
const restartMargin = 10 * time.Minute

// Note follows what arrived and returns the numbers that came late. Those that
// are new and leave others out add to Missing; late ones take from it.
func (e *Endpoint) Note(arrivals []Arrival) (late []Span) {
	slices.SortStableFunc(arrivals, func(a, b Arrival) int { return cmp.Compare(a.First, b.First) })
	before := e.LastAt
	for _, a := range arrivals {
		if a.ReceivedAt.After(e.LastAt) {
			e.LastAt = a.ReceivedAt
		}
		switch {
		case a.First <= 0 || a.Last < a.First: // it has no numbers
		case e.Highest == 0:
			e.Highest, e.HighestAt = a.Last, a.OccurredAt
		case a.First > e.Highest:
			if a.First > e.Highest+1 {
				e.Missing = append(e.Missing, Missing{Span{e.Highest + 1, a.First - 1}, before, a.ReceivedAt})
			}
			e.Highest, e.HighestAt = a.Last, a.OccurredAt
		case a.Last < e.Highest && a.OccurredAt.After(e.HighestAt.Add(restartMargin)):
			e.Highest, e.HighestAt, e.Missing = a.Last, a.OccurredAt, nil
		default:
			late = append(late, a.Span)
			e.arriveLate(a)
		}
	}
	return late
}

func (e *Endpoint) arriveLate(a Arrival) {
	if a.Last > e.Highest {
		e.Highest, e.HighestAt = a.Last, a.OccurredAt
	}
	var left []Missing
	for _, m := range e.Missing {
		for _, s := range m.Without(a.Span) {
			left = append(left, Missing{s, m.After, m.Until})
		}
	}
	e.Missing = left
}

// TakeGaps takes from Missing what cannot be under way any more.
func (e *Endpoint) TakeGaps(now time.Time) (gaps []Missing) {
	var left []Missing
	for _, m := range e.Missing {
		if now.Sub(m.Until) < Overtaking {
			left = append(left, m)
			continue
		}
		gaps = append(gaps, m)
	}
	e.Missing = left
	return gaps
}

// Without is what of a span is not in another: none, one or two spans.
func (s Span) Without(other Span) []Span {
	if other.Last < s.First || other.First > s.Last {
		return []Span{s}
	}
	var left []Span
	if other.First > s.First {
		left = append(left, Span{s.First, other.First - 1})
	}
	if other.Last < s.Last {
		left = append(left, Span{other.Last + 1, s.Last})
	}
	return left
}

// GapCause is how it shows that webhooks did not arrive.
type GapCause string

// The causes of a gap.
const (
	Hole    GapCause = "hole"    // numbers are missing
	Silence GapCause = "silence" // the service changed records and told nothing
)

// The ways in which a gap is filled.
const (
	FilledByDelivery = "delivered" // what was missing came late
	FilledByReading  = "read"      // all that changed was read from the service
)

// Gap is a stretch of webhooks that did not arrive.
type Gap struct {
	Service   string
	Cause     GapCause
	Span             // of a hole
	Missing   []Span // what of a hole has not come since
	From      time.Time
	Until     time.Time // zero: it goes on
	FoundAt   time.Time
	ReadingAt time.Time // when reading what changed was begun; zero: not yet
	FilledAt  time.Time // zero: not yet
	FilledBy  string
}
