package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Fact is a small thing that holds for the whole database, such as the id of
// its key. It returns "" for one that is not known.
func (r Reader) Fact(ctx context.Context, name string) (string, error) {
	value, err := r.q.Fact(ctx, name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the fact %s: %w", name, err)
	}
	return value, nil
}

// KeepFact keeps a fact unless it is known, and returns what is known then.
func (t *Tx) KeepFact(ctx context.Context, name, value string) (string, error) {
	if err := t.q.KeepFact(ctx, name, value); err != nil {
		return "", fmt.Errorf("keep the fact %s: %w", name, err)
	}
	return t.Fact(ctx, name)
}

// SetFact keeps a fact in place of what was known.
func (t *Tx) SetFact(ctx context.Context, name, value string) error {
	return doing(t.q.SetFact(ctx, name, value), "set the fact "+name)
}

// KeepFact is Tx.KeepFact in a transaction of its own.
func (s *Store) KeepFact(ctx context.Context, name, value string) (kept string, err error) {
	err = s.InTx(ctx, func(t *Tx) error {
		kept, err = t.KeepFact(ctx, name, value)
		return err
	})
	return kept, err
}

// SetFact is Tx.SetFact in a transaction of its own.
func (s *Store) SetFact(ctx context.Context, name, value string) error {
	return s.InTx(ctx, func(t *Tx) error { return t.SetFact(ctx, name, value) })
}
