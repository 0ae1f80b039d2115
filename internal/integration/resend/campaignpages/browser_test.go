package campaignpages_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web/webtest"
)

func everybody() campaign.Wish { return campaign.Wish{Audience: mail.Audience{Kind: mail.Everybody}} }

func TestPagesLookRight(t *testing.T) {
	w := newWorld(t)
	w.setUp(60, func(s *resend.Settings) { s.HourlyLimit, s.DailyLimit = 20, 400 })
	ready := w.make("Solar news for November", campaign.Wish{Audience: mail.Audience{Kind: mail.Searched, Search: "harbour"}})
	listed := w.make("Installers in Newcastle", campaign.Wish{Audience: mail.Audience{Kind: mail.Listed}, List: strings.NewReader("CUS-00001\nCUS-90000\nnobody@nowhere.example\nnot an address@\nbuyer2@harbour.example\n")})
	limited := w.make("Summer hours", everybody())
	w.must(w.campaigns.Start(w.ctx, limited.ID))
	w.work()
	w.push()
	paused := w.make("A new battery module", everybody())
	w.must(w.campaigns.Start(w.ctx, paused.ID))
	w.must(w.campaigns.Pause(w.ctx, paused.ID))
	later := w.make("Warranty of cables", everybody())
	w.must(w.campaigns.Schedule(w.ctx, later.ID, time.Now().Add(48*time.Hour).Format("2006-01-02T15:04")))
	webtest.Check(t, w.url,
		w.view("/mail/campaigns"), w.view("/mail/campaigns?q=nobody"), w.view("/mail/campaigns/new"), w.view(at(ready)), w.view(at(listed)),
		w.view(at(paused)), w.view(at(later)), w.view(at(ready)+"/sample"), w.view(at(limited)),
	)
}

func TestEmptyPagesLookRight(t *testing.T) {
	w := newWorld(t)
	webtest.Check(t, w.url, w.view("/mail/campaigns?unset"))
	w.setUp(0)
	webtest.Check(t, w.url, w.view("/mail/campaigns?empty"))
}

// TestCampaignInTheBrowser makes one, looks at the preview and a sample, starts
// it and sees it end.
func TestCampaignInTheBrowser(t *testing.T) {
	w := newWorld(t)
	w.setUp(250)
	p := webtest.Open(t, w.url, w.view("/mail/campaigns"))
	p.Do(chromedp.Click(`main a[href="/mail/campaigns/new"]`), webtest.Eventually(`location.pathname.endsWith('/new') && window.htmx`),
		chromedp.Click(`#campaign-form button`))
	p.Expect("422")
	p.Do(webtest.Eventually(`document.activeElement.id === 'name' && document.querySelector('#template-error')`))
	p.Audit()
	p.ShootFull("campaign-form-wrong")
	p.Do(chromedp.SendKeys(`#name`, "November news"), chromedp.SetValue(`#template`, "newsletter"), chromedp.Click(`#campaign-form button`),
		webtest.Eventually(`document.querySelector('h1 + .badge')?.textContent === 'Preparing'`))
	w.work()
	p.Do(webtest.Eventually(`document.querySelector('h1 + .badge')?.textContent === 'Ready to start' && document.querySelector('#campaign-figures').textContent.includes('200')`),
		chromedp.Click(`#recipient-1 [data-actions] a`), webtest.Eventually(`location.pathname.endsWith('/sample') && document.querySelector('.mail-frame')`))
	if n := w.sim.Counts().Accepted; n != 0 {
		t.Errorf("looking sent %d mails", n)
	}
	p.Do(chromedp.Click(`.back-link`), webtest.Eventually(`document.querySelector('[commandfor=start-campaign]') && window.htmx`),
		chromedp.Click(`[commandfor=start-campaign][command=show-modal]`), webtest.Eventually(`document.querySelector('#start-campaign').open`))
	p.Audit()
	p.Shoot("campaign-start")
	p.Do(chromedp.Click(`#start-campaign [data-variant=destructive]`), webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'The campaign is under way'`))
	w.work()
	p.Do(webtest.Eventually(`document.querySelector('#campaign-figures').textContent.includes('Waiting')`))
	w.push()
	p.Do(webtest.Eventually(`document.querySelector('#campaign .card').textContent.includes('200 of 200')`)) // it follows by itself
	w.work()
	p.Do(webtest.Eventually(`document.querySelector('h1 + .badge')?.textContent === 'Done'`))
	p.Audit()
	p.ShootFull("campaign-done")
	if c := w.sim.Counts(); c.Accepted != 200 || c.Duplicates != 0 {
		t.Errorf("%+v", c)
	}
}
