package xero_test

import (
	"slices"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// reread reads everything of a kind in bulk.
func (w *world) reread(kind string) store.BulkRun {
	w.Helper()
	w.clock.pass(time.Second)
	run := w.preview(xero.BulkWish{Direction: store.BulkPull, Kind: kind})
	w.must(w.xero.StartBulk(w.ctx, run.ID))
	run = w.goes(run.ID)
	if run.State != store.BulkDone {
		w.Fatalf("the run is %s: %s", run.State, run.Problem)
	}
	return run
}

// TestBulkReadingDoesAllOfReading moves the cursors of the usual reading on: what
// that one would have done with what it does not meet any more is done.
func TestBulkReadingDoesAllOfReading(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorldOf(t, url, xerosim.Options{BriefLists: true})
		c := w.customer("Harbour Marine")
		i := w.shipped(c)
		w.settled()
		w.pull()
		w.takesByItself()
		w.clock.pass(time.Hour)
		to := w.sim.Invoices(w.tenant)[0].Contact
		w.writes(w.byHand(to, "SVC-1"))
		w.credits(i.Number, 3000, 7000)
		before := w.connection()
		for _, kind := range []string{"invoice", "credit_note"} {
			w.reread(kind)
		}
		if w.here() != 2 {
			w.Errorf("%d invoices are here, one was written in Xero", w.here())
		}
		if got := w.invoice(i.ID).Credited; got != 10000 {
			w.Errorf("%d is credited", got)
		}
		ledger, err := w.book.Ledger(w.ctx, i.ID)
		w.must(err)
		var amounts []int64
		for _, line := range ledger[1:] {
			amounts = append(amounts, int64(line.Amount))
		}
		if slices.Sort(amounts); !slices.Equal(amounts, []int64{-7000, -3000}) {
			w.Errorf("its credits are %v", amounts)
		}
		if w.connection().State != before.State {
			w.Errorf("the connection is %s", w.connection().State)
		}
		w.clean()
	})
}

// credits sets prepayments of some amounts against an invoice.
func (w *world) credits(number string, amounts ...int64) {
	w.Helper()
	there, _ := w.sim.InvoiceNumbered(w.tenant, number)
	for _, amount := range amounts {
		pre, err := w.sim.ReceivePrepayment(w.tenant, there.Contact.ContactID, xerosim.Cents(amount), "Deposit")
		w.must(err)
		_, err = w.sim.Allocate(w.tenant, pre.PrepaymentID, there.InvoiceID, xerosim.Cents(amount))
		w.must(err)
	}
}

// TestBulkReadsRefunds reads payments of credit notes, which only the reading of
// payments meets.
func TestBulkReadsRefunds(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		w.clock.pass(time.Minute)
		_, err := w.sim.Refund(w.tenant, w.linkOf(link.CreditNote, n.ID.UUID).RemoteID, xerosim.Cents(2000), xerosim.Date{})
		w.must(err)
		run := w.preview(xero.BulkWish{Direction: store.BulkPull, Kind: "payment"})
		if got := w.credit(n.ID).Refunded; got != 0 || run.Changed != 1 {
			w.Errorf("the preview refunded %d and says %+v", got, run)
		}
		w.must(w.xero.CancelBulk(w.ctx, run.ID))
		run = w.reread("payment")
		if got := w.credit(n.ID).Refunded; got != 2000 || run.Changed != 1 || run.Ignored != 0 {
			w.Errorf("%d is refunded, the run is %+v", got, run)
		}
		if changed := w.items(run, store.BulkItemFilter{}); len(changed) != 1 || changed[0].Label != n.Number {
			w.Errorf("changed are %+v", changed)
		}
	})
}

// TestLookUpReadsCreditsWhole finds an invoice whose answer was lost, with several
// credits that lists do not tell apart.
func TestLookUpReadsCreditsWhole(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorldOf(t, url, xerosim.Options{BriefLists: true})
		c := w.customer("Harbour Marine")
		w.push()
		i := w.shipped(c)
		w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: "/api.xro/2.0/Invoices", Kind: xerosim.FaultCutAfter, Count: 1}))
		w.push()
		w.credits(i.Number, 3000, 7000)
		w.clock.pass(3 * time.Second)
		w.push()
		ledger, err := w.book.Ledger(w.ctx, i.ID)
		w.must(err)
		if got := w.invoice(i.ID).Credited; got != 10000 || len(ledger) != 3 {
			w.Errorf("%d is credited by %+v", got, ledger)
		}
	})
}

// TestBulkReadingNoticesSilence meets changes in bulk of which no webhook told.
func TestBulkReadingNoticesSilence(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		w.deliver()
		w.clock.pass(time.Hour)
		w.pull()
		w.must(w.sim.SetWebhooks(xerosim.WebhooksDisabled))
		_, err := w.sim.Pay(w.tenant, i.Number, 0, xerosim.Date{})
		w.must(err)
		w.clock.pass(time.Hour)
		w.reread("invoice")
		if gaps := w.gaps(); len(gaps) != 1 || gaps[0].Cause != inbox.Silence {
			w.Errorf("the gaps are %+v", gaps)
		}
	})
}
