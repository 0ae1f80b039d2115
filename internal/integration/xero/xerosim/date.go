package xerosim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Date is a moment in Xero's JSON form, /Date(1795305600000+0000)/, with millisecond precision, in UTC.
// Plain days are midnight UTC.
type Date struct{ time.Time }

const dayLayout = "2006-01-02"

// MarshalJSON writes /Date(ms+0000)/.
func (d Date) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `"/Date(%d+0000)/"`, d.UnixMilli()), nil
}

// UnmarshalJSON reads /Date(ms)/, /Date(ms+0000)/, YYYY-MM-DD and YYYY-MM-DDThh:mm:ss with or without a zone.
func (d *Date) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if text == "null" {
		return nil
	}
	text, err := strconv.Unquote(text)
	if err != nil {
		return fmt.Errorf("%s is not a date", raw)
	}
	if text == "" {
		return nil
	}
	parsed, err := ParseDate(text)
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

func newDate(t time.Time) *Date { return &Date{t.UTC().Truncate(time.Millisecond)} }

// ParseDate reads every form of date Xero accepts.
func ParseDate(text string) (Date, error) {
	if inner, ok := strings.CutPrefix(text, "/Date("); ok {
		return parseMilliseconds(strings.TrimSuffix(inner, ")/"), text)
	}
	for _, layout := range []string{dayLayout, time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04:05.999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return Date{t.UTC().Truncate(time.Millisecond)}, nil
		}
	}
	return Date{}, fmt.Errorf("%q is not a date; write YYYY-MM-DD", text)
}

// millisecondsWithZone splits 1795305600000+1100: the zone is for show, the number is UTC already.
var millisecondsWithZone = regexp.MustCompile(`^(-?\d{1,15})([+-]\d{4})?$`)

func parseMilliseconds(inner, text string) (Date, error) {
	parts := millisecondsWithZone.FindStringSubmatch(inner)
	if parts == nil {
		return Date{}, fmt.Errorf("%q is not a date; write YYYY-MM-DD", text)
	}
	ms, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return Date{}, fmt.Errorf("read the date %q: %w", text, err)
	}
	return Date{time.UnixMilli(ms).UTC()}, nil
}

// day cuts the time of day off.
func (d Date) day() Date { return Date{d.Truncate(24 * time.Hour)} }

// text is the DateString form: 2026-11-22T00:00:00.
func (d *Date) text() string {
	if d == nil {
		return ""
	}
	return d.Format("2006-01-02T15:04:05")
}
