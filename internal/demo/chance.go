package demo

import "math/rand/v2"

// chance decides what is left open, the same way each time.
type chance struct{ *rand.Rand }

// newChance gives each part of the business its own chance, so that a change
// of one leaves the others as they were.
func newChance(part uint64) chance {
	return chance{rand.New(rand.NewPCG(part, 0x766f6c74776179))} // #nosec G404 -- a demo that repeats itself, no secret
}

// is reports true that many times in a hundred.
func (c chance) is(percent int) bool { return c.IntN(100) < percent }

// between is a number from low to high, both included.
func (c chance) between(low, high int) int { return low + c.IntN(high-low+1) }

// minutes is a wait in business hours.
func (c chance) minutes(low, high minute) minute {
	return minute(c.between(int(low), int(high)))
}

func one[T any](c chance, of []T) T { return of[c.IntN(len(of))] }
