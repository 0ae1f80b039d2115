package resendpages

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/embed"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// embedID is the element that makes links to the card for other sites.
const embedID = "embed"

// framedView is the card in a frame of another site.
type framedView struct {
	cardView
	Next string // address that it refreshes itself from
}

// framed shows the card to whoever holds a pass, whether signed in or not: the
// browsers of most people send no cookies to a frame.
func (p *Pages) framed(w http.ResponseWriter, r *http.Request) error {
	if !p.resend.Embed.On() {
		return crm.Errorf(crm.NotFound, "The card is not shown in pages of other sites. Open Renoz itself.")
	}
	web.AllowFrames(w, p.ancestors)
	pass, err := p.resend.Embed.Open(r.FormValue("card"))
	if why := (*crm.Error)(nil); errors.As(err, &why) && why.Kind == crm.Forbidden {
		return showRefusedCard(w, r, why.Message)
	}
	if err != nil {
		return err
	}
	g, err := p.resend.GlanceOf(r.Context(), pass.Org)
	if err != nil {
		return err
	}
	next, err := p.resend.Embed.Renew(pass)
	if err != nil {
		return err
	}
	v := framedView{cardView{Glance: g}, "/embed/mail?" + url.Values{"card": {next}}.Encode()}
	// Times are those of the organisation, whoever else is signed in here.
	r = r.WithContext(auth.With(r.Context(), auth.Identity{Org: pass.Org, Name: "card", Role: auth.Viewer}))
	if web.Target(r) == cardID {
		return web.ShowFragment(w, r, framedCard(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Mail", Framed: true, Next: v.Next}, framedCard(v))
}

// showRefusedCard takes the place of the card, which then asks no more.
func showRefusedCard(w http.ResponseWriter, r *http.Request, why string) error {
	if web.Target(r) == cardID {
		return web.ShowFragmentStatus(w, r, http.StatusForbidden, refusedCard(why))
	}
	return web.ShowPageStatus(w, r, http.StatusForbidden, web.Content{Page: ui.Page{Title: "Mail", Framed: true}, Body: refusedCard(why)})
}

// embedView makes links to the card.
type embedView struct {
	On   bool
	Link embed.Link // that was made; zero: none
}

// frame is what goes into the other page.
func (v embedView) frame() string {
	return fmt.Sprintf(`<iframe src="%s" title="Mail" width="420" height="440" style="border:0"></iframe>`, html.EscapeString(v.Link.URL))
}

// linkCard shows the link in its answer. htmx swaps it in for the button.
func (p *Pages) linkCard(w http.ResponseWriter, r *http.Request) error {
	link, err := p.resend.LinkCard(r.Context())
	if err != nil {
		return err
	}
	v := embedView{p.resend.Embed.On(), link}
	if web.Target(r) == embedID {
		return web.ShowFragment(w, r, embedCard(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Card for another site", Path: "/mail", Parents: []ui.Link{mailLink()}}, embedPage(v))
}
