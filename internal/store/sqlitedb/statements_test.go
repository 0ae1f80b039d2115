package sqlitedb

import (
	"context"
	"path/filepath"
	"testing"
)

func TestUnnumbered(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"select 1":                             "select 1",
		"insert into t values ($1,$2),($3,$4)": "insert into t values (?,?),(?,?)",
		"select $1 where a = '$9' and \"$8\" = $2 -- $7\n, $3": "select ? where a = '$9' and \"$8\" = ? -- $7\n, ?",
		"select 'it''s $4', $1 /* $5 */, a->'$.b', $2":         "select 'it''s $4', ? /* $5 */, a->'$.b', ?",
		"select $2, $1":            "select $2, $1",
		"select $1, $1":            "select $1, $1",
		"select $1, ?":             "select $1, ?",
		"select $1, @name":         "select $1, @name",
		"select cast($1 as text)":  "select cast(? as text)",
		"select $1 where a = 'b":   "select $1 where a = 'b",
		"select $01":               "select $01",
		"select 4 - $1 / $2":       "select 4 - ? / ?",
		"select [a$1], `b$1`, $1":  "select [a$1], `b$1`, ?",
		"select $1 -- and no more": "select $1 -- and no more",
	} {
		if got := unnumbered(query); got != want {
			t.Errorf("%q became %q, want %q", query, got, want)
		}
	}
}

func FuzzUnnumbered(f *testing.F) {
	f.Add("select $1, '$2', $2 -- $3")
	f.Fuzz(func(t *testing.T, query string) {
		if got := unnumbered(query); len(got) > len(query) {
			t.Errorf("%q became %q", query, got)
		}
	})
}

// TestTheSameTextTwice asks a question again while its first answer is read,
// and after it failed.
func TestTheSameTextTwice(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, err := Open("file:" + filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	d.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = d.Close() })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = d.ExecContext(ctx, "create table t (a integer primary key, b text)")
	must(err)
	for i := range 3 {
		_, err = d.ExecContext(ctx, "insert into t values ($1, $2)", i, "x")
		must(err)
	}
	if _, err := d.ExecContext(ctx, "insert into t values ($1, $2)", 1, "x"); err == nil {
		t.Error("the same key was kept twice")
	}
	_, err = d.ExecContext(ctx, "insert into t values ($1, $2)", 3, "x")
	must(err)
	tx, err := d.BeginTx(ctx, nil)
	must(err)
	defer func() { _ = tx.Rollback() }()
	const question = "select a from t where a >= $1 order by a"
	outer, err := tx.QueryContext(ctx, question, 0)
	must(err)
	seen := 0
	for outer.Next() {
		var a, first int
		must(outer.Scan(&a))
		must(tx.QueryRowContext(ctx, question, a).Scan(&first))
		if first != a || a != seen {
			t.Errorf("row %d is %d, asked again %d", seen, a, first)
		}
		seen++
	}
	must(outer.Err())
	if seen != 4 {
		t.Errorf("%d rows, want 4", seen)
	}
	_, err = tx.ExecContext(ctx, "alter table t add column c text")
	must(err)
	rows, err := tx.QueryContext(ctx, "select * from t where a = $1", 0)
	must(err)
	defer func() { _ = rows.Close() }()
	if columns, err := rows.Columns(); err != nil || len(columns) != 3 {
		t.Errorf("columns %v, %v", columns, err)
	}
}
