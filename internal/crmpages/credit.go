package crmpages

import (
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

func (p *Pages) creditRoutes() []web.Route {
	return []web.Route{
		get("/credit-notes", auth.CreditNotesView, p.listCredits),
		get("/credit-notes/new", auth.CreditNotesEdit, p.newCredit),
		post("/credit-notes/new", auth.CreditNotesEdit, p.createCredit),
		get("/credit-notes/{id}", auth.CreditNotesView, p.showCredit),
		get("/credit-notes/{id}/edit", auth.CreditNotesEdit, p.editCredit),
		post("/credit-notes/{id}/edit", auth.CreditNotesEdit, p.updateCredit),
		post("/credit-notes/{id}/issue", auth.CreditNotesIssue, p.issueCredit),
		post("/credit-notes/{id}/void", auth.CreditNotesIssue, p.voidCredit),
		get("/credit-notes/{id}/allocations/new", auth.CreditNotesIssue, p.newAllocation),
		post("/credit-notes/{id}/allocations/new", auth.CreditNotesIssue, p.allocate),
		post("/credit-notes/{id}/allocations/{allocation}/remove", auth.CreditNotesIssue, p.removeAllocation),
		get("/credit-notes/{id}/refunds/new", auth.PaymentsRecord, p.newRefund),
		post("/credit-notes/{id}/refunds/new", auth.PaymentsRecord, p.recordRefund),
		post("/credit-notes/{id}/refunds/{refund}/reverse", auth.PaymentsRecord, p.reverseRefund),
	}
}

func creditsLink() ui.Link { return ui.Link{Href: "/credit-notes", Label: "Credit notes"} }

func creditURL(id crm.CreditNoteID) string { return "/credit-notes/" + id.String() }

// creditName is what people call a credit note.
func creditName(number string) string {
	if number == "" {
		return "Draft credit note"
	}
	return number
}

// creditsPage is the list of credit notes.
type creditsPage struct {
	desk
	listing
	rows          []store.CreditNoteRow
	search, state string
	customer      *crm.Customer // whose credit notes alone are shown; nil: of all
}

func (p *Pages) listCredits(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	page := creditsPage{desk: d, listing: newListing(r, "credit-notes", "q", "state", "customer"), search: r.FormValue("q"), state: r.FormValue("state")}
	f := store.CreditNoteFilter{Search: page.search, State: page.state, After: page.after}
	if page.customer, err = p.customerOnly(r); err != nil {
		return err
	}
	if page.customer != nil {
		f.Customer = page.customer.ID
	}
	found, err := p.book.CreditNotes(r.Context(), f)
	if err != nil {
		return err
	}
	page.rows, page.next = found.Rows, found.Next
	if web.Target(r) == "credit-notes" {
		return web.ShowFragment(w, r, creditList(page))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Credit notes", Path: "/credit-notes"}, creditsView(page))
}

func creditSegments() []ui.Segment {
	segments := []ui.Segment{{Label: "All"}}
	for _, s := range crm.CreditNoteStates() {
		segments = append(segments, ui.Segment{Value: string(s), Label: s.Label()})
	}
	return segments
}

// creditPage is one credit note with what was used of it.
type creditPage struct {
	desk
	note        crm.CreditNote
	customer    crm.Customer
	corrected   *crm.Invoice // the invoice that it corrects; nil: none
	allocations []allocated
	refunds     []crm.Refund
	allocation  allocationForm
	refund      refundForm
	remote      remote
	mails       mails
	events      []ui.Event
}

// allocated is an allocation with the invoice that it is set against.
type allocated struct {
	crm.Allocation
	invoice crm.Invoice
}

func (p *Pages) showCredit(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.CreditNote](r)
	if err != nil {
		return err
	}
	page, err := p.creditPage(r, id)
	if err != nil {
		return err
	}
	switch web.Target(r) {
	case "links":
		return web.ShowFragment(w, r, linkCards(page.remote))
	case "credit-note":
		return web.ShowFragment(w, r, creditBody(page))
	}
	name := creditName(page.note.Number)
	return web.ShowPage(w, r, ui.Page{
		Title: name, Path: "/credit-notes", Parents: []ui.Link{creditsLink()},
		Subject: ui.Subject{Kind: "credit_note", ID: id.String(), Label: name},
	}, creditBody(page))
}

// creditPage reads no more than the fragment that is asked for needs.
func (p *Pages) creditPage(r *http.Request, id crm.CreditNoteID) (page creditPage, err error) {
	if page.desk, err = p.desk(r); err != nil {
		return page, err
	}
	if page.remote, err = p.remoteOf(r, crm.CreditNoteRecord, id.UUID); err != nil || web.Target(r) == "links" {
		return page, err
	}
	if page.note, err = p.book.CreditNote(r.Context(), id); err != nil {
		return page, err
	}
	if page.customer, err = p.book.Customer(r.Context(), page.note.CustomerID); err != nil {
		return page, err
	}
	if page.note.InvoiceID != nil {
		i, err := p.book.Invoice(r.Context(), *page.note.InvoiceID)
		if err != nil {
			return page, err
		}
		page.corrected = &i
	}
	if page.allocations, err = p.allocations(r, id); err != nil {
		return page, err
	}
	if page.refunds, err = p.book.RefundsOf(r.Context(), id); err != nil {
		return page, err
	}
	if page.allocatable() {
		if page.allocation, err = p.allocationForm(r, page.desk, page.note); err != nil {
			return page, err
		}
	}
	page.refund = newRefundForm(page.desk, page.note)
	if page.mails, err = p.mailsOfCreditNote(r, page.note); err != nil {
		return page, err
	}
	page.events, err = p.timeline(r, crm.CreditNoteRecord, id.UUID)
	return page, err
}

func (p *Pages) allocations(r *http.Request, id crm.CreditNoteID) ([]allocated, error) {
	all, err := p.book.AllocationsOf(r.Context(), id)
	if err != nil {
		return nil, err
	}
	shown := make([]allocated, len(all))
	for n, a := range all {
		i, err := p.book.Invoice(r.Context(), a.InvoiceID)
		if err != nil {
			return nil, err
		}
		shown[n] = allocated{a, i}
	}
	return shown, nil
}

func (page creditPage) document() document {
	n := page.note
	doc := document{lines: n.Lines, totals: n.Totals, currency: n.Currency}
	if n.State == crm.CreditNoteDraft || n.State == crm.CreditNoteVoided {
		return doc
	}
	doc.more = append(doc.more, ui.Detail{Term: "Allocated", Text: page.money(n.Applied, n.Currency)})
	if n.Refunded != 0 {
		doc.more = append(doc.more, ui.Detail{Term: "Refunded", Text: page.money(n.Refunded, n.Currency)})
	}
	doc.more = append(doc.more, ui.Detail{Term: "Remaining", Text: page.money(n.Remaining(), n.Currency)})
	return doc
}

func (page creditPage) facts() []ui.Detail {
	n := page.note
	facts := []ui.Detail{
		{Term: "Customer", Text: page.customer.Name, Href: customerURL(n.CustomerID)},
		{Term: "Reason", Text: n.Reason},
		{Term: "Reference", Text: n.Reference},
		{Term: "Issued", Value: day(n.IssuedOn)},
	}
	if page.corrected != nil {
		facts = append(facts, ui.Detail{Term: "Corrects", Text: invoiceName(page.corrected.Number), Href: invoiceURL(page.corrected.ID)})
	}
	return facts
}

// figure is what the credit comes to, or what of it remains.
func (page creditPage) figure() string {
	n := page.note
	if n.State == crm.CreditNoteIssued {
		return page.money(n.Remaining(), n.Currency) + " of " + page.money(n.Totals.Total, n.Currency) + " remains"
	}
	return page.money(n.Totals.Total, n.Currency) + " with tax"
}

func (page creditPage) editable() bool {
	return page.note.State == crm.CreditNoteDraft && page.can(auth.CreditNotesEdit)
}

func (page creditPage) issuable() bool {
	return page.note.State == crm.CreditNoteDraft && page.can(auth.CreditNotesIssue)
}

func (page creditPage) voidable() bool {
	n := page.note
	return n.State.CanBecome(crm.CreditNoteVoided) && n.Applied+n.Refunded == 0 && page.can(auth.CreditNotesIssue)
}

func (page creditPage) allocatable() bool {
	return page.note.State == crm.CreditNoteIssued && page.can(auth.CreditNotesIssue)
}

func (page creditPage) refundable() bool {
	return page.note.State == crm.CreditNoteIssued && page.can(auth.PaymentsRecord)
}

// owed is what the invoice that is corrected still owes, which issuing can
// settle at once; 0: nothing.
func (page creditPage) owed() crm.MinorUnits {
	if page.corrected == nil || !page.corrected.State.Open() {
		return 0
	}
	return min(page.corrected.Due(), page.note.Totals.Total)
}

func (page creditPage) voidWords() (title, text, action string) {
	if page.note.State == crm.CreditNoteDraft {
		return "Discard this draft?", "It stays in the list as voided and cannot be issued any more.", "Discard draft"
	}
	return "Void " + page.note.Number + "?", "Nothing is credited by it any more, here and in Xero. This cannot be undone.", "Void credit note"
}

// stepTo is the form of a step. Issuing changes the page's title, so the whole
// page follows; other steps change the page in place.
func (page creditPage) stepTo(path string) ui.PostTo {
	to := ui.PostTo{URL: creditURL(page.note.ID) + "/" + path, Target: "#credit-note"}
	if path == "issue" {
		to.Target = ""
	}
	return to
}

// allocationsEmpty says why nothing is set against an invoice.
func (page creditPage) allocationsEmpty() string {
	if page.note.State == crm.CreditNoteIssued && len(page.allocation.invoices) == 0 {
		return page.customer.Name + " owes nothing at present. The credit is kept for later invoices, or can be refunded."
	}
	return "Nothing of it is set against an invoice."
}

func (p *Pages) issueCredit(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.CreditNote](r)
	if err != nil {
		return err
	}
	n, err := p.book.IssueCreditNote(r.Context(), id, r.FormValue("allocate") != "")
	if err != nil {
		return err
	}
	done := "credit-issued"
	if n.Applied != 0 {
		done = "credit-issued-allocated"
	}
	return web.Redirect(w, r, creditURL(id), "done", done)
}

func (p *Pages) voidCredit(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.CreditNote](r)
	if err != nil {
		return err
	}
	if _, err := p.book.VoidCreditNote(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, creditURL(id), "done", "credit-voided")
}
