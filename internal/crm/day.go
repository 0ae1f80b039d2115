package crm

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"
)

// Day is a calendar date without a time or a zone, such as the day an invoice
// is due. The zero Day is no day. It is kept in text columns as "2026-11-22",
// the empty string standing for no day, so that days compare as text; in JSON
// it is the same string, or null.
type Day struct {
	year  int
	month time.Month
	day   int
}

const isoDay = "2006-01-02"

// NewDay makes a day. Parts out of range carry over as in time.Date.
func NewDay(year int, month time.Month, day int) Day {
	return dayOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DayIn is the day that a clock in loc shows at an instant.
func DayIn(t time.Time, loc *time.Location) Day { return dayOf(t.In(loc)) }

func dayOf(t time.Time) Day {
	year, month, day := t.Date()
	return Day{year, month, day}
}

// ParseDay reads what people type: 2026-11-22, 22/11/2026 or 1/7/2026, day
// before month, in the years 1900 to 2999. It returns an Error of kind Invalid
// for anything else.
func ParseDay(text string) (Day, error) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{isoDay, "2/1/2006"} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if t.Year() < 1900 || t.Year() > 2999 {
			return Day{}, Errorf(Invalid, "%q is too far away; check the year.", clip(text, 20))
		}
		return dayOf(t), nil
	}
	return Day{}, Errorf(Invalid, "%q is not a date; enter it as DD/MM/YYYY or YYYY-MM-DD.", clip(text, 20))
}

// IsZero reports whether it is no day.
func (d Day) IsZero() bool { return d == Day{} }

// String is the day as "2026-11-22", or "" for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// Format is the day for people: "22/11/2026", or "" for no day.
func (d Day) Format() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.day, d.month, d.year)
}

// Time is the first instant of the day in loc, or the zero time for no day.
func (d Day) Time(loc *time.Location) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, loc)
}

// Year is the calendar year.
func (d Day) Year() int { return d.year }

// Month is the month of the year.
func (d Day) Month() time.Month { return d.month }

// AddDays is the day n days later; no day stays no day.
func (d Day) AddDays(n int) Day {
	if d.IsZero() {
		return d
	}
	return NewDay(d.year, d.month, d.day+n)
}

// DaysUntil is how many days later the other day is; negative when earlier.
func (d Day) DaysUntil(other Day) int {
	return int(other.Time(time.UTC).Sub(d.Time(time.UTC)) / (24 * time.Hour))
}

// Compare is -1, 0 or 1 as d is before, the same as or after the other day.
func (d Day) Compare(other Day) int {
	return cmp.Or(cmp.Compare(d.year, other.year), cmp.Compare(d.month, other.month), cmp.Compare(d.day, other.day))
}

// Before reports whether d is earlier than the other day.
func (d Day) Before(other Day) bool { return d.Compare(other) < 0 }

// After reports whether d is later than the other day.
func (d Day) After(other Day) bool { return d.Compare(other) > 0 }

// Value keeps the day as text.
func (d Day) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads a column of text or of a date type; NULL and "" are no day.
func (d *Day) Scan(column any) error {
	switch v := column.(type) {
	case nil:
		*d = Day{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case time.Time:
		*d = dayOf(v)
		return nil
	}
	return fmt.Errorf("read a day from a column of type %T", column)
}

// MarshalText writes "2026-11-22", or "" for no day.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2026-11-22" or "" only, because programs that write
// 03/04/2026 do not agree on what it means. It returns an Error of kind
// Invalid for anything else.
func (d *Day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Day{}
		return nil
	}
	t, err := time.Parse(isoDay, string(text))
	if err != nil {
		return Errorf(Invalid, "%q is not a date; write it as YYYY-MM-DD.", clip(string(text), 20))
	}
	*d = dayOf(t)
	return nil
}

// MarshalJSON writes "2026-11-22" in quotes, or null for no day.
func (d Day) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + d.String() + `"`), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Day) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*d = Day{}
		return nil
	}
	return unquoted(data, d.UnmarshalText)
}
