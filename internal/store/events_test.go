package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestRepeatsAreCounted keeps webhooks of which some came before: in an earlier
// transaction, or twice in the same.
func TestRepeatsAreCounted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		first := waiting(150)
		storetest.Keep(t, s, first)
		again := waiting(200)
		for i := range 150 {
			again[i].DeliveryKey = first[i].DeliveryKey
		}
		again[199].DeliveryKey = again[198].DeliveryKey
		again[0].DeliveryKey = again[1].DeliveryKey // twice in one batch, and known
		storetest.Keep(t, s, again)
		for i, want := range map[int]int{0: 0, 1: 2, 2: 1, 149: 1} {
			if got := repeats(t, s, first[i].ID); got != want {
				t.Errorf("webhook %d came %d times more, want %d", i, got, want)
			}
		}
		if got := repeats(t, s, again[198].ID); got != 1 {
			t.Errorf("a webhook that came twice at once was counted %d times", got)
		}
		if _, err := s.Event(t.Context(), crm.NewID[crm.Organisation](), again[5].ID); crm.KindOf(err) != crm.NotFound {
			t.Errorf("a repeat was kept as another webhook: %v", err)
		}
		claimed := claimEvents(t, s, uuid.New(), 1000)
		if len(claimed) != 199 {
			t.Errorf("%d webhooks are looked at, want 150 and 49 more", len(claimed))
		}
	})
}

// TestBatchesAreFiledOnce keeps webhooks and lets two processes, neither of which
// kept them, file them at once.
func TestBatchesAreFiledOnce(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		const batches, size = 40, 25
		keeper := storetest.Open(t, url)
		var all []inbox.Event
		for range batches {
			events := waiting(size)
			must(t, keeper.KeepBatch(t.Context(), events))
			all = append(all, events...)
		}
		if unseen, unfiled, err := keeper.EventsBehind(t.Context(), "xero"); err != nil || unseen != 0 || unfiled != batches*size {
			t.Errorf("%d filed, %d to file, %v", unseen, unfiled, err)
		}
		var group errgroup.Group
		for range 2 {
			s := storetest.Open(t, url)
			group.Go(func() error {
				for more := true; more; {
					var err error
					if more, err = s.FileBatches(t.Context()); err != nil {
						return err
					}
				}
				return nil
			})
		}
		must(t, group.Wait())
		for _, want := range all {
			got := event(t, keeper, want.ID)
			if got.DeliveryKey != want.DeliveryKey || got.Payload != want.Payload || got.Resource != want.Resource || got.State != inbox.Received ||
				got.Repeats != 0 || !got.ReceivedAt.Equal(want.ReceivedAt.Truncate(time.Microsecond)) {
				t.Fatalf("filed as %+v, kept as %+v", got, want)
			}
		}
		if unseen, unfiled, err := keeper.EventsBehind(t.Context(), "xero"); err != nil || unseen != batches*size || unfiled != 0 {
			t.Errorf("%d filed, %d to file, %v", unseen, unfiled, err)
		}
	})
}

// TestSettledTogether settles webhooks that came to different ends.
func TestSettledTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		storetest.Keep(t, s, waiting(7))
		process, now := uuid.New(), time.Now().UTC().Truncate(time.Microsecond)
		claimed := claimEvents(t, s, process, 5)
		later := now.Add(time.Hour)
		for i := range claimed {
			claimed[i].State, claimed[i].Result, claimed[i].ProcessedAt = inbox.Done, "Now paid.", &now
		}
		claimed[3].State, claimed[3].Attempts, claimed[3].DueAt, claimed[3].ProcessedAt = inbox.Received, 2, later, nil
		lost := claimEvents(t, s, uuid.New(), 1)[0]
		lost.State = inbox.Failed
		must(t, s.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.SettleEvents(t.Context(), process, append(claimed, lost))
		}))
		for i, want := range claimed {
			got := event(t, s, want.ID)
			if got.State != want.State || got.Result != want.Result || got.Attempts != want.Attempts || !got.DueAt.Equal(want.DueAt) {
				t.Errorf("webhook %d is %+v, want %+v", i, got, want)
			}
		}
		if got := event(t, s, lost.ID); got.State != inbox.Working {
			t.Errorf("a webhook that another process looks at is %s", got.State)
		}
	})
}

func event(t *testing.T, s *store.Store, id crm.EventID) inbox.Event {
	t.Helper()
	e, err := s.Event(t.Context(), crm.NewID[crm.Organisation](), id)
	must(t, err)
	return e
}

func repeats(t *testing.T, s *store.Store, id crm.EventID) int {
	t.Helper()
	e, err := s.Event(t.Context(), crm.NewID[crm.Organisation](), id)
	if crm.KindOf(err) == crm.NotFound {
		return -1
	}
	must(t, err)
	return e.Repeats
}

func claimEvents(t *testing.T, s *store.Store, process uuid.UUID, most int) (claimed []inbox.Event) {
	t.Helper()
	must(t, s.InTx(t.Context(), func(tx *store.Tx) (err error) {
		claimed, err = tx.ClaimEvents(t.Context(), "xero", process, most)
		return err
	}))
	return claimed
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
