package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/store"
)

// migratedSQLite returns the content of a migrated file, made once.
var migratedSQLite = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "renoz-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "renoz.db")
	if err := migrate(context.Background(), path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(ctx context.Context, url string) error {
	s, err := store.Open(ctx, store.Config{URL: url})
	if err != nil {
		return err
	}
	if err := s.Migrate(ctx); err != nil {
		_ = s.Close() // the first error says more
		return err
	}
	return s.Close()
}

// templateLock keeps processes that share a server from making the same
// template twice. The number means nothing; it only has to be this one.
const templateLock = 7_236_069_001

// ensureTemplate makes the template database unless another process has, and
// returns its name. at returns the address of a database on the server.
func ensureTemplate(ctx context.Context, at func(database string) string) (string, error) {
	name := "renoz_template_" + schemaKey()
	c, err := pgx.Connect(ctx, at(maintenance))
	if err != nil {
		return "", fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }() // ends the lock too
	if _, err := c.Exec(ctx, "select pg_advisory_lock($1)", templateLock); err != nil {
		return "", fmt.Errorf("lock the template: %w", err)
	}
	var have bool
	if err := c.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&have); err != nil {
		return "", fmt.Errorf("look for the template: %w", err)
	}
	if have {
		return name, nil
	}
	building := name + "_new" // never a half-migrated template under the right name
	for _, step := range []func() error{
		func() error { return run(ctx, c, "drop database if exists "+building+" with (force)") },
		func() error { return run(ctx, c, "create database "+building) },
		func() error { return migrate(ctx, at(building)) },
		func() error { return run(ctx, c, "alter database "+building+" rename to "+name) },
	} {
		if err := step(); err != nil {
			return "", fmt.Errorf("make the template: %w", err)
		}
	}
	return name, nil
}

func run(ctx context.Context, c *pgx.Conn, statement string) error {
	if _, err := c.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// schemaKey is the same for two binaries that would migrate a database in the
// same way: it depends on the schema's files and on the version of River,
// which brings its own tables.
func schemaKey() string {
	sum := sha256.New()
	_, here, _, _ := runtime.Caller(0)
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(here), "..", "schema", "*.sql"))
	words, _ := filepath.Glob(filepath.Join(filepath.Dir(here), "..", "history_words_*.go")) // each engine's own tables
	files = append(files, words...)
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			files = nil
			break
		}
		fmt.Fprintln(sum, filepath.Base(path), len(content))
		sum.Write(content)
	}
	if len(files) == 0 { // built with -trimpath: a template for this process alone
		fmt.Fprintln(sum, "process", os.Getpid())
	}
	writeRiver(sum)
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

func writeRiver(w io.Writer) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/riverqueue/river" {
			fmt.Fprintln(w, m.Path, m.Version)
		}
	}
}
