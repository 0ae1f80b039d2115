package xeroapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// ErrDate is wrapped by every failure to read a date or time.
var ErrDate = errors.New("not a date that Xero writes")

// Date is a day of the organisation's calendar. It is written YYYY-MM-DD and
// read in each form Xero uses: /Date(ms)/, /Date(ms+0000)/, ISO with or
// without a time. The zero Date means none.
// https://developer.xero.com/documentation/api/accounting/requests-and-responses#dates-and-times
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of t in t's own location.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	year, month, day := t.Date()
	return Date{Year: year, Month: month, Day: day}
}

// IsZero reports that there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Time is the day's midnight UTC; the zero time for the zero Date.
func (d Date) Time() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// String is YYYY-MM-DD, or "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// MarshalJSON writes "YYYY-MM-DD", or null for the zero Date.
func (d Date) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(d.String())
}

// UnmarshalJSON reads each form Xero uses; null and "" are the zero Date.
func (d *Date) UnmarshalJSON(data []byte) error {
	at, err := unmarshalTime(data)
	if err != nil {
		return err
	}
	*d = DateOf(at)
	return nil
}

// Time is a moment, always UTC: UpdatedDateUTC, and the eventDateUtc of
// webhooks, which comes without a zone.
type Time struct{ time.Time }

// MarshalJSON writes RFC 3339 in UTC, or null for the zero Time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format(time.RFC3339Nano))
}

// UnmarshalJSON reads each form Xero uses; null and "" are the zero Time.
func (t *Time) UnmarshalJSON(data []byte) error {
	at, err := unmarshalTime(data)
	if err != nil {
		return err
	}
	if at.IsZero() {
		*t = Time{}
		return nil
	}
	*t = Time{at.UTC()}
	return nil
}

// unmarshalTime keeps the location the text gave, so that a Date is the day as
// it was written there.
func unmarshalTime(data []byte) (time.Time, error) {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return time.Time{}, fmt.Errorf("%w: not a string", ErrDate)
	}
	if text == nil || *text == "" {
		return time.Time{}, nil
	}
	return parseTime(*text)
}

var msDate = regexp.MustCompile(`^/Date\((-?\d{1,15})(?:([+-])(\d{2})(\d{2}))?\)/$`)

func parseTime(text string) (time.Time, error) {
	if parts := msDate.FindStringSubmatch(text); parts != nil {
		return parseMSDate(parts)
	}
	for _, layout := range []string{
		"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02", "2006-01-02 15:04:05",
	} {
		if at, err := time.Parse(layout, text); err == nil {
			return checkYear(at)
		}
	}
	return time.Time{}, ErrDate
}

// parseMSDate reads milliseconds since 1970 UTC; the offset names the zone the
// writer saw, and does not move the moment.
func parseMSDate(parts []string) (time.Time, error) {
	ms, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return time.Time{}, ErrDate
	}
	at := time.UnixMilli(ms).UTC()
	if parts[2] == "" {
		return checkYear(at)
	}
	hours, _ := strconv.Atoi(parts[3]) // two digits, by the pattern
	minutes, _ := strconv.Atoi(parts[4])
	if hours > 23 || minutes > 59 {
		return time.Time{}, ErrDate
	}
	offset := (hours*60 + minutes) * 60
	if parts[2] == "-" {
		offset = -offset
	}
	if offset != 0 {
		at = at.In(time.FixedZone("", offset))
	}
	return checkYear(at)
}

// checkYear refuses years that cannot be written in four digits. The first day
// of year 1 is how .NET says "no date".
func checkYear(at time.Time) (time.Time, error) {
	if year := at.UTC().Year(); year < 1 || year > 9999 || at.Year() < 1 || at.Year() > 9999 {
		return time.Time{}, ErrDate
	}
	return at, nil
}
