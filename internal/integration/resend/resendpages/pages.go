package resendpages

import (
	"net/http"
	"net/url"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Config is what the pages are made of. Only Now may be missing.
type Config struct {
	Resend *resend.Service
	Store  *store.Store // reads only
	URL    string       // the public address, where Resend sends webhooks
	Signed bool         // there is a secret that webhooks are checked with
	Now    func() time.Time

	// Ancestors are the origins of sites that may show the card in a frame.
	Ancestors []string
}

// Pages mounts the pages; it is a web.Mounter and a web.Noticer.
type Pages struct {
	resend *resend.Service
	store  *store.Store
	url    string
	signed bool
	now    func() time.Time

	ancestors []string
}

// New makes the pages.
func New(c Config) *Pages {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Pages{resend: c.Resend, store: c.Store, url: c.URL, signed: c.Signed, now: c.Now, ancestors: c.Ancestors}
}

// Routes lists the pages.
func (p *Pages) Routes() []web.Route {
	return append([]web.Route{
		get("/mail", auth.MailView, p.list),
		get("/mail/card", auth.MailView, p.showCard),
		post("/mail/card/link", auth.MailView, p.linkCard),
		get("/embed/mail", web.Public, p.framed),
		get("/mail/{id}", auth.MailView, p.message),
		get("/mail/content/{id}", auth.MailView, p.content),
		post("/mail/{id}/cancel", auth.MailSend, p.cancel),
		post("/mail/{id}/send-again", auth.MailSend, p.sendAgain),
		get("/mail/settings", auth.MailSettings, p.settings),
		post("/mail/settings", auth.MailSettings, p.saveSettings),
		post("/mail/pause", auth.MailSettings, p.pause),
		post("/mail/resume", auth.MailSettings, p.resume),
	}, append(p.reminderRoutes(), append(p.recordRoutes(), p.suppressionRoutes()...)...)...)
}

func get(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(permission), Handle: h}
}

func post(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Permission: string(permission), Handle: h}
}

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{
		"mail-cancelled":        says("Cancelled", "The mail does not leave. It can still be sent later."),
		"mail-again":            says("It is sent again", "The mail leaves as soon as its turn comes. This page shows how far it is."),
		"invoice-mailed":        says("The invoice is mailed", "Its PDF is asked for at Xero first. The mail stands beside the invoice as soon as it is written."),
		"credit-mailed":         says("The credit note is mailed", "Its PDF is asked for first, where Xero has it. The mail stands beside the credit note as soon as it is written."),
		"record-mailed-later":   says("It leaves then", "The mail stands beside the record as soon as it is written, and can be cancelled until it leaves."),
		"mail-suppressed":       says("The address is on the list", "Nothing is sent to it any more, and what waited for it was taken back."),
		"mail-unsuppressed":     says("The address is off the list", "Mail may go to it again. What was held back before is not sent by itself."),
		"suppressions-exchange": says("Resend's list is asked", "What is new there appears here in a moment; what waits is told."),
		"suppressions-import":   says("The import goes on", "This page shows how far it is. You may leave it."),
		"reminders-stopped":     says("No more reminders", "What waited was taken back. Reminding can be taken up again here."),
		"reminders-resumed":     says("Reminders go on", "The next one comes on its day."),
		"reminders-plan":        says("The plan is saved", "The list shows when each customer is reminded next."),
		"mail-settings":         says("Settings saved", "They count for mail that is written from now on."),
		"mail-paused":           says("Mail is paused", "What is written waits until somebody resumes it."),
		"mail-resumed":          says("Mail goes on", "What waited leaves now."),
	}
}

func says(title, text string) func(*http.Request) *ui.Notice {
	return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
}

// pageSize is how many rows a list shows at once.
const pageSize = 50

// address leaves empty values out.
func address(path string, values [][2]string) string {
	q := url.Values{}
	for _, v := range values {
		if v[1] != "" {
			q.Set(v[0], v[1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func mailLink() ui.Link { return ui.Link{Href: "/mail", Label: "Mail"} }

func suppressionsLink() ui.Link { return ui.Link{Href: "/mail/suppressions", Label: "Suppressions"} }

// reader is what the reader may do about mail, and see of its requests.
type reader struct{ MaySend, MaySet, MaySync bool }

func readerOf(r *http.Request) reader {
	me, _ := auth.From(r.Context())
	return reader{MaySend: me.Can(auth.MailSend), MaySet: me.Can(auth.MailSettings), MaySync: me.Can(auth.SyncView)}
}
