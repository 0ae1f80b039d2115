package xeropages_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestTickedWebhooks(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	waiting := l.hook("CONTACT", "1f0a9f8e-4d0f-4cbd-9c1c-5a0b3b1c2d3e")
	box := `value="` + l.event.String() + `" form="ticked"`
	l.get(auth.Finance, "/sync/webhooks").want(t, 200, "Replay the ticked ones", box)
	l.get(auth.Finance, "/sync/webhooks").lacks(t, `value="`+waiting.String()+`"`)
	l.get(auth.Viewer, "/sync/webhooks").lacks(t, "ticked", box)
	three := []string{"of", l.event.String(), "of", l.failedEvent.String(), "of", waiting.String()}
	l.post(auth.Viewer, "/sync/webhooks/replay", three...).want(t, 403)
	l.post(auth.Finance, "/sync/webhooks/replay").want(t, 422, "Tick the webhooks first")
	l.post(auth.Finance, "/sync/webhooks/replay", "of", "none").want(t, 422)
	l.post(auth.Finance, "/sync/webhooks/replay", three...).want(t, 200, "2 webhooks are looked at again")
	l.post(auth.Finance, "/sync/webhooks/replay", three...).want(t, 200, "Nothing to replay")
	l.must(ignoreSnooze(l.xero.Look(l.ctx)))
	e, err := l.store.Event(l.ctx, l.org, l.failedEvent)
	l.must(err)
	if e.State != inbox.Ignored {
		t.Errorf("it is %s", e.State)
	}
}

// gap loses two webhooks, and leaves a silence open when it is told to.
func (l *lived) gap(silent bool) {
	l.Helper()
	earlier := time.Now().Add(-time.Minute)
	for _, n := range []int64{1207, 1210} {
		id := crm.NewID[crm.Event]()
		storetest.Keep(l.T, l.store, []inbox.Event{{ID: id, Service: xero.Name, DeliveryKey: id.String(), Tenant: l.sim.Tenants()[0], Category: "INVOICE", Type: "UPDATE", Resource: id.String(),
			OccurredAt: earlier, State: inbox.Received, DueAt: earlier, ReceivedAt: earlier, Payload: "{}", Numbers: inbox.Span{First: n, Last: n}}})
	}
	l.must(l.xero.FillGaps(l.ctx))
	l.must(ignoreSnooze(l.xero.Pull(l.ctx, xero.PullArgs{Org: l.org})))
	if silent {
		l.must(l.store.InTx(l.ctx, func(tx *store.Tx) error { return tx.NoteSilence(l.ctx, xero.Name, time.Now()) }))
	}
}

func TestGapsAreShown(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	page := l.get(auth.Viewer, "/sync/webhooks")
	page.want(t, 200, "Nothing is missing", "The last webhook came")
	page.lacks(t, "may be disabled")
	l.gap(false)
	l.get(auth.Viewer, "/sync/webhooks").want(t, 200, "Numbers 1,208 to 1,209", "What changed was read from Xero<", "Filled", "1,210")
	l.gap(true)
	l.get(auth.Viewer, "/sync/webhooks").want(t, 200, "Webhooks may be disabled", "All webhooks", "It goes on")
}

func TestGapsLookRight(t *testing.T) {
	l := newLived(t)
	l.gap(true)
	webtest.Check(t, l.url, l.view("/sync/webhooks?gaps"))
}

func TestTickedWebhooksInTheBrowser(t *testing.T) {
	l := newLived(t)
	p := webtest.Open(t, l.url, l.view("/sync/webhooks"))
	for _, id := range []string{l.event.String(), l.failedEvent.String()} {
		p.Do(chromedp.Click(`[name=of][value="` + id + `"]`))
	}
	p.ShootFull("ticked-webhooks")
	p.Audit()
	p.Do(chromedp.Click(`#ticked button`), webtest.Eventually(`document.querySelector('.toast')?.textContent.includes('2 webhooks are looked at again')`))
}
