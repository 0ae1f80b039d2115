package xero_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/records"
)

// TestLockedPeriodTakesNoMoney refuses payments and refunds in a period that is
// locked in Xero before they are recorded, and takes them once it is open there.
func TestLockedPeriodTakesNoMoney(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		authorise := func(ctx context.Context, permission string) (crm.OrgID, string, error) {
			who, err := auth.Require(ctx, auth.Permission(permission))
			return who.Org, who.Actor(), err
		}
		book := records.New(records.Config{Store: w.store, Now: w.clock.Now, Authorise: authorise, React: []records.Reaction{xero.React}, Dating: xero.Dating{Of: func() *xero.Service { return w.xero }}})
		record := func(day crm.Day) [2]error {
			_, paid := book.RecordPayment(w.ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 100, PaidOn: day})
			_, back := book.RecordRefund(w.ctx, records.RefundInput{CreditNoteID: n.ID, Amount: 100, PaidOn: day})
			return [2]error{paid, back}
		}
		w.lock("2026-11-22") // which is today
		for _, day := range []crm.Day{{}, crm.NewDay(2026, 11, 22), crm.NewDay(2026, 10, 1)} {
			for _, err := range record(day) {
				var refused *crm.Error
				if !errors.As(err, &refused) || refused.Kind != crm.Invalid || !strings.Contains(refused.Fields["paid_on"], "locked up to 22/11/2026") {
					w.Errorf("on %q: %v", day, err)
				}
			}
		}
		for _, err := range record(crm.NewDay(2026, 11, 23)) {
			w.must(err)
		}
		w.must(w.sim.SetLockDates(w.tenant, "2026-06-30", ""))
		w.must(w.sim.Fail(xerosim.Fault{Kind: xerosim.FaultErrorBefore}))
		for _, err := range record(crm.NewDay(2026, 11, 22)) { // Xero cannot say that it is open
			if crm.KindOf(err) != crm.Invalid {
				w.Errorf("while Xero fails: %v", err)
			}
		}
		w.sim.ClearFaults()
		for _, err := range record(crm.NewDay(2026, 11, 22)) {
			w.must(err)
		}
		w.settled()
		if there := len(w.sim.Payments(w.tenant)); there != 4 {
			w.Errorf("%d payments in Xero", there)
		}
		w.must(w.xero.Disconnect(w.ctx))
		for _, err := range record(crm.NewDay(2026, 1, 1)) { // nothing is known any more
			w.must(err)
		}
	})
}
