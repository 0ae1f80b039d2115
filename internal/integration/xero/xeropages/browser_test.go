package xeropages_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/synclog"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestPagesLookRight(t *testing.T) {
	l := newLived(t)
	rows, err := l.store.Entries(l.ctx, l.org, synclog.Filter{EntityType: "invoice", Status: synclog.Failed})
	l.must(err)
	l.must(l.xero.Dismiss(l.ctx, link.Key{Kind: link.Invoice, Record: l.refused.ID.UUID}, "Booked by hand in March"))
	webtest.Check(t, l.url,
		l.view("/"), l.view("/xero"), l.view("/xero/card"), l.view("/xero/settings"), l.view("/xero/callback?error=access_denied"),
		l.view("/sync/errors"), l.view("/sync/errors?state=dismissed"), l.view("/sync/errors/invoice/"+l.unmapped.ID.String()+"/dismiss"),
		l.view("/sync/history"), l.view("/sync/history?q=nothing"), l.view("/sync/history/"+rows[0].ID.String()),
		l.view("/sync/webhooks"), l.view("/sync/webhooks/"+l.event.String()),
	)
}

func TestEmptyPagesLookRight(t *testing.T) {
	w := newWorld(t)
	webtest.Check(t, w.url, w.view("/?new"), w.view("/xero?new"), w.view("/sync/errors?new"), w.view("/sync/history?new"), w.view("/sync/webhooks?new"))
}

func TestConnectInTheBrowser(t *testing.T) {
	w := newWorld(t)
	p := webtest.Open(t, w.url, w.view("/xero"))
	p.Do(chromedp.Click(`a[href="/xero/connect"]`), chromedp.WaitVisible(`button[value=allow]`),
		webtest.JS(`document.querySelectorAll('[name=tenant]').forEach(box => { box.checked = true })`),
		chromedp.Click(`button[value=allow]`), webtest.Eventually(`location.pathname === '/xero/tenants' && window.htmx`))
	p.Audit()
	p.ShootFull("tenants")
	p.Do(chromedp.Click(`input[value="`+w.sim.Tenants()[1]+`"]`), chromedp.Click(`main form button`),
		webtest.Eventually(`location.pathname === '/xero' && document.querySelector('.toast h2')?.textContent === 'Xero is connected'`))
	p.ShootFull("connected")
	c, err := w.store.Connection(w.ctx, w.org, xero.Name)
	w.must(err)
	if c.State != connection.Connected || c.Tenant != w.sim.Tenants()[1] {
		t.Errorf("the connection is %s to %s", c.State, c.TenantName)
	}
	p.Do(chromedp.Click(`[commandfor=disconnect][command=show-modal]`), webtest.Eventually(`document.querySelector('#disconnect').open`))
	p.Shoot("disconnect")
	p.Audit()
	p.Do(chromedp.Click(`#disconnect [data-variant=destructive]`), webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Xero is disconnected'`))
}

func TestRefusalAtXero(t *testing.T) {
	w := newWorld(t)
	p := webtest.Open(t, w.url, w.view("/xero"))
	p.Do(chromedp.Click(`a[href="/xero/connect"]`), chromedp.WaitVisible(`button[value=cancel]`), chromedp.Click(`button[value=cancel]`),
		webtest.Eventually(`location.pathname === '/xero/callback' && document.querySelector('main').textContent.includes('You did not give access')`))
}

func TestSettingsInTheBrowser(t *testing.T) {
	l := newLived(t)
	p := webtest.Open(t, l.url, l.view("/xero"))
	p.Do(chromedp.Click(`a[href="/xero/settings"]`), webtest.Eventually(`location.pathname === '/xero/settings' && window.htmx`),
		chromedp.SetValue(`#sales_account`, ""), chromedp.Click(`#xero-settings button`))
	p.Expect("422")
	p.Do(webtest.Eventually(`document.activeElement.id === 'sales_account' && document.querySelector('#sales_account-error')`))
	p.Audit()
	p.ShootFull("settings-wrong")
	p.Do(chromedp.SetValue(`#sales_account`, "200"), chromedp.Click(`input[value=draft]`), chromedp.Click(`#xero-settings button`),
		webtest.Eventually(`location.pathname === '/xero' && document.querySelector('.toast h2')?.textContent === 'Settings saved'`))
	c, err := l.store.Connection(l.ctx, l.org, xero.Name)
	l.must(err)
	if kept, err := xero.SettingsOf(c); err != nil || !kept.Draft {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

func TestErrorsInTheBrowser(t *testing.T) {
	l := newLived(t)
	p := webtest.Open(t, l.url, l.view("/sync/errors"))
	row, dialog := "#error-invoice-"+l.refused.ID.String(), "#dismiss-invoice-"+l.refused.ID.String()
	p.Do(chromedp.Click(row+` [command=show-modal]`), webtest.Eventually(`document.querySelector('`+dialog+`').open`))
	p.Shoot("dismiss")
	p.Audit()
	p.Do(chromedp.SendKeys(dialog+` [name=reason]`, "Booked by hand"), chromedp.Click(dialog+` form button:not([type])`),
		webtest.Eventually(`!document.querySelector('`+row+`') && document.querySelector('.toast h2')?.textContent === 'Dismissed'`))
	p.Shoot("dismissed")
	p.Do(webtest.Settled(), chromedp.Click(`.toast form button`), webtest.Eventually(`document.querySelector('`+row+`')`))
	p.Do(chromedp.Click(row+` form[action$="/retry"] button`), webtest.Eventually(`!document.querySelector('`+row+`')`))
	if now := l.link(l.refused); now.State != link.Pending {
		t.Errorf("after the retry it is %s", now.State)
	}
	p.Do(chromedp.SendKeys(`#errors-filter [name=q]`, "nothing"), webtest.Eventually(`location.search.includes('q=nothing') && document.querySelector('#errors .empty')`))
}

func TestTickedInTheBrowser(t *testing.T) {
	l := newLived(t)
	p := webtest.Open(t, l.url, l.view("/sync/errors"))
	for _, i := range []crm.Invoice{l.refused, l.unmapped} {
		p.Do(chromedp.Click(`[name=of][value="invoice/` + i.ID.String() + `"]`))
	}
	p.Do(chromedp.Click(`#ticked [commandfor=dismiss-ticked]`), webtest.Eventually(`document.querySelector('#dismiss-ticked').open`))
	p.Shoot("dismiss-ticked")
	p.Audit()
	p.Do(chromedp.SendKeys(`#reason-ticked`, "Booked by hand"), chromedp.Click(`#dismiss-ticked [formaction]`),
		webtest.Eventually(`document.querySelector('.toast')?.textContent.includes('2 records are dismissed')`))
	if now := l.link(l.unmapped); now.State != link.Dismissed {
		t.Errorf("it is %s", now.State)
	}
}

func TestErrorsWithoutScripts(t *testing.T) {
	l := newLived(t)
	v := l.view("/sync/errors")
	v.WithoutScripts = true
	p := webtest.Open(t, l.url, v)
	row, dialog := "#error-invoice-"+l.refused.ID.String(), "#dismiss-invoice-"+l.refused.ID.String()
	p.Do(chromedp.Click(row+` [command=show-modal]`), chromedp.WaitVisible(dialog+` [name=reason]`),
		chromedp.SendKeys(dialog+` [name=reason]`, "Booked by hand"), chromedp.Click(dialog+` form button:not([type])`),
		chromedp.WaitNotPresent(row), chromedp.WaitVisible(`.toast`))
}

func TestReplayInTheBrowser(t *testing.T) {
	l := newLived(t)
	p := webtest.Open(t, l.url, l.view("/sync/webhooks/"+l.failedEvent.String()))
	p.Do(chromedp.Click(`#webhook form button`), webtest.Eventually(`document.querySelector('#event .badge').textContent === 'Waiting' && document.querySelector('.toast')`))
	l.must(ignoreSnooze(l.xero.Look(l.ctx)))
	p.Go("/sync/webhooks/" + l.failedEvent.String())
	p.Do(webtest.Eventually(`document.querySelector('#event .badge').textContent === 'Ignored'`))
}

// The card follows by itself, and its button answers at once.
func TestCardRefreshesItself(t *testing.T) {
	l := newLived(t)
	p := webtest.Open(t, l.url, l.view("/"))
	p.Do(chromedp.Click(`#xero-card form button`), webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Syncing with Xero'`))
	if at := webtest.Get[string](p, `location.pathname`); at != "/" {
		t.Errorf("the button led to %s", at)
	}
	l.must(l.xero.Dismiss(l.ctx, link.Key{Kind: link.Invoice, Record: l.refused.ID.UUID}, "Booked by hand"))
	p.Do(webtest.Eventually(`document.querySelector('#xero-card').textContent.includes('1 record needs a person')`))
}

func TestBudget(t *testing.T) {
	l := newLived(t)
	webtest.Budget(t, l.url, l.view("/"), l.view("/xero"), l.view("/sync/errors"))
}
