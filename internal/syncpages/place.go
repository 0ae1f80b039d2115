package syncpages

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/web/ui"
)

// kindLabel names a kind of record for people.
func kindLabel(kind string) string {
	switch link.Kind(kind) {
	case link.Contact:
		return "Customer"
	case link.Invoice:
		return "Invoice"
	case link.Payment:
		return "Payment"
	case link.CreditNote:
		return "Credit note"
	case link.Allocation:
		return "Credit allocation"
	case link.Refund:
		return "Refund"
	case link.InvoiceMail:
		return "Invoice e-mail"
	}
	return ui.StateLabel(kind)
}

// kindsLabel names a kind of record that several were read of.
func kindsLabel(kind string) string {
	if kind == "other" {
		return "Other records"
	}
	return kindLabel(kind) + "s"
}

// documentOf is the record that has a page, here and in Xero: a payment's
// invoice, the credit note of what is used of it, or the record itself. Its id is
// uuid.Nil where the record is gone.
func (p *Pages) documentOf(ctx context.Context, org crm.OrgID, kind link.Kind, id uuid.UUID) (link.Kind, uuid.UUID, error) {
	var err error
	switch kind {
	case link.InvoiceMail:
		return link.Invoice, id, nil
	case link.Payment:
		var x crm.Payment
		x, err = p.store.Payment(ctx, org, crm.PaymentID{UUID: id})
		kind, id = link.Invoice, x.InvoiceID.UUID
	case link.Allocation:
		var x crm.Allocation
		x, err = p.store.Allocation(ctx, org, crm.AllocationID{UUID: id})
		kind, id = link.CreditNote, x.CreditNoteID.UUID
	case link.Refund:
		var x crm.Refund
		x, err = p.store.Refund(ctx, org, crm.RefundID{UUID: id})
		kind, id = link.CreditNote, x.CreditNoteID.UUID
	}
	if crm.KindOf(err) == crm.NotFound {
		return kind, uuid.Nil, nil
	}
	return kind, id, err
}

// recordURL is our page about a record, or "" where there is none.
func (p *Pages) recordURL(ctx context.Context, org crm.OrgID, kind link.Kind, id uuid.UUID) (string, error) {
	kind, id, err := p.documentOf(ctx, org, kind, id)
	if err != nil {
		return "", err
	}
	return pageOf(kind, id), nil
}

// pageOf is our page about a document, or "" where there is none.
func pageOf(kind link.Kind, id uuid.UUID) string {
	paths := map[link.Kind]string{link.Contact: "/customers/", link.Invoice: "/invoices/", link.CreditNote: "/credit-notes/", mailEntity: "/mail/"}
	if path, known := paths[kind]; known && id != uuid.Nil {
		return path + id.String()
	}
	return ""
}

// remoteURL is where a person sees a document in Xero, or "" while it is not there.
func (p *Pages) remoteURL(c connection.Connection, kind link.Kind, remoteID string) string {
	if c.State == "" || remoteID == "" {
		return ""
	}
	switch kind {
	case link.Contact:
		return p.xero.ContactURL(c, remoteID)
	case link.Invoice:
		return p.xero.InvoiceURL(c, remoteID)
	case link.CreditNote:
		return p.xero.CreditNoteURL(c, remoteID)
	}
	return ""
}

// remoteID is the id in Xero of the document that a link is about.
func (p *Pages) remoteID(ctx context.Context, l link.Link, kind link.Kind, id uuid.UUID) (string, error) {
	if kind == l.Kind {
		return l.RemoteID, nil
	}
	of, err := p.store.Link(ctx, link.Key{Org: l.Org, Service: l.Service, Kind: kind, Record: id})
	if crm.KindOf(err) == crm.NotFound {
		return "", nil
	}
	return of.RemoteID, err
}

// step is the one thing for a person to do next. Without an address it is the
// record's own retry.
type step struct {
	Label, URL string
	Away       bool // leads to the other service
}

// nextStep says what to do about a link that did not arrive.
func nextStep(a link.Action, record, remote string) step {
	switch a {
	case link.Map:
		return step{Label: "Set accounts", URL: "/xero/settings"}
	case link.OpenSettings:
		return step{Label: "Open connection", URL: "/xero"}
	case link.Connect:
		return step{Label: "Connect Xero", URL: "/xero"}
	case link.Reconnect:
		return step{Label: "Connect again", URL: "/xero"}
	case link.Review:
		if record != "" {
			return step{Label: "Mend record", URL: record}
		}
	case link.LookRemote:
		if remote != "" {
			return step{Label: "Look in Xero", URL: remote, Away: true}
		}
		if record != "" {
			return step{Label: "Open record", URL: record}
		}
	case link.Wait:
		return step{Label: "Nothing: it is tried again by itself"}
	}
	return step{Label: "Retry"}
}

// causeLabel is a cause in words; code and kind are the integration's.
func causeLabel(code, kind string) string {
	switch {
	case code != "" && code != "validation":
		return ui.StateLabel(code)
	case kind != "":
		return ui.StateLabel(kind)
	}
	return "Other"
}
