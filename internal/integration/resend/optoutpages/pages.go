package optoutpages

import (
	"net/http"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Pages mounts the pages; it is a web.Mounter.
type Pages struct{ resend *resend.Service }

// New makes the pages.
func New(s *resend.Service) *Pages { return &Pages{s} }

// Pattern is the address of the pages.
const Pattern = "/unsubscribe/{token}"

// Routes lists the pages. They are open: the link is the right to them.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: Pattern, Permission: web.Public, Handle: p.show},
		{Method: http.MethodPost, Pattern: Pattern, Permission: web.Public, Handle: p.stop},
	}
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	o, err := p.resend.OptOut(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return web.ShowPage(w, r, ui.Page{Title: "Mail from " + o.Business, Plain: true}, page(o, r.PathValue("token")))
}

// stop ends the mail and says so, without a redirect: a mail client that asks for
// one click follows none.
func (p *Pages) stop(w http.ResponseWriter, r *http.Request) error {
	if err := p.resend.OptOutOf(r.Context(), r.PathValue("token"), r.PostFormValue("stop") == "all"); err != nil {
		return err
	}
	return p.show(w, r)
}
