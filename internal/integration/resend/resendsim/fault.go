package resendsim

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// FaultKind names what goes wrong.
type FaultKind string

// The faults. "Before" means nothing was accepted, "after" that it was.
const (
	FaultRateLimit    FaultKind = "rate_limit"    // 429 rate_limit_exceeded with Retry-After
	FaultDailyQuota   FaultKind = "daily_quota"   // 429 daily_quota_exceeded
	FaultMonthlyQuota FaultKind = "monthly_quota" // 429 monthly_quota_exceeded
	FaultAboveQuota   FaultKind = "above_quota"   // 403 email_above_quota
	FaultConcurrent   FaultKind = "concurrent"    // 409 concurrent_idempotent_requests
	FaultLocked       FaultKind = "locked"        // 409 resource_locked
	FaultSecurity     FaultKind = "security"      // 451 security_error
	FaultKeyRefused   FaultKind = "key_refused"   // 401 validation_error, as newer pages of the documentation say of an unknown key
	FaultErrorBefore  FaultKind = "error_before"  // 500 application_error
	FaultErrorAfter   FaultKind = "error_after"   // 500 internal_server_error
	FaultUnavailable  FaultKind = "unavailable"   // 503 service_unavailable
	FaultGateway      FaultKind = "gateway"       // 502 with an HTML body, as a proxy before the service answers
	FaultCutBefore    FaultKind = "cut_before"
	FaultCutAfter     FaultKind = "cut_after"
	FaultSlow         FaultKind = "slow"        // the work is done at once, the answer comes after Delay
	FaultEventFirst   FaultKind = "event_first" // the webhooks of the request are delivered before its answer

	FaultHookRepeat   FaultKind = "webhook_repeat"        // an event is delivered twice
	FaultHookReverse  FaultKind = "webhook_reverse"       // what is due together is delivered in the wrong order
	FaultHookDelay    FaultKind = "webhook_delay"         // an event comes Delay late
	FaultHookLost     FaultKind = "webhook_lost"          // an event never comes
	FaultHookUnsigned FaultKind = "webhook_bad_signature" // an event comes once with a wrong signature, then rightly
)

// Fault goes wrong for requests, or events, that match. The zero Probability means always, the zero Count for
// ever.
type Fault struct {
	Kind        FaultKind     `json:"kind"`
	Method      string        `json:"method,omitempty"`      // empty: any
	Path        string        `json:"path,omitempty"`        // prefix of the path, or of the event type of a webhook fault
	Probability float64       `json:"probability,omitempty"` // 0 to 1
	Count       int           `json:"count,omitempty"`
	Delay       time.Duration `json:"-"`
	DelayMS     int64         `json:"delayMs,omitempty"`    // Delay in JSON
	RetryAfter  int           `json:"retryAfter,omitempty"` // seconds of a 429; default 1
}

type faults struct {
	active []Fault
	random *rand.Rand
}

func newFaults(seed uint64) faults {
	return faults{random: rand.New(rand.NewPCG(seed, 0x726573656e64))}
}

// faultProblems are the faults that answer in place of the service.
func faultProblems() map[FaultKind]problem {
	return map[FaultKind]problem{
		FaultRateLimit:    {429, "rate_limit_exceeded", "Too many requests. You can only make 5 requests per second. See rate limit response headers for more information. Or contact support to increase rate limit."},
		FaultDailyQuota:   {429, "daily_quota_exceeded", "You have reached your daily email sending quota."},
		FaultMonthlyQuota: {429, "monthly_quota_exceeded", "You have reached your monthly email sending quota."},
		FaultAboveQuota:   {403, "email_above_quota", "This email is above your plan's quota."},
		FaultConcurrent:   {409, "concurrent_idempotent_requests", "Same idempotency key used while original request is still in progress."},
		FaultLocked:       {409, "resource_locked", "The resource is being changed by another request."},
		FaultSecurity:     {451, "security_error", "We may have found a security issue with the request."},
		FaultKeyRefused:   {401, "validation_error", "API key is invalid"},
		FaultErrorBefore:  {500, "application_error", "An unexpected error occurred."},
		FaultErrorAfter:   {500, "internal_server_error", "An unexpected error occurred."},
		FaultUnavailable:  {503, "service_unavailable", "The service is temporarily unavailable."},
	}
}

// Fail adds faults; the first that matches is the one a request meets.
func (s *Server) Fail(list ...Fault) error {
	for i := range list {
		f := &list[i]
		if f.Delay == 0 {
			f.Delay = time.Duration(f.DelayMS) * time.Millisecond
		}
		f.DelayMS = f.Delay.Milliseconds()
		if err := f.check(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.active = append(s.faults.active, list...)
	return nil
}

func (f *Fault) check() error {
	switch f.Kind {
	case FaultGateway, FaultCutBefore, FaultCutAfter, FaultEventFirst, FaultHookRepeat, FaultHookReverse, FaultHookLost, FaultHookUnsigned:
	case FaultSlow, FaultHookDelay:
		if f.Delay <= 0 {
			return fmt.Errorf("a %s fault needs delayMs", f.Kind)
		}
	default:
		if _, known := faultProblems()[f.Kind]; !known {
			return fmt.Errorf("unknown kind of fault %q; see FaultKind", f.Kind)
		}
	}
	if f.Probability < 0 || f.Probability > 1 || f.Count < 0 || f.RetryAfter < 0 || f.Delay < 0 {
		return fmt.Errorf("probability must be between 0 and 1; count, delayMs and retryAfter must not be negative")
	}
	return nil
}

// Faults lists what is still to go wrong.
func (s *Server) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Fault{}, s.faults.active...)
}

// ClearFaults makes everything go well again.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.active = nil
}

// hit finds the fault a request meets and uses it up.
func (s *Server) hit(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draw(func(f *Fault) bool {
		return !strings.HasPrefix(string(f.Kind), "webhook_") && (f.Method == "" || strings.EqualFold(f.Method, r.Method)) &&
			strings.HasPrefix(r.URL.Path, f.Path)
	})
}

// hookFault is the fault of that kind that an event meets; s.mu is held.
func (s *Server) hookFault(kind FaultKind, eventType string) *Fault {
	if len(s.faults.active) == 0 {
		return nil
	}
	return s.draw(func(f *Fault) bool { return f.Kind == kind && strings.HasPrefix(eventType, f.Path) })
}

// draw uses up the first fault that matches; s.mu is held.
func (s *Server) draw(matches func(*Fault) bool) *Fault {
	for i := range s.faults.active {
		f := &s.faults.active[i]
		if !matches(f) || (f.Probability > 0 && s.faults.random.Float64() >= f.Probability) {
			continue
		}
		drawn := *f
		if f.Count == 1 {
			s.faults.active = append(s.faults.active[:i:i], s.faults.active[i+1:]...)
		} else if f.Count > 1 {
			f.Count--
		}
		s.tally.faults++
		return &drawn
	}
	return nil
}

// faultBefore answers for faults that keep the request from its handler; ends is false for the others.
func (s *Server) faultBefore(f *Fault) (out answer, cut, ends bool) {
	switch f.Kind {
	case FaultErrorAfter, FaultCutAfter, FaultEventFirst, FaultSlow:
		return answer{}, false, false
	case FaultCutBefore:
		return answer{}, true, true
	case FaultGateway:
		out = textAnswer(http.StatusBadGateway, "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>")
		out.ContentType = "text/html"
		return out, false, true
	}
	out = faultProblems()[f.Kind].answer()
	if f.Kind == FaultRateLimit {
		out = out.with(http.Header{"Retry-After": {strconv.Itoa(max(1, f.RetryAfter))}})
	}
	return out, false, true
}

// faultAfter spoils the answer to a request whose work was done.
func (s *Server) faultAfter(r *http.Request, f *Fault, out answer) (answer, bool) {
	if f == nil {
		return out, false
	}
	switch f.Kind {
	case FaultErrorAfter:
		return faultProblems()[f.Kind].answer(), false
	case FaultEventFirst:
		_ = s.Deliver(r.Context()) // it fails only when the client has gone
	}
	return out, f.Kind == FaultCutAfter
}

// cutConnection drops the connection in the middle of the status line. A few bytes are sent first, because
// Go's transport quietly repeats a request with an Idempotency-Key when nothing at all came back.
func cutConnection(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, buffer, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_, _ = buffer.WriteString("HTTP/1.1 2") // the peer may be gone already
	_ = buffer.Flush()
	_ = conn.Close()
}
