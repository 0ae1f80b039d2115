package syncpages

import (
	"context"

	"github.com/google/uuid"

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

// recordURL is our page about a record, or "" where there is none. A payment
// is shown with its invoice, what is used of a credit note with the credit note.
func (p *Pages) recordURL(ctx context.Context, org crm.OrgID, kind link.Kind, id uuid.UUID) (string, error) {
	switch kind {
	case link.Contact:
		return "/customers/" + id.String(), nil
	case link.Invoice, link.InvoiceMail:
		return "/invoices/" + id.String(), nil
	case link.Payment:
		payment, err := p.store.Payment(ctx, org, crm.PaymentID{UUID: id})
		if crm.KindOf(err) == crm.NotFound {
			return "", nil
		}
		return "/invoices/" + payment.InvoiceID.String(), err
	case link.CreditNote:
		return "/credit-notes/" + id.String(), nil
	case mailEntity:
		return "/mail/" + id.String(), nil
	case link.Allocation:
		a, err := p.store.Allocation(ctx, org, crm.AllocationID{UUID: id})
		if crm.KindOf(err) == crm.NotFound {
			return "", nil
		}
		return "/credit-notes/" + a.CreditNoteID.String(), err
	case link.Refund:
		x, err := p.store.Refund(ctx, org, crm.RefundID{UUID: id})
		if crm.KindOf(err) == crm.NotFound {
			return "", nil
		}
		return "/credit-notes/" + x.CreditNoteID.String(), err
	}
	return "", nil
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
