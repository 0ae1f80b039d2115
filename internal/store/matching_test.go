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

func (l ledger) contact(t *testing.T, id, name string, updated time.Time) store.RemoteContact {
	t.Helper()
	c := store.RemoteContact{Org: l.org, Service: "xero", ID: id, Name: name, Email: "pay@" + id + ".example", Status: "ACTIVE", Body: "{}", Updated: updated,
		Keys: store.ContactKeys{Name: name, Email: "pay@" + id + ".example"}}
	l.in(t, func(tx *store.Tx) error { return tx.KeepRemoteContact(t.Context(), c) })
	return c
}

func (l ledger) bound(t *testing.T, c crm.Customer, remoteID string) link.Link {
	t.Helper()
	x := link.Link{Key: link.Key{Org: l.org, Service: "xero", Kind: link.Contact, Record: c.ID.UUID}, Label: c.Name, RemoteID: remoteID, State: link.Synced, Wanted: 1, Agreed: 1}
	l.in(t, func(tx *store.Tx) error { return tx.BindContact(t.Context(), x) })
	return x
}

// TestRemoteContacts keeps copies: what is older changes nothing, decisions and
// matches stay, and who is linked leaves the lists of those who are not.
func TestRemoteContacts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, ctx := openLedger(t, s), t.Context()
		buyer := l.customer(t, "C-1", "Harbour Marine")
		c := l.contact(t, "a", "HARBOUR MARINE", l.at)
		c.Match = store.ContactMatch{Customer: buyer.ID, Score: 82, Reasons: "Same name."}
		l.in(t, func(tx *store.Tx) error { return tx.SetContactMatch(ctx, c) })
		l.contact(t, "a", "An older name", l.at.Add(-time.Hour))
		l.contact(t, "a", "Harbour Marine Pty Ltd", l.at.Add(time.Hour))
		got, err := s.RemoteContact(ctx, l.org, "xero", "a")
		if err != nil || got.Name != "Harbour Marine Pty Ltd" || got.Match != c.Match {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := s.RemoteContact(ctx, crm.NewID[crm.Organisation](), "xero", "a"); crm.KindOf(err) != crm.NotFound {
			t.Errorf("another organisation reads it: %v", err)
		}
		like, err := s.RemoteContactsLike(ctx, buyer, "xero", store.ContactKeys{Email: "pay@a.example"})
		if err != nil || len(like) != 1 {
			t.Errorf("alike are %+v, %v", like, err)
		}
		if none, err := s.RemoteContactsLike(ctx, crm.Customer{OrgID: l.org}, "xero", store.ContactKeys{}); err != nil || len(none) != 0 {
			t.Errorf("empty keys compare with %+v, %v", none, err)
		}
		suggested := func(f store.MatchFilter) int {
			f.Service, f.MinScore = "xero", max(f.MinScore, 50)
			page, err := s.SuggestedMatches(ctx, l.org, f)
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Rows)
		}
		if suggested(store.MatchFilter{}) != 1 || suggested(store.MatchFilter{MinScore: 90}) != 0 || suggested(store.MatchFilter{Search: "C%"}) != 0 || suggested(store.MatchFilter{Search: "harbour"}) != 1 {
			t.Error("the filter does not hold")
		}
		l.in(t, func(tx *store.Tx) error { return tx.SkipContact(ctx, got, "Alex") })
		if suggested(store.MatchFilter{}) != 0 || suggested(store.MatchFilter{Skipped: true}) != 1 {
			t.Error("skipping does not hold")
		}
		l.bound(t, buyer, "a")
		if suggested(store.MatchFilter{Skipped: true}) != 0 {
			t.Error("a linked contact is suggested")
		}
		counts, err := s.MatchCounts(ctx, l.org, "xero", 50)
		if err != nil || counts != (store.MatchCounts{Linked: 1}) {
			t.Errorf("%+v, %v", counts, err)
		}
	})
}

// TestMatchListsArePaged reads each list in pages without a gap.
func TestMatchListsArePaged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 7
		l, ctx := openLedger(t, s), t.Context()
		for i := range n {
			buyer := l.customer(t, fmt.Sprintf("C-%d", i), fmt.Sprintf("Buyer %d", i))
			c := l.contact(t, fmt.Sprint("s", i), fmt.Sprintf("Suggested %d", i), l.at)
			c.Match = store.ContactMatch{Customer: buyer.ID, Score: 80 + i/3}
			l.in(t, func(tx *store.Tx) error { return tx.SetContactMatch(ctx, c) })
			l.contact(t, fmt.Sprint("x", i), "Same name", l.at)
			l.bound(t, l.customer(t, fmt.Sprintf("L-%d", i), fmt.Sprintf("Linked %d", i)), fmt.Sprint("linked", i))
		}
		for name, list := range map[string]func(store.MatchFilter) (store.Page[store.MatchRow], error){
			"suggested": func(f store.MatchFilter) (store.Page[store.MatchRow], error) {
				return s.SuggestedMatches(ctx, l.org, f)
			},
			"xero":   func(f store.MatchFilter) (store.Page[store.MatchRow], error) { return s.OnlyRemote(ctx, l.org, f) },
			"renoz":  func(f store.MatchFilter) (store.Page[store.MatchRow], error) { return s.OnlyOwn(ctx, l.org, f) },
			"linked": func(f store.MatchFilter) (store.Page[store.MatchRow], error) { return s.Linked(ctx, l.org, f) },
		} {
			seen := map[string]bool{}
			for f := (store.MatchFilter{Service: "xero", MinScore: 50, Limit: 2}); ; {
				page, err := list(f)
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range page.Rows {
					seen[row.RemoteID+row.Customer.String()] = true
				}
				if f.After = page.Next; f.After == "" {
					break
				}
			}
			if len(seen) != n {
				t.Errorf("%s: %d rows in pages, want %d", name, len(seen), n)
			}
			if _, err := list(store.MatchFilter{Service: "xero", After: "nonsense"}); crm.KindOf(err) != crm.Invalid {
				t.Errorf("%s: a bad cursor gives %v", name, err)
			}
		}
	})
}

// TestConflicts keeps one open conflict for a field, and decides it once.
func TestConflicts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, ctx := openLedger(t, s), t.Context()
		c := store.Conflict{ID: crm.NewID[crm.Change]().UUID, Org: l.org, Customer: l.customer(t, "C-1", "Harbour Marine").ID, Field: "email", Ours: "a", Theirs: "b", OursAt: l.at, TheirsAt: l.at, State: store.ConflictOpen}
		l.in(t, func(tx *store.Tx) error { return tx.InsertConflict(ctx, c) })
		twin := c
		twin.ID = uuid.Must(uuid.NewV7())
		if err := s.InTx(ctx, func(tx *store.Tx) error { return tx.InsertConflict(ctx, twin) }); err == nil {
			t.Error("a field has two open conflicts")
		}
		c.Theirs = "c"
		l.in(t, func(tx *store.Tx) error { return tx.ChangeConflict(ctx, c) })
		page, err := s.OpenConflicts(ctx, l.org, store.MatchFilter{Search: "harbour"})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Theirs != "c" || page.Rows[0].Name != "Harbour Marine" {
			t.Fatalf("%+v, %v", page.Rows, err)
		}
		c.State, c.DecidedBy = store.ConflictOurs, "Alex"
		l.in(t, func(tx *store.Tx) error { return tx.CloseConflict(ctx, c) })
		if err := s.InTx(ctx, func(tx *store.Tx) error { return tx.CloseConflict(ctx, c) }); crm.KindOf(err) != crm.Conflict {
			t.Errorf("decided twice: %v", err)
		}
		l.in(t, func(tx *store.Tx) error { return tx.InsertConflict(ctx, twin) })
		all, err := s.ConflictsOf(ctx, l.org, c.Customer)
		if err != nil || len(all) != 2 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// TestContactRuns takes contacts off a run once, counts, and lets go at the end.
func TestContactRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, ctx := openLedger(t, s), t.Context()
		for i := range 3 {
			l.contact(t, fmt.Sprint(i), fmt.Sprint("Contact ", i), l.at)
		}
		run := store.ContactRun{ID: crm.NewID[crm.Change]().UUID, Org: l.org, Kind: store.ImportContacts, Actor: "Alex"}
		l.in(t, func(tx *store.Tx) (err error) {
			if run.Total, err = tx.MarkOnlyRemote(ctx, run, "xero", 50); err != nil {
				return err
			}
			return tx.BeginContactRun(ctx, run)
		})
		some, err := s.ContactsOfRun(ctx, run, 2)
		if err != nil || run.Total != 3 || len(some) != 2 {
			t.Fatalf("%d of %d, %v", len(some), run.Total, err)
		}
		for _, want := range []bool{true, false} {
			l.in(t, func(tx *store.Tx) error {
				mine, err := tx.UnmarkContact(ctx, some[0], run)
				if mine != want {
					t.Errorf("taken off: %t, want %t", mine, want)
				}
				return err
			})
		}
		l.in(t, func(tx *store.Tx) error {
			if _, err := tx.AdvanceContactRun(ctx, run, 1, 0, ""); err != nil {
				return err
			}
			return tx.EndContactRun(ctx, run, store.RunStopped)
		})
		got, found, err := s.LatestContactRun(ctx, l.org)
		if err != nil || !found || got.State != store.RunStopped || got.Done != 1 || got.Total != 3 {
			t.Errorf("%+v, %v", got, err)
		}
		if left, err := s.ContactsOfRun(ctx, run, 10); err != nil || len(left) != 0 {
			t.Errorf("%d are left, %v", len(left), err)
		}
		l.in(t, func(tx *store.Tx) error {
			on, err := tx.AdvanceContactRun(ctx, run, 1, 0, "")
			if on {
				t.Error("a stopped run goes on")
			}
			return err
		})
	})
}
