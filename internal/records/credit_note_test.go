package records_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// credit makes an issued credit note over one battery of an invoice: 5,219.78.
func (x *shop) credit(t *testing.T, i crm.Invoice, allocate bool) crm.CreditNote {
	t.Helper()
	lines := records.LineInputsOf(i.Lines)
	lines[0].Quantity = 1_0000
	n := ok(x.CreateCreditNote(t.Context(), records.CreditNoteInput{InvoiceID: &i.ID, Reason: "Damaged", Lines: lines}))(t)
	return ok(x.IssueCreditNote(t.Context(), n.ID, allocate))(t)
}

func TestCreditNotesCorrectInvoices(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		i := x.invoice(t) // 10,439.55
		whole := ok(x.CreateCreditNote(ctx, records.CreditNoteInput{InvoiceID: &i.ID}))(t)
		if whole.Totals != i.Totals || whole.CustomerID != i.CustomerID || whole.State != crm.CreditNoteDraft || whole.Number != "" {
			t.Errorf("a credit note over the whole invoice: %+v", whole)
		}
		x.seen()
		n := x.credit(t, i, true)
		if n.Number != "CN-00001" || n.State != crm.CreditNoteApplied || n.Applied != n.Totals.Total || n.Remaining() != 0 || n.IssuedOn != crm.NewDay(2026, 11, 22) {
			t.Errorf("issued and allocated: %+v", n)
		}
		if seen := whats(x.seen()); !slices.Equal(seen, []string{"credit_note created", "credit_note issued", "allocation created", "credit_note balance_changed", "invoice balance_changed"}) {
			t.Errorf("changes: %v", seen)
		}
		got := ok(x.Invoice(ctx, i.ID))(t)
		if got.Credited != n.Totals.Total || got.State != crm.InvoicePartPaid || got.Due() != i.Totals.Total-n.Totals.Total {
			t.Errorf("the invoice: %+v", got)
		}
		wants(t, second(x.IssueCreditNote(ctx, whole.ID, true)), crm.Invalid) // more than is left of the invoice
		wants(t, second(x.VoidCreditNote(ctx, n.ID)), crm.Conflict)
		wants(t, second(x.VoidInvoice(ctx, i.ID)), crm.Conflict)
		wants(t, second(x.UpdateCreditNote(ctx, n.ID, n.Version, records.CreditNoteInput{})), crm.Conflict)

		allocations := ok(x.AllocationsOf(ctx, n.ID))(t)
		if len(allocations) != 1 || allocations[0].Amount != n.Totals.Total || allocations[0].InvoiceID != i.ID {
			t.Fatalf("allocations: %+v", allocations)
		}
		ok(x.RemoveAllocation(ctx, allocations[0].ID))(t)
		wants(t, second(x.RemoveAllocation(ctx, allocations[0].ID)), crm.Conflict)
		got, n = ok(x.Invoice(ctx, i.ID))(t), ok(x.CreditNote(ctx, n.ID))(t)
		if got.Credited != 0 || got.State != crm.InvoiceIssued || n.Applied != 0 || n.State != crm.CreditNoteIssued {
			t.Errorf("taken back: %+v %+v", got, n)
		}
		if n = ok(x.VoidCreditNote(ctx, n.ID))(t); n.State != crm.CreditNoteVoided {
			t.Errorf("voided: %+v", n)
		}
		wants(t, second(x.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: 1})), crm.Conflict)
		if whole = ok(x.IssueCreditNote(ctx, whole.ID, true))(t); whole.Number != "CN-00002" || whole.State != crm.CreditNoteApplied {
			t.Errorf("the whole invoice: %+v", whole)
		}
		if got = ok(x.Invoice(ctx, i.ID))(t); got.State != crm.InvoicePaid || got.Due() != 0 || got.PaidOn == nil {
			t.Errorf("credited in full: %+v", got)
		}
	})
}

func TestCreditIsKeptAndRefunded(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		i := x.invoice(t)
		p := ok(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: i.Totals.Total - 10000}))(t)
		n := x.credit(t, i, true) // only 100.00 is owed
		if n.Applied != 10000 || n.State != crm.CreditNoteIssued || n.Remaining() != n.Totals.Total-10000 {
			t.Errorf("allocated up to what was owed: %+v", n)
		}
		other := ok(x.CreateInvoice(ctx, records.InvoiceInput{CustomerID: i.CustomerID, Lines: []records.LineInput{battery()}}))(t)
		wants(t, second(x.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: other.ID, Amount: 100})), crm.Conflict) // a draft
		ok(x.IssueInvoice(ctx, other.ID))(t)
		wants(t, second(x.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: other.ID, Amount: n.Remaining() + 1})), crm.Invalid)
		wants(t, second(x.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: x.invoice(t).ID, Amount: 100})), crm.Invalid) // another customer's
		wants(t, second(x.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: other.ID})), crm.Invalid)
		ok(x.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: other.ID, Amount: 20000}))(t)
		n = ok(x.CreditNote(ctx, n.ID))(t)
		wants(t, second(x.RecordRefund(ctx, records.RefundInput{CreditNoteID: n.ID, Amount: n.Remaining() + 1})), crm.Invalid)
		r := ok(x.RecordRefund(ctx, records.RefundInput{CreditNoteID: n.ID, Amount: n.Remaining(), Method: "Bank transfer"}))(t)
		if r.Number != "REF-00001" || r.PaidOn != crm.NewDay(2026, 11, 22) {
			t.Errorf("the refund: %+v", r)
		}
		if n = ok(x.CreditNote(ctx, n.ID))(t); n.State != crm.CreditNoteApplied || n.Refunded != r.Amount || n.Applied != 30000 {
			t.Errorf("all is used: %+v", n)
		}
		ok(x.ReverseRefund(ctx, r.ID))(t)
		wants(t, second(x.ReverseRefund(ctx, r.ID)), crm.Conflict)
		if n = ok(x.CreditNote(ctx, n.ID))(t); n.State != crm.CreditNoteIssued || n.Refunded != 0 {
			t.Errorf("the refund was taken back: %+v", n)
		}
		if open := ok(x.OpenCreditNotes(ctx, i.CustomerID))(t); len(open) != 1 || open[0].ID != n.ID {
			t.Errorf("open credit: %+v", open)
		}
		if open := ok(x.OpenInvoices(ctx, i.CustomerID))(t); len(open) != 1 || open[0].ID != other.ID {
			t.Errorf("open invoices: %+v", open)
		}
		ledger := ok(x.Ledger(ctx, i.ID))(t)
		if len(ledger) != 3 || ledger[0].Kind != records.InvoiceEntry || ledger[1].Balance+ledger[2].Amount != ledger[2].Balance || ledger[2].Balance != 0 || p.Number == "" {
			t.Errorf("the ledger: %+v", ledger)
		}
	})
}

func TestCreditIsNeverGivenTwice(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		i := x.invoice(t)
		n := x.credit(t, i, false)
		var given sync.WaitGroup
		for range 8 { // each wants more than half of the credit
			given.Go(func() {
				in := records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: n.Totals.Total/2 + 1}
				if _, err := x.Allocate(ctx, in); err != nil && crm.KindOf(err) != crm.Invalid {
					t.Errorf("refused with %v", err)
				}
			})
		}
		given.Wait()
		got, invoice := ok(x.CreditNote(ctx, n.ID))(t), ok(x.Invoice(ctx, i.ID))(t)
		if got.Applied != n.Totals.Total/2+1 || invoice.Credited != got.Applied {
			t.Errorf("%d applied, %d credited of %d", got.Applied, invoice.Credited, n.Totals.Total)
		}
		var drafts []crm.CreditNoteID
		for range 4 { // a second half that is rounded up like the first
			drafts = append(drafts, ok(x.CreateCreditNote(ctx, records.CreditNoteInput{InvoiceID: &i.ID, Lines: records.LineInputsOf(n.Lines)}))(t).ID)
		}
		for _, id := range drafts { // one more fits into the invoice
			given.Go(func() {
				if _, err := x.IssueCreditNote(ctx, id, true); err != nil && crm.KindOf(err) != crm.Invalid {
					t.Errorf("refused with %v", err)
				}
			})
		}
		given.Wait()
		var sum crm.MinorUnits
		for _, c := range ok(x.CreditNotesOfInvoice(ctx, i.ID))(t) {
			if c.State != crm.CreditNoteDraft {
				sum += c.Totals.Total
			}
		}
		if sum != 2*n.Totals.Total || sum > i.Totals.Total+1 {
			t.Errorf("%d of %d is credited", sum, i.Totals.Total)
		}
	})
}

func (x *shop) applyCredit(t *testing.T, r records.RemoteCreditNote) bool {
	t.Helper()
	changed := false
	must(t, x.store.InTx(t.Context(), func(tx *store.Tx) (err error) {
		changed, err = x.In(tx, records.By{Org: x.org, Actor: "Xero", Origin: "xero"}).ApplyRemoteCreditNote(t.Context(), r)
		return err
	}))
	return changed
}

func TestRemoteCreditsComeIn(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		i := x.invoice(t)
		n := x.credit(t, i, false)
		day := crm.NewDay(2026, 12, 3)
		total := n.Totals.Total
		report := records.RemoteCreditNote{
			CreditNoteID: n.ID, Elsewhere: 700, Allocations: []records.RemoteAllocation{{Key: "a-1", InvoiceID: i.ID, Amount: 100000, On: day}},
			Refunds: []records.RemotePayment{{Key: "p-1", Amount: 5000, PaidOn: day, Method: "Xero"}}}
		check := func(what string, applied, refunded, credited crm.MinorUnits) {
			t.Helper()
			got, invoice := ok(x.CreditNote(ctx, n.ID))(t), ok(x.Invoice(ctx, i.ID))(t)
			if got.Applied != applied || got.Refunded != refunded || invoice.Credited != credited || got.State != crm.CreditNoteStateAfter(total, applied+refunded) {
				t.Errorf("%s: applied %d refunded %d credited %d, want %d %d %d", what, got.Applied, got.Refunded, invoice.Credited, applied, refunded, credited)
			}
		}
		twice := func(what string, r records.RemoteCreditNote) {
			t.Helper()
			if !x.applyCredit(t, r) || x.applyCredit(t, r) {
				t.Errorf("%s: the same report must change something once", what)
			}
		}
		twice("come in", report)
		check("come in", 100700, 5000, 100000)

		own := ok(x.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: 2000}))(t)
		back := ok(x.RecordRefund(ctx, records.RefundInput{CreditNoteID: n.ID, Amount: 300}))(t)
		if x.applyCredit(t, report) {
			t.Error("what is on its way was dropped")
		}
		check("on their way", 102700, 5300, 102000)
		report.Allocations = append(report.Allocations, records.RemoteAllocation{Key: "a-2", AllocationID: own.ID, InvoiceID: i.ID, Amount: 2000, On: own.AllocatedOn})
		report.Refunds = append(report.Refunds, records.RemotePayment{Key: "p-2", PaymentID: crm.PaymentID(back.ID), Amount: 300, PaidOn: back.PaidOn})
		if x.applyCredit(t, report) {
			t.Error("what is ours was counted twice")
		}
		ok(x.RemoveAllocation(ctx, own.ID))(t)
		ok(x.ReverseRefund(ctx, back.ID))(t)
		if x.applyCredit(t, report) {
			t.Error("what was taken back came back")
		}
		check("taken back here", 100700, 5000, 100000)

		allocations := ok(x.AllocationsOf(ctx, n.ID))(t)
		ok(x.RemoveAllocation(ctx, allocations[0].ID))(t) // the service's own
		report.Allocations[0].Removing = true
		if x.applyCredit(t, report) {
			t.Error("the service's allocation that was taken back here came back")
		}
		check("the service's taken back here", 700, 5000, 0)
		report.Allocations[0].Removing = false
		twice("there again", report)
		check("there again", 100700, 5000, 100000)

		x.seen()
		report.Allocations[0].Amount, report.Refunds[0].PaidOn = 90000, day.AddDays(1)
		twice("changed", report)
		check("changed", 90700, 5000, 90000)
		if what := whats(x.seen()); !slices.Contains(what, "allocation updated") || !slices.Contains(what, "refund updated") {
			t.Errorf("changes there are told as %v", what)
		}

		report.Allocations, report.Refunds, report.Elsewhere = nil, nil, 0
		twice("gone", report)
		check("gone", 0, 0, 0)
		report.Voided = true
		if !x.applyCredit(t, report) || x.applyCredit(t, report) {
			t.Error("voiding changes something once")
		}
		if got := ok(x.CreditNote(ctx, n.ID))(t); got.State != crm.CreditNoteVoided {
			t.Errorf("voided there: %+v", got)
		}
	})
}

func TestForeignCreditsComeIn(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		i := x.invoice(t)
		n := x.credit(t, i, false)
		ok(x.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: 100}))(t)
		day := crm.NewDay(2026, 12, 3)
		report := records.RemoteInvoice{InvoiceID: i.ID, Credits: []records.ForeignCredit{
			{Key: "pre", Kind: crm.Prepayment, Number: "DEP-1", Amount: 2000, On: day}, {Key: "over", Kind: crm.Overpayment, Amount: 300, On: day}}}
		if !x.apply(t, report) || x.apply(t, report) {
			t.Error("the same report must change something once")
		}
		if got := ok(x.Invoice(ctx, i.ID))(t); got.Credited != 2400 || got.State != crm.InvoicePartPaid {
			t.Errorf("credited: %+v", got)
		}
		report.Credits = report.Credits[:1]
		if !x.apply(t, report) || x.apply(t, report) {
			t.Error("taking back must change something once")
		}
		if got := ok(x.Invoice(ctx, i.ID))(t); got.Credited != 2100 {
			t.Errorf("credited: %+v", got)
		}
		ledger := ok(x.Ledger(ctx, i.ID))(t)
		if len(ledger) != 4 || !ledger[2].TakenBack && !ledger[3].TakenBack || ledger[3].Balance != i.Totals.Total-2100 {
			t.Errorf("the ledger: %+v", ledger)
		}
	})
}
