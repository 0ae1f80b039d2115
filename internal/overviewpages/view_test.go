package overviewpages

import (
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

func TestSalesChart(t *testing.T) {
	t.Parallel()
	c := salesChart(records.InvoiceFigures{Currency: "AUD", Sales: []store.MonthSales{{Month: "2026-10", Sales: 12_345_67}, {Month: "2026-11", Sales: 100_00}}})
	if c.Empty() || c.Labels[1] != "Nov 2026" || c.Series[0].Values[0] != 12345.67 || c.Summary != "$12,445.67 invoiced without tax in twelve months" {
		t.Errorf("the chart is %+v", c)
	}
	if yen := salesChart(records.InvoiceFigures{Currency: "JPY", Sales: []store.MonthSales{{Month: "2026-10"}, {Month: "2026-11", Sales: 900}}}); yen.Series[0].Values[1] != 900 {
		t.Errorf("yen are %+v", yen.Series)
	}
	if none := salesChart(records.InvoiceFigures{Currency: "AUD", Sales: []store.MonthSales{{Month: "2026-10"}, {Month: "2026-11"}}}); !none.Empty() {
		t.Errorf("a year without sales is %+v", none)
	}
}

func TestOrdersNearestToLeavingComeFirst(t *testing.T) {
	t.Parallel()
	if first := toShip()[0]; first != crm.OrderPicked {
		t.Errorf("%s comes first", first)
	}
	for days, want := range map[int]string{-1: "since today", 0: "since today", 1: "1 day", 12: "12 days"} {
		if got := waits(days); got != want {
			t.Errorf("%d days are %q", days, got)
		}
	}
}

func TestEntryTitle(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]synclog.Entry{
		"Create INV-1":       {Action: synclog.Create, EntityType: "invoice", Label: "INV-1"},
		"Read tax rates":     {Action: synclog.Read, EntityType: "tax_rate", Label: "List tax rates"},
		"Read other records": {Action: synclog.Read, EntityType: "other"},
		"Connect connection": {Action: synclog.Connect, EntityType: "connection"},
	} {
		if got := entryTitle(e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
