package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"riverqueue.com/riverui/uiendpoints"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/synclog"
)

// Store is the database.
type Store struct {
	Reader
	engine engine
	now    func() time.Time
}

// Reader answers questions. Outside a transaction each answer stands alone.
type Reader struct {
	q     *db.Queries
	raw   db.DBTX
	words wordIndex
}

// Tx is one unit of work: what it changes and the jobs it enqueues commit
// together.
type Tx struct {
	Reader
	enqueue func(context.Context, []river.InsertManyParams) error
	woken   map[jobs.Args]bool
	said    []synclog.Entry // whose words are not kept yet
	figures figureChanges   // not kept yet
	zones   map[crm.OrgID]*time.Location
	now     func() time.Time
}

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	inTx(ctx context.Context, do func(db.DBTX, func(context.Context, []river.InsertManyParams) error) error) error
	migrate(ctx context.Context) error
	pending(ctx context.Context) (bool, error)
	runner(cfg *river.Config) (Runner, error)
	jobPages() uiendpoints.Bundle
	backup(ctx context.Context, file string) error
	close() error
}

// Runner works on jobs between Start and Stop. Stop waits for the jobs that
// run, StopAndCancel tells them to end.
type Runner interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
}

// Config says where the database is.
type Config struct {
	URL string // postgres://…, or the path of a SQLite file
	Now func() time.Time
}

// Open connects to the database without changing it. It returns an Error of
// kind Unavailable that says what to check when the database does not answer.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Store{now: c.Now}
	var err error
	if IsPostgres(c.URL) {
		s.words = postgresWords{}
		s.engine, s.raw, err = openPostgres(ctx, c.URL)
	} else {
		s.words = sqliteWords{}
		s.engine, s.raw, err = openSQLite(ctx, c.URL)
	}
	if err != nil {
		return nil, err
	}
	s.q = db.New(s.raw)
	return s, nil
}

// IsPostgres reports whether url names a PostgreSQL database, not a file.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// Migrate brings the schema up to date.
func (s *Store) Migrate(ctx context.Context) error { return s.engine.migrate(ctx) }

// NeedsMigration reports whether the schema is older than this program.
func (s *Store) NeedsMigration(ctx context.Context) (bool, error) { return s.engine.pending(ctx) }

// Runner returns what works on jobs in this process.
func (s *Store) Runner(c jobs.Config) (Runner, error) { return s.engine.runner(c.River()) }

// Close ends all connections.
func (s *Store) Close() error { return s.engine.close() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if _, err := s.q.Fact(ctx, "ping"); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("ask the database: %w", err)
	}
	return nil
}

// InTx runs do in a transaction and commits when it returns nil.
func (s *Store) InTx(ctx context.Context, do func(*Tx) error) error {
	return s.engine.inTx(ctx, func(raw db.DBTX, enqueue func(context.Context, []river.InsertManyParams) error) error {
		t := &Tx{Reader: Reader{db.New(raw), raw, s.words}, enqueue: enqueue, woken: map[jobs.Args]bool{}, now: s.now}
		if err := do(t); err != nil {
			return err
		}
		if err := t.keepWords(ctx); err != nil {
			return err
		}
		return t.keepFigures(ctx)
	})
}

// Now is the time by the store's clock, in UTC.
func (t *Tx) Now() time.Time { return t.now().UTC() }

// Enqueue adds jobs to the transaction.
func (t *Tx) Enqueue(ctx context.Context, requests ...jobs.Request) error {
	params := make([]river.InsertManyParams, len(requests))
	for i, r := range requests {
		params[i] = r.Params()
	}
	if err := t.enqueue(ctx, params); err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(requests), err)
	}
	return nil
}

// Wake adds a job that looks for waiting work, once in a transaction however
// often it is asked for. Its arguments must be comparable.
func (t *Tx) Wake(ctx context.Context, args jobs.Args, priority int) error {
	if t.woken[args] {
		return nil
	}
	t.woken[args] = true
	return t.Enqueue(ctx, jobs.Request{Args: args, Priority: priority})
}

// notFound turns a missing row into words; other errors say what was asked.
func notFound(err error, what string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return crm.Errorf(crm.NotFound, "There is no such %s, or no longer.", what)
	default:
		return fmt.Errorf("read %s: %w", what, err)
	}
}

// changed reports a lost race: the row had another version, or none.
func changed(n int64, err error, what string) error {
	switch {
	case err != nil:
		return fmt.Errorf("change %s: %w", what, err)
	case n == 0:
		return crm.Errorf(crm.Conflict, "Somebody else changed this %s meanwhile. Load it again and repeat your change.", what)
	default:
		return nil
	}
}
