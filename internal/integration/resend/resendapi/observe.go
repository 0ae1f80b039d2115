package resendapi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Observer is told of each HTTP exchange, right after it. It runs on the
// caller's goroutine, so it should be quick, and it must mask what it keeps:
// bodies, path and query hold customers' data.
type Observer func(ctx context.Context, call Call)

// Call is one HTTP exchange, whether answered or not. Exchanges whose answer
// holds a signing secret come without bodies.
type Call struct {
	Op             string // what was being done: "send the e-mail"
	Method         string
	Path           string // "/emails/batch"; may hold an address ("/suppressions/jo@example.com")
	Query          url.Values
	IdempotencyKey string // empty for all but sends
	RequestBody    []byte // the bytes themselves, not a copy
	ResponseBody   []byte
	Status         int // 0 when no answer came
	Duration       time.Duration
	Limits         Limits
	Err            error // nil, or what the caller will see of this exchange
}

// Limits is what the answer said of Resend's budgets; -1 where it did not say.
// The rate is that of the whole team, over all of its keys.
// https://resend.com/docs/api-reference/rate-limit
type Limits struct {
	Limit     int           // requests of a window
	Remaining int           // requests left in this window
	Reset     time.Duration // until the window ends, in whole seconds

	// The e-mails used up today and this month. Integrators report that the
	// quota headers carry what was used, and the daily one on the free plan
	// only; Resend's pages do not say.
	DailyUsed   int
	MonthlyUsed int
}

func readLimits(header http.Header) Limits {
	reset := time.Duration(-1)
	if seconds := count(header, "Ratelimit-Reset"); seconds >= 0 {
		reset = bounded(seconds)
	}
	return Limits{
		Limit:       count(header, "Ratelimit-Limit"),
		Remaining:   count(header, "Ratelimit-Remaining"),
		Reset:       reset,
		DailyUsed:   count(header, "X-Resend-Daily-Quota"),
		MonthlyUsed: count(header, "X-Resend-Monthly-Quota"),
	}
}

// count reads a number that parameters may follow ("5;w=1").
func count(header http.Header, name string) int {
	digits, _, _ := strings.Cut(header.Get(name), ";")
	number, err := strconv.Atoi(strings.TrimSpace(digits))
	if err != nil || number < 0 {
		return -1
	}
	return number
}

// longestWait bounds what a header can make us wait: no window of Resend's is
// longer than a day, but for the month's quota, for which nobody waits.
const longestWait = 24 * time.Hour

func bounded(seconds int) time.Duration {
	return min(time.Duration(min(seconds, 1<<20))*time.Second, longestWait)
}
