package resendsim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

// received is one webhook as it came.
type received struct {
	id, signature string
	at            time.Time
	body          []byte
	Type          string `json:"type"`
	CreatedAt     string `json:"created_at"`
	Data          m      `json:"data"`
}

// subscriber takes webhooks and answers with a status that tests set.
type subscriber struct {
	mu     sync.Mutex
	web    *httptest.Server
	answer int
	got    []received
}

func newSubscriber(t testing.TB) *subscriber {
	s := &subscriber{answer: http.StatusOK}
	s.web = httptest.NewServer(s)
	t.Cleanup(s.web.Close)
	return s
}

func (s *subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a short body fails to verify
	seconds, _ := strconv.ParseInt(r.Header.Get("Svix-Timestamp"), 10, 64)
	one := received{id: r.Header.Get("Svix-Id"), signature: r.Header.Get("Svix-Signature"), at: time.Unix(seconds, 0).UTC(), body: body}
	_ = json.Unmarshal(body, &one) // what is no JSON shows as an empty type
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, one)
	w.WriteHeader(s.answer)
	_, _ = io.WriteString(w, "taken")
}

func (s *subscriber) set(answer int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// take returns what came since the last time.
func (s *subscriber) take() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.got
	s.got = nil
	return out
}

func types(list []received) string {
	var out []string
	for _, one := range list {
		out = append(out, one.Type)
	}
	return strings.Join(out, " ")
}

// hooked is a bench whose webhooks go to a subscriber.
func hooked(t testing.TB, opts resendsim.Options) (*bench, *subscriber) {
	s := newSubscriber(t)
	opts.WebhookURL = s.web.URL
	return newBench(t, opts), s
}

func (b *bench) deliver() {
	b.t.Helper()
	if err := b.sim.Deliver(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) endpoint() string { return b.sim.Webhooks()[0].ID }

func TestWebhookIsSigned(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{})
	id := b.must("POST", "/emails", with(message("Jo <Jo@Acme.example>"), m{"headers": m{"X-Case": "7"}, "cc": "al@acme.example"})).json(t)["id"]
	b.deliver()
	got := s.take()
	if types(got) != "email.sent email.delivered email.delivered" {
		t.Fatalf("got %s", types(got))
	}
	for _, one := range got {
		if one.signature != resendsim.Sign(b.sim.WebhookSecret(), one.id, one.at, one.body) || !one.at.Equal(b.clock.now()) {
			t.Errorf("%s is signed %s at %s", one.Type, one.signature, one.at)
		}
	}
	data := got[2].Data
	if data["email_id"] != id || data["from"] != sender || data["tags"].(m)["email_id"] != "abc-1" || data["to"].([]any)[0] != "al@acme.example" {
		t.Errorf("the data are %v", data)
	}
	if header := data["headers"].([]any)[0].(m); header["name"] != "X-Case" || header["value"] != "7" {
		t.Errorf("the headers are %v", data["headers"])
	}
}

// TestRetryLadder follows one event that is never taken through all its tries until the endpoint is disabled.
func TestRetryLadder(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{})
	s.set(http.StatusBadGateway)
	b.must("POST", "/suppressions", m{"email": "jo@acme.example"})
	start, first := b.clock.now(), ""
	var waits []time.Duration
	for range 400 {
		b.deliver()
		for _, one := range s.take() {
			waits = append(waits, one.at.Sub(start))
			start = one.at
			if first == "" {
				first = one.id
			}
			if one.id != first {
				t.Errorf("the id changed from %s to %s", first, one.id)
			}
		}
		step := 5 * time.Minute
		if len(waits) == 1 {
			step = 5 * time.Second
		}
		b.clock.pass(step)
	}
	want := []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour}
	if !slices.Equal(waits, want) {
		t.Fatalf("waits %v, want %v", waits, want)
	}
	path := "/webhooks/" + b.endpoint()
	if status := b.must("GET", path, nil).json(t)["status"]; status != "disabled" {
		t.Errorf("the endpoint is %v", status)
	}
	events := b.must("GET", path+"/events", nil).rows(t)
	if len(events) != 1 || events[0]["id"] != first || events[0]["status"] != "failed" {
		t.Errorf("events %v", events)
	}
	attempts := b.must("GET", path+"/events/"+first+"/attempts?limit=3", nil)
	if rows := attempts.rows(t); len(rows) != 3 || rows[0]["http_status_code"] != 502.0 || rows[0]["response"] != "taken" || attempts.json(t)["has_more"] != true {
		t.Errorf("attempts %s", attempts.body)
	}
	if out := b.do("POST", path+"/events/"+first+"/replay", nil); out.status != http.StatusUnprocessableEntity {
		t.Errorf("replay while disabled: %d %s", out.status, out.body)
	}
	b.mail("jo@acme.example")
	b.must("PATCH", path, m{"status": "enabled"})
	s.set(http.StatusNoContent)
	b.must("POST", path+"/events/"+first+"/replay", nil)
	b.deliver()
	if got := s.take(); len(got) != 1 || got[0].id != first {
		t.Errorf("after the replay came %s", types(got))
	}
	if status := b.must("GET", path+"/events/"+first, nil).json(t)["status"]; status != "success" {
		t.Errorf("the event is %v", status)
	}
}

func TestAnEndpointThatTakesSomethingStays(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{WebhookRetry: []time.Duration{0, time.Minute}})
	s.set(http.StatusInternalServerError)
	b.must("POST", "/suppressions", m{"email": "jo@acme.example"})
	b.deliver()
	s.set(http.StatusOK)
	b.must("POST", "/suppressions", m{"email": "al@acme.example"})
	b.deliver()
	s.set(http.StatusInternalServerError)
	b.clock.pass(time.Minute)
	b.deliver()
	if !b.sim.Webhooks()[0].Enabled {
		t.Error("an endpoint that took another event meanwhile should stay enabled")
	}
	if got := s.take(); len(got) != 3 {
		t.Errorf("came %s", types(got))
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{})
	old := b.sim.WebhookSecret()
	made := b.must("POST", "/webhooks/"+b.endpoint()+"/signing-secret/rotate", nil).json(t)["signing_secret"].(string)
	if made == old || !strings.HasPrefix(made, "whsec_") {
		t.Fatalf("the new secret is %s", made)
	}
	b.mail("jo@acme.example")
	b.deliver()
	one := s.take()[0]
	if want := resendsim.Sign(made, one.id, one.at, one.body) + " " + resendsim.Sign(old, one.id, one.at, one.body); one.signature != want {
		t.Errorf("within a day: %s, want %s", one.signature, want)
	}
	b.clock.pass(24 * time.Hour)
	b.mail("jo@acme.example")
	b.deliver()
	if one := s.take()[0]; one.signature != resendsim.Sign(made, one.id, one.at, one.body) {
		t.Errorf("after a day: %s", one.signature)
	}
}

func TestWebhookFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault resendsim.Fault
		want  string
		later string
	}{
		{resendsim.Fault{Kind: resendsim.FaultHookRepeat, Path: "email.sent", Count: 1}, "email.sent email.sent email.delivered", ""},
		{resendsim.Fault{Kind: resendsim.FaultHookReverse, Count: 1}, "email.delivered email.sent", ""},
		{resendsim.Fault{Kind: resendsim.FaultHookDelay, Path: "email.sent", Count: 1, Delay: time.Minute}, "email.delivered", "email.sent"},
		{resendsim.Fault{Kind: resendsim.FaultHookLost, Path: "email.delivered", Count: 1}, "email.sent", ""},
		{resendsim.Fault{Kind: resendsim.FaultHookUnsigned, Path: "email.sent", Count: 1}, "email.sent email.sent email.delivered", ""},
	}
	for _, test := range tests {
		b, s := hooked(t, resendsim.Options{})
		if err := b.sim.Fail(test.fault); err != nil {
			t.Fatal(err)
		}
		b.mail("jo@acme.example")
		b.deliver()
		if got := types(s.take()); got != test.want {
			t.Errorf("%s: came %q, want %q", test.fault.Kind, got, test.want)
		}
		b.clock.pass(time.Minute)
		b.deliver()
		if got := types(s.take()); got != test.later {
			t.Errorf("%s: later came %q, want %q", test.fault.Kind, got, test.later)
		}
	}
}

func TestEventBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{})
	if err := b.sim.Fail(resendsim.Fault{Kind: resendsim.FaultEventFirst, Count: 1}); err != nil {
		t.Fatal(err)
	}
	b.mail("jo@acme.example")
	if got := types(s.take()); got != "email.sent email.delivered" {
		t.Errorf("before the answer came %q", got)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{Parallel: 4})
	b.must("POST", "/emails/batch", batchOf(1))
	b.deliver()
	seen := map[string]bool{}
	for _, one := range s.take() {
		seen[one.id] = true
	}
	if len(seen) != 200 || b.sim.Counts().Deliveries != 200 {
		t.Errorf("%d events in %d tries", len(seen), b.sim.Counts().Deliveries)
	}
}

func TestHeldWebhooksWait(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{Settings: resendsim.Settings{HoldWebhooks: true}})
	b.mail("jo@acme.example")
	b.deliver()
	if got := s.take(); len(got) != 0 || b.sim.Counts().Waiting != 2 {
		t.Errorf("came %s, %d wait", types(got), b.sim.Counts().Waiting)
	}
	b.must("PATCH", "/sim/settings", m{"holdWebhooks": false})
	b.deliver()
	if got := s.take(); len(got) != 2 {
		t.Errorf("came %s", types(got))
	}
}

func TestRunDeliversAndStops(t *testing.T) {
	t.Parallel()
	came := make(chan struct{}, 10)
	web := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came <- struct{}{} }))
	defer web.Close()
	b := newBench(t, resendsim.Options{WebhookURL: web.URL})
	ctx, stop := contextOf(t)
	done := make(chan error, 1)
	go func() { done <- b.sim.Run(ctx) }()
	b.mail("jo@acme.example")
	<-came
	b.must("POST", "/emails", with(message("al@acme.example"), m{"scheduled_at": "in 10 min"}))
	<-came
	<-came
	b.clock.pass(10 * time.Minute)
	<-came
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWebhookAPI(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	for _, body := range []any{"no json", m{}, m{"endpoint": "https://a.example"}, m{"endpoint": "a.example", "events": []string{"email.sent"}},
		m{"endpoint": "https://a.example", "events": []string{}}, m{"endpoint": "https://a.example", "events": []string{"email.eaten"}}} {
		if out := b.do("POST", "/webhooks", body); out.status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d %s", body, out.status, out.body)
		}
	}
	made := b.must("POST", "/webhooks", m{"endpoint": "https://a.example/hook", "events": []string{"email.bounced"}}).json(t)
	path := "/webhooks/" + made["id"].(string)
	b.must("PATCH", path, m{"endpoint": "https://b.example/hook", "events": []string{"email.sent", "email.received"}})
	got := b.must("GET", path, nil).json(t)
	if got["endpoint"] != "https://b.example/hook" || len(got["events"].([]any)) != 2 || got["status"] != "enabled" || got["signing_secret"] != made["signing_secret"] {
		t.Errorf("the endpoint reads %v", got)
	}
	if rows := b.must("GET", "/webhooks", nil).rows(t); len(rows) != 1 || rows[0]["signing_secret"] != nil {
		t.Errorf("the list reads %v", rows)
	}
	if out := b.do("GET", path+"/events?before=msg_1", nil); out.status != http.StatusUnprocessableEntity {
		t.Errorf("before: %d", out.status)
	}
	if out := b.must("DELETE", path, nil).json(t); out["deleted"] != true {
		t.Errorf("deleted: %v", out)
	}
	if out := b.do("GET", path, nil); out.status != http.StatusNotFound {
		t.Errorf("after: %d", out.status)
	}
}
