package xero_test

import (
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// calm ends the faults and lets all that waits come to its end.
func (y *year) calm() {
	y.Helper()
	y.sim.ClearFaults()
	for range 12 {
		y.clock.pass(20 * time.Minute)
		y.must(ignoreSnooze(y.xero.Push(y.ctx, xero.PushArgs{Org: y.org})))
		y.must(ignoreSnooze(y.xero.Pull(y.ctx, xero.PullArgs{Org: y.org})))
		y.must(ignoreSnooze(y.xero.Look(y.ctx)))
		y.must(y.retry())
	}
	y.must(ignoreSnooze(y.xero.Push(y.ctx, xero.PushArgs{Org: y.org})))
	y.must(ignoreSnooze(y.xero.Pull(y.ctx, xero.PullArgs{Org: y.org})))
	y.Logf("%v", y.done)
}

// excluded are the reasons for which a record may stay undone: the other side
// did what excludes it.
func excluded(code string) bool {
	switch code {
	case xeroapi.CodePaymentExceeds, xeroapi.CodeCreditExceeds, xeroapi.CodeDocumentLocked, xeroapi.CodeInvoiceState, xeroapi.CodePaymentState:
		return true
	}
	return false
}

// equal wants both sides to agree but for what is left open, and nothing twice.
func (y *year) equal() {
	y.Helper()
	counts := y.sim.Counts()
	if n := counts.DuplicateContactNumbers + counts.DuplicateInvoiceNumbers + counts.DuplicatePayments; n != 0 {
		y.Errorf("%d duplicates: %+v", n, counts)
	}
	failures, err := y.store.Failures(y.ctx, y.org, store.FailureFilter{Limit: 200})
	y.must(err)
	open := map[string]bool{} // labels of documents with something left open
	for _, l := range failures {
		if !excluded(l.Problem.Code) {
			y.Errorf("%s %s is %s: %s %s", l.Kind, l.Label, l.State, l.Problem.Code, l.Problem.Text)
		}
		for _, label := range y.touched(l) {
			open[label] = true
		}
	}
	waiting, err := y.store.NextLinkDue(y.ctx, y.org, xero.Name)
	y.must(err)
	if !waiting.IsZero() {
		for _, kind := range link.Kinds() {
			counts, err := y.store.LinkCounts(y.ctx, y.org, xero.Name)
			y.must(err)
			y.Logf("%s %v", kind, counts[kind])
		}
		y.Errorf("something still waits, until %s", waiting)
	}
	rec, found := y.reconciled()
	page, err := y.store.Differences(y.ctx, y.org, rec.ID, store.DifferenceFilter{Limit: 200})
	y.must(err)
	foreign := 0
	for n, d := range page.Rows {
		label := d.Label[strings.LastIndex(d.Label, " ")+1:] // of a payment its invoice
		switch {
		case d.Kind == link.CreditNote && d.What == xero.MissingHere && d.Document.Code != "": // written over an amount with its tax
			foreign++
		case d.Kind == link.Contact && y.conflicting(d):
		case !open[label]:
			y.Errorf("it differs: %s %+v", found[n], d.Document)
		}
	}
	if foreign > y.foreign {
		y.Errorf("%d credit notes are only in Xero, %d were written there", foreign, y.foreign)
	}
	y.Logf("%d invoices, %d credit notes, %d payments; %d records are left to people, %d differences with them", len(y.invoices), len(y.notes), len(y.payments), len(failures), len(page.Rows)-foreign)
}

// touched are the documents that a record which is left open concerns.
func (y *year) touched(l link.Link) []string {
	y.Helper()
	switch l.Kind {
	case link.Payment:
		p, err := y.store.Payment(y.ctx, y.org, crm.PaymentID{UUID: l.Record})
		y.must(err)
		return []string{y.invoice(p.InvoiceID).Number}
	case link.Allocation:
		a, err := y.store.Allocation(y.ctx, y.org, crm.AllocationID{UUID: l.Record})
		y.must(err)
		return []string{y.invoice(a.InvoiceID).Number, y.world.credit(a.CreditNoteID).Number}
	case link.Refund:
		x, err := y.store.Refund(y.ctx, y.org, crm.RefundID{UUID: l.Record})
		y.must(err)
		return []string{y.world.credit(x.CreditNoteID).Number}
	}
	labels := []string{l.Label}
	for _, n := range y.sim.CreditNotes(y.tenant) { // one that was to be voided, and is used there
		if l.Kind == link.CreditNote && n.CreditNoteID == l.RemoteID {
			for _, a := range n.Allocations {
				labels = append(labels, a.Invoice.InvoiceNumber)
			}
		}
	}
	return labels
}

// conflicting reports that people are asked about a field of a customer.
func (y *year) conflicting(d store.Difference) bool {
	y.Helper()
	all, err := y.store.ConflictsOf(y.ctx, y.org, crm.CustomerID{UUID: d.Record})
	y.must(err)
	for _, c := range all {
		if c.State == store.ConflictOpen && c.Field == d.What {
			return true
		}
	}
	return false
}
