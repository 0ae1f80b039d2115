package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
)

type postgresEngine struct {
	pool   *pgxpool.Pool
	insert *river.Client[pgx.Tx]
	url    string
}

// frozenAfter is how long a process may do nothing inside a transaction before
// PostgreSQL undoes it. One that stands still, as on a paused machine, would keep
// its locks, and those who take over what it had begun would wait for them. It is
// shorter than silence, after which they do.
const frozenAfter = silence - 5*time.Second

func openPostgres(ctx context.Context, url string) (engine, db.DBTX, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil { // its text repeats the URL, password included
		return nil, nil, crm.Errorf(crm.Invalid, "RENOZ_DATABASE_URL cannot be read. It looks like postgres://user:password@host:5432/renoz.")
	}
	cfg.MaxConns = max(cfg.MaxConns, 12)
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = strconv.FormatInt(frozenAfter.Milliseconds(), 10)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, nil, crm.Errorf(crm.Unavailable, "PostgreSQL at %s does not answer: %s. Check that it runs and that RENOZ_DATABASE_URL is right.", cfg.ConnConfig.Host, shortly(err))
	}
	insert, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		return nil, nil, fmt.Errorf("prepare jobs: %w", err)
	}
	return &postgresEngine{pool, insert, url}, planned{pool}, nil
}

// planned has PostgreSQL plan each question that is asked outside transactions
// for its own values. A plan that serves every value reads whole tables where a
// filter is left empty.
type planned struct{ *pgxpool.Pool }

// Query is that of pgx.
func (p planned) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return p.Pool.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
}

// QueryRow is that of pgx.
func (p planned) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return p.Pool.QueryRow(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
}

func (e *postgresEngine) inTx(ctx context.Context, do func(db.DBTX, func(context.Context, []river.InsertManyParams) error) error) error {
	return pgx.BeginFunc(ctx, e.pool, func(tx pgx.Tx) error {
		return do(tx, func(ctx context.Context, params []river.InsertManyParams) error {
			_, err := e.insert.InsertManyFastTx(ctx, tx, params)
			return err
		})
	})
}

func (e *postgresEngine) migrate(ctx context.Context) error {
	if err := e.withSQL(func(d *sql.DB) error { return migrate(ctx, d, postgresDialect) }); err != nil {
		return err
	}
	m, err := rivermigrate.New(riverpgxv5.New(e.pool), nil)
	if err != nil {
		return fmt.Errorf("prepare the job tables: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job tables: %w", err)
	}
	return nil
}

func (e *postgresEngine) pending(ctx context.Context) (old bool, err error) {
	err = e.withSQL(func(d *sql.DB) error {
		old, err = pending(ctx, d, postgresDialect)
		return err
	})
	return old, err
}

// withSQL lends the pool in the form that the migrations need.
func (e *postgresEngine) withSQL(do func(*sql.DB) error) error {
	d := stdlib.OpenDBFromPool(e.pool)
	defer func() { _ = d.Close() }() // the pool stays open
	return do(d)
}

func (e *postgresEngine) runner(cfg *river.Config) (Runner, error) {
	return river.NewClient(riverpgxv5.New(e.pool), cfg)
}

func (e *postgresEngine) close() error {
	e.pool.Close()
	return nil
}

// shortly is the core of why PostgreSQL cannot be used; the whole repeats each
// address that was tried.
func shortly(err error) string {
	var refused *pgconn.PgError
	var network *net.OpError
	switch {
	case errors.As(err, &refused):
		return refused.Message
	case errors.As(err, &network):
		return network.Err.Error()
	default:
		return err.Error()
	}
}
