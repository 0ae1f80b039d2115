package crmpages

import (
	"net/http"
	"strconv"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// invoiceForm is what the reader entered for an invoice, as text. Of an issued
// one only the reference and the due date change.
type invoiceForm struct {
	lineForm
	refusal
	invoice   crm.Invoice // the one that is changed; zero for a new one
	version   string
	customer  customerPick
	reference string
	issuedOn  string
	dueOn     string
}

func (f invoiceForm) isNew() bool { return f.invoice.ID.IsZero() }

func (f invoiceForm) title() string {
	switch {
	case f.isNew():
		return "New invoice"
	case f.invoice.Number == "":
		return "Edit draft invoice"
	}
	return "Edit " + f.invoice.Number
}

func (f invoiceForm) back() ui.Link {
	if f.isNew() {
		return invoicesLink()
	}
	return ui.Link{Href: invoiceURL(f.invoice.ID), Label: invoiceName(f.invoice.Number)}
}

// issued reports whether the lines are fixed.
func (f invoiceForm) issued() bool { return !f.isNew() && f.invoice.State != crm.InvoiceDraft }

func (p *Pages) newInvoice(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := invoiceForm{}
	if f.customer, err = p.pickOf(r.Context(), r.FormValue("customer")); err != nil {
		return err
	}
	if f.lineForm, err = p.linesOf(r, d, nil); err != nil {
		return err
	}
	return p.showInvoiceForm(w, r, f)
}

func (p *Pages) createInvoice(w http.ResponseWriter, r *http.Request) error {
	return p.saveInvoice(w, r, crm.Invoice{}, func(in records.InvoiceInput) (crm.Invoice, string, error) {
		i, err := p.book.CreateInvoice(r.Context(), in)
		return i, "invoice-added", err
	})
}

func (p *Pages) editInvoice(w http.ResponseWriter, r *http.Request) error {
	i, err := p.invoiceAt(r)
	if err != nil {
		return err
	}
	if i.State != crm.InvoiceDraft && i.State != crm.InvoiceIssued {
		return crm.Errorf(crm.Conflict, "%s is %s and cannot be changed any more.", i.Number, invoiceWords(i.State))
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := invoiceForm{
		invoice: i, version: strconv.FormatInt(i.Version, 10),
		reference: i.Reference, issuedOn: i.IssuedOn.Format(), dueOn: i.DueOn.Format(),
	}
	if f.customer, err = p.pickOf(r.Context(), i.CustomerID.String()); err != nil {
		return err
	}
	if f.lineForm, err = p.linesOf(r, d, i.Lines); err != nil {
		return err
	}
	return p.showInvoiceForm(w, r, f)
}

func (p *Pages) updateInvoice(w http.ResponseWriter, r *http.Request) error {
	before, err := p.invoiceAt(r)
	if err != nil {
		return err
	}
	return p.saveInvoice(w, r, before, func(in records.InvoiceInput) (crm.Invoice, string, error) {
		i, err := p.book.UpdateInvoice(r.Context(), before.ID, versionOf(r), in)
		return i, "invoice-saved", err
	})
}

func (p *Pages) invoiceAt(r *http.Request) (crm.Invoice, error) {
	id, err := pathID[crm.Invoice](r)
	if err != nil {
		return crm.Invoice{}, err
	}
	return p.book.Invoice(r.Context(), id)
}

func (p *Pages) saveInvoice(w http.ResponseWriter, r *http.Request, before crm.Invoice, save func(records.InvoiceInput) (crm.Invoice, string, error)) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := readInvoiceForm(r, before)
	var edited bool
	if f.lineForm, edited, err = p.readLines(r, d); err != nil {
		return err
	}
	if web.Target(r) == "lines" {
		return showLines(w, r, f.lineForm)
	}
	if f.customer, err = p.readPick(r); err != nil {
		return err
	}
	if edited || f.customer.asked {
		return p.showInvoiceForm(w, r, f)
	}
	in, err := f.input()
	if err == nil {
		var i crm.Invoice
		var done string
		if i, done, err = save(in); err == nil {
			return leave(w, r, invoiceURL(i.ID), done)
		}
	}
	return p.refuseInvoice(w, r, f, err)
}

// amendInvoice changes the reference and the due date of an issued invoice.
func (p *Pages) amendInvoice(w http.ResponseWriter, r *http.Request) error {
	before, err := p.invoiceAt(r)
	if err != nil {
		return err
	}
	f := readInvoiceForm(r, before)
	if f.desk, err = p.desk(r); err != nil {
		return err
	}
	f.url = r.URL.Path
	due, err := formDay(f.dueOn)
	f.wrong("due_on", err)
	if err = f.err(); err == nil {
		_, err = p.book.AmendInvoice(r.Context(), before.ID, versionOf(r), records.InvoiceAmendment{Reference: f.reference, DueOn: due})
	}
	if err == nil {
		return leave(w, r, invoiceURL(before.ID), "invoice-saved")
	}
	return p.refuseInvoice(w, r, f, err)
}

func readInvoiceForm(r *http.Request, before crm.Invoice) invoiceForm {
	return invoiceForm{
		invoice: before, version: r.FormValue("version"),
		reference: r.FormValue("reference"), issuedOn: r.FormValue("issued_on"), dueOn: r.FormValue("due_on"),
	}
}

func (p *Pages) refuseInvoice(w http.ResponseWriter, r *http.Request, f invoiceForm, err error) error {
	why, ok := refused(err)
	if !ok {
		return err
	}
	f.refusal = why
	f.refuse(why)
	return p.showInvoiceForm(w, r, f)
}

// input is the form as records takes it, or an error of kind Invalid for what
// cannot be read.
func (f *invoiceForm) input() (in records.InvoiceInput, err error) {
	var why refusal
	lines, err := f.lineForm.input()
	if unread, ok := refused(err); ok {
		why.Fields = unread.Fields
	}
	in.Reference, in.Lines = f.reference, lines
	in.IssuedOn, err = formDay(f.issuedOn)
	why.wrong("issued_on", err)
	in.DueOn, err = formDay(f.dueOn)
	why.wrong("due_on", err)
	in.CustomerID, err = chosenCustomer(f.customer)
	why.wrong("customer_id", err)
	return in, why.err()
}

func (p *Pages) showInvoiceForm(w http.ResponseWriter, r *http.Request, f invoiceForm) error {
	view := invoiceFormView(f)
	if f.issued() {
		view = amendFormView(f)
	}
	status := max(f.status, http.StatusOK)
	if web.Target(r) == "invoice-form" {
		return web.ShowFragmentStatus(w, r, status, view)
	}
	page := ui.Page{Title: f.title(), Path: "/invoices", Parents: []ui.Link{invoicesLink()}}
	if !f.isNew() {
		page.Title, page.Parents = "Edit", append(page.Parents, f.back())
		page.Subject = ui.Subject{Kind: "invoice", ID: f.invoice.ID.String(), Label: invoiceName(f.invoice.Number)}
	}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: invoiceFormPage(f, view)})
}
