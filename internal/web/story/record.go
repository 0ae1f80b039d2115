package story

import (
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/web/chart"
	"github.com/renoz/renoz/internal/web/ui"
)

type invoice struct {
	Number, Customer, Text, State, Sync string
	Total, Due                          int64 // cents
	Issued                              time.Time
}

func all() []invoice {
	day := func(n int) time.Time { return Now().AddDate(0, 0, -n) }
	return []invoice{
		{"INV-1042", "Harbour Solar", "Marina stage 2, delivered in two parts to the site office", "overdue", "synced", 589_600, 589_600, day(41)},
		{"INV-1041", "Bluegum Caravans", "", "sent", "pending", 1_248_350, 1_248_350, day(3)},
		{"INV-1040", "Outback Telecom Towers and Remote Power Services", "Framework order 7", "part-paid", "rejected", 24_310_000, 12_155_000, day(12)},
		{"INV-1039", "Northside Marine", "", "paid", "synced", 98_450, 0, day(18)},
		{"INV-1038", "Kestrel Farms", "Pump shed", "draft", "blocked", 310_200, 310_200, day(1)},
	}
}

func segments() []ui.Segment {
	return []ui.Segment{{Label: "All", Count: "5"}, {Value: "draft", Label: "Draft", Count: "1"}, {Value: "overdue", Label: "Overdue", Count: "1"}, {Value: "paid", Label: "Paid", Count: "1"}}
}

func stats() []ui.Stat {
	return []ui.Stat{
		{Label: "Receivable", Value: ui.Amount(48_213_250, "AUD"), Delta: "4.1%", Up: true, Good: true, Note: "vs last month", Spark: []float64{3, 4, 4, 6, 5, 7, 8}, Href: "/invoices"},
		{Label: "Overdue", Value: ui.Amount(589_600, "AUD"), Delta: "1 more", Up: true, Note: "vs last week", Spark: []float64{1, 2, 1, 3, 4}, Level: ui.Bad},
		{Label: "Synced today", Value: "1,204", Note: "99.2% at the first try", Spark: []float64{1, 2, 3, 3, 5, 6}, Level: ui.OK},
		{Label: "Open issues", Value: "7", Note: "2 need a decision", Href: "/nothing"},
	}
}

func income() chart.TimeSeries {
	t := chart.TimeSeries{ID: "income", Title: "Invoiced", Summary: "$482,132 in twelve weeks, 8% more than before"}
	now, before := []float64{12, 18, 15, 22, 31, 28, 36, 33, 41, 39, 46, 52}, []float64{10, 14, 16, 18, 22, 27, 26, 31, 33, 36, 35, 41}
	for i := range now {
		t.Labels = append(t.Labels, "Week "+strconv.Itoa(i+1))
		now[i] *= 1000
		before[i] *= 1000
	}
	t.Series = []chart.Series{{Name: "This quarter", Values: now}, {Name: "Last quarter", Values: before}}
	return t
}

func hours(bad int) []ui.Level {
	out := make([]ui.Level, 24)
	for i := range out {
		out[i] = ui.OK
	}
	if bad > 0 {
		out[bad], out[bad+1] = ui.Warn, ui.Bad
	}
	return out
}

func history() []ui.Event {
	return []ui.Event{
		{At: Now().Add(-4 * time.Minute), Title: "Xero refused the invoice", Text: "The account code 201 is archived in Xero. Choose another code for lithium batteries.", Who: "Xero", Level: ui.Bad, Body: payload()},
		{At: Now().Add(-5 * time.Minute), Title: "Sending to Xero", Who: "Renoz", Level: ui.Busy},
		{At: Now().Add(-2 * time.Hour), Title: "E-mail opened", Who: "accounts@harbour.example", Level: ui.OK},
		{At: Now().AddDate(0, 0, -1), Title: "Terms changed from 14 to 30 days", Who: "Alex Kim"},
	}
}

const sample = `{"InvoiceNumber":"INV-1042","Type":"ACCREC","LineItems":[{"AccountCode":"201","Quantity":4,"UnitAmount":1249.00}],"Status":"AUTHORISED","Reference":"Marina stage 2, delivered in two parts to the site office on the eastern quay"}`

type draft struct {
	Customer, Reference string
	Lines               []ui.Line
	Wrong               map[string]string
}

// check notes what is wrong and counts it.
func (d *draft) check() int {
	d.Wrong = map[string]string{}
	if d.Customer == "" {
		d.Wrong["customer"] = "Choose who pays this invoice."
	}
	n := len(d.Wrong)
	for i, l := range d.Lines {
		if _, err := strconv.ParseFloat(l.Values["quantity"], 64); err != nil {
			d.Lines[i].Errors = map[string]string{"quantity": "Enter a number."}
			n++
		}
	}
	return n
}

func (d draft) editor() ui.LineEditor {
	e := ui.LineEditor{
		ID: "lines", URL: "/invoices/new",
		Columns: []ui.LineColumn{
			{Name: "product", Label: "Product", Options: products(), Placeholder: "Other"},
			{Name: "description", Label: "Description", Width: "wide"},
			{Name: "quantity", Label: "Quantity", InputMode: "decimal", Numeric: true},
			{Name: "price", Label: "Unit price", InputMode: "decimal", Numeric: true},
			{Name: "amount", Label: "Amount", Numeric: true, ReadOnly: true},
		},
	}
	var total int64
	for _, l := range d.Lines {
		quantity, _ := strconv.ParseFloat(l.Values["quantity"], 64)
		price, _ := strconv.ParseFloat(l.Values["price"], 64)
		amount := int64(quantity*price*100 + 0.5)
		total += amount
		l.Values["amount"] = ui.Amount(amount, "AUD")
		e.Lines = append(e.Lines, l)
	}
	e.Totals = []ui.Detail{{Term: "Subtotal", Text: ui.Amount(total, "AUD")}, {Term: "GST 10%", Text: ui.Amount(total/10, "AUD")}, {Term: "Total", Text: ui.Amount(total+total/10, "AUD")}}
	return e
}

func products() []ui.Option {
	return []ui.Option{{Value: "LFP-100", Label: "LFP-100"}, {Value: "BMS-8S", Label: "BMS-8S"}}
}
