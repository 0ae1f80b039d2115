package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
)

// request is what handlers want to know of the HTTP request.
type request struct {
	id     string
	url    *url.URL
	repeat *repeat // nil: without an Idempotency-Key
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	if q, ok := ctx.Value(requestKey{}).(*request); ok {
		return q
	}
	return &request{url: &url.URL{}}
}

// begin gives the request an id, unless the site already did, and the answer
// the headers that all answers have.
func (a *API) begin(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, *http.Request) {
	q := &request{id: web.RequestID(r.Context()), url: r.URL}
	if q.id == "" {
		q.id = rand.Text()
	}
	h := w.Header()
	h.Set("X-Request-Id", q.id)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	return &started{ResponseWriter: w}, r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
}

// known refuses requests of nobody, except for the document.
func (a *API) known(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path == prefix+documentPath {
		return true
	}
	_, err := auth.SignedIn(r.Context())
	if err != nil {
		a.refuse(w, r, err)
	}
	return err == nil
}

// addressed refuses addresses and methods that the table does not have.
func (a *API) addressed(w http.ResponseWriter, r *http.Request) bool {
	h, pattern := a.mux.Handler(r)
	if pattern != "" {
		return true
	}
	probe := &headersOnly{header: http.Header{}}
	h.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		allow := probe.header.Get("Allow")
		w.Header().Set("Allow", allow)
		a.write(w, http.StatusMethodNotAllowed, fmt.Sprintf("This address does not take %s; it takes %s.", r.Method, allow))
		return false
	}
	a.refuse(w, r, crm.Errorf(crm.NotFound, "There is nothing at this address. The addresses are listed in %s.", prefix+documentPath))
	return false
}

// recovered answers after a panic, unless the answer has begun.
func (a *API) recovered(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	a.log.ErrorContext(r.Context(), "panic", "method", r.Method, "panic", fmt.Sprint(p), "stack", string(debug.Stack()), "request_id", requestOf(r.Context()).id)
	if s, ok := w.(*started); ok && !s.yes {
		a.write(w, http.StatusInternalServerError, withheld(requestOf(r.Context()).id))
	}
}

// started remembers whether the answer has begun.
type started struct {
	http.ResponseWriter
	yes bool
}

func (s *started) WriteHeader(status int) {
	s.yes = true
	s.ResponseWriter.WriteHeader(status)
}

func (s *started) Write(b []byte) (int, error) {
	s.yes = true
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *started) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// headersOnly drops what the mux would write.
type headersOnly struct {
	header http.Header
	status int
}

func (h *headersOnly) Header() http.Header         { return h.header }
func (h *headersOnly) Write(b []byte) (int, error) { return len(b), nil }
func (h *headersOnly) WriteHeader(status int)      { h.status = status }

func newBody(b []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(b)) }
