package xero_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of execute
	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestOneJobComesAgain wakes jobs for a record that has to wait, as the sweep
// does every few seconds. They must not all stay.
func TestOneJobComesAgain(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customer("Harbour Marine")
		w.must(w.sim.Fail(xerosim.Fault{Kind: xerosim.FaultMinute, RetryAfter: 20}))
		stay := 0
		for range 10 {
			var again *river.JobSnoozeError
			if err := w.xero.Push(w.ctx, xero.PushArgs{Org: w.org}); errors.As(err, &again) {
				stay++
			}
			w.clock.pass(time.Second)
		}
		if stay != 1 {
			t.Errorf("%d of 10 jobs want to run again", stay)
		}
	})
}

// TestNoJobComesAgainWithoutAccess leaves records alone until somebody connects.
func TestNoJobComesAgainWithoutAccess(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customer("Harbour Marine")
		c, err := w.store.Connection(w.ctx, w.org, xero.Name)
		w.must(err)
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			return tx.SetConnectionState(w.ctx, c, connection.NeedsReconnect, "", time.Time{})
		}))
		w.must(w.xero.Push(w.ctx, xero.PushArgs{Org: w.org}))
		if n := len(w.sim.Contacts(w.tenant)); n != 0 {
			t.Errorf("%d contacts in Xero", n)
		}
	})
}

// TestRest ends sending before the next call.
func TestRest(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customer("Harbour Marine")
		w.xero.Rest()
		w.must(ignoreSnooze(w.xero.Push(w.ctx, xero.PushArgs{Org: w.org})))
		if n := len(w.sim.Contacts(w.tenant)); n != 0 {
			t.Errorf("%d contacts in Xero", n)
		}
	})
}

// TestFailedRunLeavesNothing has the database fail after Xero has answered. What
// the run had claimed is taken up by the next one.
func TestFailedRunLeavesNothing(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		c := w.customer("Harbour Marine")
		execute(t, url, "alter table calls rename to calls_elsewhere")
		if err := w.xero.Push(w.ctx, xero.PushArgs{Org: w.org}); err == nil || len(w.sim.Contacts(w.tenant)) != 1 {
			t.Fatalf("Xero has %d contacts, the run ended with %v", len(w.sim.Contacts(w.tenant)), err)
		}
		execute(t, url, "alter table calls_elsewhere rename to calls")
		w.push()
		w.clock.pass(3 * time.Second)
		w.push()
		l, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.Contact, Record: c.ID.UUID})
		if err != nil || l.State != link.Synced {
			t.Errorf("the link is %s: %s, %v", l.State, l.Problem.Text, err)
		}
		if n := len(w.sim.Contacts(w.tenant)); n != 1 {
			t.Errorf("%d contacts in Xero", n)
		}
	})
}

// TestFailedLookLeavesNothing does the same while webhooks are looked at.
func TestFailedLookLeavesNothing(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		there := w.sim.Invoices(w.tenant)[0]
		_, err := w.sim.Pay(w.tenant, i.Number, 0, xerosim.Date{})
		w.must(err)
		w.webhook("INVOICE", there.InvoiceID)
		execute(t, url, "alter table calls rename to calls_elsewhere")
		if err := w.xero.Look(w.ctx); err == nil {
			t.Fatal("the look did not fail")
		}
		execute(t, url, "alter table calls_elsewhere rename to calls")
		w.must(ignoreSnooze(w.xero.Look(w.ctx)))
		if paid := w.invoice(i.ID); paid.State != crm.InvoicePaid {
			t.Errorf("the invoice is %s", paid.State)
		}
		events, err := w.store.Events(w.ctx, w.org, inbox.Filter{Service: xero.Name, Limit: 10})
		w.must(err)
		for _, e := range events {
			if e.State != inbox.Done {
				t.Errorf("the webhook is %s: %s", e.State, e.Result)
			}
		}
	})
}

// execute changes a database behind the program's back.
func execute(t *testing.T, url, statement string) {
	t.Helper()
	driver := "sqlite"
	if store.IsPostgres(url) {
		driver = "pgx"
	}
	d, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if _, err := d.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
