package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/renoz/renoz/internal/api"
	"github.com/renoz/renoz/internal/integration/xero"
)

// handler is everything that answers: webhooks, health, the JSON API, pages.
func (a *App) handler(ctx context.Context) (http.Handler, error) {
	figures := a.newMetrics()
	pages, err := a.pages(ctx, figures)
	if err != nil {
		return nil, fmt.Errorf("prepare the pages: %w", err)
	}
	programs, err := api.New(api.Config{Book: a.Book, Store: a.Store, Xero: a.Xero, Now: a.Config.Now, Version: Version(), Log: a.Config.Log})
	if err != nil {
		return nil, fmt.Errorf("prepare the API: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", figures.timed("/api/", a.Auth.Middleware(programs)))
	mux.Handle("POST /webhooks/xero", figures.timed("POST /webhooks/xero", a.inbox.Handler(xero.Name, xero.Webhooks{Key: a.Config.Xero.WebhookKey})))
	mux.Handle("GET /metrics", a.metricsPage(figures))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("/", a.canonical(pages))
	return mux, nil
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
			http.Redirect(w, r, a.Config.URL+r.URL.RequestURI(), http.StatusTemporaryRedirect)
			return
		}
		next.ServeHTTP(w, r)
	})
}
