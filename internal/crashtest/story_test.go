package crashtest

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store/storetest"
)

// What the product promises.
const (
	shownInXero = 2 * time.Second  // from shipping to the invoice in Xero
	shownHere   = 30 * time.Second // from payment in Xero to the invoice here
)

// TestStory ships orders, finds their invoices in Xero, pays them there, and
// finds them paid here, through the program's own jobs and the simulator's own
// webhooks.
func TestStory(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url, options{hooks: true})
		p := w.serve()
		w.must(w.sim.ActivateWebhook(t.Context()))
		c := w.customer(0)
		for n := range 5 {
			i := w.ship(c, n)
			there := w.arrives(i.Number)
			_, err := w.sim.Pay(w.tenant, i.Number, 0, xerosim.Date{Time: i.DueOn.Time(time.UTC)})
			w.must(err)
			back := w.comesBack(i.ID, i.DueOn)
			t.Logf("%s was in Xero after %s and paid here after %s", i.Number, there.Round(time.Millisecond), back.Round(time.Millisecond))
		}
		if status := p.stop(stops); status != 0 {
			t.Errorf("the program ended with %d\n%s", status, p.out)
		}
	})
}

// arrives waits for an invoice in Xero and returns how long that took.
func (w *world) arrives(number string) time.Duration {
	w.Helper()
	return w.arrivesWithin(shownInXero, number)
}

func (w *world) arrivesWithin(most time.Duration, number string) time.Duration {
	w.Helper()
	begun := time.Now()
	until(w, most, number+" is in Xero", func() bool {
		_, there := w.sim.InvoiceNumbered(w.tenant, number)
		return there
	})
	return time.Since(begun)
}

// comesBack waits until an invoice is paid here, with its day and its whole
// amount.
func (w *world) comesBack(id crm.InvoiceID, paidOn crm.Day) time.Duration {
	w.Helper()
	begun := time.Now()
	var i crm.Invoice
	until(w, shownHere, "the invoice is paid here", func() bool {
		var err error
		i, err = w.store.Invoice(w.ctx, w.org, id)
		w.must(err)
		return i.State == crm.InvoicePaid
	})
	took := time.Since(begun)
	payments, err := w.store.PaymentsOf(w.ctx, w.org, id)
	w.must(err)
	if i.Paid != i.Totals.Total || i.PaidOn == nil || *i.PaidOn != paidOn || len(payments) != 1 || payments[0].Amount != i.Totals.Total || payments[0].PaidOn != paidOn {
		w.Errorf("%s has %d of %d paid on %v, payments %+v", i.Number, i.Paid, i.Totals.Total, i.PaidOn, payments)
	}
	return took
}
