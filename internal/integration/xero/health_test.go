package xero

import (
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/synclog"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	lately, long := now.Add(-time.Hour), now.Add(-5*time.Hour)
	good := connection.Connection{State: connection.Connected, RefreshExpiresAt: now.Add(50 * 24 * time.Hour), LastSyncAt: &lately}
	for name, c := range map[string]struct {
		change func(*signs)
		light  Health
		score  int
		reason string
	}{
		"quiet":            {func(*signs) {}, Green, 100, "Nothing was exchanged"},
		"busy":             {func(s *signs) { s.outcomes = map[synclog.Status]int{synclog.Success: 40, synclog.Failed: 2} }, Green, 100, "42 operations in the last hour, 2 failed"},
		"few fail":         {func(s *signs) { s.outcomes = map[synclog.Status]int{synclog.Success: 1, synclog.Failed: 2} }, Green, 100, "3 operations"},
		"some fail":        {func(s *signs) { s.outcomes = map[synclog.Status]int{synclog.Success: 80, synclog.Failed: 20} }, Amber, 79, "20 of 100"},
		"most fail":        {func(s *signs) { s.outcomes = map[synclog.Status]int{synclog.Success: 8, synclog.Failed: 12} }, Red, 40, "12 of 20"},
		"errors":           {func(s *signs) { s.card.Errors = 3 }, Amber, 77, "3 records need a person"},
		"reconnect":        {func(s *signs) { s.conn.State, s.conn.Reason = connection.NeedsReconnect, "Connect again." }, Red, 0, "Connect again."},
		"choosing":         {func(s *signs) { s.conn.State = connection.Choosing }, Amber, 70, "Choose the organisation"},
		"held back":        {func(s *signs) { s.circuit = breaker.Circuit{State: breaker.Opened, Cause: "503"} }, Red, 40, "held back"},
		"probing":          {func(s *signs) { s.circuit = breaker.Circuit{State: breaker.HalfOpen} }, Amber, 70, "One request"},
		"access ends":      {func(s *signs) { s.conn.RefreshExpiresAt = now.Add(24 * time.Hour) }, Amber, 75, "Access ends on 23/11/2026"},
		"not read":         {func(s *signs) { s.conn.LastSyncAt = &long }, Green, 85, "for 5 hours"},
		"errors, not read": {func(s *signs) { s.card.Errors, s.conn.LastSyncAt = 50, &long }, Amber, 55, "50 records"},
		"off":              {func(s *signs) { s.conn = connection.Connection{} }, Off, 0, "not connected"},
	} {
		s := signs{conn: good, now: now}
		c.change(&s)
		light, score, deductions, reason := s.health()
		sum := 100
		for i, d := range deductions {
			sum -= d.Points
			if d.Reason == "" || i > 0 && d.Points > deductions[i-1].Points {
				t.Errorf("%s: deductions are %+v", name, deductions)
			}
		}
		if light != c.light || score != c.score || !strings.Contains(reason, c.reason) || light != Off && max(sum, 0) != score {
			t.Errorf("%s: %s, %d points, %+v, because %q", name, light, score, deductions, reason)
		}
	}
}
