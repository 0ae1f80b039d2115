package api

import (
	"context"
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

// MailFigures is what became of some mails that left. Each counts on the day on
// which it left.
type MailFigures struct {
	Sent            int `json:"sent"`
	Delivered       int `json:"delivered"`
	Opened          int `json:"opened" doc:"By people or programs."`
	OpenedByPerson  int `json:"opened_by_person" doc:"By people, for certain: they followed a link."`
	Clicked         int `json:"clicked" doc:"By people or programs."`
	ClickedByPerson int `json:"clicked_by_person"`
	Bounced         int `json:"bounced"`
	Complained      int `json:"complained"`
	Unsubscribed    int `json:"unsubscribed"`
	Stopped         int `json:"stopped" doc:"Not sent on by Resend."`
}

// MailRow is the mail with one value of what a report is by.
type MailRow struct {
	Value string `json:"value"`
	Name  string `json:"name"`
	MailFigures
}

// MailDay is the mail that left on a day.
type MailDay struct {
	Day crm.Day `json:"day" format:"date"`
	MailFigures
}

// MailReport is what became of the mail that left in a period.
type MailReport struct {
	From     crm.Day     `json:"from" format:"date"`
	To       crm.Day     `json:"to" format:"date" doc:"Included."`
	Total    MailFigures `json:"total"`
	Previous MailFigures `json:"previous" doc:"Of the period of the same length before."`
	Year     MailFigures `json:"year" doc:"Of the year before the period."`
	Days     []MailDay   `json:"days" nullable:"false"`
	Rows     []MailRow   `json:"rows" nullable:"false" doc:"Most mail first."`
}

// BounceReport is what came back of the mail that left in a period.
type BounceReport struct {
	From            crm.Day     `json:"from" format:"date"`
	To              crm.Day     `json:"to" format:"date" doc:"Included."`
	Total           MailFigures `json:"total"`
	Previous        MailFigures `json:"previous" doc:"Of the period of the same length before."`
	Days            []MailDay   `json:"days" nullable:"false"`
	Kinds           []MailRow   `json:"kinds" nullable:"false" doc:"In the words of Resend, such as Permanent/General."`
	Domains         []MailRow   `json:"domains" nullable:"false" doc:"Of recipients."`
	Templates       []MailRow   `json:"templates" nullable:"false"`
	MarketingPaused string      `json:"marketing_paused,omitempty" doc:"Why marketing mail pauses; left out: it leaves."`
}

type (
	periodQuery struct {
		From crm.Day `query:"from" format:"date" doc:"First day, by the organisation's clock; 29 days before the last when left out."`
		To   crm.Day `query:"to" format:"date" doc:"Last day; today when left out."`
	}
	reportQuery struct {
		periodQuery
		By    string `query:"by" enum:"template,category,campaign,domain" default:"template" doc:"What rows are by; domain is the recipient's."`
		Value string `query:"value" maxLength:"200" doc:"Only mail with this value of it."`
	}
	mailReportAnswer   struct{ Body MailReport }
	bounceReportAnswer struct{ Body BounceReport }
)

func (t *table) mailReports() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/mail" + path, permission: p, summary: summary, tag: "Mail"}
	}
	add(t, row("get-mail-report", http.MethodGet, "/report", auth.MailView, "What became of mail"), t.getMailReport)
	add(t, row("get-bounce-report", http.MethodGet, "/bounces", auth.MailView, "What came back of mail"), t.getBounceReport)
	link := row("link-mail-card", http.MethodPost, "/card/link", auth.MailView, "Make a link to the card of mail for a frame in another site")
	link.about = "The link opens for ten minutes, so that a site asks for one each time it shows the card. The sites are those in RENOZ_EMBED_ANCESTORS; without any it is refused with 409."
	add(t, link, t.linkMailCard)
	add(t, row("get-mail-card", http.MethodGet, "/card", auth.MailView, "What the card shows: mail at a glance"), t.getMailGlance)
	add(t, row("resume-marketing", http.MethodPost, "/marketing/resume", auth.MailSettings, "Let marketing mail leave that paused because too much came back"), t.resumeMarketing)
}

// period is what a query asks for.
func (a *API) period(ctx context.Context, q periodQuery) (resend.Period, error) {
	today, err := a.resend.Today(ctx)
	p := resend.Period{First: q.From, Last: q.To}
	if p.Last.IsZero() {
		p.Last = today
	}
	if p.First.IsZero() {
		p.First = p.Last.AddDays(-29)
	}
	return p, err
}

func (a *API) getMailReport(ctx context.Context, in *reportQuery) (*mailReportAnswer, error) {
	p, err := a.period(ctx, in.periodQuery)
	if err != nil {
		return nil, err
	}
	rep, err := a.resend.Report(ctx, resend.ReportQuery{Period: p, By: mail.Facet(in.By), Value: in.Value})
	if err != nil {
		return nil, err
	}
	out := MailReport{From: p.First, To: p.Last, Total: MailFigures(rep.Total), Previous: MailFigures(rep.Previous), Year: MailFigures(rep.Year), Rows: mailRows(rep.Rows), Days: []MailDay{}}
	for _, d := range rep.Days {
		out.Days = append(out.Days, MailDay{d.Day, MailFigures(d.Figures)})
	}
	return &mailReportAnswer{out}, nil
}

func (a *API) getBounceReport(ctx context.Context, in *periodQuery) (*bounceReportAnswer, error) {
	p, err := a.period(ctx, *in)
	if err != nil {
		return nil, err
	}
	rep, err := a.resend.Bounces(ctx, p)
	if err != nil {
		return nil, err
	}
	out := BounceReport{From: p.First, To: p.Last, Total: MailFigures(rep.Total), Previous: MailFigures(rep.Previous), Days: []MailDay{},
		Kinds: mailRows(rep.Kinds), Domains: mailRows(rep.Domains), Templates: mailRows(rep.Templates), MarketingPaused: rep.Marketing.Why}
	for _, d := range rep.Days {
		out.Days = append(out.Days, MailDay{d.Day, MailFigures(d.Figures)})
	}
	return &bounceReportAnswer{out}, nil
}

func mailRows(rows []resend.ReportRow) []MailRow {
	out := make([]MailRow, len(rows))
	for i, r := range rows {
		out[i] = MailRow{r.Value, r.Label, MailFigures(r.Figures)}
	}
	return out
}

func (a *API) linkMailCard(ctx context.Context, _ *struct{}) (*cardLinkAnswer, error) {
	l, err := a.resend.LinkCard(ctx)
	return &cardLinkAnswer{CardLink(l)}, err
}

func (a *API) resumeMarketing(ctx context.Context, _ *struct{}) (*mailGlanceAnswer, error) {
	if err := a.resend.ResumeMarketing(ctx); err != nil {
		return nil, err
	}
	return a.getMailGlance(ctx, nil)
}
