package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/synclog"
)

// TestFiltersOfHistoryCombine keeps one operation that all filters name, and others
// that differ from it in one respect each: all filters together find the one,
// and without one of them the other that it leaves out is found as well.
func TestFiltersOfHistoryCombine(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		org, now := crm.NewID[crm.Organisation](), time.Now()
		one := synclog.Entry{Org: org, Service: "xero", Direction: synclog.Out, EntityType: "invoice", EntityID: "7", Label: "INV-00001", Action: synclog.Create,
			Status: synclog.Failed, Error: "The Period is locked.", Attempt: 1, Actor: "Mia Hart", At: now}
		all := synclog.Filter{Service: "xero", EntityType: "invoice", Status: synclog.Failed, Direction: synclog.Out, Actor: "Mia Hart", Text: "period IS",
			From: now.Add(-time.Minute), Until: now.Add(time.Minute)}
		for name, c := range map[string]struct {
			differ func(*synclog.Entry)
			widen  func(*synclog.Filter)
		}{
			"service":   {func(e *synclog.Entry) { e.Service = "resend" }, func(f *synclog.Filter) { f.Service = "" }},
			"entity":    {func(e *synclog.Entry) { e.EntityType = "contact" }, func(f *synclog.Filter) { f.EntityType = "" }},
			"state":     {func(e *synclog.Entry) { e.Status = synclog.Success }, func(f *synclog.Filter) { f.Status = "" }},
			"direction": {func(e *synclog.Entry) { e.Direction = synclog.In }, func(f *synclog.Filter) { f.Direction = "" }},
			"person":    {func(e *synclog.Entry) { e.Actor = "Jo" }, func(f *synclog.Filter) { f.Actor = "" }},
			"text":      {func(e *synclog.Entry) { e.Error = "No answer." }, func(f *synclog.Filter) { f.Text = "" }},
			"from":      {func(e *synclog.Entry) { e.At = now.Add(-time.Hour) }, func(f *synclog.Filter) { f.From = time.Time{} }},
			"until":     {func(e *synclog.Entry) { e.At = now.Add(time.Hour) }, func(f *synclog.Filter) { f.Until = time.Time{} }},
		} {
			one.Org = crm.NewID[crm.Organisation]()
			other := one
			c.differ(&other)
			one.ID, other.ID = idAt(one.At), idAt(other.At)
			must(t, s.InTx(t.Context(), func(tx *store.Tx) error {
				if err := tx.InsertEntry(t.Context(), one); err != nil {
					return err
				}
				return tx.InsertEntry(t.Context(), other)
			}))
			wider := all
			c.widen(&wider)
			found, err := s.Entries(t.Context(), one.Org, all)
			must(t, err)
			both, err := s.Entries(t.Context(), one.Org, wider)
			must(t, err)
			if len(found) != 1 || found[0].ID != one.ID || len(both) != 2 {
				t.Errorf("%s: %d with all filters, %d without this one", name, len(found), len(both))
			}
		}
	})
}

// idAt is an id as if it was made at a moment.
func idAt(at time.Time) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	ms := uint64(at.UnixMilli()) // #nosec G115 -- not negative
	for b := range 6 {
		id[b] = byte(ms >> (40 - 8*b)) // #nosec G115 -- the byte at this place
	}
	return id
}

// TestHistoryBySpanAndPerson asks for parts of a history.
func TestHistoryBySpanAndPerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		org := crm.NewID[crm.Organisation]()
		begun := time.Now()
		var ids []uuid.UUID
		for i, actor := range []string{"sync", "Mia Hart", "sync", "Mia Hart"} {
			id := uuid.Must(uuid.NewV7())
			at := begun.Add(time.Duration(i) * time.Hour)
			ms := uint64(at.UnixMilli())
			for b := range 6 { // as if it was made at that moment
				id[b] = byte(ms >> (40 - 8*b))
			}
			ids = append(ids, id)
			must(t, s.InTx(t.Context(), func(tx *store.Tx) error {
				return tx.InsertEntry(t.Context(), synclog.Entry{ID: id, Org: org, Service: "xero", Direction: synclog.Out, EntityType: "invoice", Label: "INV-00001",
					Action: synclog.Create, Status: synclog.Success, Attempt: 1, Actor: actor, At: at})
			}))
		}
		for name, c := range map[string]struct {
			f    synclog.Filter
			want []int // places in ids, the newest first
		}{
			"all":           {synclog.Filter{}, []int{3, 2, 1, 0}},
			"a person":      {synclog.Filter{Actor: "Mia Hart"}, []int{3, 1}},
			"from":          {synclog.Filter{From: begun.Add(90 * time.Minute)}, []int{3, 2}},
			"until":         {synclog.Filter{Until: begun.Add(90 * time.Minute)}, []int{1, 0}},
			"between":       {synclog.Filter{From: begun.Add(30 * time.Minute), Until: begun.Add(150 * time.Minute)}, []int{2, 1}},
			"older in it":   {synclog.Filter{From: begun.Add(30 * time.Minute), Until: begun.Add(150 * time.Minute), Before: ids[2]}, []int{1}},
			"newer than":    {synclog.Filter{Until: begun.Add(90 * time.Minute), Before: ids[3]}, []int{1, 0}},
			"somebody else": {synclog.Filter{Actor: "Nobody"}, nil},
		} {
			rows, err := s.Entries(t.Context(), org, c.f)
			must(t, err)
			ok := len(rows) == len(c.want)
			for i := range c.want {
				ok = ok && rows[i].ID == ids[c.want[i]]
			}
			if !ok {
				t.Errorf("%s: %d rows, want %v", name, len(rows), c.want)
			}
		}
	})
}
