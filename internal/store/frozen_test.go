package store_test

import (
	"testing"

	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestFrozenProcessLosesItsLocks has a transaction stand still with a lock, as
// one of a paused machine would. Others get the lock after some seconds, and the
// transaction is undone.
func TestFrozenProcessLosesItsLocks(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	l := openLedger(t, s)
	i := l.invoice(t, l.customer(t, "C-00001", "Voltway"), "INV-00001")
	err := s.InTx(t.Context(), func(frozen *store.Tx) error {
		i := i
		i.Reference = "frozen"
		if err := frozen.UpdateInvoice(t.Context(), i); err != nil {
			return err
		}
		l.in(t, func(tx *store.Tx) error { // waits for the lock
			_, err := tx.LockInvoice(t.Context(), l.org, i.ID)
			return err
		})
		return nil
	})
	if err == nil {
		t.Error("the transaction that stood still was kept")
	}
	if got, err := s.Invoice(t.Context(), l.org, i.ID); err != nil || got.Reference != "" {
		t.Errorf("the invoice is %+v, %v", got, err)
	}
}
