package xero_test

import (
	"slices"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
)

// TestWebhookMeetsLostAccess looks at webhooks after access was taken away in
// Xero: people are told, nothing is lost, and it goes on when access is back.
func TestWebhookMeetsLostAccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lose   func(*world)
		state  connection.State
		notice string
	}{
		"disconnected": {func(w *world) { w.sim.DisconnectApp("demo", w.tenant) }, connection.Paused, "xero_paused"},
		"fewer rights": {func(w *world) { w.sim.TakeScope("demo", "accounting.invoices") }, connection.NeedsReconnect, "xero_reconnect"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(w *world) {
				i := w.shipped(w.customer("Harbour Marine"))
				w.push()
				remote := w.link(link.Invoice, i.ID).RemoteID
				w.clock.pass(time.Minute)
				_, err := w.sim.Pay(w.tenant, i.Number, xerosim.Cents(1000), xerosim.Date{})
				w.must(err)
				c.lose(w)
				w.look("INVOICE", remote)
				if got := w.connection(); got.State != c.state || !slices.Contains(w.notices, c.notice) {
					w.Fatalf("the connection is %s, people were told %v", got.State, w.notices)
				}
				for range 10 {
					w.clock.pass(10 * time.Minute)
					w.must(ignoreSnooze(w.xero.Look(w.ctx)))
				}
				if e := w.event(); e.State != inbox.Received || e.Attempts != 0 {
					w.Errorf("the webhook is %s after %d tries: %s", e.State, e.Attempts, e.Result)
				}
				w.connect()
				w.clock.pass(10 * time.Minute)
				w.must(ignoreSnooze(w.xero.Look(w.ctx)))
				if e := w.event(); e.State != inbox.Done || w.invoice(i.ID).Paid != 1000 {
					w.Errorf("after connecting the webhook is %s: %s", e.State, e.Result)
				}
			})
		})
	}
}

func (w *world) event() inbox.Event {
	w.Helper()
	events, err := w.store.Events(w.ctx, w.org, inbox.Filter{Service: xero.Name, Limit: 10})
	w.must(err)
	if len(events) != 1 {
		w.Fatalf("%d webhooks", len(events))
	}
	return events[0]
}

// TestCheckingFindsLostAccess asks whether the organisation is still connected,
// also when our token is worth nothing any more.
func TestCheckingFindsLostAccess(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.sim.DisconnectApp("demo", w.tenant)
		w.must(w.xero.CheckConnection(w.ctx, w.org))
		if got := w.connection(); got.State != connection.NeedsReconnect {
			w.Errorf("the connection is %s", got.State)
		}
		w.connect()
		w.sim.ForgetTokens("demo")
		if err := w.xero.CheckConnection(w.ctx, w.org); err == nil || crm.KindOf(err) == crm.NotFound {
			w.Errorf("asking without a token ended with %v", err)
		}
		if got := w.connection(); got.State != connection.Paused || !slices.Contains(w.notices, "xero_paused") {
			w.Errorf("without a token the connection is %s, people were told %v", got.State, w.notices)
		}
	})
}
