package claudesim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// FaultKind names what goes wrong.
type FaultKind string

// The faults. "Before" means that the model was never asked, "after" that it answered and the answer was paid for.
const (
	FaultRateLimit   FaultKind = "rate_limit"   // 429 with retry-after
	FaultSpendLimit  FaultKind = "spend_limit"  // 429 enforced_spend_limit_reached, without retry-after
	FaultOwnLimit    FaultKind = "own_limit"    // 400: the limit that the account set itself
	FaultBilling     FaultKind = "billing"      // 402
	FaultKeyRefused  FaultKind = "key_refused"  // 401
	FaultPermission  FaultKind = "permission"   // 403
	FaultNoModel     FaultKind = "no_model"     // 404
	FaultTimeout     FaultKind = "timeout"      // 408
	FaultConflict    FaultKind = "conflict"     // 409
	FaultTooLarge    FaultKind = "too_large"    // 413
	FaultBound       FaultKind = "bound"        // 400: bound to a different conversation
	FaultErrorBefore FaultKind = "error_before" // 500
	FaultErrorAfter  FaultKind = "error_after"  // 500
	FaultUnavailable FaultKind = "unavailable"  // 503
	FaultGatewayTime FaultKind = "gateway_time" // 504
	FaultOverloaded  FaultKind = "overloaded"   // 529
	FaultGateway     FaultKind = "gateway"      // 502 with an HTML body, as a proxy before the service answers
	FaultCutBefore   FaultKind = "cut_before"
	FaultCutAfter    FaultKind = "cut_after"
	FaultSlow        FaultKind = "slow" // the answer begins after Delay

	FaultStreamError FaultKind = "stream_error" // an error event after After deltas; 529 when the answer is no stream
	FaultStreamCut   FaultKind = "stream_cut"   // the connection breaks after After deltas
	FaultStreamEnd   FaultKind = "stream_end"   // the stream ends after After deltas as if it were whole, without message_stop
	FaultStall       FaultKind = "stall"        // the stream waits for Delay after After deltas
)

// Fault goes wrong for requests that match. The zero Probability means always, the zero Count for ever.
type Fault struct {
	Kind        FaultKind     `json:"kind"`
	Method      string        `json:"method,omitempty"`      // empty: any
	Path        string        `json:"path,omitempty"`        // the whole path, or what it begins with when this ends in a slash; empty: any
	Model       string        `json:"model,omitempty"`       // empty: any
	Contains    string        `json:"contains,omitempty"`    // part of the body
	Probability float64       `json:"probability,omitempty"` // 0 to 1
	Skip        int           `json:"skip,omitempty"`        // matching requests that go well first
	Count       int           `json:"count,omitempty"`
	After       int           `json:"after,omitempty"` // deltas of a stream before it
	Delay       time.Duration `json:"-"`
	DelayMS     int64         `json:"delayMs,omitempty"`    // Delay in JSON
	RetryAfter  int           `json:"retryAfter,omitempty"` // seconds of a 429; default 1
}

type faults struct {
	active []Fault
	random *rand.Rand
}

func newFaults(seed uint64) faults {
	return faults{random: rand.New(rand.NewPCG(seed, 0x636c61756465))}
}

// faultProblems are the faults that answer in place of the service.
func faultProblems() map[FaultKind]problem {
	return map[FaultKind]problem{
		FaultRateLimit:   {status: 429, kind: "rate_limit_error", message: "This request would exceed your organization's rate limit. Please try again later."},
		FaultSpendLimit:  {status: 429, kind: "rate_limit_error", code: "enforced_spend_limit_reached", message: "Your organization has reached the monthly API usage threshold of its tier."},
		FaultOwnLimit:    {status: 400, kind: "invalid_request_error", message: "You have reached your specified API usage limits. You will regain access at the beginning of next month at 00:00 UTC."},
		FaultBilling:     {status: 402, kind: "billing_error", message: "Your account has a billing issue. Please check your payment details."},
		FaultKeyRefused:  {status: 401, kind: "authentication_error", message: "invalid x-api-key"},
		FaultPermission:  {status: 403, kind: "permission_error", message: "Your API key does not have permission to use the specified resource."},
		FaultNoModel:     {status: 404, kind: "not_found_error", message: "model: not found"},
		FaultTimeout:     {status: 408, kind: "timeout_error", message: "Request timeout"},
		FaultConflict:    {status: 409, kind: "invalid_request_error", message: "The request conflicts with another one."},
		FaultTooLarge:    {status: 413, kind: "invalid_request_error", message: "Request exceeds the maximum size"},
		FaultBound:       {status: 400, kind: "invalid_request_error", message: "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to \"drop_block\"."},
		FaultErrorBefore: {status: 500, kind: "api_error", message: "Internal server error"},
		FaultErrorAfter:  {status: 500, kind: "api_error", message: "Internal server error"},
		FaultUnavailable: {status: 503, kind: "overloaded_error", message: "Service temporarily unavailable"},
		FaultGatewayTime: {status: 504, kind: "timeout_error", message: "Request timeout"},
		FaultOverloaded:  {status: 529, kind: "overloaded_error", message: "Overloaded"},
	}
}

// streams reports whether the fault lies in the middle of an answer.
func (f *Fault) streams() bool {
	return f.Kind == FaultStreamError || f.Kind == FaultStreamCut || f.Kind == FaultStreamEnd || f.Kind == FaultStall
}

// Fail adds faults; the first that matches is the one a request meets.
func (s *Server) Fail(list ...Fault) error {
	for i := range list {
		if err := list[i].check(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.active = append(s.faults.active, list...)
	return nil
}

func (f *Fault) check() error {
	if f.Delay == 0 {
		f.Delay = time.Duration(f.DelayMS) * time.Millisecond
	}
	f.DelayMS = f.Delay.Milliseconds()
	switch f.Kind {
	case FaultGateway, FaultCutBefore, FaultCutAfter, FaultStreamError, FaultStreamCut, FaultStreamEnd:
	case FaultSlow, FaultStall:
		if f.Delay <= 0 {
			return fmt.Errorf("a %s fault needs delayMs", f.Kind)
		}
	default:
		if _, known := faultProblems()[f.Kind]; !known {
			return fmt.Errorf("unknown kind of fault %q; see FaultKind", f.Kind)
		}
	}
	if f.Probability < 0 || f.Probability > 1 || f.Count < 0 || f.Skip < 0 || f.After < 0 || f.RetryAfter < 0 || f.Delay < 0 {
		return fmt.Errorf("probability must be between 0 and 1; count, skip, after, delayMs and retryAfter must not be negative")
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

func (f *Fault) matches(c *call) bool {
	path := c.r.URL.Path
	if f.Method != "" && !strings.EqualFold(f.Method, c.r.Method) || f.Path != "" && path != f.Path && !(strings.HasSuffix(f.Path, "/") && strings.HasPrefix(path, f.Path)) {
		return false
	}
	if f.Contains != "" && !bytes.Contains(c.body, []byte(f.Contains)) {
		return false
	}
	if f.Model == "" {
		return true
	}
	var body struct {
		Model string `json:"model"`
	}
	return json.Unmarshal(c.body, &body) == nil && body.Model == f.Model
}

// hit finds the fault a request meets and uses it up.
func (s *Server) hit(c *call) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.faults.active {
		f := &s.faults.active[i]
		if !f.matches(c) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Probability > 0 && s.faults.random.Float64() >= f.Probability {
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

// faultBefore answers for faults that keep the request from the model; ends is false for the others.
func (c *call) faultBefore() (out answer, ends bool) {
	f := c.fault
	switch f.Kind {
	case FaultErrorAfter, FaultCutAfter, FaultStreamError, FaultStreamCut, FaultStreamEnd, FaultStall:
		return answer{}, false
	case FaultSlow:
		_ = c.server.opts.Wait(c.r.Context(), f.Delay) // a client that has gone is noticed when it is answered
		return answer{}, false
	case FaultCutBefore:
		c.record.Cut = true
		return answer{cut: true}, true
	case FaultGateway:
		return answer{status: http.StatusBadGateway, contentType: "text/html", body: []byte("<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>")}, true
	}
	p := faultProblems()[f.Kind]
	if f.Kind == FaultRateLimit {
		p.header = http.Header{"Retry-After": {strconv.Itoa(max(1, f.RetryAfter))}}
	}
	return c.refuse(p), true
}

// faultAfter spoils the answer to a request whose work was done.
func (c *call) faultAfter(out answer) answer {
	f := c.fault
	if f == nil || out.status >= http.StatusBadRequest {
		return out
	}
	switch {
	case f.Kind == FaultErrorAfter:
		return c.refuse(faultProblems()[f.Kind])
	case f.Kind == FaultCutAfter, (f.Kind == FaultStreamCut || f.Kind == FaultStreamEnd) && out.stream == nil:
		c.record.Cut = true
		return answer{cut: true}
	case f.Kind == FaultStreamError && out.stream == nil:
		return c.refuse(faultProblems()[FaultOverloaded])
	case f.Kind == FaultStall && out.stream == nil:
		_ = c.server.opts.Wait(c.r.Context(), f.Delay) // a client that has gone is noticed when it is answered
	}
	return out
}

// cutConnection drops the connection in the middle of the status line.
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
