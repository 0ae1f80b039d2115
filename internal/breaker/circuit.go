package breaker

import (
	"context"
	"fmt"
	"time"
)

// State says whether requests pass.
type State string

// The states; doc.go draws them. A Circuit that was never
// saved has the empty State, which stands for Closed.
const (
	Closed   State = "closed"
	Opened   State = "open"
	HalfOpen State = "half_open"
)

// Label is the state in words.
func (s State) Label() string {
	switch s {
	case Opened:
		return "Paused"
	case HalfOpen:
		return "Trying again"
	}
	return "Working"
}

// Key names a breaker.
type Key struct {
	Service string // such as xero
	Tenant  string // the service's name for an organisation
}

// Circuit is what is known of one tenant of a service. The zero Circuit is
// closed.
type Circuit struct {
	State    State
	Failures int       // in a row
	Until    time.Time // open: when a probe may leave; half open: when the probe counts as lost
	Cause    string    // of the last failure, such as "HTTP 503", without anything personal
	Changed  time.Time // when State changed last
	Version  int64     // grows with every change
}

// Store keeps circuits for all processes.
type Store interface {
	// Load returns the zero Circuit for a key that was never saved.
	Load(context.Context, Key) (Circuit, error)
	// Save keeps a circuit with its version grown by one, and reports true, if
	// the version that is kept is the circuit's (0 for one never saved);
	// otherwise it changes nothing and reports false.
	Save(context.Context, Key, Circuit) (bool, error)
}

// Settings are the numbers of a breaker; zeros stand for the usual ones.
type Settings struct {
	Failures int           // in a row until it opens; usually 5
	Pause    time.Duration // until a probe leaves; usually 30 s
	Probe    time.Duration // until a probe counts as lost; usually 1 min
}

func (s Settings) withDefaults() Settings {
	if s.Failures <= 0 {
		s.Failures = 5
	}
	if s.Pause <= 0 {
		s.Pause = 30 * time.Second
	}
	if s.Probe <= 0 {
		s.Probe = time.Minute
	}
	return s
}

// outcome is what a request told about the service.
type outcome int

const (
	succeeded outcome = iota
	failed
	unknown // it was given up on our side, so it tells nothing
)

// claim decides on a request at a moment. It reports whether the request
// passes, and whether as the probe, which holds only once the circuit is
// saved.
func (c Circuit) claim(now time.Time, s Settings) (next Circuit, passes, probe bool) {
	switch {
	case c.State == Closed:
		return c, true, false
	case now.Before(c.Until):
		return c, false, false
	}
	c = c.become(HalfOpen, now)
	c.Until = now.Add(s.Probe)
	return c, true, true
}

// result is one outcome of a request that passed.
type result struct {
	outcome outcome
	cause   string
	now     time.Time
	probe   int64 // the version under which the request became the probe, or 0
}

// after applies a result, and reports whether the circuit changed.
func (c Circuit) after(r result, s Settings) (next Circuit, changed bool) {
	switch c.State {
	case Opened:
		return c, false
	case HalfOpen:
		if r.probe != c.Version {
			return c, false
		}
		return c.afterProbe(r, s), true
	}
	switch {
	case r.outcome == failed:
		c.Failures++
		c.Cause = r.cause
		if c.Failures >= s.Failures {
			c = c.become(Opened, r.now)
			c.Until = r.now.Add(s.Pause)
		}
		return c, true
	case r.outcome == succeeded && c.Failures > 0:
		c.Failures = 0
		return c, true
	}
	return c, false
}

func (c Circuit) afterProbe(r result, s Settings) Circuit {
	switch r.outcome {
	case succeeded:
		return c.closed(r.now)
	case failed:
		c.Failures++
		c.Cause = r.cause
		c = c.become(Opened, r.now)
		c.Until = r.now.Add(s.Pause)
		return c
	}
	c = c.become(Opened, r.now)
	c.Until = r.now // anybody may probe at once
	return c
}

func (c Circuit) closed(now time.Time) Circuit {
	c = c.become(Closed, now)
	c.Failures, c.Until = 0, time.Time{}
	return c
}

func (c Circuit) become(state State, now time.Time) Circuit {
	if c.State != state {
		c.State, c.Changed = state, now
	}
	return c
}

// Open says that a request was not sent because the service keeps failing.
type Open struct {
	Key
	Until time.Time // when it makes sense to try again
}

func (o *Open) Error() string {
	return fmt.Sprintf("requests to %s are paused after repeated failures; try again at %s", o.Service, o.Until.UTC().Format(time.RFC3339))
}

// NotSent reports that the service never saw the request.
func (o *Open) NotSent() bool { return true }

// unsent is any other reason why a request did not leave.
type unsent struct{ error }

func (u unsent) Unwrap() error { return u.error }
func (u unsent) NotSent() bool { return true }
