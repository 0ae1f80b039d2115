package resendsim

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// bucket holds the tokens of the whole team: one a request, refilled evenly over each second.
// https://resend.com/docs/api-reference/rate-limit
type bucket struct {
	tokens float64
	filled time.Time
}

// take uses up one request of the team's rate, or refuses. The headers stand on every answer.
func (s *Server) take() (http.Header, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := s.settings.requestsPerSecond()
	if limit < 0 {
		return nil, nil
	}
	now, size, b := s.now(), float64(limit), &s.bucket
	if b.filled.IsZero() {
		b.tokens = size
	} else if passed := now.Sub(b.filled).Seconds(); passed > 0 {
		b.tokens = min(size, b.tokens+passed*size)
	}
	b.tokens, b.filled = min(size, b.tokens), now
	if b.tokens < 1 {
		wait := whole((1 - b.tokens) / size)
		headers := rateHeaders(limit, 0, wait)
		headers.Set("Retry-After", wait)
		return headers, &problem{http.StatusTooManyRequests, "rate_limit_exceeded", fmt.Sprintf(
			"Too many requests. You can only make %d requests per second. See rate limit response headers for more information. Or contact support to increase rate limit.", limit)}
	}
	b.tokens--
	return rateHeaders(limit, int(b.tokens), whole((size-b.tokens)/size)), nil
}

// whole is seconds rounded up, at least one, as the headers write them.
func whole(seconds float64) string { return strconv.Itoa(max(1, int(math.Ceil(seconds)))) }

func rateHeaders(limit, left int, reset string) http.Header {
	headers := http.Header{}
	headers.Set("Ratelimit-Limit", strconv.Itoa(limit))
	headers.Set("Ratelimit-Remaining", strconv.Itoa(left))
	headers.Set("Ratelimit-Reset", reset)
	return headers
}

// quota counts the recipients of sent mail in the present day and month (UTC).
type quota struct {
	day, month             string
	usedToday, usedInMonth int
}

func (q *quota) turn(now time.Time) {
	if day := now.Format(time.DateOnly); day != q.day {
		q.day, q.usedToday = day, 0
	}
	if month := now.Format("2006-01"); month != q.month {
		q.month, q.usedInMonth = month, 0
	}
}

// spend books recipients, or books none and says which quota they would exceed. Every recipient in to, cc and
// bcc counts. s.mu is held.
func (s *Server) spend(recipients int, now time.Time) *problem {
	q := &s.quota
	q.turn(now)
	if most := s.settings.DailyQuota; most > 0 && q.usedToday+recipients > most {
		return &problem{http.StatusTooManyRequests, "daily_quota_exceeded", "You have reached your daily email sending quota."}
	}
	if most := s.settings.MonthlyQuota; most > 0 && q.usedInMonth+recipients > most {
		return &problem{http.StatusTooManyRequests, "monthly_quota_exceeded", "You have reached your monthly email sending quota."}
	}
	q.usedToday += recipients
	q.usedInMonth += recipients
	return nil
}

// quotaHeaders carry what is used, not what is left; the daily one comes only where there is a daily quota.
func (s *Server) quotaHeaders() http.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota.turn(s.now())
	headers := http.Header{}
	if s.settings.DailyQuota > 0 {
		headers.Set("X-Resend-Daily-Quota", strconv.Itoa(s.quota.usedToday))
	}
	headers.Set("X-Resend-Monthly-Quota", strconv.Itoa(s.quota.usedInMonth))
	return headers
}

// SetQuotaUsed says how many recipients were sent to so far today and in this month.
func (s *Server) SetQuotaUsed(today, inMonth int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota.turn(s.now())
	s.quota.usedToday, s.quota.usedInMonth = today, inMonth
}
