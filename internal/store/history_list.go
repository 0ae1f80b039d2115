package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/words"
	"github.com/renoz/renoz/internal/synclog"
)

// How many of the newest entries are looked through before an index is asked.
// What is common is found among them; an index finds the rest. To take words
// apart costs more than to compare filters.
const (
	filterDepth = 1000
	searchDepth = 400
)

// Entries lists the history, the newest first.
func (r Reader) Entries(ctx context.Context, org crm.OrgID, f synclog.Filter) ([]synclog.Entry, error) {
	q := entriesQuery(org, f)
	if strings.TrimSpace(f.Text) != "" {
		asked := words.Asked(f.Text)
		if len(asked) == 0 {
			return nil, nil
		}
		return r.searched(ctx, q, asked)
	}
	if len(marks(f)) == 0 {
		rows, err := r.q.Entries(ctx, q)
		return entries(rows, err)
	}
	rows, whole, err := r.recent(ctx, q, filterDepth)
	if err != nil || whole || len(rows) == int(q.MaxRows) {
		return entries(rows, err)
	}
	rows, err = r.ofKinds(ctx, q)
	return entries(rows, err)
}

func entriesQuery(org crm.OrgID, f synclog.Filter) db.EntriesParams {
	before := f.Before
	if before == uuid.Nil {
		before = uuid.Max
	}
	if end := firstIDAt(f.Until); !f.Until.IsZero() && bytes.Compare(end[:], before[:]) < 0 {
		before = end
	}
	return db.EntriesParams{OrgID: org, Since: firstIDAt(f.From), Before: before, Actor: f.Actor, Service: f.Service, EntityType: f.EntityType,
		Status: string(f.Status), Direction: string(f.Direction), MaxRows: limit(f.Limit)}
}

// recent are those of the depth newest entries that a query selects, and whether
// there are no others.
func (r Reader) recent(ctx context.Context, q db.EntriesParams, depth int32) (rows []db.SyncLog, whole bool, err error) {
	floor, err := r.q.EntryBack(ctx, db.EntryBackParams{OrgID: q.OrgID, Since: q.Since, Before: q.Before, Back: depth - 1})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		whole = true
	case err != nil:
		return nil, false, err
	default:
		q.Since = floor
	}
	rows, err = r.q.Entries(ctx, q)
	return rows, whole, err
}

// searched are entries in which each word begins a word.
func (r Reader) searched(ctx context.Context, q db.EntriesParams, asked []string) ([]synclog.Entry, error) {
	slices.SortFunc(asked, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // long words are rare
	for _, read := range []func(context.Context, db.EntriesParams, []string) (found []synclog.Entry, whole bool, err error){
		r.searchedRecent, r.searchedKinds, r.searchedWords, r.searchedKeys,
	} {
		found, whole, err := read(ctx, q, asked)
		if err != nil {
			return nil, fmt.Errorf("search the history: %w", err)
		}
		if whole || len(found) >= int(q.MaxRows) {
			return found[:min(len(found), int(q.MaxRows))], nil
		}
	}
	return nil, nil // the last of them was whole
}

// searchedRecent looks through the newest entries.
func (r Reader) searchedRecent(ctx context.Context, q db.EntriesParams, asked []string) ([]synclog.Entry, bool, error) {
	q.MaxRows = searchDepth
	rows, whole, err := r.recent(ctx, q, searchDepth)
	return withWords(each(rows, entryOf), asked), whole, err
}

// searchedKinds looks through the newest entries that the filters select.
func (r Reader) searchedKinds(ctx context.Context, q db.EntriesParams, asked []string) ([]synclog.Entry, bool, error) {
	if len(marksOf(q)) == 0 {
		return nil, false, nil
	}
	q.MaxRows = searchDepth
	rows, err := r.ofKinds(ctx, q)
	return withWords(each(rows, entryOf), asked), len(rows) < searchDepth, err
}

// searchedWords looks for a word that is in few entries, and through those.
func (r Reader) searchedWords(ctx context.Context, q db.EntriesParams, asked []string) ([]synclog.Entry, bool, error) {
	s, err := r.searchFor(ctx, q)
	if err != nil {
		return nil, false, err
	}
	s.max = searchDepth
	for _, word := range asked[:min(len(asked), askedAtMost)] {
		s.words = []string{word}
		ids, err := r.words.find(ctx, r.raw, s)
		if err != nil {
			return nil, false, err
		}
		if len(ids) < searchDepth {
			found, err := r.found(ctx, q, ids, asked)
			return found, true, err
		}
	}
	return nil, false, nil
}

// searchedKeys asks for all words and filters at once. What is found is looked
// at again, because keys tell organisations and filters apart by short hashes.
func (r Reader) searchedKeys(ctx context.Context, q db.EntriesParams, asked []string) ([]synclog.Entry, bool, error) {
	s, err := r.searchFor(ctx, q)
	if err != nil {
		return nil, false, err
	}
	s.words, s.exact = asked[:min(len(asked), askedAtMost)], marksOf(q)
	var all []synclog.Entry
	for len(all) < int(q.MaxRows) {
		s.max = int(q.MaxRows) - len(all)
		ids, err := r.words.find(ctx, r.raw, s)
		if err != nil {
			return nil, false, err
		}
		if len(ids) == 0 {
			break
		}
		found, err := r.found(ctx, q, ids, asked)
		if err != nil {
			return nil, false, err
		}
		all = append(all, found...)
		s.before = ids[len(ids)-1]
	}
	return all, true, nil
}

// askedAtMost is how many words an index is asked for. Others are compared.
const askedAtMost = 8

// searchFor asks the index in the stretches in which the organisation has
// entries.
func (r Reader) searchFor(ctx context.Context, q db.EntriesParams) (search, error) {
	s := search{since: q.Since, before: q.Before}
	oldest, err := r.q.OldestEntry(ctx, q.OrgID, q.Since, q.Before)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("look for the oldest entry: %w", err)
	}
	newest, err := r.q.EntryBack(ctx, db.EntryBackParams{OrgID: q.OrgID, Since: q.Since, Before: q.Before})
	if err != nil {
		return s, fmt.Errorf("look for the newest entry: %w", err)
	}
	s.stretches = stretches(q.OrgID, oldest, newest)
	return s, nil
}

// found reads what an index found, and leaves out what a query does not select.
func (r Reader) found(ctx context.Context, q db.EntriesParams, ids []uuid.UUID, asked []string) ([]synclog.Entry, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	values := []any{q.OrgID}
	for _, id := range ids {
		values = append(values, id)
	}
	rows, err := r.raw.Query(ctx, `select `+entryColumns+` from sync_log where org_id = $1 and id in (`+parameters(2, len(ids))+`) order by id desc`, values...)
	all, err := entries(scanEntries(rows, err))
	return withWords(selected(all, q), asked), err
}

func withWords(all []synclog.Entry, asked []string) []synclog.Entry {
	return slices.DeleteFunc(all, func(e synclog.Entry) bool { return !words.Match(entryWords(e), asked) })
}

func marksOf(q db.EntriesParams) []string {
	return marks(synclog.Filter{Actor: q.Actor, EntityType: q.EntityType, Status: synclog.Status(q.Status), Direction: synclog.Direction(q.Direction), Service: q.Service})
}

// ofKinds are the newest entries of the kinds that a query selects.
func (r Reader) ofKinds(ctx context.Context, q db.EntriesParams) ([]db.SyncLog, error) {
	return r.q.EntriesOfKinds(ctx, db.EntriesOfKindsParams{OrgID: q.OrgID, Actor: q.Actor, Service: q.Service, EntityType: q.EntityType, Status: q.Status,
		Direction: q.Direction, Before: q.Before, Since: q.Since, Back: q.MaxRows - 1, MaxRows: q.MaxRows})
}

// selected are those that the filters of a query select.
func selected(all []synclog.Entry, q db.EntriesParams) []synclog.Entry {
	is := func(want, have string) bool { return want == "" || want == have }
	return slices.DeleteFunc(all, func(e synclog.Entry) bool {
		return !(is(q.Actor, e.Actor) && is(q.Service, e.Service) && is(q.EntityType, e.EntityType) &&
			is(q.Status, string(e.Status)) && is(q.Direction, string(e.Direction)))
	})
}

// kindsOf are the different kinds of entries, in an order in which all
// transactions keep them, so that none waits for another that waits for it.
func kindsOf(all []synclog.Entry) []db.InsertEntryKindParams {
	kinds := each(all, func(e synclog.Entry) db.InsertEntryKindParams {
		return db.InsertEntryKindParams{OrgID: e.Org, Actor: e.Actor, EntityType: e.EntityType, Status: string(e.Status), Direction: string(e.Direction), Service: e.Service}
	})
	slices.SortFunc(kinds, func(a, b db.InsertEntryKindParams) int {
		return cmp.Or(bytes.Compare(a.OrgID.UUID[:], b.OrgID.UUID[:]), cmp.Compare(a.Actor, b.Actor), cmp.Compare(a.EntityType, b.EntityType),
			cmp.Compare(a.Status, b.Status), cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Service, b.Service))
	})
	return slices.Compact(kinds)
}
