package resendsim

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// metricsAnswer is the answer to /emails/metrics; data is left out when no dimension was asked for.
// https://resend.com/docs/api-reference/emails/get-metrics
type metricsAnswer struct {
	Object      string             `json:"object"`
	StartDate   string             `json:"start_date"`
	EndDate     string             `json:"end_date"`
	Metrics     []string           `json:"metrics"`
	Dimensions  []string           `json:"dimensions"`
	Granularity string             `json:"granularity"`
	Totals      map[string]float64 `json:"totals"`
	Data        []map[string]any   `json:"data,omitempty"`
}

// metricNames are all that can be asked for. Nothing is received or unsubscribed here.
func metricNames() []string {
	return []string{"received", "delivered", "complained", "suppressed", "bounced", "bounced_transient", "bounced_permanent",
		"bounced_undetermined", "opened", "clicked", "unsubscribed", "delivery_delayed", "failed", "sent", "unique_opened",
		"unique_clicked", "delivery_rate", "open_rate", "click_rate", "bounce_rate", "complaint_rate", "unsubscribe_rate"}
}

// counted counts what happened, by metric.
type counted map[string]float64

// rates adds the quotients: parts of one, zero where there is nothing to divide by.
func (c counted) rates() counted {
	for name, parts := range map[string][2]string{"delivery_rate": {"delivered", "sent"}, "open_rate": {"unique_opened", "delivered"},
		"click_rate": {"unique_clicked", "delivered"}, "bounce_rate": {"bounced", "sent"}, "complaint_rate": {"complained", "delivered"},
		"unsubscribe_rate": {"unsubscribed", "delivered"}} {
		if whole := c[parts[1]]; whole > 0 {
			c[name] = c[parts[0]] / whole
		}
	}
	return c
}

// only keeps the metrics that were asked for.
func (c counted) only(names []string) map[string]float64 {
	out := make(map[string]float64, len(names))
	for _, name := range names {
		out[name] = c[name]
	}
	return out
}

// groupKey is one combination of the dimensions.
type groupKey struct {
	period        time.Time
	domain, email string
}

func (c *call) getMetrics() answer {
	if c.server.settings.NoMetrics {
		return notFound("The requested endpoint").answer()
	}
	q, bad := readMetricsQuery(c.r.URL.Query(), c.now)
	if bad != nil {
		return bad.answer()
	}
	totals, groups := counted{}, map[groupKey]counted{}
	if len(q.dimensions) == 1 && q.dimensions[0] == "period" {
		for at := q.bucket(q.start); !at.After(q.end); at = q.next(at) {
			groups[groupKey{period: at}] = counted{}
		}
	}
	for _, e := range c.server.mails.order {
		if q.wants(e) {
			q.count(e, totals, groups)
		}
	}
	out := metricsAnswer{Object: "metrics", StartDate: isoTime(q.start), EndDate: isoTime(q.end), Metrics: q.metrics, Dimensions: q.dimensions,
		Granularity: q.granularity, Totals: totals.rates().only(q.metrics)}
	if len(q.dimensions) > 0 {
		out.Data = c.metricRows(q, groups)
	}
	return jsonAnswer(http.StatusOK, out)
}

// count adds what happened to one message within the time.
func (q metricsQuery) count(e *Email, totals counted, groups map[groupKey]counted) {
	seen := map[string]bool{}
	for _, h := range e.Events {
		names := h.metrics(seen)
		if h.At.Before(q.start) || h.At.After(q.end) {
			continue
		}
		weight := 1.0
		if h.Type == "sent" {
			weight = float64(e.sentTo)
		}
		key := q.key(e, h.At)
		if len(q.dimensions) > 0 && groups[key] == nil {
			groups[key] = counted{}
		}
		for _, name := range names {
			totals[name] += weight
			if len(q.dimensions) > 0 {
				groups[key][name] += weight
			}
		}
	}
}

// metrics names the counters that an event moves; seen remembers who opened or clicked already.
func (h Happened) metrics(seen map[string]bool) []string {
	switch h.Type {
	case "bounced":
		return []string{"bounced", "bounced_" + strings.ToLower(h.Bounce.Type)}
	case "opened", "clicked":
		if key := h.Type + " " + h.Recipient; !seen[key] {
			seen[key] = true
			return []string{h.Type, "unique_" + h.Type}
		}
	}
	return []string{h.Type}
}

func (q metricsQuery) key(e *Email, at time.Time) (key groupKey) {
	for _, dimension := range q.dimensions {
		switch dimension {
		case "period":
			key.period = q.bucket(at)
		case "domain":
			key.domain = e.domainID
		case "email":
			key.email = e.ID
		}
	}
	return key
}

func (c *call) metricRows(q metricsQuery, groups map[groupKey]counted) []map[string]any {
	keys := make([]groupKey, 0, len(groups))
	for key := range groups {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b groupKey) int {
		return cmp.Or(a.period.Compare(b.period), cmp.Compare(a.domain, b.domain), cmp.Compare(a.email, b.email))
	})
	rows := make([]map[string]any, 0, len(keys))
	if slices.Contains(q.dimensions, "broadcast") {
		return rows // the simulator has no broadcasts
	}
	for _, key := range keys {
		row := c.metricRow(q, key)
		for name, value := range groups[key].rates().only(q.metrics) {
			row[name] = value
		}
		rows = append(rows, row)
	}
	return rows
}

// metricRow names the combination that a row is about.
func (c *call) metricRow(q metricsQuery, key groupKey) map[string]any {
	row := map[string]any{}
	for _, dimension := range q.dimensions {
		switch dimension {
		case "period":
			row["period"] = isoTime(key.period)
		case "email":
			row["email_id"] = key.email
		case "domain":
			row["domain_id"] = key.domain
			if d := c.server.domains.byID[key.domain]; d != nil {
				row["domain_name"] = d.Name
			}
		}
	}
	return row
}
