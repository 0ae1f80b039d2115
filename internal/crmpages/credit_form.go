package crmpages

import (
	"net/http"
	"strconv"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// creditForm is what the reader entered for a credit note, as text.
type creditForm struct {
	lineForm
	refusal
	note      crm.CreditNote // the one that is changed; zero for a new one
	corrected *crm.Invoice   // the invoice that it corrects, whose customer it is for; nil: none
	version   string
	customer  customerPick
	reference string
	reason    string
	issuedOn  string
}

func (f creditForm) isNew() bool { return f.note.ID.IsZero() }

func (f creditForm) title() string {
	switch {
	case f.isNew() && f.corrected != nil:
		return "Credit " + f.corrected.Number
	case f.isNew():
		return "New credit note"
	}
	return "Edit draft credit note"
}

func (f creditForm) back() ui.Link {
	switch {
	case f.isNew() && f.corrected != nil:
		return ui.Link{Href: invoiceURL(f.corrected.ID), Label: f.corrected.Number}
	case f.isNew():
		return creditsLink()
	}
	return ui.Link{Href: creditURL(f.note.ID), Label: creditName(f.note.Number)}
}

// correct reads the invoice that a new credit note corrects, if one is named.
func (p *Pages) correct(r *http.Request, f *creditForm) error {
	text := r.FormValue("invoice")
	if text == "" {
		return nil
	}
	id, err := crm.ParseID[crm.Invoice](text)
	if err != nil {
		return web.ErrNotFound
	}
	i, err := p.book.Invoice(r.Context(), id)
	f.corrected = &i
	return err
}

func (p *Pages) newCredit(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := creditForm{}
	if err := p.correct(r, &f); err != nil {
		return err
	}
	var lines []crm.Line
	if f.corrected != nil {
		if s := f.corrected.State; s == crm.InvoiceDraft || s == crm.InvoiceVoided {
			return crm.Errorf(crm.Conflict, "The invoice is %s; there is nothing to credit.", invoiceWords(s))
		}
		lines, f.reference = f.corrected.Lines, f.corrected.Number
	}
	if f.customer, err = p.pickOf(r.Context(), r.FormValue("customer")); err != nil {
		return err
	}
	if f.lineForm, err = p.linesOf(r, d, lines); err != nil {
		return err
	}
	return p.showCreditForm(w, r, f)
}

func (p *Pages) createCredit(w http.ResponseWriter, r *http.Request) error {
	f := creditForm{}
	if err := p.correct(r, &f); err != nil {
		return err
	}
	return p.saveCredit(w, r, f, func(in records.CreditNoteInput) (crm.CreditNote, string, error) {
		n, err := p.book.CreateCreditNote(r.Context(), in)
		return n, "credit-added", err
	})
}

func (p *Pages) editCredit(w http.ResponseWriter, r *http.Request) error {
	n, err := p.creditAt(r)
	if err != nil {
		return err
	}
	if n.State != crm.CreditNoteDraft {
		return crm.Errorf(crm.Conflict, "%s is issued; only drafts can be changed. Void it and make a new one.", n.Number)
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f, err := p.changing(r, n)
	if err != nil {
		return err
	}
	f.version, f.reference, f.reason, f.issuedOn = strconv.FormatInt(n.Version, 10), n.Reference, n.Reason, n.IssuedOn.Format()
	if f.customer, err = p.pickOf(r.Context(), n.CustomerID.String()); err != nil {
		return err
	}
	if f.lineForm, err = p.linesOf(r, d, n.Lines); err != nil {
		return err
	}
	return p.showCreditForm(w, r, f)
}

// changing is the form of a credit note that is there already.
func (p *Pages) changing(r *http.Request, n crm.CreditNote) (creditForm, error) {
	f := creditForm{note: n}
	if n.InvoiceID == nil {
		return f, nil
	}
	i, err := p.book.Invoice(r.Context(), *n.InvoiceID)
	f.corrected = &i
	return f, err
}

func (p *Pages) updateCredit(w http.ResponseWriter, r *http.Request) error {
	n, err := p.creditAt(r)
	if err != nil {
		return err
	}
	f, err := p.changing(r, n)
	if err != nil {
		return err
	}
	return p.saveCredit(w, r, f, func(in records.CreditNoteInput) (crm.CreditNote, string, error) {
		n, err := p.book.UpdateCreditNote(r.Context(), n.ID, versionOf(r), in)
		return n, "credit-saved", err
	})
}

func (p *Pages) saveCredit(w http.ResponseWriter, r *http.Request, f creditForm, save func(records.CreditNoteInput) (crm.CreditNote, string, error)) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f.version, f.reference, f.reason, f.issuedOn = r.FormValue("version"), r.FormValue("reference"), r.FormValue("reason"), r.FormValue("issued_on")
	var edited bool
	if f.lineForm, edited, err = p.readLines(r, d); err != nil {
		return err
	}
	if web.Target(r) == "lines" {
		return showLines(w, r, f.lineForm)
	}
	if f.corrected == nil {
		if f.customer, err = p.readPick(r); err != nil {
			return err
		}
	}
	if edited || f.customer.asked {
		return p.showCreditForm(w, r, f)
	}
	in, err := f.input()
	if err == nil {
		var n crm.CreditNote
		var done string
		if n, done, err = save(in); err == nil {
			return leave(w, r, creditURL(n.ID), done)
		}
	}
	why, ok := refused(err)
	if !ok {
		return err
	}
	f.refusal = why
	f.refuse(why)
	return p.showCreditForm(w, r, f)
}

// input is the form as records takes it, or an error of kind Invalid for what
// cannot be read.
func (f *creditForm) input() (in records.CreditNoteInput, err error) {
	var why refusal
	lines, err := f.lineForm.input()
	if unread, ok := refused(err); ok {
		why.Fields = unread.Fields
	}
	in.Reference, in.Reason, in.Lines = f.reference, f.reason, lines
	in.IssuedOn, err = formDay(f.issuedOn)
	why.wrong("issued_on", err)
	if f.corrected != nil {
		in.CustomerID, in.InvoiceID = f.corrected.CustomerID, &f.corrected.ID
		return in, why.err()
	}
	in.CustomerID, err = chosenCustomer(f.customer)
	why.wrong("customer_id", err)
	return in, why.err()
}

func (p *Pages) showCreditForm(w http.ResponseWriter, r *http.Request, f creditForm) error {
	status := max(f.status, http.StatusOK)
	if web.Target(r) == "credit-form" {
		return web.ShowFragmentStatus(w, r, status, creditFormView(f))
	}
	page := ui.Page{Title: f.title(), Path: "/credit-notes", Parents: []ui.Link{creditsLink()}}
	if !f.isNew() {
		page.Title, page.Parents = "Edit", append(page.Parents, f.back())
		page.Subject = ui.Subject{Kind: "credit_note", ID: f.note.ID.String(), Label: creditName(f.note.Number)}
	}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: creditFormPage(f)})
}
