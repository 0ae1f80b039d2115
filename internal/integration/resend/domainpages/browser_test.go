package domainpages_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestPagesLookRight(t *testing.T) {
	w := newWorld(t)
	w.setUp(works)
	webtest.Check(t, w.url, w.view("/mail/domains"), w.view("/mail/domains?q=nobody"), w.view(w.at(works)), w.view(w.at(broken)), w.view(w.at(mixed)))
}

func TestTroubledPagesLookRight(t *testing.T) {
	w := newWorld(t)
	webtest.Check(t, w.url, w.view("/mail/domains?unset"))
	w.setUp(works)
	w.must(w.sim.SetRecord(works, "DKIM", "failed"))
	w.must(w.sim.SetRecord(works, "SPF MX", "temporary_failure"))
	w.must(w.resend.RefreshDomains(w.ctx))
	w.sim.SetKey(resendsim.Key{Token: resendsim.DefaultKey, SendingOnly: true})
	_ = w.resend.RefreshDomains(w.ctx) // it says why not
	webtest.Check(t, w.url, w.view("/mail/domains?troubled"), w.view(w.at(works)+"?troubled"))
}

// TestVerifyingInTheBrowser copies what is missing, has Resend look again and
// sees the page follow by itself.
func TestVerifyingInTheBrowser(t *testing.T) {
	w := newWorld(t)
	w.sim.SetSettings(resendsim.Settings{RateLimit: -1, VerifyDelay: time.Hour})
	w.setUp(works)
	p := webtest.Open(t, w.url, w.view("/mail/domains"))
	row := `#domain-` + w.domain(broken).ID.String()
	p.Do(chromedp.Click(row+` a`), webtest.Eventually(`document.querySelector('#records') && window.htmx`),
		chromedp.Click(`[data-copy=paste-1]`), webtest.Eventually(`['Copied', 'Press Ctrl C'].includes(document.querySelector('[data-copy=paste-1] [data-copy-label]').textContent)`))
	w.must(w.sim.SetRecord(broken, "SPF TXT", "verified"))
	w.must(w.sim.SetRecord(broken, "DKIM TXT", "verified"))
	p.Do(chromedp.Click(`form[action$="/verify"] button`), webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Resend is looking' && document.querySelector('h1 + .badge').textContent === 'Being verified'`))
	p.Audit()
	p.ShootFull("domain-verifying")
	w.sim.SetSettings(resendsim.Settings{RateLimit: -1})
	w.must(w.sim.Verify(broken))
	p.Do(webtest.Eventually(`true`))
	w.must(w.resend.RefreshDomains(w.ctx))
	w.must(w.resend.RefreshDomains(w.ctx))
	p.Do(webtest.Eventually(`document.querySelector('h1 + .badge')?.textContent === 'Verified'`)) // it follows by itself
}
