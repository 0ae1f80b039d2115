package xero_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
)

// credited issues a credit note over one battery and the freight of an invoice.
func (w *world) credited(i crm.Invoice, allocate bool) crm.CreditNote {
	w.Helper()
	lines := records.LineInputsOf(i.Lines)
	lines[0].Quantity = 1_0000
	n, err := w.book.CreateCreditNote(w.ctx, records.CreditNoteInput{InvoiceID: &i.ID, Reference: "RMA-7", Reason: "Damaged in transit", Lines: lines})
	w.must(err)
	n, err = w.book.IssueCreditNote(w.ctx, n.ID, allocate)
	w.must(err)
	return n
}

func (w *world) credit(id crm.CreditNoteID) crm.CreditNote {
	w.Helper()
	n, err := w.store.CreditNote(w.ctx, w.org, id)
	w.must(err)
	return n
}

func (w *world) linkOf(kind link.Kind, id uuid.UUID) link.Link {
	w.Helper()
	return w.state(link.Key{Org: w.org, Service: xero.Name, Kind: kind, Record: id})
}

func (w *world) allocations(id crm.CreditNoteID) []crm.Allocation {
	w.Helper()
	all, err := w.store.AllocationsOf(w.ctx, w.org, id)
	w.must(err)
	return all
}

// settled lets everything that waits or is in doubt come to an end.
func (w *world) settled() {
	w.Helper()
	for range 4 {
		w.push()
		w.clock.pass(3 * time.Second)
	}
}

// look deals with a webhook about a record in Xero.
func (w *world) look(category, id string) {
	w.Helper()
	w.clock.pass(time.Second)
	w.webhook(category, id)
	w.must(ignoreSnooze(w.xero.Look(w.ctx)))
}

func TestCreditNotesGoOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, true)
		w.settled()
		there := w.sim.CreditNotes(w.tenant)
		if len(there) != 1 || there[0].CreditNoteNumber != "CN-00001" || there[0].Total.Cents() != int64(n.Totals.Total) || there[0].TotalTax.Cents() != int64(n.Totals.Tax) ||
			there[0].Status != "PAID" || len(there[0].Allocations) != 1 || there[0].Reference != "RMA-7" {
			w.Fatalf("Xero has %+v", there)
		}
		if line := there[0].LineItems[0]; line.DiscountRate != nil || line.Description != "BESS 50 kWh (1 × $4,995.00 less 5%)" {
			w.Errorf("the discounted line is %+v", line)
		}
		a := w.allocations(n.ID)[0]
		for kind, id := range map[link.Kind]uuid.UUID{link.CreditNote: n.ID.UUID, link.Allocation: a.ID.UUID} {
			if l := w.linkOf(kind, id); l.State != link.Synced || l.RemoteID == "" {
				w.Errorf("the %s is %s: %s", kind, l.State, l.Problem.Text)
			}
		}
		w.look("CREDITNOTE", there[0].CreditNoteID)
		w.look("INVOICE", w.link(link.Invoice, i.ID).RemoteID)
		w.must(ignoreSnooze(w.xero.Pull(w.ctx, xero.PullArgs{Org: w.org})))
		if got, invoice := w.credit(n.ID), w.invoice(i.ID); got.State != crm.CreditNoteApplied || invoice.Credited != n.Totals.Total || len(w.allocations(n.ID)) != 1 {
			w.Errorf("read back: %+v, %d credited", got, invoice.Credited)
		}

		_, err := w.book.RemoveAllocation(w.ctx, a.ID)
		w.must(err)
		_, err = w.book.VoidCreditNote(w.ctx, n.ID) // waits until the allocation is gone in Xero
		w.must(err)
		w.settled()
		if there = w.sim.CreditNotes(w.tenant); there[0].Status != "VOIDED" || len(there[0].Allocations) != 0 {
			w.Errorf("after voiding Xero has %+v", there[0])
		}
		_, err = w.book.VoidInvoice(w.ctx, i.ID)
		w.must(err)
		w.settled()
		if status := w.sim.Invoices(w.tenant)[0].Status; status != "VOIDED" {
			w.Errorf("the invoice in Xero is %s", status)
		}
	})
}

func TestCreditOutcomes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.shipped(c)
		w.push()
		faults := []xerosim.FaultKind{xerosim.FaultCutAfter, xerosim.FaultCutBefore, xerosim.FaultErrorAfter, xerosim.FaultErrorBefore}
		for k, fault := range faults {
			i := w.shipped(c)
			w.push()
			for _, path := range []string{"/CreditNotes", "/Allocations", "/Payments"} {
				w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: path, Kind: fault, Count: 1}))
			}
			n := w.credited(i, false)
			a, err := w.book.Allocate(w.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: 10000})
			w.must(err)
			x, err := w.book.RecordRefund(w.ctx, records.RefundInput{CreditNoteID: n.ID, Amount: 5000, Method: "Bank transfer"})
			w.must(err)
			w.settled()
			w.settled()
			for kind, id := range map[link.Kind]uuid.UUID{link.CreditNote: n.ID.UUID, link.Allocation: a.ID.UUID, link.Refund: x.ID.UUID} {
				if l := w.linkOf(kind, id); l.State != link.Synced || l.RemoteID == "" {
					w.Errorf("%v: the %s is %s: %s", fault, kind, l.State, l.Problem.Text)
				}
			}
			notes := w.sim.CreditNotes(w.tenant)
			if len(notes) != k+1 || len(w.sim.Payments(w.tenant)) != k+1 {
				w.Fatalf("%v: Xero has %d credit notes and %d payments, want %d", fault, len(notes), len(w.sim.Payments(w.tenant)), k+1)
			}
			var allocated int
			for _, note := range notes {
				allocated += len(note.Allocations)
			}
			if allocated != k+1 {
				w.Errorf("%v: Xero has %d allocations, want %d", fault, allocated, k+1)
			}

			w.must(w.sim.Fail(xerosim.Fault{Method: "DELETE", Path: "/Allocations", Kind: fault, Count: 1}))
			_, err = w.book.RemoveAllocation(w.ctx, a.ID)
			w.must(err)
			w.settled()
			w.settled()
			if l := w.linkOf(link.Allocation, a.ID.UUID); l.State != link.Synced {
				w.Errorf("%v: the removal is %s: %s", fault, l.State, l.Problem.Text)
			}
			_, err = w.book.Allocate(w.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: 10000}) // the same once more
			w.must(err)
			w.settled()
		}
	})
}

func TestCreditsComeBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		invoice, credit := w.link(link.Invoice, i.ID).RemoteID, w.linkOf(link.CreditNote, n.ID.UUID).RemoteID
		day := xerosim.Date{}
		check := func(what string, applied, refunded, credited crm.MinorUnits) {
			w.Helper()
			got, owed := w.credit(n.ID), w.invoice(i.ID)
			if got.Applied != applied || got.Refunded != refunded || owed.Credited != credited {
				w.Errorf("%s: applied %d refunded %d credited %d, want %d %d %d", what, got.Applied, got.Refunded, owed.Credited, applied, refunded, credited)
			}
		}
		a, err := w.sim.Allocate(w.tenant, credit, invoice, xerosim.Cents(30000))
		w.must(err)
		_, err = w.sim.Refund(w.tenant, credit, xerosim.Cents(2000), day)
		w.must(err)
		w.look("CREDITNOTE", credit)
		check("made in Xero", 30000, 2000, 30000)

		w.clock.pass(time.Minute)
		w.must(w.sim.UndoAllocation(w.tenant, credit, a.AllocationID))
		w.look("INVOICE", invoice) // alone makes the credit note be read too
		check("undone in Xero", 0, 2000, 0)

		_, err = w.sim.Allocate(w.tenant, credit, invoice, xerosim.Cents(7000))
		w.must(err)
		w.clock.pass(time.Minute)
		w.must(ignoreSnooze(w.xero.Pull(w.ctx, xero.PullArgs{Org: w.org})))
		check("found by the pull", 7000, 2000, 7000)
		_, err = w.book.RemoveAllocation(w.ctx, w.allocations(n.ID)[1].ID) // that was made in Xero
		w.must(err)
		w.settled()
		check("taken back here", 0, 2000, 0)
		if there := w.sim.CreditNotes(w.tenant)[0]; len(there.Allocations) != 0 {
			w.Errorf("Xero still has %+v", there.Allocations)
		}

		own, err := w.book.Allocate(w.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: 4000})
		w.must(err)
		w.settled()
		w.look("CREDITNOTE", credit)
		check("ours", 4000, 2000, 4000)
		w.clock.pass(time.Minute)
		w.must(w.sim.UndoAllocation(w.tenant, credit, w.linkOf(link.Allocation, own.ID.UUID).RemoteID))
		w.look("CREDITNOTE", credit)
		check("ours undone in Xero", 0, 2000, 0)
	})
}

func TestForeignCreditsComeBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		i := w.shipped(c)
		w.push()
		invoice := w.link(link.Invoice, i.ID).RemoteID
		contact := w.linkOf(link.Contact, c.ID.UUID).RemoteID
		credited := func(what string, want crm.MinorUnits) {
			w.Helper()
			if got := w.invoice(i.ID); got.Credited != want || got.Due() != i.Totals.Total-want {
				w.Errorf("%s: %d credited, want %d", what, got.Credited, want)
			}
			if there := w.sim.Invoices(w.tenant)[0]; there.AmountDue.Cents() != int64(i.Totals.Total-want) {
				w.Errorf("%s: Xero says that %s is due", what, there.AmountDue)
			}
		}
		_, err := w.sim.CreditInvoice(w.tenant, invoice, xerosim.Cents(10000))
		w.must(err)
		w.look("INVOICE", invoice)
		credited("a credit note of Xero's", 10000)
		pre, err := w.sim.ReceivePrepayment(w.tenant, contact, xerosim.Cents(5000), "Deposit")
		w.must(err)
		a, err := w.sim.Allocate(w.tenant, pre.PrepaymentID, invoice, xerosim.Cents(3000))
		w.must(err)
		w.look("PREPAYMENT", pre.PrepaymentID)
		credited("a prepayment", 13000)
		over, err := w.sim.ReceiveOverpayment(w.tenant, contact, xerosim.Cents(900), "Paid too much")
		w.must(err)
		_, err = w.sim.Allocate(w.tenant, over.OverpaymentID, invoice, xerosim.Cents(900))
		w.must(err)
		w.look("OVERPAYMENT", over.OverpaymentID)
		credited("an overpayment", 13900)
		w.must(w.sim.UndoAllocation(w.tenant, pre.PrepaymentID, a.AllocationID))
		w.look("PREPAYMENT", pre.PrepaymentID)
		credited("the prepayment taken back", 10900)
		ledger, err := w.book.Ledger(w.ctx, i.ID)
		w.must(err)
		if len(ledger) != 4 || ledger[3].Balance != i.Totals.Total-10900 {
			w.Errorf("the ledger is %+v", ledger)
		}
	})
}

func TestDraftDocumentsHoldCredits(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		conn, err := w.store.Connection(w.ctx, w.org, xero.Name)
		w.must(err)
		settings, err := xero.SettingsOf(conn)
		w.must(err)
		settings.Draft = true
		w.settings(settings)
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, true)
		w.settled()
		a := w.allocations(n.ID)[0]
		if l := w.linkOf(link.Allocation, a.ID.UUID); l.State != link.Blocked || l.Problem.Action != link.LookRemote {
			w.Errorf("the allocation is %s: %+v", l.State, l.Problem)
		}
		_, err = w.sim.ChangeInvoice(w.tenant, xerosim.Invoice{InvoiceID: w.link(link.Invoice, i.ID).RemoteID, Status: "AUTHORISED"})
		w.must(err)
		credit := w.linkOf(link.CreditNote, n.ID.UUID).RemoteID
		_, err = w.sim.ChangeCreditNote(w.tenant, xerosim.CreditNote{CreditNoteID: credit, Status: "AUTHORISED"})
		w.must(err)
		w.look("INVOICE", w.link(link.Invoice, i.ID).RemoteID)
		w.look("CREDITNOTE", credit)
		w.settled()
		if l := w.linkOf(link.Allocation, a.ID.UUID); l.State != link.Synced {
			w.Errorf("the allocation is %s: %s", l.State, l.Problem.Text)
		}
	})
}
