package syncpages

import (
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/synclog"
)

// exportHistory sends the filtered history as a file: as CSV, or as JSON lines
// when they are asked for.
func (p *Pages) exportHistory(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.SyncView)
	if err != nil {
		return err
	}
	v, err := p.historyView(r, me.Org)
	if err != nil {
		return err
	}
	out, err := synclog.NewExport(v.Filter, func(f synclog.Filter) ([]synclog.Entry, error) { return p.store.Entries(r.Context(), me.Org, f) })
	if err != nil {
		return err
	}
	format := synclog.CSV
	if r.FormValue("format") == string(synclog.JSONLines) {
		format = synclog.JSONLines
	}
	h := w.Header()
	h.Set("Content-Type", format.MediaType())
	h.Set("Content-Disposition", `attachment; filename="sync-history-`+p.now().UTC().Format(time.DateOnly)+"."+string(format)+`"`)
	h.Set("Cache-Control", "no-store")
	return out.WriteIn(format, w)
}
