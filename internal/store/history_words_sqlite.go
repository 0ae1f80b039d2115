package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/store/db"
)

// sqliteWordsSchema keeps words by their beginnings of two to five letters too,
// which are behind the seven of a stretch: else FTS5 joins the lists of all words
// with a beginning before it looks at the other words of a search.
const sqliteWordsSchema = `create virtual table sync_log_words using fts5(entry_id unindexed, words,
content = '', contentless_delete = 1, contentless_unindexed = 1, prefix = '9 10 11 12', detail = none, tokenize = 'ascii')`

// sqliteWords is a table of FTS5 that keeps the keys, which are parted by
// spaces, as an index alone.
type sqliteWords struct{}

func (sqliteWords) create(ctx context.Context, raw db.DBTX, fill func() error) error {
	if _, err := raw.Exec(ctx, sqliteWordsSchema); err != nil {
		return fmt.Errorf("make the index of words: %w", err)
	}
	return fill()
}

func (sqliteWords) keep(ctx context.Context, raw db.DBTX, entries []wordsOf) error {
	for _, e := range entries {
		if _, err := raw.Exec(ctx, `insert into sync_log_words (entry_id, words) values ($1, $2)`, e.entry, strings.Join(e.keys, " ")); err != nil {
			return err
		}
	}
	return nil
}

// find reads stretch by stretch until it has enough. FTS5 knows entries by the
// order in which they were kept, so those of a stretch are put in order here.
func (sqliteWords) find(ctx context.Context, raw db.DBTX, s search) ([]uuid.UUID, error) {
	questions, err := json.Marshal(each(s.stretches, s.match))
	if err != nil {
		return nil, err
	}
	rows, err := raw.Query(ctx, `select b.key, w.entry_id from json_each($1) b cross join sync_log_words w
where w.sync_log_words match b.value and w.entry_id >= $2 and w.entry_id < $3`, string(questions), s.since, s.before)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found, within []uuid.UUID
	last := 0
	for rows.Next() {
		var at int
		var id uuid.UUID
		if err := rows.Scan(&at, &id); err != nil {
			return nil, err
		}
		if at != last {
			found, within, last = append(found, newestFirst(within)...), nil, at
			if len(found) >= s.max {
				break
			}
		}
		within = append(within, id)
	}
	found = append(found, newestFirst(within)...)
	return found[:min(len(found), s.max)], rows.Err()
}

// match is the question for a stretch in the language of FTS5.
func (s search) match(stretch string) string {
	var q strings.Builder
	for _, word := range s.words {
		q.WriteString(` AND "` + stretch + word + `"*`)
	}
	for _, mark := range s.exact {
		q.WriteString(` AND "` + stretch + mark + `"`)
	}
	return strings.TrimPrefix(q.String(), " AND ")
}

func newestFirst(ids []uuid.UUID) []uuid.UUID {
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(b[:], a[:]) })
	return slices.Compact(ids)
}

// forgetStep is how many entries are forgotten at once.
const forgetStep = 500

// forget goes by the order in which entries were kept, which is about that of
// time, up to the first that is younger.
func (sqliteWords) forget(ctx context.Context, raw db.DBTX, before uuid.UUID) error {
	for {
		done, err := raw.Exec(ctx, `delete from sync_log_words where rowid in (
  select rowid from (select rowid, entry_id from sync_log_words order by rowid limit $1) where entry_id < $2)`, forgetStep, before)
		if err != nil || done.RowsAffected() < forgetStep {
			return err
		}
	}
}

// unkept looks beyond what was kept last: while another program writes the
// file, this one does not.
func (sqliteWords) unkept(ctx context.Context, raw db.DBTX, since uuid.UUID, max int) ([]db.SyncLog, error) {
	rows, err := raw.Query(ctx, `select `+entryColumns+` from sync_log
where id > $1 and id > coalesce((select max(entry_id) from (select entry_id from sync_log_words order by rowid desc limit 1000)), '')
order by id limit $2`, since, max)
	return scanEntries(rows, err)
}

const entryColumns = `id, org_id, service, direction, entity_type, entity_id, entity_label, action, status, error, attempt, actor, call_id, duration_micros, http_status, created_at`

func scanEntries(rows pgx.Rows, err error) ([]db.SyncLog, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []db.SyncLog
	for rows.Next() {
		var e db.SyncLog
		err := rows.Scan(&e.ID, &e.OrgID, &e.Service, &e.Direction, &e.EntityType, &e.EntityID, &e.EntityLabel, &e.Action, &e.Status, &e.Error,
			&e.Attempt, &e.Actor, &e.CallID, &e.DurationMicros, &e.HTTPStatus, &e.CreatedAt)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
