package xero_test

import (
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store"
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
