package mail

import (
	"cmp"
	"slices"
	"time"
)

// A program follows the links of a message within a moment: two different ones,
// or one again and again. A person needs longer from one link to the next, and
// clicks twice at most where one click is meant.
const (
	burst   = time.Second
	repeats = 5
)

// Burst is the span in which clicks may belong to the same burst as this one.
func (e Event) Burst() (since, until time.Time) { return e.At.Add(-burst), e.At.Add(burst) }

// Bursts are those of the clicks in one message that a program made.
func Bursts(clicks []Event) []Event {
	clicks = slices.SortedFunc(slices.Values(clicks), func(a, b Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	machine := make([]bool, len(clicks))
	for i := range clicks {
		for j := i + 1; j < len(clicks) && clicks[j].At.Sub(clicks[i].At) <= burst; j++ {
			if clicks[i].Link != clicks[j].Link {
				machine[i], machine[j] = true, true
			}
			if j-i+1 >= repeats {
				mark(machine[i : j+1])
			}
		}
	}
	var found []Event
	for i, click := range clicks {
		if machine[i] {
			found = append(found, click)
		}
	}
	return found
}

func mark(all []bool) {
	for i := range all {
		all[i] = true
	}
}
