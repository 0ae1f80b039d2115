package storetest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func TestEachIsMigratedAndAnswers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Parallel()
		old, err := s.NeedsMigration(t.Context())
		if err != nil || old {
			t.Errorf("needs migration: %v, %v", old, err)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestEachURLOpensTheSameDatabaseTwice(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		for range 2 {
			if old, err := storetest.Open(t, url).NeedsMigration(t.Context()); err != nil || old {
				t.Errorf("needs migration: %v, %v", old, err)
			}
		}
	})
}

func TestPostgresURLIsEmpty(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	if n := tables(t, url); n != 0 {
		t.Errorf("%d tables", n)
	}
	s := storetest.Open(t, url)
	if old, err := s.NeedsMigration(t.Context()); err != nil || !old {
		t.Errorf("needs migration: %v, %v", old, err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	const copies = 8
	seen := make(chan string, copies)
	t.Run("many", func(t *testing.T) {
		for range copies {
			t.Run("one", func(t *testing.T) {
				t.Parallel()
				url := storetest.PostgresURL(t)
				execute(t, url, "create table mine (id int primary key)")
				seen <- url
			})
		}
	})
	urls := map[string]bool{}
	for range copies {
		urls[<-seen] = true
	}
	if len(urls) != copies {
		t.Errorf("%d databases for %d tests", len(urls), copies)
	}
	for url := range urls { // dropped with their test
		if c, err := pgx.Connect(t.Context(), url); err == nil {
			_ = c.Close(t.Context())
			t.Errorf("%s is still there", url)
		}
	}
}

func BenchmarkSQLite(b *testing.B) {
	for b.Loop() {
		storetest.SQLite(b)
	}
}

func BenchmarkPostgres(b *testing.B) {
	for b.Loop() {
		storetest.Postgres(b)
	}
}

func tables(t *testing.T, url string) (n int) {
	t.Helper()
	c := connect(t, url)
	if err := c.QueryRow(t.Context(), "select count(*) from pg_tables where schemaname = 'public'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func execute(t *testing.T, url, statement string) {
	t.Helper()
	if _, err := connect(t, url).Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(t.Context()) })
	return c
}
