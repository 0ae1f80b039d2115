package resendsim

import (
	"encoding/json"
	"net/http"
)

// eventRow is an event as the API lists it; only the single answer carries the rest.
type eventRow struct {
	Object    string `json:"object,omitempty"`
	ID        string `json:"id"`
	Type      string `json:"type"`
	CreatedAt string `json:"created_at"`
	Status    string `json:"status"`
}

type eventAnswer struct {
	eventRow
	NextAttemptAt *string         `json:"next_attempt_at"`
	Payload       json.RawMessage `json:"payload"`
}

type attemptRow struct {
	ID             string `json:"id"`
	HTTPStatusCode int    `json:"http_status_code"`
	Response       string `json:"response"`
	SentAt         string `json:"sent_at"`
}

func (d *delivery) row() eventRow {
	return eventRow{ID: d.event.id, Type: d.event.kind, CreatedAt: isoTime(d.event.at), Status: d.status}
}

// listEvents lists the events of one endpoint. https://resend.com/docs/api-reference/webhooks/list-events
func (c *call) listEvents() answer {
	e, bad := c.webhook()
	if bad == nil {
		bad = c.afterOnly()
	}
	if bad != nil {
		return bad.answer()
	}
	newest := func(i int) *delivery { return e.log[len(e.log)-1-i] }
	return page(c, len(e.log), func(i int) string { return newest(i).event.id }, func(i int) any { return newest(i).row() })
}

func (c *call) getEvent() answer {
	d, bad := c.delivery()
	if bad != nil {
		return bad.answer()
	}
	out := eventAnswer{eventRow: d.row(), Payload: d.event.payload}
	out.Object = "webhook_event"
	if d.queued {
		out.NextAttemptAt = orNull(isoTime(d.due))
	}
	return jsonAnswer(http.StatusOK, out)
}

func (c *call) listAttempts() answer {
	d, bad := c.delivery()
	if bad == nil {
		bad = c.afterOnly()
	}
	if bad != nil {
		return bad.answer()
	}
	newest := func(i int) attempt { return d.attempts[len(d.attempts)-1-i] }
	return page(c, len(d.attempts), func(i int) string { return newest(i).id }, func(i int) any {
		a := newest(i)
		return attemptRow{a.id, a.status, a.response, isoTime(a.at)}
	})
}

// replayEvent queues an event once more under its id, with a ladder of its own.
// https://resend.com/docs/api-reference/webhooks/replay-event
func (c *call) replayEvent() answer {
	d, bad := c.delivery()
	if bad != nil {
		return bad.answer()
	}
	if !d.to.Enabled {
		return invalid("The webhook is disabled. Enable it before replaying events.").answer()
	}
	if !d.queued {
		d.tries, d.due, d.status = 0, c.now, deliveryPending
		c.server.push(d)
	}
	return jsonAnswer(http.StatusOK, named{Object: "webhook_event", ID: d.event.id})
}
