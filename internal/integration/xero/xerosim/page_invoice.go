package xerosim

import (
	"net/http"
	"net/url"
	"sort"
	"strings"
)

const pageRows = 50

// invoiceLine is an invoice as lists show it.
type invoiceLine struct {
	URL, Number, Reference, Contact, Date, DueDate, Status string
	Total, Due                                             string
}

// recordsPage is the part that lists of invoices and contacts share.
type recordsPage struct {
	pageFrame
	Org            Organisation
	Orgs           []Organisation
	Kind           string
	Search, Status string
	Total          int
	Page, Pages    int
}

// PageURL is the address of the page that many steps away.
func (p recordsPage) PageURL(step int) string {
	values := url.Values{}
	for name, value := range map[string]string{"q": p.Search, "status": p.Status} {
		if value != "" {
			values.Set(name, value)
		}
	}
	values.Set("page", decimalText(p.Page+step))
	return "?" + values.Encode()
}

type invoicesPage struct {
	recordsPage
	Statuses      []string
	Rows          []invoiceLine
	Due, Currency string
}

func (s *Server) invoicesPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	if b == nil {
		s.mu.Unlock()
		s.message(w, http.StatusNotFound, "No such organisation", "The address names an organisation these books do not have.")
		return
	}
	data := invoicesPage{recordsPage: s.records(r, b, "invoicing"), Currency: b.org.BaseCurrency,
		Statuses: []string{statusDraft, statusSubmitted, statusAuthorised, statusPaid, statusVoided, statusDeleted}}
	q := query{search: strings.ToLower(data.Search), includeArchived: true, paged: true, page: data.Page, pageSize: pageRows,
		orderBy: "UpdatedDateUTC", descending: true}
	if data.Status != "" {
		q.statuses = map[string]bool{strings.ToLower(data.Status): true}
	}
	list := collect(&b.invoices, q, b.invoiceRow)
	data.Total, data.Pages = list.pagination.ItemCount, list.pagination.PageCount
	for _, row := range list.rows {
		data.Rows = append(data.Rows, b.invoiceLine(row))
	}
	var due Amount
	b.invoices.all(func(row *Invoice) {
		if row.Status == statusAuthorised && row.Type == typeSale {
			due += amountOf(row.AmountDue)
		}
	})
	data.Due = due.grouped()
	s.mu.Unlock()
	s.render(w, http.StatusOK, "invoices", data)
}

func (s *Server) records(r *http.Request, b *books, kind string) recordsPage {
	out := recordsPage{pageFrame: pageFrame{Title: b.org.Name}, Org: b.org, Kind: kind, Page: pageNumber(r),
		Search: strings.TrimSpace(r.URL.Query().Get("q")), Status: r.URL.Query().Get("status")}
	for _, tenant := range s.order {
		out.Orgs = append(out.Orgs, s.tenants[tenant].org)
	}
	return out
}

func (b *books) invoiceLine(row *Invoice) invoiceLine {
	out := invoiceLine{URL: "/app/" + url.PathEscape(b.org.ShortCode) + "/invoicing/view/" + row.InvoiceID, Number: row.InvoiceNumber,
		Reference: row.Reference, Date: row.Date.people(), DueDate: row.DueDate.people(), Status: row.Status,
		Total: amountOf(row.Total).grouped(), Due: amountOf(row.AmountDue).grouped()}
	if out.Number == "" {
		out.Number = "No number"
	}
	if contact := b.contacts.rows[row.Contact.ContactID]; contact != nil {
		out.Contact = contact.Name
	}
	return out
}

type documentLine struct {
	Description, Quantity, Price, Discount, Account, Tax, TaxAmount, Amount string
}

type settlement struct{ Words, Amount string }

type invoicePage struct {
	pageFrame
	Org                Organisation
	Row                invoiceLine
	Invoice            Invoice
	ContactURL         string
	Lines              []documentLine
	Settlements        []settlement
	SubTotal, TotalTax string
	Payable, Voidable  bool
}

func (s *Server) invoicePage(w http.ResponseWriter, r *http.Request) {
	s.showInvoice(w, r, http.StatusOK, "")
}

func (s *Server) showInvoice(w http.ResponseWriter, r *http.Request, status int, problem string) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	var row *Invoice
	if b != nil {
		row = b.invoice(r.PathValue("id"))
	}
	if row == nil {
		s.mu.Unlock()
		s.message(w, http.StatusNotFound, "No such invoice", "The invoice is not in these books.")
		return
	}
	data := b.invoicePage(row)
	s.mu.Unlock()
	data.Problem = problem
	switch r.URL.Query().Get("done") {
	case "paid":
		data.Notice = "Payment recorded."
	case "voided":
		data.Notice = "Invoice voided."
	}
	s.render(w, status, "invoice", data)
}

func (b *books) invoicePage(row *Invoice) invoicePage {
	view := b.invoiceView(row, true, true)
	out := invoicePage{pageFrame: pageFrame{Title: row.InvoiceNumber}, Org: b.org, Row: b.invoiceLine(row), Invoice: view,
		ContactURL: "/app/" + url.PathEscape(b.org.ShortCode) + "/contacts/contact/" + row.Contact.ContactID,
		SubTotal:   amountOf(row.SubTotal).grouped(), TotalTax: amountOf(row.TotalTax).grouped(),
		Payable: row.Status == statusAuthorised, Voidable: row.Status == statusAuthorised && amountOf(row.AmountPaid)+amountOf(row.AmountCredited) == 0}
	for _, line := range view.LineItems {
		discount := ""
		if line.DiscountRate != nil && *line.DiscountRate != 0 {
			discount = line.DiscountRate.short() + " %"
		} else if line.DiscountAmount != nil && *line.DiscountAmount != 0 {
			discount = line.DiscountAmount.grouped()
		}
		out.Lines = append(out.Lines, documentLine{Description: line.Description, Quantity: line.Quantity.short(),
			Price: line.UnitAmount.grouped(), Discount: discount, Account: line.AccountCode, Tax: line.TaxType,
			TaxAmount: line.TaxAmount.grouped(), Amount: line.LineAmount.grouped()})
	}
	for _, p := range view.Payments {
		out.Settlements = append(out.Settlements, settlement{"Paid " + p.Date.people(), p.Amount.grouped()})
	}
	for _, n := range view.CreditNotes {
		out.Settlements = append(out.Settlements, settlement{"Credit note " + n.CreditNoteNumber, n.AppliedAmount.grouped()})
	}
	return out
}

func (s *Server) payPosted(w http.ResponseWriter, r *http.Request) {
	var amount Amount
	if text := strings.ReplaceAll(strings.TrimSpace(r.PostFormValue("amount")), ",", ""); text != "" {
		parsed, err := ParseAmount(text)
		if err != nil || parsed <= 0 {
			s.showInvoice(w, r, http.StatusUnprocessableEntity, "Write an amount such as 120.50.")
			return
		}
		amount = parsed
	}
	s.act(w, r, "paid", func(ch *change, row *Invoice) []string {
		_, problems := ch.pay(row, amount, Date{})
		return problems
	})
}

func (s *Server) voidPosted(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "voided", func(ch *change, row *Invoice) []string {
		_, problems := ch.void(row)
		return problems
	})
}

// act changes one invoice from its page and shows it again.
func (s *Server) act(w http.ResponseWriter, r *http.Request, done string, work func(*change, *Invoice) []string) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	var row *Invoice
	if b != nil {
		row = b.invoice(r.PathValue("id"))
	}
	if row == nil {
		s.mu.Unlock()
		s.message(w, http.StatusNotFound, "No such invoice", "The invoice is not in these books.")
		return
	}
	ch := &change{b: b, now: s.now(), rules: rules{silentPayments: s.opts.SilentPayments, fourDecimals: true}}
	problems := work(ch, row)
	if len(problems) > 0 {
		ch.rollback(mark{})
	} else {
		s.commit(ch)
	}
	back := b.invoiceLine(row).URL
	s.mu.Unlock()
	if len(problems) > 0 {
		s.showInvoice(w, r, http.StatusUnprocessableEntity, strings.Join(problems, " "))
		return
	}
	http.Redirect(w, r, back+"?done="+done, http.StatusSeeOther)
}

// onlinePage is where an online invoice address leads.
func (s *Server) onlinePage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	back := ""
	for _, tenant := range s.order {
		if row := s.tenants[tenant].invoices.rows[r.PathValue("id")]; row != nil {
			back = s.tenants[tenant].invoiceLine(row).URL
		}
	}
	s.mu.Unlock()
	if back == "" {
		s.message(w, http.StatusNotFound, "No such invoice", "The address does not name an invoice.")
		return
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

type contactLine struct{ URL, Name, Number, Email, TaxNumber, Status string }

type contactsPage struct {
	recordsPage
	Rows []contactLine
}

func (s *Server) contactsPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	if b == nil {
		s.mu.Unlock()
		s.message(w, http.StatusNotFound, "No such organisation", "The address names an organisation these books do not have.")
		return
	}
	data := contactsPage{recordsPage: s.records(r, b, "contacts")}
	q := query{search: strings.ToLower(data.Search), includeArchived: true, paged: true, page: data.Page, pageSize: pageRows, orderBy: "Name"}
	list := collect(&b.contacts, q, contactRow)
	data.Total, data.Pages = list.pagination.ItemCount, list.pagination.PageCount
	for _, row := range list.rows {
		data.Rows = append(data.Rows, contactLine{"/app/" + url.PathEscape(b.org.ShortCode) + "/contacts/contact/" + row.ContactID,
			row.Name, row.ContactNumber, row.EmailAddress, row.TaxNumber, row.ContactStatus})
	}
	s.mu.Unlock()
	s.render(w, http.StatusOK, "contacts", data)
}

type contactPage struct {
	pageFrame
	Org                 Organisation
	Contact             Contact
	Person, Outstanding string
	Addresses, Phones   []string
	Rows                []invoiceLine
}

func (s *Server) contactPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	var row *Contact
	if b != nil {
		row = b.contacts.rows[r.PathValue("id")]
	}
	if row == nil {
		s.mu.Unlock()
		s.message(w, http.StatusNotFound, "No such contact", "The contact is not in these books.")
		return
	}
	data := contactPage{pageFrame: pageFrame{Title: row.Name}, Org: b.org, Contact: *row,
		Person: strings.TrimSpace(row.FirstName + " " + row.LastName), Outstanding: b.balances(row.ContactID, Date{s.now()}).AccountsReceivable.Outstanding.grouped()}
	for _, a := range row.Addresses {
		if text := joined(a.AddressLine1, a.AddressLine2, a.City, a.Region, a.PostalCode, a.Country); text != "" {
			data.Addresses = append(data.Addresses, text)
		}
	}
	for _, p := range row.Phones {
		if p.PhoneNumber != "" {
			data.Phones = append(data.Phones, strings.TrimSpace(p.PhoneCountryCode+" "+p.PhoneAreaCode+" "+p.PhoneNumber))
		}
	}
	for id := range b.invoiced[row.ContactID] {
		if invoice := b.invoices.rows[id]; invoice != nil {
			data.Rows = append(data.Rows, b.invoiceLine(invoice))
		}
	}
	s.mu.Unlock()
	sort.Slice(data.Rows, func(i, j int) bool { return data.Rows[i].Number < data.Rows[j].Number })
	s.render(w, http.StatusOK, "contact", data)
}

func joined(parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, ", ")
}
