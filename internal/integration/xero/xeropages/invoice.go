package xeropages

import (
	"mime"
	"net/http"
	"strconv"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
)

// online leads to the page where the customer sees an invoice. Its address is
// asked for at each time: Xero may change it.
func (p *Pages) online(w http.ResponseWriter, r *http.Request) error {
	id, err := crm.ParseID[crm.Invoice](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	address, err := p.xero.OnlineInvoice(r.Context(), id)
	if err != nil {
		return err
	}
	http.Redirect(w, r, address, http.StatusSeeOther) // #nosec G710 -- Xero's own answer, asked for over its API
	return nil
}

// pdf shows an invoice as Xero prints it.
func (p *Pages) pdf(w http.ResponseWriter, r *http.Request) error {
	id, err := crm.ParseID[crm.Invoice](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	pdf, number, err := p.xero.InvoicePDF(r.Context(), id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Length", strconv.Itoa(len(pdf)))
	w.Header().Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": number + ".pdf"}))
	_, err = w.Write(pdf) // #nosec G705 -- a PDF, whose opening was checked, under a type that is not sniffed
	return err
}

// mail has Xero mail an invoice to its customer.
func (p *Pages) mail(w http.ResponseWriter, r *http.Request) error {
	id, err := crm.ParseID[crm.Invoice](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := p.xero.MailInvoice(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/invoices/"+id.String(), "done", "xero-mailing")
}
