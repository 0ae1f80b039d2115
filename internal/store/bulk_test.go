package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func (l ledger) run(t *testing.T, state store.BulkState) store.BulkRun {
	t.Helper()
	r := store.BulkRun{ID: crm.NewID[crm.Change]().UUID, Org: l.org, Service: "xero", Direction: store.BulkPush, Kind: "invoice", Actor: "Alex",
		Filter: store.BulkFilter{State: "open", From: crm.NewDay(2026, 7, 1), Missing: true}, State: state}
	l.in(t, func(tx *store.Tx) error {
		if err := tx.AddBulkRun(t.Context(), r); err != nil || state == store.BulkPreparing {
			return err
		}
		return tx.StepBulkRun(t.Context(), r, store.BulkPreparing)
	})
	return r
}

func (l ledger) item(r store.BulkRun, n int, plan store.BulkPlan) store.BulkItem {
	i := store.BulkItem{Run: r.ID, Key: link.Key{Org: l.org, Service: "xero", Kind: link.Invoice, Record: uuid.New()}, Rank: 2, Position: int64(n),
		Label: fmt.Sprintf("INV-%05d", n), About: "Harbour Marine", Version: 3, Plan: plan, State: store.ItemPlanned}
	if plan == store.PlanSkip {
		i.State, i.Code, i.Reason = store.ItemSkipped, "draft", "A draft."
	}
	return i
}

// TestBulkRuns steps a run, lists it, and lets only one process advance it.
func TestBulkRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, ctx := openLedger(t, s), t.Context()
		r := l.run(t, store.BulkPreparing)
		got, err := s.BulkRun(ctx, l.org, r.ID)
		if err != nil || got.Filter != r.Filter || got.State != store.BulkPreparing || got.Actor != "Alex" || got.BegunAt != nil {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := s.BulkRun(ctx, crm.NewID[crm.Organisation](), r.ID); crm.KindOf(err) != crm.NotFound {
			t.Errorf("another organisation reads it: %v", err)
		}
		for _, want := range []bool{true, false} {
			l.in(t, func(tx *store.Tx) error {
				mine, err := tx.AdvanceBulkRun(ctx, got, store.BulkStep{Place: "1", Records: 200})
				if mine != want {
					t.Errorf("advanced: %v", mine)
				}
				return err
			})
		}
		r.State = store.BulkRunning
		l.in(t, func(tx *store.Tx) error { return tx.StepBulkRun(ctx, r, store.BulkPreparing) })
		err = s.InTx(ctx, func(tx *store.Tx) error { return tx.StepBulkRun(ctx, r, store.BulkPreparing) })
		if crm.KindOf(err) != crm.Conflict {
			t.Errorf("stepped twice: %v", err)
		}
		done, paused := l.run(t, store.BulkDone), l.run(t, store.BulkPaused)
		open, err := s.OpenBulkRuns(ctx, l.org, "xero")
		if err != nil || len(open) != 2 || open[0].Records != 200 {
			t.Errorf("open are %+v, %v", open, err)
		}
		moving, err := s.MovingBulkRuns(ctx, "xero")
		if err != nil || len(moving) != 1 || moving[0].ID != r.ID {
			t.Errorf("moving are %+v, %v", moving, err)
		}
		var listed []uuid.UUID
		for f := (store.BulkRunFilter{Service: "xero", Limit: 2}); ; {
			page, err := s.BulkRuns(ctx, l.org, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Rows {
				listed = append(listed, r.ID)
			}
			if f.After = page.Next; f.After == "" {
				break
			}
		}
		if fmt.Sprint(listed) != fmt.Sprint([]uuid.UUID{paused.ID, done.ID, r.ID}) {
			t.Errorf("listed are %v", listed)
		}
		for f, want := range map[store.BulkRunFilter]int{{State: "open"}: 2, {State: "done"}: 1, {Direction: store.BulkPull}: 0, {Search: "ALE"}: 3, {Search: "nobody"}: 0} {
			f.Service = "xero"
			if page, err := s.BulkRuns(ctx, l.org, f); err != nil || len(page.Rows) != want {
				t.Errorf("%+v: %d, %v", f, len(page.Rows), err)
			}
		}
		l.in(t, func(tx *store.Tx) error { return tx.AddBulkItem(ctx, l.item(done, 1, store.PlanSkip)) })
		if err := s.DropOldBulkRuns(ctx, time.Now().AddDate(0, 0, 1)); err != nil {
			t.Error(err)
		}
		if _, err := s.BulkRun(ctx, l.org, done.ID); crm.KindOf(err) != crm.NotFound {
			t.Errorf("an old run is kept: %v", err)
		}
		if _, err := s.BulkRun(ctx, l.org, paused.ID); err != nil {
			t.Errorf("a paused run is forgotten: %v", err)
		}
	})
}

// TestBulkItems marks links for a run, settles by them, and puts back what was
// not sent, to what it was before.
func TestBulkItems(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, ctx := openLedger(t, s), t.Context()
		r := l.run(t, store.BulkRunning)
		process := store.NewProcess()
		items := make([]store.BulkItem, 6)
		l.in(t, func(tx *store.Tx) error {
			for n := range items {
				items[n] = l.item(r, n, store.PlanCreate)
				if n == 5 {
					items[n] = l.item(r, n, store.PlanSkip)
				}
				for range 2 { // the second time changes nothing
					if err := tx.AddBulkItem(ctx, items[n]); err != nil {
						return err
					}
				}
			}
			return nil
		})
		// The second was refused before, the others have no links.
		was := link.Link{Key: items[1].Key, Label: items[1].Label}
		l.in(t, func(tx *store.Tx) error { return tx.WantLink(ctx, want(items[1], link.Normal)) })
		l.in(t, func(tx *store.Tx) error {
			claimed, err := tx.ClaimLinks(ctx, store.Claim{Org: l.org, Service: "xero", Kind: link.Invoice, Process: process.ID, Max: 1})
			if err != nil {
				return err
			}
			was = claimed[0]
			was.Reject(link.Problem{Code: "no", Text: "No.", Action: link.Review}, l.at)
			return tx.SettleLink(ctx, process.ID, was)
		})
		next, err := s.NextBulkItems(ctx, r, 4)
		if err != nil || len(next) != 4 || next[0].Label != "INV-00000" {
			t.Fatalf("next are %+v, %v", next, err)
		}
		l.in(t, func(tx *store.Tx) error {
			for _, i := range next {
				if i.State = store.ItemAsked; i.Key == was.Key {
					i.Before = store.BeforeOf(was)
				}
				if err := tx.AskBulkItem(ctx, i); err != nil {
					return err
				}
				if err := tx.WantLink(ctx, want(i, link.Bulk)); err != nil {
					return err
				}
			}
			return nil
		})
		l.settle(t, process, items[0].Key, func(l *link.Link) { l.Succeed(link.Remote{ID: "r"}, 3, l.DueAt) })
		l.settle(t, process, items[2].Key, func(l *link.Link) { l.Block(link.Problem{Code: "unmapped", Text: "Map.", Action: link.Map}, l.DueAt) })
		outcomes(t, s, r, map[store.BulkItemState]int{store.ItemDone: 1, store.ItemBlocked: 1, store.ItemWaiting: 3, store.ItemSkipped: 1})
		l.in(t, func(tx *store.Tx) error {
			n, err := tx.CollectBulkItems(ctx, r)
			if n != 2 {
				t.Errorf("%d were settled", n)
			}
			return err
		})
		outcomes(t, s, r, map[store.BulkItemState]int{store.ItemDone: 1, store.ItemBlocked: 1, store.ItemWaiting: 3, store.ItemSkipped: 1})
		for f, want := range map[store.BulkItemFilter]int{
			{Outcome: store.ItemWaiting}: 3, {Outcome: store.ItemBlocked}: 1, {Outcome: store.ItemDone}: 1, {Outcome: store.ItemSkipped}: 1, {Plan: store.PlanSkip}: 1,
			{Search: "inv-00003"}: 1, {Search: "HARBOUR"}: 6, {Search: "%"}: 0, {Kind: link.Contact}: 0,
		} {
			if page, err := s.BulkItems(ctx, r, f); err != nil || len(page.Rows) != want {
				t.Errorf("%+v: %d, %v", f, len(page.Rows), err)
			}
		}
		l.in(t, func(tx *store.Tx) error {
			if n, err := tx.CancelBulkItems(ctx, r); n != 1 || err != nil {
				t.Errorf("%d were left out, %v", n, err)
			}
			n, err := tx.PutBackBulkItems(ctx, r, store.ItemCancelled, true)
			if n != 3 {
				t.Errorf("%d were put back", n)
			}
			return err
		})
		outcomes(t, s, r, map[store.BulkItemState]int{store.ItemDone: 1, store.ItemCancelled: 4, store.ItemSkipped: 1})
		if back, err := s.Link(ctx, was.Key); err != nil || back.State != link.Rejected || back.Problem != was.Problem || back.Attempts != 1 || back.Priority != link.Normal || back.FailedAt == nil {
			t.Errorf("put back is %+v, %v", back, err)
		}
		for _, i := range items[2:4] {
			if _, err := s.Link(ctx, i.Key); crm.KindOf(err) != crm.NotFound {
				t.Errorf("a link that was made for the run is kept: %v", err)
			}
		}
	})
}

func want(i store.BulkItem, priority int) store.Want {
	return store.Want{Key: i.Key, Label: i.Label, Version: i.Version, Priority: priority}
}

// settle claims links until it has the one of a key, and settles that.
func (l ledger) settle(t *testing.T, process store.Process, k link.Key, step func(*link.Link)) {
	t.Helper()
	l.in(t, func(tx *store.Tx) error {
		claimed, err := tx.ClaimLinks(t.Context(), store.Claim{Org: l.org, Service: "xero", Kind: link.Invoice, Process: process.ID, Max: 50})
		if err != nil {
			return err
		}
		for _, x := range claimed {
			if x.Key == k {
				step(&x)
			} else {
				x.Postpone(x.DueAt, link.Problem{})
			}
			if err := tx.SettleLink(t.Context(), process.ID, x); err != nil {
				return err
			}
		}
		return nil
	})
}

func outcomes(t *testing.T, s *store.Store, r store.BulkRun, want map[store.BulkItemState]int) {
	t.Helper()
	got, _, err := s.BulkOutcomes(t.Context(), r, r.CreatedAt)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("outcomes are %v, want %v; %v", got, want, err)
	}
}

// TestRecordsForBulk selects records by state, day, and whether the service
// has them.
func TestRecordsForBulk(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, ctx := openLedger(t, s), t.Context()
		c := l.customer(t, "C-1", "Harbour Marine")
		l.customer(t, "C-2", "Bright Solar")
		l.bound(t, c, "there")
		l.invoice(t, c, "INV-1")
		l.invoice(t, c, "INV-2")
		for f, want := range map[store.BulkFilter]int{{}: 2, {State: "active"}: 2, {State: "archived"}: 0, {Missing: true}: 1} {
			if ids, err := s.CustomersForBulk(ctx, l.org, store.BulkChoice{Service: "xero", BulkFilter: f, Max: 10}); err != nil || len(ids) != want {
				t.Errorf("customers %+v: %d, %v", f, len(ids), err)
			}
		}
		for f, want := range map[store.BulkFilter]int{
			{}: 2, {State: "open"}: 2, {State: "paid"}: 0, {Missing: true}: 2, {From: crm.NewDay(2026, 11, 1), To: crm.NewDay(2026, 11, 1)}: 2,
			{From: crm.NewDay(2026, 11, 2)}: 0, {To: crm.NewDay(2026, 10, 31)}: 0,
		} {
			if ids, err := s.InvoicesForBulk(ctx, l.org, store.BulkChoice{Service: "xero", BulkFilter: f, Max: 10}); err != nil || len(ids) != want {
				t.Errorf("invoices %+v: %d, %v", f, len(ids), err)
			}
		}
		first, err := s.InvoicesForBulk(ctx, l.org, store.BulkChoice{Service: "xero", Max: 1})
		if err != nil || len(first) != 1 {
			t.Fatalf("%v, %v", first, err)
		}
		if rest, err := s.InvoicesForBulk(ctx, l.org, store.BulkChoice{Service: "xero", After: first[0], Max: 10}); err != nil || len(rest) != 1 || rest[0] == first[0] {
			t.Errorf("after the first: %v, %v", rest, err)
		}
		if ids, err := s.PaymentsForBulk(ctx, l.org, store.BulkChoice{Service: "xero", BulkFilter: store.BulkFilter{State: "booked", Missing: true}, Max: 10}); err != nil || len(ids) != 0 {
			t.Errorf("payments: %v, %v", ids, err)
		}
	})
}
