package claudesim_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

// clock is a time that only moves when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)} }

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

type (
	m = map[string]any
	l = []any
)

const (
	sonnet = "claude-sonnet-5-5"
	opus   = "claude-opus-5-5"
	haiku4 = "claude-haiku-4-5"
	opus46 = "claude-opus-4-6"
)

// bench is a running simulator. Without limits of its own it has none.
type bench struct {
	t     testing.TB
	sim   *claudesim.Server
	web   *httptest.Server
	clock *clock
	key   string
}

func newBench(t testing.TB, opts claudesim.Options) *bench {
	t.Helper()
	b := &bench{t: t, clock: newClock(), key: claudesim.DefaultKey}
	opts.Now = b.clock.now
	if opts.Limits == (claudesim.Limits{}) && opts.PoolLimits == nil {
		opts.Limits = claudesim.Unlimited().Limits
	}
	b.sim = claudesim.New(opts)
	b.web = httptest.NewServer(b.sim)
	t.Cleanup(b.web.Close)
	return b
}

// reply is an answer of the simulator.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) json(t testing.TB) m {
	t.Helper()
	var out m
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	return out
}

// problem is the type, code and words of an error.
func (r reply) problem() (kind, code, message string) {
	var out struct {
		Error struct {
			Type, Message string
			Details       struct {
				Code string `json:"error_code"`
			}
		}
	}
	_ = json.Unmarshal(r.body, &out)
	return out.Error.Type, out.Error.Details.Code, out.Error.Message
}

func (b *bench) request(method, path string, body any) *http.Request {
	b.t.Helper()
	var content io.Reader
	switch v := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(v)
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			b.t.Fatal(err)
		}
		content = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.web.URL+path, content)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("X-Api-Key", b.key)
	req.Header.Set("Anthropic-Version", "2026-10-21")
	req.Header.Set("Content-Type", "application/json")
	return req
}

func (b *bench) send(req *http.Request) (reply, error) {
	client := *b.web.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, body}, err
}

func (b *bench) do(method, path string, body any) reply {
	b.t.Helper()
	out, err := b.send(b.request(method, path, body))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *bench) must(method, path string, body any) reply {
	b.t.Helper()
	out := b.do(method, path, body)
	if out.status >= http.StatusBadRequest {
		b.t.Fatalf("%s %s answers %d: %s", method, path, out.status, out.body)
	}
	return out
}

// ask sends a message and returns the answer.
func (b *bench) ask(body m) m {
	b.t.Helper()
	return b.must("POST", "/v1/messages", body).json(b.t)
}

func with(base m, more m) m {
	out := m{}
	for _, part := range []m{base, more} {
		for name, value := range part {
			if value == nil {
				delete(out, name)
				continue
			}
			out[name] = value
		}
	}
	return out
}

// message is a request with one question.
func message(question string) m {
	return m{"model": sonnet, "max_tokens": 2000, "messages": l{m{"role": "user", "content": question}}}
}

func user(content any) m      { return m{"role": "user", "content": content} }
func assistant(content any) m { return m{"role": "assistant", "content": content} }

func result(id, content string) m {
	return m{"type": "tool_result", "tool_use_id": id, "content": content}
}

func tool(name, description string, properties m, required ...string) m {
	if required == nil {
		required = []string{}
	}
	return m{"name": name, "description": description, "input_schema": m{"type": "object", "properties": properties, "required": required, "additionalProperties": false}}
}

func blocks(answer m) []m {
	var out []m
	for _, one := range answer["content"].(l) {
		out = append(out, one.(m))
	}
	return out
}

func text(answer m) string {
	out := ""
	for _, b := range blocks(answer) {
		if b["type"] == "text" {
			out += b["text"].(string)
		}
	}
	return out
}

func usage(answer m, name string) int {
	value, _ := answer["usage"].(m)[name].(float64)
	return int(value)
}

// event is one of a stream.
type event struct {
	name string
	data m
}

// stream sends a message and reads its events until the stream ends, in whatever way.
func (b *bench) stream(body m) ([]event, reply, error) {
	b.t.Helper()
	out, err := b.send(b.request("POST", "/v1/messages", with(body, m{"stream": true})))
	var events []event
	scanner := bufio.NewScanner(bytes.NewReader(out.body))
	scanner.Buffer(nil, 1<<22)
	name := ""
	for scanner.Scan() {
		line := scanner.Text()
		if rest, is := strings.CutPrefix(line, "event: "); is {
			name = rest
		}
		if rest, is := strings.CutPrefix(line, "data: "); is {
			var data m
			if err := json.Unmarshal([]byte(rest), &data); err != nil {
				b.t.Fatalf("%v: %s", err, rest)
			}
			events = append(events, event{name, data})
		}
	}
	return events, out, err
}

func names(events []event) string {
	var out []string
	for _, e := range events {
		if len(out) == 0 || out[len(out)-1] != e.name {
			out = append(out, e.name)
		}
	}
	return strings.Join(out, " ")
}

func TestKeyAndVersion(t *testing.T) {
	t.Parallel()
	b := newBench(t, claudesim.Options{Keys: []claudesim.Key{{Token: claudesim.DefaultKey}, {Token: "off", Disabled: true}}})
	for name, test := range map[string]struct {
		change        func(*http.Request)
		status        int
		kind, message string
	}{
		"no key":      {func(r *http.Request) { r.Header.Del("X-Api-Key") }, 401, "authentication_error", "x-api-key header is required"},
		"unknown key": {func(r *http.Request) { r.Header.Set("X-Api-Key", "sk") }, 401, "authentication_error", "invalid x-api-key"},
		"disabled":    {func(r *http.Request) { r.Header.Set("X-Api-Key", "off") }, 403, "permission_error", "disabled"},
		"no version":  {func(r *http.Request) { r.Header.Del("Anthropic-Version") }, 400, "invalid_request_error", "anthropic-version: header is required"},
		"bad version": {func(r *http.Request) { r.Header.Set("Anthropic-Version", "2020-01-01") }, 400, "invalid_request_error", "not a valid version"},
		"no path":     {func(r *http.Request) { r.URL.Path = "/v1/nothing" }, 404, "not_found_error", "Not found"},
		"bad method":  {func(r *http.Request) { r.Method = "PUT" }, 405, "invalid_request_error", "Method Not Allowed"},
	} {
		req := b.request("POST", "/v1/messages", message("Hello"))
		test.change(req)
		out, err := b.send(req)
		if err != nil {
			t.Fatal(err)
		}
		kind, _, words := out.problem()
		if out.status != test.status || kind != test.kind || !strings.Contains(words, test.message) {
			t.Errorf("%s: %d %s", name, out.status, out.body)
		}
		if id := out.json(t)["request_id"]; id != out.header.Get("Request-Id") || id == "" {
			t.Errorf("%s: request id %v, header %q", name, id, out.header.Get("Request-Id"))
		}
	}
}
