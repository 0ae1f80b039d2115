package xerosim

import (
	"net/http"
	"net/url"
	"sort"
	"strings"
)

// creditLine is a credit note, overpayment or prepayment as lists show it.
type creditLine struct {
	URL, Words, Number, Reference, Contact, Date, Status string
	Total, Left                                          string
}

func (b *books) creditLine(id string) creditLine {
	words, link := b.creditWords(id)
	if note := b.notes.rows[id]; note != nil {
		return creditLine{URL: link, Words: words, Number: note.CreditNoteNumber, Reference: note.Reference, Contact: b.contactName(note.Contact.ContactID).Name,
			Date: note.Date.people(), Status: note.Status, Total: amountOf(note.Total).grouped(), Left: amountOf(note.RemainingCredit).grouped()}
	}
	row := b.advances.rows[id]
	number := row.Reference
	if number == "" {
		number = "No reference"
	}
	return creditLine{URL: link, Words: words, Number: number, Contact: b.contactName(row.Contact.ContactID).Name, Date: row.Date.people(),
		Status: row.Status, Total: amountOf(row.Total).grouped(), Left: amountOf(row.RemainingCredit).grouped()}
}

// creditWords names a credit for people, with the address of its page.
func (b *books) creditWords(id string) (words, link string) {
	if note := b.notes.rows[id]; note != nil {
		return "Credit note " + note.CreditNoteNumber, b.address("credit-notes/", id)
	}
	row := b.advances.rows[id]
	words = "Prepayment"
	if row.isOverpayment() {
		words = "Overpayment"
	}
	return strings.TrimSpace(words + " " + row.Reference), b.address("advances/", id)
}

// openCredits lists the credits of a contact that have something left.
func (b *books) openCredits(contact string) (out []openCredit) {
	for id := range b.invoiced[contact] {
		var left Amount
		status := ""
		if note := b.notes.rows[id]; note != nil && note.Type == typeSaleCredit {
			left, status = amountOf(note.RemainingCredit), note.Status
		} else if row := b.advances.rows[id]; row != nil {
			left, status = amountOf(row.RemainingCredit), row.Status
		}
		if status == statusAuthorised && left > 0 {
			words, _ := b.creditWords(id)
			out = append(out, openCredit{id, words + ", " + left.grouped() + " left"})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Words+out[i].ID < out[j].Words+out[j].ID })
	return out
}

type creditsPage struct {
	recordsPage
	Statuses []string
	Rows     []creditLine
}

// creditsPage lists credit notes, or the advances when kind says so.
func (s *Server) creditsPage(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		b := s.booksOf(r.PathValue("short"))
		if b == nil {
			s.mu.Unlock()
			s.noOrganisation(w)
			return
		}
		data := creditsPage{recordsPage: s.records(r, b, kind), Statuses: []string{statusAuthorised, statusPaid, statusVoided}}
		q := query{search: strings.ToLower(data.Search), includeArchived: true, paged: true, page: data.Page, pageSize: pageRows,
			orderBy: "UpdatedDateUTC", descending: true}
		if data.Status != "" {
			q.statuses = map[string]bool{strings.ToLower(data.Status): true}
		}
		var ids []string
		var pages *pagination
		if kind == "credit-notes" {
			data.Statuses = append([]string{statusDraft, statusSubmitted}, append(data.Statuses, statusDeleted)...)
			list := collect(&b.notes, q, b.noteRow)
			pages = list.pagination
			for _, row := range list.rows {
				ids = append(ids, row.CreditNoteID)
			}
		} else {
			list := collect(&b.advances, q, b.advanceRow)
			pages = list.pagination
			for _, row := range list.rows {
				ids = append(ids, row.ID())
			}
		}
		data.Total, data.Pages = pages.ItemCount, pages.PageCount
		for _, id := range ids {
			data.Rows = append(data.Rows, b.creditLine(id))
		}
		s.mu.Unlock()
		s.render(w, http.StatusOK, "credits", data)
	}
}

type creditPage struct {
	pageFrame
	Org                Organisation
	List, ListWords    string
	Row                creditLine
	Note               bool // a credit note
	ContactURL         string
	Day                string
	Lines              []documentLine
	SubTotal, TotalTax string
	Settlements        []settlement
	Invoices           []choice // it can be allocated to
	Open, Voidable     bool
	Draft, Editable    bool
}

func (s *Server) creditPage(w http.ResponseWriter, r *http.Request) {
	s.showCredit(w, r, http.StatusOK, "")
}

func (s *Server) showCredit(w http.ResponseWriter, r *http.Request, status int, problem string) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	id := r.PathValue("id")
	if b != nil && b.notes.rows[id] == nil && b.advances.rows[id] == nil {
		id, _ = b.noteNumbers.other(id, "") // a credit note can be named by its number
	}
	if b == nil || id == "" {
		s.mu.Unlock()
		s.message(w, http.StatusNotFound, "No such credit", "The credit is not in these books.")
		return
	}
	data := b.creditPage(id)
	s.mu.Unlock()
	data.Problem, data.Notice = problem, notice(r, creditForms())
	s.render(w, status, "credit", data)
}

func (b *books) creditPage(id string) creditPage {
	row := b.creditLine(id)
	out := creditPage{Org: b.org, Row: row, pageFrame: pageFrame{Title: row.Words}}
	var lines []LineItem
	var contact string
	var left, total, subTotal, tax Amount
	if note := b.notes.rows[id]; note != nil {
		out.Note, out.List, out.ListWords = true, b.address("credit-notes", ""), "All credit notes"
		lines, contact, left, total = note.LineItems, note.Contact.ContactID, amountOf(note.RemainingCredit), amountOf(note.Total)
		subTotal, tax, out.Day = amountOf(note.SubTotal), amountOf(note.TotalTax), note.Date.Format(dayLayout)
		out.Draft = note.Status == statusDraft || note.Status == statusSubmitted
		out.Editable = out.Draft || note.Status == statusAuthorised
	} else {
		advance := b.advances.rows[id]
		out.List, out.ListWords = b.address("advances", ""), "All overpayments and prepayments"
		lines, contact, left, total = advance.LineItems, advance.Contact.ContactID, amountOf(advance.RemainingCredit), amountOf(advance.Total)
		subTotal, tax = amountOf(advance.SubTotal), amountOf(advance.TotalTax)
	}
	out.ContactURL, out.Lines = b.address("contacts/contact/", contact), documentLines(lines)
	out.SubTotal, out.TotalTax = subTotal.grouped(), tax.grouped()
	out.Open = row.Status == statusAuthorised && left > 0
	out.Voidable = row.Status == statusAuthorised && left == total
	for _, a := range b.allocationsOf(id) {
		invoice := b.invoices.rows[a.Invoice.InvoiceID]
		out.Settlements = append(out.Settlements, settlement{Words: "Used for " + invoice.InvoiceNumber, URL: b.invoiceLine(invoice).URL,
			Amount: a.Amount.grouped(), CreditID: id, Allocation: a.AllocationID})
	}
	for _, p := range b.paymentsOf(id) {
		out.Settlements = append(out.Settlements, b.paymentSettlement("Paid back ", p.PaymentID))
	}
	if out.Open {
		out.Invoices = b.openInvoices(contact)
	}
	return out
}

// openInvoices lists the sales of a contact that something is due on.
func (b *books) openInvoices(contact string) (out []choice) {
	for id := range b.invoiced[contact] {
		if row := b.invoices.rows[id]; row != nil && row.Type == typeSale && row.Status == statusAuthorised {
			out = append(out, choice{id, row.InvoiceNumber + ", " + amountOf(row.AmountDue).grouped() + " due"})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Words+out[i].Value < out[j].Words+out[j].Value })
	return out
}

// oldCreditLink serves Xero's older address of credit notes, which has no organisation in it.
// https://developer.xero.com/documentation/guides/how-to-guides/deep-link-xero/
func (s *Server) oldCreditLink(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("creditNoteID")
	s.mu.Lock()
	to := ""
	for _, tenant := range s.order {
		if b := s.tenants[tenant]; b.notes.rows[id] != nil {
			to = b.address("credit-notes/", id)
		}
	}
	s.mu.Unlock()
	if to == "" {
		s.message(w, http.StatusNotFound, "No such credit note", "The address does not name a credit note.")
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// organisationLogin serves Xero's older links, which choose the organisation first and then go to a page.
func (s *Server) organisationLogin(w http.ResponseWriter, r *http.Request) {
	to, err := url.Parse(r.URL.Query().Get("redirecturl"))
	if err != nil || to.Scheme != "" || to.Host != "" || !strings.HasPrefix(to.Path, "/AccountsReceivable/") {
		s.message(w, http.StatusNotFound, "Nothing here", "The Xero simulator has no such page.")
		return
	}
	http.Redirect(w, r, to.RequestURI(), http.StatusSeeOther)
}
