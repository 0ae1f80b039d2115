package crashtest

import (
	"context"
	"math/rand/v2"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/store/storetest"
)

// someOrders is what tests send that kill once.
const someOrders = 40

// crowd is one process that serves and two that work, of which the first
// speaks to Xero over a wire of its own, so that a test sees when it does.
type crowd struct {
	*world
	business *business
	first    *program
	wire     *wire // of first
	paid     chan struct{}
	payer    *payer
}

// newCrowd starts everything and lets the first worker begin.
func newCrowd(t *testing.T) *crowd {
	t.Helper()
	w := newWorld(t, storetest.PostgresURL(t), options{slowest: 100 * time.Millisecond})
	c := &crowd{world: w, business: &business{world: w, steps: someOrders}, paid: make(chan struct{}), payer: newPayer(w)}
	c.wire = &wire{next: w.sim, random: rand.New(rand.NewPCG(w.random.Uint64(), 3)), slowest: 100 * time.Millisecond} // #nosec G404 -- chance for tests
	own := httptest.NewServer(c.wire)
	t.Cleanup(own.Close)
	p := start(w, w.env("RENOZ_RETRY_SECOND=10ms"), "serve", "--no-jobs")
	p.addr = w.addr
	p.ready(20 * time.Second)
	c.first = start(w, w.env("RENOZ_RETRY_SECOND=10ms", "RENOZ_XERO_URL="+own.URL), "work")
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go func() { defer close(c.paid); c.payer.run(ctx, someOrders) }()
	c.business.do(someOrders / 2)
	until(w, 20*time.Second, "the first worker calls", func() bool { return c.wire.inFlight() > 0 })
	return c
}

// finish feeds the rest to the second worker and checks that all arrives.
func (c *crowd) finish(within time.Duration) {
	c.Helper()
	second := start(c, c.env("RENOZ_RETRY_SECOND=10ms"), "work")
	c.business.do(someOrders)
	select {
	case <-c.paid:
	case <-time.After(within):
		state, _ := c.state(someOrders)
		c.Fatalf("not all was paid: %s\n%s", state, second.out)
	}
	if n := c.idle(within, someOrders); n != 0 {
		c.Errorf("%d records needed a person", n)
	}
	c.equal(c.business.customers, someOrders)
	c.kept(c.payer, 3*someOrders)
}

// TestWorkerDies kills one of two workers in the middle of a call. The other
// finishes what it had begun.
func TestWorkerDies(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	begun := time.Now()
	until(c, 20*time.Second, "a write of the first worker lost its answer", func() bool {
		if c.wire.inFlight() > 0 {
			c.first.kill()
		}
		select {
		case <-c.first.ended:
			return true
		default:
			return false
		}
	})
	c.finish(settles)
	lost, late := c.wire.lostAnswers()
	c.Logf("the first worker died; %d writes lost their answer, %d of them arrived after death; all was there after %s", lost, late, time.Since(begun).Round(time.Millisecond))
}

// TestWorkerFreezes stops one of two workers without ending it, as a paused
// machine would be, until its silence counts as death. When it goes on, what it
// had begun is no longer its own.
func TestWorkerFreezes(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	begun := time.Now()
	c.must(c.first.cmd.Process.Signal(syscall.SIGSTOP))
	c.finish(settles)
	c.Logf("the first worker froze; all was there after %s", time.Since(begun).Round(time.Millisecond))
	c.must(c.first.cmd.Process.Signal(syscall.SIGCONT))
	c.business.steps += 2
	c.business.do(2)
	until(c, 20*time.Second, "both new invoices are in Xero", func() bool { return c.sim.Counts().Invoices == someOrders+2 })
	if status := c.first.stop(20 * time.Second); status != 0 {
		c.Errorf("the worker ended with %d\n%s", status, c.first.out)
	}
	counts := c.sim.Counts()
	if n := counts.DuplicateContactNumbers + counts.DuplicateInvoiceNumbers + counts.DuplicatePayments; n != 0 {
		c.Errorf("%d duplicates: %+v", n, counts)
	}
}
