package storytest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/renoz/renoz/internal/web/webtest"
)

func at(path string) webtest.Step {
	return webtest.Eventually(`location.pathname === '` + path + `' && document.readyState === 'complete'`)
}

func says(selector, text string) webtest.Step {
	return webtest.Eventually(`document.querySelector('` + selector + `')?.textContent.includes('` + text + `')`)
}

// TestStory is the main job as a person does it: sign in, connect Xero, ship an
// order, see its invoice arrive, in Xero and at the customer's, pay it in Xero,
// see it paid here.
func TestStory(t *testing.T) {
	engines(t, func(t *testing.T, d *demo) {
		p := webtest.Open(t, d.url, webtest.View{Path: "/sign-in"})
		p.Do(chromedp.SendKeys(`#email`, "owner@voltway.example"), chromedp.SendKeys(`#password`, d.password+kb.Enter), at("/"))
		p.Shoot("overview-off")
		connect(p)
		invoice := ship(p)
		pay(p, invoice)
		mailed(p, d)
		look(p)
	})
}

// connect opens the demo's organisation in the simulated Xero.
func connect(p *webtest.Page) {
	p.Helper()
	p.Go("/xero")
	p.Shoot("xero-off")
	p.Do(chromedp.Click(`a[href^="/xero/connect"]`), webtest.Eventually(`location.pathname.includes('/connect/authorize')`))
	p.Shoot("consent")
	p.Do(webtest.JS(`document.querySelectorAll('input[name=tenant]').forEach((box, i) => { box.checked = i === 0 })`),
		chromedp.Click(`button[value=allow]`), at("/xero"), says("main", "Connected"))
	p.Shoot("xero-connected")
}

// ship marks the first picked order as shipped and follows to its invoice,
// which has to be in Xero within two seconds.
func ship(p *webtest.Page) string {
	p.Helper()
	p.Go("/orders?state=picked")
	p.Shoot("orders-picked")
	p.Do(chromedp.Click(`#orders tbody tr:first-child a`), webtest.Eventually(`location.pathname.startsWith('/orders/0')`))
	p.Shoot("order-picked")
	p.Do(chromedp.Click(`form[action$="/ship"] button`), says("main", "Shipped"))
	shipped := time.Now()
	p.Do(chromedp.Click(`main a[href^="/invoices/"]`), webtest.Eventually(`location.pathname.startsWith('/invoices/0')`),
		webtest.Eventually(`document.querySelector('main a[href*="/invoicing/view/"]')`))
	p.Logf("the invoice was in Xero %v after the click", time.Since(shipped).Round(10*time.Millisecond))
	p.Shoot("invoice-sent")
	return webtest.Get[string](p, `location.pathname`)
}

// pay pays the invoice on the simulator's own page and comes back.
func pay(p *webtest.Page, invoice string) {
	p.Helper()
	remote := webtest.Get[string](p, `document.querySelector('main a[href*="/invoicing/view/"]').href`)
	p.Do(chromedp.Navigate(remote), webtest.Eventually(`document.querySelector('form button')`))
	p.Shoot("xero-invoice")
	p.Do(chromedp.Click(`button[name=pay][value=full], form[action$="/pay"] button`), says("main", "PAID"))
	paid := time.Now()
	for known := false; !known; {
		if time.Since(paid) > 30*time.Second {
			p.Fatal("the payment was not seen within 30 s")
		}
		p.Go(invoice)
		known = webtest.Get[bool](p, `/Paid on\s*[0-9]{2}[/]/.test(document.querySelector('main').textContent)`)
	}
	p.Logf("the invoice was paid here %v after it was paid in Xero", time.Since(paid).Round(10*time.Millisecond))
	p.Shoot("invoice-paid")
}

// mailed waits until the customer has the invoice by mail, and that is known here.
func mailed(p *webtest.Page, d *demo) {
	p.Helper()
	const arrived = `"last_event":"delivered"`
	deadline := time.Now().Add(30 * time.Second)
	for list := ""; !strings.Contains(list, `"Invoice INV-`) || !strings.Contains(list, arrived); list = mails(p, d.resend) {
		if time.Now().After(deadline) {
			p.Fatalf("the invoice was not mailed within 30 s: %s", list)
		}
	}
	for known := false; !known; {
		if time.Now().After(deadline) {
			p.Fatal("it is not known here within 30 s that the mail has arrived")
		}
		p.Go("/sync/webhooks?service=resend")
		known = webtest.Get[bool](p, `document.querySelector('main').textContent.includes('email.delivered')`)
	}
	p.Shoot("webhooks-of-mail")
}

// mails asks the simulated Resend what was sent.
func mails(t testing.TB, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/emails", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer re_demo")
	r.Header.Set("User-Agent", "storytest")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// look finds what happened in the history and among the webhooks.
func look(p *webtest.Page) {
	p.Helper()
	p.Go("/sync/history")
	p.Do(says("main", "INV-"))
	p.Shoot("history")
	p.Go("/sync/webhooks")
	p.Do(says("main", "Invoice"))
	p.Shoot("webhooks")
	p.Go("/sync/errors")
	p.Shoot("errors")
	p.Go("/")
	p.Do(says("main", "Xero"))
	p.Shoot("overview")
}
