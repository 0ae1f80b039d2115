package claudesim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Call is one request as the simulator saw it; keys and bodies are not kept in it.
type Call struct {
	At        time.Time `json:"at"`
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	RequestID string    `json:"requestId"`
	Status    int       `json:"status"`            // 0: the connection was cut before an answer
	Problem   string    `json:"problem,omitempty"` // error code, or error type
	Message   string    `json:"message,omitempty"`
	Fault     string    `json:"fault,omitempty"`
	Cut       bool      `json:"cut,omitempty"`
	Model     string    `json:"model,omitempty"`
	Stream    bool      `json:"stream,omitempty"`
	Stop      string    `json:"stop,omitempty"` // stop reason of what was answered
	Input     input     `json:"input,omitzero"`
	Output    int       `json:"output,omitempty"` // tokens
}

const keptCalls = 2000

// tally counts since the start or the last reset.
type tally struct {
	requests, refused, faults, answers int
	input                              input
	output                             int
	calls                              []Call
}

func (t *tally) add(in input, out int) {
	t.answers++
	t.input.Plain += in.Plain
	t.input.WriteShort += in.WriteShort
	t.input.WriteLong += in.WriteLong
	t.input.Read += in.Read
	t.output += out
}

// Counts is what the simulator has seen since the start or the last reset.
type Counts struct {
	Requests      int `json:"requests"`
	TooMany       int `json:"tooManyRequests"`
	Faults        int `json:"faults"`
	Answers       int `json:"answers"` // messages that were composed, in batches too
	InputTokens   int `json:"inputTokens"`
	CacheWritten  int `json:"cacheWritten"`
	CacheRead     int `json:"cacheRead"`
	OutputTokens  int `json:"outputTokens"`
	Conversations int `json:"conversations"`
	Planned       int `json:"plannedTurns"`
}

// finish writes a call down.
func (s *Server) finish(record *Call, out answer) {
	if record.Status == 0 && !out.cut && out.stream == nil {
		record.Status = out.status
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.requests++
	if record.Status == http.StatusTooManyRequests {
		s.tally.refused++
	}
	if len(s.tally.calls) >= keptCalls {
		s.tally.calls = append(s.tally.calls[:0:0], s.tally.calls[keptCalls/4:]...)
	}
	s.tally.calls = append(s.tally.calls, *record)
}

// Counts says what the simulator has seen.
func (s *Server) Counts() Counts {
	planned := s.PlansLeft()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.tally
	return Counts{Requests: t.requests, TooMany: t.refused, Faults: t.faults, Answers: t.answers, InputTokens: t.input.Plain, CacheWritten: t.input.written(),
		CacheRead: t.input.Read, OutputTokens: t.output, Conversations: len(s.talks.order), Planned: planned}
}

// Calls lists the last 2,000 requests at most, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call{}, s.tally.calls...)
}

// ResetCounts forgets the calls and counters, not the conversations.
func (s *Server) ResetCounts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally = tally{}
}

func (s *Server) simRoutes() {
	guard := http.NewCrossOriginProtection()
	handle := func(pattern string, serve func(*http.Request) answer) {
		s.mux.Handle(pattern, guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
			serve(r).send(w)
		})))
	}
	done := func(work func()) func(*http.Request) answer {
		return func(*http.Request) answer { work(); return answer{status: http.StatusNoContent} }
	}
	handle("GET /sim/state", func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Counts()) })
	handle("GET /sim/calls", func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Calls()) })
	handle("GET /sim/conversations", func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Conversations()) })
	handle("POST /sim/reset", func(*http.Request) answer { s.ResetCounts(); return jsonAnswer(http.StatusOK, s.Counts()) })
	handle("GET /sim/settings", s.getSettings)
	handle("PATCH /sim/settings", s.patchSettings)
	handle("POST /sim/plans", s.postPlans)
	handle("DELETE /sim/plans", done(s.ClearPlans))
	handle("DELETE /sim/cache", done(s.ForgetPrompts))
	handle("GET /sim/faults", func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Faults()) })
	handle("POST /sim/faults", s.postFaults)
	handle("DELETE /sim/faults", done(s.ClearFaults))
}

// readOneOrMore takes one JSON object or a list of them.
func readOneOrMore[T any](r *http.Request) ([]T, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var list []T
	if err := json.Unmarshal(body, &list); err != nil {
		var one T
		if err := json.Unmarshal(body, &one); err != nil {
			return nil, err
		}
		list = []T{one}
	}
	if len(list) == 0 {
		return nil, errors.New("the list is empty")
	}
	return list, nil
}

// wrong refuses a request to /sim.
func wrong(err error) answer {
	return jsonAnswer(http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
}

func (s *Server) postFaults(r *http.Request) answer {
	list, err := readOneOrMore[Fault](r)
	if err == nil {
		err = s.Fail(list...)
	}
	if err != nil {
		return wrong(fmt.Errorf(`send a fault such as {"kind":"stream_cut","path":"/v1/messages","after":3,"count":1}, or a list of them: %w`, err))
	}
	return jsonAnswer(http.StatusOK, s.Faults())
}
