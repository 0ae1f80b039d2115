package assistant

import (
	"fmt"
	"time"
)

// Scope is whose use is counted together.
type Scope string

// The scopes. Their keys are "", the name of a role, and the id of a user.
const (
	Organisation Scope = "organisation"
	Role         Scope = "role"
	Person       Scope = "person"
)

// Span is for how long use is counted together.
type Span string

// The spans. Days and months are those of the organisation's time zone.
const (
	Minute Span = "minute"
	Hour   Span = "hour"
	Day    Span = "day"
	Month  Span = "month"
)

// Spans are all spans, the shortest first.
func Spans() []Span { return []Span{Minute, Hour, Day, Month} }

// Start is when the span began that a moment is in.
func (s Span) Start(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	year, month, day := at.Date()
	switch s {
	case Minute:
		return at.Truncate(time.Minute).UTC()
	case Hour: // zones differ from each other by quarters of an hour, which Truncate does not see
		return at.Add(-time.Duration(at.Minute())*time.Minute - time.Duration(at.Second())*time.Second - time.Duration(at.Nanosecond())).UTC()
	case Month:
		return time.Date(year, month, 1, 0, 0, 0, 0, zone).UTC()
	default:
		return time.Date(year, month, day, 0, 0, 0, 0, zone).UTC()
	}
}

// End is when the span ends that a moment is in.
func (s Span) End(at time.Time, zone *time.Location) time.Time {
	start := s.Start(at, zone).In(zone)
	switch s {
	case Minute:
		return start.Add(time.Minute).UTC()
	case Hour:
		return start.Add(time.Hour).UTC()
	case Month:
		return start.AddDate(0, 1, 0).UTC()
	default:
		return start.AddDate(0, 0, 1).UTC()
	}
}

// Place is whose use is counted for how long.
type Place struct {
	Scope Scope
	Key   string
	Span  Span
}

// Limit is how much may be used. What is 0 has no limit.
type Limit struct {
	Place
	Requests int64
	Tokens   int64
	Soft     Nano // people are told
	Hard     Nano // nothing more is spent
	By       string
	Reason   string
	At       time.Time
}

// Count is what was used in one span, and what calls that go on may still use.
type Count struct {
	Place
	Start      time.Time
	Requests   int64
	Tokens     int64
	Spent      Nano
	HeldTokens int64
	Held       Nano
	Warned     int // the highest share of the hard limit that people were told of, in percent
}

// Demand is what a call uses at most.
type Demand struct {
	Tokens int64
	Cost   Nano
}

// Allows reports whether a call may begin after what was used.
func (l Limit) Allows(c Count, d Demand) bool { return l.passed(c, d) == "" }

func (l Limit) passed(c Count, d Demand) string {
	switch {
	case l.Requests > 0 && c.Requests+1 > l.Requests:
		return "requests"
	case l.Tokens > 0 && c.Tokens+c.HeldTokens+d.Tokens > l.Tokens:
		return "tokens"
	case l.Hard > 0 && c.Spent+c.Held+d.Cost > l.Hard:
		return "money"
	default:
		return ""
	}
}

// Refused is the error of a call that a limit does not allow.
type Refused struct {
	Limit
	What  string // requests, tokens or money
	Until time.Time
}

// Refusal is a Refused where the limit does not allow a call, or nil.
func (l Limit) Refusal(c Count, d Demand, until time.Time) error {
	what := l.passed(c, d)
	if what == "" {
		return nil
	}
	return &Refused{l, what, until}
}

// Error says for the log which limit it is.
func (r *Refused) Error() string {
	return fmt.Sprintf("the limit of %s a %s of %s %q is reached until %s", r.What, r.Span, r.Scope, r.Key, r.Until.Format(time.RFC3339))
}

// Shares are the parts of a hard limit of which people are told, in percent.
func Shares() []int { return []int{50, 80, 100} }

// Share is the highest of Shares that is reached.
func (l Limit) Share(c Count) int {
	reached := 0
	for _, share := range Shares() {
		if l.Hard > 0 && c.Spent*100 >= l.Hard*Nano(share) {
			reached = share
		}
	}
	return reached
}
