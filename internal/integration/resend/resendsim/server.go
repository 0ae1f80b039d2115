package resendsim

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options of a simulator. The zero value is a team with the key re_demo, one verified domain that tracks opens
// and clicks, and the live service's limits.
type Options struct {
	Settings
	Keys       []Key            // default: re_demo with full access
	Domains    []DomainSeed     // default: DefaultDomain, verified, tracking
	Templates  []Template       // published ones; there are none by default
	OwnerEmail string           // the only one whom onboarding@resend.dev may write to; default DefaultOwner
	Now        func() time.Time // default: the real time
	KeepMail   int              // messages that are remembered; default 50,000
	URL        string           // address people reach the simulator at; default: the host of each request

	WebhookURL    string          // makes an endpoint for all events when not empty
	WebhookSecret string          // of that endpoint, or of the first that SetWebhook adds; default: a random one
	WebhookRetry  []time.Duration // wait before each try; default at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h
	HTTP          *http.Client    // delivers webhooks; default: 15 seconds of patience
	Parallel      int             // webhooks delivered at once; default 1, which keeps their order

	Wait func(context.Context, time.Duration) error // how slow answers pass; default: a timer
	Seed uint64                                     // of faults with a probability
	Log  *slog.Logger
}

// What the zero Options hold.
const (
	DefaultKey    = "re_demo"
	DefaultDomain = "mail.voltway.example"
	DefaultOwner  = "owner@voltway.example"
)

// Server imitates Resend over HTTP: the API and the pages on one mux.
type Server struct {
	opts Options
	now  func() time.Time
	mux  *http.ServeMux

	mu           sync.Mutex // guards everything below
	settings     Settings
	keys         map[string]Key
	templates    map[string]Template
	mails        mails
	domains      domains
	suppressions suppressions
	optedOut     map[string]bool // topic id and address
	plans        map[string][]*Plan
	bucket       bucket
	quota        quota
	replies      replies
	faults       faults
	hooks        webhooks
	agenda       agenda
	tally        tally
	changed      chan struct{} // something may be due earlier than thought
	delivering   chan struct{} // holds one token while Deliver works
}

// New makes a simulator.
func New(opts Options) *Server {
	opts = withDefaults(opts)
	s := &Server{opts: opts, settings: opts.Settings, keys: map[string]Key{}, templates: map[string]Template{},
		optedOut: map[string]bool{}, plans: map[string][]*Plan{}, replies: replies{kept: map[string]*reply{}},
		changed: make(chan struct{}, 1), delivering: make(chan struct{}, 1)}
	s.now = func() time.Time { return opts.Now().UTC().Truncate(time.Millisecond) }
	s.mails, s.domains, s.suppressions = newMails(opts.KeepMail), newDomains(), newSuppressions()
	s.faults, s.hooks = newFaults(opts.Seed), newWebhooks()
	for _, key := range opts.Keys {
		s.keys[key.Token] = key
	}
	for _, t := range opts.Templates {
		s.templates[t.ID] = t
	}
	for _, seed := range opts.Domains {
		s.seedDomain(seed)
	}
	if opts.WebhookURL != "" {
		s.hooks.add(newEndpoint(opts.WebhookURL, eventTypes(), s.now()), opts.WebhookSecret)
	}
	s.routes()
	return s
}

func withDefaults(o Options) Options {
	if len(o.Keys) == 0 {
		o.Keys = []Key{{Token: DefaultKey}}
	}
	if len(o.Domains) == 0 {
		o.Domains = []DomainSeed{{Name: DefaultDomain, Verified: true, OpenTracking: true, ClickTracking: true}}
	}
	if o.OwnerEmail == "" {
		o.OwnerEmail = DefaultOwner
	}
	if o.KeepMail <= 0 {
		o.KeepMail = 50_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.WebhookSecret == "" {
		o.WebhookSecret = newSecret()
	}
	if o.WebhookRetry == nil {
		o.WebhookRetry = liveRetry()
	}
	o.Parallel = max(1, o.Parallel)
	if o.HTTP == nil {
		transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: o.Parallel, IdleConnTimeout: time.Minute}
		o.HTTP = &http.Client{Timeout: 15 * time.Second, Transport: transport}
	}
	client := *o.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a redirect is no acknowledgement
	o.HTTP = &client
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

// largestBody holds 40 MB of attachments even when a client writes their bytes as a list of numbers.
const largestBody = 160 << 20

// call is one request to the API, after its key is known.
type call struct {
	server *Server
	r      *http.Request
	key    Key
	body   []byte
	now    time.Time
}

// endpoint is what a method of a path does.
type endpoint struct {
	handler func(*call) answer
	sending bool // open to keys that may only send; such calls also know Idempotency-Key
}

// api serves the methods of one path.
func (s *Server) api(methods map[string]endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		record := newRecord(r, s.now())
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
		var out answer
		cut := false
		switch {
		case err != nil && strings.Contains(err.Error(), "too large"):
			out = problem{http.StatusRequestEntityTooLarge, "validation_error", "The request body is too large."}.answer()
		case err != nil:
			return
		default:
			c := &call{server: s, r: r, body: body, now: s.now()}
			out, cut = s.answerCall(c, &record, methods)
		}
		s.finish(&record, out, cut)
		if cut {
			cutConnection(w)
			return
		}
		out.send(w)
	})
}

func (s *Server) answerCall(c *call, record *Call, methods map[string]endpoint) (out answer, cut bool) {
	if c.r.UserAgent() == "" {
		return textAnswer(http.StatusForbidden, "error code: 1010"), false
	}
	point, known := methods[c.r.Method]
	if denied := s.admit(c, known && point.sending); denied != nil {
		return denied.answer(), false
	}
	headers, denied := s.take()
	if denied != nil {
		return denied.answer().with(headers), false
	}
	hit := s.hit(c.r)
	if hit != nil {
		record.Fault = string(hit.Kind)
		if early, cut, ends := s.faultBefore(hit); ends {
			return early.with(headers), cut
		}
	}
	if !known {
		return problem{http.StatusMethodNotAllowed, "method_not_allowed", "Method is not allowed for the requested path."}.answer().with(headers), false
	}
	work := func() answer {
		out := s.run(c, point.handler)
		if hit != nil && hit.Kind == FaultSlow {
			_ = s.opts.Wait(c.r.Context(), hit.Delay) // a client that has gone changes nothing about what was done
		}
		return out
	}
	if point.sending {
		out, record.Replayed = s.once(c, work)
	} else {
		out = work()
	}
	out, cut = s.faultAfter(c.r, hit, out)
	return out.with(headers).with(s.quotaHeaders()), cut
}

// run does the work of a call, after whatever was due before it.
func (s *Server) run(c *call, handler func(*call) answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	out := handler(c)
	s.tick()
	return out
}

// nudge lets Run look again at what is due.
func (s *Server) nudge() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// Run sends scheduled messages and delivers webhooks when they are due, until ctx ends. While anything waits it
// looks at the clock every second at least, so that a clock which tests move is noticed.
func (s *Server) Run(ctx context.Context) error {
	for {
		if err := s.Deliver(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		wait := time.Hour
		if next, waits := s.nextDue(); waits {
			wait = min(max(next.Sub(s.now()), time.Millisecond), time.Second)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-s.changed:
		case <-timer.C:
		}
		timer.Stop()
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
