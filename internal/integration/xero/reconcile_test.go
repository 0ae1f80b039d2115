package xero_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// reconciled compares both sides and returns the comparison and what it found,
// as "kind what label: ours | theirs".
func (w *world) reconciled() (store.Reconciliation, []string) {
	w.Helper()
	rec, err := w.xero.BeginReconciliation(w.ctx)
	w.must(err)
	w.must(w.xero.Reconcile(w.ctx, xero.ReconcileArgs{Org: w.org, Run: rec.ID}))
	rec, err = w.store.Reconciliation(w.ctx, w.org, rec.ID)
	w.must(err)
	if rec.State != store.Compared {
		w.Fatalf("the reconciliation is %s: %s", rec.State, rec.Problem)
	}
	page, err := w.store.Differences(w.ctx, w.org, rec.ID, store.DifferenceFilter{Limit: 200})
	w.must(err)
	var found []string
	for _, d := range page.Rows {
		found = append(found, fmt.Sprintf("%s %s %s: %s | %s", d.Kind, d.What, d.Label, d.Ours, d.Theirs))
	}
	return rec, found
}

func TestReconciliationFindsEachDifference(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		paid, voided, late, edited := w.shipped(c), w.shipped(c), w.shipped(c), w.shipped(c)
		w.push()
		n := w.credited(paid, true)
		own := w.paid(late, 5000)
		w.settled()
		if _, found := w.reconciled(); len(found) != 0 {
			w.Fatalf("both sides are in line, and it found %q", found)
		}
		remote := func(i crm.Invoice) string { return w.link(link.Invoice, i.ID).RemoteID }
		w.clock.pass(time.Minute)
		_, err := w.sim.Pay(w.tenant, paid.Number, xerosim.Cents(10000), xerosim.Date{})
		w.must(err)
		w.must(w.sim.Void(w.tenant, voided.Number))
		w.must(w.sim.ReversePayment(w.tenant, w.state(own).RemoteID))
		_, err = w.sim.ChangeInvoice(w.tenant, xerosim.Invoice{InvoiceID: remote(edited), Reference: "Changed in Xero"})
		w.must(err)
		_, err = w.sim.AddInvoice(w.tenant, xerosim.Invoice{Type: "ACCREC", Status: "AUTHORISED", InvoiceNumber: "X-1", DueDate: &xerosim.Date{Time: w.clock.Now()}, Contact: &xerosim.Contact{ContactID: w.linkOf(link.Contact, c.ID.UUID).RemoteID},
			LineItems: []xerosim.LineItem{{Description: "By hand", AccountCode: "200"}}})
		w.must(err)
		a := w.allocations(n.ID)[0]
		w.must(w.sim.UndoAllocation(w.tenant, w.linkOf(link.CreditNote, n.ID.UUID).RemoteID, w.linkOf(link.Allocation, a.ID.UUID).RemoteID))
		_, err = w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Unknown Buyer", IsCustomer: new(true)})
		w.must(err)

		rec, found := w.reconciled()
		for _, want := range []string{
			"invoice paid INV-00001: $0.00 | $100.00", "payment missing_here A payment for INV-00001:  | $100.00 on 22/11/2026",
			"invoice credited INV-00001: " + n.Totals.Total.Format("AUD") + " | $0.00", "credit_note used CN-00001: " + n.Totals.Total.Format("AUD") + " | $0.00",
			"invoice state INV-00002: Issued | Voided", "payment missing_there PAY-00001 for INV-00003: $50.00 on 22/11/2026 | ",
			"invoice paid INV-00003: $50.00 | $0.00", "invoice reference INV-00004: PO-1 | Changed in Xero", "invoice missing_here X-1: ",
		} {
			if !slices.ContainsFunc(found, func(f string) bool { return len(f) >= len(want) && f[:len(want)] == want }) {
				w.Errorf("%q was not found", want)
			}
		}
		months, err := w.store.Months(w.ctx, w.org, rec.ID)
		w.must(err)
		if len(months) != 2 || months[0].Kind != link.Invoice || months[0].Ours != 4 || months[0].Theirs != 4 {
			w.Errorf("the totals by month are %+v", months)
		}

		// Each that is ours to end is ended; the others are accepted.
		page, err := w.store.Differences(w.ctx, w.org, rec.ID, store.DifferenceFilter{Limit: 200})
		w.must(err)
		for _, d := range page.Rows {
			err := w.xero.ResolveDifference(w.ctx, rec.ID, d.Position)
			if d.Record == uuid.Nil && d.Kind != link.Payment {
				if crm.KindOf(err) != crm.Conflict {
					w.Errorf("%s %s: %v", d.Kind, d.What, err)
				}
				w.must(w.xero.AcceptDifference(w.ctx, rec.ID, d.Position, "Written by hand"))
				continue
			}
			w.must(err)
			w.clock.pass(time.Second)
		}
		w.settled()
		if _, found = w.reconciled(); len(found) != 0 {
			w.Errorf("after all was resolved it found %q", found)
		}
		if got := w.sim.Invoices(w.tenant); got[3].Reference != "PO-1" {
			w.Errorf("the reference in Xero is %q", got[3].Reference)
		}
	})
}

func TestReconciliationStopsAndBeginsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.shipped(w.customer("Harbour Marine"))
		w.push()
		rec, err := w.xero.BeginReconciliation(w.ctx)
		w.must(err)
		if _, err := w.xero.BeginReconciliation(w.ctx); crm.KindOf(err) != crm.Conflict {
			w.Errorf("a second one began: %v", err)
		}
		w.must(w.xero.StopReconciliation(w.ctx, rec.ID))
		w.must(w.xero.Reconcile(w.ctx, xero.ReconcileArgs{Org: w.org, Run: rec.ID}))
		if rec, err = w.store.Reconciliation(w.ctx, w.org, rec.ID); err != nil || rec.State != store.Stopped {
			w.Errorf("it is %s, %v", rec.State, err)
		}
		w.must(w.sim.Fail(xerosim.Fault{Method: "GET", Path: "/Invoices", Kind: xerosim.FaultErrorBefore, Count: 20}))
		rec, err = w.xero.BeginReconciliation(w.ctx)
		w.must(err)
		if err := w.xero.Reconcile(w.ctx, xero.ReconcileArgs{Org: w.org, Run: rec.ID}); err != nil {
			w.Errorf("it failed with %v", err)
		}
		if rec, err = w.store.Reconciliation(w.ctx, w.org, rec.ID); err != nil || rec.State != store.GaveUp || rec.Problem == "" {
			w.Errorf("it is %s, %v", rec.State, err)
		}
	})
}

func TestReconciliationAtNight(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		w.clock.pass(time.Minute)
		_, err := w.sim.Pay(w.tenant, i.Number, xerosim.Cents(10000), xerosim.Date{})
		w.must(err)
		runs := func() []store.Reconciliation {
			w.Helper()
			page, err := w.store.Reconciliations(w.ctx, w.org, xero.Name, "", 10)
			w.must(err)
			return page.Rows
		}
		w.must(w.xero.Sweep(w.ctx)) // noon in Sydney
		if n := len(runs()); n != 0 {
			w.Fatalf("%d began by day", n)
		}
		w.clock.pass(15 * time.Hour) // three in the morning
		w.must(w.xero.Sweep(w.ctx))
		w.must(w.xero.Sweep(w.ctx))
		all := runs()
		if len(all) != 1 {
			w.Fatalf("%d began at night", len(all))
		}
		w.must(w.xero.Reconcile(w.ctx, xero.ReconcileArgs{Org: w.org, Run: all[0].ID}))
		if !slices.Contains(w.notices, "xero_differences") {
			w.Errorf("nobody was told: %v", w.notices)
		}
		w.must(w.xero.Sweep(w.ctx))
		if n := len(runs()); n != 1 {
			w.Errorf("%d in one night", n)
		}
	})
}
