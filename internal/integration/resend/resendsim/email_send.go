package resendsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// sentID is the answer to a message that was accepted.
type sentID struct {
	ID string `json:"id"`
}

func (c *call) sendEmail() answer {
	e, bad := c.checkedEmail(c.body)
	if bad == nil {
		bad = c.server.spendNow([]*Email{e}, c.now)
	}
	if bad != nil {
		return bad.answer()
	}
	c.server.accept(e, c.now)
	return jsonAnswer(http.StatusOK, sentID{e.ID})
}

// checkedEmail reads a message that the key may send.
func (c *call) checkedEmail(raw []byte) (*Email, *problem) {
	f, bad := readFields(raw)
	if bad != nil {
		return nil, bad
	}
	e, bad := c.server.readEmail(f, c.now)
	if bad != nil {
		return nil, bad
	}
	return e, c.server.mayUse(e, c.key)
}

// spendNow books the recipients of those that leave at once; scheduled ones are booked when they leave.
func (s *Server) spendNow(list []*Email, now time.Time) *problem {
	recipients := 0
	for _, e := range list {
		if !e.ScheduledAt.After(now) {
			recipients += len(e.recipients)
		}
	}
	return s.spend(recipients, now)
}

// accept takes a message that was checked and starts its life.
func (s *Server) accept(e *Email, now time.Time) {
	e.ID, e.CreatedAt, e.LastEvent = uuid.NewString(), now, "queued"
	e.MessageID = fmt.Sprintf("<%s-%s@email.amazonses.com>", now.Format("20060102150405"), e.ID)
	s.mails.add(e, now)
	s.tally.accepted++
	if e.ScheduledAt.After(now) {
		s.happen(e, Happened{Type: "scheduled", At: now})
		s.schedule(e)
		return
	}
	s.leave(e, now)
}

// mostInBatch is the most messages of one batch. https://resend.com/docs/api-reference/emails/send-batch-emails
const mostInBatch = 100

type batchAnswer struct {
	Data   []sentID     `json:"data"`
	Errors []batchError `json:"errors,omitempty"`
}

type batchError struct {
	Index   int    `json:"index"`
	Message string `json:"message"`
}

// sendBatch accepts all messages or none, unless the permissive mode was asked for: then it accepts those that
// are right and names the others by their index.
func (c *call) sendBatch() answer {
	mode := c.r.Header.Get("X-Batch-Validation")
	if mode != "" && mode != "strict" && mode != "permissive" {
		return invalid("The `x-batch-validation` header must be `strict` or `permissive`.").answer()
	}
	var items []json.RawMessage
	if err := json.Unmarshal(c.body, &items); err != nil {
		return invalid("The request body must be an array of emails.").answer()
	}
	if len(items) == 0 || len(items) > mostInBatch {
		return invalid(fmt.Sprintf("A batch must have between 1 and %d emails.", mostInBatch)).answer()
	}
	var good []*Email
	var failed []batchError
	for i, raw := range items {
		e, bad := c.checkedEmail(raw)
		if bad == nil && len(e.Attachments) > 0 {
			bad = invalid("The `attachments` field is not supported in batch requests.")
		}
		switch {
		case bad == nil:
			good = append(good, e)
		case mode == "permissive":
			failed = append(failed, batchError{i, bad.Message})
		default:
			return bad.answer()
		}
	}
	if bad := c.server.spendNow(good, c.now); bad != nil {
		return bad.answer()
	}
	out := batchAnswer{Data: []sentID{}, Errors: failed}
	for _, e := range good {
		c.server.accept(e, c.now)
		out.Data = append(out.Data, sentID{e.ID})
	}
	return jsonAnswer(http.StatusOK, out)
}
