package resendsim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"
)

// endpointRow is an endpoint as the API lists it; only single answers carry object and secret.
type endpointRow struct {
	Object        string   `json:"object,omitempty"`
	ID            string   `json:"id"`
	CreatedAt     string   `json:"created_at"`
	Status        string   `json:"status"`
	URL           string   `json:"endpoint"`
	Events        []string `json:"events"`
	SigningSecret string   `json:"signing_secret,omitempty"`
}

// endpointSecret is the answer to what makes a secret.
type endpointSecret struct {
	Object        string `json:"object"`
	ID            string `json:"id"`
	SigningSecret string `json:"signing_secret"`
}

func (e *Endpoint) row() endpointRow {
	return endpointRow{ID: e.ID, CreatedAt: isoTime(e.CreatedAt), Status: switched(e.Enabled), URL: e.URL, Events: e.Events}
}

func (c *call) webhook() (*Endpoint, *problem) {
	id := c.r.PathValue("id")
	if uuid.Validate(id) != nil {
		return nil, invalid("The `id` must be a valid UUID.")
	}
	if e := c.server.hooks.find(id); e != nil {
		return e, nil
	}
	return nil, notFound("Webhook")
}

func readEndpointURL(f fields) (string, *problem) {
	text, bad := f.text("endpoint")
	if bad != nil || text == "" {
		return "", bad
	}
	to, err := url.Parse(text)
	if err != nil || to.Host == "" || (to.Scheme != "https" && to.Scheme != "http") {
		return "", invalid("The `endpoint` field must be a URL.")
	}
	return text, nil
}

func readEventTypes(f fields) ([]string, *problem) {
	list, bad := f.list("events")
	if bad != nil {
		return nil, bad
	}
	if f.has("events") && len(list) == 0 {
		return nil, invalid("The `events` field must have at least one event type.")
	}
	for _, name := range list {
		if !subscribable(name) {
			return nil, invalid(fmt.Sprintf("The `events` field has an unknown event type `%s`.", name))
		}
	}
	return list, nil
}

func (c *call) createWebhook() answer {
	f, bad := readFields(c.body)
	if bad != nil {
		return bad.answer()
	}
	to, bad := readEndpointURL(f)
	if bad == nil && to == "" {
		bad = missing("endpoint")
	}
	if bad != nil {
		return bad.answer()
	}
	events, bad := readEventTypes(f)
	if bad == nil && events == nil {
		bad = missing("events")
	}
	if bad != nil {
		return bad.answer()
	}
	e := newEndpoint(to, events, c.now)
	c.server.hooks.add(e, "")
	return jsonAnswer(http.StatusCreated, endpointSecret{"webhook", e.ID, e.Secret})
}

func (c *call) listWebhooks() answer {
	all := c.server.hooks.endpoints
	newest := func(i int) *Endpoint { return all[len(all)-1-i] }
	return page(c, len(all), func(i int) string { return newest(i).ID }, func(i int) any { return newest(i).row() })
}

func (c *call) getWebhook() answer {
	e, bad := c.webhook()
	if bad != nil {
		return bad.answer()
	}
	row := e.row()
	row.Object, row.SigningSecret = "webhook", e.Secret
	return jsonAnswer(http.StatusOK, row)
}

func (c *call) patchWebhook() answer {
	e, bad := c.webhook()
	if bad != nil {
		return bad.answer()
	}
	f, bad := readFields(c.body)
	if bad != nil {
		return bad.answer()
	}
	to, bad := readEndpointURL(f)
	if bad != nil {
		return bad.answer()
	}
	events, bad := readEventTypes(f)
	if bad != nil {
		return bad.answer()
	}
	status, bad := f.oneOf("status", switched(e.Enabled), "enabled", "disabled")
	if bad != nil {
		return bad.answer()
	}
	if to != "" {
		e.URL = to
	}
	if events != nil {
		e.Events = events
	}
	e.Enabled = status == "enabled"
	return jsonAnswer(http.StatusOK, named{Object: "webhook", ID: e.ID})
}

func (c *call) deleteWebhook() answer {
	e, bad := c.webhook()
	if bad != nil {
		return bad.answer()
	}
	e.Enabled = false // what is on its way is given up
	c.server.hooks.endpoints = slices.DeleteFunc(c.server.hooks.endpoints, func(other *Endpoint) bool { return other == e })
	return jsonAnswer(http.StatusOK, named{Object: "webhook", ID: e.ID, Deleted: true})
}

// rotateSecret makes a new secret; for a day the one before it signs as well.
// https://resend.com/docs/api-reference/webhooks/rotate-signing-secret
func (c *call) rotateSecret() answer {
	e, bad := c.webhook()
	if bad != nil {
		return bad.answer()
	}
	e.oldSecret, e.oldUntil, e.Secret = e.Secret, c.now.Add(keepBoth), newSecret()
	return jsonAnswer(http.StatusOK, endpointSecret{"webhook", e.ID, e.Secret})
}

// afterOnly refuses the cursor that lists of events and attempts do not have.
func (c *call) afterOnly() *problem {
	if c.r.URL.Query().Has("before") {
		return invalid("The `before` parameter is not supported for this endpoint.")
	}
	return nil
}

// delivery finds the event that the path names.
func (c *call) delivery() (*delivery, *problem) {
	e, bad := c.webhook()
	if bad != nil {
		return nil, bad
	}
	if d := e.byEvent[c.r.PathValue("event")]; d != nil {
		return d, nil
	}
	return nil, notFound("Webhook event")
}
