package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
)

// MailSettings is how mail is sent. The key of Resend is never shown.
type MailSettings struct {
	Sender        string `json:"sender,omitempty" doc:"Name that mail comes from; the organisation's when left out."`
	From          string `json:"from" doc:"Address that mail comes from, of a domain that is verified at Resend."`
	ReplyTo       string `json:"reply_to,omitempty" doc:"Where answers go; from when left out."`
	Postal        string `json:"postal,omitempty" doc:"Address for the foot of each mail."`
	Phone         string `json:"phone,omitempty"`
	Website       string `json:"website,omitempty"`
	ABN           string `json:"abn,omitempty"`
	Colour        string `json:"colour,omitempty" doc:"Of the brand." example:"#1d4ed8"`
	Invoices      bool   `json:"invoices,omitempty" doc:"Mail invoices when they are issued."`
	CreditNotes   bool   `json:"credit_notes,omitempty" doc:"Mail credit notes when they are issued."`
	Receipts      bool   `json:"receipts,omitempty" doc:"Mail a receipt when an invoice is settled."`
	Notices       bool   `json:"notices,omitempty" doc:"Mail urgent notices to owners and finance."`
	Transients    int    `json:"transients" doc:"So many bounces that each might have passed suppress an address …"`
	TransientDays int    `json:"transient_days" doc:"… when they come within so many days."`
	HourlyLimit   int    `json:"hourly_limit,omitempty" minimum:"0" maximum:"10000000" doc:"How much marketing mail leaves in an hour; any amount when left out."`
	DailyLimit    int    `json:"daily_limit,omitempty" minimum:"0" maximum:"10000000" doc:"How much marketing mail leaves in a day; any amount when left out."`
}

// MailSettingsInput is MailSettings with a change of the key.
type MailSettingsInput struct {
	MailSettings
	APIKey       string `json:"api_key,omitempty" writeOnly:"true" maxLength:"200" doc:"Replaces the key of Resend; the old one stays when left out."`
	RemoveAPIKey bool   `json:"remove_api_key,omitempty" doc:"Takes the organisation's key away."`
}

// MailState is how mail is sent and whether it leaves now.
type MailState struct {
	MailSettings
	HasAPIKey   bool       `json:"has_api_key" doc:"The organisation has a key of its own."`
	Ready       bool       `json:"ready" doc:"Mail can leave: there is an address and a key."`
	Paused      bool       `json:"paused"`
	PausedWhy   string     `json:"paused_why,omitempty"`
	PausedUntil *time.Time `json:"paused_until,omitempty" doc:"Until somebody resumes it when left out."`
	UpdatedBy   string     `json:"updated_by,omitempty"`
}

// MailGlance is mail at a glance.
type MailGlance struct {
	Health    string    `json:"health" enum:"green,amber,red,off"`
	Reason    string    `json:"reason" doc:"Why the health is what it is."`
	Paused    bool      `json:"paused"`
	Waiting   int       `json:"waiting" doc:"Of the last seven days."`
	SentToday int       `json:"sent_today"`
	Week      MailTally `json:"week" doc:"Seven days, today included."`
	Before    MailTally `json:"before" doc:"The seven days before."`
}

// MailTally is what became of the mail of some days.
type MailTally struct {
	Sent       int      `json:"sent"`
	Delivered  int      `json:"delivered"`
	Bounced    int      `json:"bounced"`
	Complained int      `json:"complained"`
	Failed     int      `json:"failed" doc:"Given up before it left."`
	Rate       *float64 `json:"rate,omitempty" doc:"Part of what arrived or bounced that arrived, 0 to 1; absent as long as nothing is known."`
}

type (
	mailStateAnswer  struct{ Body MailState }
	mailGlanceAnswer struct{ Body MailGlance }
)

func (t *table) mailSettings() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/mail" + path, permission: p, summary: summary, tag: "Mail"}
	}
	add(t, row("get-mail-glance", http.MethodGet, "", auth.MailView, "Mail at a glance"), t.getMailGlance)
	add(t, row("get-mail-settings", http.MethodGet, "/settings", auth.MailSettings, "How mail is sent, without the key"), t.getMailSettings)
	add(t, row("put-mail-settings", http.MethodPut, "/settings", auth.MailSettings, "Say how mail is sent"), t.putMailSettings)
	add(t, row("pause-mail", http.MethodPost, "/pause", auth.MailSettings, "Stop all mail until somebody resumes it"), t.pauseMail)
	add(t, row("resume-mail", http.MethodPost, "/resume", auth.MailSettings, "Let mail leave again"), t.resumeMail)
}

func (a *API) getMailGlance(ctx context.Context, _ *struct{}) (*mailGlanceAnswer, error) {
	g, err := a.resend.Glance(ctx)
	if err != nil {
		return nil, err
	}
	return &mailGlanceAnswer{MailGlance{string(g.Health), g.Reason, g.Held, g.Week.Waiting, g.Today.Sent, showTally(g.Week), showTally(g.Before)}}, nil
}

func showTally(t resend.Tally) MailTally {
	out := MailTally{Sent: t.Sent, Delivered: t.Delivered, Bounced: t.Bounced, Complained: t.Complained, Failed: t.Failed}
	if rate, known := t.Delivery(); known {
		out.Rate = &rate
	}
	return out
}

func (a *API) getMailSettings(ctx context.Context, _ *struct{}) (*mailStateAnswer, error) {
	v, err := a.resend.View(ctx)
	if err != nil {
		return nil, err
	}
	s := v.Settings
	out := MailState{MailSettings: MailSettings(s), HasAPIKey: v.HasKey, Ready: v.Ready(), Paused: v.Paused.Holds(a.now()), UpdatedBy: v.UpdatedBy}
	if out.Paused {
		out.PausedWhy, out.PausedUntil = v.Paused.Why, v.Paused.Until
	}
	return &mailStateAnswer{out}, nil
}

func (a *API) putMailSettings(ctx context.Context, in *struct{ Body MailSettingsInput }) (*mailStateAnswer, error) {
	key := resend.KeyChange{New: resendapi.Secret(in.Body.APIKey), Remove: in.Body.RemoveAPIKey}
	if err := a.resend.SaveSettings(ctx, resend.Settings(in.Body.MailSettings), key); err != nil {
		return nil, keyField(err)
	}
	return a.getMailSettings(ctx, nil)
}

// keyField names the key as this API has it.
func keyField(err error) error {
	var e *crm.Error
	if !errors.As(err, &e) || e.Fields["key"] == "" {
		return err
	}
	renamed := *e
	renamed.Fields = map[string]string{}
	for field, message := range e.Fields {
		if field == "key" {
			field = "api_key"
		}
		renamed.Fields[field] = message
	}
	return &renamed
}

func (a *API) pauseMail(ctx context.Context, _ *struct{}) (*mailStateAnswer, error) {
	if err := a.resend.Pause(ctx); err != nil {
		return nil, err
	}
	return a.getMailSettings(ctx, nil)
}

func (a *API) resumeMail(ctx context.Context, _ *struct{}) (*mailStateAnswer, error) {
	if err := a.resend.Resume(ctx); err != nil {
		return nil, err
	}
	return a.getMailSettings(ctx, nil)
}
