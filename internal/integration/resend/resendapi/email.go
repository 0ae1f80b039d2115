package resendapi

import (
	"context"
	"net/http"
	"time"
)

// What last happened to an e-mail (Email.LastEvent).
const (
	LastQueued     = "queued"
	LastScheduled  = "scheduled"
	LastSent       = "sent"
	LastDelivered  = "delivered"
	LastDelayed    = "delivery_delayed"
	LastBounced    = "bounced"
	LastComplained = "complained"
	LastSuppressed = "suppressed"
	LastFailed     = "failed"
	LastCanceled   = "canceled"
	LastOpened     = "opened"
	LastClicked    = "clicked"
)

// Email is an e-mail that Resend has taken. It keeps them for 30 days.
// https://resend.com/docs/api-reference/emails/retrieve-email
type Email struct {
	ID          string    `json:"id"`
	MessageID   string    `json:"message_id,omitempty"` // as in the e-mail's header
	From        string    `json:"from"`
	To          Addresses `json:"to"`
	Cc          Addresses `json:"cc,omitempty"`
	Bcc         Addresses `json:"bcc,omitempty"`
	ReplyTo     Addresses `json:"reply_to,omitempty"`
	Subject     string    `json:"subject"`
	HTML        string    `json:"html,omitempty"` // the list may leave both out
	Text        string    `json:"text,omitempty"`
	CreatedAt   Time      `json:"created_at"`
	ScheduledAt Time      `json:"scheduled_at,omitzero"`
	LastEvent   string    `json:"last_event,omitempty"` // a Last… constant, or one not known yet
}

func (e Email) cursor() string { return e.ID }

// Email reads one; KindNotFound when Resend has none of the id.
func (c *Client) Email(ctx context.Context, id string) (Email, error) {
	const op = "read the e-mail"
	path, err := at(op, "emails", id)
	if err != nil {
		return Email{}, err
	}
	return do[Email](ctx, c, read(op, path))
}

// Emails reads a page of those sent, which has no tags to know one's own by.
// https://resend.com/docs/api-reference/emails/list-emails
func (c *Client) Emails(ctx context.Context, q Query) (Page[Email], error) {
	return list[Email](ctx, c, read("list e-mails", "/emails"), q)
}

// Reschedule moves an e-mail that has not left yet, to at most 30 days ahead.
// https://resend.com/docs/api-reference/emails/update-email
func (c *Client) Reschedule(ctx context.Context, id string, to time.Time) error {
	return c.patch(ctx, "reschedule the e-mail", struct {
		ScheduledAt Time `json:"scheduled_at"`
	}{At(to)}, "emails", id)
}

// Cancel stops an e-mail that is scheduled and has not left yet. One that is
// canceled cannot be scheduled again.
// https://resend.com/docs/api-reference/emails/cancel-email
func (c *Client) Cancel(ctx context.Context, id string) error {
	return c.act(ctx, "cancel the e-mail", http.MethodPost, "emails", id, "cancel")
}
