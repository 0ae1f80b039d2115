package crmpages

import (
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

func (p *Pages) invoiceRoutes() []web.Route {
	return []web.Route{
		get("/invoices", auth.InvoicesView, p.listInvoices),
		get("/invoices/new", auth.InvoicesEdit, p.newInvoice),
		post("/invoices/new", auth.InvoicesEdit, p.createInvoice),
		get("/invoices/{id}", auth.InvoicesView, p.showInvoice),
		get("/invoices/{id}/edit", auth.InvoicesEdit, p.editInvoice),
		post("/invoices/{id}/edit", auth.InvoicesEdit, p.updateInvoice),
		post("/invoices/{id}/amend", auth.InvoicesEdit, p.amendInvoice),
		post("/invoices/{id}/issue", auth.InvoicesIssue, p.issueInvoice),
		post("/invoices/{id}/void", auth.InvoicesIssue, p.voidInvoice),
		get("/invoices/{id}/payments/new", auth.PaymentsRecord, p.newPayment),
		post("/invoices/{id}/payments/new", auth.PaymentsRecord, p.recordPayment),
		post("/invoices/{id}/payments/{payment}/reverse", auth.PaymentsRecord, p.reversePayment),
	}
}

func invoicesLink() ui.Link { return ui.Link{Href: "/invoices", Label: "Invoices"} }

func invoiceURL(id crm.InvoiceID) string { return "/invoices/" + id.String() }

// invoicesPage is the list of invoices.
type invoicesPage struct {
	desk
	listing
	rows          []store.InvoiceRow
	search, state string
	customer      *crm.Customer // whose invoices alone are shown; nil: of all
	open, overdue store.Owed    // by all customers
}

func (p *Pages) listInvoices(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	page := invoicesPage{desk: d, listing: newListing(r, "invoices", "q", "state", "customer"), search: r.FormValue("q"), state: r.FormValue("state")}
	f := store.InvoiceFilter{Search: page.search, State: page.state, Today: d.today, After: page.after}
	if page.customer, err = p.customerOnly(r); err != nil {
		return err
	}
	if page.customer != nil {
		f.Customer = page.customer.ID
	}
	found, err := p.book.Invoices(r.Context(), f)
	if err != nil {
		return err
	}
	page.rows, page.next = found.Rows, found.Next
	if web.Target(r) == "invoices" {
		return web.ShowFragment(w, r, invoiceList(page))
	}
	if page.open, err = p.store.InvoicesOpen(r.Context(), d.me.Org); err != nil {
		return err
	}
	if page.overdue, err = p.store.InvoicesOverdue(r.Context(), d.me.Org, d.today); err != nil {
		return err
	}
	return web.ShowPage(w, r, ui.Page{Title: "Invoices", Path: "/invoices"}, invoicesView(page))
}

// owed sums up below the title what all customers owe.
func (page invoicesPage) owed() string {
	if page.open.Invoices == 0 {
		return "Nothing is owed to you"
	}
	text := page.money(page.open.Due, page.seller.Currency) + " owed to you"
	if page.overdue.Invoices > 0 {
		text += ", " + page.money(page.overdue.Due, page.seller.Currency) + " of it overdue"
	}
	return text
}

func invoiceSegments() []ui.Segment {
	return []ui.Segment{
		{Label: "All"}, {Value: "draft", Label: "Draft"}, {Value: "open", Label: "Open"},
		{Value: "overdue", Label: "Overdue"}, {Value: "paid", Label: "Paid"}, {Value: "voided", Label: "Voided"},
	}
}

// invoicePage is one invoice with its payments.
type invoicePage struct {
	desk
	invoice  crm.Invoice
	customer crm.Customer
	order    *crm.Order // nil: it has none
	ledger   []records.LedgerEntry
	credits  []crm.CreditNote // of the customer, of which something remains
	notes    []crm.CreditNote // that correct the invoice
	form     paymentForm
	remote   remote
	mails    mails
	events   []ui.Event
}

func (p *Pages) showInvoice(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.Invoice](r)
	if err != nil {
		return err
	}
	page, err := p.invoicePage(r, id)
	if err != nil {
		return err
	}
	switch web.Target(r) {
	case "links":
		return web.ShowFragment(w, r, linkCards(page.remote))
	case "invoice":
		return web.ShowFragment(w, r, invoiceBody(page))
	}
	name := invoiceName(page.invoice.Number)
	return web.ShowPage(w, r, ui.Page{
		Title: name, Path: "/invoices", Parents: []ui.Link{invoicesLink()},
		Subject: ui.Subject{Kind: "invoice", ID: id.String(), Label: name},
	}, invoiceBody(page))
}

// invoicePage reads no more than the fragment that is asked for needs.
func (p *Pages) invoicePage(r *http.Request, id crm.InvoiceID) (page invoicePage, err error) {
	if page.desk, err = p.desk(r); err != nil {
		return page, err
	}
	if page.remote, err = p.remoteOf(r, crm.InvoiceRecord, id.UUID); err != nil || web.Target(r) == "links" {
		return page, err
	}
	if page.invoice, err = p.book.Invoice(r.Context(), id); err != nil {
		return page, err
	}
	if page.customer, err = p.book.Customer(r.Context(), page.invoice.CustomerID); err != nil {
		return page, err
	}
	if page.invoice.OrderID != nil && page.can(auth.OrdersView) {
		o, err := p.book.Order(r.Context(), *page.invoice.OrderID)
		if err != nil {
			return page, err
		}
		page.order = &o
	}
	if page.ledger, err = p.book.Ledger(r.Context(), id); err != nil {
		return page, err
	}
	if err := p.invoiceCredits(r, &page); err != nil {
		return page, err
	}
	page.form = newPaymentForm(page.desk, page.invoice)
	if page.mails, err = p.mailsOfInvoice(r, page.invoice); err != nil {
		return page, err
	}
	page.events, err = p.timeline(r, crm.InvoiceRecord, id.UUID)
	return page, err
}

// invoiceCredits reads the credit notes that concern an invoice.
func (p *Pages) invoiceCredits(r *http.Request, page *invoicePage) (err error) {
	if !page.can(auth.CreditNotesView) {
		return nil
	}
	if page.notes, err = p.book.CreditNotesOfInvoice(r.Context(), page.invoice.ID); err != nil || !page.invoice.State.Open() {
		return err
	}
	page.credits, err = p.book.OpenCreditNotes(r.Context(), page.invoice.CustomerID)
	return err
}

func (page invoicePage) state() crm.InvoiceState { return page.invoice.StateOn(page.today) }

func (page invoicePage) document() document {
	i := page.invoice
	doc := document{lines: i.Lines, totals: i.Totals, currency: i.Currency}
	if i.State == crm.InvoiceDraft || i.State == crm.InvoiceVoided {
		return doc
	}
	doc.more = append(doc.more, ui.Detail{Term: "Paid", Text: page.money(i.Paid, i.Currency)})
	if i.Credited != 0 {
		doc.more = append(doc.more, ui.Detail{Term: "Credited", Text: page.money(i.Credited, i.Currency)})
	}
	doc.more = append(doc.more, ui.Detail{Term: "Balance", Text: page.money(i.Due(), i.Currency)})
	return doc
}

func (page invoicePage) facts() []ui.Detail {
	i := page.invoice
	facts := []ui.Detail{
		{Term: "Customer", Text: page.customer.Name, Href: customerURL(i.CustomerID)},
		{Term: "Reference", Text: i.Reference},
		{Term: "Issued", Value: day(i.IssuedOn)},
		{Term: "Due", Value: day(i.DueOn)},
	}
	if page.order != nil {
		facts = append(facts, ui.Detail{Term: "Order", Text: page.order.Number, Href: orderURL(page.order.ID)})
	}
	for _, n := range page.notes {
		facts = append(facts, ui.Detail{Term: "Credit note", Text: creditName(n.Number) + ", " + strings.ToLower(n.State.Label()), Href: creditURL(n.ID)})
	}
	return facts
}

// overdueBy says how late the invoice is.
func (page invoicePage) overdueBy() string {
	late := page.invoice.DueOn.DaysUntil(page.today)
	return page.money(page.invoice.Due(), page.invoice.Currency) + " should have been paid by " + page.invoice.DueOn.Format() + ", " + ui.Plural(late, "day", "days") + " ago."
}

// figure is what the invoice comes to, or what of it is still owed.
func (page invoicePage) figure() string {
	i := page.invoice
	if i.State.Open() {
		return page.money(i.Due(), i.Currency) + " due on " + i.DueOn.Format()
	}
	return page.money(i.Totals.Total, i.Currency) + " with tax"
}

// settled says what was received, of a paid invoice.
func (page invoicePage) settled() string {
	i := page.invoice
	text := page.money(i.Paid, i.Currency) + " received"
	if i.Credited != 0 {
		text += ", " + page.money(i.Credited, i.Currency) + " credited"
	}
	return text + "."
}

// creditable reports whether the reader may write a credit note over it.
func (page invoicePage) creditable() bool {
	s := page.invoice.State
	return s != crm.InvoiceDraft && s != crm.InvoiceVoided && page.can(auth.CreditNotesEdit)
}

// creditWords say what credit of the customer could be used for the invoice.
func (page invoicePage) creditWords() string {
	var sum crm.MinorUnits
	for _, n := range page.credits {
		sum += n.Remaining()
	}
	return page.customer.Name + " has " + page.money(sum, page.invoice.Currency) + " of credit that is not used."
}

func (page invoicePage) payable() bool {
	return page.invoice.State.Open() && page.can(auth.PaymentsRecord)
}

func (page invoicePage) issuable() bool {
	return page.invoice.State == crm.InvoiceDraft && page.can(auth.InvoicesIssue)
}

// editable reports whether the reader may change the draft, or the reference
// and the due date of an invoice of which nothing is paid.
func (page invoicePage) editable() bool {
	s := page.invoice.State
	return (s == crm.InvoiceDraft || s == crm.InvoiceIssued) && page.can(auth.InvoicesEdit)
}

func (page invoicePage) voidable() bool {
	return page.invoice.State.CanBecome(crm.InvoiceVoided) && page.can(auth.InvoicesIssue)
}

// voidWords are what the question before voiding says.
func (page invoicePage) voidWords() (title, text, action string) {
	if page.invoice.State == crm.InvoiceDraft {
		return "Discard this draft?", "It stays in the list as voided and cannot be issued any more.", "Discard draft"
	}
	return "Void " + page.invoice.Number + "?", "Nothing is owed on it any more, here and in Xero. This cannot be undone.", "Void invoice"
}

// stepTo is the form of a step. Issuing changes the page's title, so the whole
// page follows; other steps change the page in place.
func (page invoicePage) stepTo(path string) ui.PostTo {
	to := ui.PostTo{URL: invoiceURL(page.invoice.ID) + "/" + path, Target: "#invoice"}
	if path == "issue" {
		to.Target = ""
	}
	return to
}

func (p *Pages) issueInvoice(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.Invoice](r)
	if err != nil {
		return err
	}
	if _, err := p.book.IssueInvoice(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, invoiceURL(id), "done", "invoice-issued")
}

func (p *Pages) voidInvoice(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.Invoice](r)
	if err != nil {
		return err
	}
	if _, err := p.book.VoidInvoice(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, invoiceURL(id), "done", "invoice-voided")
}
