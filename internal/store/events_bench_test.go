package store_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// waiting makes n webhooks that nobody has seen before.
func waiting(n int) []inbox.Event {
	now := time.Now()
	const tenant = "5f1c3a52-8d3e-4c71-9d0e-3f6f0f7b2f11"
	out := make([]inbox.Event, n)
	for i := range out {
		invoice := uuid.NewString()
		out[i] = inbox.Event{
			ID: crm.NewID[crm.Event](), Service: "xero", DeliveryKey: fmt.Sprintf("%s %s/INVOICE/%s/UPDATE", now.Format("20060102150405.000"), tenant, invoice),
			Tenant: tenant, Category: "INVOICE", Type: "UPDATE", Resource: invoice, OccurredAt: now, State: inbox.Received, DueAt: now, ReceivedAt: now,
			Payload: fmt.Sprintf(`{"resourceUrl":"https://api.xero.com/api.xro/2.0/Invoices/%s","resourceId":"%s","eventDateUtc":"2026-11-22T01:00:00.000","eventType":"UPDATE","eventCategory":"INVOICE","tenantId":"%s","tenantType":"ORGANISATION"}`, invoice, invoice, tenant),
		}
	}
	return out
}

// BenchmarkKeepBatch keeps webhooks as the inbox does: what came while the last
// batch was written is the next one. BenchmarkFileBatches files them. One
// operation is one webhook.
func BenchmarkKeepBatch(b *testing.B)   { eachSize(b, keepBatches) }
func BenchmarkFileBatches(b *testing.B) { eachSize(b, fileBatches) }

func eachSize(b *testing.B, run func(*testing.B, *store.Store, int)) {
	for _, size := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("sqlite/batch=%d", size), func(b *testing.B) { run(b, storetest.SQLite(b), size) })
		b.Run(fmt.Sprintf("postgres/batch=%d", size), func(b *testing.B) { run(b, storetest.Postgres(b), size) })
	}
}

func keepBatches(b *testing.B, s *store.Store, size int) {
	b.ReportAllocs()
	begun := processorTime(b)
	for done := 0; done < b.N; done += size {
		b.StopTimer()
		events := waiting(min(size, b.N-done))
		b.StartTimer()
		if err := s.KeepBatch(b.Context(), events); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(processorTime(b)-begun)/float64(b.N), "cpu-ns/op")
}

func fileBatches(b *testing.B, s *store.Store, size int) {
	for done := 0; done < b.N; done += size {
		if err := s.KeepBatch(b.Context(), waiting(min(size, b.N-done))); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	begun := processorTime(b)
	for more := true; more; {
		var err error
		if more, err = s.FileBatches(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(processorTime(b)-begun)/float64(b.N), "cpu-ns/op")
}

// processorTime is what this process has used; unlike the time that passed, it
// hardly depends on what else the machine does.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
