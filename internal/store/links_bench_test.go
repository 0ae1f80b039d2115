package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// manyInvoices is five years of one busy business.
const manyInvoices = 30000

// BenchmarkClaimAndSettleLinks takes 50 waiting records as a push does, and
// settles them as sent, beside 30,000 that were sent before, on SQLite. One
// operation is one batch.
func BenchmarkClaimAndSettleLinks(b *testing.B) {
	s := storetest.SQLite(b)
	org, process := crm.NewID[crm.Organisation](), uuid.New()
	want := func(n int) {
		inTx(b, s, func(tx *store.Tx) error {
			for i := range n {
				key := link.Key{Org: org, Service: "xero", Kind: link.Invoice, Record: uuid.Must(uuid.NewV7())}
				if err := tx.WantLink(b.Context(), store.Want{Key: key, Label: fmt.Sprintf("INV-%d", i), Version: 1, Priority: link.Bulk}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	step := func(most int) int {
		var claimed []link.Link
		inTx(b, s, func(tx *store.Tx) (err error) {
			claimed, err = tx.ClaimLinks(b.Context(), store.Claim{Org: org, Service: "xero", Kind: link.Invoice, Process: process, Max: most})
			return err
		})
		inTx(b, s, func(tx *store.Tx) error {
			for _, l := range claimed {
				l.Succeed(link.Remote{ID: l.Record.String(), Number: l.Label, Version: "2026-11-22T01:00:00Z"}, 1, time.Now())
				if err := tx.SettleLink(b.Context(), process, l); err != nil {
					return err
				}
			}
			return nil
		})
		return len(claimed)
	}
	for range manyInvoices / 1000 {
		want(1000)
		step(1000)
	}
	for b.Loop() {
		b.StopTimer()
		want(50)
		b.StartTimer()
		if n := step(50); n != 50 {
			b.Fatalf("%d claimed", n)
		}
	}
}

func inTx(b *testing.B, s *store.Store, do func(*store.Tx) error) {
	b.Helper()
	if err := s.InTx(b.Context(), do); err != nil {
		b.Fatal(err)
	}
}
