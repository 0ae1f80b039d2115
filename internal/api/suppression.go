package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
)

// Suppression is an address that must not be written to.
type Suppression struct {
	ID      crm.ID[mail.Suppression] `json:"id" format:"uuid"`
	Address string                   `json:"address" format:"email"`
	Scope   string                   `json:"scope" doc:"all, all_marketing, or category: and one category." example:"category:marketing"`
	Reason  string                   `json:"reason" enum:"bounce,transient_bounces,complaint,unsubscribe,manual,service"`
	Source  string                   `json:"source" enum:"mail_event,recipient,person,import,list" doc:"How it came; list is Resend's own."`
	MailID  string                   `json:"mail_id,omitempty" doc:"The mail that it follows from."`
	Note    string                   `json:"note,omitempty"`
	By      string                   `json:"by"`
	At      time.Time                `json:"at"`

	ResendList    string     `json:"resend_list,omitempty" enum:"adding,there,taken_off,removing" doc:"Where it stands on Resend's own list. What was taken off there holds here until a person removes it."`
	RemovedBy     string     `json:"removed_by,omitempty"`
	RemovedReason string     `json:"removed_reason,omitempty"`
	RemovedAt     *time.Time `json:"removed_at,omitempty"`
}

// SuppressionInput is an address that is not to be written to any more.
type SuppressionInput struct {
	Address string `json:"address" maxLength:"254"`
	Scope   string `json:"scope,omitempty" maxLength:"50" doc:"all, all_marketing, newsletter, follow_up or another category; left out: all." example:"newsletter"`
	Note    string `json:"note,omitempty" maxLength:"200" doc:"Why, for those who ask later."`
}

// UnsuppressInput says why an address may be written to again.
type UnsuppressInput struct {
	Reason string `json:"reason" minLength:"1" maxLength:"200"`
}

type suppressionQuery struct {
	Paging
	Kind   string    `query:"kind" enum:"suppressed,unsubscribed,removed" doc:"Those that hold for other reasons than unsubscribing, those who unsubscribed, or those that hold no more; left out: all that hold."`
	Reason string    `query:"reason" enum:"bounce,transient_bounces,complaint,unsubscribe,manual,service"`
	Scope  string    `query:"scope" maxLength:"50" doc:"As in the answers."`
	Source string    `query:"source" enum:"mail_event,recipient,person,import,list"`
	Q      string    `query:"q" maxLength:"200" doc:"Part of the address."`
	By     string    `query:"by" maxLength:"200" doc:"Part of who added it, or removed it."`
	From   time.Time `query:"from" doc:"Added, or removed, from then on."`
	Until  time.Time `query:"until" doc:"Added, or removed, before then."`
}

type suppressionAnswer struct{ Body Suppression }

func (t *table) suppressions() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/suppressions" + path, permission: p, summary: summary, tag: "Mail"}
	}
	created := row("suppress-address", http.MethodPost, "", auth.MailSettings, "Stop mail to an address, and take back what waits for it")
	created.status = http.StatusCreated
	remove := row("unsuppress-address", http.MethodPost, "/{id}/remove", auth.MailSettings, "Let mail go to an address again, with a reason")
	remove.about = "An address that bounced for good will bounce again."
	add(t, row("list-suppressions", http.MethodGet, "", auth.MailView, "List addresses that must not be written to, the newest first"), t.listSuppressions)
	add(t, created, t.suppressAddress)
	add(t, row("get-suppression", http.MethodGet, "/{id}", auth.MailView, "Read a suppression"), t.getSuppression)
	add(t, remove, t.unsuppressAddress)
	t.suppressionExchange()
}

func (a *API) listSuppressions(ctx context.Context, in *suppressionQuery) (*listed[Suppression], error) {
	before, err := placeOf(in.After)
	if err != nil {
		return nil, err
	}
	rows, err := a.resend.Suppressions(ctx, mail.SuppressionFilter{
		Kind: mail.SuppressionKind(in.Kind), Reason: mail.Reason(in.Reason), Scope: mail.Scope(in.Scope), Via: mail.Via(in.Source), Text: in.Q, By: in.By, From: in.From, Until: in.Until, Before: crm.ID[mail.Suppression]{UUID: before}, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	rows, next := cut(rows, in.Limit, func(s mail.Suppression) string { return s.ID.String() })
	return stretch(ctx, rows, next, showSuppression), nil
}

func (a *API) suppressAddress(ctx context.Context, in *struct{ Body SuppressionInput }) (*suppressionAnswer, error) {
	if err := a.resend.SuppressIn(ctx, in.Body.Address, mail.Scope(in.Body.Scope), in.Body.Note); err != nil {
		return nil, err
	}
	address, err := crm.ParseEmail(in.Body.Address)
	if err != nil {
		return nil, err
	}
	scope, err := mail.ParseScope(in.Body.Scope)
	if err != nil {
		return nil, err
	}
	s, err := a.resend.SuppressionIn(ctx, address, scope)
	return &suppressionAnswer{showSuppression(s)}, err
}

type suppressionPath struct {
	ID crm.ID[mail.Suppression] `path:"id" format:"uuid"`
}

func (a *API) getSuppression(ctx context.Context, in *suppressionPath) (*suppressionAnswer, error) {
	s, err := a.resend.Suppression(ctx, in.ID)
	if err == nil && s.RemovedAt != nil {
		return nil, crm.Errorf(crm.NotFound, "The address is not suppressed any more.")
	}
	return &suppressionAnswer{showSuppression(s)}, err
}

func (a *API) unsuppressAddress(ctx context.Context, in *struct {
	ID   crm.ID[mail.Suppression] `path:"id" format:"uuid"`
	Body UnsuppressInput
}) (*struct{}, error) {
	return nil, a.resend.Unsuppress(ctx, in.ID, in.Body.Reason)
}

func showSuppression(s mail.Suppression) Suppression {
	out := Suppression{ID: s.ID, Address: s.Address, Scope: string(s.Scope), Reason: string(s.Reason), Source: string(s.Via), Note: s.Note, By: s.By, At: s.At,
		ResendList: string(s.Remote), RemovedBy: s.RemovedBy, RemovedReason: s.RemovedNote, RemovedAt: s.RemovedAt}
	if id, err := crm.ParseID[mail.Message](s.Source); err == nil {
		out.MailID = id.String()
	}
	return out
}
