package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/sqlitedb"
)

//go:embed schema/*.sql
var schema embed.FS

const (
	sqliteDialect   = goose.DialectSQLite3
	postgresDialect = goose.DialectPostgres
)

func migrations(d *sql.DB, dialect goose.Dialect) (*goose.Provider, error) {
	files, err := fs.Sub(schema, "schema")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithTableName("schema_versions"), goose.WithGoMigrations(historyWords(dialect))}
	if dialect == postgresDialect { // several processes may start at once
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("lock the schema: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, d, files, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare the migrations: %w", err)
	}
	return p, nil
}

// historyWords makes the index of the history's words and keeps those of what is
// there, which takes some minutes for a million operations.
func historyWords(dialect goose.Dialect) *goose.Migration {
	const version = 42
	return goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		t := &Tx{Reader: Reader{raw: sqlitedb.Wrap(tx), words: sqliteWords{}}}
		if dialect == postgresDialect {
			t.words = postgresWords{}
		}
		t.q = db.New(t.raw)
		return t.words.create(ctx, t.raw, func() error { return t.indexAll(ctx) })
	}}, nil)
}

// migrate refuses a database that a newer program has changed.
func migrate(ctx context.Context, d *sql.DB, dialect goose.Dialect) error {
	p, err := migrations(d, dialect)
	if err != nil {
		return err
	}
	if err := refuseNewer(ctx, p); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	return nil
}

func refuseNewer(ctx context.Context, p *goose.Provider) error {
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	return newer(have, want)
}

func newer(have, want int64) error {
	if have > want {
		return crm.Errorf(crm.Precondition, "The database has schema %d, this program knows up to %d. Start the newer program that changed it.", have, want)
	}
	return nil
}

// pending compares versions without touching the database: goose would make its
// table.
func pending(ctx context.Context, d *sql.DB, dialect goose.Dialect) (bool, error) {
	p, err := migrations(d, dialect)
	if err != nil {
		return false, err
	}
	sources := p.ListSources()
	want := sources[len(sources)-1].Version
	var have int64
	if err := d.QueryRowContext(ctx, "select max(version_id) from schema_versions").Scan(&have); err != nil {
		if pinged := d.PingContext(ctx); pinged != nil {
			return false, fmt.Errorf("read the schema's version: %w", pinged)
		}
		return true, nil // there is no such table yet
	}
	return have < want, newer(have, want)
}
