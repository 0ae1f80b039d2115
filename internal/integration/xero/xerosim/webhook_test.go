package xerosim_test

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

const hookKey = "hook-key"

// batch is what a subscriber reads.
type batch struct {
	Events []struct {
		ResourceID    string `json:"resourceId"`
		EventCategory string `json:"eventCategory"`
		EventType     string `json:"eventType"`
		EventDateUTC  string `json:"eventDateUtc"`
		TenantID      string `json:"tenantId"`
	} `json:"events"`
	First   int    `json:"firstEventSequence"`
	Last    int    `json:"lastEventSequence"`
	Entropy string `json:"entropy"`
}

// subscriber takes webhooks and refuses wrong signatures, and everything while refusals are left.
type subscriber struct {
	web      *httptest.Server
	mu       sync.Mutex
	batches  []batch
	refusals int
	unsigned int
	came     chan struct{}
}

func newSubscriber(t *testing.T) *subscriber {
	s := &subscriber{came: make(chan struct{}, 1000)}
	s.web = httptest.NewServer(s)
	t.Cleanup(s.web.Close)
	return s
}

func (s *subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var b batch
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil || !hmac.Equal([]byte(r.Header.Get("x-xero-signature")), []byte(xerosim.Sign(body, hookKey))):
		s.unsigned++
		w.WriteHeader(http.StatusUnauthorized)
		return
	case s.refusals > 0:
		s.refusals--
		w.WriteHeader(http.StatusInternalServerError)
		return
	case json.Unmarshal(body, &b) != nil:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.batches = append(s.batches, b)
	s.came <- struct{}{}
}

func (s *subscriber) words() (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.batches {
		for _, e := range b.Events {
			out = append(out, e.EventCategory+" "+e.EventType)
		}
	}
	return out
}

func hooked(t *testing.T, opts xerosim.Options) (*bench, *subscriber) {
	s := newSubscriber(t)
	opts.WebhookURL, opts.WebhookKey = s.web.URL, hookKey
	if opts.Wait == nil {
		opts.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	return newBench(t, opts), s
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	b.invoice(contact, "RNZ-1")
	if err := b.sim.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.sim.Pay("", "RNZ-1", 0, xerosim.Date{}); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"CONTACT CREATE", "INVOICE CREATE", "INVOICE UPDATE"}
	got := s.words()
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Fatalf("got %v", got)
	}
	if s.batches[0].First != 1 || s.batches[0].Last != 2 || s.batches[1].First != 3 || s.batches[0].Entropy == "" {
		t.Errorf("sequences %+v", s.batches)
	}
	event := s.batches[0].Events[0]
	if event.EventDateUTC != "2026-11-22T10:00:00.000" || event.ResourceID != contact || event.TenantID != b.tenant {
		t.Errorf("event %+v", event)
	}
}

func TestRefusedChangeAnnouncesNothing(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{})
	b.do("PUT", "/Contacts", m{"Contacts": []any{m{"Name": "One"}, m{"Name": "One"}}})
	if err := b.sim.Deliver(t.Context()); err != nil || len(s.words()) != 0 {
		t.Errorf("got %v %v", s.words(), err)
	}
}

func TestWebhookRetries(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{WebhookRetry: []time.Duration{0, time.Hour, time.Hour}})
	s.refusals = 3
	b.contact("Bright Solar")
	if err := b.sim.Deliver(t.Context()); err != nil || len(s.words()) != 1 {
		t.Fatalf("fourth try: %v %v", s.words(), err)
	}
	s.refusals = 4
	b.contact("Other Solar")
	if err := b.sim.Deliver(t.Context()); err == nil || !b.sim.WebhookDisabled() {
		t.Fatal("the subscription should be disabled")
	}
	b.sim.SetWebhook(s.web.URL, "")
	if err := b.sim.Deliver(t.Context()); err != nil || len(s.words()) != 2 {
		t.Errorf("events should wait for the subscriber: %v %v", s.words(), err)
	}
}

func TestWebhookFaults(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{})
	if err := b.sim.Fail(xerosim.Fault{Kind: xerosim.FaultHookRepeat, Count: 1}, xerosim.Fault{Kind: xerosim.FaultHookUnsigned, Count: 1},
		xerosim.Fault{Kind: xerosim.FaultHookReverse, Count: 1}); err != nil {
		t.Fatal(err)
	}
	b.invoice(b.contact("Bright Solar"), "RNZ-1")
	if err := b.sim.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := s.words()
	if len(got) != 4 || got[0] != "INVOICE CREATE" || got[2] != got[0] || s.unsigned != 1 {
		t.Errorf("got %v, %d unsigned", got, s.unsigned)
	}
}

func TestIntentToReceive(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{})
	if err := b.sim.ActivateWebhook(t.Context()); err != nil {
		t.Error(err)
	}
	if s.unsigned != 3 || len(s.batches) != 1 || len(s.batches[0].Events) != 0 || s.batches[0].First != 0 {
		t.Errorf("got %d wrongly signed, %+v", s.unsigned, s.batches)
	}
	lax := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer lax.Close()
	b.sim.SetWebhook(lax.URL, "")
	if err := b.sim.ActivateWebhook(t.Context()); err == nil {
		t.Error("a subscriber that takes wrong signatures should fail")
	}
}

func TestRunDeliversAndStops(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.sim.Run(ctx) }()
	b.contact("Bright Solar")
	<-s.came
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
