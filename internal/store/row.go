package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// maxBatch bounds how many records are read at once by work that goes through
// all of them.
const maxBatch = 1000

func batch(n int) int32 { return int32(min(max(n, 1), maxBatch)) } // #nosec G115 -- at most 1,000

// each makes of every row what it stands for.
func each[R, T any](rows []R, to func(R) T) []T {
	made := make([]T, len(rows))
	for i, row := range rows {
		made[i] = to(row)
	}
	return made
}

func wide(n *int) *int64 {
	if n == nil {
		return nil
	}
	w := int64(*n)
	return &w
}

func narrow(n *int64) *int {
	if n == nil {
		return nil
	}
	v := int(*n)
	return &v
}

// maybe turns a missing row into found = false.
func maybe(err error, doing string) (found bool, _ error) {
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	}
	return false, fmt.Errorf("%s: %w", doing, err)
}
