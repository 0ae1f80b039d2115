package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// BenchmarkBulkRun asks what a page about a run of 30,000 records asks every
// second, lists its few blocked ones, and cancels 500, on SQLite.
func BenchmarkBulkRun(b *testing.B) {
	const records = 30_000
	s := storetest.SQLite(b)
	l, ctx := ledger{s, crm.NewID[crm.Organisation](), time.Now()}, b.Context()
	err := s.AddOrganisation(ctx, crm.Organisation{ID: l.org, Name: "Renoz Energy", Currency: "AUD", TimeZone: "UTC", Country: "AU", TermsDays: 30, YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: l.at}, crm.AustralianTaxRates())
	if err != nil {
		b.Fatal(err)
	}
	r := store.BulkRun{ID: uuid.New(), Org: l.org, Service: "xero", Direction: store.BulkPush, Kind: "invoice", State: store.BulkRunning}
	in := func(do func(*store.Tx) error) {
		if err := s.InTx(ctx, do); err != nil {
			b.Fatal(err)
		}
	}
	in(func(tx *store.Tx) error { return tx.AddBulkRun(ctx, r) })
	for from := 0; from < records; from += 1000 {
		in(func(tx *store.Tx) error {
			for n := from; n < from+1000; n++ {
				i := l.item(r, n, store.PlanCreate)
				if n%3 == 0 {
					i.State = store.ItemDone
				}
				if n%1000 == 0 {
					i.State, i.Plan, i.Code, i.Reason = store.ItemBlocked, store.PlanBlocked, "unmapped", "Map it."
				}
				if err := tx.AddBulkItem(ctx, i); err != nil {
					return err
				}
				if err := tx.WantLink(ctx, want(i, link.Bulk)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for name, ask := range map[string]func() error{
		"outcomes": func() error { _, _, err := s.BulkOutcomes(ctx, r, l.at); return err },
		"plans":    func() error { _, err := s.BulkPlans(ctx, r); return err },
		"reasons":  func() error { _, err := s.BulkReasons(ctx, r); return err },
		"tally":    func() error { _, err := s.BulkTally(ctx, r); return err },
		"next":     func() error { _, err := s.NextBulkItems(ctx, r, 250); return err },
		"list":     func() error { _, err := s.BulkItems(ctx, r, store.BulkItemFilter{}); return err },
		"blocked": func() error {
			_, err := s.BulkItems(ctx, r, store.BulkItemFilter{Outcome: store.ItemBlocked})
			return err
		},
		"cancel": func() error {
			return s.InTx(ctx, func(tx *store.Tx) error { _, err := tx.CancelBulkItems(ctx, r); return err })
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := ask(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
