package crmpages

import (
	"net/http"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web/ui"
)

// Notices words what the pages did.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	said := func(title, text string) func(*http.Request) *ui.Notice {
		return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
	}
	notices := map[string]func(*http.Request) *ui.Notice{
		"customer-added":          said("Customer added", "It can be chosen on orders and invoices now."),
		"customer-saved":          said("Customer saved", "Connected services follow."),
		"customer-archived":       undoable("Customer archived", "It is no longer offered as a choice.", "restore"),
		"customer-restored":       undoable("Customer restored", "It can be chosen again.", "archive"),
		"product-added":           said("Product added", "It can be chosen on the lines of orders and invoices."),
		"product-saved":           said("Product saved", "Documents that have it keep what they say."),
		"order-added":             said("Order added", "It is a draft until you confirm it."),
		"order-saved":             said("Order saved", "Its totals were counted again."),
		"invoice-added":           said("Draft saved", "It gets its number when you issue it."),
		"invoice-saved":           said("Invoice saved", "Connected services follow."),
		"invoice-issued":          said("Invoice issued", "It has its number and is owed from now on."),
		"invoice-voided":          said("Invoice voided", "Nothing is owed on it any more."),
		"payment-reversed":        said("Payment reversed", "The invoice owes the amount again."),
		"payment-recorded":        paymentRecorded,
		"credit-added":            said("Draft saved", "It gets its number when you issue it."),
		"credit-saved":            said("Draft saved", "Its totals were counted again."),
		"credit-issued":           said("Credit note issued", "It can be set against invoices or refunded now."),
		"credit-voided":           said("Credit note voided", "Nothing is credited by it."),
		"credit-taken-back":       said("Taken back", "The invoice owes the amount again."),
		"credit-refunded":         said("Refund recorded", "So much less of the credit remains."),
		"refund-reversed":         said("Refund reversed", "The amount remains of the credit again."),
		"credit-allocated":        creditAllocated,
		"credit-issued-allocated": said("Credit note issued", "It is set against the invoice that it corrects."),
	}
	for _, s := range orderSteps() {
		notices[s.done] = said(s.title, s.text)
	}
	return notices
}

// undoable words a step on the customer in the address, which step undoes.
func undoable(title, text, step string) func(*http.Request) *ui.Notice {
	return func(r *http.Request) *ui.Notice {
		n := &ui.Notice{Title: title, Text: text}
		if id, err := pathID[crm.Customer](r); err == nil {
			undo := archiving(id, step)
			n.Undo = &undo
		}
		return n
	}
}
