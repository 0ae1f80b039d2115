package xerosim

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Options of a simulator. The zero value is one Australian organisation, the client demo/demo and the live
// service's limits.
type Options struct {
	Organisations []Organisation
	Clients       []Client // default: demo with the secret demo, and demo-pkce without a secret
	Now           func() time.Time
	URL           string // address people reach the simulator at; default: the host of each request

	Minute          time.Duration // length of the minute window; default one minute
	MinuteLimit     int           // calls per organisation and minute; default 60; negative: no limit
	DayLimit        int           // calls per organisation and day; default 5,000
	ConcurrentLimit int           // calls at once per organisation; default 5
	AppMinuteLimit  int           // calls per client and minute; default 10,000

	WebhookURL   string
	WebhookKey   string          // default: a random one; see Server.WebhookKey
	WebhookRetry []time.Duration // waits between tries; default at once, then every 15 minutes for 24 hours
	HTTP         *http.Client    // delivers webhooks; default: 5 seconds of patience

	Wait func(context.Context, time.Duration) error // how delays pass; default: a timer
	Seed uint64                                     // of faults with a probability
	File string                                     // where the state is kept; empty: nowhere
	Log  *slog.Logger

	RejectWrongTotal       bool // refuse a Total that differs from the lines instead of ignoring it
	SilentPayments         bool // payments announce no INVOICE event
	ModifiedSinceExclusive bool // If-Modified-Since leaves out the second it names
	BriefLists             bool // lists of invoices leave out how much of each credit was applied
}

// Server imitates Xero over HTTP: sign-in, identity, accounting API and pages on one mux.
type Server struct {
	opts Options
	now  func() time.Time
	mux  *http.ServeMux

	mu       sync.Mutex // guards everything below
	tenants  map[string]*books
	order    []string // tenant ids
	identity identity
	limits   limits
	replies  replies
	faults   faults
	hooks    webhooks
	tally    tally
	signing  signing
	dirty    bool
	loadErr  error
	wake     chan struct{} // something to deliver
	changed  chan struct{} // something to save
}

// New makes a simulator. When Options.File exists its state is loaded; a file that cannot be read is kept
// as it is, and Run returns the reason.
func New(opts Options) *Server {
	s := &Server{opts: withDefaults(opts), wake: make(chan struct{}, 1), changed: make(chan struct{}, 1)}
	s.now = func() time.Time { return s.opts.Now().UTC().Truncate(time.Millisecond) }
	s.tenants = map[string]*books{}
	for _, org := range s.opts.Organisations {
		filled := org.filled(s.now())
		s.tenants[filled.TenantID] = newBooks(filled)
		s.order = append(s.order, filled.TenantID)
	}
	s.identity = newIdentity()
	s.limits = newLimits()
	s.replies = replies{kept: map[string]*reply{}}
	s.faults = newFaults(s.opts.Seed)
	s.hooks = webhooks{url: s.opts.WebhookURL, key: s.opts.WebhookKey}
	s.load()
	s.routes()
	return s
}

func withDefaults(o Options) Options {
	if len(o.Organisations) == 0 {
		o.Organisations = []Organisation{DefaultOrganisation()}
	}
	if len(o.Clients) == 0 {
		o.Clients = []Client{{ID: "demo", Secret: "demo"}, {ID: "demo-pkce"}}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Minute <= 0 {
		o.Minute = time.Minute
	}
	for _, limit := range []struct {
		value *int
		usual int
	}{{&o.MinuteLimit, 60}, {&o.DayLimit, 5000}, {&o.ConcurrentLimit, 5}, {&o.AppMinuteLimit, 10_000}} {
		if *limit.value == 0 {
			*limit.value = limit.usual
		}
	}
	if o.WebhookKey == "" {
		o.WebhookKey = randomText(32)
	}
	if o.WebhookRetry == nil {
		o.WebhookRetry = liveRetry()
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 5 * time.Second}
	}
	if o.Wait == nil {
		o.Wait = waitTimer
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func waitTimer(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// ServeHTTP answers every path of the simulator.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

const largestBody = 10 << 20

// accounting leads a request through token, tenant, limits, faults and idempotency to its handler.
func (s *Server) accounting(handler func(*call) answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		record := newRecord(r, s.now())
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
		var out answer
		cut := false
		switch {
		case err != nil && strings.Contains(err.Error(), "too large"):
			out = textAnswer(http.StatusRequestEntityTooLarge, "The request is larger than 10 MB")
		case err != nil:
			return
		default:
			out, cut = s.answerCall(r, body, &record, handler)
		}
		s.finish(&record, out, cut)
		if cut {
			cutConnection(w)
			return
		}
		out.with("Xero-Correlation-Id", record.CorrelationID).send(w)
	})
}

func (s *Server) answerCall(r *http.Request, body []byte, record *Call, handler func(*call) answer) (out answer, cut bool) {
	token, tenant, denied := s.admit(r)
	if denied != nil {
		return *denied, false
	}
	record.Tenant = tenant
	budget, denied := s.enter(tenant, token.Client)
	if denied != nil {
		return *denied, false
	}
	defer s.leave(tenant)
	hit := s.hit(r)
	if hit != nil {
		record.Fault = string(hit.Kind)
		if early, cut, ends := s.faultBefore(r, hit); ends {
			return budget.apply(early), cut
		}
	}
	c := &call{server: s, r: r, body: body, now: s.now()}
	c.rules = rules{rejectWrongTotal: s.opts.RejectWrongTotal, silentPayments: s.opts.SilentPayments,
		fourDecimals: r.URL.Query().Get("unitdp") == "4"}
	out, record.Replayed = s.once(c, token.Client, func() answer { return s.run(c, tenant, hit, handler) })
	record.Elements = c.elements
	return budget.apply(out), hit != nil && hit.Kind == FaultCutAfter
}

// run does the work of a call, or fails before or after it when a fault says so.
func (s *Server) run(c *call, tenant string, hit *Fault, handler func(*call) answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.books = s.tenants[tenant]
	if hit != nil && hit.Kind == FaultErrorBefore {
		return internalError()
	}
	out := handler(c)
	if hit != nil && hit.Kind == FaultErrorAfter {
		return internalError()
	}
	return out
}

func internalError() answer {
	return jsonAnswer(http.StatusInternalServerError, apiError{500, "InternalServerException", "An error occurred in Xero. Check the API Status page https://status.developer.xero.com for current service status.", nil})
}

// commit makes a change last: its events are queued and the state is to be saved. s.mu is held.
func (s *Server) commit(ch *change) {
	for _, e := range ch.events {
		s.queue(ch.b.org.TenantID, e)
	}
	s.markDirty()
}

func (s *Server) markDirty() {
	s.dirty = true
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// base is the simulator's own address for links.
func (s *Server) base(r *http.Request) string {
	if s.opts.URL != "" {
		return strings.TrimSuffix(s.opts.URL, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

func newCorrelation() string { return uuid.NewString() }

// Run delivers webhooks and saves the state until ctx ends; then it saves once more and returns nil, or the
// reason why the state could not be loaded or saved.
func (s *Server) Run(ctx context.Context) error {
	if s.loadErr != nil {
		return s.loadErr
	}
	var group sync.WaitGroup
	group.Go(func() { s.deliverUntil(ctx) })
	group.Go(func() { s.saveUntil(ctx) })
	group.Wait()
	return s.save()
}
