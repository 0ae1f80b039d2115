package xero_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store/storetest"
)

// listen has the simulator's webhooks kept and filed, as the inbox does.
func (w *world) listen() {
	w.Helper()
	const key = "webhook key"
	source := xero.Webhooks{Key: key}
	here := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !source.Verify(r.Header, body, w.clock.Now()) {
			out.WriteHeader(http.StatusUnauthorized)
			return
		}
		now := w.clock.Now()
		events, err := source.Parse(nil, body)
		if err != nil {
			out.WriteHeader(http.StatusBadRequest)
			return
		}
		for i := range events {
			e := &events[i]
			e.ID, e.Service, e.State, e.ReceivedAt, e.DueAt = crm.NewID[crm.Event](), xero.Name, inbox.Received, now, now
			e.DeliveryKey = e.OccurredAt.UTC().Format("20060102150405.000 ") + e.DeliveryKey
		}
		storetest.Keep(w.T, w.store, events)
	}))
	w.Cleanup(here.Close)
	w.xero.WebhookKey = key
	w.sim.SetWebhook(here.URL, key)
}

func (w *world) deliver() {
	w.Helper()
	w.must(w.sim.Deliver(w.ctx))
}

func (w *world) gaps() []inbox.Gap {
	w.Helper()
	gaps, err := w.store.Gaps(w.ctx, xero.Name, 10)
	w.must(err)
	return gaps
}

// TestLostWebhooksAreMadeUpFor loses the webhook about a payment. The number of
// the next one tells; what changed is read, and people hear of it once.
func TestLostWebhooksAreMadeUpFor(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		w.deliver()
		w.must(w.sim.SetWebhooks(xerosim.WebhooksLost))
		_, err := w.sim.Pay(w.tenant, i.Number, 0, xerosim.Date{})
		w.must(err)
		w.must(w.sim.SetWebhooks(xerosim.WebhooksOn))
		before, err := w.store.Endpoint(w.ctx, xero.Name)
		w.must(err)
		w.named("Outback Power")
		w.push()
		w.deliver()
		w.must(w.xero.FillGaps(w.ctx))
		if n := len(w.gaps()); n != 0 {
			t.Errorf("%d gaps while deliveries may overtake each other", n)
		}
		w.clock.pass(inbox.Overtaking)
		w.must(w.xero.FillGaps(w.ctx))
		w.must(w.xero.FillGaps(w.ctx))
		gaps := w.gaps()
		if len(gaps) != 1 || gaps[0].Cause != inbox.Hole || gaps[0].First != before.Highest+1 || gaps[0].Last < gaps[0].First || gaps[0].ReadingAt.IsZero() || !gaps[0].FilledAt.IsZero() {
			t.Fatalf("the gaps are %+v after number %d", gaps, before.Highest)
		}
		if !slices.Equal(w.notices, []string{"xero_webhooks_hole"}) {
			t.Errorf("people were told %v", w.notices)
		}
		w.clock.pass(time.Second)
		w.pull()
		if paid := w.invoice(i.ID); paid.State != crm.InvoicePaid {
			t.Errorf("the invoice is %s", paid.State)
		}
		if g := w.gaps()[0]; g.FilledBy != inbox.FilledByReading || g.FilledAt.IsZero() {
			t.Errorf("after reading the gap is %+v", g)
		}
	})
}

// TestSilenceIsNoticed disables webhooks, as Xero does after a day of failures.
func TestSilenceIsNoticed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		w.deliver()
		w.clock.pass(time.Hour)
		w.pull()
		if n := len(w.gaps()); n != 0 {
			t.Fatalf("%d gaps where all was told", n)
		}
		w.must(w.sim.SetWebhooks(xerosim.WebhooksDisabled))
		_, err := w.sim.Pay(w.tenant, i.Number, 0, xerosim.Date{})
		w.must(err)
		changed := xero.CheckToldArgs{Org: w.org, Changes: []xero.Change{{ID: w.sim.Invoices(w.tenant)[0].InvoiceID, At: w.clock.Now()}}}
		w.clock.pass(10 * time.Minute)
		w.pull()
		if n := len(w.gaps()); n != 0 {
			t.Errorf("%d gaps before webhooks are late", n)
		}
		w.clock.pass(20 * time.Minute)
		w.must(w.xero.CheckTold(w.ctx, changed))
		w.must(w.xero.FillGaps(w.ctx))
		for range 3 { // neither readings nor looks find it anew
			w.clock.pass(time.Minute)
			w.pull()
			w.must(w.xero.CheckTold(w.ctx, changed))
			w.must(w.xero.FillGaps(w.ctx))
		}
		gaps := w.gaps()
		if len(gaps) != 1 || gaps[0].Cause != inbox.Silence || !gaps[0].Until.IsZero() || gaps[0].FilledBy != inbox.FilledByReading || !gaps[0].From.Before(changed.Changes[0].At) {
			t.Fatalf("the gaps are %+v", gaps)
		}
		if !slices.Equal(w.notices, []string{"xero_webhooks_silence"}) {
			t.Errorf("people were told %v", w.notices)
		}
		w.must(w.sim.SetWebhooks(xerosim.WebhooksOn))
		w.deliver()
		w.clock.pass(time.Hour)
		w.pull()
		w.must(w.xero.CheckTold(w.ctx, changed))
		e, err := w.store.Endpoint(w.ctx, xero.Name)
		w.must(err)
		if gaps := w.gaps(); len(gaps) != 1 || gaps[0].Until.IsZero() || !e.SilentSince.IsZero() {
			t.Errorf("after a webhook came the gaps are %+v, the silence %v", gaps, e.SilentSince)
		}
	})
}

// TestNoWebhooksAreExpectedWithoutAKey leaves those alone who only poll.
func TestNoWebhooksAreExpectedWithoutAKey(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.shipped(w.customer("Harbour Marine"))
		w.push()
		w.clock.pass(time.Hour)
		w.pull()
		if n := len(w.gaps()); n != 0 {
			t.Errorf("%d gaps", n)
		}
	})
}
