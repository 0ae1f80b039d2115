package xero_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// TestUrgentOvertakesBulk sends a new invoice in the call after the one that is
// under way, however many of a run wait.
func TestUrgentOvertakesBulk(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.many(150)
		run := w.preview(invoices())
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: "/Invoices", Kind: xerosim.FaultMinute, RetryAfter: 5, Count: 1}))
		w.push() // all customers are there, 150 invoices wait
		urgent := w.issued(w.buying("In A Hurry"), crm.GST, crm.Day{})
		var first []link.Link
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) (err error) {
			first, err = tx.ClaimLinks(w.ctx, store.Claim{Org: w.org, Service: xero.Name, Kind: link.Invoice, Process: uuid.New(), Max: 1})
			return err
		}))
		if len(first) == 0 || first[0].Record != urgent.ID.UUID {
			t.Errorf("claimed first: %+v", first)
		}
	})
}

// TestUrgentOvertakesOtherKinds sends an urgent invoice before the customers of
// a run, which otherwise go first.
func TestUrgentOvertakesOtherKinds(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		known := w.buying("In A Hurry")
		w.push()
		w.many(120)
		run := w.preview(invoices())
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		busy := xerosim.Fault{Method: "PUT", Path: "/Contacts", Kind: xerosim.FaultMinute, RetryAfter: 5}
		w.must(w.sim.Fail(busy))
		w.push() // 120 customers wait
		w.sim.ClearFaults()
		w.clock.pass(10 * time.Second)
		urgent := w.issued(known, crm.GST, crm.Day{})
		busy.RetryAfter = 60
		w.must(w.sim.Fail(busy))
		w.push() // the first call with customers ends the round
		w.arrived(urgent)
	})
}

// TestPeopleKeepTheirShare sends an urgent invoice in the same minute in which a
// bulk run has used up all that bulk may use.
func TestPeopleKeepTheirShare(t *testing.T) {
	t.Parallel()
	const limit, reserve, customers, batch = 12, 3, 500, 50
	w := newWorldWithin(t, limit, reserve)
	known := w.buying("In A Hurry")
	w.pushAll()
	w.must(w.xero.Disconnect(w.ctx))
	w.issue(customers, customers)
	w.connect()
	run := w.preview(invoices())
	w.clock.pass(time.Minute)
	w.sim.ResetCounts()
	w.must(w.xero.StartBulk(w.ctx, run.ID))
	w.push()
	if calls := w.sim.Counts().WriteCalls; calls == 0 || calls > limit-2*reserve || calls*batch >= customers {
		t.Errorf("the run made %d calls, and leaves %d of %d", calls, 2*reserve, limit)
	}
	urgent := w.issued(known, crm.GST, crm.Day{})
	w.push()
	w.arrived(urgent)
	if now := w.bulk(run.ID); now.State != store.BulkRunning {
		t.Errorf("the run is %s", now.State)
	}
}
