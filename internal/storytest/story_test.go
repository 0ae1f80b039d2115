package storytest

import (
	"slices"
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
// see it paid here, and the customer has a receipt.
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

// mailed waits until the customer has the invoice and the receipt, and that is
// known here. It looks at the inbox, because requests to the simulated Resend
// would use the limit that the mails need.
func mailed(p *webtest.Page, d *demo) {
	p.Helper()
	reading(p, d.resend+"/inbox", "Receipt for invoice", "Invoice INV-")
	p.Shoot("inbox")
	reading(p, d.url+"/mail?category=receipt&state=delivered", "Receipt for invoice")
	p.Shoot("receipt-delivered")
	reading(p, d.url+"/sync/webhooks?service=resend", "email.delivered")
	p.Shoot("webhooks-of-mail")
}

// reading opens a page until it says what is wanted, for 30 seconds.
func reading(p *webtest.Page, page string, wanted ...string) {
	p.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		p.Do(chromedp.Navigate(page))
		main := webtest.Get[string](p, `document.querySelector('main').textContent`)
		if !slices.ContainsFunc(wanted, func(text string) bool { return !strings.Contains(main, text) }) {
			return
		}
		if time.Now().After(deadline) {
			p.Fatalf("%s does not say %q within 30 s: %s", page, wanted, main)
		}
	}
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
