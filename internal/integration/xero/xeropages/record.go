package xeropages

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/web"
)

// syncRecord brings one record into line with Xero at once, and leads back to
// its page.
func (p *Pages) syncRecord(w http.ResponseWriter, r *http.Request) error {
	kind, err := xero.SyncableKind(r.PathValue("kind"))
	if err != nil {
		return web.ErrNotFound
	}
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := p.xero.SyncRecord(r.Context(), kind, id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/"+r.PathValue("kind")+"/"+id.String(), "done", "xero-record-synced")
}
