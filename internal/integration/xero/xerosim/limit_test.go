package xerosim_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		problem string
		opts    xerosim.Options
		allowed int
		retry   string
	}{
		{"minute", xerosim.Options{MinuteLimit: 3}, 3, "30"},
		{"minute", xerosim.Options{MinuteLimit: 2, Minute: 2 * time.Second}, 2, "2"},
		{"day", xerosim.Options{DayLimit: 2}, 2, "50370"},
		{"appminute", xerosim.Options{AppMinuteLimit: 1}, 1, "30"},
	}
	for _, test := range tests {
		b := newBench(t, test.opts)
		b.clock.pass(30 * time.Second)
		for range test.allowed {
			b.must("GET", "/Organisation", nil)
		}
		out := b.do("PUT", "/Contacts", m{"Contacts": []any{m{"Name": "X"}}})
		if out.status != http.StatusTooManyRequests || out.header.Get("X-Rate-Limit-Problem") != test.problem || out.header.Get("Retry-After") != test.retry {
			t.Errorf("%s: %d %v", test.problem, out.status, out.header)
		}
		if n := b.sim.Counts(); n.Contacts != 0 || n.TooMany != 1 {
			t.Errorf("%s: a 429 must write nothing: %+v", test.problem, n)
		}
		b.clock.pass(24 * time.Hour)
		token, _, err := b.sim.Connect("demo")
		if err != nil {
			t.Fatal(err)
		}
		b.token = token
		b.must("GET", "/Organisation", nil)
	}
}

func TestLimitHeaders(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{MinuteLimit: 60})
	b.must("GET", "/Organisation", nil)
	out := b.must("GET", "/Organisation", nil)
	for name, want := range map[string]string{"X-Minlimit-Remaining": "58", "X-Daylimit-Remaining": "4998", "X-Appminlimit-Remaining": "9998"} {
		if out.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, out.header.Get(name), want)
		}
	}
	if out.header.Get("Xero-Correlation-Id") == "" {
		t.Error("no correlation id")
	}
}

// gate is a Wait that holds requests until it is opened.
type gate struct {
	arrived chan struct{}
	open    chan struct{}
}

func newGate() *gate { return &gate{arrived: make(chan struct{}, 100), open: make(chan struct{})} }

func (g *gate) wait(ctx context.Context, _ time.Duration) error {
	g.arrived <- struct{}{}
	select {
	case <-g.open:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestConcurrentLimit(t *testing.T) {
	t.Parallel()
	g := newGate()
	b := newBench(t, xerosim.Options{Wait: g.wait})
	if err := b.sim.Fail(xerosim.Fault{Kind: xerosim.FaultSlow, Count: 5, Delay: time.Minute}); err != nil {
		t.Fatal(err)
	}
	done := make(chan int, 5)
	for range 5 {
		go func() {
			out, err := b.send(b.request("GET", "/api.xro/2.0/Organisation", nil))
			if err != nil {
				out.status = 0
			}
			done <- out.status
		}()
	}
	for range 5 {
		<-g.arrived
	}
	out := b.do("GET", "/Organisation", nil)
	if out.status != http.StatusTooManyRequests || out.header.Get("X-Rate-Limit-Problem") != "concurrent" || out.header.Get("Retry-After") != "" {
		t.Errorf("sixth at once: %d %v", out.status, out.header)
	}
	close(g.open)
	for range 5 {
		if status := <-done; status != http.StatusOK {
			t.Errorf("slow request: %d", status)
		}
	}
	b.must("GET", "/Organisation", nil)
}

func (b *bench) keyed(key, path string, body any) reply {
	b.t.Helper()
	req := b.request("PUT", "/api.xro/2.0"+path, body)
	req.Header.Set("Idempotency-Key", key)
	out, err := b.send(req)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	payment := func(name string) m { return m{"Contacts": []any{m{"Name": name}}} }
	first := b.keyed("k1", "/Contacts", payment("One"))
	b.clock.pass(5 * time.Minute)
	if again := b.keyed("k1", "/Contacts", payment("One")); string(again.body) != string(first.body) || again.status != http.StatusOK {
		t.Errorf("a repeat should get the first answer: %d %s", again.status, again.body)
	}
	if other := b.keyed("k1", "/Contacts", payment("Two")); other.status != http.StatusBadRequest || !strings.Contains(string(other.body), "different request") {
		t.Errorf("another body: %d %s", other.status, other.body)
	}
	b.clock.pass(time.Minute)
	if late := b.keyed("k1", "/Contacts", payment("One")); late.status != http.StatusBadRequest || !strings.Contains(string(late.body), "already assigned") {
		t.Errorf("after six minutes the request runs again: %d %s", late.status, late.body)
	}
	if long := b.keyed(strings.Repeat("k", 129), "/Contacts", payment("Long")); long.status != http.StatusBadRequest {
		t.Errorf("long key: %d", long.status)
	}
	if n := b.sim.Counts(); n.Contacts != 1 || n.Replays != 1 {
		t.Errorf("counts %+v", n)
	}
}

func TestInternalErrorsAreCached(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	if err := b.sim.Fail(xerosim.Fault{Kind: xerosim.FaultErrorAfter, Method: "PUT", Path: "/Contacts", Count: 1}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if out := b.keyed("k", "/Contacts", m{"Contacts": []any{m{"Name": "One"}}}); out.status != http.StatusInternalServerError {
			t.Errorf("got %d", out.status)
		}
	}
	if n := b.sim.Counts().Contacts; n != 1 {
		t.Errorf("%d contacts; the write before the 500 should have happened once", n)
	}
}

func TestConcurrentRepeatWaits(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	answers := make(chan reply, 4)
	for range 4 {
		req := b.request("PUT", "/api.xro/2.0/Contacts", m{"Contacts": []any{m{"Name": "One"}}})
		req.Header.Set("Idempotency-Key", "same")
		go func() {
			out, _ := b.send(req) // a failure shows as status 0
			answers <- out
		}()
	}
	body := ""
	for range 4 {
		out := <-answers
		if body == "" {
			body = string(out.body)
		}
		if out.status != http.StatusOK || string(out.body) != body {
			t.Errorf("got %d %s", out.status, out.body)
		}
	}
	if n := b.sim.Counts().Contacts; n != 1 {
		t.Errorf("%d contacts", n)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind    xerosim.FaultKind
		status  int // 0: cut
		written bool
	}{
		{xerosim.FaultMinute, 429, false}, {xerosim.FaultDay, 429, false}, {xerosim.FaultConcurrent, 429, false},
		{xerosim.FaultAppMinute, 429, false}, {xerosim.FaultErrorBefore, 500, false}, {xerosim.FaultErrorAfter, 500, true},
		{xerosim.FaultOffline, 503, false}, {xerosim.FaultCutBefore, 0, false}, {xerosim.FaultCutAfter, 0, true},
	}
	for _, test := range tests {
		t.Run(string(test.kind), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, xerosim.Options{})
			if out, err := b.send(b.request("POST", "/sim/faults", m{"kind": test.kind, "method": "PUT", "path": "/Contacts", "count": 1})); err != nil || out.status != http.StatusOK {
				t.Fatalf("set the fault: %d %s %v", out.status, out.body, err)
			}
			b.must("GET", "/Contacts", nil) // does not match
			req := b.request("PUT", "/api.xro/2.0/Contacts", m{"Contacts": []any{m{"Name": "One"}}})
			req.Header.Set("Idempotency-Key", "k")
			out, err := b.send(req)
			if (err != nil) != (test.status == 0) || out.status != test.status {
				t.Errorf("got %d %v", out.status, err)
			}
			if written := b.sim.Counts().Contacts == 1; written != test.written {
				t.Errorf("written: %v", written)
			}
			if len(b.sim.Faults()) != 0 {
				t.Error("the fault should be used up")
			}
		})
	}
}

func TestFaultsByChanceAreRepeatable(t *testing.T) {
	t.Parallel()
	run := func() (out []int) {
		b := newBench(t, xerosim.Options{Seed: 7})
		if err := b.sim.Fail(xerosim.Fault{Kind: xerosim.FaultOffline, Probability: 0.5}); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			out = append(out, b.do("GET", "/Organisation", nil).status)
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
	b := newBench(t, xerosim.Options{})
	for _, body := range []string{`{"kind":"fire"}`, `{"kind":"slow"}`, `{"kind":"offline","probability":2}`, `[]`, `nonsense`} {
		if out, err := b.send(b.request("POST", "/sim/faults", body)); err != nil || out.status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", body, out.status, err)
		}
	}
}

func TestLostRefreshAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	_, refresh, err := b.sim.Connect("demo")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Fail(xerosim.Fault{Kind: xerosim.FaultCutAfter, Path: "/connect/token", Count: 1}); err != nil {
		t.Fatal(err)
	}
	req := b.request("POST", "/connect/token", "grant_type=refresh_token&client_id=demo&client_secret=demo&refresh_token="+refresh)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := b.send(req); err == nil {
		t.Fatal("the answer should have been lost")
	}
	if out := b.refresh(refresh); out.status != http.StatusOK {
		t.Errorf("retry with the previous token: %d %s", out.status, out.body)
	}
}
