package resendpages_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web/webtest"
)

const fan = "fan@harbour.example"

// stopPath is that of the link in a newsletter to the fan.
func (w *world) stopPath() string {
	w.Helper()
	link, err := w.resend.StopLink(resend.Stop{Org: w.org, Address: fan, Mail: mail.Newsletter})
	w.must(err)
	return strings.TrimPrefix(link, w.url)
}

// confirmPath is that of the link in the mail that asks the fan to confirm.
func (w *world) confirmPath() string {
	w.Helper()
	list, err := w.store.Mails(w.ctx, w.org, mail.Filter{Text: fan, Category: mail.Custom})
	w.must(err)
	if len(list) == 0 {
		w.Fatal("no mail asks to confirm")
	}
	return regexp.MustCompile(`/subscribe/[A-Za-z0-9_-]{43}`).FindString(w.now(list[0].ID).Payload)
}

// stopped are the scopes that are stopped for the fan.
func (w *world) stopped() (scopes string) {
	w.Helper()
	held, err := w.store.SuppressionsOf(w.ctx, w.org, fan)
	w.must(err)
	for _, h := range held {
		scopes += " " + string(h.Scope)
	}
	return strings.TrimSpace(scopes)
}

// TestOpeningChangesNothing reads both pages as often as a scanner does.
func TestOpeningChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp()
	path := w.stopPath()
	page := w.get("", path)
	page.want(t, 200, "Mail from Voltway", "f…@harbour.example", "News and offers", "Follow-ups", "Unsubscribe from all marketing")
	page.lacks(t, fan)
	w.post("", path, "stop", "all").want(t, 200, "gets no such mail any more", "No marketing mail of any kind")
	w.post("", path, "choose", "1", "want", "marketing").want(t, 200, "One more step", "A mail is on its way to you")
	confirm := w.confirmPath()
	for range 3 {
		w.get("", path).want(t, 200)
		w.get("", confirm).want(t, 200, "Shall Voltway send news and offers to", "f…@harbour.example")
	}
	if got := w.stopped(); got != "all_marketing" {
		t.Errorf("stopped: %q", got)
	}
	w.post("", path, "choose", "1", "want", "marketing").want(t, 200, "Nothing was sent", "sent to the address already")
	w.post("", confirm).want(t, 200, "Thank you.", "gets news and offers from Voltway")
	if got := w.stopped(); got != "category:follow_up" {
		t.Errorf("stopped: %q", got)
	}
	w.post("", path, "List-Unsubscribe", "One-Click").want(t, 200, "gets no such mail any more")
	w.post("", confirm).want(t, 200)
	if got := w.stopped(); !strings.Contains(got, "category:marketing") {
		t.Errorf("stopped: %q", got)
	}
	w.get("", confirm[:len(confirm)-1]).want(t, 404, "This link is not whole")
	w.get(auth.Owner, "/mail/suppressions?tab=unsubscribed").want(t, 200, fan)
}

func TestUnsubscribingInTheBrowser(t *testing.T) {
	for _, without := range []bool{false, true} {
		t.Run(fmt.Sprintf("without scripts %t", without), func(t *testing.T) {
			w := newWorld(t)
			w.setUp()
			path := w.stopPath()
			p := webtest.Open(t, w.url, webtest.View{Path: path, WithoutScripts: without})
			says := func(text string) webtest.Step {
				return webtest.Eventually(`document.querySelector('main, body').textContent.includes(` + fmt.Sprintf("%q", text) + `)`)
			}
			p.Do(chromedp.Click(`[for="want-follow_up"]`), chromedp.Click(`button[name=choose]`), says("is saved"))
			if got := w.stopped(); got != "category:follow_up" {
				t.Errorf("stopped: %q", got)
			}
			p.ShootFull("unsubscribe-saved")
			p.Do(chromedp.Click(`button[name=stop]`), says("No marketing mail of any kind"))
			p.Do(chromedp.Click(`[for="want-marketing"]`), chromedp.Click(`button[name=choose]`), says("One more step"))
			if !without {
				p.Audit()
			}
			p.ShootFull("unsubscribe-asked")
			q := webtest.Open(t, w.url, webtest.View{Path: w.confirmPath(), WithoutScripts: without})
			q.ShootFull("subscribe")
			q.Do(chromedp.Click(`form button`), webtest.Eventually(`document.body.textContent.includes('Thank you.')`))
			q.ShootFull("subscribe-done")
			if got := w.stopped(); got != "category:follow_up" {
				t.Errorf("stopped: %q", got)
			}
		})
	}
}

func TestOptOutPagesLookRight(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	path := w.stopPath()
	w.post("", path, "choose", "1")
	w.post("", path, "choose", "1", "want", "follow_up")
	webtest.Check(t, w.url, webtest.View{Path: path}, webtest.View{Path: w.confirmPath()})
}
