package xerosim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// Call is one request as the simulator saw it; bodies and tokens are not kept.
type Call struct {
	At             time.Time `json:"at"`
	Method         string    `json:"method"`
	Path           string    `json:"path"`
	Query          string    `json:"query,omitempty"`
	Tenant         string    `json:"tenant,omitempty"`
	Status         int       `json:"status"` // 0: the connection was cut
	Problem        string    `json:"problem,omitempty"`
	Fault          string    `json:"fault,omitempty"`
	IdempotencyKey string    `json:"idempotencyKey,omitempty"`
	Replayed       bool      `json:"replayed,omitempty"`
	Elements       int       `json:"elements,omitempty"`
	CorrelationID  string    `json:"correlationId"`
}

const keptCalls = 2000

// tally counts since the start or the last reset.
type tally struct {
	reads, writes, refused, replays, faults, tokens, events, deliveries int
	calls                                                               []Call
}

// Counts is what the simulator holds and has seen. Records are counted over all organisations; live ones
// only, so voided, deleted and archived ones are not. Calls are counted since the start or the last reset.
type Counts struct {
	Contacts    int `json:"contacts"`
	Invoices    int `json:"invoices"`
	CreditNotes int `json:"creditNotes"`
	Advances    int `json:"advances"` // overpayments and prepayments
	Allocations int `json:"allocations"`
	Payments    int `json:"payments"`
	ReadCalls   int `json:"readCalls"`
	WriteCalls  int `json:"writeCalls"`
	TokenCalls  int `json:"tokenCalls"`
	TooMany     int `json:"tooManyRequests"`
	Replays     int `json:"replays"`
	Faults      int `json:"faults"`
	Events      int `json:"webhookEvents"`
	Waiting     int `json:"webhookEventsWaiting"`
	Deliveries  int `json:"webhookDeliveries"`
	// Records that say the same thing twice: sales by number and by reference, contacts by ContactNumber,
	// payments by document, day, amount and reference, credit notes by reference.
	DuplicateInvoiceNumbers    int `json:"duplicateInvoiceNumbers"`
	DuplicateInvoiceReferences int `json:"duplicateInvoiceReferences"`
	DuplicateContactNumbers    int `json:"duplicateContactNumbers"`
	DuplicatePayments          int `json:"duplicatePayments"`
	DuplicateNoteReferences    int `json:"duplicateCreditNoteReferences"`
}

func newRecord(r *http.Request, now time.Time) Call {
	return Call{At: now, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		IdempotencyKey: r.Header.Get("Idempotency-Key"), CorrelationID: newCorrelation()}
}

// finish writes a call down.
func (s *Server) finish(record *Call, out answer, cut bool) {
	record.Status, record.Problem = out.Status, out.Header.Get("X-Rate-Limit-Problem")
	if cut {
		record.Status = 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if record.Method == http.MethodGet {
		s.tally.reads++
	} else {
		s.tally.writes++
	}
	if out.Status == http.StatusTooManyRequests {
		s.tally.refused++
	}
	if record.Replayed {
		s.tally.replays++
	}
	s.tally.keep(*record)
}

func (t *tally) keep(record Call) {
	if len(t.calls) >= keptCalls {
		t.calls = append(t.calls[:0:0], t.calls[keptCalls/4:]...)
	}
	t.calls = append(t.calls, record)
}

// plain serves an endpoint outside the accounting API; faults apply to it too.
func (s *Server) plain(handler func(*http.Request) answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		record := newRecord(r, s.now())
		out, cut := s.answerPlain(r, &record, handler)
		record.Status = out.Status
		s.mu.Lock()
		s.tally.tokens++
		s.tally.keep(record)
		s.mu.Unlock()
		if cut {
			cutConnection(w)
			return
		}
		out.with("Xero-Correlation-Id", record.CorrelationID).send(w)
	})
}

func (s *Server) answerPlain(r *http.Request, record *Call, handler func(*http.Request) answer) (answer, bool) {
	hit := s.hit(r)
	if hit == nil {
		return handler(r), false
	}
	record.Fault = string(hit.Kind)
	if out, cut, ends := s.faultBefore(r, hit); ends {
		return out, cut
	}
	if hit.Kind == FaultErrorBefore {
		return internalError(), false
	}
	out := handler(r)
	if hit.Kind == FaultErrorAfter {
		out = internalError()
	}
	return out, hit.Kind == FaultCutAfter
}

// Counts says what the simulator holds and has seen.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.tally
	out := Counts{ReadCalls: t.reads, WriteCalls: t.writes, TokenCalls: t.tokens, TooMany: t.refused, Replays: t.replays,
		Faults: t.faults, Events: t.events, Waiting: len(s.hooks.waiting), Deliveries: t.deliveries}
	for _, tenant := range s.order {
		s.tenants[tenant].count(&out)
	}
	return out
}

func (b *books) count(out *Counts) {
	numbers, references, contacts := repeats{}, repeats{}, repeats{}
	payments, notes := repeats{}, repeats{}
	b.contacts.all(func(c *Contact) {
		if c.ContactStatus == statusActive {
			out.Contacts++
			out.DuplicateContactNumbers += contacts.seen(c.ContactNumber)
		}
	})
	b.invoices.all(func(i *Invoice) {
		if i.Status == statusVoided || i.Status == statusDeleted {
			return
		}
		out.Invoices++
		if i.Type == typeSale {
			out.DuplicateInvoiceNumbers += numbers.seen(i.InvoiceNumber)
			out.DuplicateInvoiceReferences += references.seen(i.Reference)
		}
	})
	b.notes.all(func(n *CreditNote) {
		if n.Status == statusVoided || n.Status == statusDeleted {
			return
		}
		out.CreditNotes++
		out.Allocations += len(n.Allocations)
		out.DuplicateNoteReferences += notes.seen(n.Reference)
	})
	b.advances.all(func(a *Advance) {
		if a.Status != statusVoided {
			out.Advances++
			out.Allocations += len(a.Allocations)
		}
	})
	b.payments.all(func(p *Payment) {
		if p.Status == statusAuthorised {
			out.Payments++
			out.DuplicatePayments += payments.seen(p.documentID() + p.Date.Format(dayLayout) + p.Amount.String() + " " + p.Reference)
		}
	})
}

// repeats counts how often a key comes again.
type repeats map[string]bool

func (r repeats) seen(key string) int {
	if key == "" {
		return 0
	}
	if r[key] {
		return 1
	}
	r[key] = true
	return 0
}

// Calls lists the last 2,000 requests at most, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call{}, s.tally.calls...)
}

// ResetCounts forgets the calls and counters, not the books.
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
	handle("GET /sim/webhooks", func(*http.Request) answer { return jsonAnswer(http.StatusOK, webhookWish{s.Webhooks()}) })
	handle("POST /sim/webhooks", s.postWebhooks)
	handle("GET /sim/books", s.getBooks)
	handle("GET /sim/faults", func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Faults()) })
	handle("POST /sim/faults", s.postFaults)
	handle("DELETE /sim/faults", func(*http.Request) answer { s.ClearFaults(); return emptyAnswer(http.StatusNoContent) })
}

// webhookWish is the body of /sim/webhooks.
type webhookWish struct {
	State WebhookState `json:"state"`
}

func (s *Server) postWebhooks(r *http.Request) answer {
	var wish webhookWish
	if err := json.NewDecoder(r.Body).Decode(&wish); err != nil {
		return badRequest(`send {"state":"on"}, "held", "disabled" or "lost"`)
	}
	if err := s.SetWebhooks(wish.State); err != nil {
		return badRequest(err.Error())
	}
	return jsonAnswer(http.StatusOK, wish)
}

// getBooks answers the whole state of the organisation that ?tenant= names, or of the first.
func (s *Server) getBooks(r *http.Request) answer {
	books, err := s.Books(r.URL.Query().Get("tenant"))
	if err != nil {
		return notFound()
	}
	return jsonAnswer(http.StatusOK, books)
}

// postFaults takes one fault or a list of them.
func (s *Server) postFaults(r *http.Request) answer {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return badRequest("the request body could not be read")
	}
	var list []Fault
	if err := json.Unmarshal(body, &list); err != nil {
		var one Fault
		if err := json.Unmarshal(body, &one); err != nil {
			return badRequest(`send a fault such as {"kind":"cut_after","method":"PUT","path":"/Invoices","count":1}, or a list of them`)
		}
		list = []Fault{one}
	}
	if len(list) == 0 {
		err = errors.New("the list of faults is empty")
	} else {
		err = s.Fail(list...)
	}
	if err != nil {
		return badRequest(err.Error())
	}
	return jsonAnswer(http.StatusOK, s.Faults())
}
