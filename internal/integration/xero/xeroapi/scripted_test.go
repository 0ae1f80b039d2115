package xeroapi

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// step is one scripted answer; a nil header is allowed, and drop cuts the
// connection after the request was read.
type step struct {
	status int
	header map[string]string
	body   string
	drop   bool
}

// heard is a request the scripted server received.
type heard struct {
	method string
	path   string
	query  map[string][]string
	header http.Header
	body   string
}

// script answers requests with its steps in order, and remembers them.
type script struct {
	*httptest.Server
	mu       sync.Mutex
	steps    []step
	requests []heard
}

func newScript(t *testing.T, steps ...step) *script {
	t.Helper()
	s := &script{steps: steps}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *script) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.requests = append(s.requests, heard{r.Method, r.URL.Path, r.URL.Query(), r.Header.Clone(), string(body)})
	if len(s.requests) > len(s.steps) {
		s.mu.Unlock()
		http.Error(w, "the script is over", http.StatusTeapot)
		return
	}
	now := s.steps[len(s.requests)-1]
	s.mu.Unlock()
	if now.drop {
		connection, _, _ := w.(http.Hijacker).Hijack()
		connection.Close()
		return
	}
	for name, value := range now.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(now.status)
	io.WriteString(w, now.body)
}

func (s *script) heard(t *testing.T, count int) []heard {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) != count {
		t.Fatalf("the server heard %d requests, want %d", len(s.requests), count)
	}
	return s.requests
}

// lender lends the tokens "one", and then "two" when "one" was refused.
type lender struct {
	refusals []string
	fail     error
}

func (l *lender) Token(context.Context) (string, error) { return "secret-one", nil }

func (l *lender) Refreshed(_ context.Context, refused string) (string, error) {
	l.refusals = append(l.refusals, refused)
	return "secret-two", l.fail
}

func (s *script) client(config Config) *Client {
	config.ClientID = "app"
	return New(config.WithBase(s.URL), s.Client(), &lender{}, "tenant-1")
}

func jsonOK(body string) step { return step{status: http.StatusOK, body: body} }

var testNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func mustContain(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q lacks %q", text, part)
		}
	}
}

// bodyOf is a good answer of unknown length.
func bodyOf(text string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, ContentLength: -1, Body: io.NopCloser(strings.NewReader(text))}
}
