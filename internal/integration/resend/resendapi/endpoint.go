package resendapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// Endpoint is an address of ours to which Resend sends webhooks. Resend calls
// it a webhook; it disables one that fails for days.
// https://resend.com/docs/api-reference/webhooks/get-webhook
type Endpoint struct {
	ID        string   `json:"id"`
	URL       string   `json:"endpoint"`
	Events    []string `json:"events"`
	Status    string   `json:"status"` // Enabled or Disabled
	CreatedAt Time     `json:"created_at"`
	// SigningSecret comes with CreateEndpoint; Resend's pages differ on whether
	// it comes with Endpoint.
	SigningSecret Secret `json:"signing_secret,omitempty"`
}

func (e Endpoint) cursor() string { return e.ID }

// EndpointChange holds what is to change; empty fields stay as they are.
// https://resend.com/docs/api-reference/webhooks/update-webhook
type EndpointChange struct {
	URL    string   `json:"endpoint,omitempty"`
	Events []string `json:"events,omitempty"`
	Status string   `json:"status,omitempty"`
}

// CreateEndpoint has Resend send events to the address; Event… constants name
// them. The answer has the id and the signing secret, which must be kept. After
// KindUnknown look for the address in Endpoints first: a second one would have
// every event come twice.
// https://resend.com/docs/api-reference/webhooks/create-webhook
func (c *Client) CreateEndpoint(ctx context.Context, address string, events []string) (Endpoint, error) {
	e := create("create the webhook", "/webhooks")
	e.secret = true
	if address == "" || len(events) == 0 {
		return Endpoint{}, badRequest(e.op, "the address or the events are missing")
	}
	e, err := e.withBody(map[string]any{"endpoint": address, "events": events})
	if err != nil {
		return Endpoint{}, err
	}
	return do[Endpoint](ctx, c, e)
}

// Endpoint reads one.
func (c *Client) Endpoint(ctx context.Context, id string) (Endpoint, error) {
	const op = "read the webhook"
	path, err := at(op, "webhooks", id)
	if err != nil {
		return Endpoint{}, err
	}
	e := read(op, path)
	e.secret = true
	return do[Endpoint](ctx, c, e)
}

// Endpoints reads a page, without signing secrets.
func (c *Client) Endpoints(ctx context.Context, q Query) (Page[Endpoint], error) {
	return list[Endpoint](ctx, c, read("list webhooks", "/webhooks"), q)
}

// UpdateEndpoint changes address, events or status.
func (c *Client) UpdateEndpoint(ctx context.Context, id string, to EndpointChange) error {
	return c.patch(ctx, "update the webhook", to, "webhooks", id)
}

// DeleteEndpoint ends the webhooks to an address.
func (c *Client) DeleteEndpoint(ctx context.Context, id string) error {
	return c.act(ctx, "delete the webhook", http.MethodDelete, "webhooks", id)
}

// RotateSecret makes a new signing secret and returns it. For 24 hours Resend
// signs with the old one as well. After KindUnknown the secret in use is not
// known: rotate again.
// https://resend.com/docs/api-reference/webhooks/rotate-signing-secret
func (c *Client) RotateSecret(ctx context.Context, id string) (Secret, error) {
	const op = "rotate the signing secret"
	path, err := at(op, "webhooks", id, "signing-secret", "rotate")
	if err != nil {
		return "", err
	}
	e := create(op, path)
	e.secret, e.optional = true, true
	got, err := c.wire.send(ctx, e)
	if err != nil {
		return "", err
	}
	var rotated Endpoint
	if err := e.decode(got, &rotated); err != nil {
		return "", err
	}
	if rotated.SigningSecret == "" {
		return "", lostAnswer(e, got, CodeUnreadable, errors.New("the answer has no signing secret"))
	}
	return rotated.SigningSecret, nil
}

// States of a delivery (Delivery.Status).
const (
	DeliverySuccess    = "success"
	DeliveryFailed     = "failed"
	DeliveryAttempting = "attempting"
	DeliveryPending    = "pending"
)

// Delivery is an event on its way to one endpoint.
// https://resend.com/docs/api-reference/webhooks/get-event
type Delivery struct {
	ID        string          `json:"id"`   // the svix-id it is sent with
	Type      string          `json:"type"` // an Event… constant
	CreatedAt Time            `json:"created_at"`
	Status    string          `json:"status"`
	NextAt    Time            `json:"next_attempt_at,omitzero"` // zero when there is none; not in lists
	Payload   json.RawMessage `json:"payload,omitempty"`        // as ParseEvent reads it; not in lists
}

func (d Delivery) cursor() string { return d.ID }

// Attempt is one try to deliver an event, and what we answered.
// https://resend.com/docs/api-reference/webhooks/list-event-attempts
type Attempt struct {
	ID       string `json:"id"`
	Status   int    `json:"http_status_code"`
	Response string `json:"response"`
	SentAt   Time   `json:"sent_at"`
}

func (a Attempt) cursor() string { return a.ID }

// Deliveries reads a page of the events sent to an endpoint, the newest first.
// Before is not served.
// https://resend.com/docs/api-reference/webhooks/list-events
func (c *Client) Deliveries(ctx context.Context, endpointID string, q Query) (Page[Delivery], error) {
	e, err := readOptional("list webhook events", "webhooks", endpointID, "events")
	if err == nil && q.Before != "" {
		err = badRequest(e.op, "this list has no before")
	}
	if err != nil {
		return Page[Delivery]{}, err
	}
	return list[Delivery](ctx, c, e, q)
}

// Delivery reads one event with its payload.
func (c *Client) Delivery(ctx context.Context, endpointID, eventID string) (Delivery, error) {
	e, err := readOptional("read the webhook event", "webhooks", endpointID, "events", eventID)
	if err != nil {
		return Delivery{}, err
	}
	return do[Delivery](ctx, c, e)
}

// Attempts reads a page of the tries to deliver an event, the newest first.
// Before is not served.
func (c *Client) Attempts(ctx context.Context, endpointID, eventID string, q Query) (Page[Attempt], error) {
	e, err := readOptional("list webhook attempts", "webhooks", endpointID, "events", eventID, "attempts")
	if err == nil && q.Before != "" {
		err = badRequest(e.op, "this list has no before")
	}
	if err != nil {
		return Page[Attempt]{}, err
	}
	return list[Attempt](ctx, c, e, q)
}

// Replay has an event delivered once more. Resend refuses it, with KindFix, for
// an endpoint that is disabled.
// https://resend.com/docs/api-reference/webhooks/replay-event
func (c *Client) Replay(ctx context.Context, endpointID, eventID string) error {
	const op = "replay the webhook event"
	path, err := at(op, "webhooks", endpointID, "events", eventID, "replay")
	if err != nil {
		return err
	}
	// An event that comes once more than needed is known by its svix-id.
	e := change(op, http.MethodPost, path)
	e.optional = true
	_, err = c.wire.send(ctx, e)
	return err
}
