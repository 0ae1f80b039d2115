package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/renoz/renoz/internal/api"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/web"
)

// Site is everything that answers requests, with the tables that say who may
// ask for what. Tests walk the tables.
type Site struct {
	http.Handler
	Routes     []web.Route     // of the pages
	Operations []api.Operation // of the API
	Open       []string        // patterns beside both, which ask for no sign-in
}

// Site makes what Run serves: webhooks, health, the JSON API, pages.
func (a *App) Site(ctx context.Context) (Site, error) {
	figures := a.newMetrics()
	pages, err := a.pages(ctx, figures)
	if err != nil {
		return Site{}, fmt.Errorf("prepare the pages: %w", err)
	}
	programs, err := a.Programs()
	if err != nil {
		return Site{}, err
	}
	proxies, err := a.Config.trustedProxies()
	if err != nil {
		return Site{}, err
	}
	mux := http.NewServeMux()
	s := Site{Handler: web.Forwarded(proxies, waitedFor(mux)), Routes: pages.Routes(), Operations: programs.Operations()}
	open := func(pattern string, h http.Handler) {
		mux.Handle(pattern, h)
		s.Open = append(s.Open, pattern)
	}
	open("POST /webhooks/xero", figures.timed("POST /webhooks/xero", a.inbox.Handler(xero.Name, xero.Webhooks{Key: a.Config.Xero.WebhookKey})))
	mails, err := a.Config.resendWebhooks()
	if err != nil {
		return Site{}, err
	}
	open("POST /webhooks/resend", figures.timed("POST /webhooks/resend", a.inbox.Handler(resend.Name, mails)))
	open("GET /metrics", a.metricsPage(figures))
	open("GET /healthz", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") }))
	open("GET /readyz", http.HandlerFunc(a.ready))
	mux.Handle("/api/", figures.timed("/api/", a.Auth.Middleware(programs)))
	mux.Handle("/", a.canonical(pages))
	return s, nil
}

// Programs makes the JSON API.
func (a *App) Programs() (*api.API, error) {
	programs, err := api.New(api.Config{Book: a.Book, Store: a.Store, Xero: a.Xero, Resend: a.Resend, Campaigns: a.Campaigns, Claude: a.Claude, Now: a.Config.Now, Version: Version(), Log: a.Config.Log})
	if err != nil {
		return nil, fmt.Errorf("prepare the API: %w", err)
	}
	return programs, nil
}

// waitedFor lets calls of other services use what is kept for people: whoever
// sent a request waits for its answer.
func waitedFor(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(ratelimit.WithPriority(r.Context(), ratelimit.Person)))
	})
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}

// ready reports whether requests can be answered: the database is asked.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := a.Store.Ping(ctx); err != nil {
		a.Config.Log.ErrorContext(ctx, "not ready", "error", err)
		answer(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	answer(w, http.StatusOK, "ready")
}

// canonical leads people of this machine from 127.0.0.1 to the name that Xero
// allows in return addresses, because the browser keeps their cookies apart.
func (a *App) canonical(next http.Handler) http.Handler {
	public, err := url.Parse(a.Config.URL)
	if err != nil || public.Hostname() != "localhost" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, port, err := net.SplitHostPort(r.Host)
		if err == nil && host == "127.0.0.1" && port == public.Port() && r.Method == http.MethodGet {
			to := url.URL{Scheme: public.Scheme, Host: public.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, to.String(), http.StatusTemporaryRedirect) // #nosec G710 -- scheme and host are ours
			return
		}
		next.ServeHTTP(w, r)
	})
}
