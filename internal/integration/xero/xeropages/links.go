package xeropages

import (
	"context"
	"strings"
	"time"

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
	Service    string // Xero
	State      link.State
	Text       string    // a sentence: what went wrong, or what it is called there; may be empty
	URL        string    // the record in Xero; empty until it is there
	NextAction string    // words of the one thing to do next; empty: nothing
	NextURL    string    // where to do it, on this site or in Xero
	More       []ui.Link // what else can be seen of it, at addresses of this site
	Do         []ui.Link // what can be done about it, by a POST to addresses of this site
	UpdatedAt  time.Time
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
			described := l.describe(conn, me, x)
			if x.Kind == link.Invoice && x.State == link.Blocked && described.NextAction != "" {
				if err := l.decideFirst(ctx, x, &described); err != nil {
					return nil, err
				}
			}
			out = append(out, described)
		}
	}
	if kind == crm.CustomerRecord && len(out) > 0 {
		return l.withConflicts(ctx, me, out, crm.CustomerID{UUID: id})
	}
	return out, nil
}

// decideFirst leads from an invoice that waits for its customer to where the
// customer is decided about.
func (l Links) decideFirst(ctx context.Context, x link.Link, out *RemoteLink) error {
	if x.Problem.Action != link.Review {
		return nil
	}
	i, err := l.Store.Invoice(ctx, x.Org, crm.InvoiceID{UUID: x.Record})
	if err != nil {
		return err
	}
	out.NextAction, out.NextURL = "Decide about the customer", "/xero/customers/"+i.CustomerID.String()
	return nil
}

// withConflicts counts the fields of a customer that somebody has to decide.
func (l Links) withConflicts(ctx context.Context, me auth.Identity, links []RemoteLink, id crm.CustomerID) ([]RemoteLink, error) {
	all, err := l.Store.ConflictsOf(ctx, me.Org, id)
	if err != nil {
		return nil, err
	}
	open := 0
	for _, c := range all {
		if c.State == store.ConflictOpen {
			open++
		}
	}
	if open > 0 {
		links[0].Text = strings.TrimSpace(links[0].Text + " " + ui.Plural(open, "field", "fields") + " changed on both sides; somebody has to decide.")
		links[0].NextAction, links[0].NextURL = "Decide", "/xero/customers/"+id.String()
	}
	return links, nil
}

func linked(kind crm.RecordKind) bool {
	switch kind {
	case crm.CustomerRecord, crm.InvoiceRecord, crm.PaymentRecord, crm.CreditNoteRecord, crm.AllocationRecord, crm.RefundRecord:
		return true
	}
	return false
}

func (l Links) describe(c connection.Connection, me auth.Identity, x link.Link) RemoteLink {
	out := RemoteLink{Service: "Xero", State: x.State, Text: x.Problem.Text, UpdatedAt: x.UpdatedAt}
	if x.RemoteID != "" && c.State != "" {
		out.URL = l.remoteURL(c, x)
	}
	if x.Kind == link.Invoice && out.URL != "" && me.Can(auth.InvoicesView) {
		out.More = []ui.Link{
			{Href: "/xero/invoices/" + x.Record.String() + "/online", Label: "Online invoice"},
			{Href: "/xero/invoices/" + x.Record.String() + "/pdf", Label: "PDF"},
		}
		if me.Can(auth.InvoicesIssue) {
			out.Do = []ui.Link{{Href: "/xero/invoices/" + x.Record.String() + "/mail", Label: "Mail to customer"}}
		}
	}
	if x.Kind == link.InvoiceMail {
		out.Service = "E-mail by Xero"
	}
	if address := syncAddress(x); address != "" && me.Can(auth.SyncRetry) {
		out.Do = append(out.Do, ui.Link{Href: address, Label: "Sync now"})
	}
	switch x.State {
	case link.Synced:
		out.Text = synced(x)
	case link.Dismissed:
		out.Text = "Dismissed by " + x.DismissedBy + ": " + x.DismissReason
		out.NextAction, out.NextURL = "Restore", "/sync/errors?state=dismissed"
	case link.Blocked, link.Rejected, link.Dead:
		out.NextAction, out.NextURL = nextStep(me, x.Problem.Action, out.URL)
	}
	if x.Kind == link.Contact && x.State != link.Dismissed && out.NextAction != "Look in Xero" {
		out.NextAction, out.NextURL = "See both sides", "/xero/customers/"+x.Record.String()
		if x.Failed() {
			out.NextAction = "Decide"
		}
	}
	if !me.Can(auth.ErrorsView) {
		out.NextAction, out.NextURL = "", ""
	}
	return out
}

// syncAddress is where a record is synced at once, or "" for one that is synced
// with its document.
func syncAddress(x link.Link) string {
	paths := map[link.Kind]string{link.Contact: "customers", link.Invoice: "invoices", link.CreditNote: "credit-notes"}
	if path, alone := paths[x.Kind]; alone {
		return "/xero/records/" + path + "/" + x.Record.String() + "/sync"
	}
	return ""
}

// synced names the record in Xero where it is called something else there.
func synced(x link.Link) string {
	if x.Kind == link.InvoiceMail {
		return "Xero has mailed the invoice to the customer."
	}
	if x.RemoteNumber == "" || x.RemoteNumber == x.Label {
		return ""
	}
	return "It is " + x.RemoteNumber + " in Xero."
}

func (l Links) remoteURL(c connection.Connection, x link.Link) string {
	switch x.Kind {
	case link.Contact:
		return l.Xero.ContactURL(c, x.RemoteID)
	case link.Invoice:
		return l.Xero.InvoiceURL(c, x.RemoteID)
	case link.CreditNote:
		return l.Xero.CreditNoteURL(c, x.RemoteID)
	}
	return "" // Xero has no page for a payment that an address could name
}

// nextStep is what a person does next about a record that did not arrive, and
// where. On the record's own page, reviewing it needs no address.
func nextStep(me auth.Identity, a link.Action, remote string) (label, url string) {
	switch {
	case a == link.Map && me.Can(auth.XeroSettings):
		return "Choose accounts and tax rates", "/xero/settings"
	case a == link.Map, a == link.OpenSettings:
		return "Open the connection", "/xero#settings"
	case a == link.Connect, a == link.Reconnect:
		return "Connect again", "/xero"
	case a == link.LookRemote && remote != "":
		return "Look in Xero", remote
	}
	return "See the error", "/sync/errors"
}
