package domainpages

import (
	"net/http"
	"net/url"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Pages mounts the pages; it is a web.Mounter and a web.Noticer.
type Pages struct{ resend *resend.Service }

// New makes the pages.
func New(s *resend.Service) *Pages { return &Pages{s} }

const home = "/mail/domains"

// Routes lists the pages.
func (p *Pages) Routes() []web.Route {
	route := func(method, pattern string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: home + pattern, Permission: string(auth.MailSettings), Handle: h}
	}
	return []web.Route{
		route(http.MethodGet, "", p.list),
		route(http.MethodPost, "/read", p.read),
		route(http.MethodGet, "/{id}", p.show),
		route(http.MethodPost, "/{id}/verify", p.verify),
	}
}

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	says := func(title, text string) func(*http.Request) *ui.Notice {
		return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
	}
	return map[string]func(*http.Request) *ui.Notice{
		"domains-read":    says("The domains were read", "Their records were looked up in DNS as well."),
		"domain-verified": says("Resend is looking", "The records were looked up here as well. What Resend finds is shown as soon as it tells."),
	}
}

func urlOf(id mail.DomainID) string { return home + "/" + id.String() }

func mailLink() ui.Link { return ui.Link{Href: "/mail", Label: "Mail"} }

func homeLink() ui.Link { return ui.Link{Href: home, Label: "Domains"} }

// idOf is the domain that an address names.
func idOf(r *http.Request) (mail.DomainID, error) {
	id, err := crm.ParseID[mail.SendingDomain](r.PathValue("id"))
	if err != nil {
		return id, web.ErrNotFound
	}
	return id, nil
}

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

func standingLevel(s mail.Standing) ui.Level {
	switch s {
	case mail.StandsVerified:
		return ui.OK
	case mail.StandsAttention, mail.StandsNew:
		return ui.Warn
	case mail.StandsChecking:
		return ui.Busy
	case mail.StandsBroken, mail.StandsFailed, mail.StandsGone:
		return ui.Bad
	}
	return ""
}
