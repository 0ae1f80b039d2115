package xerosim

import (
	"encoding/json"
	"net/http"
)

func (c *call) listInvoices() answer {
	q, err := c.readQuery()
	if err != nil {
		return badQuery(err)
	}
	list := collect(&c.books.invoices, q, c.books.invoiceRow)
	views := make([]Invoice, len(list.rows))
	for i, row := range list.rows {
		views[i] = c.books.invoiceView(row, q.paged && !q.summaryOnly, c.rules.fourDecimals)
		if q.summaryOnly {
			views[i].Payments, views[i].CreditNotes, views[i].Prepayments, views[i].Overpayments = nil, nil, nil, nil
		}
		if c.server.opts.BriefLists {
			views[i].leaveOutApplied()
		}
	}
	return c.listEnvelope(list.pagination, field{"Invoices", views})
}

// leaveOutApplied takes away how much of each credit was applied.
func (v *Invoice) leaveOutApplied() {
	for i := range v.CreditNotes {
		v.CreditNotes[i].AppliedAmount = nil
	}
	for i := range v.Prepayments {
		v.Prepayments[i].AppliedAmount = nil
	}
	for i := range v.Overpayments {
		v.Overpayments[i].AppliedAmount = nil
	}
}

// invoice finds by id or by number.
func (b *books) invoice(key string) *Invoice {
	if row := b.invoices.rows[key]; row != nil {
		return row
	}
	if id, ok := b.invoiceNumbers.other(key, ""); ok {
		return b.invoices.rows[id]
	}
	return nil
}

func (c *call) getInvoice() answer {
	row := c.books.invoice(c.r.PathValue("id"))
	if row == nil {
		return notFound()
	}
	if c.wantsPDF() {
		return pdfAnswer(c.books.invoicePDF(row))
	}
	view := c.books.invoiceView(row, true, c.rules.fourDecimals)
	if contact := c.books.contacts.rows[row.Contact.ContactID]; contact != nil {
		full := contact.view()
		view.Contact = &full
	}
	return c.envelope(http.StatusOK, field{"Invoices", []Invoice{view}})
}

func (c *call) writeInvoices() answer {
	update := c.r.Method == http.MethodPost
	return c.writeEach("Invoices", func(ch *change, raw json.RawMessage) (any, []string) {
		row, problems := ch.saveInvoice(raw, update)
		if len(problems) > 0 {
			return nil, problems
		}
		view := ch.b.invoiceView(row, true, ch.rules.fourDecimals)
		view.StatusAttributeString = "OK"
		return view, nil
	})
}

func (c *call) onlineInvoice() answer {
	row := c.books.invoice(c.r.PathValue("id"))
	if row == nil {
		return notFound()
	}
	if row.Type != typeSale || row.Status == statusDraft || row.Status == statusSubmitted || row.Status == statusDeleted {
		return badRequest("Online invoices are only available for approved sales invoices")
	}
	type online struct {
		OnlineInvoiceURL string `json:"OnlineInvoiceUrl"`
	}
	return c.envelope(http.StatusOK, field{"OnlineInvoices", []online{{c.server.base(c.r) + "/online/" + row.InvoiceID}}})
}
