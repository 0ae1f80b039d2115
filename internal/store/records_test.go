package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// ledger is an organisation whose records a test makes directly.
type ledger struct {
	*store.Store
	org crm.OrgID
	at  time.Time
}

func openLedger(t *testing.T, s *store.Store) ledger {
	t.Helper()
	l := ledger{s, crm.NewID[crm.Organisation](), time.Date(2026, 11, 21, 20, 0, 0, 123_456_000, time.UTC)}
	organisation := crm.Organisation{
		ID: l.org, Name: "Renoz Energy", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30,
		YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: l.at}
	if err := s.AddOrganisation(t.Context(), organisation, crm.AustralianTaxRates()); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l ledger) in(t *testing.T, do func(*store.Tx) error) {
	t.Helper()
	if err := l.InTx(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func (l ledger) customer(t *testing.T, number, name string) crm.Customer {
	t.Helper()
	c := crm.Customer{
		ID: crm.NewID[crm.Customer](), OrgID: l.org, Number: number, Name: name, Version: 1, CreatedAt: l.at, UpdatedAt: l.at,
		Email: "pay@n" + number[len(number)-1:] + ".example",
	}
	l.in(t, func(tx *store.Tx) error { return tx.InsertCustomer(t.Context(), c) })
	return c
}

func (l ledger) invoice(t *testing.T, c crm.Customer, number string) crm.Invoice {
	t.Helper()
	i := crm.Invoice{
		ID: crm.NewID[crm.Invoice](), OrgID: l.org, Number: number, CustomerID: c.ID, State: crm.InvoiceIssued, Currency: "AUD",
		IssuedOn: crm.NewDay(2026, 11, 1), DueOn: crm.NewDay(2026, 12, 1), Totals: crm.Totals{Subtotal: 1000, Tax: 100, Total: 1100},
		Version: 1, CreatedAt: l.at, UpdatedAt: l.at,
		Lines: []crm.Line{{ID: crm.NewID[crm.Line](), Kind: crm.Item, Description: "Cell", Quantity: 1_0000, UnitPrice: 10_0000, TaxClass: crm.GST, Net: 1000, Tax: 100}},
	}
	l.in(t, func(tx *store.Tx) error { return tx.InsertInvoice(t.Context(), i) })
	return i
}

func TestCustomersArePagedByName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := openLedger(t, s)
		names := []string{"Ärzte & Co", "alpha", "Beta", "beta two", "50% Off_Ltd", `Back\slash`, "Ömer"}
		for i, name := range names {
			l.customer(t, crm.FormatNumber("C-", int64(i+1)), name)
		}
		var got []string
		f := store.CustomerFilter{Limit: 2}
		for range 10 {
			page, err := s.Customers(t.Context(), l.org, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page.Rows {
				got = append(got, c.Name)
			}
			if f.After = page.Next; f.After == "" {
				break
			}
		}
		slices.Sort(got)
		slices.Sort(names)
		if !slices.Equal(got, names) {
			t.Errorf("pages: %q", got)
		}
		for search, want := range map[string]string{
			"BETA": "Beta, beta two", "50%": "50% Off_Ltd", "f_l": "50% Off_Ltd", "_": "50% Off_Ltd", `k\s`: `Back\slash`,
			"C-00002": "alpha", "PAY@N3": "Beta", "ÄRZTE": "Ärzte & Co", "nobody": "",
		} {
			page, err := s.Customers(t.Context(), l.org, store.CustomerFilter{Search: search})
			if err != nil {
				t.Fatal(err)
			}
			found := ""
			for _, c := range page.Rows {
				if found != "" {
					found += ", "
				}
				found += c.Name
			}
			if found != want {
				t.Errorf("%q found %q, want %q", search, found, want)
			}
		}
		if _, err := s.Customers(t.Context(), l.org, store.CustomerFilter{After: "?"}); crm.KindOf(err) != crm.Invalid {
			t.Errorf("a wrong cursor: %v", err)
		}
	})
}

func TestInvoicesArePagedAndShowTheirLink(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, other := openLedger(t, s), openLedger(t, s)
		c, d := l.customer(t, "C-00001", "Alpha"), l.customer(t, "C-00002", "Beta")
		other.invoice(t, other.customer(t, "C-00001", "Alpha"), "INV-00001")
		var all []crm.Invoice
		for n := range 5 {
			all = append(all, l.invoice(t, []crm.Customer{c, d}[n%2], crm.FormatNumber("INV-", int64(n+1))))
		}
		key := link.Key{Org: l.org, Service: "xero", Kind: link.Invoice, Record: all[4].ID.UUID}
		l.in(t, func(tx *store.Tx) error {
			return tx.WantLink(t.Context(), store.Want{Key: key, Label: "INV-00005", Version: 1, Priority: link.Normal})
		})
		numbers := func(f store.InvoiceFilter) (numbers string) {
			for range 10 {
				page, err := s.Invoices(t.Context(), l.org, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range page.Rows {
					numbers += fmt.Sprintf("%s %s %s;", i.Number[len(i.Number)-1:], i.CustomerName, i.LinkState)
				}
				if f.After = page.Next; f.After == "" {
					break
				}
			}
			return numbers
		}
		for _, c := range []struct {
			filter store.InvoiceFilter
			want   string
		}{
			{store.InvoiceFilter{Limit: 2}, "5 Alpha pending;4 Beta ;3 Alpha ;2 Beta ;1 Alpha ;"},
			{store.InvoiceFilter{Customer: d.ID, Limit: 1}, "4 Beta ;2 Beta ;"},
			{store.InvoiceFilter{Search: "inv-00003"}, "3 Alpha ;"},
			{store.InvoiceFilter{State: "overdue", Today: crm.NewDay(2026, 12, 1)}, ""},
			{store.InvoiceFilter{State: "overdue", Today: crm.NewDay(2026, 12, 2), Customer: d.ID}, "4 Beta ;2 Beta ;"},
			{store.InvoiceFilter{State: "open", Search: "ALPHA"}, "5 Alpha pending;3 Alpha ;1 Alpha ;"},
		} {
			if got := numbers(c.filter); got != c.want {
				t.Errorf("%+v: %q, want %q", c.filter, got, c.want)
			}
		}
		rest, err := s.InvoicesAfter(t.Context(), l.org, all[1].ID, 2)
		if err != nil || len(rest) != 2 || rest[0].Number != "INV-00003" {
			t.Errorf("after the second: %+v %v", rest, err)
		}
	})
}

func TestOrdersAndProductsArePaged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := openLedger(t, s)
		c := l.customer(t, "C-00001", "Alpha")
		l.in(t, func(tx *store.Tx) error {
			for n := range 5 {
				o := crm.Order{ID: crm.NewID[crm.Order](), OrgID: l.org, Number: crm.FormatNumber("ORD-", int64(n+1)), CustomerID: c.ID,
					State: crm.OrderStates()[n], Currency: "AUD", OrderedOn: crm.NewDay(2026, 11, 1), Version: 1, CreatedAt: l.at, UpdatedAt: l.at}
				if err := tx.InsertOrder(t.Context(), o); err != nil {
					return err
				}
				p := crm.Product{ID: crm.NewID[crm.Product](), OrgID: l.org, SKU: fmt.Sprintf("B-%d", n), Name: "Cell", TaxClass: crm.GST, Active: n < 3, CreatedAt: l.at, UpdatedAt: l.at}
				if err := tx.InsertProduct(t.Context(), p); err != nil {
					return err
				}
			}
			return nil
		})
		first, err := s.Orders(t.Context(), l.org, store.OrderFilter{Limit: 3})
		if err != nil || len(first.Rows) != 3 || first.Rows[0].Number != "ORD-00005" || first.Rows[0].CustomerName != "Alpha" || first.Next == "" {
			t.Fatalf("first page: %+v %v", first, err)
		}
		rest, err := s.Orders(t.Context(), l.org, store.OrderFilter{Limit: 3, After: first.Next, Customer: c.ID})
		if err != nil || len(rest.Rows) != 2 || rest.Next != "" {
			t.Fatalf("second page: %+v %v", rest, err)
		}
		picking, err := s.Orders(t.Context(), l.org, store.OrderFilter{State: "picking"})
		if err != nil || len(picking.Rows) != 1 || picking.Rows[0].State != crm.OrderPicking {
			t.Errorf("picking: %+v %v", picking, err)
		}
		products, err := s.Products(t.Context(), l.org, store.ProductFilter{Limit: 2, State: "active"})
		if err != nil || len(products.Rows) != 2 || products.Rows[1].SKU != "B-1" {
			t.Fatalf("products: %+v %v", products, err)
		}
		products, err = s.Products(t.Context(), l.org, store.ProductFilter{Limit: 2, State: "active", After: products.Next})
		if err != nil || len(products.Rows) != 1 || products.Rows[0].SKU != "B-2" || products.Next != "" {
			t.Errorf("more products: %+v %v", products, err)
		}
	})
}

func TestLargeBatches(t *testing.T) {
	t.Parallel()
	l := openLedger(t, storetest.SQLite(t))
	c := l.customer(t, "C-00001", "Alpha")
	l.in(t, func(tx *store.Tx) error {
		for n := range 260 {
			i := crm.Invoice{ID: crm.NewID[crm.Invoice](), OrgID: l.org, Number: crm.FormatNumber("INV-", int64(n)), CustomerID: c.ID, State: crm.InvoiceIssued, Currency: "AUD"}
			if err := tx.InsertInvoice(t.Context(), i); err != nil {
				return err
			}
		}
		return nil
	})
	all, err := l.InvoicesAfter(t.Context(), l.org, crm.InvoiceID{}, 500)
	if err != nil || len(all) != 260 {
		t.Errorf("%d invoices: %v", len(all), err)
	}
}

func TestOldVersionsDoNotWin(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := openLedger(t, s)
		c := l.customer(t, "C-00001", "Alpha")
		i := l.invoice(t, c, "INV-00001")
		p := crm.Payment{ID: crm.NewID[crm.Payment](), OrgID: l.org, InvoiceID: i.ID, Number: "PAY-00001", Amount: 1, PaidOn: crm.NewDay(2026, 11, 2), Source: crm.FromRenoz, Version: 1, CreatedAt: l.at}
		l.in(t, func(tx *store.Tx) error { return tx.InsertPayment(t.Context(), p) })
		for name, update := range map[string]func(*store.Tx) error{
			"customer": func(tx *store.Tx) error { return tx.UpdateCustomer(t.Context(), c) },
			"invoice":  func(tx *store.Tx) error { return tx.UpdateInvoice(t.Context(), i) },
			"payment":  func(tx *store.Tx) error { return tx.UpdatePayment(t.Context(), p) },
		} {
			l.in(t, update)
			if err := l.InTx(t.Context(), update); crm.KindOf(err) != crm.Conflict {
				t.Errorf("%s: %v", name, err)
			}
		}
		got, err := s.Invoice(t.Context(), l.org, i.ID)
		if err != nil || got.Version != 2 || got.PaidOn != nil || !got.CreatedAt.Equal(l.at) || got.Lines[0] != i.Lines[0] {
			t.Errorf("kept: %+v %v", got, err)
		}
	})
}

func TestNumbersOfUndoneTransactionsComeAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := openLedger(t, s)
		next := func(undo error) (n int64) {
			err := l.InTx(t.Context(), func(tx *store.Tx) (err error) {
				if err := tx.LockNumbers(t.Context(), l.org, store.InvoiceNumbers); err != nil {
					return err
				}
				if n, err = tx.NextNumber(t.Context(), l.org, store.InvoiceNumbers); err != nil {
					return err
				}
				return undo
			})
			if err != nil && err != undo { //nolint:errorlint // the very error that was returned
				t.Fatal(err)
			}
			return n
		}
		undone := crm.Errorf(crm.Conflict, "undone")
		if got := []int64{next(nil), next(undone), next(nil)}; !slices.Equal(got, []int64{1, 2, 2}) {
			t.Errorf("numbers: %v", got)
		}
	})
}

func TestSellerOfNoOrganisation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := openLedger(t, s)
		seller, err := s.Seller(t.Context(), l.org)
		if err != nil || seller.TaxRates[crm.GST] != 10_00 || seller.OrderPrefix != "ORD-" {
			t.Errorf("seller: %+v %v", seller, err)
		}
		if _, err := s.Seller(t.Context(), crm.OrgID{UUID: uuid.Max}); crm.KindOf(err) != crm.NotFound {
			t.Errorf("no organisation: %v", err)
		}
	})
}
