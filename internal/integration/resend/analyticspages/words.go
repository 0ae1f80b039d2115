package analyticspages

import (
	"fmt"
	"math"
	"strings"

	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/chart"
	"github.com/renoz/renoz/internal/web/ui"
)

// percent writes a rate with so many decimals.
func percent(r mail.Rate, decimals int) string {
	if !r.Known {
		return "—"
	}
	return fmt.Sprintf("%.*f %%", decimals, 100*r.Value)
}

// measure is a rate, and how it is to be read.
type measure struct {
	Name     string
	Of       func(mail.Figures) mail.Rate
	Count    func(mail.Figures) int
	Decimals int
	LessGood bool   // the lower, the better
	Limit    string // what mail services want
}

func measures() []measure {
	return []measure{
		{"Delivered", mail.Figures.DeliveryRate, func(f mail.Figures) int { return f.Delivered }, 1, false, "96 % and more: 4 % may bounce"},
		{"Opened", mail.Figures.OpenRate, func(f mail.Figures) int { return f.Opened }, 1, false, ""},
		{"Clicked by people", mail.Figures.ClickRate, func(f mail.Figures) int { return f.ClickedByPerson }, 1, false, ""},
		{"Clicked, of opened", mail.Figures.ClickToOpenRate, func(f mail.Figures) int { return f.ClickedByPerson }, 1, false, ""},
		{"Bounced", mail.Figures.BounceRate, func(f mail.Figures) int { return f.Bounced }, 1, true, "below 2 %, never above 4 %"},
		{"Complained", mail.Figures.ComplaintRate, func(f mail.Figures) int { return f.Complained }, 2, true, "below 0.08 %, never above 0.3 %"},
		{"Unsubscribed", mail.Figures.UnsubscribeRate, func(f mail.Figures) int { return f.Unsubscribed }, 2, true, ""},
	}
}

// stat is a measure as a key figure, with what it was in the period before.
func (m measure) stat(now, before mail.Figures, spark []float64) ui.Stat {
	s := ui.Stat{Label: m.Name, Value: percent(m.Of(now), m.Decimals), Note: ui.Thousands(m.Count(now)), Spark: spark, Level: ui.OK}
	if m.LessGood {
		s.Level = ui.Bad
	}
	was, is := m.Of(before), m.Of(now)
	if !was.Known || !is.Known {
		return s
	}
	points := math.Round(1000*(is.Value-was.Value)*math.Pow10(m.Decimals-1)) / math.Pow10(m.Decimals)
	if points == 0 {
		s.Note += ", as before"
		return s
	}
	s.Delta, s.Up = fmt.Sprintf("%.*f points", m.Decimals, math.Abs(points)), points > 0
	s.Good = s.Up != m.LessGood
	return s
}

// sentStat compares how much left.
func sentStat(now, before mail.Figures, spark []float64) ui.Stat {
	s := ui.Stat{Label: "Sent", Value: ui.Thousands(now.Sent), Spark: spark, Note: ui.Thousands(before.Sent) + " before"}
	if before.Sent > 0 && now.Sent != before.Sent {
		change := 100 * float64(now.Sent-before.Sent) / float64(before.Sent)
		s.Delta, s.Up, s.Good = fmt.Sprintf("%.0f %%", math.Abs(change)), change > 0, change > 0
	}
	return s
}

func sparkOf(days []store.DayFigures, of func(mail.Figures) int) []float64 {
	values := make([]float64, len(days))
	for i, d := range days {
		values[i] = float64(of(d.Figures))
	}
	return values
}

// mostPoints is how many points a chart of days has; longer periods are drawn by
// weeks.
const mostPoints = 120

// plot draws counts by day, or by week when there are many days.
func plot(id, title string, days []store.DayFigures, series map[string]func(mail.Figures) int, order ...string) chart.TimeSeries {
	t := chart.TimeSeries{ID: id, Title: title}
	step := 1
	if len(days) > mostPoints {
		step = 7
		t.Title += ", by week"
	}
	values := make([][]float64, len(order))
	for begin := 0; begin < len(days); begin += step {
		part := days[begin:min(begin+step, len(days))]
		label := part[0].Day.Format()
		t.Labels = append(t.Labels, label[:strings.LastIndex(label, "/")])
		for i, name := range order {
			sum := 0
			for _, d := range part {
				sum += series[name](d.Figures)
			}
			values[i] = append(values[i], float64(sum))
		}
	}
	any := false
	for i, name := range order {
		t.Series = append(t.Series, chart.Series{Name: name, Values: values[i]})
		for _, v := range values[i] {
			any = any || v > 0
		}
	}
	if !any {
		t.Labels, t.Series = nil, nil
	}
	return t
}

// bounceWords are a kind of bounce in words, and what follows from it.
// https://resend.com/docs/dashboard/emails/email-bounces
func bounceWords(kind string) (label, text string) {
	words := map[string][2]string{
		"Permanent/General":            {"Refused for good", "The recipient's server takes no mail for the address. It is suppressed."},
		"Permanent/NoEmail":            {"No such address", "The address does not exist, or was read wrongly. It is suppressed."},
		"Permanent/Suppressed":         {"Known to bounce", "Resend has seen the address bounce before and did not try. It is suppressed."},
		"Transient/General":            {"Refused for now", "The recipient's server may take the next mail."},
		"Transient/MailboxFull":        {"Mailbox full", "The recipient has to make room first."},
		"Transient/MessageTooLarge":    {"Too large", "Send a link instead of attachments."},
		"Transient/ContentRejected":    {"Content refused", "The recipient's server took it for spam. Look at its words and links with the checks of the template."},
		"Transient/AttachmentRejected": {"Attachment refused", "The recipient's server takes no such file. Send a link instead."},
		"Undetermined/Undetermined":    {"Not told", "The recipient's server did not say why."},
	}
	if w, known := words[kind]; known {
		return w[0], w[1]
	}
	if kind == "" {
		return "Not told", "It is not known why."
	}
	return strings.ReplaceAll(kind, "/", ", "), "In the words of Resend."
}

func lower(text string) string { return strings.ToLower(text) }
