package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

func counts(t *testing.T, y year) {
	t.Helper()
	for what, n := range map[string][2]int{
		"customers": {len(y.customers), 500}, "products": {len(y.products), 30},
		"orders": {len(y.orders), 1000}, "invoices": {len(y.invoices), 1200},
	} {
		if n[0] != n[1] {
			t.Errorf("%d %s, want %d", n[0], what, n[1])
		}
	}
}

// totals computes every document anew.
func totals(t *testing.T, y year) {
	kinds := map[string]int{}
	check := func(name string, lines []crm.Line, want crm.Totals) {
		computed, got, err := crm.Compute(lines, crm.AustralianTaxRates(), 2)
		if err != nil || got != want {
			t.Errorf("%s: computed %+v, %v; kept %+v", name, got, err, want)
			return
		}
		for i, l := range computed {
			if l.Net != lines[i].Net || l.Tax != lines[i].Tax {
				t.Errorf("%s: line %d differs", name, i)
			}
			kinds[string(l.Kind)]++
			kinds[string(l.TaxClass)]++
			if l.DiscountPercent > 0 {
				kinds["percent"]++
			}
			if l.DiscountAmount > 0 {
				kinds["amount"]++
			}
		}
	}
	for _, o := range y.orders {
		check(o.Number, o.Lines, o.Totals)
	}
	for _, i := range y.invoices {
		check("invoice "+i.Number, i.Lines, i.Totals)
	}
	for _, kind := range []string{"item", "shipping", "discount", "gst", "gst_free", "input_taxed", "export", "percent", "amount"} {
		if kinds[kind] < 10 {
			t.Errorf("%d lines of %s, want 10 or more", kinds[kind], kind)
		}
	}
	t.Log(kinds)
}

// numbers have no gaps and rise with the dates.
func numbers(t *testing.T, y year) {
	type document struct {
		n  int64
		at string
	}
	check := func(what string, all []document) {
		slices.SortFunc(all, func(a, b document) int { return int(a.n - b.n) })
		for i, d := range all {
			if d.n != int64(i+1) {
				t.Fatalf("%s %d is missing", what, i+1)
			}
			if i > 0 && d.at < all[i-1].at {
				t.Errorf("%s %d is of %s, the one before of %s", what, d.n, d.at, all[i-1].at)
			}
		}
	}
	number := func(prefix, text string) int64 { return must(crm.ParseNumber(prefix, text))(t) }
	var orders, invoices, payments, customers []document
	for _, c := range y.customers {
		customers = append(customers, document{number("C-", c.Number), c.CreatedAt.Format(time.RFC3339)})
	}
	for _, o := range y.orders {
		orders = append(orders, document{number("ORD-", o.Number), o.OrderedOn.String()})
	}
	for _, i := range y.invoices {
		if i.Number != "" {
			invoices = append(invoices, document{number("INV-", i.Number), i.IssuedOn.String()})
		}
		for _, p := range y.payments[i.ID] {
			payments = append(payments, document{number("PAY-", p.Number), p.PaidOn.String()})
		}
	}
	check("customer", customers)
	check("order", orders)
	check("invoice", invoices)
	check("payment", payments)
}

func orders(t *testing.T, y year) {
	t.Helper()
	invoices := map[crm.OrderID]int{}
	for _, i := range y.invoices {
		if i.OrderID != nil && i.State != crm.InvoiceVoided {
			invoices[*i.OrderID]++
		}
	}
	states := map[crm.OrderState]int{}
	for n, o := range y.orders { // the newest first
		states[o.State]++
		if n < 12 && o.State != crm.OrderPicked {
			t.Errorf("order %d from the top is %s, want picked", n, o.State)
		}
		shipped := o.State == crm.OrderShipped || o.State == crm.OrderDelivered
		if shipped != (o.ShippedAt != nil) || shipped != (invoices[o.ID] == 1) {
			t.Errorf("%s is %s, shipped at %v with %d invoices", o.Number, o.State, o.ShippedAt, invoices[o.ID])
		}
	}
	for _, state := range crm.OrderStates() {
		if states[state] < 8 {
			t.Errorf("%d orders are %s, want 8 or more", states[state], state)
		}
	}
	t.Log(states)
}

func invoices(t *testing.T, y year) {
	t.Helper()
	states, reversed := map[crm.InvoiceState]int{}, 0
	for _, i := range y.invoices {
		states[i.StateOn(y.today)]++
		var paid crm.MinorUnits
		for _, p := range y.payments[i.ID] {
			if p.PaidOn.After(y.today) || p.PaidOn.Before(i.IssuedOn) {
				t.Errorf("%s of %s was paid on %s", i.Number, i.IssuedOn, p.PaidOn)
			}
			if p.ReversedAt != nil {
				reversed++
				continue
			}
			paid += p.Amount
		}
		if paid != i.Paid || i.Due() < 0 || i.IssuedOn.After(y.today) {
			t.Errorf("%s: paid %d by payments, %d on the invoice, due %d, of %s", i.Number, paid, i.Paid, i.Due(), i.IssuedOn)
		}
	}
	for state, least := range map[crm.InvoiceState]int{
		crm.InvoiceDraft: 15, crm.InvoiceIssued: 30, crm.InvoicePartPaid: 1, crm.InvoicePaid: 700, crm.InvoiceOverdue: 20, crm.InvoiceVoided: 18,
	} {
		if states[state] < least {
			t.Errorf("%d invoices are %s, want %d or more", states[state], state, least)
		}
	}
	if states[crm.InvoiceOverdue] > 150 || reversed == 0 {
		t.Errorf("%d invoices are overdue, %d payments reversed", states[crm.InvoiceOverdue], reversed)
	}
	t.Log(states, "reversed", reversed)
}

func customers(t *testing.T, y year) {
	abns, abroad := map[string]bool{}, 0
	for _, c := range y.customers {
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if abns[c.ABN] && c.ABN != "" {
			t.Errorf("%s has the ABN of another", c.Name)
		}
		abns[c.ABN] = true
		if c.ABN == "" {
			abroad++
		}
		if len(c.Contacts) < 1 || len(c.Contacts) > 3 || len(c.Addresses) == 0 {
			t.Errorf("%s has %d contacts and %d addresses", c.Name, len(c.Contacts), len(c.Addresses))
		}
		for _, email := range append([]string{c.Email}, emails(c)...) {
			if !strings.HasSuffix(email, ".example") {
				t.Errorf("%s has the e-mail address %s", c.Name, email)
			}
		}
	}
	if abroad != 12 {
		t.Errorf("%d customers without an ABN, want 12", abroad)
	}
}

func emails(c crm.Customer) (all []string) {
	for _, p := range c.Contacts {
		all = append(all, p.Email)
	}
	return all
}

// hours are those of business, in the year before today.
func hours(t *testing.T, y year) {
	t.Helper()
	sydney := must(time.LoadLocation("Australia/Sydney"))(t)
	for _, o := range y.orders {
		for _, at := range []time.Time{o.CreatedAt, o.UpdatedAt} {
			local := at.In(sydney)
			clock := local.Format("15:04")
			if clock < "08:30" || clock >= "17:00" || local.Weekday() == time.Saturday || local.Weekday() == time.Sunday {
				t.Fatalf("%s changed at %s", o.Number, local)
			}
		}
		if o.OrderedOn.After(y.today) || o.OrderedOn.DaysUntil(y.today) > 366 {
			t.Errorf("%s is of %s", o.Number, o.OrderedOn)
		}
	}
	if first := y.orders[len(y.orders)-1]; first.OrderedOn.DaysUntil(y.today) < 350 {
		t.Errorf("the first order is of %s", first.OrderedOn)
	}
	if last := y.orders[0]; last.OrderedOn.DaysUntil(y.today) > 6 {
		t.Errorf("the last order is of %s", last.OrderedOn)
	}
}
