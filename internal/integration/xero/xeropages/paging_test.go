package xeropages_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

var older = regexp.MustCompile(`href="([^"]+)"[^>]*>\s*Older`)

// labels follows "Older" to the end and counts how often each label is a row's
// title.
func (w *world) labels(path string) map[string]int {
	w.Helper()
	title, seen := regexp.MustCompile(`>(label \d{3})</a>`), map[string]int{}
	for path != "" {
		page := w.get(auth.Owner, path)
		page.want(w, 200)
		for _, found := range title.FindAllStringSubmatch(page.Body, -1) {
			seen[found[1]]++
		}
		path = ""
		if next := older.FindStringSubmatch(page.Body); next != nil {
			path = html.UnescapeString(next[1])
		}
	}
	return seen
}

func TestErrorsThatFailedTogetherAreAllListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const many = 120
	process, at := store.NewProcess(), time.Now()
	w.must(w.store.Announce(w.ctx, process))
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		for i := range many {
			key := link.Key{Org: w.org, Service: xero.Name, Kind: link.Invoice, Record: uuid.Must(uuid.NewV7())}
			if err := tx.WantLink(w.ctx, store.Want{Key: key, Label: fmt.Sprintf("label %03d", i), Version: 1, Priority: link.Normal}); err != nil {
				return err
			}
		}
		claimed, err := tx.ClaimLinks(w.ctx, store.Claim{Org: w.org, Service: xero.Name, Kind: link.Invoice, Process: process.ID, Max: many})
		if err != nil {
			return err
		}
		for _, l := range claimed {
			l.Reject(link.Problem{Code: "validation", Kind: "invalid", Text: "Refused.", Action: link.Review}, at)
			if err := tx.SettleLink(w.ctx, process.ID, l); err != nil {
				return err
			}
		}
		return nil
	}))
	seen := w.labels("/sync/errors?kind=invoice")
	if len(seen) != many {
		t.Errorf("%d of %d are listed", len(seen), many)
	}
	for label, n := range seen {
		if n != 1 {
			t.Errorf("%s is listed %d times", label, n)
		}
	}
}

func TestHistoryIsListedAndExportedWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const many = 450
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		for i := range many {
			err := tx.InsertEntry(w.ctx, synclog.Entry{
				ID: uuid.Must(uuid.NewV7()), Org: w.org, Service: xero.Name, Direction: synclog.Out, EntityType: "invoice", EntityID: uuid.NewString(),
				Label: fmt.Sprintf("label %03d", i), Action: synclog.Create, Status: synclog.Success, Attempt: 1, Actor: "sync", At: time.Now()})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	if seen := w.labels("/sync/history?status=success"); len(seen) != many {
		t.Errorf("%d of %d are listed", len(seen), many)
	}
	rows, err := csv.NewReader(strings.NewReader(w.get(auth.Viewer, "/sync/history/export").Body)).ReadAll()
	if err != nil || len(rows) != many+1 {
		t.Errorf("%d rows are exported, %v", len(rows), err)
	}
}
