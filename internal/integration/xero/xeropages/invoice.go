package xeropages

import (
	"net/http"

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
