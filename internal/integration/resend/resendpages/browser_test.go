package resendpages_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestPagesLookRight(t *testing.T) {
	l := newLived(t)
	refused := l.write("late@harbour.example")
	l.failed(refused, mail.Problem{Code: "uncertain", Text: "It is not known whether Resend took this mail, and asking again could send it twice."})
	held, err := l.store.SuppressionsOf(l.ctx, l.org, l.bounced.Recipient)
	l.must(err)
	at := func(m mail.Message) webtest.View { return l.view("/mail/" + m.ID.String()) }
	webtest.Check(t, l.url,
		l.view("/mail"), l.view("/mail?q=nobody"), l.view("/mail/card"), l.view("/mail/settings"), at(l.clicked), at(l.scanned), at(l.bounced),
		at(l.suppressed), at(l.cancelled), at(l.waiting), at(refused), l.view("/mail/suppressions"), l.view("/mail/suppressions/new"),
		l.view("/mail/suppressions/"+held[0].ID.String()+"/remove"), l.view("/mail/suppressions/"+held[0].ID.String()), l.view("/mail/suppressions?tab=removed&q=nobody"),
	)
}

func TestEmptyPagesLookRight(t *testing.T) {
	w := newWorld(t)
	webtest.Check(t, w.url, w.view("/mail?new"), w.view("/mail/card?new"), w.view("/mail/suppressions?new"), w.view("/mail/settings?new"))
}

func TestPausedPagesLookRight(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	m := w.write("jo@harbour.example")
	w.must(w.resend.Pause(w.ctx))
	webtest.Check(t, w.url, w.view("/mail?paused"), w.view("/mail/"+m.ID.String()+"?paused"), w.view("/mail/card?paused"), w.view("/mail/settings?paused"))
}

func TestSettingUpInTheBrowser(t *testing.T) {
	w := newWorld(t)
	p := webtest.Open(t, w.url, w.view("/mail"))
	p.Do(chromedp.Click(`main a[href="/mail/settings"].btn:not([data-variant])`), webtest.Eventually(`location.pathname === '/mail/settings' && window.htmx`),
		chromedp.SendKeys(`#sender`, "Voltway Accounts"), chromedp.Click(`#mail-settings button`))
	p.Expect("422")
	p.Do(webtest.Eventually(`document.activeElement.id === 'from' && document.querySelector('#from-error') && document.querySelector('#sender').value === 'Voltway Accounts'`))
	p.Audit()
	p.ShootFull("mail-settings-wrong")
	p.Do(chromedp.SendKeys(`#from`, "accounts@mail.voltway.example"), chromedp.SendKeys(`#postal`, "1 Wharf Street"), chromedp.SendKeys(`#key`, "re_demo"), chromedp.Click(`#mail-settings button`),
		webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Settings saved'`),
		chromedp.Click(`[commandfor=pause][command=show-modal]`), webtest.Eventually(`document.querySelector('#pause').open`))
	p.Audit()
	p.Shoot("mail-pause")
	p.Do(chromedp.Click(`#pause [data-variant=destructive]`), webtest.Eventually(`document.querySelector('.alert-bar')?.textContent.includes('has paused all mail')`),
		chromedp.Click(`.alert-bar button`), webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Mail goes on'`))
}

// TestRemindersInTheBrowser plans reminders, mends what was wrong, and leaves an
// invoice out.
func TestRemindersInTheBrowser(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	i := w.invoice("jo@harbour.example")
	p := webtest.Open(t, w.url, w.view("/mail/reminders/plan"))
	p.Expect("422")
	p.Do(chromedp.Click(`[for=on]`), chromedp.SetValue(`#days_0`, "soon"), chromedp.Click(`#reminder-plan .btn:not([data-variant])`),
		webtest.Eventually(`document.activeElement.id === 'days_0' && document.querySelector('#days_0').value === 'soon' && document.querySelector('#on').checked`))
	p.Audit()
	p.ShootFull("reminder-plan-wrong")
	p.Do(chromedp.SetValue(`#days_0`, "-3"), chromedp.Click(`#reminder-plan .btn:not([data-variant])`),
		webtest.Eventually(`location.pathname === '/mail/reminders' && document.querySelector('.toast h2')?.textContent === 'The plan is saved'`),
		chromedp.Click(`#reminder-`+i.ID.String()+` button`), webtest.Eventually(`document.querySelector('dialog[open]')`))
	p.Look("reminders-stop")
	webtest.Check(t, w.url, w.view("/mail/reminders"))
	p.Do(chromedp.Click(`dialog[open] form[action$="invoices/`+i.ID.String()+`/stop"] button`),
		webtest.Eventually(`document.querySelector('#reminder-`+i.ID.String()+`').textContent.includes('Not this invoice')`),
		chromedp.Click(`#reminder-`+i.ID.String()+` button`), webtest.Eventually(`!document.querySelector('#reminder-`+i.ID.String()+`').textContent.includes('Not this invoice')`))
}

func TestMessageInTheBrowser(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	m := w.write("jo@harbour.example", func(d *resend.Draft) {
		d.HTML = `<html><body><h1 style="color:#1d4ed8">Your invoice</h1><p>You owe $1.00.</p></body></html>`
	})
	p := webtest.Open(t, w.url, w.view("/mail?q=jo"))
	p.Do(chromedp.Click(`#mail-`+m.ID.String()+` a`), webtest.Eventually(`location.pathname.length > 40 && window.htmx`))
	if open := webtest.Get[bool](p, `document.querySelector('.mail-frame').contentDocument !== null`); open {
		t.Error("the page can reach into the frame, and so the frame into the page")
	}
	p.Do(chromedp.Click(`form[action$="/cancel"] button`), webtest.Eventually(`document.querySelector('h1 + .badge')?.textContent === 'Cancelled'`),
		chromedp.Click(`form[action$="/send-again"] button`), webtest.Eventually(`document.querySelector('h1 + .badge')?.textContent === 'Queued'`))
	w.push()
	w.listen()
	p.Do(webtest.Eventually(`document.querySelector('h1 + .badge')?.textContent === 'Delivered'`)) // it follows by itself
}

func TestSuppressionsInTheBrowser(t *testing.T) {
	l := newLived(t)
	held, err := l.store.SuppressionsOf(l.ctx, l.org, l.bounced.Recipient)
	l.must(err)
	row, dialog := `#suppression-`+held[0].ID.String(), `#remove-`+held[0].ID.String()
	p := webtest.Open(t, l.url, l.view("/mail/suppressions"))
	p.Do(chromedp.Click(`a[href="/mail/suppressions/new"]`), webtest.Eventually(`location.pathname.endsWith('/new') && window.htmx`),
		chromedp.SendKeys(`#address`, "soon@harbour.example"), chromedp.SendKeys(`#note`, "Asked by phone"), chromedp.Click(`#suppress button`),
		webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'The address is on the list'`),
		chromedp.Click(row+` button`), webtest.Eventually(`document.querySelector('`+dialog+`').open`))
	p.Audit()
	p.Shoot("mail-unsuppress")
	p.Do(chromedp.SendKeys(dialog+` input`, "They mended their server"), chromedp.Click(dialog+` [data-variant=destructive]`),
		webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'The address is off the list' && !document.querySelector('`+row+`')`))
}

// The card follows by itself, and the filter answers while one types.
func TestCardAndFilterInTheBrowser(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	p := webtest.Open(t, w.url, w.view("/mail/card"))
	w.write("jo@harbour.example")
	p.Do(webtest.Eventually(`document.querySelector('#mail-card').textContent.includes('1 mail')`))
	w.write("lee@harbour.example")
	p.Go("/mail")
	p.Do(chromedp.SendKeys(`#mail-filter input[type=search]`, "lee"), webtest.Eventually(`document.querySelectorAll('#mails tbody tr').length === 1 && location.search.includes('q=lee')`))
}

func TestBudget(t *testing.T) {
	l := newLived(t)
	webtest.Budget(t, l.url, l.view("/mail"), l.view("/mail/"+l.clicked.ID.String()), l.view("/mail/suppressions"), l.view("/mail/settings"))
}
