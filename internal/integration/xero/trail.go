package xero

import (
	"context"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// trail collects the calls made under a context, until they are written to the
// history together with what they led to.
type trail struct {
	org   crm.OrgID
	actor string
	now   func() time.Time
	calls []synclog.Call
	doing []string // what each call was for, such as "list invoices by id"
}

type trailKey struct{}

// follow starts a trail for the calls of one step.
func (s *Service) follow(ctx context.Context, org crm.OrgID, actor string) (context.Context, *trail) {
	t := &trail{org: org, actor: actor, now: s.Now}
	return context.WithValue(ctx, trailKey{}, t), t
}

// observe notes a call. It runs on the goroutine that made it.
func observe(ctx context.Context, c xeroapi.Call) {
	t, ok := ctx.Value(trailKey{}).(*trail)
	if !ok {
		return
	}
	path := c.Path
	if len(c.Query) > 0 {
		path += "?" + maskQuery(c.Query).Encode()
	}
	call := synclog.Call{
		ID: crm.NewID[crm.Call](), Org: t.org, Service: Name, Method: c.Method, Path: path, HTTPStatus: c.Status,
		Duration: c.Duration, CorrelationID: c.CorrelationID,
		Request: synclog.Mask(c.RequestBody), Response: synclog.Mask(c.ResponseBody), At: t.now(),
	}
	if c.Err != nil {
		call.Error = c.Err.Error()
	}
	t.calls = append(t.calls, call)
	t.doing = append(t.doing, c.Op)
}

// maskQuery hides filters that quote a customer.
func maskQuery(q url.Values) url.Values {
	where := q.Get("where")
	if !strings.Contains(where, "EmailAddress") && !strings.Contains(where, "Name") {
		return q
	}
	q = maps.Clone(q)
	q.Set("where", "•••")
	return q
}

// write keeps the calls, and an entry of its own for each read.
func (t *trail) write(ctx context.Context, tx *store.Tx) error {
	for i, c := range t.calls {
		if err := tx.InsertCall(ctx, c); err != nil {
			return err
		}
		if c.Method != "GET" {
			continue
		}
		entry := t.entry(c)
		entry.Direction, entry.Action, entry.EntityType, entry.Label = synclog.In, synclog.Read, readType(c.Path), subject(t.doing[i])
		if err := tx.InsertEntry(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

// entry starts an entry from a call.
func (t *trail) entry(c synclog.Call) synclog.Entry {
	e := synclog.Entry{
		ID: uuid.Must(uuid.NewV7()), Org: t.org, Service: Name, Status: synclog.Success, Actor: t.actor, Attempt: 1,
		Duration: c.Duration, HTTPStatus: c.HTTPStatus, At: c.At,
	}
	if !c.ID.IsZero() {
		e.CallID = &c.ID
	}
	if c.Error != "" {
		e.Status, e.Error = synclog.Failed, c.Error
	}
	return e
}

// last is the latest call that was not a read, or an empty one.
func (t *trail) last() synclog.Call {
	for i := len(t.calls) - 1; i >= 0; i-- {
		if t.calls[i].Method != "GET" {
			return t.calls[i]
		}
	}
	return synclog.Call{At: t.now()}
}

// subject is what a reading call was for, without its verb: "list invoices by
// id" reads "Invoices by id".
func subject(text string) string {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "list "), "read ")
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// readType is the kind of record that a path reads.
func readType(path string) string {
	for name, kind := range map[string]string{
		"/Invoices": "invoice", "/Contacts": "contact", "/Payments": "payment", "/Accounts": "account", "/TaxRates": "tax_rate",
		"/Organisation": "organisation", "/connections": "connection",
		"/BrandingThemes": "branding_theme", "/CreditNotes": "credit_note", "/Overpayments": "overpayment", "/Prepayments": "prepayment",
	} {
		if strings.Contains(path, name) {
			return kind
		}
	}
	return "other"
}
