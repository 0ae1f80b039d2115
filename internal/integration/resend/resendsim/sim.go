package resendsim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// Call is one request as the simulator saw it; bodies and keys are not kept.
type Call struct {
	At             time.Time `json:"at"`
	Method         string    `json:"method"`
	Path           string    `json:"path"`
	Query          string    `json:"query,omitempty"`
	Status         int       `json:"status"` // 0: the connection was cut
	Problem        string    `json:"problem,omitempty"`
	Fault          string    `json:"fault,omitempty"`
	IdempotencyKey string    `json:"idempotencyKey,omitempty"`
	Replayed       bool      `json:"replayed,omitempty"`
}

const keptCalls = 2000

// tally counts since the start or the last reset.
type tally struct {
	requests, refused, replays, faults, accepted, events, deliveries int
	calls                                                            []Call
}

// Counts is what the simulator holds and has seen. Emails, Suppressions and Waiting are counted now, the rest
// since the start or the last reset.
type Counts struct {
	Emails       int `json:"emails"`
	Suppressions int `json:"suppressions"`
	Waiting      int `json:"webhooksWaiting"`
	Accepted     int `json:"accepted"` // messages, also those that are forgotten by now
	Requests     int `json:"requests"`
	TooMany      int `json:"tooManyRequests"`
	Replays      int `json:"replays"` // answers given again for an Idempotency-Key
	Faults       int `json:"faults"`
	Events       int `json:"events"`
	Deliveries   int `json:"webhookDeliveries"` // tries
	// Messages with equal recipients, subject and tags as an earlier one that is still kept: sent twice.
	Duplicates int `json:"duplicates"`
}

func newRecord(r *http.Request, now time.Time) Call {
	return Call{At: now, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, IdempotencyKey: r.Header.Get("Idempotency-Key")}
}

// finish writes a call down.
func (s *Server) finish(record *Call, out answer, cut bool) {
	if record.Status = out.Status; cut {
		record.Status = 0
	}
	if out.Status >= http.StatusBadRequest {
		var told problem
		_ = json.Unmarshal(out.Body, &told) // a body that is no JSON names nothing
		record.Problem = told.Name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.requests++
	if out.Status == http.StatusTooManyRequests {
		s.tally.refused++
	}
	if record.Replayed {
		s.tally.replays++
	}
	if len(s.tally.calls) >= keptCalls {
		s.tally.calls = append(s.tally.calls[:0:0], s.tally.calls[keptCalls/4:]...)
	}
	s.tally.calls = append(s.tally.calls, *record)
}

// Counts says what the simulator holds and has seen.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.tally
	out := Counts{Emails: len(s.mails.order), Suppressions: len(s.suppressions.order), Waiting: s.hooks.waiting.Len(), Accepted: t.accepted,
		Requests: t.requests, TooMany: t.refused, Replays: t.replays, Faults: t.faults, Events: t.events, Deliveries: t.deliveries}
	seen := make(map[string]bool, len(s.mails.order))
	for _, e := range s.mails.order {
		key := e.Subject
		for _, recipient := range e.recipients {
			key += "\n" + recipient
		}
		for _, tag := range e.Tags {
			key += "\n" + tag.Name + "=" + tag.Value
		}
		if seen[key] {
			out.Duplicates++
		}
		seen[key] = true
	}
	return out
}

// Calls lists the last 2,000 requests at most, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call{}, s.tally.calls...)
}

// ResetCounts forgets the calls and counters, not the records.
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
	handle("GET /sim/state", func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Counts()) })
	handle("GET /sim/calls", func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Calls()) })
	handle("POST /sim/reset", func(*http.Request) answer { s.ResetCounts(); return jsonAnswer(http.StatusOK, s.Counts()) })
	handle("GET /sim/settings", s.getSettings)
	handle("PATCH /sim/settings", s.patchSettings)
	handle("POST /sim/emails/{id}", s.postHappened)
	handle("GET /sim/plans", func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Plans()) })
	handle("POST /sim/plans", s.postPlans)
	handle("DELETE /sim/plans", func(*http.Request) answer { s.ClearPlans(); return answer{Status: http.StatusNoContent} })
	handle("GET /sim/faults", func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Faults()) })
	handle("POST /sim/faults", s.postFaults)
	handle("DELETE /sim/faults", func(*http.Request) answer { s.ClearFaults(); return answer{Status: http.StatusNoContent} })
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

func (s *Server) postFaults(r *http.Request) answer {
	list, err := readOneOrMore[Fault](r)
	if err == nil {
		err = s.Fail(list...)
	}
	if err != nil {
		return invalid(`Send a fault such as {"kind":"cut_after","method":"POST","path":"/emails","count":1}, or a list of them: ` + err.Error()).answer()
	}
	return jsonAnswer(http.StatusOK, s.Faults())
}

func (s *Server) postPlans(r *http.Request) answer {
	list, err := readOneOrMore[Plan](r)
	if err != nil {
		return invalid(`Send a plan such as {"to":"full@acme.example","fate":"transient","count":1}, or a list of them: ` + err.Error()).answer()
	}
	s.Plan(list...)
	return jsonAnswer(http.StatusOK, s.Plans())
}

// postHappened lets something happen to a message: {"type":"opened"}.
func (s *Server) postHappened(r *http.Request) answer {
	list, err := readOneOrMore[Happened](r)
	for _, h := range list {
		if err == nil {
			err = s.Happen(r.PathValue("id"), h)
		}
	}
	if err != nil {
		return invalid(err.Error()).answer()
	}
	return answer{Status: http.StatusNoContent}
}
