package resend

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Period is some days of an organisation's clock, the last one included.
type Period struct{ First, Last crm.Day }

// Days is how many days it has.
func (p Period) Days() int { return p.First.DaysUntil(p.Last) + 1 }

// Before is the period of the same length that ended when this one began.
func (p Period) Before() Period { return Period{p.First.AddDays(-p.Days()), p.First.AddDays(-1)} }

// LastDays is the period of so many days that ends with today.
func LastDays(today crm.Day, n int) Period { return Period{today.AddDays(1 - n), today} }

// mostDays bounds a period: three years.
const mostDays = 3 * 366

// Check returns an Error of kind Invalid with the fields from and to.
func (p Period) Check() error {
	wrong := map[string]string{}
	switch {
	case p.First.IsZero():
		wrong["from"] = "Enter the first day."
	case p.Last.IsZero():
		wrong["to"] = "Enter the last day."
	case p.Last.Before(p.First):
		wrong["to"] = "The last day cannot be before the first."
	case p.Days() > mostDays:
		wrong["to"] = "Choose at most three years."
	}
	return crm.FieldErrors(wrong)
}

// ReportQuery says what a report is of.
type ReportQuery struct {
	Period
	By    mail.Facet // of the rows
	Value string     // of the facet; "": all mail
	Text  string     // in the labels of rows
}

// ReportRow is what became of the mail with one value of a facet.
type ReportRow struct {
	Value, Label string
	mail.Figures
}

// Report is what became of the mail that left in a period.
type Report struct {
	ReportQuery
	Today    crm.Day
	Label    string // of Value
	Total    mail.Figures
	Previous mail.Figures       // of the period before
	Year     mail.Figures       // of the year before the period: what is usual here
	Days     []store.DayFigures // each day, the earliest first
	Rows     []ReportRow        // most mail first
}

// Today is the day by the clock of the organisation that acts.
func (s *Service) Today(ctx context.Context) (crm.Day, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return crm.Day{}, err
	}
	org, err := s.Store.Organisation(ctx, me.Org)
	return crm.DayIn(s.Now(), org.Location()), err
}

// Report adds up the mail of the organisation that acts. It returns an Error of
// kind Invalid with the fields from, to and by.
func (s *Service) Report(ctx context.Context, q ReportQuery) (Report, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return Report{}, err
	}
	if !slices.Contains(mail.Facets(), q.By) {
		return Report{}, crm.FieldErrors(map[string]string{"by": "Choose template, category, campaign or domain."})
	}
	if err := q.Check(); err != nil {
		return Report{}, err
	}
	rep := Report{ReportQuery: q}
	if rep.Today, err = s.Today(ctx); err != nil {
		return Report{}, err
	}
	of := store.FigureFilter{Facet: mail.Overall}
	if q.Value != "" {
		of = store.FigureFilter{Facet: q.By, Value: q.Value}
	}
	if rep.Days, rep.Total, err = s.daysOf(ctx, me.Org, of, q.Period); err != nil {
		return Report{}, err
	}
	if _, rep.Previous, err = s.daysOf(ctx, me.Org, of, q.Period.Before()); err != nil {
		return Report{}, err
	}
	year := Period{q.First.AddDays(-365), q.First.AddDays(-1)}
	if _, rep.Year, err = s.daysOf(ctx, me.Org, of, year); err != nil {
		return Report{}, err
	}
	rep.Rows, err = s.rowsOf(ctx, me.Org, q.By, q.Period)
	if err != nil {
		return Report{}, err
	}
	if i := slices.IndexFunc(rep.Rows, func(r ReportRow) bool { return r.Value == q.Value }); i >= 0 {
		rep.Label = rep.Rows[i].Label
	}
	if rep.Label == "" {
		rep.Label = q.Value
	}
	if text := strings.ToLower(strings.TrimSpace(q.Text)); text != "" {
		rep.Rows = slices.DeleteFunc(rep.Rows, func(r ReportRow) bool { return !strings.Contains(strings.ToLower(r.Label+" "+r.Value), text) })
	}
	return rep, nil
}

// daysOf are the figures of each day of a period, and their sum.
func (s *Service) daysOf(ctx context.Context, org crm.OrgID, f store.FigureFilter, p Period) ([]store.DayFigures, mail.Figures, error) {
	f.First, f.Last = p.First, p.Last
	kept, err := s.Store.FiguresByDay(ctx, org, f)
	if err != nil {
		return nil, mail.Figures{}, err
	}
	var sum mail.Figures
	for _, d := range kept {
		sum = sum.Plus(d.Figures)
	}
	return everyDay(kept, p.First, p.Last), sum, nil
}

// rowsOf are the figures of all values of a facet, most mail first.
func (s *Service) rowsOf(ctx context.Context, org crm.OrgID, by mail.Facet, p Period) ([]ReportRow, error) {
	sums, err := s.Store.FiguresOf(ctx, org, store.FigureFilter{Facet: by, First: p.First, Last: p.Last})
	if err != nil {
		return nil, err
	}
	names, err := s.namesOf(ctx, org, by, sums)
	if err != nil {
		return nil, err
	}
	rows := make([]ReportRow, 0, len(sums))
	for value, f := range sums {
		rows = append(rows, ReportRow{value, cmp.Or(names[value], value, "Not known"), f})
	}
	slices.SortFunc(rows, func(a, b ReportRow) int {
		return cmp.Or(cmp.Compare(b.Sent, a.Sent), cmp.Compare(b.Bounced, a.Bounced), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Value, b.Value))
	})
	return rows, nil
}

// namesOf are the names of values of a facet, as far as they have other ones.
func (s *Service) namesOf(ctx context.Context, org crm.OrgID, by mail.Facet, sums map[string]mail.Figures) (map[string]string, error) {
	names := map[string]string{}
	switch by {
	case mail.ByCategory:
		for _, c := range mail.Categories() {
			names[string(c)] = c.Label()
		}
	case mail.ByTemplate:
		all, err := s.Templates(ctx, TemplateFilter{})
		for _, t := range all {
			names[t.Key] = t.Draft.Name
		}
		return names, err
	case mail.ByCampaign:
		for value := range sums {
			id, err := uuid.Parse(value)
			if err != nil {
				continue
			}
			c, err := s.Store.Campaign(ctx, org, mail.CampaignID{UUID: id})
			if err != nil && crm.KindOf(err) != crm.NotFound {
				return nil, err
			}
			names[value] = c.Name
		}
	}
	return names, nil
}

// BounceReport is what came back of the mail that left in a period.
type BounceReport struct {
	Period
	Today           crm.Day
	Total, Previous mail.Figures
	Days            []store.DayFigures
	Kinds           []ReportRow // most bounces first, as all of these
	Domains         []ReportRow
	Templates       []ReportRow
	Standing        mail.Verdict // of the latest days, whatever the period
	Marketing       mail.MarketingPause
}

// Bounces tells what of the mail of the organisation that acts came back. It
// returns an Error of kind Invalid with the fields from and to.
func (s *Service) Bounces(ctx context.Context, p Period) (BounceReport, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return BounceReport{}, err
	}
	if err := p.Check(); err != nil {
		return BounceReport{}, err
	}
	rep := BounceReport{Period: p}
	if rep.Today, err = s.Today(ctx); err != nil {
		return BounceReport{}, err
	}
	all := store.FigureFilter{Facet: mail.Overall}
	if rep.Days, rep.Total, err = s.daysOf(ctx, me.Org, all, p); err != nil {
		return BounceReport{}, err
	}
	if _, rep.Previous, err = s.daysOf(ctx, me.Org, all, p.Before()); err != nil {
		return BounceReport{}, err
	}
	for by, rows := range map[mail.Facet]*[]ReportRow{mail.ByBounce: &rep.Kinds, mail.ByDomain: &rep.Domains, mail.ByTemplate: &rep.Templates} {
		if *rows, err = s.rowsOf(ctx, me.Org, by, p); err != nil {
			return BounceReport{}, err
		}
		*rows = slices.DeleteFunc(*rows, func(r ReportRow) bool { return r.Bounced == 0 })
		slices.SortStableFunc(*rows, func(a, b ReportRow) int { return cmp.Compare(b.Bounced, a.Bounced) })
	}
	kept, err := s.Store.MailSettings(ctx, me.Org)
	if err != nil {
		return BounceReport{}, err
	}
	week, err := s.week(ctx, s.Store.Reader, me.Org)
	rep.Marketing, rep.Standing = kept.Marketing, judged(week, kept.Marketing.Reputation)
	return rep, err
}
