package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/sqlitedb"
)

// readers is how many connections read beside the one that writes.
const readers = 4

type sqliteEngine struct {
	write, read *sql.DB
	insert      *river.Client[*sql.Tx]
	checkpoints *checkpointer
	turns       *turns
}

func openSQLite(ctx context.Context, path string) (engine, db.DBTX, error) {
	if dir := filepath.Dir(path); dir != "." {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, nil, crm.Errorf(crm.Unavailable, "The folder of the database cannot be made: %w. Choose another with RENOZ_DATA or --data.", err)
		}
	}
	if err := private(path); err != nil {
		return nil, nil, crm.Errorf(crm.Unavailable, "The database %s cannot be opened: %w. Check that you may write to it, or choose another folder with RENOZ_DATA or --data.", path, err)
	}
	write, err := openFile(path, 1)
	if err != nil {
		return nil, nil, err
	}
	if err := write.PingContext(ctx); err != nil {
		return nil, nil, crm.Errorf(crm.Unavailable, "The database %s cannot be opened: %w. Check that it is a SQLite file and that you may write to it.", path, err)
	}
	read, err := openFile(path, readers)
	if err != nil {
		return nil, nil, err
	}
	insert, err := river.NewClient(riversqlite.New(write), &river.Config{})
	if err != nil {
		return nil, nil, fmt.Errorf("prepare jobs: %w", err)
	}
	return &sqliteEngine{write: write, read: read, insert: insert, checkpoints: startCheckpoints(write, read), turns: newTurns()}, sqlitedb.Wrap(read), nil
}

// private makes a new file that only its owner may read, as SQLite would not.
func private(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // #nosec G304 -- the database that the operator names
	if err != nil {
		return err
	}
	return file.Close()
}

func openFile(path string, conns int) (*sql.DB, error) {
	pragmas := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)", "foreign_keys(1)", "cache_size(-16000)", "temp_store(memory)",
		fmt.Sprintf("wal_autocheckpoint(%d)", logPages)}}
	d, err := sqlitedb.Open("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	d.SetMaxOpenConns(conns)
	d.SetMaxIdleConns(conns)
	return d, nil
}

func (e *sqliteEngine) inTx(ctx context.Context, do func(db.DBTX, func(context.Context, []river.InsertManyParams) error) error) error {
	give, err := e.turns.take(ctx, hasteOf(ctx))
	if err != nil {
		return fmt.Errorf("wait to write: %w", err)
	}
	defer give()
	tx, err := e.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	err = do(sqlitedb.Wrap(tx), func(ctx context.Context, params []river.InsertManyParams) error {
		_, err := e.insert.InsertManyFastTx(ctx, tx, params)
		return err
	})
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (e *sqliteEngine) migrate(ctx context.Context) error {
	if err := migrate(ctx, e.write, sqliteDialect); err != nil {
		return err
	}
	m, err := rivermigrate.New(riversqlite.New(e.write), nil)
	if err != nil {
		return fmt.Errorf("prepare the job tables: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job tables: %w", err)
	}
	return nil
}

func (e *sqliteEngine) pending(ctx context.Context) (bool, error) {
	return pending(ctx, e.write, sqliteDialect)
}

func (e *sqliteEngine) runner(cfg *river.Config) (Runner, error) {
	return river.NewClient(riversqlite.New(e.write), cfg)
}

func (e *sqliteEngine) close() error {
	e.checkpoints.close()
	if err := e.read.Close(); err != nil {
		return fmt.Errorf("close the readers: %w", err)
	}
	if err := e.write.Close(); err != nil {
		return fmt.Errorf("close the writer: %w", err)
	}
	return nil
}
