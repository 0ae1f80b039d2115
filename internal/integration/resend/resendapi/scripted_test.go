package resendapi

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const testKey = Secret("re_TopSecretKey_123456")

var testNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// step is one scripted answer. drop cuts the connection after the request was
// read; short promises a longer body than is sent.
type step struct {
	status int
	header map[string]string
	body   string
	drop   bool
	short  bool
}

// heard is a request the scripted server received.
type heard struct {
	method string
	path   string // as it was escaped
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
	s.requests = append(s.requests, heard{r.Method, r.URL.EscapedPath(), r.URL.Query(), r.Header.Clone(), string(body)})
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
	if now.short {
		w.Header().Set("Content-Length", "1000")
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

// client opens a connection for each request, so that net/http repeats none.
func (s *script) client(config Config) *Client {
	config.APIURL = s.URL
	return New(config, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, testKey)
}

func jsonOK(body string) step { return step{status: http.StatusOK, body: body} }

func mustContain(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q lacks %q", text, part)
		}
	}
}

func mustLack(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q tells %q", text, part)
		}
	}
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func someMessage() Message {
	return Message{
		From: "Renoz <accounts@mail.renoz.test>", To: Addresses{"ap@customer.test"}, Subject: "Invoice RNZ-10241",
		HTML: "<p>a & b</p>",
	}
}

type readCloser struct{ io.Reader }

func (readCloser) Close() error { return nil }
