package crm

import (
	"strings"
	"testing"
)

func TestOrderStates(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{}
	for _, way := range []string{
		"draft confirmed", "confirmed picking", "picking picked", "picked partially_shipped", "picked shipped",
		"partially_shipped shipped", "shipped delivered",
		"draft cancelled", "confirmed cancelled", "picking cancelled", "picked cancelled",
	} {
		allowed[way] = true
	}
	for _, from := range OrderStates() {
		for _, to := range OrderStates() {
			err := from.Become(to)
			if want := allowed[string(from+" "+to)]; from.CanBecome(to) != want || (err == nil) != want {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			if err != nil && KindOf(err) != Conflict {
				t.Errorf("%s to %s: kind %s", from, to, KindOf(err))
			}
		}
	}
	if err := OrderPicked.Become(OrderDelivered); err.Error() != "The order is picked and cannot become delivered; it can become shipped or partially shipped or cancelled." {
		t.Error(err)
	}
	if err := OrderDraft.Become("lost"); KindOf(err) != Invalid {
		t.Error(err)
	}
	if OrderPartiallyShipped.Label() != "Partially shipped" || OrderState("").Label() != "" {
		t.Error("labels are wrong")
	}
}

func TestInvoiceStates(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{}
	for _, way := range []string{
		"draft issued", "issued part_paid", "issued paid", "part_paid paid",
		"part_paid issued", "paid part_paid", "paid issued", "draft voided", "issued voided",
	} {
		allowed[way] = true
	}
	for _, from := range InvoiceStates() {
		for _, to := range InvoiceStates() {
			if want := allowed[string(from+" "+to)]; from.CanBecome(to) != want || (from.Become(to) == nil) != want {
				t.Errorf("%s to %s is %v", from, to, from.CanBecome(to))
			}
		}
	}
	if err := InvoicePaid.Become(InvoiceVoided); err == nil || !strings.Contains(err.Error(), "take them back") {
		t.Error(err)
	}
	if err := InvoiceIssued.Become(InvoiceOverdue); KindOf(err) != Invalid {
		t.Errorf("overdue is not kept: %v", err)
	}
}

func TestInvoiceStateOn(t *testing.T) {
	t.Parallel()
	due := NewDay(2026, 11, 22)
	open := Invoice{State: InvoicePartPaid, DueOn: due, Totals: Totals{Total: 100}, Paid: 40}
	settled := open
	settled.Credited = 60
	draft := open
	draft.State = InvoiceDraft
	for _, c := range []struct {
		invoice Invoice
		today   Day
		want    InvoiceState
	}{
		{open, due, InvoicePartPaid},
		{open, due.AddDays(1), InvoiceOverdue},
		{settled, due.AddDays(1), InvoicePartPaid},
		{draft, due.AddDays(1), InvoiceDraft},
		{Invoice{State: InvoiceIssued, Totals: Totals{Total: 1}}, due, InvoiceIssued},
	} {
		if got := c.invoice.StateOn(c.today); got != c.want {
			t.Errorf("%+v on %s is %s, want %s", c.invoice, c.today, got, c.want)
		}
	}
}

func TestInvoiceStateAfter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		total, paid, credited MinorUnits
		want                  InvoiceState
	}{
		{100, 0, 0, InvoiceIssued}, {100, 1, 0, InvoicePartPaid}, {100, 0, 1, InvoicePartPaid},
		{100, 60, 40, InvoicePaid}, {100, 120, 0, InvoicePaid}, {0, 0, 0, InvoicePaid},
	} {
		if got := InvoiceStateAfter(c.total, c.paid, c.credited); got != c.want {
			t.Errorf("%+v is %s", c, got)
		}
	}
}
