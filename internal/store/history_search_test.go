package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/synclog"
)

// told is an operation to search for.
func told(org crm.OrgID, at time.Time, label string) synclog.Entry {
	return synclog.Entry{ID: idAt(at), Org: org, Service: "xero", Direction: synclog.Out, EntityType: "invoice", Label: label,
		Action: synclog.Create, Status: synclog.Success, Attempt: 1, Actor: "sync", At: at}
}

func keep(t *testing.T, s *store.Store, entries ...synclog.Entry) {
	t.Helper()
	must(t, s.InTx(t.Context(), func(tx *store.Tx) error {
		for _, e := range entries {
			if err := tx.InsertEntry(t.Context(), e); err != nil {
				return err
			}
		}
		return nil
	}))
}

// bury keeps so many newer operations that what was before is found by an index
// alone.
func bury(t *testing.T, s *store.Store, org crm.OrgID, at time.Time) {
	t.Helper()
	var entries []synclog.Entry
	for n := range 1100 {
		entries = append(entries, told(org, at.Add(time.Duration(n)*time.Second), "Nobody"))
	}
	keep(t, s, entries...)
}

// TestHistoryIsSearchedByWords searches a short history, and the same below a
// thousand newer operations, beside those of another organisation.
func TestHistoryIsSearchedByWords(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		org, other := crm.NewID[crm.Organisation](), crm.NewID[crm.Organisation]()
		at := time.Now().Add(-50 * time.Hour)
		failed := told(org, at, "INV-01024")
		failed.EntityID, failed.Status, failed.Actor = "0193a5c2-7d11-7c3e-9a55-0f2b3c4d5e6f", synclog.Failed, "Zoë Ng"
		failed.Error = "Account 201 (Sales) is archived; it's not \"active\" \\ 100%."
		all := []synclog.Entry{failed, told(org, at.Add(7*time.Hour), "INV-10245"), told(org, at.Add(8*time.Hour), "Harbour & Sons"), told(org, at.Add(30*time.Hour), "東京電力 🙂")}
		keep(t, s, all...)
		keep(t, s, told(other, at, "INV-01024"), told(other, at.Add(7*time.Hour), "Harbour & Sons"))
		search := func(depth string) {
			for text, want := range map[string][]int{
				"INV-1024": {1, 0}, "INV-01024": {0}, "inv-10": {1, 0}, "1024": {1, 0}, "10245": {1}, "024": nil,
				"harbour sons": {2}, "SONS har": {2}, "ons": nil, "archived 201": {0}, "zoë": {0}, "zoë archived inv": {0}, "zoë harbour": nil,
				"東京": {3}, failed.EntityID: {0}, failed.EntityID[:8]: {0}, uuid.NewString(): nil, "not \"active": {0}, "100%": {0},
			} {
				check(t, depth+" "+text, s, org, synclog.Filter{Text: text}, all, want)
			}
			for name, c := range map[string]struct {
				f    synclog.Filter
				want []int
			}{
				"status":    {synclog.Filter{Text: "inv", Status: synclog.Failed}, []int{0}},
				"person":    {synclog.Filter{Text: "inv", Actor: "Zoë Ng"}, []int{0}},
				"no person": {synclog.Filter{Text: "inv", Actor: "Zoë"}, nil},
				"both":      {synclog.Filter{Text: "inv", Actor: "Zoë Ng", Status: synclog.Success}, nil},
				"from":      {synclog.Filter{Text: "inv", From: at.Add(time.Hour)}, []int{1}},
				"until":     {synclog.Filter{Text: "inv", Until: at.Add(time.Hour)}, []int{0}},
				"before":    {synclog.Filter{Text: "inv", Before: all[1].ID}, []int{0}},
				"limit":     {synclog.Filter{Text: "inv", Limit: 1}, []int{1}},
			} {
				check(t, depth+" "+name, s, org, c.f, all, c.want)
			}
		}
		search("short")
		bury(t, s, org, at.Add(31*time.Hour))
		search("long")
	})
}

// check asks for a part of the history; want are places in all.
func check(t *testing.T, name string, s *store.Store, org crm.OrgID, f synclog.Filter, all []synclog.Entry, want []int) {
	t.Helper()
	rows, err := s.Entries(t.Context(), org, f)
	must(t, err)
	var got []int
	for _, row := range rows {
		got = append(got, slices.IndexFunc(all, func(e synclog.Entry) bool { return e.ID == row.ID }))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: found %v, want %v", name, got, want)
	}
}

// TestOddSearches asks for what is no word, for signs with a meaning to either
// engine, and for much of it.
func TestOddSearches(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		org, at := crm.NewID[crm.Organisation](), time.Now().Add(-20*time.Hour)
		keep(t, s, told(org, at, "INV-00001 or near*"))
		bury(t, s, org, at.Add(time.Hour))
		for text, want := range map[string]int{
			"  ": 50, "—": 0, "%": 0, "🙂": 0, `"`: 0, "'": 0, `\`: 0, "\x00": 0, "\xff\xfe": 0, "* : & | ! ( )": 0, "❤️": 0, "§2": 0,
			"inv OR": 1, "NEAR(inv or)": 1, "inv:*": 1, "near*": 1, "-inv": 1, "'inv' <-> or": 1, "inv\x00or": 1, `{words}: inv`: 0, "^inv": 1, "inv + or": 1,
			strings.Repeat("inv ", 5000): 1, strings.Repeat("x", 100_000): 0, strings.Repeat("a b c d e f g ", 1000): 0,
			"inv or near 1 00001 0 00 000 0000 n ne o i in": 1,
		} {
			rows, err := s.Entries(t.Context(), org, synclog.Filter{Text: text})
			if err != nil || len(rows) != want {
				t.Errorf("%.40q: %d rows, want %d, %v", text, len(rows), want, err)
			}
		}
	})
}

// TestPagesOfHistory reads all pages of searches and filters: none of the
// operations is missed or read twice, though many are of the same millisecond.
func TestPagesOfHistory(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		org, at := crm.NewID[crm.Organisation](), time.Now().Add(-30*24*time.Hour)
		var all []synclog.Entry
		for n := range 3000 {
			e := told(org, at.Add(time.Duration(n/50)*9*time.Hour), fmt.Sprintf("INV-%05d", n))
			if n%3 == 0 {
				e.Status, e.Error = synclog.Failed, "The period is locked."
			}
			if n < 900 && n%4 == 0 {
				e.Actor, e.EntityType = "Mia Hart", "payment"
			}
			if n < 40 {
				e.EntityType = "contact"
			}
			all = append(all, e)
		}
		keep(t, s, all...)
		slices.SortFunc(all, func(a, b synclog.Entry) int { return slices.Compare(b.ID[:], a.ID[:]) })
		for name, c := range map[string]struct {
			f  synclog.Filter
			is func(e synclog.Entry) bool
		}{
			"all":         {synclog.Filter{}, func(synclog.Entry) bool { return true }},
			"failed":      {synclog.Filter{Status: synclog.Failed}, func(e synclog.Entry) bool { return e.Status == synclog.Failed }},
			"person":      {synclog.Filter{Actor: "Mia Hart"}, func(e synclog.Entry) bool { return e.Actor == "Mia Hart" }},
			"contacts":    {synclog.Filter{EntityType: "contact"}, func(e synclog.Entry) bool { return e.EntityType == "contact" }},
			"word":        {synclog.Filter{Text: "inv"}, func(synclog.Entry) bool { return true }},
			"rare word":   {synclog.Filter{Text: "mia"}, func(e synclog.Entry) bool { return e.Actor == "Mia Hart" }},
			"word failed": {synclog.Filter{Text: "hart", Status: synclog.Failed}, func(e synclog.Entry) bool { return e.Actor == "Mia Hart" && e.Error != "" }},
			"both words":  {synclog.Filter{Text: "hart locked"}, func(e synclog.Entry) bool { return e.Actor == "Mia Hart" && e.Error != "" }},
		} {
			var want, got []uuid.UUID
			for _, e := range all {
				if c.is(e) {
					want = append(want, e.ID)
				}
			}
			c.f.Limit = 37
			for {
				rows, err := s.Entries(t.Context(), org, c.f)
				must(t, err)
				if len(rows) == 0 {
					break
				}
				for _, e := range rows {
					got = append(got, e.ID)
				}
				c.f.Before = got[len(got)-1]
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d read, want %d in the same order", name, len(got), len(want))
			}
		}
	})
}

// TestOldHistoryIsForgotten deletes what is older than a moment, and the words
// with it.
func TestOldHistoryIsForgotten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		org, now := crm.NewID[crm.Organisation](), time.Now()
		bury(t, s, org, now.Add(-91*24*time.Hour))
		keep(t, s, told(org, now, "INV-00001"))
		must(t, s.InTx(t.Context(), func(tx *store.Tx) error {
			n, err := tx.DeleteOldHistory(t.Context(), now.Add(-90*24*time.Hour))
			if n != 1100 {
				t.Errorf("%d deleted", n)
			}
			return err
		}))
		if n, err := s.Count(t.Context(), "sync_log_words"); err != nil || n != 1 {
			t.Errorf("the words of %d entries are left, %v", n, err)
		}
		if rows, err := s.Entries(t.Context(), org, synclog.Filter{Text: "nobody"}); err != nil || len(rows) > 0 {
			t.Errorf("%d are found, %v", len(rows), err)
		}
	})
}

// TestHistoryWithoutWords has another program write history without words, as
// the release before does, which are added later; and an index made of history
// that was there before it.
func TestHistoryWithoutWords(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		org, at := crm.NewID[crm.Organisation](), time.Now().Add(-10*time.Hour)
		keep(t, s, told(org, at.Add(-time.Hour), "Voltway"))
		old := told(org, at, "INV-00001")
		must(t, s.Statement(t.Context(), `insert into sync_log (id, org_id, service, direction, entity_type, entity_id, entity_label, action, status, error, attempt, actor, duration_micros, http_status, created_at)
values ($1, $2, 'xero', 'out', 'invoice', '', 'INV-00001', 'create', 'success', '', 1, 'An old program', 0, 200, $3)`, old.ID, org, at.UTC().Format("2006-01-02T15:04:05.000000Z")))
		found := func(doing string, want int) {
			t.Helper()
			for _, f := range []synclog.Filter{{Text: "inv old", Before: idAt(at.Add(time.Minute))}, {Actor: "An old program"}} {
				rows, err := s.Entries(t.Context(), org, f)
				must(t, err)
				if len(rows) != want {
					t.Errorf("%s: %d found by %+v, want %d", doing, len(rows), f, want)
				}
			}
		}
		n, err := s.IndexHistory(t.Context(), at.Add(-time.Minute))
		must(t, err)
		again, err := s.IndexHistory(t.Context(), at.Add(-time.Minute))
		must(t, err)
		if n != 1 || again != 0 {
			t.Errorf("%d were without words, then %d", n, again)
		}
		bury(t, s, org, at.Add(time.Hour))
		found("added later", 1)
		must(t, s.Statement(t.Context(), "drop table sync_log_words"))
		must(t, s.Statement(t.Context(), "drop table if exists sync_log_words_content")) // FTS5 leaves it
		must(t, s.IndexAgain(t.Context()))
		found("made anew", 1)
		if n, err := s.Count(t.Context(), "sync_log_words"); err != nil || n != 1102 {
			t.Errorf("the words of %d entries are kept, %v", n, err)
		}
	})
}
