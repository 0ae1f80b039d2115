package crmpages

import (
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// paymentForm is what the reader entered for a payment, as text.
type paymentForm struct {
	desk
	refusal
	invoice   crm.Invoice
	amount    string
	paidOn    string
	method    string
	reference string
}

// newPaymentForm suggests that all that is owed was paid today.
func newPaymentForm(d desk, i crm.Invoice) paymentForm {
	return paymentForm{desk: d, invoice: i, amount: i.Due().Decimal(i.Currency), paidOn: d.today.Format()}
}

func (f paymentForm) url() string { return invoiceURL(f.invoice.ID) + "/payments/new" }

func (p *Pages) newPayment(w http.ResponseWriter, r *http.Request) error {
	i, err := p.invoiceAt(r)
	if err != nil {
		return err
	}
	if err := i.CanTake(0); err != nil {
		return err
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	return showPaymentForm(w, r, newPaymentForm(d, i))
}

func (p *Pages) recordPayment(w http.ResponseWriter, r *http.Request) error {
	i, err := p.invoiceAt(r)
	if err != nil {
		return err
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := paymentForm{
		desk: d, invoice: i, amount: r.FormValue("amount"), paidOn: r.FormValue("paid_on"),
		method: r.FormValue("method"), reference: r.FormValue("reference"),
	}
	in := records.PaymentInput{InvoiceID: i.ID, Method: f.method, Reference: f.reference}
	in.Amount, err = crm.ParseAmount(f.amount, i.Currency)
	f.wrong("amount", err)
	in.PaidOn, err = formDay(f.paidOn)
	f.wrong("paid_on", err)
	var done crm.Payment
	if err = f.err(); err == nil {
		done, err = p.book.RecordPayment(r.Context(), in)
	}
	if err == nil {
		return web.Redirect(w, r, invoiceURL(i.ID), "done", "payment-recorded", "payment", done.ID.String())
	}
	why, ok := refused(err)
	if !ok {
		return err
	}
	f.refusal = why
	return showPaymentForm(w, r, f)
}

func showPaymentForm(w http.ResponseWriter, r *http.Request, f paymentForm) error {
	name := invoiceName(f.invoice.Number)
	page := ui.Page{
		Title: "Record payment", Path: "/invoices", Parents: []ui.Link{invoicesLink(), {Href: invoiceURL(f.invoice.ID), Label: name}},
		Subject: ui.Subject{Kind: "invoice", ID: f.invoice.ID.String(), Label: name},
	}
	return web.ShowPageStatus(w, r, max(f.status, http.StatusOK), web.Content{Page: page, Body: paymentPage(f)})
}

func (p *Pages) reversePayment(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.Invoice](r)
	if err != nil {
		return err
	}
	payment, err := crm.ParseID[crm.Payment](r.PathValue("payment"))
	if err != nil {
		return web.ErrNotFound
	}
	if _, err := p.book.ReversePayment(r.Context(), payment); err != nil {
		return err
	}
	return web.Redirect(w, r, invoiceURL(id), "done", "payment-reversed")
}

// paymentRecorded offers to take the payment in the address back.
func paymentRecorded(r *http.Request) *ui.Notice {
	n := &ui.Notice{Title: "Payment recorded", Text: "The balance of the invoice is up to date."}
	id, err := pathID[crm.Invoice](r)
	payment, wrong := crm.ParseID[crm.Payment](r.URL.Query().Get("payment"))
	if err == nil && wrong == nil {
		undo := reversal(id, payment)
		n.Undo = &undo
	}
	return n
}

func reversal(id crm.InvoiceID, payment crm.PaymentID) ui.PostTo {
	return ui.PostTo{URL: invoiceURL(id) + "/payments/" + payment.String() + "/reverse", Target: "#invoice"}
}

// reversible reports whether the reader may take the payment back here.
func (page invoicePage) reversible(e records.LedgerEntry) bool {
	return e.Kind == records.PaymentEntry && !e.TakenBack && e.Source == crm.FromRenoz && page.can(auth.PaymentsRecord)
}

// origin says where a payment was recorded, and how it was made.
func origin(p crm.Payment) string {
	var parts []string
	for _, part := range []string{p.Method, p.Reference} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if p.Source == crm.FromXero {
		parts = append(parts, "from Xero")
	}
	return strings.Join(parts, " · ")
}

func methods() []ui.Option {
	return []ui.Option{
		{Value: "Bank transfer", Label: "Bank transfer"}, {Value: "Card", Label: "Card"}, {Value: "Cash", Label: "Cash"},
		{Value: "Cheque", Label: "Cheque"}, {Value: "Other", Label: "Other"},
	}
}

func invoiceWords(s crm.InvoiceState) string { return strings.ToLower(s.Label()) }
