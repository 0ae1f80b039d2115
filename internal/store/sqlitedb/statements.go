package sqlitedb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"modernc.org/sqlite"
)

// keptStatements is how many prepared statements a connection keeps. The
// program has a few hundred texts; those that come beyond are prepared anew.
const keptStatements = 512

// keptLength is the longest text of a statement that is kept, in bytes: long
// lists of values are seldom of the same length again.
const keptLength = 16 << 10

// Open opens the SQLite file that dsn names. Its connections keep statements
// prepared between uses, because parsing a statement costs SQLite more than
// running it.
func Open(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the address of the database: %w", err)
	}
	return sql.OpenDB(connector{c}), nil
}

type connector struct{ driver.Connector }

// Connect opens a connection that keeps its statements.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	engine, ok := opened.(engineConn)
	if !ok {
		return opened, nil
	}
	return &conn{engineConn: engine, idle: map[string]engineStmt{}}, nil
}

// engineConn is what the engine's connections can do.
type engineConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// engineStmt is what the engine's statements can do.
type engineStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// conn is one connection; database/sql lets one goroutine use it at a time.
// A statement that runs is not among the idle ones, so that the same text may
// be asked again while its rows are read.
type conn struct {
	engineConn
	idle map[string]engineStmt
}

// ExecContext runs a statement that returns no rows.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	return result, c.giveBack(query, s, err)
}

// QueryContext runs a statement that returns rows.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	found, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, c.giveBack(query, s, err)
	}
	return &statementRows{Rows: found, conn: c, query: query, stmt: s}, nil
}

func (c *conn) take(ctx context.Context, query string) (engineStmt, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return s, nil
	}
	prepared, err := c.PrepareContext(ctx, unnumbered(query))
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(engineStmt)
	if !ok {
		return nil, fmt.Errorf("the engine's statement is a %T", prepared)
	}
	return s, nil
}

// giveBack keeps a statement for the next time, unless it failed. It returns
// the failure.
func (c *conn) giveBack(query string, s engineStmt, failure error) error {
	if _, taken := c.idle[query]; failure == nil && !taken && len(c.idle) < keptStatements && len(query) <= keptLength {
		c.idle[query] = s
		return nil
	}
	if err := s.Close(); failure == nil {
		return err
	}
	return failure
}

// Close ends the statements and the connection.
func (c *conn) Close() error {
	for _, s := range c.idle {
		_ = s.Close() // closing the connection reports what matters
	}
	clear(c.idle)
	return c.engineConn.Close()
}

// statementRows gives its statement back when it is closed.
type statementRows struct {
	driver.Rows
	conn  *conn
	query string
	stmt  engineStmt
}

// Close ends the reading.
func (r *statementRows) Close() error {
	if r.stmt == nil {
		return nil
	}
	err := r.Rows.Close()
	s := r.stmt
	r.stmt = nil
	return r.conn.giveBack(r.query, s, err)
}
