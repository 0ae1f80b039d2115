package resendsim

import (
	"net/http"

	"github.com/google/uuid"
)

// emailRow is a message as the API lists it.
type emailRow struct {
	ID          string   `json:"id"`
	MessageID   string   `json:"message_id"`
	To          []string `json:"to"`
	From        string   `json:"from"`
	CreatedAt   string   `json:"created_at"`
	Subject     string   `json:"subject"`
	Bcc         []string `json:"bcc"`
	Cc          []string `json:"cc"`
	ReplyTo     []string `json:"reply_to"`
	LastEvent   string   `json:"last_event"`
	ScheduledAt *string  `json:"scheduled_at"`
}

// emailAnswer is a whole message.
type emailAnswer struct {
	Object string `json:"object"`
	emailRow
	HTML    *string `json:"html"`
	Text    *string `json:"text"`
	Tags    []Tag   `json:"tags,omitempty"`
	TopicID *string `json:"topic_id,omitempty"`
}

func (e *Email) row() emailRow {
	out := emailRow{ID: e.ID, MessageID: e.MessageID, To: e.To, From: e.From, CreatedAt: rowTime(e.CreatedAt), Subject: e.Subject,
		Bcc: e.Bcc, Cc: e.Cc, ReplyTo: e.ReplyTo, LastEvent: e.LastEvent}
	if !e.ScheduledAt.IsZero() {
		out.ScheduledAt = orNull(rowTime(e.ScheduledAt))
	}
	return out
}

// email finds the message that the path names.
func (c *call) email() (*Email, *problem) {
	id := c.r.PathValue("id")
	if uuid.Validate(id) != nil {
		return nil, invalid("The `id` must be a valid UUID.")
	}
	e := c.server.mails.byID[id]
	if e == nil || c.now.Sub(e.CreatedAt) > mailLife { // the newest is never forgotten
		return nil, notFound("Email")
	}
	return e, nil
}

func (c *call) getEmail() answer {
	e, bad := c.email()
	if bad != nil {
		return bad.answer()
	}
	return jsonAnswer(http.StatusOK, emailAnswer{Object: "email", emailRow: e.row(), HTML: orNull(e.HTML), Text: orNull(e.Text),
		Tags: e.Tags, TopicID: orNull(e.TopicID)})
}

func (c *call) listEmails() answer {
	all := c.server.mails.order
	newest := func(i int) *Email { return all[len(all)-1-i] }
	return page(c, len(all), func(i int) string { return newest(i).ID }, func(i int) any { return newest(i).row() })
}

// waiting finds a message of the path that has not left yet.
func (c *call) waiting() (*Email, *problem) {
	e, bad := c.email()
	if bad == nil && e.LastEvent != "scheduled" {
		bad = invalid("Only scheduled emails can be changed or canceled; this one is " + e.LastEvent + ".")
	}
	return e, bad
}

// patchEmail moves a scheduled message.
func (c *call) patchEmail() answer {
	e, bad := c.waiting()
	if bad != nil {
		return bad.answer()
	}
	f, bad := readFields(c.body)
	if bad != nil {
		return bad.answer()
	}
	text, bad := f.text("scheduled_at")
	if bad == nil && text == "" {
		bad = missing("scheduled_at")
	}
	if bad != nil {
		return bad.answer()
	}
	at, bad := readSchedule(text, c.now)
	if bad != nil {
		return bad.answer()
	}
	e.ScheduledAt = at
	c.server.schedule(e)
	return jsonAnswer(http.StatusOK, named{Object: "email", ID: e.ID})
}

func (c *call) cancelEmail() answer {
	e, bad := c.waiting()
	if bad != nil {
		return bad.answer()
	}
	e.LastEvent = "canceled"
	return jsonAnswer(http.StatusOK, named{Object: "email", ID: e.ID})
}
