package store

import (
	"encoding/base64"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
)

// Page is one stretch of a list.
type Page[T any] struct {
	Rows []T
	Next string // asks for the rows that follow; empty after the last
}

// page cuts the one row too many that tells whether more follow.
func page[T any](rows []T, size int32, cursor func(T) string) Page[T] {
	if len(rows) <= int(size) {
		return Page[T]{Rows: rows}
	}
	rows = rows[:size]
	return Page[T]{Rows: rows, Next: cursor(rows[size-1])}
}

// cursorOf joins sort keys to a cursor that fits an address.
func cursorOf(keys ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(keys, "\x00")))
}

// parseCursor is n keys of a cursor, or n empty ones of none. It returns an
// Error of kind Invalid for text that is no cursor.
func parseCursor(cursor string, n int) ([]string, error) {
	if cursor == "" {
		return make([]string, n), nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	keys := strings.Split(string(text), "\x00")
	if err != nil || len(keys) != n {
		return nil, badCursor()
	}
	return keys, nil
}

// parseIDCursor is the id in a cursor, or first when there is none.
func parseIDCursor[K any](cursor string, first uuid.UUID) (crm.ID[K], error) {
	if cursor == "" {
		return crm.ID[K]{UUID: first}, nil
	}
	id, err := crm.ParseID[K](cursor)
	if err != nil {
		return id, badCursor()
	}
	return id, nil
}

func badCursor() error {
	return crm.FieldErrors(map[string]string{"after": "This place in the list is not known; start at the first page."})
}
