// Package csvfile sends lists as CSV files that spreadsheets may open.
package csvfile

import (
	"encoding/csv"
	"fmt"
	"net/http"
)

// Begin answers with a file of a name without its ending, and writes its head.
func Begin(w http.ResponseWriter, name string, head []string) (*csv.Writer, error) {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+".csv"))
	h.Set("Cache-Control", "no-store")
	out := csv.NewWriter(w)
	if err := out.Write(head); err != nil {
		return nil, fmt.Errorf("write the head of a file: %w", err)
	}
	return out, nil
}
