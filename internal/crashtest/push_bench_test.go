package crashtest

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// The bulk run that people's pushes compete with, at Xero's own limit, and how
// often somebody ships an order meanwhile.
const (
	bulkCustomers = 500
	bulkInvoices  = 6000
	minuteLimit   = 60
	clickEvery    = 6 * time.Second // ten a minute, of the twelve calls that bulk leaves
	fewestClicks  = 10
)

// BenchmarkPushDuringBulk measures from shipping an order to its invoice in Xero
// while the built program sends 6,000 invoices of 500 customers in bulk:
//
//	scripts/with-postgres go test -run '^$' -bench PushDuringBulk -benchtime 100x ./internal/crashtest
//
// Orders are shipped until the run ends; it fails when those are too few to tell.
func BenchmarkPushDuringBulk(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { pushDuringBulk(b, b.TempDir()+"/renoz.db") })
	b.Run("postgres", func(b *testing.B) { pushDuringBulk(b, storetest.PostgresURL(b)) })
}

func pushDuringBulk(b *testing.B, url string) {
	if b.N == 1 {
		return // the first try of every benchmark, which would take as long as the whole
	}
	w := newWorld(b, url, options{minute: minuteLimit})
	p := w.serve("RENOZ_XERO_MINUTE_LIMIT=" + strconv.Itoa(minuteLimit))
	buyer := w.customer(0)
	w.arrivesWithin(time.Minute, w.ship(buyer, 0).Number)
	w.must(w.xero.Disconnect(w.ctx))
	w.backlog()
	w.connect()
	run, err := w.xero.RunBulk(w.ctx, xero.BulkWish{Direction: store.BulkPush, Kind: "invoice", Filter: store.BulkFilter{Missing: true}})
	w.must(err)
	until(w, 2*time.Minute, "the run sends", func() bool { return w.bulk(run).State == store.BulkRunning })
	var took []time.Duration
	b.ResetTimer()
	for n := 0; n < b.N && w.bulk(run).State == store.BulkRunning; n++ {
		next := time.After(clickEvery)
		took = append(took, w.arrivesWithin(time.Minute, w.ship(buyer, n+1).Number))
		<-next
	}
	b.StopTimer()
	if len(took) < fewestClicks {
		b.Fatalf("only %d orders were shipped while the run went", len(took))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
	b.ReportMetric(float64(took[(len(took)*99-1)/100].Milliseconds()), "p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Milliseconds()), "max-ms")
	b.ReportMetric(float64(len(took)), "orders")
	b.ReportMetric(0, "ns/op")
	p.stop(stops)
}

func (w *world) bulk(run store.BulkRun) store.BulkRun {
	w.Helper()
	run, err := w.store.BulkRun(w.ctx, w.org, run.ID)
	w.must(err)
	return run
}

// backlog adds what the bulk run sends.
func (w *world) backlog() {
	w.Helper()
	for n := range bulkCustomers {
		c := w.customer(n + 1)
		for m := range bulkInvoices / bulkCustomers {
			w.ship(c, n*bulkInvoices/bulkCustomers+m)
		}
	}
}
