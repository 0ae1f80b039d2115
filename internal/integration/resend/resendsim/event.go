package resendsim

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"
)

// emailEvents are the types of webhooks about messages. https://resend.com/docs/webhooks/event-types
func emailEvents() map[string]bool {
	return map[string]bool{"email.sent": true, "email.scheduled": true, "email.delivered": true, "email.delivery_delayed": true,
		"email.complained": true, "email.bounced": true, "email.opened": true, "email.clicked": true, "email.failed": true, "email.suppressed": true}
}

// eventTypes are those that the simulator sends.
func eventTypes() []string {
	out := []string{"domain.created", "domain.updated", "domain.deleted", "suppression.added", "suppression.removed"}
	for name := range emailEvents() {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// subscribable reports whether an endpoint may ask for a type; some are never sent here.
func subscribable(name string) bool {
	return slices.Contains(eventTypes(), name) || slices.Contains([]string{"email.received", "contact.created", "contact.updated",
		"contact.deleted", "contact.topics.updated", "topic.created", "topic.updated", "topic.deleted"}, name)
}

// envelope is the body of a webhook; its time is that of the event.
type envelope struct {
	Type      string `json:"type"`
	CreatedAt string `json:"created_at"`
	Data      any    `json:"data"`
}

// emailData is what a webhook says about a message; created_at is when the message was accepted.
type emailData struct {
	CreatedAt  string            `json:"created_at"`
	EmailID    string            `json:"email_id"`
	MessageID  string            `json:"message_id"`
	From       string            `json:"from"`
	To         []string          `json:"to"`
	Subject    string            `json:"subject"`
	TemplateID string            `json:"template_id,omitempty"`
	Headers    []Header          `json:"headers,omitempty"`
	Tags       map[string]string `json:"tags,omitempty"`
	Bounce     *bounceData       `json:"bounce,omitempty"`
	Click      *clickData        `json:"click,omitempty"`
	Failed     *failedData       `json:"failed,omitempty"`
	Suppressed *suppressedData   `json:"suppressed,omitempty"`
}

type bounceData struct {
	Message        string   `json:"message"`
	SubType        string   `json:"subType"`
	Type           string   `json:"type"`
	DiagnosticCode []string `json:"diagnosticCode"`
}

type clickData struct {
	IPAddress string `json:"ipAddress"`
	Link      string `json:"link"`
	Timestamp string `json:"timestamp"`
	UserAgent string `json:"userAgent"`
}

type failedData struct {
	Reason string `json:"reason"`
}

type suppressedData struct {
	Message        string   `json:"message"`
	Type           string   `json:"type"`
	Reason         string   `json:"reason"`
	DiagnosticCode []string `json:"diagnosticCode"`
}

// announceEmail tells the endpoints what became of a message. s.mu is held.
func (s *Server) announceEmail(e *Email, h Happened) {
	name := "email." + h.Type
	if !s.hooks.wanted(name) {
		s.tally.events++
		return
	}
	data := emailData{CreatedAt: isoTime(e.CreatedAt), EmailID: e.ID, MessageID: e.MessageID, From: e.From, To: e.To, Subject: e.Subject,
		TemplateID: e.TemplateID, Headers: e.Headers}
	if h.Recipient != "" {
		data.To = []string{h.Recipient}
	}
	if len(e.Tags) > 0 {
		data.Tags = make(map[string]string, len(e.Tags))
		for _, tag := range e.Tags {
			data.Tags[tag.Name] = tag.Value
		}
	}
	data.detail(h)
	s.announce(name, h.At, data)
}

func (d *emailData) detail(h Happened) {
	switch h.Type {
	case "bounced":
		d.Bounce = &bounceData{bounceWords(h.Bounce), h.Bounce.SubType, h.Bounce.Type, bounceCodes(h)}
	case "clicked":
		d.Click = &clickData{h.IP, h.Link, isoTime(h.At), h.UserAgent}
	case "failed":
		d.Failed = &failedData{h.Reason}
	case "suppressed":
		reason, kind := h.Reason, "OnAccountSuppressionList"
		if reason == "" {
			reason = "previous_bounce"
		}
		if hostOf(h.Recipient) == testDomain {
			kind = "Suppressed"
		}
		d.Suppressed = &suppressedData{"Resend has suppressed sending to this address because it is on the account-level suppression list. This does not count toward your bounce rate metric.",
			kind, reason, []string{"Amazon SES did not send the message to this address because it is on the suppression list for your account."}}
	}
}

func bounceWords(b Bounce) string {
	switch {
	case b.Type == "Permanent" && b.SubType == "NoEmail":
		return "The recipient's email address does not exist."
	case b.Type == "Permanent":
		return "The recipient's email server permanently rejected the message."
	case b.SubType == "MailboxFull":
		return "The recipient's inbox is full."
	case b.Type == "Transient":
		return "The recipient's email server could not take the message for now."
	}
	return "The recipient's email server bounced the message without a reason that could be read."
}

func bounceCodes(h Happened) []string {
	switch h.Bounce.Type {
	case "Permanent":
		return []string{"smtp; 550 5.1.1 <" + h.Recipient + "> user unknown"}
	case "Transient":
		return []string{"smtp; 452 4.2.2 <" + h.Recipient + "> mailbox full or busy"}
	}
	return []string{}
}

type domainData struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Status    string   `json:"status"`
	CreatedAt string   `json:"created_at"`
	Region    string   `json:"region"`
	Records   []Record `json:"records"`
}

// announceDomain tells the endpoints about a domain. Webhooks call the record for incoming mail otherwise than the
// API does. s.mu is held.
func (s *Server) announceDomain(name string, d *Domain, at time.Time) {
	records := slices.Clone(d.Records)
	for i := range records {
		if records[i].Record == "Receiving" {
			records[i].Record = "Receiving MX"
		}
	}
	s.announce(name, at, domainData{d.ID, d.Name, d.Status, isoTime(d.CreatedAt), d.Region, records})
}

// announce makes an event for every endpoint that wants its type. s.mu is held.
func (s *Server) announce(name string, at time.Time, data any) {
	s.tally.events++
	if !s.hooks.wanted(name) {
		return
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(envelope{name, isoTime(at), data}); err != nil {
		s.opts.Log.Error("resend simulator: event not encoded", "type", name, "error", err)
		return
	}
	s.enqueue(&hookEvent{id: newMessageID(), kind: name, at: at, payload: bytes.TrimSpace(body.Bytes())})
}
