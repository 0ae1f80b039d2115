package resendapi

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Types of a bounce. Only BouncePermanent says that the address is no good;
// Resend's page calls every email.bounced permanent, its data does not.
// https://resend.com/docs/dashboard/emails/email-bounces
const (
	BouncePermanent    = "Permanent"
	BounceTransient    = "Transient"
	BounceUndetermined = "Undetermined"
)

// Kinds of a bounce within its type (Bounce.SubType).
const (
	BounceGeneral            = "General"
	BounceNoEmail            = "NoEmail"
	BounceMailboxFull        = "MailboxFull"
	BounceMessageTooLarge    = "MessageTooLarge"
	BounceContentRejected    = "ContentRejected"
	BounceAttachmentRejected = "AttachmentRejected"
)

// EmailEvent is an event of an e-mail that we sent.
type EmailEvent struct {
	EmailID     string    `json:"email_id"`
	MessageID   string    `json:"message_id,omitempty"`
	CreatedAt   Time      `json:"created_at"` // of the e-mail
	From        string    `json:"from"`
	To          Addresses `json:"to"` // those that the event is about; see Event.Impacted
	Subject     string    `json:"subject"`
	Tags        Tags      `json:"tags,omitempty"`
	Headers     []Header  `json:"headers,omitempty"`
	BroadcastID string    `json:"broadcast_id,omitempty"`
	TemplateID  string    `json:"template_id,omitempty"`

	Bounce     *Bounce            `json:"bounce,omitempty"`
	Click      *Click             `json:"click,omitempty"`
	Failed     *FailedSend        `json:"failed,omitempty"`
	Suppressed *SuppressedAddress `json:"suppressed,omitempty"`
}

// BounceType is the type of the bounce, and BounceUndetermined where the event
// does not say.
func (e *EmailEvent) BounceType() string {
	if e.Bounce == nil || e.Bounce.Type == "" {
		return BounceUndetermined
	}
	return e.Bounce.Type
}

// Header is one header of an e-mail.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Bounce says why a server refused an e-mail.
type Bounce struct {
	Type           string   `json:"type"`
	SubType        string   `json:"subType"`
	Message        string   `json:"message"`
	DiagnosticCode []string `json:"diagnosticCode,omitempty"` // one for each recipient
}

// Click is a click on a link, by a person or a scanner. Opens come without any
// of this.
type Click struct {
	Link      string `json:"link"`
	IPAddress string `json:"ipAddress"`
	UserAgent string `json:"userAgent"`
	Timestamp Time   `json:"timestamp"`
}

// FailedSend says why Resend did not send an e-mail that it had taken.
type FailedSend struct {
	Reason string `json:"reason"` // "reached_daily_quota"
}

// SuppressedAddress says why Resend sent nothing to an address.
type SuppressedAddress struct {
	Type           string   `json:"type"`   // Suppressed, OnAccountSuppressionList
	Reason         string   `json:"reason"` // previous_bounce, previous_complaint
	Message        string   `json:"message"`
	DiagnosticCode []string `json:"diagnosticCode,omitempty"`
}

// ReceivedEvent is an e-mail that was sent to one of our domains.
type ReceivedEvent struct {
	EmailID     string               `json:"email_id"`
	MessageID   string               `json:"message_id"`
	CreatedAt   Time                 `json:"created_at"`
	From        string               `json:"from"`
	To          Addresses            `json:"to"`
	Cc          Addresses            `json:"cc"`
	Bcc         Addresses            `json:"bcc"`
	ReceivedFor []string             `json:"received_for,omitempty"`
	Subject     string               `json:"subject"`
	Attachments []ReceivedAttachment `json:"attachments"`
}

// ReceivedAttachment describes a file of a received e-mail.
type ReceivedAttachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Disposition string `json:"content_disposition,omitempty"`
	ContentID   string `json:"content_id,omitempty"`
}

// ContactEvent is a contact as it is after the event.
type ContactEvent struct {
	ID           string   `json:"id"`
	AudienceID   string   `json:"audience_id,omitempty"`
	SegmentIDs   []string `json:"segment_ids,omitempty"`
	CreatedAt    Time     `json:"created_at"`
	UpdatedAt    Time     `json:"updated_at"`
	Email        string   `json:"email"`
	FirstName    string   `json:"first_name,omitempty"`
	LastName     string   `json:"last_name,omitempty"`
	Unsubscribed bool     `json:"unsubscribed"` // from all broadcasts
}

// Tags are those given with the message. Resend's description has them as an
// object, its own reader of webhooks as a list of name and value; both are
// read.
type Tags map[string]string

// UnmarshalJSON reads an object, a list or null. A value that is not a text is
// kept as its JSON.
func (t *Tags) UnmarshalJSON(data []byte) error {
	*t = nil
	switch first := bytes.TrimSpace(data); {
	case string(first) == "null":
		return nil
	case len(first) > 0 && first[0] == '{':
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(data, &fields); err != nil {
			return err
		}
		*t = make(Tags, len(fields))
		for name, value := range fields {
			(*t)[name] = tagText(value)
		}
		return nil
	}
	var list []struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
	}
	if json.Unmarshal(data, &list) != nil {
		return errors.New("tags are neither an object nor a list")
	}
	*t = make(Tags, len(list))
	for _, tag := range list {
		(*t)[tag.Name] = tagText(tag.Value)
	}
	return nil
}

func tagText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
