package claudesim

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Limits are the rates of one pool of models. Zero is the simulator's usual rate, a negative number is no limit.
// https://platform.claude.com/docs/en/api/rate-limits
type Limits struct {
	Requests     int `json:"requests"`     // a minute
	InputTokens  int `json:"inputTokens"`  // a minute, without what is read from the prompt cache
	OutputTokens int `json:"outputTokens"` // a minute
}

// usualLimits are generous ones, of an account that has been paying for a while.
func usualLimits() Limits {
	return Limits{Requests: 1000, InputTokens: 2_000_000, OutputTokens: 400_000}
}

// bucket holds what may still be used: it refills evenly over the minute.
type bucket struct {
	size, left float64
	filled     time.Time
}

func (b *bucket) fill(size int, now time.Time) {
	if b.filled.IsZero() {
		b.left = float64(size)
	} else if passed := now.Sub(b.filled); passed > 0 {
		b.left += float64(size) * passed.Minutes()
	}
	b.size, b.filled = float64(size), now
	b.left = min(b.left, b.size)
}

// wait is how long until so much is there. More than the bucket ever holds is there when it is full.
func (b *bucket) wait(amount float64) time.Duration {
	lacks := min(amount, b.size) - b.left
	if lacks <= 0 || b.size <= 0 {
		return 0
	}
	return time.Duration(lacks / b.size * float64(time.Minute))
}

// pool is what models share.
type pool struct {
	requests, input, output bucket
}

func pick(own, usual int) int {
	if own == 0 {
		return usual
	}
	return own
}

// limitsOf are the limits of a pool; s.mu is held.
func (s *Server) limitsOf(name string) Limits {
	usual, own := usualLimits(), s.settings.Limits
	if special, named := s.settings.PoolLimits[name]; named {
		own = special
	}
	return Limits{pick(own.Requests, usual.Requests), pick(own.InputTokens, usual.InputTokens), pick(own.OutputTokens, usual.OutputTokens)}
}

// ration takes a request and its input out of the model's pool, or refuses; s.mu is held. The headers stand on every
// answer that got this far.
func (s *Server) ration(c *call, name string, tokens int) (http.Header, *problem) {
	limits, p := s.limitsOf(name), s.pools[c.key.account()+"\x00"+name]
	if p == nil {
		p = &pool{}
		s.pools[c.key.account()+"\x00"+name] = p
	}
	var refused *problem
	for _, one := range []struct {
		bucket *bucket
		limit  int
		needs  float64
		words  string
	}{{&p.requests, limits.Requests, 1, "requests"}, {&p.input, limits.InputTokens, float64(tokens), "input tokens"}, {&p.output, limits.OutputTokens, 1, "output tokens"}} {
		if one.limit < 0 {
			continue
		}
		one.bucket.fill(one.limit, c.now)
		if wait := one.bucket.wait(one.needs); wait > 0 && refused == nil {
			refused = &problem{status: http.StatusTooManyRequests, kind: "rate_limit_error", header: http.Header{"Retry-After": {seconds(wait)}},
				message: fmt.Sprintf("This request would exceed your organization's rate limit of %d %s per minute (org: %s, model: %s).", one.limit, one.words, c.key.organization(), name)}
		}
	}
	if refused == nil {
		p.requests.left--
		p.input.left -= float64(tokens)
	}
	headers := limitHeaders(p, limits, c.now)
	if refused != nil {
		for name, values := range refused.header {
			headers[name] = values
		}
		refused.header = headers
	}
	return headers, refused
}

// spend takes what was answered out of the pool; s.mu is held.
func (s *Server) spend(c *call, name string, tokens int) {
	if p := s.pools[c.key.account()+"\x00"+name]; p != nil {
		p.output.left -= float64(tokens)
	}
}

func seconds(d time.Duration) string { return strconv.Itoa(max(1, int(math.Ceil(d.Seconds())))) }

func limitHeaders(p *pool, limits Limits, now time.Time) http.Header {
	out := http.Header{}
	set := func(kind string, limit int, left, size, lacks float64) {
		name := "Anthropic-Ratelimit-" + kind
		out.Set(name+"-Limit", strconv.Itoa(limit))
		out.Set(name+"-Remaining", strconv.Itoa(max(0, int(left))))
		reset := now
		if size > 0 {
			reset = now.Add(time.Duration(lacks / size * float64(time.Minute)))
		}
		out.Set(name+"-Reset", reset.UTC().Truncate(time.Second).Format(time.RFC3339))
	}
	if limits.Requests > 0 {
		set("Requests", limits.Requests, p.requests.left, p.requests.size, p.requests.size-p.requests.left)
	}
	if limits.InputTokens > 0 {
		set("Input-Tokens", limits.InputTokens, p.input.left, p.input.size, p.input.size-p.input.left)
	}
	if limits.OutputTokens > 0 {
		set("Output-Tokens", limits.OutputTokens, p.output.left, p.output.size, p.output.size-p.output.left)
	}
	if limits.InputTokens > 0 && limits.OutputTokens > 0 {
		tight := &p.input
		if p.output.left < p.input.left {
			tight = &p.output
		}
		set("Tokens", int(tight.size), tight.left, tight.size, tight.size-tight.left)
	}
	return out
}
