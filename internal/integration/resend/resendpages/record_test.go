package resendpages_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web/webtest"
)

// printed has the accounting service print everything.
func printed(w *world) {
	w.resend.Document = func(context.Context, crm.OrgID, mail.About) (resend.Document, error) {
		return resend.Document{Name: "document.pdf", PDF: []byte("%PDF-1.4")}, nil
	}
}

func TestMailedLater(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	printed(w)
	path := "/mail/invoices/" + w.invoice("jo@harbour.example").ID.String() + "/send"
	w.get(auth.Finance, path).want(t, http.StatusOK, "Mail it later", "datetime-local")
	w.get(auth.Viewer, path).want(t, http.StatusForbidden)
	w.post(auth.Finance, path, "at", "").want(t, http.StatusUnprocessableEntity, "Enter a day and a time.")
	w.post(auth.Finance, path, "at", "2020-01-01T09:00").want(t, http.StatusUnprocessableEntity, "That time is past", "2020-01-01T09:00")
	w.post(auth.Viewer, path, "at", "2020-01-01T09:00").want(t, http.StatusForbidden)
	w.get(auth.Finance, "/mail/credit-notes/"+crm.NewID[crm.CreditNote]().String()+"/send").want(t, http.StatusNotFound)
	w.post(auth.Finance, "/mail/credit-notes/"+crm.NewID[crm.CreditNote]().String()+"/send").want(t, http.StatusNotFound)
}

func TestMailedLaterInTheBrowser(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	printed(w)
	path := "/mail/invoices/" + w.invoice("jo@harbour.example").ID.String() + "/send"
	p := webtest.Open(t, w.url, w.view(path))
	p.Expect("422", "404") // the invoice's own page is not among these
	p.Do(webtest.Eventually(`window.htmx`), chromedp.Click(`main form .btn:not([data-variant])`), webtest.Eventually(`document.querySelector('#at-error')?.textContent.includes('Enter a day')`))
	p.Look("mail-later-wrong")
	p.Do(chromedp.SetValue(`#at`, time.Now().Add(48*time.Hour).Format("2006-01-02T15:04")), chromedp.Click(`main form .btn:not([data-variant])`),
		webtest.Eventually(`location.search.includes('record-mailed-later')`))
}
