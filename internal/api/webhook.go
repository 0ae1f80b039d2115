package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
)

// Webhook is an event that a service sent.
type Webhook struct {
	ID          crm.EventID `json:"id" format:"uuid"`
	Service     string      `json:"service"`
	Category    string      `json:"category" example:"INVOICE"`
	Type        string      `json:"type" example:"UPDATE"`
	Resource    string      `json:"resource" doc:"The service's id of the record."`
	State       string      `json:"state" enum:"received,working,done,failed,unmatched,ignored"`
	Result      string      `json:"result,omitempty"`
	Attempts    int         `json:"attempts"`
	Repeats     int         `json:"repeats" doc:"Further deliveries of the same event."`
	OccurredAt  *time.Time  `json:"occurred_at,omitempty"`
	ReceivedAt  time.Time   `json:"received_at"`
	ProcessedAt *time.Time  `json:"processed_at,omitempty"`
}

// WebhookDetail is a webhook with what was sent.
type WebhookDetail struct {
	Webhook
	Payload string `json:"payload" doc:"As it arrived."`
}

type webhookQuery struct {
	Paging
	Service  string `query:"service" maxLength:"50" default:"xero"`
	Category string `query:"category" maxLength:"50"`
	State    string `query:"state" enum:"received,working,done,failed,unmatched,ignored"`
	Q        string `query:"q" maxLength:"200" doc:"Part of the record's id, the result, the type or the tenant; looked for in the latest 5,000 webhooks."`
}

type serviceQuery struct {
	Service string `query:"service" maxLength:"50" default:"xero"`
}

type webhookPath struct {
	ID crm.EventID `path:"id" format:"uuid"`
}

// ReplayInput names webhooks.
type ReplayInput struct {
	IDs []crm.EventID `json:"ids" minItems:"1" maxItems:"500" format:"uuid"`
}

type webhookAnswer struct{ Body WebhookDetail }

func (t *table) webhooks() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Webhooks"}
	}
	add(t, row("list-webhooks", http.MethodGet, "/sync/webhooks", auth.SyncView, "List webhooks that arrived, the newest first"), t.listWebhooks)
	add(t, row("get-webhook", http.MethodGet, "/sync/webhooks/{id}", auth.SyncView, "Read a webhook with its payload"), t.getWebhook)
	add(t, row("list-webhook-gaps", http.MethodGet, "/sync/webhooks/gaps", auth.SyncView, "List webhooks of Xero that did not arrive, the latest first, and how far they have come"), t.listGaps)
	add(t, row("replay-webhook", http.MethodPost, "/sync/webhooks/{id}/replay", auth.SyncRetry, "Have a webhook looked at again"), t.replayWebhook)
	add(t, row("replay-webhooks", http.MethodPost, "/sync/webhooks/replay", auth.SyncRetry, "Have several webhooks looked at again; those that wait already do not count"), t.replayWebhooks)
	add(t, row("replay-failed-webhooks", http.MethodPost, "/sync/webhooks/replay-failed", auth.SyncRetry, "Have all failed webhooks of Xero looked at again"), t.replayFailed)
}

func (a *API) listWebhooks(ctx context.Context, in *webhookQuery) (*listed[Webhook], error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	before, err := placeOf(in.After)
	if err != nil {
		return nil, err
	}
	rows, err := a.store.Events(ctx, who.Org, inbox.Filter{Service: in.Service, Category: in.Category, Text: in.Q,
		State: inbox.State(in.State), Before: crm.EventID{UUID: before}, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	rows, next := cut(rows, in.Limit, func(e inbox.Event) string { return e.ID.String() })
	return stretch(ctx, rows, next, showWebhook), nil
}

func (a *API) getWebhook(ctx context.Context, in *webhookPath) (*webhookAnswer, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	e, err := a.store.Event(ctx, who.Org, in.ID)
	if err != nil {
		return nil, err
	}
	return &webhookAnswer{WebhookDetail{showWebhook(e), e.Payload}}, nil
}

func (a *API) replayWebhook(ctx context.Context, in *webhookPath) (*webhookAnswer, error) {
	if err := a.xero.Replay(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.getWebhook(ctx, in)
}

func (a *API) replayWebhooks(ctx context.Context, in *struct {
	Body ReplayInput
}) (*countAnswer, error) {
	n, err := a.xero.ReplayAll(ctx, in.Body.IDs)
	return &countAnswer{Count{n}}, err
}

func (a *API) replayFailed(ctx context.Context, in *serviceQuery) (*countAnswer, error) {
	n, err := a.xero.ReplayFailed(ctx, in.Service)
	return &countAnswer{Count{n}}, err
}

func showWebhook(e inbox.Event) Webhook {
	return Webhook{e.ID, e.Service, e.Category, e.Type, e.Resource, string(e.State), e.Result, e.Attempts, e.Repeats, some(e.OccurredAt), e.ReceivedAt, e.ProcessedAt}
}
