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
		s.noOrganisation(w)
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
	ID, Description, Quantity, Price, Exact, Discount, Account, Tax, TaxAmount, Amount string
}

// settlement is a payment or an allocation as the pages of documents show it, with what can be done about it.
type settlement struct {
	Words, URL, Amount   string
	PaymentID            string
	Reconciled, Batched  bool
	CreditID, Allocation string
}

// openCredit is a credit that can still be set against something.
type openCredit struct{ ID, Words string }

type invoicePage struct {
	pageFrame
	Org                Organisation
	Row                invoiceLine
	Invoice            Invoice
	ContactURL         string
	Theme              string
	Lines              []documentLine
	Settlements        []settlement
	Credits            []openCredit
	SubTotal, TotalTax string
	Payable, Voidable  bool
	Draft, Mailable    bool
	Editable           bool // anything
	LinesEditable      bool
	Accounts, Taxes    []choice
}

// choice is one option of a select.
type choice struct{ Value, Words string }

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
	data.Problem, data.Notice = problem, notice(r, invoiceForms())
	s.render(w, status, "invoice", data)
}

func (b *books) invoicePage(row *Invoice) invoicePage {
	view := b.invoiceView(row, true, true)
	settled := amountOf(row.AmountPaid)+amountOf(row.AmountCredited) != 0
	out := invoicePage{pageFrame: pageFrame{Title: row.InvoiceNumber}, Org: b.org, Row: b.invoiceLine(row), Invoice: view,
		ContactURL: b.address("contacts/contact/", row.Contact.ContactID), Lines: documentLines(view.LineItems),
		SubTotal: amountOf(row.SubTotal).grouped(), TotalTax: amountOf(row.TotalTax).grouped(),
		Payable: row.Status == statusAuthorised, Voidable: row.Status == statusAuthorised && !settled,
		Draft:    row.Status == statusDraft || row.Status == statusSubmitted,
		Mailable: row.Type == typeSale && (row.Status == statusAuthorised || row.Status == statusPaid), Accounts: b.lineAccounts(), Taxes: b.taxChoices()}
	out.Editable = out.Draft || row.Status == statusAuthorised
	out.LinesEditable = out.Editable && !settled
	if theme := b.org.theme(row.BrandingThemeID); theme != nil {
		out.Theme = theme.Name
	}
	for _, p := range view.Payments {
		out.Settlements = append(out.Settlements, b.paymentSettlement("Paid ", p.PaymentID))
	}
	out.Settlements = append(out.Settlements, b.allocationSettlements(row.InvoiceID)...)
	if out.Payable {
		out.Credits = b.openCredits(row.Contact.ContactID)
	}
	return out
}

// address is the path of a page of these books.
func (b *books) address(page, id string) string {
	return "/app/" + url.PathEscape(b.org.ShortCode) + "/" + page + url.PathEscape(id)
}

func documentLines(items []LineItem) (lines []documentLine) {
	for _, line := range items {
		discount := ""
		if line.DiscountRate != nil && *line.DiscountRate != 0 {
			discount = line.DiscountRate.short() + " %"
		} else if line.DiscountAmount != nil && *line.DiscountAmount != 0 {
			discount = line.DiscountAmount.grouped()
		}
		lines = append(lines, documentLine{ID: line.LineItemID, Description: line.Description, Quantity: line.Quantity.short(),
			Price: line.UnitAmount.grouped(), Exact: line.UnitAmount.String(), Discount: discount, Account: line.AccountCode, Tax: line.TaxType,
			TaxAmount: line.TaxAmount.grouped(), Amount: line.LineAmount.grouped()})
	}
	return lines
}

func (b *books) paymentSettlement(words, id string) settlement {
	p := b.payments.rows[id]
	return settlement{Words: words + p.Date.people(), Amount: p.Amount.grouped(), PaymentID: id, Reconciled: p.IsReconciled, Batched: p.BatchPaymentID != ""}
}

// allocationSettlements lists the parts of credits that an invoice has.
func (b *books) allocationSettlements(invoice string) (out []settlement) {
	for id := range b.credited[invoice] {
		words, link := b.creditWords(id)
		for _, a := range b.allocationsOf(id) {
			if a.Invoice.InvoiceID == invoice {
				out = append(out, settlement{Words: words, URL: link, Amount: a.Amount.grouped(), CreditID: id, Allocation: a.AllocationID})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Words+out[i].Allocation < out[j].Words+out[j].Allocation })
	return out
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
