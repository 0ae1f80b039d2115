package crm

import "time"

// localTime is how a field of a form writes a moment.
const localTime = "2006-01-02T15:04"

// farthest is how far ahead something can be scheduled.
const farthest = 366 * 24 * time.Hour

// ParseLocalTime reads a moment to come, such as 2026-12-01T09:00, on a clock in
// zone. It returns an Error of kind Invalid with the field at for text that is none,
// a time that the clock skips, and one that is past or more than a year ahead.
func ParseLocalTime(text string, zone *time.Location, now time.Time) (time.Time, error) {
	wrong := func(words string) error { return FieldErrors(map[string]string{"at": words}) }
	at, err := time.ParseInLocation(localTime, text, zone)
	switch {
	case err != nil:
		return at, wrong("Enter a day and a time, such as 2026-12-01T09:00.")
	case at.In(zone).Format(localTime) != text:
		return at, wrong("That time does not exist: clocks go forward then. Choose another one.")
	case !at.After(now):
		return at, wrong("That time is past. Choose a later one, or start it now.")
	case at.Sub(now) > farthest:
		return at, wrong("Choose a time within a year.")
	}
	return at.UTC(), nil
}
