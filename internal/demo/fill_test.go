package demo_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/demo"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// noon is a Thursday, 12:30 in Sydney.
func noon() time.Time { return time.Date(2026, 11, 19, 1, 30, 0, 0, time.UTC) }

func fill(ctx context.Context, t testing.TB, s *store.Store, now func() time.Time) demo.Accounts {
	t.Helper()
	service, err := auth.New(auth.Config{Store: s, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	a, err := demo.Fill(ctx, demo.Config{Store: s, Auth: service, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// year is all that a filled database holds, the oldest first.
type year struct {
	demo.Accounts
	today     crm.Day
	customers []crm.Customer
	products  []crm.Product
	orders    []crm.Order
	invoices  []crm.Invoice
	payments  map[crm.InvoiceID][]crm.Payment
}

func read(t *testing.T, s *store.Store, a demo.Accounts, now time.Time) year {
	t.Helper()
	ctx := t.Context()
	seller := must(s.Seller(ctx, a.Org))(t)
	y := year{Accounts: a, today: crm.DayIn(now, seller.Location()), payments: map[crm.InvoiceID][]crm.Payment{}}
	for f := (store.CustomerFilter{State: "active", Limit: 200}); ; {
		page := must(s.Customers(ctx, a.Org, f))(t)
		for _, row := range page.Rows {
			y.customers = append(y.customers, must(s.Customer(ctx, a.Org, row.ID))(t))
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	y.products = must(s.Products(ctx, a.Org, store.ProductFilter{Limit: 200}))(t).Rows
	for f := (store.OrderFilter{Limit: 200}); ; {
		page := must(s.Orders(ctx, a.Org, f))(t)
		for _, row := range page.Rows {
			y.orders = append(y.orders, must(s.Order(ctx, a.Org, row.ID))(t))
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	for f := (store.InvoiceFilter{Limit: 200, Today: y.today}); ; {
		page := must(s.Invoices(ctx, a.Org, f))(t)
		for _, row := range page.Rows {
			y.invoices = append(y.invoices, must(s.Invoice(ctx, a.Org, row.ID))(t))
			y.payments[row.ID] = must(s.PaymentsOf(ctx, a.Org, row.ID))(t)
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	return y
}

func TestFill(t *testing.T) {
	t.Parallel()
	var fingerprints []string
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if is := must(demo.Filled(t.Context(), s))(t); is {
			t.Fatal("an empty database counts as filled")
		}
		y := read(t, s, fill(t.Context(), t, s, noon), noon())
		if is := must(demo.Filled(t.Context(), s))(t); !is {
			t.Error("a filled database does not count as filled")
		}
		t.Run("counts", func(t *testing.T) { counts(t, y) })
		t.Run("totals", func(t *testing.T) { totals(t, y) })
		t.Run("numbers", func(t *testing.T) { numbers(t, y) })
		t.Run("orders", func(t *testing.T) { orders(t, y) })
		t.Run("invoices", func(t *testing.T) { invoices(t, y) })
		t.Run("customers", func(t *testing.T) { customers(t, y) })
		t.Run("hours", func(t *testing.T) { hours(t, y) })
		t.Run("people", func(t *testing.T) { signIn(t, s, y.Accounts) })
		t.Run("books", func(t *testing.T) { books(t, y) })
		fingerprints = append(fingerprints, fingerprint(y))
	})
	if len(fingerprints) == 2 && fingerprints[0] != fingerprints[1] {
		t.Error("both engines should hold the same business")
	}
}

// fingerprint tells two businesses apart, whatever their ids.
func fingerprint(y year) string {
	h := sha256.New()
	names := map[crm.CustomerID]string{}
	for _, c := range y.customers {
		names[c.ID] = c.Name
		fmt.Fprintln(h, c.Number, c.Name, c.ABN, c.Email, c.Phone, c.CreatedAt.UTC())
	}
	for _, o := range y.orders {
		fmt.Fprintln(h, o.Number, names[o.CustomerID], o.State, o.OrderedOn, o.Totals, o.Reference, o.UpdatedAt.UTC())
	}
	for _, i := range y.invoices {
		fmt.Fprintln(h, i.Number, names[i.CustomerID], i.State, i.IssuedOn, i.DueOn, i.Totals, i.Paid, i.UpdatedAt.UTC())
	}
	return string(h.Sum(nil))
}

func TestFillRefusesADatabaseInUse(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	service := must(auth.New(auth.Config{Store: s}))(t)
	err := s.AddOrganisation(t.Context(), crm.Organisation{
		ID: crm.NewID[crm.Organisation](), Name: "Renoz Energy", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU",
		TermsDays: 30, YearStart: time.July, CreatedAt: noon()}, crm.AustralianTaxRates())
	if err != nil {
		t.Fatal(err)
	}
	_, err = demo.Fill(t.Context(), demo.Config{Store: s, Auth: service, Now: noon})
	if crm.KindOf(err) != crm.Conflict {
		t.Errorf("got %v, want an error of kind conflict", err)
	}
}

// signIn is done by everybody whom Fill returns.
func signIn(t *testing.T, s *store.Store, a demo.Accounts) {
	if len(a.People) != len(auth.Roles()) {
		t.Fatalf("%d people, want one of each role", len(a.People))
	}
	service := must(auth.New(auth.Config{Store: s, Now: noon}))(t)
	for _, p := range a.People {
		token := must(service.SignIn(t.Context(), auth.Credentials{Email: p.Email, Password: a.Password}))(t)
		if identity := must(service.Identify(t.Context(), token))(t); identity.Role != p.Role || identity.Org != a.Org {
			t.Errorf("%s has the role %s", p.Email, identity.Role)
		}
	}
}

// TestFillAtOtherTimes fills before a week begins and as the clocks change.
func TestFillAtOtherTimes(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]time.Time{
		"Monday morning":         time.Date(2026, 11, 22, 21, 31, 0, 0, time.UTC), // 08:31
		"Sunday, clocks forward": time.Date(2028, 10, 1, 12, 59, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.SQLite(t)
			y := read(t, s, fill(t.Context(), t, s, func() time.Time { return now }), now)
			counts(t, y)
			orders(t, y)
			invoices(t, y)
			hours(t, y)
		})
	}
}

func BenchmarkFill(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s := open(b)
				b.StartTimer()
				fill(b.Context(), b, s, noon)
			}
		})
	}
}

// must passes a result on when there was no error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
