package syncpages

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/synclog"
)

// exportBatch is how many operations are read at once.
const exportBatch = 200

// exportHistory sends the filtered history as a file, batch by batch.
func (p *Pages) exportHistory(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.SyncView)
	if err != nil {
		return err
	}
	f := historyFilter(r)
	f.Limit = exportBatch
	rows, err := p.store.Entries(r.Context(), me.Org, f)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="sync-history-`+p.now().UTC().Format(time.DateOnly)+`.csv"`)
	h.Set("Cache-Control", "no-store")
	out := csv.NewWriter(w)
	if err := out.Write([]string{"time", "direction", "entity", "record", "label", "action", "status", "error", "attempt", "who", "http_status", "milliseconds"}); err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	for len(rows) > 0 {
		for _, e := range rows {
			if err := out.Write(exportRow(e)); err != nil {
				return fmt.Errorf("write the history: %w", err)
			}
		}
		f.Before = rows[len(rows)-1].ID
		if rows, err = p.store.Entries(r.Context(), me.Org, f); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func exportRow(e synclog.Entry) []string {
	return []string{
		e.At.UTC().Format(time.RFC3339), string(e.Direction), e.EntityType, e.EntityID, inert(e.Label), string(e.Action), string(e.Status),
		inert(e.Error), strconv.Itoa(e.Attempt), inert(e.Actor), strconv.Itoa(e.HTTPStatus), strconv.FormatInt(e.Duration.Milliseconds(), 10),
	}
}

// inert keeps a spreadsheet from reading text as a formula.
// https://owasp.org/www-community/attacks/CSV_Injection
func inert(text string) string {
	if text == "" {
		return ""
	}
	switch text[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + text
	}
	return text
}
