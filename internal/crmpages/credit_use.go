package crmpages

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// allocationForm is what the reader entered to set a part of a credit note
// against an invoice, as text.
type allocationForm struct {
	desk
	refusal
	note     crm.CreditNote
	invoices []crm.Invoice // that the customer still owes
	invoice  string
	amount   string // empty: as much as is open
	on       string
}

// allocationForm suggests the invoice in the address, the one that the credit
// note corrects, or the oldest.
func (p *Pages) allocationForm(r *http.Request, d desk, n crm.CreditNote) (allocationForm, error) {
	f := allocationForm{desk: d, note: n, on: d.today.Format()}
	var err error
	if f.invoices, err = p.book.OpenInvoices(r.Context(), n.CustomerID); err != nil {
		return f, err
	}
	for k, i := range f.invoices {
		corrected := n.InvoiceID != nil && *n.InvoiceID == i.ID
		if asked := i.ID.String() == r.URL.Query().Get("invoice"); k == 0 || corrected || asked {
			f.invoice = i.ID.String()
			if asked {
				break
			}
		}
	}
	return f, nil
}

func (f allocationForm) url() string { return creditURL(f.note.ID) + "/allocations/new" }

func (f allocationForm) options() []ui.Option {
	options := make([]ui.Option, len(f.invoices))
	for k, i := range f.invoices {
		options[k] = ui.Option{Value: i.ID.String(), Label: i.Number + " · " + f.money(i.Due(), i.Currency) + " owed, due " + i.DueOn.Format()}
	}
	return options
}

func (p *Pages) creditAt(r *http.Request) (crm.CreditNote, error) {
	id, err := pathID[crm.CreditNote](r)
	if err != nil {
		return crm.CreditNote{}, err
	}
	return p.book.CreditNote(r.Context(), id)
}

func (p *Pages) newAllocation(w http.ResponseWriter, r *http.Request) error {
	n, err := p.creditAt(r)
	if err != nil {
		return err
	}
	if err := n.CanGive(0); err != nil {
		return err
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f, err := p.allocationForm(r, d, n)
	if err != nil {
		return err
	}
	return showUseForm(w, r, n, useForm{"Set against an invoice", 0, allocationPage(f)})
}

func (p *Pages) allocate(w http.ResponseWriter, r *http.Request) error {
	n, err := p.creditAt(r)
	if err != nil {
		return err
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f, err := p.allocationForm(r, d, n)
	if err != nil {
		return err
	}
	f.invoice, f.amount, f.on = r.FormValue("invoice_id"), r.FormValue("amount"), r.FormValue("allocated_on")
	in := records.AllocationInput{CreditNoteID: n.ID}
	in.InvoiceID, err = crm.ParseID[crm.Invoice](f.invoice)
	if err != nil {
		f.wrong("invoice_id", crm.Errorf(crm.Invalid, "Choose an invoice."))
	}
	in.On, err = formDay(f.on)
	f.wrong("allocated_on", err)
	in.Amount, err = p.amountToAllocate(r.Context(), f, in.InvoiceID)
	f.wrong("amount", err)
	var done crm.Allocation
	if err = f.err(); err == nil {
		done, err = p.book.Allocate(r.Context(), in)
	}
	if err == nil {
		return web.Redirect(w, r, creditURL(n.ID), "done", "credit-allocated", "allocation", done.ID.String())
	}
	why, ok := refused(err)
	if !ok {
		return err
	}
	f.refusal = why
	return showUseForm(w, r, n, useForm{"Set against an invoice", f.status, allocationPage(f)})
}

// amountToAllocate is what was entered, or as much as is open on both sides.
func (p *Pages) amountToAllocate(ctx context.Context, f allocationForm, id crm.InvoiceID) (crm.MinorUnits, error) {
	if strings.TrimSpace(f.amount) != "" || id.IsZero() {
		return crm.ParseAmount(f.amount, f.note.Currency)
	}
	i, err := p.book.Invoice(ctx, id)
	if err != nil {
		return 0, err
	}
	return min(f.note.Remaining(), i.Due()), nil
}

func (p *Pages) removeAllocation(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.CreditNote](r)
	if err != nil {
		return err
	}
	allocation, err := crm.ParseID[crm.Allocation](r.PathValue("allocation"))
	if err != nil {
		return web.ErrNotFound
	}
	if _, err := p.book.RemoveAllocation(r.Context(), allocation); err != nil {
		return err
	}
	return web.Redirect(w, r, creditURL(id), "done", "credit-taken-back")
}

func removal(id crm.CreditNoteID, allocation crm.AllocationID) ui.PostTo {
	return ui.PostTo{URL: creditURL(id) + "/allocations/" + allocation.String() + "/remove", Target: "#credit-note"}
}

// creditAllocated offers to take the allocation in the address back.
func creditAllocated(r *http.Request) *ui.Notice {
	n := &ui.Notice{Title: "Credit used", Text: "The invoice owes that much less."}
	id, err := pathID[crm.CreditNote](r)
	allocation, wrong := crm.ParseID[crm.Allocation](r.URL.Query().Get("allocation"))
	if err == nil && wrong == nil {
		undo := removal(id, allocation)
		n.Undo = &undo
	}
	return n
}

// removable reports whether the reader may take the allocation back here.
func (page creditPage) removable(a allocated) bool {
	return a.RemovedAt == nil && page.can(auth.CreditNotesIssue)
}

// refundForm is what the reader entered for a refund, as text.
type refundForm struct {
	desk
	refusal
	note      crm.CreditNote
	amount    string
	paidOn    string
	method    string
	reference string
}

// newRefundForm suggests that all that remains was paid back today.
func newRefundForm(d desk, n crm.CreditNote) refundForm {
	return refundForm{desk: d, note: n, amount: n.Remaining().Decimal(n.Currency), paidOn: d.today.Format()}
}

func (f refundForm) url() string { return creditURL(f.note.ID) + "/refunds/new" }

func (p *Pages) newRefund(w http.ResponseWriter, r *http.Request) error {
	n, err := p.creditAt(r)
	if err != nil {
		return err
	}
	if err := n.CanGive(0); err != nil {
		return err
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	return showUseForm(w, r, n, useForm{"Refund", 0, refundPage(newRefundForm(d, n))})
}

func (p *Pages) recordRefund(w http.ResponseWriter, r *http.Request) error {
	n, err := p.creditAt(r)
	if err != nil {
		return err
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := refundForm{
		desk: d, note: n, amount: r.FormValue("amount"), paidOn: r.FormValue("paid_on"),
		method: r.FormValue("method"), reference: r.FormValue("reference"),
	}
	in := records.RefundInput{CreditNoteID: n.ID, Method: f.method, Reference: f.reference}
	in.Amount, err = crm.ParseAmount(f.amount, n.Currency)
	f.wrong("amount", err)
	in.PaidOn, err = formDay(f.paidOn)
	f.wrong("paid_on", err)
	if err = f.err(); err == nil {
		_, err = p.book.RecordRefund(r.Context(), in)
	}
	if err == nil {
		return web.Redirect(w, r, creditURL(n.ID), "done", "credit-refunded")
	}
	why, ok := refused(err)
	if !ok {
		return err
	}
	f.refusal = why
	return showUseForm(w, r, n, useForm{"Refund", f.status, refundPage(f)})
}

func (p *Pages) reverseRefund(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.CreditNote](r)
	if err != nil {
		return err
	}
	refund, err := crm.ParseID[crm.Refund](r.PathValue("refund"))
	if err != nil {
		return web.ErrNotFound
	}
	if _, err := p.book.ReverseRefund(r.Context(), refund); err != nil {
		return err
	}
	return web.Redirect(w, r, creditURL(id), "done", "refund-reversed")
}

func refundReversal(x crm.Refund) ui.PostTo {
	return ui.PostTo{URL: creditURL(x.CreditNoteID) + "/refunds/" + x.ID.String() + "/reverse", Target: "#credit-note"}
}

// reversible reports whether the reader may take the refund back here.
func (page creditPage) reversible(x crm.Refund) bool {
	return x.ReversedAt == nil && x.Source == crm.FromRenoz && page.can(auth.PaymentsRecord)
}

// refundName is what people call a refund, as paymentName does for a payment.
func refundName(x crm.Refund) string {
	if x.Source == crm.FromXero {
		return "Refund in Xero"
	}
	return x.Number
}

// useForm is a page with the form of one use of a credit note.
type useForm struct {
	title  string
	status int // of the answer; 0: it is all right
	body   templ.Component
}

func showUseForm(w http.ResponseWriter, r *http.Request, n crm.CreditNote, f useForm) error {
	name := creditName(n.Number)
	page := ui.Page{
		Title: f.title, Path: "/credit-notes", Parents: []ui.Link{creditsLink(), {Href: creditURL(n.ID), Label: name}},
		Subject: ui.Subject{Kind: "credit_note", ID: n.ID.String(), Label: name},
	}
	return web.ShowPageStatus(w, r, max(f.status, http.StatusOK), web.Content{Page: page, Body: f.body})
}
