package xero_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestBulkReadingTellsItsPace stops a run that reads in the middle: what was read
// since it began and what Xero still has say how fast it is and when it ends.
func TestBulkReadingTellsItsPace(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		c := w.customer("Harbour Marine")
		to := w.contactOf(c)
		for n := range 9 {
			w.writes(w.byHand(to, fmt.Sprintf("SVC-%d", n)))
		}
		for n := range 9 {
			_, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: fmt.Sprintf("Buyer %d", n)})
			w.must(err)
			w.clock.pass(time.Second)
		}
		small, armed := *w, false
		small.page = 4
		small.wire = func(r *http.Request) (*http.Response, error) {
			answer, err := http.DefaultTransport.RoundTrip(r)
			if armed && reads("/Invoices")(r) { // what comes after the first page has to wait
				armed = false
				w.must(w.sim.Fail(xerosim.Fault{Method: "GET", Path: "/Invoices", Kind: xerosim.FaultMinute, RetryAfter: 30}))
			}
			return answer, err
		}
		small = *small.beside(url)
		run := small.preview(xero.BulkWish{Direction: store.BulkPull, Kind: xero.BulkEverything})
		if run.Records != 19 {
			t.Fatalf("the preview read %d records", run.Records)
		}
		w.must(small.xero.StartBulk(w.ctx, run.ID))
		pace := func() xero.BulkProgress {
			t.Helper()
			p, err := w.xero.BulkProgress(w.ctx, w.bulk(run.ID))
			w.must(err)
			return p
		}
		if p := pace(); p.Rate != 0 || p.Left != 0 {
			t.Errorf("before anything was read: %+v", p)
		}
		w.clock.pass(30 * time.Second)
		armed = true
		w.must(ignoreSnooze(small.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org})))
		if p := pace(); p.Run.Records != 14 || p.Rate != 28 || p.Left != 5*time.Minute/28 {
			t.Errorf("after a page of invoices: %d read, %.1f a minute, %s left", p.Run.Records, p.Rate, p.Left)
		}
		w.sim.ClearFaults()
		w.must(w.xero.PauseBulk(w.ctx, run.ID))
		w.clock.pass(time.Hour)
		w.must(w.xero.ResumeBulk(w.ctx, run.ID))
		if p := pace(); p.Rate != 0 {
			t.Errorf("what was read before the pause counts: %+v", p)
		}
		if run = w.goes(run.ID); run.State != store.BulkDone || run.Records < 19 { // some come twice after a pause
			t.Errorf("the run is %+v", run)
		}
	})
}
