package xero_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestFewCalls sends a business's 6,000 invoices and hears 1,000 webhooks under
// Xero's real limits of 60 calls a minute and 5 at once.
// https://developer.xero.com/documentation/guides/oauth2/limits/
func TestFewCalls(t *testing.T) {
	t.Parallel()
	const batch = 50
	customers, invoices := storetest.Size(500, 100), storetest.Size(6000, 1200)
	w := newLimitedWorld(t)
	made := w.issue(customers, invoices)
	w.sim.ResetCounts()
	begun, used := w.clock.Now(), processorTime(t)
	w.pushAll()
	counts := w.sim.Counts()
	least := (customers+batch-1)/batch + (invoices+batch-1)/batch
	t.Logf("%d writes and %d reads, %s by the clock of the limits, %s of processor time, the simulator's included",
		counts.WriteCalls, counts.ReadCalls, w.clock.Now().Sub(begun), (processorTime(t) - used).Round(10*time.Millisecond))
	if float64(counts.WriteCalls) > 1.05*float64(least) {
		t.Errorf("%d writes, %d would do", counts.WriteCalls, least)
	}
	if counts.TooMany != 0 {
		t.Errorf("Xero refused %d calls", counts.TooMany)
	}
	if counts.Invoices != invoices || counts.Contacts < customers || counts.DuplicateInvoiceNumbers != 0 {
		t.Errorf("Xero has %d invoices and %d contacts, %d numbers twice", counts.Invoices, counts.Contacts, counts.DuplicateInvoiceNumbers)
	}
	w.clock.pass(time.Minute)
	w.hear(made[:min(1000, len(made))])
}

// hear keeps a webhook about each invoice and looks at them all.
func (w *world) hear(invoices []crm.InvoiceID) {
	w.Helper()
	const mostReads = 40
	w.sim.ResetCounts()
	now := w.clock.Now()
	var events []inbox.Event
	for _, id := range invoices {
		remote := w.link("invoice", id).RemoteID
		events = append(events, inbox.Event{
			ID: crm.NewID[crm.Event](), Service: xero.Name, DeliveryKey: "INVOICE" + remote, Tenant: w.tenant, Category: "INVOICE", Type: "UPDATE",
			Resource: remote, OccurredAt: now, Payload: "{}", State: inbox.Received, DueAt: now, ReceivedAt: now,
		})
	}
	storetest.Keep(w.T, w.store, events)
	w.until(func() error { return w.xero.Look(w.ctx) }, func() (time.Time, error) { return w.store.NextEventDue(w.ctx, xero.Name) })
	counts := w.sim.Counts()
	w.Logf("%d webhooks took %d reads", len(events), counts.ReadCalls)
	if counts.ReadCalls > mostReads || counts.TooMany != 0 {
		w.Errorf("%d webhooks took %d reads, %d of them refused", len(events), counts.ReadCalls, counts.TooMany)
	}
	done := 0
	for f := (inbox.Filter{Service: xero.Name, State: inbox.Done, Limit: 200}); ; {
		page, err := w.store.Events(w.ctx, w.org, f)
		w.must(err)
		if len(page) == 0 {
			break
		}
		done += len(page)
		f.Before = page[len(page)-1].ID
	}
	if done != len(events) {
		w.Errorf("%d of %d webhooks were dealt with", done, len(events))
	}
}

// newLimitedWorld is a world whose Xero has the live limits, behind a limiter
// with the budgets of the program.
func newLimitedWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWithin(t, 60, 6)
}

// newWorldWithin is one with another limit a minute, some of which is kept for
// people.
func newWorldWithin(t *testing.T, minute, reserve int) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{now: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}}
	s, err := store.Open(t.Context(), store.Config{URL: filepath.Join(t.TempDir(), "renoz.db"), Now: w.clock.Now})
	w.must(err)
	t.Cleanup(func() { w.must(s.Close()) })
	w.must(s.Migrate(t.Context()))
	w.store = s
	w.sim = xerosim.New(xerosim.Options{MinuteLimit: minute, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler)})
	w.server = httptest.NewServer(w.sim)
	t.Cleanup(w.server.Close)
	w.tenant = w.sim.Tenants()[0]
	w.organisation()
	w.integration()
	limiter := ratelimit.New(ratelimit.Config{Store: w.store.Limits(), Budgets: liveBudgets(minute, reserve), Now: w.clock.Now, Log: slog.New(slog.DiscardHandler)})
	c := w.xero.Config
	c.Transport = limiter.Transport(http.DefaultTransport, func(r *http.Request) (string, string) { return xero.Name, r.Header.Get("Xero-Tenant-Id") }, readLimits)
	w.xero = xero.New(c)
	w.connect()
	return w
}

// liveBudgets are those that the program gives Xero.
func liveBudgets(minute, reserve int) func(service, tenant string) []ratelimit.Budget {
	return func(service, tenant string) []ratelimit.Budget {
		if tenant == "" {
			return nil
		}
		key := func(window string) ratelimit.Key {
			return ratelimit.Key{Service: service, Tenant: tenant, Window: window}
		}
		return []ratelimit.Budget{
			{Key: key("minute"), Length: time.Minute, Limit: minute, Reserve: reserve},
			{Key: key("day"), Length: 24 * time.Hour, Limit: 5000, Reserve: 60},
			{Key: key(ratelimit.Concurrent), Length: time.Minute, Limit: 5},
		}
	}
}

func readLimits(r *http.Response) ratelimit.Observed {
	seen := ratelimit.Observed{Remaining: map[string]int{}}
	for window, header := range map[string]string{"minute": "X-MinLimit-Remaining", "day": "X-DayLimit-Remaining"} {
		if left, err := strconv.Atoi(r.Header.Get(header)); err == nil {
			seen.Remaining[window] = left
		}
	}
	if r.StatusCode == http.StatusTooManyRequests {
		seen.Limited = r.Header.Get("X-Rate-Limit-Problem")
	}
	return seen
}

// issue makes customers and issues invoices to them, many in a transaction.
func (w *world) issue(customers, invoices int) []crm.InvoiceID {
	w.Helper()
	buyers := make([]crm.CustomerID, customers)
	w.inSteps(customers, func(work records.Work, n int) error {
		c, err := work.CreateCustomer(w.ctx, records.CustomerInput{Name: fmt.Sprintf("Buyer %d", n), Email: fmt.Sprintf("accounts%d@buyer.example", n)})
		buyers[n] = c.ID
		return err
	})
	made := make([]crm.InvoiceID, invoices)
	w.inSteps(invoices, func(work records.Work, n int) error {
		i, err := work.CreateInvoice(w.ctx, records.InvoiceInput{CustomerID: buyers[n%customers], Reference: fmt.Sprintf("PO-%d", n), Lines: []records.LineInput{
			{Kind: crm.Item, Description: "BESS 50 kWh", Quantity: 20000, UnitPrice: new(crm.Price(49950000)), DiscountPercent: 500, TaxClass: crm.GST},
			{Kind: crm.Shipping, Description: "Freight", Quantity: 10000, UnitPrice: new(crm.Price(1505000)), TaxClass: crm.GST},
		}})
		if err != nil {
			return err
		}
		made[n] = i.ID
		_, err = work.IssueInvoice(w.ctx, i.ID)
		return err
	})
	return made
}

func (w *world) inSteps(n int, do func(records.Work, int) error) {
	w.Helper()
	const step = 250
	for from := 0; from < n; from += step {
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			work := w.book.In(tx, records.By{Org: w.org, Actor: "test"})
			for i := from; i < min(from+step, n); i++ {
				if err := do(work, i); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// pushAll sends until nothing waits.
func (w *world) pushAll() {
	w.Helper()
	w.until(func() error { return w.xero.Push(w.ctx, xero.PushArgs{Org: w.org}) },
		func() (time.Time, error) { return w.store.NextLinkDue(w.ctx, w.org, xero.Name) })
}

// until runs a job and moves the clock to when it may go on, until nothing is
// due any more.
func (w *world) until(run func() error, next func() (time.Time, error)) {
	w.Helper()
	for range 200 {
		err := run()
		var again *river.JobSnoozeError
		if errors.As(err, &again) {
			w.clock.pass(again.Duration)
			continue
		}
		w.must(err)
		due, err := next()
		w.must(err)
		if due.IsZero() {
			return
		}
		w.clock.pass(max(due.Sub(w.clock.Now()), time.Second))
	}
	w.Fatal("it does not come to an end")
}

// processorTime is what this process has used.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
