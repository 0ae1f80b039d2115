package xerosim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// hookEvent is one event as it is sent. There is no event id, and eventDateUtc has no zone.
// https://developer.xero.com/documentation/guides/webhooks/overview
type hookEvent struct {
	ResourceURL   string            `json:"resourceUrl"`
	ResourceID    string            `json:"resourceId"`
	TenantID      string            `json:"tenantId"`
	TenantType    string            `json:"tenantType"`
	EventCategory string            `json:"eventCategory"`
	EventType     string            `json:"eventType"`
	EventDateUTC  string            `json:"eventDateUtc"`
	Data          map[string]string `json:"data,omitempty"`
}

type hookBatch struct {
	Events             []hookEvent `json:"events"`
	FirstEventSequence int         `json:"firstEventSequence"`
	LastEventSequence  int         `json:"lastEventSequence"`
	Entropy            string      `json:"entropy"`
}

// webhooks is the outgoing side: events wait here until the subscriber has taken them, in order.
type webhooks struct {
	url, key string
	waiting  []hookEvent
	taken    int // events delivered so far; the next has the sequence taken+1
	disabled bool
	held     bool // an outage: nothing is sent, everything waits
	losing   bool // events are forgotten
	busy     bool
}

// WebhookState says what becomes of events.
type WebhookState string

// States of webhooks.
const (
	WebhooksOn       WebhookState = "on"
	WebhooksHeld     WebhookState = "held"     // an outage at Xero: events wait and come later, in order
	WebhooksDisabled WebhookState = "disabled" // the subscription was disabled: events wait until it is enabled
	WebhooksLost     WebhookState = "lost"     // events that come up meanwhile never arrive; their numbers are used up
)

// SetWebhooks switches webhooks off in one of three ways, or on again; what waited is then delivered.
func (s *Server) SetWebhooks(state WebhookState) error {
	switch state {
	case WebhooksOn, WebhooksHeld, WebhooksDisabled, WebhooksLost:
	default:
		return fmt.Errorf("unknown state of webhooks %q; see WebhookState", state)
	}
	s.mu.Lock()
	s.hooks.held, s.hooks.losing = state == WebhooksHeld, state == WebhooksLost
	s.hooks.disabled = state == WebhooksDisabled
	s.mu.Unlock()
	s.nudge()
	return nil
}

// Webhooks says how webhooks are switched.
func (s *Server) Webhooks() WebhookState {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.hooks.disabled:
		return WebhooksDisabled
	case s.hooks.held:
		return WebhooksHeld
	case s.hooks.losing:
		return WebhooksLost
	}
	return WebhooksOn
}

const (
	mostEvents  = 50
	mostWaiting = 50_000
)

// liveRetry is at once and then every 15 minutes for 24 hours.
func liveRetry() []time.Duration {
	waits := make([]time.Duration, 97)
	for i := 1; i < len(waits); i++ {
		waits[i] = 15 * time.Minute
	}
	return waits
}

// SetWebhook changes where events go and how they are signed; an empty key keeps the present one. A disabled
// subscription is enabled again.
func (s *Server) SetWebhook(url, key string) {
	s.mu.Lock()
	s.hooks.url, s.hooks.disabled = url, false
	if key != "" {
		s.hooks.key = key
	}
	s.mu.Unlock()
	s.nudge()
}

// WebhookKey is the secret events are signed with.
func (s *Server) WebhookKey() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hooks.key
}

// WebhookDisabled says that the subscriber refused one batch too often.
func (s *Server) WebhookDisabled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hooks.disabled
}

func (s *Server) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// queue adds one event; s.mu is held.
func (s *Server) queue(tenant string, e announcement) {
	s.tally.events++
	if s.hooks.losing {
		s.lose()
		return
	}
	path := map[string]string{"CONTACT": "Contacts", "INVOICE": "Invoices", "CREDITNOTE": "CreditNotes",
		"OVERPAYMENT": "Overpayments", "PREPAYMENT": "Prepayments"}[e.category]
	s.hooks.waiting = append(s.hooks.waiting, hookEvent{
		ResourceURL: "https://api.xero.com/api.xro/2.0/" + path + "/" + e.id, ResourceID: e.id, TenantID: tenant,
		TenantType: "ORGANISATION", EventCategory: e.category, EventType: e.kind,
		EventDateUTC: s.now().Format("2006-01-02T15:04:05.000"), Data: e.data})
	if over := len(s.hooks.waiting) - mostWaiting; over > 0 && s.hooks.url == "" {
		s.hooks.waiting = slices.Clone(s.hooks.waiting[over:])
		s.hooks.taken += over
	}
	s.nudge()
}

// lose uses up a number without an event, so that the subscriber can see from the numbers that one is missing.
// While others wait, an event without a record stands for it; s.mu is held.
func (s *Server) lose() {
	if len(s.hooks.waiting) == 0 {
		s.hooks.taken++
		return
	}
	s.hooks.waiting = append(s.hooks.waiting, hookEvent{})
}

// lost reports whether an event only uses up a number.
func (e hookEvent) lost() bool { return e.ResourceID == "" }

// deliverUntil delivers whatever waits, until ctx ends.
func (s *Server) deliverUntil(ctx context.Context) {
	for {
		if err := s.Deliver(ctx); err != nil && ctx.Err() == nil {
			s.opts.Log.Warn("xero simulator: webhook subscription disabled", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
	}
}

// Deliver sends every waiting event, with retries, and returns when none is left. It returns an error when
// the subscription was disabled because every try failed; events then wait for SetWebhook.
func (s *Server) Deliver(ctx context.Context) error {
	for {
		batch, ok := s.nextBatch()
		if !ok {
			return nil
		}
		err := s.deliverBatch(ctx, batch)
		s.mu.Lock()
		s.hooks.busy = false
		if err == nil {
			s.hooks.waiting = s.hooks.waiting[len(batch.Events):]
			s.hooks.taken += len(batch.Events)
			s.markDirty()
		} else if ctx.Err() == nil {
			s.hooks.disabled = true
		}
		s.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

func (s *Server) nextBatch() (hookBatch, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hooks.url == "" || s.hooks.disabled || s.hooks.held || s.hooks.busy || len(s.hooks.waiting) == 0 {
		return hookBatch{}, false
	}
	for len(s.hooks.waiting) > 0 && s.hooks.waiting[0].lost() {
		s.hooks.waiting = s.hooks.waiting[1:]
		s.hooks.taken++
	}
	next := s.hooks.waiting[:min(mostEvents, len(s.hooks.waiting))]
	if end := slices.IndexFunc(next, hookEvent.lost); end >= 0 {
		next = next[:end]
	}
	if len(next) == 0 {
		return hookBatch{}, false
	}
	s.hooks.busy = true
	events := slices.Clone(next)
	return hookBatch{Events: events, FirstEventSequence: s.hooks.taken + 1,
		LastEventSequence: s.hooks.taken + len(events), Entropy: entropy()}, true
}

func entropy() string {
	letters := make([]byte, 20)
	_, _ = rand.Read(letters) // never fails
	for i := range letters {
		letters[i] = 'A' + letters[i]%26
	}
	return string(letters)
}

func (s *Server) deliverBatch(ctx context.Context, batch hookBatch) error {
	if s.hookFault(FaultHookReverse) {
		slices.Reverse(batch.Events)
	}
	body, err := json.Marshal(batch)
	if err != nil {
		return fmt.Errorf("encode the webhook batch: %w", err)
	}
	if s.hookFault(FaultHookUnsigned) {
		_, _ = s.post(ctx, body, "bm90IHRoZSByaWdodCBzaWduYXR1cmU=") // what matters is the signed one that follows
	}
	status, err := s.post(ctx, body, "")
	for i := 0; (err != nil || status != http.StatusOK) && i < len(s.opts.WebhookRetry); i++ {
		if waitErr := s.opts.Wait(ctx, s.opts.WebhookRetry[i]); waitErr != nil {
			return fmt.Errorf("wait to deliver again: %w", waitErr)
		}
		status, err = s.post(ctx, body, "")
	}
	if err != nil {
		return fmt.Errorf("deliver webhooks: %w", err)
	}
	if status != http.StatusOK {
		return fmt.Errorf("deliver webhooks: the subscriber answered %d", status)
	}
	if s.hookFault(FaultHookRepeat) {
		_, _ = s.post(ctx, body, "") // a repeat nobody asked for; its answer does not matter
	}
	return nil
}

// Sign makes the x-xero-signature of a body: base64 of HMAC-SHA256.
func Sign(body []byte, key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// post sends one body; an empty signature means the right one. Answers that break the rules (not empty, or
// with cookies) count as refused.
func (s *Server) post(ctx context.Context, body []byte, signature string) (int, error) {
	s.mu.Lock()
	url, key := s.hooks.url, s.hooks.key
	s.tally.deliveries++
	s.mu.Unlock()
	if signature == "" {
		signature = Sign(body, key)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make the webhook request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Xero-Webhook-Simulator")
	req.Header.Set("X-Xero-Signature", signature)
	res, err := s.opts.HTTP.Do(req)
	if err != nil {
		return 0, fmt.Errorf("post the webhook: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // nothing more is read
	content, err := io.ReadAll(io.LimitReader(res.Body, 1))
	if err != nil {
		return 0, fmt.Errorf("read the subscriber's answer: %w", err)
	}
	if len(content) > 0 || len(res.Cookies()) > 0 {
		return 0, errors.New("the subscriber's answer must have an empty body and no cookies")
	}
	return res.StatusCode, nil
}

// ActivateWebhook runs the intent-to-receive test: empty batches, one signed rightly and three wrongly, which
// the subscriber must answer with 200 and 401. On success a disabled subscription is enabled again.
// https://developer.xero.com/documentation/guides/webhooks/configuring-your-server#intent-to-receive
func (s *Server) ActivateWebhook(ctx context.Context) error {
	for i, right := range []bool{false, true, false, false} {
		body, err := json.Marshal(hookBatch{Events: []hookEvent{}, Entropy: entropy()})
		if err != nil {
			return fmt.Errorf("encode the activation test: %w", err)
		}
		signature, want := "", http.StatusOK
		if !right {
			signature, want = Sign(body, "wrong key "+entropy()), http.StatusUnauthorized
		}
		status, err := s.post(ctx, body, signature)
		if err != nil {
			return fmt.Errorf("intent to receive, call %d: %w", i+1, err)
		}
		if status != want {
			return fmt.Errorf("intent to receive, call %d: the subscriber answered %d instead of %d", i+1, status, want)
		}
	}
	s.mu.Lock()
	s.hooks.disabled = false
	s.mu.Unlock()
	s.nudge()
	return nil
}
