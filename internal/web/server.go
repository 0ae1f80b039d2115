package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/renoz/renoz/internal/web/ui"
)

// Handler answers a request, or returns an error that becomes a page or a toast.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Permissions that web itself knows; every other is passed to Config.Allow.
const (
	Public   = "public"    // anyone, without sign-in
	SignedIn = "signed-in" // any known reader; Config.Allow decides
)

// Route is one address and what it takes to use it.
type Route struct {
	Method     string // "" takes every method, for mounted handlers
	Pattern    string // as in http.ServeMux, without method and host
	Permission string // Public, SignedIn or a name that Config.Allow knows; never empty
	Handle     Handler
	Stream     bool  // not compressed: server-sent events, large downloads
	BodyLimit  int64 // bytes; 0 means 1 MiB and a form that is already parsed
}

// Mounter is what a part of the product gives the site. It may also be a
// Noticer.
type Mounter interface{ Routes() []Route }

// Noticer words what its redirects report: the key is the value of "done", see
// Redirect. A nil notice shows nothing.
type Noticer interface {
	Notices() map[string]func(*http.Request) *ui.Notice
}

// Problem is an error as a reader sees it. A zero Status means unknown: the
// text is withheld and the error is logged.
type Problem struct {
	Status      int
	Title, Text string
	Action      *ui.Link // the one thing to do next; nil leads to the start page
}

// Config is what the site is made of. Mounters and Site are required.
type Config struct {
	Mounters []Mounter
	// Authenticate puts the reader's identity in the context. It refuses nobody.
	Authenticate func(next http.Handler) http.Handler
	// Allow returns nil when the reader may use a route that is not Public. An
	// error whose Problem has status 401 leads to the sign-in page.
	Allow func(r *http.Request, permission string) error
	// Site is the frame of a page for its reader, who may be unknown.
	Site func(r *http.Request) ui.Site
	// Zone is the reader's time zone; UTC without it.
	Zone func(r *http.Request) *time.Location
	// Notice words a "done" that no mounter knows.
	Notice func(r *http.Request) *ui.Notice
	// Problem translates an error.
	Problem func(error) Problem
	// Observe is told of every answered route, for metrics.
	Observe   func(r *http.Request, pattern string, status int, took time.Duration)
	Log       *slog.Logger
	Now       func() time.Time
	PublicURL string // https adds Strict-Transport-Security
}

// Server serves the mounted pages.
type Server struct {
	config  Config
	assets  *assets
	mux     *http.ServeMux
	routes  []Route
	notices map[string]func(*http.Request) *ui.Notice
	handler http.Handler
}

// New mounts the parts. It fails when a route lacks a permission, when two
// parts use one address or one notice, or when embedded files are missing.
func New(c Config) (*Server, error) {
	a, err := embeddedAssets()
	if err != nil {
		return nil, fmt.Errorf("loading embedded files: %w", err)
	}
	s := &Server{config: withDefaults(c), assets: a, mux: http.NewServeMux(), notices: map[string]func(*http.Request) *ui.Notice{}}
	if c.Site == nil {
		return nil, errors.New("web: Config.Site is missing")
	}
	zip, err := gzhttp.NewWrapper(gzhttp.ContentTypes([]string{"text/html", "text/csv", "application/json"}))
	if err != nil {
		return nil, fmt.Errorf("preparing compression: %w", err)
	}
	for _, m := range c.Mounters {
		if err := s.mount(m, zip); err != nil {
			return nil, err
		}
	}
	s.handler = s.middleware(zip)
	return s, nil
}

func withDefaults(c Config) Config {
	if c.Authenticate == nil {
		c.Authenticate = func(next http.Handler) http.Handler { return next }
	}
	if c.Allow == nil { // nothing but Public is open
		c.Allow = func(*http.Request, string) error { return ErrSignIn }
	}
	if c.Notice == nil {
		c.Notice = func(*http.Request) *ui.Notice { return nil }
	}
	if c.Problem == nil {
		c.Problem = func(error) Problem { return Problem{} }
	}
	if c.Zone == nil {
		c.Zone = func(*http.Request) *time.Location { return time.UTC }
	}
	if c.Observe == nil {
		c.Observe = func(*http.Request, string, int, time.Duration) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// mount registers a part. ServeMux panics on bad or conflicting patterns; here
// that is an error.
func (s *Server) mount(m Mounter, zip func(http.Handler) http.HandlerFunc) (err error) {
	var route Route
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("mounting %s %s: %v", route.Method, route.Pattern, p)
		}
	}()
	for _, route = range m.Routes() {
		if route.Permission == "" || route.Handle == nil {
			return fmt.Errorf("mounting %s %s: it needs a permission and a handler", route.Method, route.Pattern)
		}
		var h http.Handler = s.handle(route)
		if !route.Stream {
			h = zip(h)
		}
		s.mux.Handle(strings.TrimSpace(route.Method+" "+route.Pattern), h)
		s.routes = append(s.routes, route)
	}
	n, ok := m.(Noticer)
	if !ok {
		return nil
	}
	for done, words := range n.Notices() {
		if s.notices[done] != nil {
			return fmt.Errorf("mounting notices: %q is taken", done)
		}
		s.notices[done] = words
	}
	return nil
}

// Routes lists every mounted route, for tests that walk them.
func (s *Server) Routes() []Route { return append([]Route(nil), s.routes...) }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) middleware(zip func(http.Handler) http.HandlerFunc) http.Handler {
	pages := s.config.Authenticate(s.refuseCrossSite(s.route(zip)))
	mux := http.NewServeMux()
	mux.Handle("GET /static/{hash}/{name...}", s.assets)
	mux.Handle("/", pages)
	return s.identify(s.recovered(s.secure(mux)))
}

// route answers unknown addresses and methods with a page of the site.
func (s *Server) route(zip func(http.Handler) http.HandlerFunc) http.Handler {
	lost := zip(http.HandlerFunc(s.lost))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := s.mux.Handler(r); pattern == "" {
			lost.ServeHTTP(w, r)
			return
		}
		s.mux.ServeHTTP(w, r)
	})
}

// lost tells an unknown address from an unknown method by asking the mux.
func (s *Server) lost(w http.ResponseWriter, r *http.Request) {
	probe := &statusOnly{header: http.Header{}}
	h, _ := s.mux.Handler(r)
	h.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		s.fail(w, r, errMethod)
		return
	}
	s.fail(w, r, ErrNotFound)
}

// statusOnly drops what the mux would write.
type statusOnly struct {
	header http.Header
	status int
}

func (p *statusOnly) Header() http.Header         { return p.header }
func (p *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
func (p *statusOnly) WriteHeader(status int)      { p.status = status }

// handle runs one route: permission, body, handler, and the error if there is one.
func (s *Server) handle(route Route) http.HandlerFunc {
	name := strings.TrimSpace(route.Method + " " + route.Pattern)
	return func(w http.ResponseWriter, r *http.Request) {
		start := s.config.Now()
		out := &recorder{ResponseWriter: w}
		defer func() {
			took := s.config.Now().Sub(start)
			s.config.Observe(r, name, out.code(), took)
			s.config.Log.DebugContext(r.Context(), "request", "route", name, "status", out.code(), "took", took, "from", r.RemoteAddr, "request_id", RequestID(r.Context()))
		}()
		if err := s.serve(route, out, r); err != nil {
			s.failRoute(out, r, name, err)
		}
	}
}

func (s *Server) serve(route Route, w http.ResponseWriter, r *http.Request) error {
	if route.Permission != Public {
		if err := s.config.Allow(r, route.Permission); err != nil {
			return err
		}
	}
	if err := limitBody(w, r, route.BodyLimit); err != nil {
		return err
	}
	return route.Handle(w, r)
}

func (s *Server) failRoute(w *recorder, r *http.Request, route string, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader left
	}
	if w.status != 0 {
		s.config.Log.ErrorContext(r.Context(), "answer cut short", "route", route, "error", err, "request_id", RequestID(r.Context()))
		return
	}
	s.fail(w, r, err)
}
