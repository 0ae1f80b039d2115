// Package instant stores a moment so that both engines sort and compare it alike.
package instant

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Time is a UTC moment to the microsecond: timestamptz in PostgreSQL,
// fixed-width text in SQLite.
type Time struct{ time.Time }

const fixedWidth = "2006-01-02T15:04:05.000000Z"

// At is t as it is stored.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Microsecond)} }

// Maybe is t as it is stored, or nil.
func Maybe(t *time.Time) *Time {
	if t == nil {
		return nil
	}
	at := At(*t)
	return &at
}

// Ptr is t for a column that may be empty.
func Ptr(t time.Time) *Time {
	at := At(t)
	return &at
}

// Std is the moment without its storage form, or nil.
func (t *Time) Std() *time.Time {
	if t == nil {
		return nil
	}
	return &t.Time
}

// Scan reads what either engine returns.
func (t *Time) Scan(v any) error {
	switch v := v.(type) {
	case time.Time:
		t.Time = v.UTC()
		return nil
	case string:
		parsed, err := time.Parse(fixedWidth, v)
		if err != nil {
			return fmt.Errorf("read a stored time: %w", err)
		}
		t.Time = parsed
		return nil
	}
	return fmt.Errorf("instant: cannot scan %T", v)
}

// Value is what either engine stores.
func (t Time) Value() (driver.Value, error) { return t.UTC().Format(fixedWidth), nil }
