package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// BenchmarkLists reads pages of 50 from 10,000 customers and 30,000 invoices.
// One operation is one page.
func BenchmarkLists(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { lists(b, storetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { lists(b, storetest.Postgres(b)) })
}

func lists(b *testing.B, s *store.Store) {
	l := fillLedger(b, s)
	deep := ""
	for range manyInvoices / 2 / 200 {
		page, err := s.Invoices(b.Context(), l.org, store.InvoiceFilter{After: deep, Limit: 200})
		if err != nil {
			b.Fatal(err)
		}
		deep = page.Next
	}
	today := crm.NewDay(2026, 11, 22)
	for _, list := range []struct {
		name string
		f    store.InvoiceFilter
	}{
		{"first", store.InvoiceFilter{}},
		{"after-15000", store.InvoiceFilter{After: deep}},
		{"overdue", store.InvoiceFilter{State: "overdue", Today: today}},
		{"search", store.InvoiceFilter{Search: "INV-00017"}},
	} {
		b.Run("invoices/"+list.name, func(b *testing.B) {
			for b.Loop() {
				if page, err := s.Invoices(b.Context(), l.org, list.f); err != nil || len(page.Rows) == 0 {
					b.Fatal(len(page.Rows), err)
				}
			}
		})
	}
	for name, f := range map[string]store.CustomerFilter{"first": {}, "search": {Search: "buyer 77"}} {
		b.Run("customers/"+name, func(b *testing.B) {
			for b.Loop() {
				if page, err := s.Customers(b.Context(), l.org, f); err != nil || len(page.Rows) == 0 {
					b.Fatal(len(page.Rows), err)
				}
			}
		})
	}
}

// fillLedger keeps five years of one busy business.
func fillLedger(b *testing.B, s *store.Store) ledger {
	b.Helper()
	const customers, step = 10000, 1000
	l := ledger{s, crm.NewID[crm.Organisation](), time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)}
	err := s.AddOrganisation(b.Context(), crm.Organisation{
		ID: l.org, Name: "Renoz Energy", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30,
		YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: l.at}, crm.AustralianTaxRates())
	if err != nil {
		b.Fatal(err)
	}
	buyers := make([]crm.CustomerID, customers)
	for from := 0; from < customers; from += step {
		inTx(b, s, func(tx *store.Tx) error {
			for n := from; n < from+step; n++ {
				c := crm.Customer{
					ID: crm.NewID[crm.Customer](), OrgID: l.org, Number: crm.FormatNumber("C-", int64(n)), Name: fmt.Sprintf("Buyer %d", n*7919%customers),
					Email: fmt.Sprintf("pay%d@buyer.example", n), Version: 1, CreatedAt: l.at, UpdatedAt: l.at}
				buyers[n] = c.ID
				if err := tx.InsertCustomer(b.Context(), c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for from := 0; from < manyInvoices; from += step {
		inTx(b, s, func(tx *store.Tx) error {
			for n := from; n < from+step; n++ {
				if err := tx.InsertInvoice(b.Context(), l.old(buyers[n%customers], n)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return l
}

// old is the n-th invoice of five years; one in twenty is still open.
func (l ledger) old(buyer crm.CustomerID, n int) crm.Invoice {
	day := crm.DayIn(time.Date(2021, 11, 22, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n*1826/manyInvoices), time.UTC)
	i := crm.Invoice{
		ID: crm.NewID[crm.Invoice](), OrgID: l.org, Number: crm.FormatNumber("INV-", int64(n+1)), CustomerID: buyer, State: crm.InvoicePaid, Currency: "AUD",
		IssuedOn: day, DueOn: day, Totals: crm.Totals{Subtotal: 1000, Tax: 100, Total: 1100}, Paid: 1100, Version: 1, CreatedAt: l.at, UpdatedAt: l.at,
		Lines: []crm.Line{{ID: crm.NewID[crm.Line](), Kind: crm.Item, Description: "Cell", Quantity: 1_0000, UnitPrice: 10_0000, TaxClass: crm.GST, Net: 1000, Tax: 100}},
	}
	if n%20 == 0 {
		i.State, i.Paid = crm.InvoiceIssued, 0
	}
	return i
}
