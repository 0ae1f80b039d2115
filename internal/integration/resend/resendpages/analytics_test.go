package resendpages_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/webtest"
)

// livedLong is a world in which mail left for weeks, and some came back.
func livedLong(t *testing.T, bounced int) *world {
	t.Helper()
	w := newWorld(t)
	w.setUp()
	for day := range 40 {
		at := time.Now().Add(-time.Duration(day) * 24 * time.Hour)
		for n := range 12 + day%7*2 {
			m := w.write(fmt.Sprintf("jo%d-%d@%s.example", day, n, []string{"harbour", "gullwing", "quokka"}[n%3]))
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
				before := m
				for _, e := range life(day*7+n, day < 3 && n < bounced) {
					e.At = at
					m.Fold(e)
				}
				return tx.ChangeMail(w.ctx, before, m)
			}))
		}
	}
	return w
}

// life is what becomes of one mail.
func life(n int, bounces bool) []mail.Event {
	all := []mail.Event{{What: mail.WasSent}}
	switch {
	case bounces:
		return append(all, mail.Event{What: mail.WasBounced, Code: []string{"Permanent/General", "Transient/MailboxFull"}[n%2]})
	case n%2 == 0:
		all = append(all, mail.Event{What: mail.WasOpened, Agent: mail.Unknown})
	case n%5 == 0:
		all = append(all, mail.Event{What: mail.WasClicked, Agent: mail.Person})
	case n%11 == 0:
		all = append(all, mail.Event{What: mail.WasClicked, Agent: mail.Machine})
	}
	return append(all, mail.Event{What: mail.WasDelivered})
}

func TestAnalyticsInTheBrowser(t *testing.T) {
	w := livedLong(t, 1)
	webtest.Check(t, w.url, w.view("/mail/analytics"), w.view("/mail/analytics?days=7&by=domain&value=quokka.example"), w.view("/mail/bounces?days=90"))
	p := webtest.Open(t, w.url, w.view("/mail/analytics"))
	p.Do(webtest.Eventually(`window.htmx`), chromedp.SetValue(`[name=by]`, "domain"))
	typed(p, `[name=by]`)
	p.Do(webtest.Eventually(`document.querySelector('#breakdown').textContent.includes('quokka.example')`),
		chromedp.SendKeys(`#report-filter [name=q]`, "gull"),
		webtest.Eventually(`document.querySelectorAll('#breakdown tbody tr').length === 1 && location.search.includes('by=domain')`),
		chromedp.Click(`#breakdown tbody a`), webtest.Eventually(`document.querySelector('#report strong')?.textContent === 'gullwing.example'`))
	p.Look("analytics-domain")
	p.Do(chromedp.Click(`#report-filter input[value=own] + *, #report-filter label:has(input[value=own])`), chromedp.SetValue(`[name=from]`, "31/12/2099"))
	typed(p, `[name=from]`)
	p.Do(webtest.Eventually(`document.querySelector('#report [role=alert]')?.textContent.includes('The last day is before the first')`))
	p.Audit()
}

func TestAnalyticsFile(t *testing.T) {
	w := livedLong(t, 1)
	a := w.send(auth.Owner, http.MethodGet, "/mail/analytics/export?days=7&by=domain", nil)
	a.want(t, http.StatusOK, "domain,name,sent,delivered", "quokka.example,quokka.example,")
	if lines := strings.Count(a.Body, "\n"); lines != 4 {
		t.Errorf("%d lines: %s", lines, a.Body)
	}
}

// TestMarketingPausedInTheBrowser lets marketing mail go on that paused.
func TestMarketingPausedInTheBrowser(t *testing.T) {
	w := livedLong(t, 3)
	w.must(w.resend.Judge(w.ctx, resend.JudgeArgs{Org: w.org}))
	webtest.Check(t, w.url, w.view("/mail/bounces"), w.view("/mail/card?marketing"))
	p := webtest.Open(t, w.url, w.view("/mail/bounces"))
	p.Do(webtest.Eventually(`window.htmx`), chromedp.Click(`form[action="/mail/bounces/resume"] button`),
		webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Marketing mail goes on'`))
}

func TestEmptyAnalyticsLookRight(t *testing.T) {
	w := newWorld(t)
	webtest.Check(t, w.url, w.view("/mail/analytics?new"), w.view("/mail/bounces?new"))
}

// TestMailCardInAFrame shows the card to whoever has its link, and nothing to
// others.
func TestMailCardInAFrame(t *testing.T) {
	w := livedLong(t, 1)
	link, err := w.resend.LinkCard(w.ctx)
	w.must(err)
	path := strings.TrimPrefix(link.URL, w.url)
	a := w.send("", http.MethodGet, path, nil)
	a.want(t, http.StatusOK, "Sent today", `target="_blank" rel="noopener"`)
	for _, unwanted := range []string{"<form", "sidebar", "Sign out"} {
		if strings.Contains(a.Body, unwanted) {
			t.Errorf("the frame has %s", unwanted)
		}
	}
	w.send("", http.MethodGet, path+"x", nil).want(t, http.StatusForbidden, "does not open a card")
	webtest.Check(t, w.url, webtest.View{Path: path})
}

// typed has a field tell that its value changed, as typing does.
func typed(p *webtest.Page, field string) {
	webtest.Get[bool](p, `document.querySelector('`+field+`').dispatchEvent(new Event('input', {bubbles: true}))`)
}
