package xeropages

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// stateView is what the page of the connection shows.
type stateView struct {
	Me       auth.Identity
	Conn     connection.Connection
	Settings xero.Settings
	Counts   []kindCount
	Budgets  []budgetView
	Circuit  breaker.Circuit
	Card     cardView
	Embed    embedView
	Ready    bool // this server has credentials of an app at Xero
}

// kindCount is how many records of one kind stand where.
type kindCount struct {
	Label                   string
	Synced, Waiting, Failed int
}

func (p *Pages) state(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	me, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return err
	}
	v := stateView{Me: me, Ready: p.xero.API.ClientID != ""}
	v.Conn, err = p.store.Connection(ctx, me.Org, xero.Name)
	page := ui.Page{Title: "Xero", Path: "/xero"}
	if crm.KindOf(err) == crm.NotFound {
		return web.ShowPage(w, r, page, offPage(v))
	}
	if err == nil {
		err = p.fill(ctx, &v)
	}
	if err != nil {
		return err
	}
	return web.ShowPage(w, r, page, statePage(v))
}

// fill reads what a page about a connection needs.
func (p *Pages) fill(ctx context.Context, v *stateView) (err error) {
	if v.Settings, err = xero.SettingsOf(v.Conn); err != nil {
		return err
	}
	counts, err := p.store.LinkCounts(ctx, v.Me.Org, xero.Name)
	if err != nil {
		return err
	}
	v.Counts = kindCounts(counts)
	if v.Card, err = p.cardView(ctx, "/xero"); err != nil {
		return err
	}
	v.Embed = p.embedView()
	if v.Conn.Tenant == "" {
		return nil
	}
	used, err := p.xero.Limits(ctx)
	v.Budgets, v.Circuit = budgetViews(used.Budgets), used.Circuit
	return err
}

func kindCounts(counts map[link.Kind]map[link.State]int) []kindCount {
	kinds := []struct {
		kind  link.Kind
		label string
	}{{link.Contact, "Customers"}, {link.Invoice, "Invoices"}, {link.Payment, "Payments"}, {link.CreditNote, "Credit notes"},
		{link.Allocation, "Credit allocations"}, {link.Refund, "Refunds"}, {link.InvoiceMail, "Invoice e-mails"}}
	out := make([]kindCount, len(kinds))
	for i, k := range kinds {
		n := counts[k.kind]
		out[i] = kindCount{
			Label: k.label, Synced: n[link.Synced], Waiting: n[link.Pending] + n[link.Sending] + n[link.Unknown],
			Failed: n[link.Blocked] + n[link.Rejected] + n[link.Dead],
		}
	}
	return out
}

func (p *Pages) resetBreaker(w http.ResponseWriter, r *http.Request) error {
	if err := p.xero.ResetBreaker(r.Context()); err != nil {
		return err
	}
	return web.Redirect(w, r, cmp.Or(r.FormValue("back"), "/xero"), "done", "xero-breaker-reset")
}

func (v stateView) works() bool {
	return v.Conn.State == connection.Connected || v.Conn.State == connection.Paused
}

// mayEmbed holds for those who can make links, and for those who would want to
// know how to.
func (v stateView) mayEmbed() bool { return v.Embed.On || v.Me.Can(auth.XeroSettings) }

func circuitLevel(c breaker.Circuit) ui.Level {
	switch c.State {
	case breaker.Opened:
		return ui.Bad
	case breaker.HalfOpen:
		return ui.Warn
	}
	return ui.OK
}

func circuitText(c breaker.Circuit) string {
	switch {
	case c.State == breaker.Opened:
		return "Requests are held back after " + strconv.Itoa(c.Failures) + " failures in a row; the last was " + c.Cause + ". Nothing is lost: they are sent by themselves when Xero answers again."
	case c.State == breaker.HalfOpen:
		return "One request is under way to find out whether Xero works again."
	case c.Failures > 0:
		return ui.Plural(c.Failures, "failure", "failures") + " in a row; the last was " + c.Cause + ". Five pause all requests for a while."
	}
	return "Requests go through. Five failures in a row pause them for a while."
}
