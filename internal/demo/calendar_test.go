package demo

import (
	"testing"
	"time"
)

func TestCalendar(t *testing.T) {
	t.Parallel()
	sydney, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ now, last string }{
		"in the middle of a day": {"2026-11-19 12:30", "2026-11-19 12:30"},
		"as the doors open":      {"2026-11-19 08:30", "2026-11-19 08:30"},
		"just before":            {"2026-11-19 08:29", "2026-11-18 16:59"},
		"in the evening":         {"2026-11-19 22:00", "2026-11-19 16:59"},
		"at the weekend":         {"2026-11-22 10:00", "2026-11-20 16:59"},
		"on a holiday":           {"2027-01-01 10:00", "2026-12-31 16:59"},
		"on a leap day":          {"2028-02-29 10:00", "2028-02-29 10:00"},
		"as the clocks change":   {"2026-10-05 09:00", "2026-10-05 09:00"},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := time.ParseInLocation("2006-01-02 15:04", x.now, sydney)
			if err != nil {
				t.Fatal(err)
			}
			c := newCalendar(now, sydney)
			if got := c.at(c.end).In(sydney).Format("2006-01-02 15:04"); got != x.last {
				t.Errorf("ends at %s, want %s", got, x.last)
			}
			today := c.day(c.end)
			if got := c.from(today); got > c.end || c.day(got) != today {
				t.Errorf("the last day begins at %d of %d", got, c.end)
			}
			if got := c.from(today.AddDays(30)); got <= c.end {
				t.Errorf("a day to come begins at %d of %d", got, c.end)
			}
		})
	}
}
