package xeropages

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/chart"
	"github.com/renoz/renoz/internal/web/ui"
)

// limitsID is the element that refreshes itself.
const limitsID = "xero-limits"

// limitsView is what the page of limits and health shows.
type limitsView struct {
	Me      auth.Identity
	Conn    connection.Connection
	Card    xero.Card
	Budgets []budgetView
	Circuit breaker.Circuit
	Hour    chart.TimeSeries // calls a minute
}

// budgetView is how much of a limit is used.
type budgetView struct {
	Label, Text  string
	Used, Limit  int
	BlockedUntil time.Time
}

func (p *Pages) limits(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	me, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return err
	}
	v := limitsView{Me: me}
	v.Conn, err = p.store.Connection(ctx, me.Org, xero.Name)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return err
	}
	if v.Card, err = p.xero.Card(ctx, me.Org); err != nil {
		return err
	}
	if v.Conn.Tenant != "" {
		if err := p.fillLimits(ctx, &v); err != nil {
			return err
		}
	}
	if web.Target(r) == limitsID {
		return web.ShowFragment(w, r, limitsLive(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Limits and health", Path: "/xero", Parents: []ui.Link{{Href: "/xero", Label: "Xero"}}}, limitsPage(v))
}

func (p *Pages) fillLimits(ctx context.Context, v *limitsView) (err error) {
	if v.Budgets, err = p.budgets(ctx, v.Conn.Tenant); err != nil {
		return err
	}
	if v.Circuit, err = p.breaker.State(ctx, xero.Name, v.Conn.Tenant); err != nil {
		return err
	}
	since := p.now().UTC().Truncate(time.Minute).Add(-59 * time.Minute)
	used, err := p.store.UsageSince(ctx, xero.Name, v.Conn.Tenant, since)
	if err != nil {
		return err
	}
	org, err := p.store.Organisation(ctx, v.Me.Org)
	v.Hour = hourChart(used, since, org.Location())
	return err
}

// hourChart draws how many calls were made in each of sixty minutes.
func hourChart(used map[time.Time]int, since time.Time, zone *time.Location) chart.TimeSeries {
	t := chart.TimeSeries{ID: "calls", Title: "Calls a minute"}
	values := make([]float64, 60)
	total := 0
	for i := range values {
		minute := since.Add(time.Duration(i) * time.Minute)
		t.Labels = append(t.Labels, minute.In(zone).Format("15:04"))
		values[i] = float64(used[minute])
		total += used[minute]
	}
	t.Series = []chart.Series{{Name: "Calls", Values: values}}
	t.Summary = ui.Plural(total, "call", "calls") + " in the last hour"
	return t
}

// budgets are the limits that hold for a tenant, of the sizes that are
// configured until Xero tells others.
func (p *Pages) budgets(ctx context.Context, tenant string) ([]budgetView, error) {
	kept, err := p.store.Budgets(ctx, xero.Name, tenant)
	if err != nil {
		return nil, err
	}
	var views []budgetView
	for _, b := range p.limitsOf(tenant) {
		v := budgetView{Label: budgetLabel(b), Limit: b.Limit}
		for _, k := range kept {
			if k.Window == b.Window {
				v = v.now(k, b.Length, p.now())
			}
		}
		if b.Window == ratelimit.Concurrent {
			if v.Used, err = p.store.UnderWay(ctx, xero.Name, tenant, p.now()); err != nil {
				return nil, err
			}
		}
		v.Text = ui.Thousands(v.Used) + " of " + ui.Thousands(v.Limit)
		views = append(views, v)
	}
	return views, nil
}

func budgetLabel(b ratelimit.Budget) string {
	switch b.Window {
	case "minute":
		return "Calls this minute"
	case "day":
		return "Calls today"
	case ratelimit.Concurrent:
		return "Calls at the same moment"
	case "appminute":
		return "Calls of all organisations this minute"
	}
	return ui.StateLabel(b.Window)
}

// now is what is used of a window, which may have turned since it was kept.
func (v budgetView) now(b store.Budget, length time.Duration, now time.Time) budgetView {
	v.Used = b.Used
	if b.Limit > 0 {
		v.Limit = b.Limit
	}
	if !now.Before(b.Start.Add(length)) {
		v.Used = 0
	}
	if b.BlockedUntil.After(now) {
		v.BlockedUntil = b.BlockedUntil
	}
	return v
}

// blocked is when Xero's wish to wait ends; zero: it has none.
func blocked(budgets []budgetView) time.Time {
	var until time.Time
	for _, b := range budgets {
		if b.BlockedUntil.After(until) {
			until = b.BlockedUntil
		}
	}
	return until
}
