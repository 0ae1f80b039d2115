package storytest

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/renoz/renoz/internal/web/webtest"
)

// TestBulkStory sends the records of the year as a person does: connect, look
// at the preview, start, see figures move without a reload, and the end.
func TestBulkStory(t *testing.T) {
	engines(t, func(t *testing.T, d *demo) {
		p := webtest.Open(t, d.url, webtest.View{Path: "/sign-in"})
		p.Do(chromedp.SendKeys(`#email`, "owner@voltway.example"), chromedp.SendKeys(`#password`, d.password+kb.Enter), at("/"))
		connect(p)
		begun := time.Now()
		p.Go("/xero/bulk?kind=invoice")
		p.Do(chromedp.SendKeys(`#from`, time.Now().AddDate(0, 0, -14).Format("02/01/2006")), chromedp.Click(`#bulk-wish .btn:not([formmethod])`), webtest.Eventually(`document.querySelector('#bulk-live-ready')`))
		p.Logf("the preview took %v: %s", time.Since(begun).Round(10*time.Millisecond), webtest.Get[string](p, `document.querySelector('#bulk-figures').innerText.replaceAll('\n', ' ')`))
		p.ShootFull("bulk-ready")
		begun = time.Now()
		p.Do(chromedp.Click(`#bulk-run form[action$="/start"] button`), webtest.Eventually(`document.querySelector('#bulk-live-running, #bulk-live-done')`))
		p.Do(webtest.Eventually(`Number(document.querySelector('#bulk-live-running progress, #bulk-live-done progress')?.value) > 0`))
		p.ShootFull("bulk-running")
		p.Do(webtest.Eventually(`document.querySelector('#bulk-live-done')`))
		p.Logf("the run took %v: %s", time.Since(begun).Round(10*time.Millisecond), webtest.Get[string](p, `document.querySelector('#bulk-figures').innerText.replaceAll('\n', ' ')`))
		p.ShootFull("bulk-done")
		p.Audit()
	})
}
