package records_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// shop is one organisation at work.
type shop struct {
	*records.Book
	store *store.Store
	org   crm.OrgID
	at    time.Time

	mu      sync.Mutex
	changes []crm.Change
	denied  string // a permission that is refused
	fail    error  // what the reaction returns
	also    records.Reaction
}

// open makes a shop on a database: in Sydney, selling in AUD on 30 days.
func open(t *testing.T, s *store.Store) *shop {
	t.Helper()
	x := &shop{store: s, org: crm.NewID[crm.Organisation](), at: time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)} // the 22nd in Sydney
	must(t, s.AddOrganisation(t.Context(), crm.Organisation{
		ID: x.org, Name: "Renoz Energy", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30,
		YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: x.at}, crm.AustralianTaxRates()))
	x.Book = records.New(records.Config{Store: s, Now: func() time.Time { return x.at }, Authorise: x.authorise, React: []records.Reaction{x.react}})
	return x
}

func (x *shop) authorise(_ context.Context, permission string) (crm.OrgID, string, error) {
	if permission == x.denied {
		return crm.OrgID{}, "", crm.Errorf(crm.Forbidden, "Your role does not include %s.", permission)
	}
	return x.org, "Jo", nil
}

func (x *shop) react(ctx context.Context, tx *store.Tx, c crm.Change) error {
	x.mu.Lock()
	x.changes = append(x.changes, c)
	x.mu.Unlock()
	if x.also != nil {
		return x.also(ctx, tx, c)
	}
	return x.fail
}

// seen are the changes since it was last asked.
func (x *shop) seen() []crm.Change {
	x.mu.Lock()
	defer x.mu.Unlock()
	seen := x.changes
	x.changes = nil
	return seen
}

func (x *shop) customer(t *testing.T, name string) crm.Customer {
	t.Helper()
	return ok(x.CreateCustomer(t.Context(), records.CustomerInput{Name: name}))(t)
}

// order makes an order over 2 × 4,995.00 less 5 % and brings it to a state.
func (x *shop) order(t *testing.T, to crm.OrderState) crm.Order {
	t.Helper()
	c := x.customer(t, "Customer "+crm.NewID[crm.Customer]().String())
	o := ok(x.CreateOrder(t.Context(), records.OrderInput{CustomerID: c.ID, Lines: []records.LineInput{battery()}}))(t)
	for _, next := range []crm.OrderState{crm.OrderConfirmed, crm.OrderPicking, crm.OrderPicked, crm.OrderShipped} {
		if o.State == to {
			break
		}
		o = ok(x.AdvanceOrder(t.Context(), o.ID, next))(t)
	}
	return o
}

// invoice makes an issued invoice over 10,439.55.
func (x *shop) invoice(t *testing.T) crm.Invoice {
	t.Helper()
	return ok(x.InvoiceOrder(t.Context(), x.order(t, crm.OrderShipped).ID))(t)
}

func battery() records.LineInput {
	price := crm.Price(4995_0000)
	return records.LineInput{Description: "BESS 50 kWh", Quantity: 2_0000, UnitPrice: &price, DiscountPercent: 5_00, TaxClass: crm.GST}
}

// each runs a test in a shop on both engines.
func each(t *testing.T, test func(*testing.T, *shop)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, open(t, s)) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ok passes a result on when there was no error.
func ok[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// wants checks the kind of an error, and that it has words for people.
func wants(t *testing.T, err error, kind crm.Kind) *crm.Error {
	t.Helper()
	var e *crm.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Message == "" {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	return e
}

// whats are the kinds of changes, such as "invoice issued".
func whats(changes []crm.Change) []string {
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = string(c.Record) + " " + string(c.What)
	}
	return words
}
