package claudesim

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// span is the first and the last day of what was asked for.
type span struct{ from, to time.Time }

var (
	lastMany  = regexp.MustCompile(`(?i)\b(?:last|past|previous)\s+(\d{1,3})\s+(day|week|month|year)s?\b`)
	isoDay    = regexp.MustCompile(`\b(20\d\d)-(\d\d)-(\d\d)\b`)
	slashDay  = regexp.MustCompile(`\b(\d{1,2})/(\d{1,2})/(20\d\d)\b`)
	monthDay  = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)?\s+(january|february|march|april|may|june|july|august|september|october|november|december)(?:\s+(20\d\d))?\b`)
	monthOnly = regexp.MustCompile(`(?i)\b(?:in|of|for|during|since)\s+(january|february|march|april|may|june|july|august|september|october|november|december)(?:\s+(20\d\d))?\b`)
	sinceText = regexp.MustCompile(`(?i)\b(?:since|from|after)\s+$`)
	untilText = regexp.MustCompile(`(?i)\b(?:until|till|to|before|by|and)\s+$`)
	named     = regexp.MustCompile(`(?i)\b(today|yesterday|tomorrow|(?:this|last|next|previous)\s+(?:week|month|quarter|year))\b`)
)

// spanIn reads the newest period of a text, by days in UTC.
func (m *mind) spanIn(text string) (span, bool) {
	today := time.Date(m.now.Year(), m.now.Month(), m.now.Day(), 0, 0, 0, 0, time.UTC)
	if days := daysIn(text, today); len(days.times) > 0 {
		return days.span(today), true
	}
	if found := lastMany.FindStringSubmatch(text); found != nil {
		n, _ := strconv.Atoi(found[1]) // at most three digits
		switch strings.ToLower(found[2]) {
		case "day":
			return span{today.AddDate(0, 0, -n), today}, true
		case "week":
			return span{today.AddDate(0, 0, -7*n), today}, true
		case "month":
			return span{today.AddDate(0, -n, 0), today}, true
		}
		return span{today.AddDate(-n, 0, 0), today}, true
	}
	if all := named.FindAllString(text, -1); len(all) > 0 {
		return namedSpan(strings.ToLower(strings.Join(strings.Fields(all[len(all)-1]), " ")), today), true
	}
	if found := monthOnly.FindStringSubmatch(text); found != nil {
		from := time.Date(yearOf(found[2], monthOf(found[1]), today), monthOf(found[1]), 1, 0, 0, 0, 0, time.UTC)
		if strings.HasPrefix(strings.ToLower(found[0]), "since") {
			return span{from, today}, true
		}
		return span{from, from.AddDate(0, 1, -1)}, true
	}
	return span{}, false
}

func namedSpan(words string, today time.Time) span {
	way, unit, _ := strings.Cut(words, " ")
	step := map[string]int{"last": -1, "previous": -1, "next": 1}[way]
	switch unit {
	case "week":
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7+7*step)
		return span{monday, monday.AddDate(0, 0, 6)}
	case "month":
		first := time.Date(today.Year(), today.Month()+time.Month(step), 1, 0, 0, 0, 0, time.UTC)
		return span{first, first.AddDate(0, 1, -1)}
	case "quarter":
		first := time.Date(today.Year(), (today.Month()-1)/3*3+1+time.Month(3*step), 1, 0, 0, 0, 0, time.UTC)
		return span{first, first.AddDate(0, 3, -1)}
	case "year":
		first := time.Date(today.Year()+step, 1, 1, 0, 0, 0, 0, time.UTC)
		return span{first, first.AddDate(1, 0, -1)}
	}
	day := today.AddDate(0, 0, map[string]int{"yesterday": -1, "tomorrow": 1}[way])
	return span{day, day}
}

func monthOf(name string) time.Month {
	for month := time.January; month <= time.December; month++ {
		if strings.EqualFold(month.String(), name) {
			return month
		}
	}
	return time.January
}

// yearOf is the year that was said, else the newest in which the month has begun.
func yearOf(said string, month time.Month, today time.Time) int {
	if year, err := strconv.Atoi(said); err == nil {
		return year
	}
	if month > today.Month() {
		return today.Year() - 1
	}
	return today.Year()
}

// days are the days named in a text, in order, and how the text speaks of the first.
type days struct {
	times        []time.Time
	since, until bool
}

func daysIn(text string, today time.Time) (out days) {
	type place struct {
		at   int
		when time.Time
	}
	var places []place
	number := func(text string) int { n, _ := strconv.Atoi(text); return n } // the patterns take digits only
	for _, f := range isoDay.FindAllStringSubmatchIndex(text, -1) {
		places = append(places, place{f[0], time.Date(number(text[f[2]:f[3]]), time.Month(number(text[f[4]:f[5]])), number(text[f[6]:f[7]]), 0, 0, 0, 0, time.UTC)})
	}
	for _, f := range slashDay.FindAllStringSubmatchIndex(text, -1) { // day/month/year, as in Australia
		places = append(places, place{f[0], time.Date(number(text[f[6]:f[7]]), time.Month(number(text[f[4]:f[5]])), number(text[f[2]:f[3]]), 0, 0, 0, 0, time.UTC)})
	}
	for _, f := range monthDay.FindAllStringSubmatchIndex(text, -1) {
		year := ""
		if f[6] >= 0 {
			year = text[f[6]:f[7]]
		}
		month := monthOf(text[f[4]:f[5]])
		places = append(places, place{f[0], time.Date(yearOf(year, month, today), month, number(text[f[2]:f[3]]), 0, 0, 0, 0, time.UTC)})
	}
	for i, p := range places {
		if out.times = append(out.times, p.when); i == 0 {
			out.since, out.until = sinceText.MatchString(text[:p.at]), untilText.MatchString(text[:p.at])
		}
	}
	return out
}

func (d days) span(today time.Time) span {
	first := d.times[0]
	switch {
	case len(d.times) > 1:
		return span{first, d.times[1]}
	case d.since:
		return span{first, today}
	case d.until:
		return span{time.Time{}, first}
	}
	return span{first, first}
}

// isDate reports whether a text field holds a day or a time.
func isDate(f field) bool {
	if f.schema.format == "date" || f.schema.format == "date-time" {
		return true
	}
	about := strings.ToLower(f.description)
	said := strings.Contains(about, "yyyy") || strings.Contains(about, "iso 8601") || strings.Contains(about, "date") || strings.Contains(about, "day")
	return f.schema.kind == "string" && (has(f.name, "date") || said && has(f.name, "from", "to", "since", "until", "start", "end", "after", "before", "on", "day"))
}

func isPeriod(f field) bool { return has(f.name, "period", "range", "timeframe", "month") }

// date finds the beginning or the end of a period, as the field is called.
func (m *mind) date(f field, clause string) (any, bool) {
	found, said := m.spanIn(clause)
	if !said {
		return nil, false
	}
	day := found.from
	ends := has(f.name, "to", "until", "till", "end", "before", "through")
	if ends {
		day = found.to
	}
	if day.IsZero() {
		return nil, false
	}
	if ends && (has(f.name, "before") || strings.Contains(strings.ToLower(f.description), "exclusive")) {
		day = day.AddDate(0, 0, 1)
	} else if ends && f.schema.format == "date-time" {
		day = day.Add(24*time.Hour - time.Second)
	}
	return dateText(f.schema, day), true
}

// usualDate is the last thirty days.
func (m *mind) usualDate(f field) string {
	if has(f.name, "from", "since", "start", "after") {
		return dateText(f.schema, m.now.AddDate(0, 0, -30))
	}
	return dateText(f.schema, m.now)
}

func dateText(s *schema, at time.Time) string {
	if s.format == "date-time" {
		return at.UTC().Format(time.RFC3339)
	}
	return at.UTC().Format(time.DateOnly)
}

// periodWords are the words of a named period with underscores: this_month, last_30_days.
func periodWords(clause string) string {
	found := named.FindString(clause)
	if found == "" {
		found = lastMany.FindString(clause)
	}
	return strings.Join(strings.Fields(strings.ToLower(found)), "_")
}

// periodChoice finds the choice that is called as the period was.
func periodChoice(s *schema, clause string) (any, bool) {
	said := strings.ReplaceAll(periodWords(clause), "previous", "last")
	if said == "" {
		return nil, false
	}
	for _, value := range s.enum {
		text, _ := value.(string)
		if strings.ReplaceAll(strings.ToLower(text), " ", "_") == said || text == strings.TrimPrefix(strings.TrimPrefix(said, "this_"), "last_") {
			return value, true
		}
	}
	return nil, false
}
