package storetest

import (
	"database/sql"
	"fmt"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/renoz/renoz/internal/store"
)

// Jobs is how many jobs of a kind were ever enqueued in the database at url.
func Jobs(t testing.TB, url, kind string) (n int) {
	t.Helper()
	driver := "sqlite"
	if store.IsPostgres(url) {
		driver = "pgx"
	}
	d, err := sql.Open(driver, url)
	if err == nil {
		defer func() { _ = d.Close() }()
		err = d.QueryRowContext(t.Context(), "select count(*) from river_job where kind = $1", kind).Scan(&n)
	}
	if err != nil {
		t.Fatal(fmt.Errorf("count jobs: %w", err))
	}
	return n
}
