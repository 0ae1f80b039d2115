// Package sqlitedb lets SQLite answer the query interface that the generated
// code is written for.
package sqlitedb

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

type handle interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

type DB struct{ h handle }

func Wrap(h handle) DB { return DB{h} }

func (d DB) Exec(ctx context.Context, q string, args ...any) (pgconn.CommandTag, error) {
	res, err := d.h.ExecContext(ctx, q, args...)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	n, err := res.RowsAffected()
	return pgconn.NewCommandTag(fmt.Sprintf("UPDATE %d", n)), err
}

func (d DB) Query(ctx context.Context, q string, args ...any) (pgx.Rows, error) {
	r, err := d.h.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	return &rows{sql: r}, nil
}

func (d DB) QueryRow(ctx context.Context, q string, args ...any) pgx.Row {
	r, err := d.h.QueryContext(ctx, q, args...)
	return row{r, err}
}

type rows struct {
	pgx.Rows // the parts sqlc never calls
	sql      *sql.Rows
	err      error
}

func (r *rows) Close() {
	if err := r.sql.Close(); r.err == nil {
		r.err = err
	}
}
func (r *rows) Err() error {
	if err := r.sql.Err(); err != nil {
		return err
	}
	return r.err
}
func (r *rows) Next() bool             { return r.sql.Next() }
func (r *rows) Scan(dest ...any) error { return r.sql.Scan(dest...) }

type row struct {
	r   *sql.Rows
	err error
}

func (w row) Scan(dest ...any) error {
	if w.err != nil {
		return w.err
	}
	defer w.r.Close()
	if !w.r.Next() {
		if err := w.r.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := w.r.Scan(dest...); err != nil {
		return err
	}
	return w.r.Close()
}
