package api

import (
	"context"
	"mime"
	"net/http"

	"github.com/renoz/renoz/internal/auth"
)

// OnlineInvoice is where the customer sees an invoice.
type OnlineInvoice struct {
	URL string `json:"url" format:"uri"`
}

type (
	onlineAnswer struct{ Body OnlineInvoice }
	pdfAnswer    struct {
		ContentType string `header:"Content-Type"`
		Disposition string `header:"Content-Disposition"`
		Body        []byte
	}
)

func (t *table) xeroInvoices() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Xero"}
	}
	mail := row("mail-invoice-by-xero", http.MethodPost, "/invoices/{id}/mail", auth.InvoicesIssue, "Have Xero mail an invoice to its customer")
	mail.status = http.StatusAccepted
	add(t, mail, t.mailInvoice)
	add(t, row("get-online-invoice", http.MethodGet, "/invoices/{id}/online", auth.InvoicesView, "Where the customer sees an invoice"), t.getOnline)
	add(t, row("get-invoice-pdf", http.MethodGet, "/invoices/{id}/pdf", auth.InvoicesView, "An invoice as Xero prints it"), t.getPDF)
}

func (a *API) mailInvoice(ctx context.Context, in *invoicePath) (*begunAnswer, error) {
	return &begunAnswer{Begun{"Xero mails the invoice to the customer now."}}, a.xero.MailInvoice(ctx, in.ID)
}

func (a *API) getOnline(ctx context.Context, in *invoicePath) (*onlineAnswer, error) {
	url, err := a.xero.OnlineInvoice(ctx, in.ID)
	return &onlineAnswer{OnlineInvoice{url}}, err
}

func (a *API) getPDF(ctx context.Context, in *invoicePath) (*pdfAnswer, error) {
	pdf, number, err := a.xero.InvoicePDF(ctx, in.ID)
	return &pdfAnswer{"application/pdf", mime.FormatMediaType("attachment", map[string]string{"filename": number + ".pdf"}), pdf}, err
}
