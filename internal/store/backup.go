package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/sqlitedb"
)

// Backup writes the whole database, as it is at one moment, to a new file that
// only its owner may read, while others go on working with it. The file is a
// SQLite database, or what pg_restore reads. It returns an Error of kind Invalid
// when the file is there already or cannot be written, and one of kind
// Unavailable when the copy cannot be made; neither leaves a file.
func (s *Store) Backup(ctx context.Context, file string) (err error) {
	if _, err := os.Lstat(file); err == nil {
		return crm.Errorf(crm.Invalid, "%s is there already, and would be lost. Name a new file.", file)
	}
	part := file + ".part"
	if err := private(part); err != nil {
		return crm.Errorf(crm.Invalid, "%s cannot be written: %w. Choose a folder that you may write to.", file, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part))
		}
	}()
	if err := s.engine.backup(ctx, part); err != nil {
		return err
	}
	return keep(part, file)
}

// keep has a written file survive a loss of power, under its name.
func keep(part, name string) error {
	for _, step := range []func() error{
		func() error { return flush(part) },
		func() error { return os.Rename(part, name) },
		func() error { return flush(filepath.Dir(name)) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("keep the copy: %w", err)
		}
	}
	return nil
}

func flush(path string) error {
	file, err := os.Open(path) // #nosec G304 -- the file that the operator names, or its folder
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// backup copies what one reader sees, and checks the copy.
// https://www.sqlite.org/lang_vacuum.html#vacuuminto
func (e *sqliteEngine) backup(ctx context.Context, file string) error {
	if _, err := e.read.ExecContext(ctx, "vacuum into ?", file); err != nil {
		return crm.Errorf(crm.Unavailable, "The database cannot be copied: %w. Check that there is room for it.", err)
	}
	copied, err := sqlitedb.Open("file:" + (&url.URL{Path: file}).EscapedPath() + "?mode=ro&immutable=1")
	if err != nil {
		return fmt.Errorf("open the copy: %w", err)
	}
	var found string
	err = copied.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&found)
	if err := errors.Join(err, copied.Close()); err != nil {
		return fmt.Errorf("check the copy: %w", err)
	}
	if found != "ok" {
		return crm.Errorf(crm.Unavailable, "The database is damaged: %s. Restore the last copy that was good.", found)
	}
	return nil
}

// backup has PostgreSQL's own program write its archive. The password does not
// become an argument, which others on the machine could read.
// https://www.postgresql.org/docs/current/app-pgdump.html
func (e *postgresEngine) backup(ctx context.Context, file string) error {
	where, password, err := withoutPassword(e.url)
	if err != nil {
		return err
	}
	var said bytes.Buffer
	dump := exec.CommandContext(ctx, "pg_dump", "--no-password", "--format=custom", "--file="+file, "--dbname="+where) // #nosec G204 -- names of the operator
	dump.Env, dump.Stderr = os.Environ(), &said
	if password != "" {
		dump.Env = append(dump.Env, "PGPASSWORD="+password)
	}
	err = dump.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return crm.Errorf(crm.Unavailable, "pg_dump is not on this machine. Install PostgreSQL's client programs, on Debian with: apt-get install postgresql-client")
	case err != nil:
		line, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return crm.Errorf(crm.Unavailable, "pg_dump could not copy the database: %s", line)
	}
	return nil
}

func withoutPassword(text string) (where, password string, err error) {
	config, err := pgxpool.ParseConfig(text)
	if err != nil {
		return "", "", errors.New("read the address of the database")
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", "", errors.New("read the address of the database")
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	values := u.Query()
	for name := range values {
		if name == "password" || strings.HasPrefix(name, "pool_") { // the latter are not PostgreSQL's
			values.Del(name)
		}
	}
	u.RawQuery = values.Encode()
	return u.String(), config.ConnConfig.Password, nil
}
