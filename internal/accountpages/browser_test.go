package accountpages_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/renoz/renoz/internal/accountpages"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/web/webtest"
)

func at(path string) webtest.Step { return webtest.Eventually(`location.pathname === '` + path + `'`) }

func says(selector, text string) webtest.Step {
	return webtest.Eventually(`document.querySelector('` + selector + `')?.textContent.includes('` + text + `')`)
}

// audit leaves out pages without scripts, where axe-core has no timers. They are
// the same pages.
func audit(p *webtest.Page, withoutScripts bool) {
	p.Helper()
	if !withoutScripts {
		p.Audit()
	}
}

func TestBrowserSignIn(t *testing.T) {
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	for _, plain := range []bool{false, true} {
		p := webtest.Open(t, w.url, webtest.View{Path: "/users", WithoutScripts: plain, Expect: []string{"422"}})
		p.Do(at("/sign-in"), chromedp.SendKeys(`#email`, mail("Ana")), chromedp.SendKeys(`#password`, "a wrong password"+kb.Enter),
			says("#password-error", "is not right"),
			webtest.Eventually(`document.activeElement.id === 'password' && document.querySelector('#email').value === '`+mail("Ana")+`'`))
		p.Shoot("sign-in-wrong")
		audit(p, plain)
		p.Do(chromedp.SendKeys(`#password`, password+kb.Enter), at("/users"), says("main", "Ana Lee"))
		p.Do(chromedp.Click(`.user-button`), chromedp.Click(`form[action="/sign-out"] button`), at("/sign-in"), says(".toast", "Signed out"))
	}
}

func TestBrowserHint(t *testing.T) {
	w := newWorld(t, hinted)
	w.user("Ana Lee", auth.Owner)
	p := webtest.Open(t, w.url, webtest.View{Path: "/account"})
	p.Do(chromedp.Click(`main li:first-child form button`), at("/account"), webtest.Eventually(`document.querySelector('main input[name=name]')?.value === 'Ana Lee'`))
}

func TestBrowserCreateToken(t *testing.T) {
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	for _, plain := range []bool{false, true} {
		p := webtest.Open(t, w.url, webtest.View{Path: "/tokens/new", WithoutScripts: plain, Cookies: []*http.Cookie{w.session("Ana")}, Expect: []string{"422"}})
		p.Do(chromedp.Click(`#new-token button`), says("#name-error", "says what uses the token"),
			webtest.Eventually(`document.activeElement.id === 'name'`))
		audit(p, plain)
		p.Do(chromedp.SendKeys(`#name`, "Web shop"), chromedp.SetValue(`#role`, "sales"), chromedp.Click(`#new-token button`),
			webtest.Eventually(`/^rnz_[0-9A-Za-z]{43}$/.test(document.querySelector('#token')?.textContent)`))
		p.Shoot("token-made")
		audit(p, plain)
		text := webtest.Get[string](p, `document.querySelector('#token').textContent`)
		if _, err := w.auth.IdentifyBearer(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		p.Do(chromedp.Click(`#new-token a.btn`), at("/tokens"), says("#tokens", "Web shop"),
			chromedp.Click(`#tokens tbody tr:first-child [command=show-modal]`), webtest.Eventually(`document.querySelector('dialog[open]') && document.activeElement.textContent === 'Cancel'`))
		p.Shoot("token-revoke")
		audit(p, plain)
		p.Do(chromedp.Click(`dialog[open] [data-variant=destructive]`), says(".toast", "Token revoked"), says("#tokens", "No active tokens"))
	}
}

func TestBrowserChangeRole(t *testing.T) {
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	ben := w.user("Ben Ito", auth.Sales)
	for role, plain := range map[string]bool{"finance": false, "support": true} {
		p := webtest.Open(t, w.url, webtest.View{Path: "/users", WithoutScripts: plain, Cookies: []*http.Cookie{w.session("Ana")}})
		p.Do(chromedp.Click(`#user-`+ben.String()+` a`), at("/users/"+ben.String()),
			chromedp.SetValue(`#role`, role), chromedp.Click(`form[action$="/role"] button`), says(".toast", "Role changed"))
		if now := webtest.Get[string](p, `document.querySelector('#role').value`); now != role {
			t.Errorf("the role is %s, want %s", now, role)
		}
		p.Do(chromedp.Click(`form[action$="/disable"] button`), says(".toast", "Account disabled"), says("h1 + .badge", "Disabled"),
			webtest.Settled(), chromedp.Click(`.toast footer button`), says(".toast", "Account enabled"), says("h1 + .badge", "Active"))
	}
}

func TestBrowserFiltersUsers(t *testing.T) {
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	w.user("Ben Ito", auth.Sales)
	p := webtest.Open(t, w.url, webtest.View{Path: "/users", Cookies: []*http.Cookie{w.session("Ana")}})
	p.Do(chromedp.SendKeys(`#user-filter [name=q]`, "ben"),
		webtest.Eventually(`document.querySelectorAll('#users tbody tr').length === 1 && location.search.includes('q=ben')`),
		says(`#user-filter-count-`, "1"))
}

func TestBrowserMarksRead(t *testing.T) {
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	w.tell()
	p := webtest.Open(t, w.url, webtest.View{Path: "/notifications", Cookies: []*http.Cookie{w.session("Ana")}})
	p.Do(says("#bell", "3"), chromedp.Click(`#notices form button`), says(".toast", "Marked as read"), says("#notices", "All read"),
		webtest.Eventually(`!document.querySelector('#bell').textContent.includes('3') && document.activeElement.id === 'notices'`))
}

func hinted(c *accountpages.Config) {
	c.Hints = []accountpages.Hint{
		{Name: "Ana Lee", Email: mail("Ana"), Password: password, Role: "Owner"},
		{Name: "Cem Kaya", Email: mail("Cem"), Password: password, Role: "Finance"},
		{Name: "Wilhelmina Featherstonehaugh-Cholmondeley", Email: mail("Wilhelmina"), Password: password, Role: "Operations"},
	}
}

func (w *world) tell() {
	w.t.Helper()
	for _, n := range []notify.Notice{
		{Cause: "import", Level: notify.Info, Title: "Import finished", Text: "1,204 customers came from Xero; 3 of them look like customers that were here already.", Href: "/account"},
		{Cause: "expiring", Level: notify.Warning, Title: "Xero asks for a new consent soon", Text: "The connection ends in 5 days unless somebody uses it. Sync once, or connect again.", Href: "/account"},
		{Cause: "dead", Level: notify.Urgent, Title: "Invoice INV-00042 cannot be sent", Text: "Xero refused it 8 times: the account 4200 is archived. Choose another account in the settings, then retry.", Href: "/account"},
	} {
		n.Org = w.org
		if err := w.notifier.Tell(w.t.Context(), n); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t, hinted)
	w.user("Ana Lee", auth.Owner)
	w.user("Cem Kaya", auth.Finance)
	w.user("Wilhelmina Featherstonehaugh-Cholmondeley", auth.Operations)
	ben := w.user("Ben Ito", auth.Sales)
	ana := w.userID("Ana")
	if err := w.auth.DisableUser(w.in(w.org), ben); err != nil {
		t.Fatal(err)
	}
	if _, err := w.auth.CreateUser(w.in(w.organisation("Amp Works")), auth.NewUser{Email: mail("Ana"), Role: auth.Sales}); err != nil {
		t.Fatal(err)
	}
	soon := w.now().Add(48 * time.Hour)
	for _, n := range []auth.NewToken{{Name: "Web shop", Role: auth.Sales, ExpiresAt: &soon}, {Name: "Warehouse scanners on the second floor", Role: auth.Operations}} {
		if _, _, err := w.auth.CreateToken(auth.With(t.Context(), auth.System(w.org, "command line")), n); err != nil {
			t.Fatal(err)
		}
	}
	w.tell()
	session := []*http.Cookie{w.session("Ana")}
	views := []webtest.View{{Path: "/sign-in"}}
	for _, path := range []string{"/account", "/users", "/users?q=zed", "/users/new", "/users/" + ben.String(), "/users/" + ana.String(),
		"/tokens", "/tokens?state=ended", "/tokens/new", "/notifications", "/organisation"} {
		views = append(views, webtest.View{Path: path, Cookies: session})
	}
	webtest.Check(t, w.url, views...)
}

// TestRefusedForms audits what the forms show when they are refused, and what
// is shown once.
func TestRefusedForms(t *testing.T) {
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	session := []*http.Cookie{w.session("Ana")}
	for _, test := range []struct{ path, form, name string }{
		{"/account", `form[action="/account/password"]`, "password-refused"},
		{"/users/new", `form[action="/users/new"]`, "user-refused"},
		{"/organisation", `form[action="/organisation"]`, "organisation-refused"},
	} {
		for _, device := range []webtest.Device{webtest.Desktop, webtest.Phone} {
			p := webtest.Open(t, w.url, webtest.View{Path: test.path, Device: device, Dark: device == webtest.Phone, Cookies: session, Expect: []string{"422"}})
			p.Do(webtest.JS(`document.querySelectorAll('`+test.form+` input:not([hidden])').forEach(i => { i.value = '' })`),
				webtest.JS(`document.querySelector('`+test.form+`').requestSubmit()`), webtest.Eventually(`document.activeElement.ariaInvalid === 'true'`))
			p.ShootFull(device.String() + "-" + test.name)
			p.Audit()
			p.Fits()
		}
	}
	p := webtest.Open(t, w.url, webtest.View{Path: "/users/new", Device: webtest.Phone, Cookies: session})
	p.Do(chromedp.SendKeys(`#name`, "Ben Ito"), chromedp.SendKeys(`#email`, mail("Ben")), chromedp.SetValue(`#role`, "sales"), chromedp.Click(`form[action="/users/new"] button`),
		says("h1", "Ben Ito was added"))
	p.ShootFull("user-added")
	p.Audit()
	p.Fits()
}

func (w *world) userID(name string) crm.UserID {
	w.t.Helper()
	account, err := w.store.UserByEmail(w.t.Context(), mail(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return account.ID
}
