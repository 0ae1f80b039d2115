package crashtest

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// idle waits until everything is in line, and retries what needs a person as
// a person would. It returns how much that was.
func (w *world) idle(within time.Duration, invoices int) (retried int) {
	w.Helper()
	state := ""
	deadline := time.Now().Add(within)
	until(w, within+time.Minute, "everything is in line", func() bool {
		if time.Now().After(deadline) {
			w.Fatalf("after %s there is %s\n%s", within, state, w.stuck())
		}
		var busy bool
		state, busy = w.state(invoices)
		if !busy {
			return true
		}
		failed, err := w.store.Failures(w.ctx, w.org, store.FailureFilter{Limit: 100})
		w.must(err)
		for _, l := range failed {
			w.Logf("%s %s is %s after %d attempts: %s", l.Kind, l.Label, l.State, l.Attempts, l.Problem.Text)
		}
		n, err := w.xero.RetryFailed(w.ctx, "")
		w.must(err)
		m, err := w.xero.ReplayFailed(w.ctx, xero.Name)
		w.must(err)
		retried += n + m
		return false
	})
	return retried
}

// state tells what is not in line.
func (w *world) state(invoices int) (text string, busy bool) {
	w.Helper()
	var parts []string
	counts, err := w.store.LinkCounts(w.ctx, w.org, xero.Name)
	w.must(err)
	for kind, states := range counts {
		for state, n := range states {
			if state != link.Synced {
				parts = append(parts, fmt.Sprintf("%d %s %s", n, kind, state))
			}
		}
	}
	failed, err := w.store.Failures(w.ctx, w.org, store.FailureFilter{Limit: 3})
	w.must(err)
	for _, l := range failed {
		parts = append(parts, l.Label+": "+l.Problem.Text)
	}
	for state, n := range w.eventStates() {
		if state != inbox.Done && state != inbox.Ignored {
			parts = append(parts, fmt.Sprintf("%d webhooks %s", n, state))
		}
	}
	if n := w.paidInvoices(); n != invoices {
		parts = append(parts, fmt.Sprintf("%d of %d invoices paid", n, invoices))
	}
	sort.Strings(parts)
	return strings.Join(parts, "; "), len(parts) > 0
}

func contains(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// stuck describes the links that are not in line.
func (w *world) stuck() string {
	w.Helper()
	var b strings.Builder
	look := func(record uuid.UUID) {
		links, err := w.store.LinksOf(w.ctx, w.org, record)
		w.must(err)
		for _, l := range links {
			if l.State != link.Synced {
				fmt.Fprintf(&b, "%s %s is %s after %d attempts, due in %s: %s\n", l.Kind, l.Label, l.State, l.Attempts, time.Until(l.DueAt), l.Problem.Text)
			}
		}
	}
	customers, err := w.store.CustomersAfter(w.ctx, w.org, crm.CustomerID{}, 1000)
	w.must(err)
	for _, c := range customers {
		look(c.ID.UUID)
	}
	for _, i := range w.invoices() {
		look(i.ID.UUID)
		payments, err := w.store.PaymentsOf(w.ctx, w.org, i.ID)
		w.must(err)
		for _, p := range payments {
			look(p.ID.UUID)
		}
	}
	return b.String()
}

func (w *world) events() []inbox.Event {
	w.Helper()
	var all []inbox.Event
	f := inbox.Filter{Service: xero.Name, Limit: 200}
	for {
		page, err := w.store.Events(w.ctx, w.org, f)
		w.must(err)
		all = append(all, page...)
		if len(page) == 0 {
			return all
		}
		f.Before = page[len(page)-1].ID
	}
}

func (w *world) eventStates() map[inbox.State]int {
	states := map[inbox.State]int{}
	for _, e := range w.events() {
		states[e.State]++
	}
	return states
}

func (w *world) invoices() []crm.Invoice {
	w.Helper()
	all, err := w.store.InvoicesAfter(w.ctx, w.org, crm.InvoiceID{}, 1000)
	w.must(err)
	return all
}

func (w *world) paidInvoices() int {
	n := 0
	for _, i := range w.invoices() {
		if i.State == crm.InvoicePaid {
			n++
		}
	}
	return n
}

// equal checks that both sides hold the same, once.
func (w *world) equal(customers, invoices int) {
	w.Helper()
	counts := w.sim.Counts()
	if n := counts.DuplicateContactNumbers + counts.DuplicateInvoiceNumbers + counts.DuplicateInvoiceReferences + counts.DuplicatePayments; n != 0 {
		w.Errorf("%d duplicates: %+v", n, counts)
	}
	if counts.Contacts != customers || counts.Invoices != invoices || counts.Payments != 4*invoices {
		w.Errorf("Xero has %d contacts, %d invoices, %d payments; not %d, %d, %d", counts.Contacts, counts.Invoices, counts.Payments, customers, invoices, 4*invoices)
	}
	theirs := map[string]xerosim.Invoice{}
	for _, i := range w.sim.Invoices(w.tenant) {
		theirs[i.InvoiceNumber] = i
	}
	for _, ours := range w.invoices() {
		w.sameInvoice(ours, theirs[ours.Number])
	}
	w.samePayments()
}

func (w *world) sameInvoice(ours crm.Invoice, theirs xerosim.Invoice) {
	w.Helper()
	if theirs.Total.Cents() != int64(ours.Totals.Total) || theirs.TotalTax.Cents() != int64(ours.Totals.Tax) || theirs.Status != "PAID" {
		w.Errorf("%s is %d with %d tax, in Xero %s with %s and %s", ours.Number, ours.Totals.Total, ours.Totals.Tax, theirs.Total, theirs.TotalTax, theirs.Status)
	}
	if ours.State != crm.InvoicePaid || ours.Due() != 0 || ours.PaidOn == nil {
		w.Errorf("%s is %s with %d due", ours.Number, ours.State, ours.Due())
	}
	l, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.Invoice, Record: ours.ID.UUID})
	w.must(err)
	if l.State != link.Synced || l.RemoteID != theirs.InvoiceID {
		w.Errorf("the link of %s is %s to %s, in Xero it is %s", ours.Number, l.State, l.RemoteID, theirs.InvoiceID)
	}
}

// samePayments checks that each payment recorded here is in Xero and each
// recorded there is here.
func (w *world) samePayments() {
	w.Helper()
	theirs := map[string]xerosim.Payment{}
	for _, p := range w.sim.Payments(w.tenant) {
		theirs[p.PaymentID] = p
	}
	here := 0
	for _, i := range w.invoices() {
		payments, err := w.store.PaymentsOf(w.ctx, w.org, i.ID)
		w.must(err)
		for _, p := range payments {
			here++
			id := p.Number
			if p.Source == crm.FromRenoz {
				l, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.Payment, Record: p.ID.UUID})
				w.must(err)
				id = l.RemoteID
			}
			remote, there := theirs[id]
			if !there || remote.Amount.Cents() != int64(p.Amount) || p.ReversedAt != nil {
				w.Errorf("payment %s of %s is %d here, in Xero %+v", p.Number, i.Number, p.Amount, remote)
			}
			delete(theirs, id)
		}
	}
	if len(theirs) > 0 {
		w.Errorf("%d of %d payments in Xero are not here", len(theirs), here+len(theirs))
	}
}
