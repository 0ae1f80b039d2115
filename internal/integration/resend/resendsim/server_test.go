package resendsim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

// clock is a time that only moves when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type m = map[string]any

const sender = "Voltway <accounts@" + resendsim.DefaultDomain + ">"

// bench is a running simulator. Without a limit of its own it has none.
type bench struct {
	t     testing.TB
	sim   *resendsim.Server
	web   *httptest.Server
	clock *clock
	key   string
}

func newBench(t testing.TB, opts resendsim.Options) *bench {
	t.Helper()
	b := &bench{t: t, clock: newClock(), key: resendsim.DefaultKey}
	if opts.Now == nil {
		opts.Now = b.clock.now
	}
	if opts.RateLimit == 0 {
		opts.RateLimit = -1
	}
	b.sim = resendsim.New(opts)
	b.web = httptest.NewServer(b.sim)
	t.Cleanup(b.web.Close)
	return b
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) json(t testing.TB) m {
	t.Helper()
	var out m
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatalf("answer %d is not JSON: %s", r.status, r.body)
	}
	return out
}

// rows are the records of a list.
func (r reply) rows(t testing.TB) []m {
	t.Helper()
	items, ok := r.json(t)["data"].([]any)
	if !ok {
		t.Fatalf("answer %d has no data: %s", r.status, r.body)
	}
	out := make([]m, len(items))
	for i := range items {
		out[i], _ = items[i].(m)
	}
	return out
}

// name is that of the error.
func (r reply) name(t testing.TB) string {
	t.Helper()
	name, _ := r.json(t)["name"].(string)
	return name
}

func (b *bench) request(method, path string, body any) *http.Request {
	b.t.Helper()
	var content io.Reader
	if body != nil {
		raw, isText := body.(string)
		if !isText {
			encoded, err := json.Marshal(body)
			if err != nil {
				b.t.Fatal(err)
			}
			raw = string(encoded)
		}
		content = strings.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.web.URL+path, content)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.key)
	req.Header.Set("User-Agent", "resendsim-test")
	req.Header.Set("Content-Type", "application/json")
	return req
}

func (b *bench) send(req *http.Request) (reply, error) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	return reply{res.StatusCode, res.Header, body.Bytes()}, err
}

func (b *bench) do(method, path string, body any) reply {
	b.t.Helper()
	out, err := b.send(b.request(method, path, body))
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return out
}

// must is do with the expectation of success.
func (b *bench) must(method, path string, body any) reply {
	b.t.Helper()
	out := b.do(method, path, body)
	if out.status != http.StatusOK && out.status != http.StatusCreated {
		b.t.Fatalf("%s %s: %d %s", method, path, out.status, out.body)
	}
	return out
}

// keyed is do with an Idempotency-Key.
func (b *bench) keyed(key, path string, body any) reply {
	b.t.Helper()
	req := b.request("POST", path, body)
	req.Header["Idempotency-Key"] = []string{key}
	out, err := b.send(req)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// message is the body of a plain message.
func message(to string) m {
	return m{"from": sender, "to": to, "subject": "Invoice RNZ-1", "html": `<p>Hello</p><a href="https://pay.voltway.example/1">Pay</a> <a href="https://voltway.example">Us</a>`,
		"tags": []any{m{"name": "email_id", "value": "abc-1"}}}
}

// with is a message with some fields changed; nil takes one away.
func with(body, changes m) m {
	out := m{}
	for name, value := range body {
		out[name] = value
	}
	for name, value := range changes {
		if out[name] = value; value == nil {
			delete(out, name)
		}
	}
	return out
}

// mail sends a message and returns its id.
func (b *bench) mail(to string) string {
	b.t.Helper()
	return b.must("POST", "/emails", message(to)).json(b.t)["id"].(string)
}

// story is what happened to a message, in order.
func (b *bench) story(id string) string {
	b.t.Helper()
	e, ok := b.sim.Email(id)
	if !ok {
		b.t.Fatalf("no e-mail %s", id)
	}
	var types []string
	for _, h := range e.Events {
		types = append(types, h.Type)
	}
	return strings.Join(types, " ")
}

func TestSendAndRead(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	id := b.mail("Jo <jo@acme.example>")
	got := b.must("GET", "/emails/"+id, nil).json(t)
	if got["object"] != "email" || got["last_event"] != "delivered" || got["from"] != sender || got["subject"] != "Invoice RNZ-1" ||
		got["text"] != "Hello\nPay Us" || got["cc"] != nil || got["scheduled_at"] != nil {
		t.Errorf("the message reads %v", got)
	}
	if to := got["to"].([]any); len(to) != 1 || to[0] != "Jo <jo@acme.example>" {
		t.Errorf("to is %v", to)
	}
	if counts := b.sim.Counts(); counts.Emails != 1 || counts.Requests != 2 || counts.Accepted != 1 {
		t.Errorf("counts %+v", counts)
	}
}

func TestAccess(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{Keys: []resendsim.Key{{Token: "re_demo"}, {Token: "re_send", SendingOnly: true},
		{Token: "re_bound", SendingOnly: true, Domain: "other.example"}, {Token: "re_gone", Suspended: true}}})
	tests := []struct {
		key, method, path string
		status            int
		name              string
	}{
		{"", "GET", "/emails", 401, "missing_api_key"},
		{"re_wrong", "GET", "/emails", 403, "invalid_api_key"},
		{"re_gone", "GET", "/emails", 403, "suspended_api_key"},
		{"re_send", "GET", "/emails", 401, "restricted_api_key"},
		{"re_send", "GET", "/domains", 401, "restricted_api_key"},
		{"re_send", "POST", "/emails", 200, ""},
		{"re_bound", "POST", "/emails", 403, "invalid_permission"},
		{"re_demo", "DELETE", "/emails", 405, "method_not_allowed"},
		{"re_demo", "GET", "/nothing", 404, "not_found"},
		{"re_demo", "GET", "/emails/no-id", 422, "validation_error"},
		{"re_demo", "GET", "/emails/4ef9a417-02e9-4d39-ad75-9611e0fcc33c", 404, "not_found"},
	}
	for _, test := range tests {
		b.key = test.key
		var body any
		if test.method == "POST" {
			body = message("jo@acme.example")
		}
		out := b.do(test.method, test.path, body)
		if out.status != test.status || out.name(t) != test.name {
			t.Errorf("%s %s with %q: %d %s", test.method, test.path, test.key, out.status, out.body)
		}
		if test.name != "" && (out.json(t)["statusCode"] != float64(test.status) || out.json(t)["message"] == "") {
			t.Errorf("the error reads %s", out.body)
		}
	}
	req := b.request("GET", "/emails", nil)
	req.Header.Set("User-Agent", "")
	if out, err := b.send(req); err != nil || out.status != 403 || string(out.body) != "error code: 1010" {
		t.Errorf("without a User-Agent: %d %s %v", out.status, out.body, err)
	}
	b.sim.RevokeKey("re_demo")
	b.key = "re_demo"
	if out := b.do("GET", "/emails", nil); out.status != 403 {
		t.Errorf("a revoked key: %d", out.status)
	}
}
