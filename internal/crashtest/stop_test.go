package crashtest

import (
	"context"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/store/storetest"
)

// stops is how long the program may take to end in order.
const stops = 20 * time.Second

// TestStops asks the program to end while it sends and receives. It finishes
// what is under way, and the next run does the rest.
func TestStops(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url, options{slowest: 200 * time.Millisecond})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		payer, paid := newPayer(w), make(chan struct{})
		go func() { defer close(paid); payer.run(ctx, someOrders) }()
		b := &business{world: w, steps: someOrders}
		for range 5 {
			p := w.serve()
			b.do(someOrders / 5)
			until(w, stops, "a call is under way", func() bool { return w.wire.inFlight() > 0 || w.sim.Counts().Payments == 4*b.done })
			begun := time.Now()
			if status := p.stop(stops); status != 0 {
				t.Fatalf("the program ended with %d\n%s", status, p.out)
			}
			t.Logf("stopped in %s with %d calls under way", time.Since(begun).Round(time.Millisecond), w.wire.inFlight())
			if state, _ := w.state(someOrders); contains(state, "sending", "unknown", "working") {
				t.Errorf("after the end there is %s", state)
			}
		}
		if lost, _ := w.wire.lostAnswers(); lost != 0 {
			t.Errorf("%d writes lost their answer", lost)
		}
		w.serve()
		select {
		case <-paid:
		case <-time.After(settles):
			state, _ := w.state(someOrders)
			t.Fatalf("not all was paid: %s", state)
		}
		if n := w.idle(settles, someOrders); n != 0 {
			t.Errorf("%d records needed a person", n)
		}
		w.equal(b.customers, someOrders)
		w.kept(payer, 3*someOrders)
	})
}
