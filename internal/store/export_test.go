package store

import "context"

// IndexAgain makes the index of the history's words as a migration does.
func (s *Store) IndexAgain(ctx context.Context) error {
	return s.InTx(ctx, func(t *Tx) error {
		return t.words.create(ctx, t.raw, func() error { return t.indexAll(ctx) })
	})
}

// Statement runs a statement as it is.
func (s *Store) Statement(ctx context.Context, statement string, args ...any) error {
	return s.InTx(ctx, func(t *Tx) error {
		_, err := t.raw.Exec(ctx, statement, args...)
		return err
	})
}

// Count counts the rows of a table.
func (s *Store) Count(ctx context.Context, table string) (n int, err error) {
	return n, s.raw.QueryRow(ctx, "select count(*) from "+table).Scan(&n)
}
