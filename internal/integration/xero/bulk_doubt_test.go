package xero_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// TestBulkCancelledInDoubt cancels a run whose last call was cut: what did not
// arrive is as it was, what did is known, and nothing more is sent.
func TestBulkCancelledInDoubt(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for _, cut := range []xerosim.FaultKind{xerosim.FaultCutBefore, xerosim.FaultCutAfter} {
			before := w.sim.Counts().Contacts
			w.must(w.xero.Disconnect(w.ctx))
			for _, name := range []string{"First", "Second", "Third"} {
				w.buying(name + map[xerosim.FaultKind]string{xerosim.FaultCutBefore: " lost", xerosim.FaultCutAfter: " kept"}[cut])
			}
			w.connect()
			run := w.preview(xero.BulkWish{Direction: store.BulkPush, Kind: "contact", Filter: store.BulkFilter{Missing: true}})
			w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: "/Contacts", Kind: cut, Count: 1}))
			w.must(w.xero.StartBulk(w.ctx, run.ID))
			w.push()
			w.must(w.xero.CancelBulk(w.ctx, run.ID))
			if run = w.bulk(run.ID); run.State != store.BulkStopping {
				t.Fatalf("%s: it is %s while a call is in doubt", cut, run.State)
			}
			run = w.goes(run.ID)
			w.clock.pass(time.Hour)
			w.push()
			arrived := w.sim.Counts().Contacts - before
			p, err := w.xero.BulkProgress(w.ctx, run)
			w.must(err)
			if run.State != store.BulkCancelled || p.Done != arrived || p.Cancelled != 3-arrived || arrived != map[xerosim.FaultKind]int{xerosim.FaultCutBefore: 0, xerosim.FaultCutAfter: 3}[cut] {
				t.Errorf("%s: %d are in Xero, the run is %s: %+v", cut, arrived, run.State, p)
			}
			for _, i := range w.items(run, store.BulkItemFilter{}) {
				if l, err := w.store.Link(w.ctx, i.Key); err == nil && l.State != link.Synced {
					t.Errorf("%s: %s is %s", cut, i.Label, l.State)
				}
			}
			if arrived == 0 { // they are left for the next round
				w.must(w.xero.SendAll(w.ctx))
				w.must(w.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org}))
				w.push()
			}
		}
	})
}
