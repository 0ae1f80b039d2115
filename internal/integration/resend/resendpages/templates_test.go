package resendpages_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/web/webtest"
)

// published changes the library's receipt and publishes it, and begins a template
// of the organisation's own that cannot be rendered.
func (w *world) published() {
	w.Helper()
	t, err := w.resend.TemplateOf(w.ctx, "receipt")
	w.must(err)
	d := resend.TemplateDraft{Words: t.Draft, Category: t.Category, Purpose: t.Purpose}
	d.Subject = "Thank you for {{ invoice.number }}"
	saved, err := w.resend.SaveTemplate(w.ctx, "receipt", d)
	w.must(err)
	_, err = w.resend.PublishTemplate(w.ctx, "receipt", saved.Revision, "Friendlier")
	w.must(err)
	d.Revision, d.Preheader = saved.Revision, "We received your payment."
	_, err = w.resend.SaveTemplate(w.ctx, "receipt", d)
	w.must(err)
	own := resend.TemplateDraft{Category: "custom"}
	own.Name, own.Subject, own.Body = "Spring offer", "An offer for {{ customer.nme }}", "<p>Hello {{ customer.name }}</p>\n<p><a href=\"http://voltway.example\">Look</a></p>"
	_, err = w.resend.CreateTemplate(w.ctx, "spring_offer", own)
	w.must(err)
}

func TestTemplatePagesLookRight(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	w.published()
	webtest.Check(t, w.url,
		w.view("/templates"), w.view("/templates?q=nothing"), w.view("/templates/new"), w.view("/templates/receipt"), w.view("/templates/spring_offer"),
		w.view("/templates/invoice/preview"), w.view("/templates/spring_offer/preview"), w.view("/templates/receipt/versions"), w.view("/templates/receipt/versions/1"),
	)
}

// TestTemplateInTheBrowser changes a template of the library, mends what is wrong,
// publishes and previews it.
func TestTemplateInTheBrowser(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	p := webtest.Open(t, w.url, w.view("/templates?q=receipt"))
	p.Do(chromedp.Click(`#template-receipt a`), webtest.Eventually(`location.pathname === '/templates/receipt' && window.htmx`),
		chromedp.SetValue(`#subject`, "Thanks for {{ invoice.numbr }}"), chromedp.Click(`#template button.btn`),
		webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Draft saved' && document.querySelector('#checks').textContent.includes('invoice.numbr')`),
		chromedp.Click(`[commandfor=publish][command=show-modal]`), webtest.Eventually(`document.querySelector('#publish').open`), chromedp.Click(`#publish button.btn:not([type=button])`))
	p.Expect("422")
	p.Do(webtest.Eventually(`document.querySelector('#subject-error') && document.querySelector('#subject').value === 'Thanks for {{ invoice.numbr }}'`))
	p.Audit()
	p.Do(chromedp.SetValue(`#subject`, "Thanks for {{ invoice.number }}"), chromedp.Click(`#template button.btn`),
		webtest.Eventually(`document.querySelector('#checks').textContent.includes('Nothing stands against it')`),
		chromedp.Click(`[commandfor=publish][command=show-modal]`), webtest.Eventually(`document.querySelector('#publish').open`),
		chromedp.SendKeys(`#note`, "Friendlier"), chromedp.Click(`#publish button.btn:not([type=button])`),
		webtest.Eventually(`document.querySelector('h1 + .badge')?.textContent.trim() === 'Published'`),
		chromedp.Click(`main a[href$="/preview"]`), webtest.Eventually(`location.pathname.endsWith('/preview') && document.querySelector('#mail-preview h2')?.textContent.includes('Thanks for INV-10241')`))
	if open := webtest.Get[bool](p, `document.querySelector('.mail-frame').contentDocument !== null`); open {
		t.Error("the page can reach into the frame, and so the frame into the page")
	}
	sent, err := w.resend.Template(w.ctx, w.store.Reader, w.org, "receipt")
	w.must(err)
	if sent.Subject != "Thanks for {{ invoice.number }}" {
		t.Errorf("what is sent has the subject %q", sent.Subject)
	}
}
