package records_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

func TestInvoiceOfOrder(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		wants(t, second(x.InvoiceOrder(ctx, x.order(t, crm.OrderDraft).ID)), crm.Conflict)
		o := x.order(t, crm.OrderShipped)
		wants(t, second(x.InvoiceOfOrder(ctx, o.ID)), crm.NotFound)
		x.seen()
		i := ok(x.InvoiceOrder(ctx, o.ID))(t)
		got := ok(x.Invoice(ctx, i.ID))(t)
		if got.Number != "INV-00001" || got.State != crm.InvoiceIssued || got.IssuedOn.String() != "2026-11-22" || got.DueOn.String() != "2026-12-22" || got.Reference != o.Number {
			t.Errorf("invoice: %+v", got)
		}
		if got.Totals != o.Totals || len(got.Lines) != 1 || got.Lines[0].Net != 949050 || got.Lines[0].ID == o.Lines[0].ID || *got.OrderID != o.ID {
			t.Errorf("copied: %+v", got)
		}
		if again := ok(x.InvoiceOrder(ctx, o.ID))(t); again.ID != i.ID {
			t.Errorf("a second invoice: %+v", again)
		}
		if found := ok(x.InvoiceOfOrder(ctx, o.ID))(t); found.ID != i.ID || len(found.Lines) != 1 {
			t.Errorf("of the order: %+v", found)
		}
		if seen := whats(x.seen()); !slices.Equal(seen, []string{"invoice issued"}) {
			t.Errorf("changes: %v", seen)
		}
		history := ok(x.History(ctx, crm.OrderRecord, o.ID.UUID, 1))(t)
		if history[0].Detail != "Invoiced the order as INV-00001." {
			t.Errorf("history of the order: %+v", history)
		}
	})
}

func TestInvoiceByHand(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		seven := 7
		c := ok(x.CreateCustomer(ctx, records.CustomerInput{Name: "Alpha", TermsDays: &seven}))(t)
		draft := ok(x.CreateInvoice(ctx, records.InvoiceInput{CustomerID: c.ID}))(t)
		if draft.Number != "" || draft.State != crm.InvoiceDraft {
			t.Errorf("draft: %+v", draft)
		}
		wants(t, second(x.IssueInvoice(ctx, draft.ID)), crm.Invalid) // nothing on it
		draft = ok(x.UpdateInvoice(ctx, draft.ID, draft.Version, records.InvoiceInput{CustomerID: c.ID, Lines: []records.LineInput{battery()}}))(t)
		wants(t, second(x.UpdateInvoice(ctx, draft.ID, 1, records.InvoiceInput{CustomerID: c.ID})), crm.Conflict)
		wants(t, second(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: draft.ID, Amount: 1})), crm.Conflict)
		ok(x.CreateInvoice(ctx, records.InvoiceInput{CustomerID: c.ID}))(t) // drafts cost no number
		i := ok(x.IssueInvoice(ctx, draft.ID))(t)
		if i.Number != "INV-00001" || i.DueOn.String() != "2026-11-29" || i.Totals.Total != 1043955 {
			t.Errorf("issued: %+v", i)
		}
		wants(t, second(x.IssueInvoice(ctx, i.ID)), crm.Conflict)
		wants(t, second(x.UpdateInvoice(ctx, i.ID, i.Version, records.InvoiceInput{CustomerID: c.ID})), crm.Conflict)

		later := records.InvoiceAmendment{Reference: "PO 9", DueOn: crm.NewDay(2027, 1, 31)}
		wants(t, second(x.AmendInvoice(ctx, i.ID, 1, later)), crm.Conflict)
		wants(t, second(x.AmendInvoice(ctx, i.ID, i.Version, records.InvoiceAmendment{DueOn: crm.NewDay(2026, 1, 1)})), crm.Invalid)
		i = ok(x.AmendInvoice(ctx, i.ID, i.Version, later))(t)
		if got := ok(x.Invoice(ctx, i.ID))(t); got.Reference != "PO 9" || got.DueOn != later.DueOn || len(got.Lines) != 1 {
			t.Errorf("amended: %+v", got)
		}
		ok(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 100}))(t)
		wants(t, second(x.AmendInvoice(ctx, i.ID, i.Version+1, later)), crm.Conflict)
	})
}

func TestInvoiceForNothingIsPaid(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		free := battery()
		free.DiscountPercent = 100_00
		c := x.customer(t, "Alpha")
		draft := ok(x.CreateInvoice(t.Context(), records.InvoiceInput{CustomerID: c.ID, Lines: []records.LineInput{free}}))(t)
		if i := ok(x.IssueInvoice(t.Context(), draft.ID))(t); i.State != crm.InvoicePaid || *i.PaidOn != i.IssuedOn {
			t.Errorf("issued: %+v", i)
		}
		if i := ok(x.VoidInvoice(t.Context(), draft.ID))(t); i.State != crm.InvoiceVoided || i.PaidOn != nil {
			t.Errorf("voided: %+v", i)
		}
	})
}

func TestPayments(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		i := x.invoice(t)
		x.seen()
		e := wants(t, second(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: i.Due() + 1})), crm.Invalid)
		if e.Fields["amount"] == "" {
			t.Errorf("too much: %+v", e)
		}
		first := ok(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 43955, Method: "Bank", PaidOn: crm.NewDay(2026, 12, 1)}))(t)
		if first.Number != "PAY-00001" || first.Source != crm.FromRenoz {
			t.Errorf("payment: %+v", first)
		}
		if got := ok(x.Invoice(ctx, i.ID))(t); got.State != crm.InvoicePartPaid || got.Due() != 1000000 || got.PaidOn != nil {
			t.Errorf("part paid: %+v", got)
		}
		wants(t, second(x.VoidInvoice(ctx, i.ID)), crm.Conflict)
		last := ok(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 1000000}))(t)
		if got := ok(x.Invoice(ctx, i.ID))(t); got.State != crm.InvoicePaid || got.PaidOn.String() != "2026-12-01" || last.PaidOn.String() != "2026-11-22" {
			t.Errorf("paid: %+v", got)
		}
		wants(t, second(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 1})), crm.Conflict)
		want := []string{"payment created", "invoice balance_changed", "payment created", "invoice paid"}
		if got := whats(x.seen()); !slices.Equal(got, want) {
			t.Errorf("changes: %v", got)
		}

		if back := ok(x.ReversePayment(ctx, last.ID))(t); back.ReversedAt == nil || back.Version != 2 {
			t.Errorf("taken back: %+v", back)
		}
		wants(t, second(x.ReversePayment(ctx, last.ID)), crm.Conflict)
		ok(x.ReversePayment(ctx, first.ID))(t)
		if got := ok(x.Invoice(ctx, i.ID))(t); got.State != crm.InvoiceIssued || got.Paid != 0 || got.PaidOn != nil {
			t.Errorf("all taken back: %+v", got)
		}
		if got := ok(x.VoidInvoice(ctx, i.ID))(t); got.State != crm.InvoiceVoided {
			t.Errorf("voided: %+v", got)
		}
		if list := ok(x.PaymentsOf(ctx, i.ID))(t); len(list) != 2 || list[0].ID != last.ID {
			t.Errorf("payments: %+v", list)
		}
	})
}

func TestPaymentsAtTheSameTimeDoNotOverpay(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		i := x.invoice(t)
		errs := make(chan error, 8)
		var wait sync.WaitGroup
		for range cap(errs) {
			wait.Go(func() {
				errs <- second(x.RecordPayment(t.Context(), records.PaymentInput{InvoiceID: i.ID, Amount: 300000}))
			})
		}
		wait.Wait()
		close(errs)
		taken := 0
		for err := range errs {
			if err == nil {
				taken++
				continue
			}
			wants(t, err, crm.Invalid)
		}
		if got := ok(x.Invoice(t.Context(), i.ID))(t); taken != 3 || got.Paid != 900000 {
			t.Errorf("%d were taken, %d paid", taken, got.Paid)
		}
	})
}

func TestFigures(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		x.at = x.at.AddDate(0, -2, 0)
		x.invoice(t)
		x.at = x.at.AddDate(0, 2, 0)
		i := x.invoice(t)
		ok(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 43955}))(t)
		f := ok(x.InvoiceFigures(ctx))(t)
		if f.Open != (store.Owed{Invoices: 2, Due: 2043955}) || f.Overdue != (store.Owed{Invoices: 1, Due: 1043955}) || f.Currency != "AUD" {
			t.Errorf("owed: %+v", f)
		}
		if len(f.Sales) != 12 || f.Sales[11] != (store.MonthSales{Month: "2026-11", Invoices: 1, Sales: 949050}) || f.Sales[10].Invoices != 0 || f.Sales[9].Month != "2026-09" || f.Sales[9].Invoices != 1 {
			t.Errorf("sales: %+v", f.Sales)
		}
		if n := ok(x.OrdersByState(ctx))(t); len(n) != 1 || n[crm.OrderShipped] != 2 {
			t.Errorf("orders: %v", n)
		}
		if n := ok(x.CountCustomers(ctx))(t); n != 2 {
			t.Errorf("%d customers", n)
		}
		overdue := ok(x.Invoices(ctx, store.InvoiceFilter{State: "overdue"}))(t)
		if len(overdue.Rows) != 1 || overdue.Rows[0].StateOn(crm.NewDay(2026, 11, 22)) != crm.InvoiceOverdue || overdue.Rows[0].Due() != 1043955 {
			t.Errorf("overdue: %+v", overdue.Rows)
		}
	})
}
