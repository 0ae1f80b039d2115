package xerosim

import (
	"net/http"
	"strings"
)

// paymentLine is a payment as its list shows it.
type paymentLine struct {
	ID, Document, URL, Contact, Date, Reference, Amount, Status string
	Refund, Reconciled, Batched, Live                           bool
}

type paymentsPage struct {
	recordsPage
	URL  string
	Rows []paymentLine
}

// paymentForms is what a person can do in the list of payments.
func paymentForms() map[string]pageForm {
	return map[string]pageForm{
		"unpay":       {"Payment removed.", unpayForm},
		"reconcile":   {"Payment reconciled.", reconcileForm(true)},
		"unreconcile": {"Payment no longer reconciled.", reconcileForm(false)},
		"batch":       {"Payments put into one batch.", func(ch *change, r *http.Request) []string { return ch.batch(r.PostForm["payment"]) }},
	}
}

func (s *Server) paymentsPage(w http.ResponseWriter, r *http.Request) {
	s.showPayments(w, r, http.StatusOK, "")
}

func (s *Server) showPayments(w http.ResponseWriter, r *http.Request, status int, problem string) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	if b == nil {
		s.mu.Unlock()
		s.noOrganisation(w)
		return
	}
	data := paymentsPage{recordsPage: s.records(r, b, "payments"), URL: b.address("payments", "")}
	q := query{search: strings.ToLower(data.Search), includeArchived: true, paged: true, page: data.Page, pageSize: pageRows,
		orderBy: "UpdatedDateUTC", descending: true}
	list := collect(&b.payments, q, b.paymentRow)
	data.Total, data.Pages = list.pagination.ItemCount, list.pagination.PageCount
	for _, row := range list.rows {
		data.Rows = append(data.Rows, b.paymentLine(row))
	}
	s.mu.Unlock()
	data.Problem, data.Notice = problem, notice(r, paymentForms())
	s.render(w, status, "payments", data)
}

func (b *books) paymentLine(row *Payment) paymentLine {
	document := b.documentOf(row)
	out := paymentLine{ID: row.PaymentID, Document: document.InvoiceNumber, Contact: document.Contact.Name, Date: row.Date.people(),
		Reference: row.Reference, Amount: row.Amount.grouped(), Status: row.Status, Refund: row.Invoice == nil,
		Reconciled: row.IsReconciled, Batched: row.BatchPaymentID != "", Live: row.Status == statusAuthorised}
	if invoice := b.invoices.rows[document.InvoiceID]; invoice != nil {
		out.URL = b.invoiceLine(invoice).URL
		return out
	}
	out.Document, out.URL = b.creditWords(document.InvoiceID)
	return out
}
