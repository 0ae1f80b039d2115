package webtest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/renoz/renoz/internal/web/webtest"
)

const lines = `document.querySelectorAll('#lines tbody tr').length`

func TestFilterAnswersWhileTyping(t *testing.T) {
	p := webtest.Open(t, serve(t), webtest.View{Path: "/invoices"})
	p.Do(chromedp.SendKeys(`#invoice-filter [name=q]`, "marine"),
		webtest.Eventually(`document.querySelectorAll('#invoices tbody tr').length === 1 && location.search.includes('q=marine')`))
}

func TestLinesAreAddedAndRemoved(t *testing.T) {
	p := webtest.Open(t, serve(t), webtest.View{Path: "/invoices/new"})
	p.Do(chromedp.SetValue(`#lines-quantity-0`, "10"), chromedp.Click(`[name=add-line]`), webtest.Eventually(lines+` === 3`),
		webtest.Eventually(`document.querySelector('#lines-quantity-0').value === '10' && document.querySelector('.line-totals').textContent.includes('$14,132.80')`),
		chromedp.Click(`#lines-0 [name=remove-line]`), webtest.Eventually(lines+` === 2`))
	if first := webtest.Get[string](p, `document.querySelector('#lines-description-0').value`); !strings.HasPrefix(first, "Battery management") {
		t.Errorf("the first line is now %q", first)
	}
	p.Expect("422")
	p.Do(chromedp.SetValue(`#lines-quantity-0`, "four"), chromedp.Click(`#lines-description-0`), chromedp.KeyEvent(kb.Enter),
		webtest.Eventually(`document.querySelector('#lines-quantity-0').getAttribute('aria-invalid') && document.activeElement.id === 'lines-quantity-0'`))
	if n := webtest.Get[int](p, lines); n != 2 {
		t.Errorf("Enter left %d lines", n)
	}
	p.Audit()
	p.Shoot("lines-wrong")
	p.Do(chromedp.SetValue(`#lines-quantity-0`, "4"), chromedp.SetValue(`#lines-quantity-1`, "1"), chromedp.SendKeys(`#lines-quantity-0`, kb.Enter),
		webtest.Eventually(`location.pathname === '/invoices' || document.querySelector('.toast')`))
}

func TestLinesWithoutScripts(t *testing.T) {
	p := webtest.Open(t, serve(t), webtest.View{Path: "/invoices/new", WithoutScripts: true})
	p.Do(chromedp.Click(`[name=add-line]`), chromedp.WaitVisible(`#lines-2`),
		chromedp.Click(`#lines-0 [name=remove-line]`), chromedp.WaitNotPresent(`#lines-2`),
		chromedp.SetValue(`#lines-quantity-1`, "1"), chromedp.SendKeys(`#lines-quantity-1`, kb.Enter), chromedp.WaitVisible(`.toast`))
}

func TestMenusAndDialogs(t *testing.T) {
	p := webtest.Open(t, serve(t), webtest.View{Path: "/invoices/INV-1042"})
	p.Do(chromedp.Click(`.user-button`), webtest.Eventually(`document.querySelector('.menu-panel[data-up]').checkVisibility()`))
	p.Shoot("user-menu")
	p.Audit()
	p.Do(chromedp.KeyEvent(kb.Escape), webtest.Eventually(`!document.querySelector('[data-menu][open]') && document.activeElement.matches('.user-button')`),
		chromedp.Click(`main [data-menu] > summary`), webtest.Eventually(`document.querySelector('main [data-menu][open]')`))
	p.Shoot("menu")
	p.Do(chromedp.Click(`h1`), webtest.Eventually(`!document.querySelector('[data-menu][open]')`),
		chromedp.Click(`[command=show-modal][commandfor=void]`), webtest.Eventually(`document.querySelector('#void').open`))
	p.Shoot("confirm")
	p.Audit()
	p.Do(chromedp.Click(`#void [data-variant=destructive]`), webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Invoice voided'`))
	p.Shoot("toast")
	p.Go("/settings")
	p.Do(chromedp.Click(`[command=show-modal][commandfor=rename]`), webtest.Eventually(`document.querySelector('#rename').open`))
	p.Shoot("dialog")
	p.Audit()
}

func TestCopy(t *testing.T) {
	p := webtest.Open(t, serve(t), webtest.View{Path: "/invoices/INV-1042"})
	p.Do(webtest.JS(`Object.defineProperty(navigator, 'clipboard', {value: {writeText: (text) => { window.copied = text; return Promise.resolve() }}})`),
		chromedp.Click(`[data-copy]`), webtest.Eventually(`window.copied.startsWith('https://renoz.example/') && document.querySelector('[data-copy]').textContent.includes('Copied')`))
}

func TestFailureLeavesThePage(t *testing.T) {
	p := webtest.Open(t, serve(t), webtest.View{Path: "/invoices", Expect: []string{"404"}})
	p.Do(webtest.JS(`document.querySelector('#row-INV-1042 form').setAttribute('hx-post', '/absent')`),
		webtest.JS(`htmx.process(document.querySelector('#row-INV-1042 form'), true)`),
		chromedp.Click(`[aria-label="Void INV-1042"]`),
		webtest.Eventually(`document.querySelector('.toast[data-category=error]') && document.querySelector('#row-INV-1042')`))
}

func TestExpiredSessionLeadsToSignIn(t *testing.T) {
	p := webtest.Open(t, serve(t), webtest.View{Path: "/invoices?q=marine"})
	p.Do(webtest.JS(`document.querySelector('tbody form').setAttribute('hx-post', '/private')`),
		webtest.JS(`htmx.process(document.querySelector('tbody form'), true)`),
		chromedp.Click(`[aria-label="Void INV-1039"]`),
		webtest.Eventually(`location.pathname === '/sign-in' && new URLSearchParams(location.search).get('back') === '/invoices?q=marine'`))
}

func TestPaletteAndPhoneNavigation(t *testing.T) {
	url := serve(t)
	p := webtest.Open(t, url, webtest.View{Path: "/"})
	p.Do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2)), webtest.Eventually(`document.querySelector('#command').open`),
		chromedp.KeyEvent("bills"), webtest.Eventually(`document.querySelectorAll('#command [role=menuitem]:not([aria-hidden=true])').length === 1`))
	p.Audit()
	p.Do(chromedp.KeyEvent(kb.Enter), webtest.Eventually(`location.pathname === '/invoices'`))
	p = webtest.Open(t, url, webtest.View{Path: "/", Device: webtest.Phone, Dark: true})
	p.Do(chromedp.Click(`[data-sidebar-toggle]`), webtest.Eventually(`document.querySelector('#page').inert`))
	p.Shoot("phone-navigation")
	p.Audit()
	p.Fits()
	p.Do(chromedp.KeyEvent(kb.Escape), webtest.Eventually(`document.activeElement.matches('[data-sidebar-toggle]')`))
}

func TestChartReadsByKeyboard(t *testing.T) {
	p := webtest.Open(t, serve(t), webtest.View{Path: "/", Dark: true})
	p.Do(chromedp.Focus(`[data-plot]`), chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.ArrowRight))
	if text := webtest.Get[string](p, `document.querySelector('[data-plot]').getAttribute('aria-valuetext')`); text != "Week 2, This quarter 18,000, Last quarter 14,000" {
		t.Errorf("value text is %q", text)
	}
}

func TestBudget(t *testing.T) {
	webtest.Budget(t, serve(t), webtest.View{Path: "/"}, webtest.View{Path: "/invoices"}, webtest.View{Path: "/sign-in"})
}

// The watch is worth nothing if it misses violations.
func TestWatchSeesViolations(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<!DOCTYPE html><link rel="icon" href="data:,"><p style="color:red" id="p">text</p>`))
	}))
	t.Cleanup(page.Close)
	p := webtest.Blank(t, page.URL)
	messages := chromedp.Console(p.Context())
	p.Expect("Content Security Policy")
	p.Do(chromedp.Navigate(page.URL))
	for m, err := range messages {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(m.Text, "Content Security Policy") {
			return
		}
	}
	t.Error("the violation went unseen")
}
