package records_test

import (
	"slices"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// apply hands what Xero reports to the book.
func (x *shop) apply(t *testing.T, r records.RemoteInvoice) bool {
	t.Helper()
	changed := false
	must(t, x.store.InTx(t.Context(), func(tx *store.Tx) (err error) {
		changed, err = x.In(tx, records.By{Org: x.org, Actor: "Xero", Origin: "xero"}).ApplyRemote(t.Context(), r)
		return err
	}))
	return changed
}

func (x *shop) remote(t *testing.T, r records.RemoteInvoice) error {
	t.Helper()
	return x.store.InTx(t.Context(), func(tx *store.Tx) error {
		return second(x.In(tx, records.By{Org: x.org, Origin: "xero"}).ApplyRemote(t.Context(), r))
	})
}

func TestRemotePaymentsComeIn(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		i := x.invoice(t)
		x.seen()
		day := crm.NewDay(2026, 12, 3)
		report := records.RemoteInvoice{InvoiceID: i.ID, Paid: 43955, Payments: []records.RemotePayment{{Key: "xero-1", Amount: 43955, PaidOn: day, Reference: "EFT"}}}
		if !x.apply(t, report) || x.apply(t, report) {
			t.Error("the same report must change something once")
		}
		seen := x.seen()
		if !slices.Equal(whats(seen), []string{"payment created", "invoice balance_changed"}) || seen[0].Origin != "xero" || seen[1].Origin != "xero" {
			t.Errorf("changes: %+v", seen)
		}
		got := ok(x.Invoice(ctx, i.ID))(t)
		payments := ok(x.PaymentsOf(ctx, i.ID))(t)
		if got.State != crm.InvoicePartPaid || got.Paid != 43955 || len(payments) != 1 || payments[0].Source != crm.FromXero || payments[0].Number != "xero-1" {
			t.Errorf("part paid: %+v %+v", got, payments)
		}
		wants(t, second(x.ReversePayment(ctx, payments[0].ID)), crm.Conflict)

		report.Payments[0].Amount, report.Paid = 943955, 943955
		report.Credits = []records.ForeignCredit{{Key: "xero-c", Kind: crm.Overpayment, Amount: 100000, On: day}}
		if !x.apply(t, report) {
			t.Error("a change of amount was not seen")
		}
		got = ok(x.Invoice(ctx, i.ID))(t)
		if got.State != crm.InvoicePaid || *got.PaidOn != day || got.Credited != 100000 {
			t.Errorf("paid: %+v", got)
		}
		if seen := whats(x.seen()); !slices.Equal(seen, []string{"payment updated", "invoice paid"}) {
			t.Errorf("changes: %v", seen)
		}

		if !x.apply(t, records.RemoteInvoice{InvoiceID: i.ID}) || x.apply(t, records.RemoteInvoice{InvoiceID: i.ID}) {
			t.Error("taking back must change something once")
		}
		got = ok(x.Invoice(ctx, i.ID))(t)
		if payments = ok(x.PaymentsOf(ctx, i.ID))(t); got.State != crm.InvoiceIssued || got.Paid != 0 || payments[0].ReversedAt == nil {
			t.Errorf("taken back: %+v %+v", got, payments)
		}
		if !x.apply(t, report) {
			t.Error("a payment that is there again was not seen")
		}
		if payments = ok(x.PaymentsOf(ctx, i.ID))(t); len(payments) != 1 || payments[0].ReversedAt != nil {
			t.Errorf("there again: %+v", payments)
		}
	})
}

func TestRemoteAndOwnPayments(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		i := x.invoice(t)
		p := ok(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 43955}))(t)
		x.seen()
		paid := func(want crm.MinorUnits) {
			t.Helper()
			if got := ok(x.Invoice(ctx, i.ID))(t); got.Paid != want || got.State != crm.InvoiceStateAfter(got.Totals.Total, want, 0) {
				t.Errorf("paid %d, %s; want %d", got.Paid, got.State, want)
			}
		}
		if x.apply(t, records.RemoteInvoice{InvoiceID: i.ID}) { // not there yet
			t.Error("an own payment on its way was dropped")
		}
		paid(43955)
		there := records.RemoteInvoice{InvoiceID: i.ID, Paid: 43955, Payments: []records.RemotePayment{{Key: "xero-1", PaymentID: p.ID, Amount: 43955, PaidOn: p.PaidOn}}}
		if x.apply(t, there) {
			t.Error("an own payment was counted twice")
		}
		paid(43955)
		ok(x.ReversePayment(ctx, p.ID))(t)
		if x.apply(t, there) { // the service has yet to hear
			t.Error("a payment that is taken back came back")
		}
		paid(0)

		q := ok(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 100}))(t)
		x.seen()
		gone := records.RemoteInvoice{InvoiceID: i.ID, Payments: []records.RemotePayment{{PaymentID: q.ID, Reversed: true}, {PaymentID: p.ID, Reversed: true}}}
		if !x.apply(t, gone) || x.apply(t, gone) {
			t.Error("taking back there must change something once")
		}
		paid(0)
		seen := x.seen()
		if !slices.Equal(whats(seen), []string{"payment reversed", "invoice balance_changed"}) || seen[0].Origin != "xero" {
			t.Errorf("changes: %+v", seen)
		}
	})
}

func TestRemoteVoid(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		i := x.invoice(t)
		x.seen()
		report := records.RemoteInvoice{InvoiceID: i.ID, Voided: true}
		if !x.apply(t, report) || x.apply(t, report) {
			t.Error("voiding must change something once")
		}
		if got := ok(x.Invoice(t.Context(), i.ID))(t); got.State != crm.InvoiceVoided {
			t.Errorf("voided: %+v", got)
		}
		if seen := x.seen(); len(seen) != 1 || seen[0].What != crm.Voided || seen[0].Origin != "xero" {
			t.Errorf("changes: %+v", seen)
		}

		ours := x.invoice(t)
		ok(x.VoidInvoice(t.Context(), ours.ID))(t)
		if x.apply(t, records.RemoteInvoice{InvoiceID: ours.ID, Paid: 1}) {
			t.Error("an invoice voided here came back")
		}
	})
}
