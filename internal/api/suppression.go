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
	Scope   string                   `json:"scope" doc:"all, marketing, or a category of marketing mail." example:"all"`
	Reason  string                   `json:"reason" enum:"bounce,transient_bounces,complaint,unsubscribe,manual,service"`
	MailID  string                   `json:"mail_id,omitempty" doc:"The mail that it follows from."`
	Note    string                   `json:"note,omitempty"`
	By      string                   `json:"by"`
	At      time.Time                `json:"at"`
}

// SuppressionInput is an address that is not to be written to any more.
type SuppressionInput struct {
	Address string `json:"address" maxLength:"254"`
	Note    string `json:"note,omitempty" maxLength:"200" doc:"Why, for those who ask later."`
}

// UnsuppressInput says why an address may be written to again.
type UnsuppressInput struct {
	Reason string `json:"reason" minLength:"1" maxLength:"200"`
}

type suppressionQuery struct {
	Paging
	Reason string `query:"reason" enum:"bounce,transient_bounces,complaint,unsubscribe,manual,service"`
	Q      string `query:"q" maxLength:"200" doc:"Part of the address."`
}

type suppressionAnswer struct{ Body Suppression }

func (t *table) suppressions() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/suppressions" + path, permission: p, summary: summary, tag: "Mail"}
	}
	created := row("suppress-address", http.MethodPost, "", auth.MailSettings, "Stop all mail to an address, and take back what waits for it")
	created.status = http.StatusCreated
	remove := row("unsuppress-address", http.MethodPost, "/{id}/remove", auth.MailSettings, "Let mail go to an address again, with a reason")
	remove.about = "An address that bounced for good will bounce again."
	add(t, row("list-suppressions", http.MethodGet, "", auth.MailView, "List addresses that must not be written to, the newest first"), t.listSuppressions)
	add(t, created, t.suppressAddress)
	add(t, row("get-suppression", http.MethodGet, "/{id}", auth.MailView, "Read a suppression"), t.getSuppression)
	add(t, remove, t.unsuppressAddress)
}

func (a *API) listSuppressions(ctx context.Context, in *suppressionQuery) (*listed[Suppression], error) {
	before, err := placeOf(in.After)
	if err != nil {
		return nil, err
	}
	rows, err := a.resend.Suppressions(ctx, mail.SuppressionFilter{
		Reason: mail.Reason(in.Reason), Text: in.Q, Before: crm.ID[mail.Suppression]{UUID: before}, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	rows, next := cut(rows, in.Limit, func(s mail.Suppression) string { return s.ID.String() })
	return stretch(ctx, rows, next, showSuppression), nil
}

func (a *API) suppressAddress(ctx context.Context, in *struct{ Body SuppressionInput }) (*suppressionAnswer, error) {
	if err := a.resend.Suppress(ctx, in.Body.Address, in.Body.Note); err != nil {
		return nil, err
	}
	address, err := crm.ParseEmail(in.Body.Address)
	if err != nil {
		return nil, err
	}
	s, err := a.resend.SuppressionOf(ctx, address)
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
	out := Suppression{ID: s.ID, Address: s.Address, Scope: string(s.Scope), Reason: string(s.Reason), Note: s.Note, By: s.By, At: s.At}
	if id, err := crm.ParseID[mail.Message](s.Source); err == nil {
		out.MailID = id.String()
	}
	return out
}
