package xeropages

import (
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/ratelimit"
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
	used, err := p.xero.Limits(ctx)
	if err != nil {
		return err
	}
	org, err := p.store.Organisation(ctx, me.Org)
	if err != nil {
		return err
	}
	v.Budgets, v.Circuit, v.Hour = budgetViews(used.Budgets), used.Circuit, hourChart(used, org.Location())
	if web.Target(r) == limitsID {
		return web.ShowFragment(w, r, limitsLive(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Limits and health", Path: "/xero", Parents: []ui.Link{{Href: "/xero", Label: "Xero"}}}, limitsPage(v))
}

// hourChart draws how many calls were made in each of the latest minutes.
func hourChart(used xero.Limits, zone *time.Location) chart.TimeSeries {
	t := chart.TimeSeries{ID: "calls", Title: "Calls a minute"}
	values := make([]float64, len(used.Calls))
	total := 0
	for i, n := range used.Calls {
		t.Labels = append(t.Labels, used.Since.Add(time.Duration(i)*time.Minute).In(zone).Format("15:04"))
		values[i] = float64(n)
		total += n
	}
	t.Series = []chart.Series{{Name: "Calls", Values: values}}
	t.Summary = ui.Plural(total, "call", "calls") + " in the last hour"
	return t
}

func budgetViews(used []xero.BudgetUse) []budgetView {
	views := make([]budgetView, len(used))
	for i, b := range used {
		views[i] = budgetView{budgetLabel(b.Budget), ui.Thousands(b.Used) + " of " + ui.Thousands(b.Limit), b.Used, b.Limit, b.BlockedUntil}
	}
	return views
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
