package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
)

// CampaignWish is a campaign that is to be made.
type CampaignWish struct {
	Name      string   `json:"name" maxLength:"120" example:"November news"`
	Template  string   `json:"template" maxLength:"100" example:"newsletter" doc:"The template's key. It must need nothing but a customer."`
	Audience  string   `json:"audience" enum:"everybody,search,list" doc:"everybody: of marketing, all customers who agreed to it; of other mail, all."`
	Search    string   `json:"search,omitempty" maxLength:"200" doc:"For search: in name, number, e-mail address and ABN, as in the list of customers."`
	Customers []string `json:"customers,omitempty" maxItems:"40000" doc:"For list: customer numbers or e-mail addresses. Those that name no customer are told as bad lines."`
}

// Campaign is one template sent to many customers.
type Campaign struct {
	ID        mail.CampaignID `json:"id" format:"uuid"`
	Name      string          `json:"name"`
	Template  string          `json:"template"`
	Category  string          `json:"category"`
	Audience  string          `json:"audience" enum:"everybody,search,list"`
	Search    string          `json:"search,omitempty"`
	State     string          `json:"state" enum:"loading,preparing,ready,scheduled,running,paused,stopping,done,cancelled,failed" doc:"A preview is complete when it is ready; start it then."`
	StartAt   *time.Time      `json:"start_at,omitempty" doc:"When it starts, or started, by itself."`
	Problem   string          `json:"problem,omitempty" doc:"Why it failed, or was paused by itself."`
	Actor     string          `json:"actor" doc:"Who made it."`
	CreatedAt time.Time       `json:"created_at"`
	BegunAt   *time.Time      `json:"begun_at,omitempty"`
	EndedAt   *time.Time      `json:"ended_at,omitempty"`
}

// CampaignReport is a campaign with what it will do, and how far it is.
type CampaignReport struct {
	Campaign
	Recipients  int               `json:"recipients" doc:"That were found, those that are skipped too."`
	Waiting     int               `json:"waiting" doc:"Have yet to get it; of a preview: would get it."`
	Sent        int               `json:"sent" doc:"Left, whatever became of it."`
	Failed      int               `json:"failed"`
	Skipped     int               `json:"skipped"`
	Cancelled   int               `json:"cancelled"`
	Mails       map[string]int    `json:"mails" doc:"Its mails by state."`
	Rate        int               `json:"rate" doc:"With an outcome in a minute, since it last went on."`
	SecondsLeft int               `json:"seconds_left,omitempty"`
	Skips       []CampaignSkip    `json:"skips" nullable:"false" doc:"Why recipients are skipped, the largest group first."`
	Lines       int               `json:"lines" doc:"Of its list."`
	BadLines    int               `json:"bad_lines" doc:"Those that name no customer."`
	Bad         []CampaignBadLine `json:"bad" nullable:"false" doc:"The first 100 of them."`
}

// CampaignSkip is why some recipients get nothing.
type CampaignSkip struct {
	Code  string `json:"code" example:"no_consent"`
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// CampaignBadLine is a line of a list that names no customer.
type CampaignBadLine struct {
	Line    int    `json:"line"`
	Text    string `json:"text"`
	Problem string `json:"problem" doc:"What is wrong and what to do."`
}

// CampaignRecipient is a customer in a campaign.
type CampaignRecipient struct {
	Position   int            `json:"position" doc:"In the order in which the campaign goes."`
	CustomerID crm.CustomerID `json:"customer_id" format:"uuid"`
	Name       string         `json:"name"`
	Address    string         `json:"address"`
	Outcome    string         `json:"outcome" enum:"waiting,skipped,queued,sending,sent,delayed,delivered,opened,clicked,bounced,complained,suppressed,failed,cancelled"`
	Code       string         `json:"code,omitempty" doc:"Why it is skipped."`
	Problem    string         `json:"problem,omitempty" doc:"The same in words, or why the mail did not get through."`
	MailID     *mail.ID       `json:"mail_id,omitempty" format:"uuid"`
}

// CampaignSample is what a recipient would get now.
type CampaignSample struct {
	Recipient string `json:"recipient"`
	Subject   string `json:"subject,omitempty"`
	HTML      string `json:"html,omitempty"`
	Text      string `json:"text,omitempty"`
	Problem   string `json:"problem,omitempty" doc:"Why it cannot be written; then there is nothing else."`
}

// MailAllowance is how much marketing mail may leave.
type MailAllowance struct {
	HourlyLimit int        `json:"hourly_limit,omitempty"`
	DailyLimit  int        `json:"daily_limit,omitempty"`
	UsedHour    int        `json:"used_hour" doc:"In this hour of the organisation's clock."`
	UsedDay     int        `json:"used_day"`
	Left        *int       `json:"left,omitempty" doc:"May leave now; any amount when left out."`
	Paused      string     `json:"paused,omitempty" doc:"Why marketing mail pauses whatever the limits; left out: it does not."`
	GoesOn      *time.Time `json:"goes_on,omitempty" doc:"When marketing mail leaves again, once a limit is reached."`
}

type (
	campaignQuery struct {
		Paging
		State string `query:"state" enum:"loading,preparing,ready,scheduled,running,paused,stopping,done,cancelled,failed"`
		Q     string `query:"q" maxLength:"200" doc:"In the name, and in who made it."`
	}
	campaignPath struct {
		ID mail.CampaignID `path:"id" format:"uuid"`
	}
	recipientQuery struct {
		Paging
		ID      mail.CampaignID `path:"id" format:"uuid"`
		Outcome string          `query:"outcome" enum:"waiting,skipped,queued,sending,sent,delayed,delivered,opened,clicked,bounced,complained,suppressed,failed,cancelled"`
		Q       string          `query:"q" maxLength:"200" doc:"In name and address."`
	}
	sampleQuery struct {
		ID        mail.CampaignID `path:"id" format:"uuid"`
		Recipient int             `query:"recipient" default:"-1" minimum:"-1" doc:"Position of the recipient; the first who would get it when left out."`
	}
	scheduleInput struct {
		ID   mail.CampaignID `path:"id" format:"uuid"`
		Body struct {
			At string `json:"at" example:"2026-12-01T09:00" maxLength:"16" doc:"On the organisation's clock."`
		}
	}
	campaignAnswer       struct{ Body Campaign }
	campaignReportAnswer struct{ Body CampaignReport }
	campaignSampleAnswer struct{ Body CampaignSample }
	allowanceAnswer      struct{ Body MailAllowance }
)

func (t *table) mailCampaigns() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/mail" + path, permission: p, summary: summary, tag: "Campaigns"}
	}
	begin := row("create-campaign", http.MethodPost, "/campaigns", auth.MailSend, "Make a campaign and find out what it would do, without sending anything")
	begin.status = http.StatusAccepted
	add(t, begin, t.createCampaign)
	add(t, row("list-campaigns", http.MethodGet, "/campaigns", auth.MailView, "List campaigns, the newest first"), t.listCampaigns)
	add(t, row("get-campaign", http.MethodGet, "/campaigns/{id}", auth.MailView, "What a campaign will do, and how far it is"), t.getCampaign)
	add(t, row("list-campaign-recipients", http.MethodGet, "/campaigns/{id}/recipients", auth.MailView, "List the recipients of a campaign and what became of each"), t.listRecipients)
	add(t, row("get-campaign-sample", http.MethodGet, "/campaigns/{id}/sample", auth.MailView, "What a recipient would get now"), t.getSample)
	add(t, row("schedule-campaign", http.MethodPost, "/campaigns/{id}/schedule", auth.MailSend, "Have a campaign start by itself"), t.scheduleCampaign)
	for _, s := range []struct {
		name, summary string
		take          func(*campaign.Service, context.Context, mail.CampaignID) error
	}{
		{"start", "Send a campaign whose preview is ready", (*campaign.Service).Start},
		{"pause", "Hold a campaign back; one that is scheduled does not start by itself any more", (*campaign.Service).Pause},
		{"resume", "Let a paused campaign go on", (*campaign.Service).Resume}, {"cancel", "End a campaign; what has not left is taken back", (*campaign.Service).Cancel},
		{"retry", "Send again what failed before it left, and write what could not be written", retryCampaign},
	} {
		add(t, row(s.name+"-campaign", http.MethodPost, "/campaigns/{id}/"+s.name, auth.MailSend, s.summary), func(ctx context.Context, in *campaignPath) (*campaignReportAnswer, error) {
			if err := s.take(t.campaigns, ctx, in.ID); err != nil {
				return nil, err
			}
			return t.getCampaign(ctx, in)
		})
	}
	add(t, row("get-mail-allowance", http.MethodGet, "/allowance", auth.MailView, "How much marketing mail may leave"), t.getAllowance)
}

func retryCampaign(s *campaign.Service, ctx context.Context, id mail.CampaignID) error {
	_, err := s.Retry(ctx, id)
	return err
}

func (a *API) createCampaign(ctx context.Context, in *struct{ Body CampaignWish }) (*campaignAnswer, error) {
	b := in.Body
	for _, c := range b.Customers {
		if strings.ContainsAny(c, "\r\n") {
			return nil, crm.FieldErrors(map[string]string{"customers": "Give each number or address as an item of its own."})
		}
	}
	c, err := a.campaigns.Create(ctx, campaign.Wish{
		Name: b.Name, Template: b.Template, Audience: mail.Audience{Kind: mail.AudienceKind(b.Audience), Search: b.Search}, List: strings.NewReader(strings.Join(b.Customers, "\n")),
	})
	return &campaignAnswer{showCampaign(c)}, err
}

func (a *API) listCampaigns(ctx context.Context, in *campaignQuery) (*listed[Campaign], error) {
	page, err := a.campaigns.Campaigns(ctx, mail.CampaignFilter{State: mail.CampaignState(in.State), Text: in.Q, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, page, showCampaign), nil
}

// badLinesShown is how many bad lines of a list an answer has.
const badLinesShown = 100

func (a *API) getCampaign(ctx context.Context, in *campaignPath) (*campaignReportAnswer, error) {
	p, err := a.campaigns.Progress(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	reasons, err := a.campaigns.Reasons(ctx, p.Campaign)
	if err != nil {
		return nil, err
	}
	bad, err := a.campaigns.BadLines(ctx, p.Campaign, 0, badLinesShown)
	if err != nil {
		return nil, err
	}
	out := CampaignReport{
		Campaign: showCampaign(p.Campaign), Recipients: p.Total, Waiting: p.Waiting, Sent: p.Sent, Failed: p.Failed, Skipped: p.Skipped, Cancelled: p.Cancelled,
		Mails: map[string]int{}, Rate: int(p.Rate), SecondsLeft: int(p.Left.Seconds()), Skips: make([]CampaignSkip, len(reasons)),
		Lines: p.Lines, BadLines: p.BadLines, Bad: make([]CampaignBadLine, len(bad)),
	}
	for state, n := range p.Mails {
		out.Mails[string(state)] = n
	}
	for i, r := range reasons {
		out.Skips[i] = CampaignSkip{r.Code, r.Text, r.Count}
	}
	for i, l := range bad {
		out.Bad[i] = CampaignBadLine{l.Line, l.Text, l.Problem}
	}
	return &campaignReportAnswer{out}, nil
}

func (a *API) listRecipients(ctx context.Context, in *recipientQuery) (*listed[CampaignRecipient], error) {
	c, err := a.campaigns.Campaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	page, err := a.campaigns.Recipients(ctx, c, mail.RecipientFilter{Outcome: mail.Outcome(in.Outcome), Text: in.Q, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, page, func(r mail.Recipient) CampaignRecipient {
		return CampaignRecipient{r.Position, r.Customer, r.Name, r.Address, string(r.Outcome), r.Problem.Code, r.Problem.Text, r.Mail}
	}), nil
}

func (a *API) getSample(ctx context.Context, in *sampleQuery) (*campaignSampleAnswer, error) {
	c, err := a.campaigns.Campaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	s, err := a.campaigns.Sample(ctx, c, in.Recipient)
	return &campaignSampleAnswer{CampaignSample{s.Recipient.Address, s.Subject, s.HTML, s.Text, s.Problem}}, err
}

func (a *API) scheduleCampaign(ctx context.Context, in *scheduleInput) (*campaignReportAnswer, error) {
	if err := a.campaigns.Schedule(ctx, in.ID, in.Body.At); err != nil {
		return nil, err
	}
	return a.getCampaign(ctx, &campaignPath{in.ID})
}

func (a *API) getAllowance(ctx context.Context, _ *struct{}) (*allowanceAnswer, error) {
	of, err := a.resend.Allowance(ctx)
	out := MailAllowance{HourlyLimit: of.HourLimit, DailyLimit: of.DayLimit, UsedHour: of.HourUsed, UsedDay: of.DayUsed, Paused: of.Held}
	if left, limited := of.Left(); limited {
		out.Left = &left
	}
	if on := of.GoesOn(); !on.IsZero() {
		on = on.UTC()
		out.GoesOn = &on
	}
	return &allowanceAnswer{out}, err
}

func showCampaign(c mail.Campaign) Campaign {
	return Campaign{
		ID: c.ID, Name: c.Name, Template: c.Template, Category: string(c.Category), Audience: string(c.Audience.Kind), Search: c.Audience.Search, State: string(c.State),
		StartAt: c.StartAt, Problem: c.Problem, Actor: c.Actor, CreatedAt: c.CreatedAt, BegunAt: c.BegunAt, EndedAt: c.EndedAt,
	}
}
