package claudesim

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options of a simulator. The zero value is an account with the key sk-ant-demo, the models of DefaultModels and the
// stand-in as its brain.
type Options struct {
	Settings
	Keys   []Key            // default: sk-ant-demo
	Models []Model          // default: DefaultModels
	Script Script           // is asked for every turn first; see Plan for ordered turns
	Now    func() time.Time // default: the real time
	URL    string           // address people reach the simulator at; default: the host of each request
	Keep   int              // conversations that are remembered; default 500
	Wait   func(context.Context, time.Duration) error
	Seed   uint64 // of ids, and of faults with a probability
	Log    *slog.Logger
}

// DefaultKey is the key of the zero Options.
const DefaultKey = "sk-ant-demo"

// Server imitates Claude's API over HTTP: the API and the pages on one mux.
type Server struct {
	opts  Options
	now   func() time.Time
	born  time.Time
	mux   *http.ServeMux
	brain Script

	mu       sync.Mutex // guards everything below
	settings Settings
	keys     map[string]Key
	models   []Model
	plans    []*Plan
	cache    promptCache
	pools    map[string]*pool
	faults   faults
	batches  batches
	talks    talks
	paused   map[digest]bool // assistant turns that ended with pause_turn
	tally    tally
	issued   uint64 // ids given out
}

// New makes a simulator.
func New(opts Options) *Server {
	opts = withDefaults(opts)
	s := &Server{opts: opts, settings: opts.Settings, keys: map[string]Key{}, models: opts.Models, pools: map[string]*pool{},
		paused: map[digest]bool{}, faults: newFaults(opts.Seed), batches: newBatches(), talks: newTalks(opts.Keep),
		cache: promptCache{entries: map[cacheKey]cacheEntry{}}}
	s.now = func() time.Time { return opts.Now().UTC().Truncate(time.Millisecond) }
	s.born, s.brain = s.now(), s.standIn
	for _, key := range opts.Keys {
		s.keys[key.Token] = key
	}
	s.routes()
	return s
}

func withDefaults(o Options) Options {
	if len(o.Keys) == 0 {
		o.Keys = []Key{{Token: DefaultKey}}
	}
	if len(o.Models) == 0 {
		o.Models = DefaultModels()
	}
	if o.Keep <= 0 {
		o.Keep = 500
	}
	if o.Now == nil {
		o.Now = time.Now
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

// Sizes of bodies that are read: https://platform.claude.com/docs/en/api/errors
const (
	largestMessage = 32 << 20
	largestBatch   = 256 << 20
)

// call is one request to the API.
type call struct {
	server *Server
	r      *http.Request
	w      http.ResponseWriter
	key    Key
	body   []byte
	now    time.Time
	id     string // request id
	fault  *Fault
	record *Call
}

// endpoint is what a method of a path does.
type endpoint func(*call) answer

// api serves the methods of one path. Faults come after the key is known and before the body is looked at, so that
// a request which is wrong in itself meets them too.
func (s *Server) api(methods map[string]endpoint, largest int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := s.now()
		c := &call{server: s, r: r, w: w, now: now, id: s.nextID("req_")}
		c.record = &Call{At: now, Method: r.Method, Path: r.URL.Path, RequestID: c.id}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
		c.body = body
		out := answer{}
		switch {
		case err != nil && strings.Contains(err.Error(), "too large"):
			out = c.refuse(problem{status: http.StatusRequestEntityTooLarge, kind: "invalid_request_error", message: "Request exceeds the maximum size"})
		case err != nil:
			return
		default:
			out = s.answerCall(c, methods)
		}
		if out.stream != nil {
			maps.Copy(w.Header(), out.header)
			defer func() { s.finish(c.record, out) }()
			out.stream(w)
			return
		}
		s.finish(c.record, out)
		if out.cut {
			cutConnection(w)
			return
		}
		out.send(w)
	})
}

func (s *Server) answerCall(c *call, methods map[string]endpoint) answer {
	handler, known := methods[c.r.Method]
	if denied := s.admit(c); denied != nil {
		return c.refuse(*denied)
	}
	if c.fault = s.hit(c); c.fault != nil {
		c.record.Fault = string(c.fault.Kind)
		if out, ends := c.faultBefore(); ends {
			return out
		}
	}
	if !known {
		return c.refuse(problem{status: http.StatusMethodNotAllowed, kind: "invalid_request_error", message: "Method Not Allowed"})
	}
	s.mu.Lock()
	s.tick()
	s.mu.Unlock()
	return c.faultAfter(handler(c))
}

// tick does what is due by the clock; s.mu is held.
func (s *Server) tick() {
	now := s.now()
	s.cache.forget(now)
	s.batches.age(now)
}

// Run ages batches and forgets what has expired until ctx ends; requests do so too.
func (s *Server) Run(ctx context.Context) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			s.mu.Lock()
			s.tick()
			s.mu.Unlock()
		}
	}
}
