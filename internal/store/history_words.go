package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/words"
	"github.com/renoz/renoz/internal/synclog"
)

// wordIndex finds entries of the history by their words. It is the one thing
// that both engines do in SQL of their own: SQLite in a table of FTS5,
// PostgreSQL in one with a GIN index. Its keys are words behind a stretch, so
// that a search meets no other organisation's entries, and reads one stretch of
// time after the other, each of which is small however common a word is.
type wordIndex interface {
	// create makes its tables, and has fill keep what there is already.
	create(ctx context.Context, raw db.DBTX, fill func() error) error
	// keep adds entries.
	keep(ctx context.Context, raw db.DBTX, entries []wordsOf) error
	// find returns the newest entries that have all keys of a search.
	find(ctx context.Context, raw db.DBTX, s search) ([]uuid.UUID, error)
	// forget removes entries of before a moment.
	forget(ctx context.Context, raw db.DBTX, before uuid.UUID) error
	// unkept selects entries from one on that it does not have, oldest first.
	unkept(ctx context.Context, raw db.DBTX, since uuid.UUID, max int) ([]db.SyncLog, error)
}

// wordsOf are the keys of an entry.
type wordsOf struct {
	entry uuid.UUID
	keys  []string
}

// search selects entries between two ids by the beginnings of keys and by whole
// ones, in some stretches, the newest first.
type search struct {
	stretches     []string
	words, exact  []string
	since, before uuid.UUID
	max           int
}

// stretchLength is how much time the keys of a stretch are of. Shorter ones are
// more to look at when a word is rare, longer ones when it is common.
const stretchLength = 24 * time.Hour

// stretchCount is how many different stretches there are: three digits of base
// 36, which is 127 years.
const stretchCount = 36 * 36 * 36

func stretchAt(id uuid.UUID) int64 { return timeOf(id).UnixMilli() / stretchLength.Milliseconds() }

// stretch names one organisation's entries of a day. Two organisations may
// share a name; what is found is read by its organisation.
func stretch(org crm.OrgID, at int64) string {
	const room = 36 * 36 * 36 * 36
	h := fnv.New32a()
	_, _ = h.Write(org.UUID[:]) // never fails
	return digits(int64(h.Sum32()%room), 4) + digits(at%stretchCount, 3)
}

func digits(n int64, width int) string {
	text := strconv.FormatInt(n, 36)
	for len(text) < width {
		text = "0" + text
	}
	return text
}

// stretches are those between two ids, the newest first.
func stretches(org crm.OrgID, oldest, newest uuid.UUID) []string {
	var names []string
	for at := stretchAt(newest); at >= stretchAt(oldest) && len(names) < stretchCount; at-- {
		names = append(names, stretch(org, at))
	}
	return names
}

// entryWords are what the history is searched by. Errors, which may be of any
// length, come last.
func entryWords(e synclog.Entry) []string {
	return words.Of(e.Label, e.Actor, e.EntityID, e.Error)
}

// entryKeys are the keys of an entry: its words, and a mark for each of what
// the history is filtered by.
func entryKeys(e synclog.Entry) wordsOf {
	kept := wordsOf{entry: e.ID}
	at := stretch(e.Org, stretchAt(e.ID))
	all := append(entryWords(e), marks(synclog.Filter{Actor: e.Actor, EntityType: e.EntityType, Status: e.Status, Direction: e.Direction, Service: e.Service})...)
	for _, word := range all {
		kept.keys = append(kept.keys, at+word)
	}
	return kept
}

// marks are the keys of filters. The sign in front is part of no word, and part
// of a key to both engines.
func marks(f synclog.Filter) []string {
	var keys []string
	for of, value := range []string{f.Actor, f.EntityType, string(f.Status), string(f.Direction), f.Service} {
		if value != "" {
			h := fnv.New32a()
			_, _ = h.Write([]byte(value)) // never fails
			keys = append(keys, "§"+strconv.Itoa(of)+strconv.FormatUint(uint64(h.Sum32()), 36))
		}
	}
	return keys
}

// keepWords adds to the indexes what the transaction has added to the history.
func (t *Tx) keepWords(ctx context.Context) error {
	if len(t.said) == 0 {
		return nil
	}
	entries := t.said
	t.said = nil
	for _, k := range kindsOf(entries) {
		if err := t.q.InsertEntryKind(ctx, k); err != nil {
			return fmt.Errorf("keep a kind of operations: %w", err)
		}
	}
	if err := t.words.keep(ctx, t.raw, each(entries, entryKeys)); err != nil {
		return fmt.Errorf("keep the words of the history: %w", err)
	}
	return nil
}

// indexStep is how many entries are added to the indexes at once.
const indexStep = 1000

// IndexHistory adds to the indexes what they lack of the history since a
// moment, and returns how much that was: a program of the release before, which
// may run beside this one, keeps no words.
func (s *Store) IndexHistory(ctx context.Context, since time.Time) (int, error) {
	from, total := firstIDAt(since), 0
	for {
		n := 0
		err := s.InTx(ctx, func(t *Tx) error {
			rows, err := t.words.unkept(ctx, t.raw, from, indexStep)
			if err != nil {
				return fmt.Errorf("look for history without words: %w", err)
			}
			if n = len(rows); n > 0 {
				from = rows[n-1].ID
			}
			t.said = each(rows, entryOf)
			return nil
		})
		if total += n; err != nil || n < indexStep {
			return total, err
		}
	}
}

// indexAll adds all of the history to indexes that are new.
func (t *Tx) indexAll(ctx context.Context) error {
	var after uuid.UUID
	for {
		rows, err := t.q.EntriesAfter(ctx, after, indexStep)
		if err != nil {
			return fmt.Errorf("go through the history: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		after = rows[len(rows)-1].ID
		t.said = each(rows, entryOf)
		if err := t.keepWords(ctx); err != nil {
			return err
		}
	}
}
