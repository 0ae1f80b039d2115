package crmpages

import (
	"strconv"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/ui"
)

// document is what orders and invoices have in common.
type document struct {
	lines    []crm.Line
	totals   crm.Totals
	currency crm.Currency
	more     []ui.Detail // below the total
}

// sums are the figures below the lines.
func (doc document) sums(d desk) []ui.Detail {
	sums := []ui.Detail{
		{Term: "Subtotal", Text: d.money(doc.totals.Subtotal, doc.currency)},
		{Term: "Tax", Text: d.money(doc.totals.Tax, doc.currency)},
		{Term: "Total", Text: d.money(doc.totals.Total, doc.currency)},
	}
	return append(sums, doc.more...)
}

func lineNote(l crm.Line) string {
	switch {
	case l.Kind == crm.Shipping && l.Description != "Shipping":
		return "Shipping"
	case l.Kind == crm.Discount:
		return "On all lines"
	}
	return ""
}

func discountText(l crm.Line, c crm.Currency) string {
	switch {
	case l.DiscountAmount != 0:
		return l.DiscountAmount.Format(c)
	case l.DiscountPercent != 0:
		return l.DiscountPercent.Format()
	}
	return "—"
}

// invoiceName is what people call an invoice.
func invoiceName(number string) string {
	if number == "" {
		return "Draft invoice"
	}
	return number
}

// balanceText is what is owed on an invoice in a list. Drafts and voided ones
// owe nothing.
func balanceText(d desk, i store.InvoiceRow) string {
	if i.State == crm.InvoiceDraft || i.State == crm.InvoiceVoided {
		return "—"
	}
	return d.money(i.Due(), i.Currency)
}

// remainingText is what is left of a credit note in a list. Of drafts and voided
// ones nothing is.
func remainingText(d desk, n store.CreditNoteRow) string {
	if n.State == crm.CreditNoteDraft || n.State == crm.CreditNoteVoided {
		return "—"
	}
	return d.money(n.Remaining(), n.Currency)
}

func creditLevel(s crm.CreditNoteState) ui.Level {
	switch s {
	case crm.CreditNoteIssued:
		return ui.Busy
	case crm.CreditNoteApplied:
		return ui.OK
	}
	return ui.StateLevel(string(s))
}

// fromXero marks what was recorded in Xero.
func fromXero(s crm.PaymentSource) string {
	if s == crm.FromXero {
		return "from Xero"
	}
	return ""
}

func orderLevel(s crm.OrderState) ui.Level {
	switch s {
	case crm.OrderPicked:
		return ui.Busy
	case crm.OrderPartiallyShipped:
		return ui.Warn
	}
	return ui.StateLevel(string(s))
}

func itoa(n int) string { return strconv.Itoa(n) }
