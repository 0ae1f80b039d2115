package xeropages_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/webtest"
)

// otherSite shows the address in ?frame= in a frame, as an intranet would.
func otherSite(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><title>Intranet</title><h1>Intranet</h1><iframe src="%s" title="Xero" width="420" height="440" style="border:0"></iframe></html>`,
			html.EscapeString(r.FormValue("frame")))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// framed is the address of the card in a new link, without the server.
func (w *world) framed() string {
	w.Helper()
	l, err := w.xero.LinkCard(w.ctx)
	w.must(err)
	return strings.TrimPrefix(l.URL, w.url)
}

// stranger asks for a page without cookies.
func (w *world) stranger(path string, header ...string) answer {
	w.Helper()
	return w.send("", http.MethodGet, path, nil, header...)
}

func TestCardInAFrame(t *testing.T) {
	l := newLived(t)
	a := l.stranger(l.framed())
	a.want(t, http.StatusOK, "Xero", "2 records need a person", `target="_blank" rel="noopener"`)
	a.lacks(t, "<form", "Sync now", "Sign out", "sidebar")
	if strings.Count(a.Body, "<a ") != strings.Count(a.Body, `target="_blank" rel="noopener"`)+strings.Count(a.Body, `<a href="#content"`) {
		t.Errorf("some link stays in the frame: %s", a.Body)
	}
	framedHeaders(t, a, l.host)
}

// framedHeaders wants what lets the host, and nobody else, show an answer.
func framedHeaders(t *testing.T, a answer, host string) {
	t.Helper()
	want := strings.Replace(web.Policy, "frame-ancestors 'none'", "frame-ancestors "+host, 1)
	if got := a.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("%s has the policy %q, want %q", a.Path, got, want)
	}
	if a.Header.Get("X-Frame-Options") != "" || a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("%s has the headers %v", a.Path, a.Header)
	}
}

func TestCardRefusesWhatItsLinkDoesNotOpen(t *testing.T) {
	l := newLived(t)
	good := l.framed()
	for _, path := range []string{"/embed/xero", "/embed/xero?card=v1.x", good[:len(good)-6]} {
		a := l.stranger(path)
		a.want(t, http.StatusForbidden, "does not open a card")
		a.lacks(t, "Last sync", l.name())
		framedHeaders(t, a, l.host)
	}
	l.get(auth.Owner, "/embed/xero").want(t, http.StatusForbidden, "does not open a card")
	l.ahead.Store(int64(10 * time.Minute))
	a := l.stranger(good)
	a.want(t, http.StatusForbidden, "has ended")
	a.lacks(t, "Last sync", l.name())
}

// name is what the organisation is called in Xero.
func (w *world) name() string {
	w.Helper()
	c, err := w.xero.Card(w.ctx, w.org)
	w.must(err)
	return c.Tenant
}

// The card follows with a pass of its own, and ends in words.
func TestCardInAFrameRenewsItsPass(t *testing.T) {
	l := newLived(t)
	partial := []string{"HX-Request", "true", "HX-Request-Type", "partial", "HX-Target", "div#xero-card"}
	first := l.framed()
	next := pollOf(t, l.stranger(first))
	if next == first {
		t.Fatal("the page goes on with the link that opened it")
	}
	l.ahead.Store(int64(30 * time.Minute))
	a := l.stranger(next, partial...)
	a.want(t, http.StatusOK, "Last sync")
	a.lacks(t, "<html")
	framedHeaders(t, a, l.host)
	l.ahead.Store(int64(91 * time.Minute))
	a = l.stranger(pollOf(t, a), partial...)
	a.want(t, http.StatusForbidden, "has ended")
	a.lacks(t, "<html", "hx-get")
}

func pollOf(t *testing.T, a answer) string {
	t.Helper()
	_, rest, found := strings.Cut(a.Body, `hx-get="`)
	next, _, _ := strings.Cut(rest, `"`)
	if !found || !strings.HasPrefix(next, "/embed/xero?card=") {
		t.Fatalf("%s goes on with %q", a.Path, next)
	}
	return html.UnescapeString(next)
}

func TestOtherPagesAreNotFramed(t *testing.T) {
	l := newLived(t)
	for _, path := range []string{"/", "/xero", "/xero/card", "/embed", "/embed/other"} {
		a := l.get(auth.Owner, path)
		if a.Header.Get("Content-Security-Policy") != web.Policy || a.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s has the headers %v", path, a.Header)
		}
	}
}

func TestFramesAreOffWithoutSites(t *testing.T) {
	l := newLived(t)
	l.xero.EmbedURL = ""
	a := l.stranger("/embed/xero?card=x")
	a.want(t, http.StatusNotFound, "not shown in pages of other sites")
	if a.Header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("the headers are %v", a.Header)
	}
	l.post(auth.Owner, "/xero/card/link").want(t, http.StatusConflict, "RENOZ_EMBED_ANCESTORS")
	l.get(auth.Owner, "/xero").want(t, http.StatusOK, "RENOZ_EMBED_ANCESTORS")
	l.get(auth.Viewer, "/xero").lacks(t, "RENOZ_EMBED_ANCESTORS")
}

func TestLinkIsMadeOnThePage(t *testing.T) {
	l := newLived(t)
	l.get(auth.Viewer, "/xero").want(t, http.StatusOK, "In another site", "Make a link")
	a := l.post(auth.Viewer, "/xero/card/link")
	a.want(t, http.StatusOK, "&lt;iframe src=&#34;"+l.url+"/embed/xero?card=", "POST /api/v1/xero/card/link")
	l.post(auth.Support, "/xero/card/link").want(t, http.StatusForbidden)
}

func TestCardInAFrameLooksRight(t *testing.T) {
	l := newLived(t)
	webtest.Check(t, l.url, webtest.View{Path: l.framed()})
	webtest.Check(t, l.url, webtest.View{Path: "/embed/xero?card=x", Expect: []string{"403"}})
}

func TestLinkInTheBrowser(t *testing.T) {
	l := newLived(t)
	for _, plain := range []bool{false, true} {
		v := l.view("/xero")
		v.WithoutScripts = plain
		p := webtest.Open(t, l.url, v)
		p.Do(chromedp.Click(`#embed form button`), chromedp.WaitVisible(`#embed-frame`))
		text := webtest.Get[string](p, `document.querySelector('#embed-frame').textContent`)
		if !strings.HasPrefix(text, `<iframe src="`+l.url+`/embed/xero?card=`) {
			t.Errorf("the frame is %s", text)
		}
		if !plain {
			p.ShootFull("embed-link")
			p.Audit()
		}
	}
}

// Another site shows the card, which follows by itself, is paused, and ends.
func TestAnotherSiteShowsTheCard(t *testing.T) {
	l := newLived(t)
	p := webtest.Open(t, l.host, webtest.View{Path: "/?frame=" + url.QueryEscape(l.url+l.framed()), Foreign: true})
	inFrame(p, `document.querySelector('#xero-card').textContent.includes('2 records need a person') && document.fonts.status === 'loaded'`)
	p.Shoot("embed-framed")
	l.must(l.xero.Dismiss(l.ctx, link.Key{Kind: link.Invoice, Record: l.refused.ID.UUID}, "Booked by hand"))
	inFrame(p, `document.querySelector('#xero-card').textContent.includes('1 record needs a person')`)
	p.Expect("403")
	l.ahead.Store(int64(12 * time.Hour))
	inFrame(p, `!document.querySelector('#xero-card') && document.querySelector('#xero-refused').textContent.includes('has ended')`)
	p.Shoot("embed-ended")
}

// A site that is not named gets nothing to show.
func TestASiteThatIsNotNamedShowsNothing(t *testing.T) {
	l := newLived(t)
	p := webtest.Open(t, otherSite(t), webtest.View{Path: "/?frame=" + url.QueryEscape(l.url+l.framed()), Foreign: true, Expect: []string{"frame-ancestors", "Framing"}})
	inFrame(p, `location.href.startsWith('chrome-error:')`)
}

func inFrame(p *webtest.Page, condition string) {
	p.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if holds, err := webtest.InFrame[bool](p, "!!("+condition+")"); err == nil && holds {
			return
		}
		select {
		case <-deadline:
			p.Fatalf("never came true in the frame: %s", condition)
		case <-tick.C:
		}
	}
}
