package xeropages

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// cardID is the element that refreshes itself.
const cardID = "xero-card"

// cardView is the exchange at a glance, and what its reader may do about it.
type cardView struct {
	xero.Card
	Back              string // the page around the card
	MaySync, MayMend  bool
	MayConnect, Alone bool
}

// Card is the exchange at a glance, for any page. The part of it that changes
// refreshes itself every five seconds. It returns an Error of kind Forbidden
// for a reader who may not see what was synced. The address back is the page
// around it.
func (p *Pages) Card(ctx context.Context, back string) (templ.Component, error) {
	view, err := p.cardView(ctx, back)
	if err != nil {
		return nil, err
	}
	return card(view), nil
}

func (p *Pages) cardView(ctx context.Context, back string) (cardView, error) {
	me, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return cardView{}, err
	}
	c, err := p.xero.Card(ctx, me.Org)
	if err != nil {
		return cardView{}, err
	}
	return cardView{Card: c, Back: back, MaySync: me.Can(auth.SyncRetry), MayMend: me.Can(auth.ErrorsView), MayConnect: me.Can(auth.XeroConnect)}, nil
}

func (p *Pages) showCard(w http.ResponseWriter, r *http.Request) error {
	view, err := p.cardView(r.Context(), web.LocalURL(r.FormValue("back")).String())
	if err != nil {
		return err
	}
	if web.Target(r) == cardID {
		return web.ShowFragment(w, r, card(view))
	}
	view.Back = "/xero/card"
	return web.ShowPage(w, r, ui.Page{Title: "Xero at a glance", Path: "/xero", Parents: []ui.Link{{Href: "/xero", Label: "Xero"}}}, cardPage(view))
}

func (p *Pages) syncNow(w http.ResponseWriter, r *http.Request) error {
	if err := p.xero.SyncNow(r.Context()); err != nil {
		return err
	}
	if web.Target(r) == cardID {
		return web.Redirect(w, r, cardAddress(r.FormValue("back")), "done", "xero-syncing")
	}
	return web.Redirect(w, r, r.FormValue("back"), "done", "xero-syncing")
}

// canSync reports whether syncing now can do anything.
func (v cardView) canSync() bool {
	return v.MaySync && (v.State == connection.Connected || v.State == connection.Paused)
}

func (v cardView) level() ui.Level {
	switch v.Health {
	case xero.Green:
		return ui.OK
	case xero.Amber:
		return ui.Warn
	case xero.Red:
		return ui.Bad
	}
	return ""
}

// light is the colour in words: nobody has to see it.
func (v cardView) light() string {
	switch v.Health {
	case xero.Green:
		return "Healthy"
	case xero.Amber:
		return "Needs attention"
	case xero.Red:
		return "Trouble"
	}
	return "Off"
}

func stateLevel(s connection.State) ui.Level {
	switch s {
	case connection.Connected:
		return ui.OK
	case connection.Choosing, connection.Paused:
		return ui.Warn
	case connection.NeedsReconnect:
		return ui.Bad
	}
	return ""
}
