package xeropages

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/ui"
)

// RemoteLink is what a record is in Xero, as its own page shows it.
type RemoteLink struct {
	Service     string // Xero
	State       string // in words, such as On its way
	Level       ui.Level
	Text        string // why it is in this state; may be empty
	Number      string // Xero's, may be empty
	URL         string // the record in Xero; empty until it is there
	ActionLabel string // the one thing to do next; empty: nothing
	ActionURL   string // where to do it
}

// Links tells what records are in Xero.
type Links struct {
	Xero  *xero.Service
	Store *store.Store
}

// RecordLinks are a record's links to Xero, none for a record that does not go
// there. A reader who may not see what was synced gets none.
func (l Links) RecordLinks(ctx context.Context, kind crm.RecordKind, id uuid.UUID) ([]RemoteLink, error) {
	me, err := auth.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	if !me.Can(auth.SyncView) || !linked(kind) {
		return nil, nil
	}
	found, err := l.Store.LinksOf(ctx, me.Org, id)
	if err != nil {
		return nil, err
	}
	conn, err := l.Store.Connection(ctx, me.Org, xero.Name)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return nil, err
	}
	var out []RemoteLink
	for _, x := range found {
		if x.Service == xero.Name {
			out = append(out, l.describe(conn, me, x))
		}
	}
	return out, nil
}

func linked(kind crm.RecordKind) bool {
	return kind == crm.CustomerRecord || kind == crm.InvoiceRecord || kind == crm.PaymentRecord
}

func (l Links) describe(c connection.Connection, me auth.Identity, x link.Link) RemoteLink {
	out := RemoteLink{Service: "Xero", State: stateWords(x.State), Level: linkLevel(x.State), Text: x.Problem.Text, Number: x.RemoteNumber}
	if x.RemoteID != "" && c.State != "" {
		out.URL = l.remoteURL(c, x)
	}
	switch x.State {
	case link.Synced:
		out.Text = ""
	case link.Dismissed:
		out.Text = "Dismissed by " + x.DismissedBy + ": " + x.DismissReason
		out.ActionLabel, out.ActionURL = "Restore", "/sync/errors?state=dismissed"
	case link.Blocked, link.Rejected, link.Dead:
		out.ActionLabel, out.ActionURL = nextStep(x.Problem.Action, out.URL)
	}
	if !me.Can(auth.ErrorsView) {
		out.ActionLabel, out.ActionURL = "", ""
	}
	return out
}

func (l Links) remoteURL(c connection.Connection, x link.Link) string {
	switch x.Kind {
	case link.Contact:
		return l.Xero.ContactURL(c, x.RemoteID)
	case link.Invoice:
		return l.Xero.InvoiceURL(c, x.RemoteID)
	}
	return "" // Xero has no page for a payment that an address could name
}

// nextStep is what a person does next about a record that did not arrive, and
// where. On the record's own page, reviewing it needs no address.
func nextStep(a link.Action, remote string) (label, url string) {
	switch a {
	case link.Map, link.OpenSettings:
		return "Open the settings", "/xero/settings"
	case link.Connect, link.Reconnect:
		return "Connect again", "/xero"
	case link.LookRemote:
		if remote != "" {
			return "Look in Xero", remote
		}
	}
	return "See the error", "/sync/errors"
}

func linkLevel(s link.State) ui.Level {
	switch s {
	case link.Synced:
		return ui.OK
	case link.Pending, link.Sending:
		return ui.Busy
	case link.Unknown, link.Blocked:
		return ui.Warn
	case link.Rejected, link.Dead:
		return ui.Bad
	}
	return ""
}

func stateWords(s link.State) string {
	switch s {
	case link.Synced:
		return "In Xero"
	case link.Pending:
		return "Waiting"
	case link.Sending:
		return "Sending"
	case link.Unknown:
		return "Being looked up"
	case link.Blocked:
		return "Blocked"
	case link.Rejected:
		return "Refused"
	case link.Dead:
		return "Given up"
	case link.Dismissed:
		return "Dismissed"
	}
	return ui.StateLabel(string(s))
}
