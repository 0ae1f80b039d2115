package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/store/storetest/postgres"
)

const (
	// StrictVariable set to 1 makes a test fail that would be skipped.
	StrictVariable = "RENOZ_TEST_STRICT"

	maintenance = "postgres" // the database that is always there
	startWithin = 90 * time.Second
)

// server is the PostgreSQL server of this test binary, found or started once.
// It is kept here because the server ends when nothing holds it.
var server = sync.OnceValues(func() (*host, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	at, err := address(ctx)
	if err != nil {
		return nil, err
	}
	template, err := ensureTemplate(ctx, at)
	if err != nil {
		return nil, err
	}
	return &host{at, template}, nil
})

// host is a server with its template database.
type host struct {
	at       func(database string) string
	template string
}

func address(ctx context.Context) (func(string) string, error) {
	given := os.Getenv(postgres.ServerVariable)
	if given == "" {
		s, err := postgres.Start(ctx)
		if err != nil {
			return nil, err
		}
		return s.URL, nil
	}
	base, err := url.Parse(given)
	if err != nil { // its text repeats the URL, password included
		return nil, fmt.Errorf("%s cannot be read; it looks like postgres://user:password@host:5432/postgres", postgres.ServerVariable)
	}
	return func(database string) string {
		u := *base
		u.Path = "/" + database
		return u.String()
	}, nil
}

// PostgresURL returns the address of an empty PostgreSQL database, for tests
// that migrate it themselves or start the program on it.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return create(t, func(h *host, name string) string { return "create database " + name })
}

// postgresCopy returns the address of a migrated PostgreSQL database.
func postgresCopy(t testing.TB) string {
	t.Helper()
	return create(t, func(h *host, name string) string { return "create database " + name + " template " + h.template })
}

func create(t testing.TB, statement func(h *host, name string) string) string {
	t.Helper()
	h, err := server()
	if err != nil {
		unavailable(t, err)
	}
	name := "renoz_test_" + strings.ToLower(rand.Text())
	if err := onServer(t.Context(), h, statement(h, name)); err != nil {
		t.Fatalf("create a PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // the test's context has ended
		defer cancel()
		if err := onServer(ctx, h, "drop database "+name+" with (force)"); err != nil {
			t.Errorf("drop a PostgreSQL database: %v", err)
		}
	})
	return h.at(name)
}

func onServer(ctx context.Context, h *host, statement string) error {
	c, err := pgx.Connect(ctx, h.at(maintenance))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	return run(ctx, c, statement)
}

// unavailable ends a test that cannot have PostgreSQL. Only a missing server
// is an excuse; one that is there and does not work is a failure.
func unavailable(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, postgres.ErrMissing) && os.Getenv(StrictVariable) != "1" {
		t.Skipf("needs PostgreSQL: %v", err)
	}
	t.Fatalf("needs PostgreSQL: %v", err)
}
