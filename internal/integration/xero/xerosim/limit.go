package xerosim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// window counts calls in a fixed stretch of time.
type window struct {
	start time.Time
	used  int
}

// left says how many calls the window still allows and when it turns; a negative limit means no limit.
func (w *window) left(now time.Time, length time.Duration, limit int) (int, time.Duration) {
	if start := now.Truncate(length); !start.Equal(w.start) {
		w.start, w.used = start, 0
	}
	if limit < 0 {
		return 1 << 30, 0
	}
	return max(0, limit-w.used), w.start.Add(length).Sub(now)
}

type tenantUse struct {
	minute, day window
	running     int
}

type limits struct {
	tenants map[string]*tenantUse
	apps    map[string]*window
}

func newLimits() limits {
	return limits{tenants: map[string]*tenantUse{}, apps: map[string]*window{}}
}

// budget is what is left after a call, for its headers.
type budget struct{ minute, day, app int }

func (b budget) apply(a answer) answer {
	return a.with("X-MinLimit-Remaining", strconv.Itoa(b.minute)).
		with("X-DayLimit-Remaining", strconv.Itoa(b.day)).
		with("X-AppMinLimit-Remaining", strconv.Itoa(b.app))
}

// enter takes one call from every budget, or refuses with 429 and takes none.
// https://developer.xero.com/documentation/guides/oauth2/limits#api-rate-limits
func (s *Server) enter(tenant, client string) (budget, *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	use, app := s.limits.use(tenant, client)
	now := s.now()
	minute, minuteTurns := use.minute.left(now, s.opts.Minute, s.opts.MinuteLimit)
	day, dayTurns := use.day.left(now, 24*time.Hour, s.opts.DayLimit)
	appMinute, appTurns := app.left(now, s.opts.Minute, s.opts.AppMinuteLimit)
	left := budget{minute, day, appMinute}
	switch {
	case s.opts.ConcurrentLimit >= 0 && use.running >= s.opts.ConcurrentLimit:
		return left, tooMany("concurrent", 0, left)
	case appMinute == 0:
		return left, tooMany("appminute", appTurns, left)
	case day == 0:
		return left, tooMany("day", dayTurns, left)
	case minute == 0:
		return left, tooMany("minute", minuteTurns, left)
	}
	use.running++
	use.minute.used++
	use.day.used++
	app.used++
	return budget{minute - 1, day - 1, appMinute - 1}, nil
}

func (s *Server) leave(tenant string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.tenants[tenant].running--
}

func (l *limits) use(tenant, client string) (*tenantUse, *window) {
	if l.tenants[tenant] == nil {
		l.tenants[tenant] = &tenantUse{}
	}
	if l.apps[client] == nil {
		l.apps[client] = &window{}
	}
	return l.tenants[tenant], l.apps[client]
}

// tooMany is a 429; Retry-After, in whole seconds, comes with every problem but concurrent.
func tooMany(problem string, turns time.Duration, left budget) *answer {
	out := answer{Status: http.StatusTooManyRequests}.with("X-Rate-Limit-Problem", problem)
	if turns > 0 {
		out = out.with("Retry-After", fmt.Sprint(max(1, int((turns+time.Second-1)/time.Second))))
	}
	out = left.apply(out)
	return &out
}
