package storetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/renoz/renoz/internal/store"
)

// Each runs a test on a migrated database of each engine, one after the other,
// as the subtests "sqlite" and "postgres". The test may call t.Parallel.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { test(t, Open(t, url)) })
}

// EachURL is Each for a test that opens the migrated database itself, with its
// own clock or from several processes.
func EachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, sqliteFile(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, postgresCopy(t)) })
}

// SQLite returns a migrated database in a file.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, sqliteFile(t))
}

// Postgres returns a migrated PostgreSQL database.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, postgresCopy(t))
}

// EachURLOf is EachURL for a benchmark, with the engines as its subtests.
func EachURLOf(b *testing.B, measure func(b *testing.B, url string)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { measure(b, sqliteFile(b)) })
	b.Run("postgres", func(b *testing.B) { measure(b, postgresCopy(b)) })
}

// Open opens the database at url, without migrating it, until the test ends.
func Open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url})
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return s
}

// sqliteFile returns the path of a migrated SQLite file.
func sqliteFile(t testing.TB) string {
	t.Helper()
	content, err := migratedSQLite()
	if err != nil {
		t.Fatalf("migrate a SQLite file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "renoz.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatalf("write a SQLite file: %v", err)
	}
	return path
}
