package demo

import (
	"sort"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// minute counts the minutes of business hours from the first day on.
type minute int

const (
	opening = 8*60 + 30         // minutes after midnight
	workday = minute(8*60 + 30) // to 17:00
)

// calendar knows the business hours of the days that lead up to now: Monday to
// Friday but for holidays with a fixed date.
type calendar struct {
	zone  *time.Location
	opens []time.Time
	end   minute // the last that has begun by now
}

// newCalendar counts from the year before now.
func newCalendar(now time.Time, zone *time.Location) calendar {
	c := calendar{zone: zone}
	today := crm.DayIn(now, zone)
	for day := crm.DayIn(now.In(zone).AddDate(-1, 0, 0), zone); !day.After(today); day = day.AddDays(1) {
		opens := day.Time(zone).Add(opening * time.Minute)
		if c.open(opens) && !opens.After(now) {
			c.opens = append(c.opens, opens)
		}
	}
	last := len(c.opens) - 1
	c.end = minute(last)*workday + min(minute(now.Sub(c.opens[last])/time.Minute), workday-1)
	return c
}

func (c calendar) open(t time.Time) bool {
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		return false
	}
	switch t.Format("02 Jan") {
	case "01 Jan", "26 Jan", "25 Apr", "25 Dec", "26 Dec":
		return false
	}
	return true
}

// at is the instant of a minute that is not after the end.
func (c calendar) at(m minute) time.Time {
	return c.opens[m/workday].Add(time.Duration(m%workday) * time.Minute).UTC()
}

// day is the date of a minute.
func (c calendar) day(m minute) crm.Day { return crm.DayIn(c.at(m), c.zone) }

// from is the first minute of a day, or of the next business day; beyond the
// end when that day has not begun.
func (c calendar) from(day crm.Day) minute {
	i := sort.Search(len(c.opens), func(i int) bool { return !crm.DayIn(c.opens[i], c.zone).Before(day) })
	return minute(i) * workday
}
