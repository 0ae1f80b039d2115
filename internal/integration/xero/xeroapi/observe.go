package xeroapi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Observer is told of each HTTP exchange, right after it. It runs on the
// caller's goroutine, so it should be quick, and it must mask what it keeps:
// bodies and query hold customers' data.
type Observer func(ctx context.Context, call Call)

// Call is one HTTP exchange, whether answered or not. Exchanges with the token
// endpoint come without bodies, since those hold secrets.
type Call struct {
	Op             string // what was being done: "create invoices"
	Method         string
	Path           string // "/api.xro/2.0/Invoices"
	Query          url.Values
	TenantID       string // empty for tokens and connections
	IdempotencyKey string // empty for reads
	RequestBody    []byte
	ResponseBody   []byte
	Status         int // 0 when no answer came
	Duration       time.Duration
	CorrelationID  string // what Xero's support asks for
	Limits         Limits
	Err            error // nil, or what the caller will see of this exchange
}

// Limits is what the answer said is left of Xero's budgets; -1 where it did
// not say.
// https://developer.xero.com/documentation/guides/oauth2/limits/
type Limits struct {
	MinuteRemaining    int
	DayRemaining       int
	AppMinuteRemaining int
}

func readLimits(header http.Header) Limits {
	return Limits{
		MinuteRemaining:    remaining(header, "X-MinLimit-Remaining"),
		DayRemaining:       remaining(header, "X-DayLimit-Remaining"),
		AppMinuteRemaining: remaining(header, "X-AppMinLimit-Remaining"),
	}
}

func remaining(header http.Header, name string) int {
	left, err := strconv.Atoi(header.Get(name))
	if err != nil || left < 0 {
		return -1
	}
	return left
}
