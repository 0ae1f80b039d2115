package resendsim_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

func contextOf(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{Settings: resendsim.Settings{RateLimit: 5}})
	b.sim.SetKey(resendsim.Key{Token: "re_other"})
	for i, key := range []string{"re_demo", "re_other", "re_demo", "re_demo", "re_demo"} {
		b.key = key
		out := b.must("GET", "/emails", nil)
		if left := out.header.Get("Ratelimit-Remaining"); left != string(rune('4'-i)) || out.header.Get("Ratelimit-Limit") != "5" || out.header.Get("Ratelimit-Reset") != "1" {
			t.Errorf("call %d: %v", i+1, out.header)
		}
	}
	out := b.do("POST", "/emails", message("jo@acme.example"))
	if out.status != http.StatusTooManyRequests || out.name(t) != "rate_limit_exceeded" || out.header.Get("Retry-After") != "1" || out.header.Get("Ratelimit-Remaining") != "0" {
		t.Errorf("sixth: %d %s %v", out.status, out.body, out.header)
	}
	if n := b.sim.Counts(); n.Accepted != 0 || n.TooMany != 1 {
		t.Errorf("a 429 must accept nothing: %+v", n)
	}
	b.clock.pass(200 * time.Millisecond)
	b.must("GET", "/emails", nil)
	if out := b.do("GET", "/emails", nil); out.status != http.StatusTooManyRequests {
		t.Errorf("a fifth of a second gives one call, not two: %d", out.status)
	}
	b.clock.pass(time.Second)
	for range 5 {
		b.must("GET", "/emails", nil)
	}
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{Settings: resendsim.Settings{DailyQuota: 3, MonthlyQuota: 5}})
	out := b.must("POST", "/emails", with(message("jo@acme.example"), m{"cc": "al@acme.example", "bcc": []string{"al@acme.example"}}))
	if out.header.Get("X-Resend-Daily-Quota") != "2" || out.header.Get("X-Resend-Monthly-Quota") != "2" {
		t.Errorf("used: %v", out.header)
	}
	batch := []m{message("a@acme.example"), message("b@acme.example")}
	if out := b.do("POST", "/emails/batch", batch); out.status != http.StatusTooManyRequests || out.name(t) != "daily_quota_exceeded" {
		t.Errorf("a batch over the quota: %d %s", out.status, out.body)
	}
	b.mail("a@acme.example")
	scheduled := b.must("POST", "/emails", with(message("s@acme.example"), m{"scheduled_at": "in 1 hour"})).json(t)["id"].(string)
	b.clock.pass(time.Hour)
	b.deliver()
	if got := b.story(scheduled); got != "scheduled failed" {
		t.Errorf("a scheduled message without quota: %s", got)
	}
	if e, _ := b.sim.Email(scheduled); e.Events[1].Reason != "reached_daily_quota" {
		t.Errorf("the reason is %q", e.Events[1].Reason)
	}
	b.clock.pass(24 * time.Hour)
	b.must("POST", "/emails/batch", batch)
	if out := b.do("POST", "/emails", message("c@acme.example")); out.name(t) != "monthly_quota_exceeded" {
		t.Errorf("over the month: %d %s", out.status, out.body)
	}
	b.clock.pass(30 * 24 * time.Hour)
	b.mail("c@acme.example")
	paid := newBench(t, resendsim.Options{})
	if out := paid.must("POST", "/emails", message("jo@acme.example")); out.header.Get("X-Resend-Daily-Quota") != "" || out.header.Get("X-Resend-Monthly-Quota") != "1" {
		t.Errorf("a paid plan: %v", out.header)
	}
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	first := b.keyed("k1", "/emails", message("jo@acme.example"))
	b.clock.pass(24*time.Hour - time.Millisecond)
	if again := b.keyed("k1", "/emails", message("jo@acme.example")); string(again.body) != string(first.body) || again.status != http.StatusOK {
		t.Errorf("a repeat: %d %s", again.status, again.body)
	}
	if other := b.keyed("k1", "/emails", message("al@acme.example")); other.status != http.StatusConflict || other.name(t) != "invalid_idempotent_request" {
		t.Errorf("another payload: %d %s", other.status, other.body)
	}
	if other := b.keyed("k1", "/emails/batch", []m{message("jo@acme.example")}); other.status != http.StatusConflict {
		t.Errorf("another call: %d %s", other.status, other.body)
	}
	b.clock.pass(time.Millisecond)
	if late := b.keyed("k1", "/emails", message("jo@acme.example")); late.status != http.StatusOK || string(late.body) == string(first.body) {
		t.Errorf("after a day: %d %s", late.status, late.body)
	}
	for _, key := range []string{"", strings.Repeat("k", 257)} {
		if out := b.keyed(key, "/emails", message("jo@acme.example")); out.status != http.StatusBadRequest || out.name(t) != "invalid_idempotency_key" {
			t.Errorf("key of %d: %d %s", len(key), out.status, out.body)
		}
	}
	if out := b.keyed(strings.Repeat("k", 256), "/emails", m{"to": "jo@acme.example"}); out.name(t) != "missing_required_field" {
		t.Errorf("refused: %s", out.body)
	}
	if out := b.keyed(strings.Repeat("k", 256), "/emails", message("jo@acme.example")); out.status != http.StatusOK {
		t.Errorf("a refusal must not use up the key: %d %s", out.status, out.body)
	}
	if out := b.keyed("k1", "/domains", m{"name": "new.example"}); out.status != http.StatusCreated {
		t.Errorf("other calls do not know the key: %d %s", out.status, out.body)
	}
	if n := b.sim.Counts(); n.Accepted != 3 || n.Replays != 1 || n.Duplicates != 2 {
		t.Errorf("counts %+v", n)
	}
}

// TestConcurrentIdempotency sends the same again while the first waits for its answer.
func TestConcurrentIdempotency(t *testing.T) {
	t.Parallel()
	arrived, open := make(chan struct{}), make(chan struct{})
	wait := func(context.Context, time.Duration) error {
		close(arrived)
		<-open
		return nil
	}
	b := newBench(t, resendsim.Options{Wait: wait})
	if err := b.sim.Fail(resendsim.Fault{Kind: resendsim.FaultSlow, Delay: time.Second, Count: 1}); err != nil {
		t.Fatal(err)
	}
	done := make(chan reply)
	go func() { done <- b.keyed("k", "/emails", message("jo@acme.example")) }()
	<-arrived
	if out := b.keyed("k", "/emails", message("jo@acme.example")); out.status != http.StatusConflict || out.name(t) != "concurrent_idempotent_requests" {
		t.Errorf("meanwhile: %d %s", out.status, out.body)
	}
	close(open)
	first := <-done
	if out := b.keyed("k", "/emails", message("jo@acme.example")); string(out.body) != string(first.body) {
		t.Errorf("afterwards: %d %s, want %s", out.status, out.body, first.body)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind     resendsim.FaultKind
		status   int // 0: cut
		name     string
		accepted bool
	}{
		{resendsim.FaultRateLimit, 429, "rate_limit_exceeded", false}, {resendsim.FaultDailyQuota, 429, "daily_quota_exceeded", false},
		{resendsim.FaultMonthlyQuota, 429, "monthly_quota_exceeded", false}, {resendsim.FaultAboveQuota, 403, "email_above_quota", false},
		{resendsim.FaultConcurrent, 409, "concurrent_idempotent_requests", false}, {resendsim.FaultLocked, 409, "resource_locked", false},
		{resendsim.FaultSecurity, 451, "security_error", false}, {resendsim.FaultKeyRefused, 401, "validation_error", false},
		{resendsim.FaultErrorBefore, 500, "application_error", false},
		{resendsim.FaultErrorAfter, 500, "internal_server_error", true}, {resendsim.FaultUnavailable, 503, "service_unavailable", false},
		{resendsim.FaultGateway, 502, "", false}, {resendsim.FaultCutBefore, 0, "", false}, {resendsim.FaultCutAfter, 0, "", true},
	}
	for _, test := range tests {
		t.Run(string(test.kind), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, resendsim.Options{})
			b.must("POST", "/sim/faults", m{"kind": test.kind, "method": "POST", "path": "/emails", "count": 1})
			b.must("GET", "/emails", nil) // does not match
			req := b.request("POST", "/emails", message("jo@acme.example"))
			req.Header.Set("Idempotency-Key", "k")
			out, err := b.send(req)
			if (err != nil) != (test.status == 0) || out.status != test.status || (test.name != "" && out.name(t) != test.name) {
				t.Errorf("got %d %s %v", out.status, out.body, err)
			}
			if (b.sim.Counts().Accepted == 1) != test.accepted {
				t.Errorf("accepted: %v", !test.accepted)
			}
			again := b.keyed("k", "/emails", message("jo@acme.example"))
			if n := b.sim.Counts().Accepted; again.status != http.StatusOK || n != 1 {
				t.Errorf("with the same key again: %d %s, %d accepted", again.status, again.body, n)
			}
		})
	}
}

// TestClientGivesUp lets a client go away while it waits: the message was accepted all the same.
func TestClientGivesUp(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	wait := func(ctx context.Context, _ time.Duration) error {
		close(arrived)
		<-ctx.Done()
		return ctx.Err()
	}
	b := newBench(t, resendsim.Options{Wait: wait})
	if err := b.sim.Fail(resendsim.Fault{Kind: resendsim.FaultSlow, Delay: time.Hour, Count: 1}); err != nil {
		t.Fatal(err)
	}
	ctx, giveUp := contextOf(t)
	req := b.request("POST", "/emails", message("jo@acme.example")).WithContext(ctx)
	req.Header.Set("Idempotency-Key", "k")
	gone := make(chan error)
	go func() {
		_, err := b.send(req)
		gone <- err
	}()
	<-arrived
	giveUp()
	if err := <-gone; err == nil {
		t.Error("the client should have given up")
	}
	out := b.keyed("k", "/emails", message("jo@acme.example"))
	for out.name(t) == "concurrent_idempotent_requests" {
		out = b.keyed("k", "/emails", message("jo@acme.example"))
	}
	if n := b.sim.Counts(); out.status != http.StatusOK || n.Accepted != 1 {
		t.Errorf("again: %d %s, %d accepted", out.status, out.body, n.Accepted)
	}
}

func TestFaultsByChanceAreRepeatable(t *testing.T) {
	t.Parallel()
	run := func() (out []int) {
		b := newBench(t, resendsim.Options{Seed: 7})
		if err := b.sim.Fail(resendsim.Fault{Kind: resendsim.FaultUnavailable, Probability: 0.5}); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			out = append(out, b.do("GET", "/emails", nil).status)
		}
		return out
	}
	first, second, bad := run(), run(), 0
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("two runs with one seed differ: %v %v", first, second)
		}
		if first[i] == http.StatusServiceUnavailable {
			bad++
		}
	}
	if bad < 3 || bad > 17 {
		t.Errorf("%d of 20 failed", bad)
	}
}

func TestBadFaultsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	for _, body := range []string{`{"kind":"fire"}`, `{"kind":"slow"}`, `{"kind":"webhook_delay"}`, `{"kind":"locked","probability":2}`, `[]`, `nonsense`} {
		if out := b.do("POST", "/sim/faults", body); out.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", body, out.status)
		}
	}
	b.must("POST", "/sim/faults", `[{"kind":"locked"}]`)
	b.do("DELETE", "/sim/faults", nil)
	if len(b.sim.Faults()) != 0 {
		t.Error("the faults should be gone")
	}
}
