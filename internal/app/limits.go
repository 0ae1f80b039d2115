package app

import (
	"net/http"
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/ratelimit"
)

// Xero's limits for one organisation, and how much of the minute is kept for
// people. https://developer.xero.com/documentation/guides/oauth2/limits/
const (
	xeroMinuteLimit  = 60
	xeroDayLimit     = 5000
	xeroConcurrent   = 5
	xeroAppLimit     = 10000
	xeroReserve      = 6
	xeroSlotLasts    = time.Minute
	everybody        = "*" // the tenant of limits that hold for the whole app
	windowMinute     = "minute"
	windowDay        = "day"
	windowAppMinute  = "appminute"
	headerMinuteLeft = "X-MinLimit-Remaining"
	headerDayLeft    = "X-DayLimit-Remaining"
	headerAppLeft    = "X-AppMinLimit-Remaining"
	headerLimited    = "X-Rate-Limit-Problem"
)

func (x Xero) budgets(service, tenant string) []ratelimit.Budget {
	if service != xero.Name || tenant == "" {
		return nil
	}
	key := func(tenant, window string) ratelimit.Key {
		return ratelimit.Key{Service: service, Tenant: tenant, Window: window}
	}
	minute := x.Minute
	if minute == 0 {
		minute = time.Minute
	}
	return []ratelimit.Budget{
		{Key: key(tenant, windowMinute), Length: minute, Limit: or(x.MinuteLimit, xeroMinuteLimit), Reserve: xeroReserve},
		{Key: key(tenant, windowDay), Length: 24 * time.Hour, Limit: or(x.DayLimit, xeroDayLimit), Reserve: 10 * xeroReserve},
		{Key: key(everybody, windowAppMinute), Length: minute, Limit: xeroAppLimit},
		{Key: key(tenant, ratelimit.Concurrent), Length: xeroSlotLasts, Limit: xeroConcurrent},
	}
}

// Resend's limit for one account, over all its keys. What goes first is settled
// by the order of sending, so nothing is kept for people.
// https://resend.com/docs/api-reference/rate-limit
const (
	resendRate   = 5
	windowSecond = "second"
)

func (r Resend) budgets(account string) []ratelimit.Budget {
	if account == "" {
		return nil
	}
	return []ratelimit.Budget{{Key: ratelimit.Key{Service: resend.Name, Tenant: account, Window: windowSecond}, Length: time.Second, Limit: or(r.RateLimit, resendRate)}}
}

// budgets are those that a request to an account of a service counts toward.
func (c Config) budgets(service, tenant string) []ratelimit.Budget {
	if service == resend.Name {
		return c.Resend.budgets(tenant)
	}
	return c.Xero.budgets(service, tenant)
}

func resendAccount(r *http.Request) (service, tenant string) { return resend.Name, resend.AccountOf(r) }

// readResendLimits reads what an answer says of Resend's limit. Quotas of mails
// are no limits of requests: they pause sending.
func readResendLimits(r *http.Response) ratelimit.Observed {
	seen := ratelimit.Observed{Remaining: map[string]int{}, Total: map[string]int{}}
	if left, err := strconv.Atoi(r.Header.Get("Ratelimit-Remaining")); err == nil {
		seen.Remaining[windowSecond] = left
	}
	if total, err := strconv.Atoi(r.Header.Get("Ratelimit-Limit")); err == nil {
		seen.Total[windowSecond] = total
	}
	if r.StatusCode == http.StatusTooManyRequests && r.Header.Get("Ratelimit-Remaining") == "0" {
		seen.Limited = windowSecond
		if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil {
			seen.RetryAfter = time.Duration(seconds) * time.Second
		}
	}
	return seen
}

// How long the breaker stays open, and when its probe counts as lost.
const (
	breakerPause = 30 * time.Second
	breakerProbe = time.Minute
)

func (c Config) breaker(string) breaker.Settings {
	return breaker.Settings{Pause: c.schedule().Wait(breakerPause), Probe: c.schedule().Wait(breakerProbe)}
}

func claudeAccount(*http.Request) (service, tenant string) { return claude.Name, everybody }

func or(given, fallback int) int {
	if given != 0 {
		return given
	}
	return fallback
}

func xeroTenant(r *http.Request) (service, tenant string) {
	return xero.Name, r.Header.Get("Xero-Tenant-Id")
}

// readXeroLimits reads what an answer says of Xero's limits.
func readXeroLimits(r *http.Response) ratelimit.Observed {
	seen := ratelimit.Observed{Remaining: map[string]int{}}
	for window, header := range map[string]string{windowMinute: headerMinuteLeft, windowDay: headerDayLeft, windowAppMinute: headerAppLeft} {
		if left, err := strconv.Atoi(r.Header.Get(header)); err == nil {
			seen.Remaining[window] = left
		}
	}
	if r.StatusCode != http.StatusTooManyRequests {
		return seen
	}
	seen.Limited = r.Header.Get(headerLimited)
	if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil {
		seen.RetryAfter = time.Duration(seconds) * time.Second
	}
	return seen
}
