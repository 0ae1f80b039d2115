package records_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

func TestCustomerIsKeptAsEntered(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		fourteen := 14
		c := ok(x.CreateCustomer(t.Context(), records.CustomerInput{
			Name: " Sunny  Side ", LegalName: "Sunny Side Pty Ltd", ABN: "51 824 753 556", Email: " Pay@Sunny.Example ", Phone: "+61 2 9374 4000",
			TermsDays: &fourteen, MarketingConsent: true,
			Contacts:  []records.ContactInput{{FirstName: "Ada", Email: "ada@sunny.example"}, {LastName: "Byron"}},
			Addresses: []records.AddressInput{{Kind: crm.Postal, Line1: "1 George St", City: "Sydney", Country: "au"}},
		}))(t)
		got := ok(x.Customer(t.Context(), c.ID))(t)
		if got.Number != "C-00001" || got.Name != "Sunny Side" || got.ABN != "51824753556" || got.Email != "pay@sunny.example" || *got.TermsDays != 14 || !got.MarketingConsent {
			t.Errorf("customer: %+v", got)
		}
		if len(got.Contacts) != 2 || got.Contacts[1].LastName != "Byron" || len(got.Addresses) != 1 || got.Addresses[0].Country != "AU" {
			t.Errorf("people and addresses: %+v %+v", got.Contacts, got.Addresses)
		}

		in := records.CustomerInputOf(got)
		in.Contacts, in.Phone = in.Contacts[1:], ""
		next := ok(x.UpdateCustomer(t.Context(), c.ID, got.Version, in))(t)
		if next.Version != 2 || next.Contacts[0].ID != got.Contacts[1].ID || next.Contacts[0].Position != 0 || next.Addresses[0] != got.Addresses[0] {
			t.Errorf("after the change: %+v", next)
		}
		history := ok(x.History(t.Context(), crm.CustomerRecord, c.ID.UUID, 0))(t)
		if len(history) != 2 || history[0].Detail != "Changed the phone number and contacts." || history[0].Actor != "Jo" || history[1].What != crm.Created {
			t.Errorf("history: %+v", history)
		}
	})
}

func TestCustomerChangesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		a, b := x.customer(t, "Alpha"), x.customer(t, "Beta")

		taken := wants(t, second(x.CreateCustomer(ctx, records.CustomerInput{Name: " ALPHA"})), crm.Conflict)
		if taken.Fields["name"] == "" || taken.Message != "Customer C-00001 is already called Alpha; choose another name or archive that customer." {
			t.Errorf("a taken name: %+v", taken)
		}
		wants(t, second(x.UpdateCustomer(ctx, b.ID, b.Version, records.CustomerInput{Name: "alpha"})), crm.Conflict)
		ok(x.UpdateCustomer(ctx, b.ID, b.Version, records.CustomerInput{Name: "Beta Two"}))(t)
		wants(t, second(x.UpdateCustomer(ctx, b.ID, b.Version, records.CustomerInput{Name: "Beta Three"})), crm.Conflict)
		invalid := wants(t, second(x.CreateCustomer(ctx, records.CustomerInput{ABN: "123", Email: "nobody"})), crm.Invalid)
		if len(invalid.Fields) != 3 {
			t.Errorf("fields: %v", invalid.Fields)
		}

		ok(x.ArchiveCustomer(ctx, a.ID))(t)
		wants(t, second(x.ArchiveCustomer(ctx, a.ID)), crm.Conflict)
		other := x.customer(t, "Alpha")
		wants(t, second(x.RestoreCustomer(ctx, a.ID)), crm.Conflict)
		wants(t, second(x.RestoreCustomer(ctx, other.ID)), crm.Conflict)
		ok(x.ArchiveCustomer(ctx, other.ID))(t)
		if got := ok(x.RestoreCustomer(ctx, a.ID))(t); got.ArchivedAt != nil {
			t.Errorf("restored: %+v", got)
		}
		if other.Number != "C-00003" {
			t.Errorf("what was refused cost a number: %s", other.Number)
		}
	})
}

func TestCustomersOfAnotherOrganisationAreNotFound(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx, y := t.Context(), open(t, x.store)
		c, o, i := x.customer(t, "Alpha"), x.order(t, crm.OrderShipped), x.invoice(t)
		p := ok(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 1}))(t)
		product := ok(x.CreateProduct(ctx, records.ProductInput{SKU: "B1", Name: "Battery", TaxClass: crm.GST}))(t)

		for name, err := range map[string]error{
			"customer":        second(y.Customer(ctx, c.ID)),
			"update customer": second(y.UpdateCustomer(ctx, c.ID, 1, records.CustomerInput{Name: "Mine"})),
			"archive":         second(y.ArchiveCustomer(ctx, c.ID)),
			"product":         second(y.Product(ctx, product.ID)),
			"update product":  second(y.UpdateProduct(ctx, product.ID, records.ProductInput{SKU: "B1", Name: "x", TaxClass: crm.GST})),
			"order":           second(y.Order(ctx, o.ID)),
			"advance":         second(y.AdvanceOrder(ctx, o.ID, crm.OrderDelivered)),
			"invoice order":   second(y.InvoiceOrder(ctx, o.ID)),
			"invoice":         second(y.Invoice(ctx, i.ID)),
			"void":            second(y.VoidInvoice(ctx, i.ID)),
			"pay":             second(y.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 1})),
			"reverse":         second(y.ReversePayment(ctx, p.ID)),
			"remote":          y.remote(t, records.RemoteInvoice{InvoiceID: i.ID, Voided: true}),
		} {
			if crm.KindOf(err) != crm.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		wrong := wants(t, second(y.CreateOrder(ctx, records.OrderInput{CustomerID: c.ID})), crm.Invalid)
		if wrong.Fields["customer_id"] == "" {
			t.Errorf("another's customer: %+v", wrong)
		}
		mine := y.customer(t, "Alpha")
		line := records.LineInput{ProductID: &product.ID, Quantity: 1_0000}
		wrong = wants(t, second(y.CreateOrder(ctx, records.OrderInput{CustomerID: mine.ID, Lines: []records.LineInput{line}})), crm.Invalid)
		if wrong.Fields["lines.0.product_id"] == "" {
			t.Errorf("another's product: %+v", wrong)
		}
		if page := ok(y.Customers(ctx, store.CustomerFilter{}))(t); len(page.Rows) != 1 || page.Rows[0].ID != mine.ID {
			t.Errorf("customers: %+v", page)
		}
		if history := ok(y.History(ctx, crm.CustomerRecord, c.ID.UUID, 0))(t); len(history) != 0 {
			t.Errorf("history: %+v", history)
		}
		if mine.Number != "C-00001" {
			t.Errorf("numbers are counted together: %s", mine.Number)
		}
	})
}

func TestNumbersHaveNoGapsUnderConcurrency(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		const workers, times = 6, 5
		undone := errors.New("undone")
		errs := make(chan error, workers*times*2)
		var wait sync.WaitGroup
		for w := range workers {
			wait.Go(func() {
				for n := range times {
					_, err := x.CreateCustomer(t.Context(), records.CustomerInput{Name: fmt.Sprintf("Customer %d %d", w, n)})
					errs <- err
					err = x.store.InTx(t.Context(), func(tx *store.Tx) error { // takes a number and gives it back
						_, err := x.In(tx, records.By{Org: x.org}).CreateCustomer(t.Context(), records.CustomerInput{Name: fmt.Sprintf("Gone %d %d", w, n)})
						return errors.Join(err, undone)
					})
					if errors.Is(err, undone) && err.Error() == undone.Error() {
						err = nil
					}
					errs <- err
				}
			})
		}
		wait.Wait()
		close(errs)
		for err := range errs {
			must(t, err)
		}
		page := ok(x.Customers(t.Context(), store.CustomerFilter{Limit: 200}))(t)
		var numbers, want []string
		for i, c := range page.Rows {
			numbers, want = append(numbers, c.Number), append(want, crm.FormatNumber(crm.CustomerPrefix, int64(i+1)))
		}
		slices.Sort(numbers)
		if len(numbers) != workers*times || !slices.Equal(numbers, want) {
			t.Errorf("numbers: %v", numbers)
		}
	})
}

func TestOneOfManyGetsTheName(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		errs := make(chan error, 8)
		var wait sync.WaitGroup
		for range cap(errs) {
			wait.Go(func() {
				_, err := x.CreateCustomer(t.Context(), records.CustomerInput{Name: "Alpha"})
				errs <- err
			})
		}
		wait.Wait()
		close(errs)
		made := 0
		for err := range errs {
			if err == nil {
				made++
				continue
			}
			wants(t, err, crm.Conflict)
		}
		if made != 1 {
			t.Errorf("%d customers have the name", made)
		}
	})
}

func TestReactionsAreWithinTheChange(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		c := x.customer(t, "Alpha")
		want := crm.Change{OrgID: x.org, Record: crm.CustomerRecord, ID: c.ID.UUID, What: crm.Created, Version: 1, Label: "Alpha", Actor: "Jo"}
		if seen := x.seen(); len(seen) != 1 || seen[0] != want {
			t.Errorf("changes: %+v", seen)
		}
		x.fail = errors.New("the reaction failed")
		if _, err := x.CreateCustomer(t.Context(), records.CustomerInput{Name: "Beta"}); !errors.Is(err, x.fail) {
			t.Errorf("got %v", err)
		}
		x.fail = nil
		if next := x.customer(t, "Beta"); next.Number != "C-00002" {
			t.Errorf("the change was kept: %s", next.Number)
		}
	})
}

func TestPermissionsAreAsked(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		o := x.order(t, crm.OrderPicked)
		i := x.invoice(t)
		for permission, do := range map[string]func() error{
			"customers.view":  func() error { return second(x.Customers(ctx, store.CustomerFilter{})) },
			"customers.edit":  func() error { return second(x.CreateCustomer(ctx, records.CustomerInput{Name: "x"})) },
			"products.view":   func() error { return second(x.Products(ctx, store.ProductFilter{})) },
			"products.edit":   func() error { return second(x.CreateProduct(ctx, records.ProductInput{})) },
			"orders.view":     func() error { return second(x.Order(ctx, o.ID)) },
			"orders.edit":     func() error { return second(x.AdvanceOrder(ctx, o.ID, crm.OrderCancelled)) },
			"orders.ship":     func() error { return second(x.AdvanceOrder(ctx, o.ID, crm.OrderShipped)) },
			"invoices.view":   func() error { return second(x.InvoiceFigures(ctx)) },
			"invoices.edit":   func() error { return second(x.AmendInvoice(ctx, i.ID, 1, records.InvoiceAmendment{})) },
			"invoices.issue":  func() error { return second(x.VoidInvoice(ctx, i.ID)) },
			"payments.record": func() error { return second(x.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID})) },
		} {
			x.denied = permission
			if err := do(); crm.KindOf(err) != crm.Forbidden {
				t.Errorf("without %s: %v", permission, err)
			}
		}
	})
}

// second is the error alone.
func second[T any](_ T, err error) error { return err }
