// Package storetest gives tests a database: a migrated SQLite file, a migrated
// PostgreSQL database, or both in turn. Each call makes a new one, so tests may
// run in parallel, and removes it when the test ends.
//
// PostgreSQL is the server that RENOZ_TEST_POSTGRES_URL names (its user must be
// allowed to create databases), else one that this package starts once in each
// test binary. `scripts/with-postgres go test ./...` starts one for many. A test
// that cannot have PostgreSQL is skipped with the command that installs it; with
// RENOZ_TEST_STRICT=1 it fails.
//
// Migrating takes longer than most tests, so it happens once and the result is
// copied: for SQLite in memory, for PostgreSQL as a template database named
// after the schema's content.
package storetest
