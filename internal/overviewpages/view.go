package overviewpages

import (
	"context"
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
	"github.com/renoz/renoz/internal/web/chart"
	"github.com/renoz/renoz/internal/web/ui"
)

// How many rows the lists of the page show.
const (
	ordersShown  = 8
	entriesShown = 6
)

// view is what the page shows. What its reader may not see is empty.
type view struct {
	Me      auth.Identity
	Stats   []ui.Stat
	Sales   *chart.TimeSeries
	Xero    templ.Component
	Mail    templ.Component
	Orders  []waiting
	ToShip  int64
	Entries []synclog.Entry
}

// waiting is an order that has not left, and for how many days.
type waiting struct {
	store.OrderRow
	Days int
}

func (p *Pages) view(ctx context.Context, me auth.Identity) (view, error) {
	v := view{Me: me}
	for _, part := range []struct {
		permission auth.Permission
		fill       func(context.Context, *view) error
	}{
		{auth.InvoicesView, p.fillInvoices}, {auth.OrdersView, p.fillOrders},
		{auth.CustomersView, p.fillCustomers}, {auth.SyncView, p.fillSync}, {auth.MailView, p.fillMail},
	} {
		if !me.Can(part.permission) {
			continue
		}
		if err := part.fill(ctx, &v); err != nil {
			return view{}, err
		}
	}
	return v, nil
}

func (p *Pages) fillInvoices(ctx context.Context, v *view) error {
	f, err := p.book.InvoiceFigures(ctx)
	if err != nil {
		return err
	}
	overdue := ui.Stat{Label: "Overdue", Value: amount(f.Overdue.Due, f.Currency), Note: ui.Plural(int(f.Overdue.Invoices), "invoice", "invoices"), Href: "/invoices?state=overdue"}
	if f.Overdue.Invoices == 0 {
		overdue.Note = "Nobody is late"
	}
	v.Stats = append(v.Stats,
		ui.Stat{Label: "Open invoices", Value: amount(f.Open.Due, f.Currency), Note: ui.Plural(int(f.Open.Invoices), "invoice", "invoices"), Href: "/invoices?state=open"},
		overdue)
	sales := salesChart(f)
	v.Sales = &sales
	return nil
}

func (p *Pages) fillOrders(ctx context.Context, v *view) error {
	org, err := p.store.Organisation(ctx, v.Me.Org)
	if err != nil {
		return err
	}
	today := crm.DayIn(p.now(), org.Location())
	counts, err := p.book.OrdersByState(ctx)
	if err != nil {
		return err
	}
	for _, state := range toShip() {
		v.ToShip += counts[state]
		if counts[state] == 0 || len(v.Orders) >= ordersShown {
			continue
		}
		page, err := p.book.Orders(ctx, store.OrderFilter{State: string(state), Limit: ordersShown - len(v.Orders)})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			v.Orders = append(v.Orders, waiting{row, row.OrderedOn.DaysUntil(today)})
		}
	}
	note := "Everything has left"
	if v.ToShip > 0 {
		note = ui.Plural(int(counts[crm.OrderPicked]), "picked", "picked")
	}
	v.Stats = append(v.Stats, ui.Stat{Label: "Orders to ship", Value: ui.Thousands(int(v.ToShip)), Note: note, Href: "/orders?state=open"})
	return nil
}

// toShip are the states of orders that wait to leave, those nearest to it first.
func toShip() []crm.OrderState {
	return []crm.OrderState{crm.OrderPicked, crm.OrderPartiallyShipped, crm.OrderPicking, crm.OrderConfirmed}
}

func (p *Pages) fillCustomers(ctx context.Context, v *view) error {
	n, err := p.book.CountCustomers(ctx)
	if err != nil {
		return err
	}
	v.Stats = append(v.Stats, ui.Stat{Label: "Customers", Value: ui.Thousands(int(n)), Note: "active", Href: "/customers"})
	return nil
}

func (p *Pages) fillSync(ctx context.Context, v *view) (err error) {
	if v.Xero, err = p.xero.Card(ctx, "/"); err != nil {
		return err
	}
	v.Entries, err = p.store.Entries(ctx, v.Me.Org, synclog.Filter{Limit: entriesShown})
	return err
}

func (p *Pages) fillMail(ctx context.Context, v *view) (err error) {
	if p.mail != nil {
		v.Mail, err = p.mail.Card(ctx, "/")
	}
	return err
}

// salesChart draws whole units of the currency: cents are noise at this size.
func salesChart(f records.InvoiceFigures) chart.TimeSeries {
	t := chart.TimeSeries{ID: "sales", Title: "Sales by month in " + string(f.Currency)}
	values := make([]float64, len(f.Sales))
	var total crm.MinorUnits
	whole := wholeUnit(f.Currency)
	for i, m := range f.Sales {
		t.Labels = append(t.Labels, monthLabel(m.Month))
		values[i] = float64(m.Sales) / whole
		total += m.Sales
	}
	t.Summary = amount(total, f.Currency) + " invoiced without tax in twelve months"
	if !slices.ContainsFunc(values, func(v float64) bool { return v != 0 }) {
		return chart.TimeSeries{ID: t.ID, Title: t.Title, Summary: "Nothing was invoiced in the last twelve months"}
	}
	t.Series = []chart.Series{{Name: "Invoiced", Values: values}}
	return t
}

func wholeUnit(c crm.Currency) float64 {
	whole := 1.0
	for range c.Digits() {
		whole *= 10
	}
	return whole
}

// monthLabel writes 2026-11 as Nov 2026.
func monthLabel(month string) string {
	at, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return at.Format("Jan 2006")
}

func amount(n crm.MinorUnits, c crm.Currency) string { return ui.Amount(int64(n), string(c)) }

// orderLevel is the colour of an order that waits to leave, as in the list of
// orders.
func orderLevel(s crm.OrderState) ui.Level {
	switch s {
	case crm.OrderPicked:
		return ui.Busy
	case crm.OrderPartiallyShipped:
		return ui.Warn
	}
	return ui.StateLevel(string(s))
}
