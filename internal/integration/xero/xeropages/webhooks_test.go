package xeropages_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/inbox"
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
