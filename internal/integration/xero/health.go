package xero

import (
	"fmt"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/synclog"
)

// Health is how well the exchange goes, as a traffic light.
type Health string

// The healths.
const (
	Green Health = "green"
	Amber Health = "amber"
	Red   Health = "red"
	Off   Health = "off" // not connected
)

// Deduction is something that takes points off the health, of 100.
type Deduction struct {
	Points int
	Reason string // a sentence
}

// From how many points on the light is green, and amber; and how old the last
// sync may be: the hourly look and some waiting.
const (
	greenFrom = 80
	amberFrom = 50
	syncedBy  = 2 * time.Hour
	fewest    = 10 // operations of an hour that say something about it
)

// signs is what the health is made of.
type signs struct {
	conn     connection.Connection
	card     Card
	outcomes map[synclog.Status]int // of the last hour
	circuit  breaker.Circuit
	now      time.Time
}

func (s signs) failed() int { return s.outcomes[synclog.Failed] }
func (s signs) all() int    { return s.outcomes[synclog.Failed] + s.outcomes[synclog.Success] }

// deductions are what takes points off, the most first.
func (s signs) deductions() []Deduction {
	var out []Deduction
	take := func(points int, reason string) { out = append(out, Deduction{points, reason}) }
	switch s.conn.State {
	case connection.Choosing:
		take(30, "Choose the organisation in Xero.")
	case connection.NeedsReconnect, connection.Paused:
		take(100, s.conn.Reason)
	}
	switch s.circuit.State {
	case breaker.Opened:
		take(60, "Requests are held back after failures in a row; the last was "+s.circuit.Cause+".")
	case breaker.HalfOpen:
		take(30, "One request is under way to find out whether Xero works again.")
	}
	if failed, all := s.failed(), s.all(); all >= fewest && failed*10 > all {
		points := 21
		if failed*2 > all {
			points = 60
		}
		take(points, fmt.Sprintf("%d of %d operations of the last hour failed.", failed, all))
	}
	if n := s.card.Errors; n > 0 {
		take(20+min(n, 10), plural(n, "record needs", "records need")+" a person.")
	}
	if s.conn.State == connection.Connected && !s.conn.RefreshExpiresAt.IsZero() && s.conn.RefreshExpiresAt.Sub(s.now) < warnBefore {
		take(25, "Access ends on "+s.conn.RefreshExpiresAt.Format("02/01/2006")+"; connect again before.")
	}
	if last := s.conn.LastSyncAt; last != nil && s.conn.State == connection.Connected && s.now.Sub(*last) > syncedBy {
		take(15, "Nothing was read from Xero for "+plural(int(s.now.Sub(*last).Hours()), "hour", "hours")+".")
	}
	slices.SortStableFunc(out, func(a, b Deduction) int { return b.Points - a.Points })
	return out
}

// health is the light, the points and the reason for both.
func (s signs) health() (light Health, score int, deductions []Deduction, reason string) {
	if s.conn.State == "" {
		return Off, 0, nil, "Xero is not connected."
	}
	score, deductions = 100, s.deductions()
	for _, d := range deductions {
		score -= d.Points
	}
	score = max(score, 0)
	switch {
	case score >= greenFrom:
		light = Green
	case score >= amberFrom:
		light = Amber
	default:
		light = Red
	}
	switch {
	case len(deductions) > 0:
		reason = deductions[0].Reason
	case s.all() == 0:
		reason = "Nothing was exchanged in the last hour."
	default:
		reason = plural(s.all(), "operation", "operations") + fmt.Sprintf(" in the last hour, %d failed.", s.failed())
	}
	return light, score, deductions, reason
}
