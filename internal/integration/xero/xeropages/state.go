package xeropages

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
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
	Ready    bool // this server has credentials of an app at Xero
}

// kindCount is how many records of one kind stand where.
type kindCount struct {
	Label                   string
	Synced, Waiting, Failed int
}

// budgetView is how much of a limit is used.
type budgetView struct {
	Label, Text  string
	Used, Limit  int
	BlockedUntil time.Time
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
	if v.Conn.Tenant == "" {
		return nil
	}
	budgets, err := p.store.Budgets(ctx, xero.Name, v.Conn.Tenant)
	if err != nil {
		return err
	}
	v.Budgets = budgetViews(budgets, p.now())
	v.Circuit, err = p.breaker.State(ctx, xero.Name, v.Conn.Tenant)
	return err
}

func kindCounts(counts map[link.Kind]map[link.State]int) []kindCount {
	kinds := []struct {
		kind  link.Kind
		label string
	}{{link.Contact, "Customers"}, {link.Invoice, "Invoices"}, {link.Payment, "Payments"}, {link.InvoiceMail, "Invoice e-mails"}}
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

// Xero's limits for one organisation, until it tells others.
// https://developer.xero.com/documentation/guides/oauth2/limits/
const (
	minuteLimit = 60
	dayLimit    = 5000
)

// budgetViews are the minute and the day.
func budgetViews(budgets []store.Budget, now time.Time) []budgetView {
	windows := []struct {
		name, label string
		length      time.Duration
		limit       int
	}{{"minute", "Calls this minute", time.Minute, minuteLimit}, {"day", "Calls today", 24 * time.Hour, dayLimit}}
	views := make([]budgetView, len(windows))
	for i, w := range windows {
		views[i] = budgetView{Limit: w.limit}
		for _, b := range budgets {
			if b.Window == w.name {
				views[i] = budgetNow(b, w.length, w.limit, now)
			}
		}
		views[i].Label = w.label
		views[i].Text = ui.Thousands(views[i].Used) + " of " + ui.Thousands(views[i].Limit)
	}
	return views
}

func budgetNow(b store.Budget, length time.Duration, usual int, now time.Time) budgetView {
	v := budgetView{Used: b.Used, Limit: b.Limit}
	if v.Limit == 0 {
		v.Limit = usual
	}
	if !now.Before(b.Start.Add(length)) { // the window has turned
		v.Used = 0
	}
	if b.BlockedUntil.After(now) {
		v.BlockedUntil = b.BlockedUntil
	}
	return v
}

func (p *Pages) sendExisting(w http.ResponseWriter, r *http.Request) error {
	if err := p.xero.SendAll(r.Context()); err != nil {
		return err
	}
	return web.Redirect(w, r, "/xero", "done", "xero-sending")
}

func (p *Pages) resetBreaker(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.BreakerReset)
	if err != nil {
		return err
	}
	c, err := p.store.Connection(r.Context(), me.Org, xero.Name)
	if err != nil {
		return err
	}
	if err := p.breaker.Reset(r.Context(), xero.Name, c.Tenant); err != nil {
		return err
	}
	return web.Redirect(w, r, "/xero", "done", "xero-breaker-reset")
}

// blocked is when Xero's wish to wait ends; zero: it has none.
func (v stateView) blocked() time.Time {
	var until time.Time
	for _, b := range v.Budgets {
		if b.BlockedUntil.After(until) {
			until = b.BlockedUntil
		}
	}
	return until
}

func (v stateView) works() bool {
	return v.Conn.State == connection.Connected || v.Conn.State == connection.Paused
}

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
