package templatepages

import (
	"net/http"
	"net/url"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Config is what the pages are made of.
type Config struct {
	Resend *resend.Service
	Store  *store.Store // reads only
}

// Pages mounts the pages; it is a web.Mounter and a web.Noticer.
type Pages struct {
	resend *resend.Service
	store  *store.Store
}

// New makes the pages.
func New(c Config) *Pages { return &Pages{c.Resend, c.Store} }

const root = "/templates"

// Routes lists the pages.
func (p *Pages) Routes() []web.Route {
	get := func(pattern string, permission auth.Permission, h web.Handler) web.Route {
		return web.Route{Method: http.MethodGet, Pattern: root + pattern, Permission: string(permission), Handle: h}
	}
	post := func(pattern string, permission auth.Permission, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Pattern: root + pattern, Permission: string(permission), Handle: h}
	}
	return []web.Route{
		get("", auth.MailView, p.list),
		get("/new", auth.MailSettings, p.new),
		post("/new", auth.MailSettings, p.create),
		get("/{key}", auth.MailView, p.show),
		post("/{key}", auth.MailSettings, p.save),
		post("/{key}/publish", auth.MailSettings, p.publish),
		post("/{key}/archive", auth.MailSettings, p.archive),
		post("/{key}/restore", auth.MailSettings, p.restore),
		post("/{key}/test", auth.MailSend, p.test),
		get("/{key}/preview", auth.MailView, p.preview),
		get("/{key}/content", auth.MailView, p.content),
		get("/{key}/versions", auth.MailView, p.versions),
		get("/{key}/versions/{number}", auth.MailView, p.version),
		post("/{key}/versions/{number}/revert", auth.MailSettings, p.revert),
	}
}

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	says := func(title, text string) func(*http.Request) *ui.Notice {
		return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
	}
	return map[string]func(*http.Request) *ui.Notice{
		"template-saved":     says("Draft saved", "What is sent stays as it is until the draft is published."),
		"template-published": says("Published", "Mail is written by it from now on. What waits keeps its words."),
		"template-archived":  says("Archived", "It is not sent any more. It can be restored."),
		"template-restored":  says("Restored", "It can be sent again."),
		"template-reverted":  says("The version is the draft", "Publish it to have it sent."),
		"template-tested":    says("A test is on its way", "It goes to your own address."),
	}
}

func urlOf(key string) string { return root + "/" + url.PathEscape(key) }

func listLink() ui.Link { return ui.Link{Href: root, Label: "Templates"} }

// reader is what the reader may do.
type reader struct{ MaySend, MaySet bool }

func readerOf(r *http.Request) reader {
	me, _ := auth.From(r.Context())
	return reader{me.Can(auth.MailSend), me.Can(auth.MailSettings)}
}
