package xerosim

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// FaultKind names what goes wrong.
type FaultKind string

// The faults. "Before" means nothing was written, "after" that the write happened.
const (
	FaultMinute       FaultKind = "minute"     // 429 with that X-Rate-Limit-Problem
	FaultDay          FaultKind = "day"        // 429
	FaultAppMinute    FaultKind = "appminute"  // 429
	FaultConcurrent   FaultKind = "concurrent" // 429
	FaultErrorBefore  FaultKind = "error_before"
	FaultErrorAfter   FaultKind = "error_after"
	FaultOffline      FaultKind = "offline" // 503, plain text
	FaultCutBefore    FaultKind = "cut_before"
	FaultCutAfter     FaultKind = "cut_after"
	FaultSlow         FaultKind = "slow"                  // answers after Delay
	FaultHookRepeat   FaultKind = "webhook_repeat"        // a batch is delivered twice
	FaultHookReverse  FaultKind = "webhook_reverse"       // events of a batch in the wrong order
	FaultHookUnsigned FaultKind = "webhook_bad_signature" // a batch with a wrong signature
)

// Fault goes wrong for requests that match. The zero Probability means always, the zero Count for ever.
type Fault struct {
	Kind        FaultKind     `json:"kind"`
	Method      string        `json:"method,omitempty"`      // empty: any
	Path        string        `json:"path,omitempty"`        // prefix, with or without /api.xro/2.0; empty: any
	Probability float64       `json:"probability,omitempty"` // 0 to 1
	Count       int           `json:"count,omitempty"`
	Delay       time.Duration `json:"-"`
	DelayMS     int64         `json:"delayMs,omitempty"`    // Delay in JSON
	RetryAfter  int           `json:"retryAfter,omitempty"` // seconds of a 429; default 30
}

type faults struct {
	active []Fault
	random *rand.Rand
}

func newFaults(seed uint64) faults {
	return faults{random: rand.New(rand.NewPCG(seed, 0x7865726f))}
}

// Fail adds faults; the first that matches a request is the one it meets.
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
	case FaultMinute, FaultDay, FaultAppMinute, FaultConcurrent, FaultErrorBefore, FaultErrorAfter, FaultOffline,
		FaultCutBefore, FaultCutAfter, FaultHookRepeat, FaultHookReverse, FaultHookUnsigned:
	case FaultSlow:
		if f.Delay <= 0 {
			return fmt.Errorf("a slow fault needs delayMs")
		}
	default:
		return fmt.Errorf("unknown kind of fault %q; see FaultKind", f.Kind)
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
	return s.draw(func(f *Fault) bool {
		if strings.HasPrefix(string(f.Kind), "webhook_") || (f.Method != "" && !strings.EqualFold(f.Method, r.Method)) {
			return false
		}
		return strings.HasPrefix(r.URL.Path, f.Path) || strings.HasPrefix(strings.TrimPrefix(r.URL.Path, "/api.xro/2.0"), f.Path)
	})
}

// hookFault is the fault of that kind the next webhook batch meets, if any.
func (s *Server) hookFault(kind FaultKind) bool {
	return s.draw(func(f *Fault) bool { return f.Kind == kind }) != nil
}

func (s *Server) draw(matches func(*Fault) bool) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.faults.active {
		f := &s.faults.active[i]
		if !matches(f) || (f.Probability > 0 && s.faults.random.Float64() >= f.Probability) {
			continue
		}
		drawn := *f
		if f.Count == 1 {
			s.faults.active = append(s.faults.active[:i], s.faults.active[i+1:]...)
		} else if f.Count > 1 {
			f.Count--
		}
		s.tally.faults++
		return &drawn
	}
	return nil
}

// faultBefore answers for faults that keep the request from its handler; ends is false for the others.
func (s *Server) faultBefore(r *http.Request, f *Fault) (out answer, cut, ends bool) {
	switch f.Kind {
	case FaultMinute, FaultDay, FaultAppMinute, FaultConcurrent:
		wait := time.Duration(f.RetryAfter) * time.Second
		if wait == 0 {
			wait = 30 * time.Second
		}
		if f.Kind == FaultConcurrent {
			wait = 0
		}
		return *tooMany(string(f.Kind), wait, budget{}), false, true
	case FaultOffline:
		return textAnswer(http.StatusServiceUnavailable, "The Organisation is offline"), false, true
	case FaultCutBefore:
		return answer{}, true, true
	case FaultSlow:
		if err := s.opts.Wait(r.Context(), f.Delay); err != nil {
			return answer{}, true, true
		}
	}
	return answer{}, false, false
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
