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

// BenchmarkLinkQuestions asks what pages and jobs ask about links all the time,
// beside 30,000 that are in line and 20 that failed. One operation is one answer.
func BenchmarkLinkQuestions(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { linkQuestions(b, storetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { linkQuestions(b, storetest.Postgres(b)) })
}

func linkQuestions(b *testing.B, s *store.Store) {
	org, process := crm.NewID[crm.Organisation](), uuid.New()
	fillLinks(b, s, org, process)
	ctx := b.Context()
	for name, ask := range map[string]func() error{
		"count-failures": func() error { _, _, err := s.CountFailures(ctx, org); return err },
		"causes":         func() error { _, err := s.FailureCauses(ctx, org); return err },
		"failed":         func() error { _, err := s.Failures(ctx, org, store.FailureFilter{}); return err },
		"next-due":       func() error { _, err := s.NextLinkDue(ctx, org, "xero"); return err },
		"counts":         func() error { _, err := s.LinkCounts(ctx, org, "xero"); return err },
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

func fillLinks(b *testing.B, s *store.Store, org crm.OrgID, process uuid.UUID) {
	b.Helper()
	for from := 0; from < manyInvoices; from += 1000 {
		inTx(b, s, func(tx *store.Tx) error {
			for n := range 1000 {
				key := link.Key{Org: org, Service: "xero", Kind: link.Invoice, Record: uuid.Must(uuid.NewV7())}
				if err := tx.WantLink(b.Context(), store.Want{Key: key, Label: crm.FormatNumber("INV-", int64(from+n)), Version: 1, Priority: link.Bulk}); err != nil {
					return err
				}
			}
			return nil
		})
		inTx(b, s, func(tx *store.Tx) error {
			claimed, err := tx.ClaimLinks(b.Context(), store.Claim{Org: org, Service: "xero", Kind: link.Invoice, Process: process, Max: 1000})
			for i, l := range claimed {
				l.Succeed(link.Remote{ID: l.Record.String(), Number: l.Label, Version: "2026-11-22T01:00:00Z"}, 1, time.Now())
				if i == 0 && from%1500 == 0 {
					l.Reject(link.Problem{Kind: "invalid", Code: "account_unknown", Text: "Account 201 is archived.", Action: link.Map}, time.Now())
				}
				if err := tx.SettleLink(b.Context(), process, l); err != nil {
					return err
				}
			}
			return err
		})
	}
}
