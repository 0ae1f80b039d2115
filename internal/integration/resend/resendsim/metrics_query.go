package resendsim

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// metricsQuery says what /emails/metrics counts, from start to end, both included.
type metricsQuery struct {
	start, end          time.Time
	zone                *time.Location
	granularity         string
	metrics, dimensions []string
	domains, emails     []string
	broadcasts          []string
}

const (
	mostPeriods   = 10_000
	mostFilters   = 100
	usualDuration = 6 * 24 * time.Hour
)

// readList takes a value with commas, the parameter several times, or both.
func readList(query url.Values, name string) (out []string) {
	for _, value := range query[name] {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func readMetricsQuery(query url.Values, now time.Time) (metricsQuery, *problem) {
	q := metricsQuery{granularity: "daily", metrics: metricNames(), dimensions: []string{}, zone: time.UTC,
		domains: readList(query, "domain_id"), emails: readList(query, "email_id"), broadcasts: readList(query, "broadcast_id")}
	if name := query.Get("timezone"); name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil {
			return q, invalid("The `timezone` must be an IANA timezone.")
		}
		q.zone = zone
	}
	for _, one := range []struct {
		name  string
		into  *[]string
		known []string
	}{{"metrics", &q.metrics, metricNames()}, {"dimensions", &q.dimensions, []string{"period", "domain", "email", "broadcast"}}} {
		list := readList(query, one.name)
		for _, word := range list {
			if !slices.Contains(one.known, word) {
				return q, invalid(fmt.Sprintf("The `%s` must be among %v.", one.name, one.known))
			}
		}
		if len(list) > 0 {
			*one.into = list
		}
	}
	if text := query.Get("granularity"); text != "" {
		if !slices.Contains([]string{"hourly", "daily", "weekly", "monthly"}, text) {
			return q, invalid("The `granularity` must be `hourly`, `daily`, `weekly` or `monthly`.")
		}
		q.granularity = text
	}
	if bad := q.readRange(query, now); bad != nil {
		return q, bad
	}
	return q, q.check()
}

// readRange reads the two dates. A day without a time is a whole day in the zone; the future is left out, and so
// is what the service no longer keeps.
func (q *metricsQuery) readRange(query url.Values, now time.Time) *problem {
	q.end = now
	if text := query.Get("end_date"); text != "" {
		end, day, ok := q.readDate(text)
		if !ok {
			return invalid("The `end_date` must be an ISO 8601 date or datetime.")
		}
		if day {
			end = end.AddDate(0, 0, 1).Add(-time.Millisecond)
		}
		if end.Before(now) {
			q.end = end
		}
	}
	q.start = q.end.Add(-usualDuration)
	if text := query.Get("start_date"); text != "" {
		start, _, ok := q.readDate(text)
		if !ok {
			return invalid("The `start_date` must be an ISO 8601 date or datetime.")
		}
		q.start = start
	}
	if q.start.After(q.end) {
		return invalid("The `start_date` must be on or before `end_date`.")
	}
	if slices.Contains(q.dimensions, "period") && q.granularity == "hourly" && q.end.Sub(q.start) > mostPeriods*time.Hour {
		return invalid(fmt.Sprintf("The date range has more than %d periods.", mostPeriods))
	}
	if oldest := now.Add(-mailLife); q.start.Before(oldest) {
		q.start = oldest
		if q.end.Before(oldest) {
			q.end = oldest
		}
	}
	return nil
}

func (q *metricsQuery) readDate(text string) (at time.Time, day, ok bool) {
	if at, err := time.ParseInLocation(time.DateOnly, text, q.zone); err == nil {
		return at, true, true
	}
	at, ok = readTime(text)
	return at, false, ok
}

func (q *metricsQuery) check() *problem {
	byEmail := slices.Contains(q.dimensions, "email") || len(q.emails) > 0
	byBroadcast := slices.Contains(q.dimensions, "broadcast") || len(q.broadcasts) > 0
	if byEmail && byBroadcast {
		return invalid("The `email` and `broadcast` dimensions and filters cannot be combined.")
	}
	if len(q.domains) > mostFilters || len(q.emails) > mostFilters || len(q.broadcasts) > mostFilters {
		return invalid(fmt.Sprintf("At most %d ids can be filtered by.", mostFilters))
	}
	return nil
}

func (q metricsQuery) wants(e *Email) bool {
	return (len(q.domains) == 0 || slices.Contains(q.domains, e.domainID)) && (len(q.emails) == 0 || slices.Contains(q.emails, e.ID)) &&
		len(q.broadcasts) == 0
}

// bucket is the beginning of the period that a time falls into; weeks begin on Mondays.
func (q metricsQuery) bucket(at time.Time) time.Time {
	local := at.In(q.zone)
	year, month, day := local.Date()
	switch q.granularity {
	case "hourly":
		return time.Date(year, month, day, local.Hour(), 0, 0, 0, q.zone).UTC()
	case "weekly":
		day -= (int(local.Weekday()) + 6) % 7
	case "monthly":
		day = 1
	}
	return time.Date(year, month, day, 0, 0, 0, 0, q.zone).UTC()
}

// next is the beginning of the period after the one that begins at a time.
func (q metricsQuery) next(at time.Time) time.Time {
	local := at.In(q.zone)
	switch q.granularity {
	case "hourly":
		return at.Add(time.Hour)
	case "weekly":
		return local.AddDate(0, 0, 7).UTC()
	case "monthly":
		return local.AddDate(0, 1, 0).UTC()
	}
	return local.AddDate(0, 0, 1).UTC()
}
