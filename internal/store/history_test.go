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
