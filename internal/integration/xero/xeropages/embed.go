package xeropages

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
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
	if !p.xero.Embeds() {
		return crm.Errorf(crm.NotFound, "The card is not shown in pages of other sites. Open Renoz itself.")
	}
	web.AllowFrames(w, p.ancestors)
	pass, err := p.xero.OpenCard(r.FormValue("card"))
	if why := (*crm.Error)(nil); errors.As(err, &why) && why.Kind == crm.Forbidden {
		return showRefusedCard(w, r, why.Message)
	}
	if err != nil {
		return err
	}
	c, err := p.xero.Card(r.Context(), pass.Org)
	if err != nil {
		return err
	}
	next, err := p.xero.RenewCard(pass)
	if err != nil {
		return err
	}
	v := framedView{cardView{Card: c}, framedAddress(next)}
	// Times are those of the organisation, whoever else is signed in here.
	r = r.WithContext(auth.With(r.Context(), auth.Identity{Org: pass.Org, Name: "card", Role: auth.Viewer}))
	if web.Target(r) == cardID {
		return web.ShowFragment(w, r, framedCard(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Xero", Framed: true, Next: v.Next}, framedCard(v))
}

// showRefusedCard takes the place of the card, which then asks no more.
func showRefusedCard(w http.ResponseWriter, r *http.Request, why string) error {
	if web.Target(r) == cardID {
		return web.ShowFragmentStatus(w, r, http.StatusForbidden, refusedCard(why))
	}
	return web.ShowPageStatus(w, r, http.StatusForbidden, web.Content{Page: ui.Page{Title: "Xero", Framed: true}, Body: refusedCard(why)})
}

func framedAddress(pass string) string { return "/embed/xero?" + url.Values{"card": {pass}}.Encode() }

// embedView is the part of the connection's page that makes links to the card.
type embedView struct {
	On   bool
	Link xero.CardLink // that was made; zero: none
}

// frame is what goes into the other page.
func (v embedView) frame() string {
	return fmt.Sprintf(`<iframe src="%s" title="Xero" width="420" height="440" style="border:0"></iframe>`, html.EscapeString(v.Link.URL))
}

func (p *Pages) embedView() embedView { return embedView{On: p.xero.Embeds()} }

// linkCard shows the link in its answer. htmx swaps it in for the button.
func (p *Pages) linkCard(w http.ResponseWriter, r *http.Request) error {
	link, err := p.xero.LinkCard(r.Context())
	if err != nil {
		return err
	}
	v := p.embedView()
	v.Link = link
	if web.Target(r) == embedID {
		return web.ShowFragment(w, r, embedCard(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Card for another site", Path: "/xero", Parents: []ui.Link{{Href: "/xero", Label: "Xero"}}}, embedPage(v))
}
