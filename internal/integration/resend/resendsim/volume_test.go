package resendsim_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

// batchOf is a hundred messages that differ.
func batchOf(turn int) []m {
	out := make([]m, 100)
	for i := range out {
		out[i] = with(message(fmt.Sprintf("jo+%d-%d@acme.example", turn, i)), m{"tags": []any{m{"name": "email_id", "value": fmt.Sprintf("%d-%d", turn, i)}}})
	}
	return out
}

// BenchmarkBatches sends 10,000 messages in 100 batches, each delivered without webhooks.
func BenchmarkBatches(b *testing.B) {
	for b.Loop() {
		bench := newBench(b, resendsim.Options{})
		for turn := range 100 {
			bench.must("POST", "/emails/batch", batchOf(turn))
		}
		if n := bench.sim.Counts(); n.Accepted != 10_000 || n.Duplicates != 0 {
			b.Fatalf("counts %+v", n)
		}
	}
}

// BenchmarkEvents makes 100,000 events of 10,000 messages and delivers each to a subscriber over HTTP.
func BenchmarkEvents(b *testing.B) {
	var taken atomic.Int64
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		taken.Add(1)
	}))
	defer web.Close()
	for b.Loop() {
		taken.Store(0)
		bench := newBench(b, resendsim.Options{WebhookURL: web.URL, Parallel: 8, Settings: resendsim.Settings{HoldWebhooks: true}})
		for turn := range 100 {
			bench.must("POST", "/emails/batch", batchOf(turn))
		}
		for _, e := range bench.sim.Emails() {
			for range 8 {
				if err := bench.sim.Open(e.ID); err != nil {
					b.Fatal(err)
				}
			}
		}
		made := time.Now()
		bench.sim.SetSettings(resendsim.Settings{RateLimit: -1})
		bench.deliver()
		if got := taken.Load(); got != 100_000 {
			b.Fatalf("%d events came", got)
		}
		b.ReportMetric(100_000/time.Since(made).Seconds(), "deliveries/s")
		var memory runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&memory)
		b.ReportMetric(float64(memory.HeapAlloc>>20), "MB")
		runtime.KeepAlive(bench)
	}
}

func TestMailIsForgotten(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{KeepMail: 250})
	for turn := range 4 {
		b.must("POST", "/emails/batch", batchOf(turn))
	}
	if n := b.sim.Counts(); n.Accepted != 400 || n.Emails != 250 {
		t.Errorf("counts %+v", n)
	}
	if oldest := b.sim.Emails()[0]; oldest.Tag("email_id") != "1-50" {
		t.Errorf("the oldest kept is %s", oldest.Tag("email_id"))
	}
}
