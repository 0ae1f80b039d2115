package crashtest

import (
	"context"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store/storetest"
)

// How often the program is killed, and how long it lives when it is ready.
const (
	kills    = 50
	shortest = 50 * time.Millisecond
	longest  = 400 * time.Millisecond
	glance   = 2 * time.Millisecond
	orders   = 120 // which make 300 records: 60 customers, 120 invoices, 120 payments
	settles  = 60 * time.Second
)

// TestKills kills the program at random moments while records are sent and
// webhooks arrive.
func TestKills(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url, options{slowest: 60 * time.Millisecond})
		w.survive(nil)
	})
}

// TestKillsAmongFaults does the same while Xero refuses, fails, cuts
// connections and is slow.
func TestKillsAmongFaults(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url, options{slowest: 40 * time.Millisecond})
		w.survive(faults())
	})
}

func faults() []xerosim.Fault {
	const second = 1
	return []xerosim.Fault{
		{Kind: xerosim.FaultMinute, Probability: .02, RetryAfter: second},
		{Kind: xerosim.FaultDay, Probability: .01, RetryAfter: second},
		{Kind: xerosim.FaultAppMinute, Probability: .01, RetryAfter: second},
		{Kind: xerosim.FaultConcurrent, Probability: .02},
		{Kind: xerosim.FaultErrorBefore, Probability: .03},
		{Kind: xerosim.FaultErrorAfter, Probability: .03},
		{Kind: xerosim.FaultOffline, Probability: .02},
		{Kind: xerosim.FaultCutBefore, Probability: .03},
		{Kind: xerosim.FaultCutAfter, Probability: .03},
		{Kind: xerosim.FaultSlow, Probability: .05, Delay: shortest},
		{Kind: xerosim.FaultSlow, Probability: .02, Delay: 2 * longest},
	}
}

// survive goes through all kills and checks what is left.
func (w *world) survive(faults []xerosim.Fault) {
	w.Helper()
	if faults != nil {
		w.must(w.sim.Fail(faults...))
	}
	ctx, cancel := context.WithCancel(w.Context())
	defer cancel()
	p := newPayer(w)
	paid := make(chan struct{})
	go func() { defer close(paid); p.run(ctx, orders) }()

	b := &business{world: w, steps: orders}
	begun := time.Now()
	inFlight := 0
	for range kills {
		inFlight += w.liveAndDie(b)
	}
	b.do(b.steps)
	killing := time.Since(begun)

	last := w.serve("RENOZ_RETRY_SECOND=10ms")
	select {
	case <-paid:
	case <-time.After(settles):
		state, _ := w.state(orders)
		w.Fatalf("not all was paid: %s\n%s", state, last.out)
	}
	w.Cleanup(func() {
		if w.Failed() {
			w.Logf("the program wrote\n%s", last.out)
		}
	})
	retried := w.idle(settles, orders)
	w.equal(b.customers, orders)
	w.kept(p, 3*orders)
	if status := last.stop(20 * time.Second); status != 0 {
		w.Errorf("the program ended with %d\n%s", status, last.out)
	}
	lost, late := w.wire.lostAnswers()
	counts := w.sim.Counts()
	w.Logf("%d kills in %s, %d with calls in flight; %d writes lost their answer, %d of them arrived after death; %d records, %d webhooks in %d deliveries; %d calls, %d faults, %d retried by a person; all in %s",
		kills, killing.Round(time.Second), inFlight, lost, late, b.records(), len(p.accepted), p.tries, counts.ReadCalls+counts.WriteCalls, counts.Faults, retried, time.Since(begun).Round(time.Second))
	if inFlight < kills/10 || lost == 0 {
		w.Errorf("only %d kills met calls in flight, and %d writes lost their answer", inFlight, lost)
	}
}

// liveAndDie is one life of the program. It returns 1 when it died during a
// call.
func (w *world) liveAndDie(b *business) int {
	w.Helper()
	p := w.serve("RENOZ_RETRY_SECOND=10ms")
	life := shortest + time.Duration(w.random.Int64N(int64(longest-shortest)))
	busy := make(chan int, 1)
	aims := w.random.IntN(2) == 0 // every second time at a call, within what is left of the longest life
	go func() {
		pass(life)
		for left := longest - life; aims && w.wire.inFlight() == 0 && left > 0; left -= glance {
			pass(glance)
		}
		busy <- w.wire.inFlight()
		p.kill()
	}()
	b.do((orders + kills - 1) / kills)
	<-p.ended
	return min(<-busy, 1)
}

// kept checks that every webhook that was answered with 200 is there once and
// was dealt with.
func (w *world) kept(p *payer, least int) {
	w.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := map[string]inbox.Event{}
	for _, e := range w.events() {
		key := e.Resource + " " + e.OccurredAt.UTC().Format("2006-01-02T15:04:05.000")
		if _, twice := seen[key]; twice {
			w.Errorf("the webhook %s is kept twice", key)
		}
		seen[key] = e
	}
	for key := range p.accepted {
		if e, there := seen[key]; !there || e.State != inbox.Done {
			w.Errorf("the webhook %s is %q: %s", key, e.State, e.Result)
		}
	}
	if len(p.accepted) < least {
		w.Errorf("%d of %d webhooks were taken", len(p.accepted), least)
	}
}
