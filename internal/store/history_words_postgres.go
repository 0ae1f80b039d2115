package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/store/db"
)

const (
	postgresWordsTable = `create table sync_log_words (entry_id uuid primary key, words tsvector not null)`
	postgresWordsIndex = `create index sync_log_words_by_word on sync_log_words using gin (words) with (gin_pending_list_limit = 1024)`
)

// postgresWords is a table of its own, so that the history is read without its
// keys.
type postgresWords struct{}

func (postgresWords) create(ctx context.Context, raw db.DBTX, fill func() error) error {
	if _, err := raw.Exec(ctx, postgresWordsTable); err != nil {
		return fmt.Errorf("make the table of words: %w", err)
	}
	if err := fill(); err != nil {
		return err
	}
	if _, err := raw.Exec(ctx, postgresWordsIndex); err != nil { // sooner than row by row
		return fmt.Errorf("make the index of words: %w", err)
	}
	return nil
}

func (postgresWords) keep(ctx context.Context, raw db.DBTX, entries []wordsOf) error {
	_, err := raw.Exec(ctx, `insert into sync_log_words (entry_id, words)
select e, array_to_tsvector(string_to_array(k, ' ')) from unnest(cast($1 as text[])::uuid[], cast($2 as text[])) u (e, k)
on conflict (entry_id) do nothing`,
		each(entries, func(e wordsOf) string { return e.entry.String() }),
		each(entries, func(e wordsOf) string { return strings.Join(e.keys, " ") }))
	return err
}

// find has PostgreSQL go from stretch to stretch until it has enough, which it
// does in their order because each depends on the row before. The inner limit
// keeps it from going through all entries by id in the hope of meeting the words
// early.
func (postgresWords) find(ctx context.Context, raw db.DBTX, s search) ([]uuid.UUID, error) {
	rows, err := raw.Query(ctx, `select w.entry_id
from unnest(cast($1 as text[])) b (question) cross join lateral (
  select m.entry_id from (
    select entry_id from sync_log_words where words @@ cast(b.question as tsquery) offset 0) m
  where m.entry_id >= $2 and m.entry_id < $3
  order by m.entry_id desc limit $4) w
limit $4`, each(s.stretches, s.tsquery), s.since, s.before, s.max)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		found = append(found, id)
	}
	return newestFirst(found), rows.Err()
}

// tsquery is the question for a stretch in the language of PostgreSQL.
func (s search) tsquery(stretch string) string {
	var q strings.Builder
	for _, word := range s.words {
		q.WriteString(" & '" + stretch + word + "':*")
	}
	for _, mark := range s.exact {
		q.WriteString(" & '" + stretch + mark + "'")
	}
	return strings.TrimPrefix(q.String(), " & ")
}

func (postgresWords) forget(ctx context.Context, raw db.DBTX, before uuid.UUID) error {
	_, err := raw.Exec(ctx, `delete from sync_log_words where entry_id < $1`, before)
	return err
}

func (postgresWords) unkept(ctx context.Context, raw db.DBTX, since uuid.UUID, max int) ([]db.SyncLog, error) {
	rows, err := raw.Query(ctx, `select `+entryColumns+` from sync_log s
where id > $1 and not exists (select from sync_log_words w where w.entry_id = s.id) order by id limit $2`, since, max)
	return scanEntries(rows, err)
}
