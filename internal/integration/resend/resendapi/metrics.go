package resendapi

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// Sizes of a period.
const (
	Hourly  = "hourly"
	Daily   = "daily"
	Weekly  = "weekly"
	Monthly = "monthly"
)

// Dimensions by which figures are broken down. ByEmail and ByBroadcast exclude
// each other.
const (
	ByPeriod    = "period"
	ByDomain    = "domain"
	ByEmail     = "email"
	ByBroadcast = "broadcast"
)

// MetricsQuery asks for figures of e-mails. Its zero value asks for the totals
// of the last 7 days.
// https://resend.com/docs/api-reference/emails/retrieve-email-metrics
type MetricsQuery struct {
	Start, End   time.Time
	Timezone     string   // by which periods are cut: "Australia/Sydney"; UTC when empty
	Granularity  string   // Hourly … Monthly; at most 10,000 periods
	Metrics      []string // "delivered", "open_rate", …; all when empty
	Dimensions   []string // By…; none gives totals only
	DomainIDs    []string // at most 100 of each
	EmailIDs     []string
	BroadcastIDs []string
}

// Metrics are figures of e-mails: counts, and rates as Resend reckons them.
type Metrics struct {
	Start       Time               `json:"start_date"`
	End         Time               `json:"end_date"`
	Metrics     []string           `json:"metrics"`
	Dimensions  []string           `json:"dimensions"`
	Granularity string             `json:"granularity,omitempty"`
	Totals      map[string]float64 `json:"totals"`
	Rows        []MetricsRow       `json:"data,omitempty"` // none without dimensions
}

// MetricsRow is the figures of one combination of the dimensions asked for.
type MetricsRow struct {
	Period        string // as Resend writes it
	DomainID      string
	DomainName    string
	EmailID       string
	BroadcastID   string
	BroadcastName string
	Figures       map[string]float64
}

// UnmarshalJSON tells names of dimensions from figures, which stand side by
// side.
func (r *MetricsRow) UnmarshalJSON(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*r = MetricsRow{Figures: map[string]float64{}}
	names := map[string]*string{
		"period": &r.Period, "domain_id": &r.DomainID, "domain_name": &r.DomainName, "email_id": &r.EmailID,
		"broadcast_id": &r.BroadcastID, "broadcast_name": &r.BroadcastName,
	}
	for field, value := range fields {
		if name, known := names[field]; known {
			if err := json.Unmarshal(value, name); err != nil {
				return err
			}
			continue
		}
		var figure *float64
		if json.Unmarshal(value, &figure) == nil && figure != nil {
			r.Figures[field] = *figure
		}
	}
	return nil
}

// EmailMetrics reads figures of the whole team, or of the domains, e-mails or
// broadcasts named; KindNotOffered when the team has no figures.
func (c *Client) EmailMetrics(ctx context.Context, q MetricsQuery) (Metrics, error) {
	e := read("read the figures", "/emails/metrics")
	e.optional = true
	for name, value := range map[string]string{"timezone": q.Timezone, "granularity": q.Granularity} {
		if value != "" {
			e.query.Set(name, value)
		}
	}
	for name, moment := range map[string]time.Time{"start_date": q.Start, "end_date": q.End} {
		if !moment.IsZero() {
			e.query.Set(name, moment.UTC().Format(time.RFC3339))
		}
	}
	for name, values := range map[string][]string{
		"metrics": q.Metrics, "dimensions": q.Dimensions,
		"domain_id": q.DomainIDs, "email_id": q.EmailIDs, "broadcast_id": q.BroadcastIDs,
	} {
		if len(values) > MaxListed {
			return Metrics{}, tooMany(e.op, len(values))
		}
		if len(values) > 0 {
			e.query.Set(name, strings.Join(values, ","))
		}
	}
	return do[Metrics](ctx, c, e)
}
