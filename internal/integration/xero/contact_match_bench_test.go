package xero

import (
	"fmt"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// BenchmarkRematch matches 10,000 contacts with 10,000 customers from the
// database and keeps what it finds; after the first time nothing has changed.
func BenchmarkRematch(b *testing.B) {
	const n = 10_000
	s := &Service{Config: Config{Store: storetest.SQLite(b), Now: time.Now}}
	org := crm.NewID[crm.Organisation]()
	ctx, now := b.Context(), time.Now()
	err := s.Store.AddOrganisation(ctx, crm.Organisation{ID: org, Name: "Voltway", Currency: "AUD", TimeZone: "UTC", Country: "AU", YearStart: time.July, CreatedAt: now}, crm.AustralianTaxRates())
	if err != nil {
		b.Fatal(err)
	}
	customers, contacts := crowd(n)
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		for i, c := range customers {
			c.OrgID, c.Version, c.CreatedAt, c.UpdatedAt = org, 1, now, now
			if err := tx.InsertCustomer(ctx, c); err != nil {
				return err
			}
			x := contacts[i]
			x.Org, x.Service, x.ID, x.Status, x.Body, x.Updated = org, Name, fmt.Sprintf("%08d", i), contactActive, "{}", now
			if err := tx.KeepRemoteContact(ctx, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	if err := s.rematch(ctx, org); err != nil {
		b.Fatal(err)
	}
	first := time.Since(begun)
	if found, err := s.Store.CountSuggested(ctx, org, Name, 80); err != nil || found != n {
		b.Fatalf("%d are suggested, %v", found, err)
	}
	for b.Loop() {
		if err := s.rematch(ctx, org); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(first.Seconds(), "s/first")
}
