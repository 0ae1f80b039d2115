package syncpages

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/synclog"
)

// exportBatch is how many operations are read at once.
const exportBatch = 200

// exportHistory sends the filtered history as a file, batch by batch: as CSV, or
// as JSON lines when they are asked for.
func (p *Pages) exportHistory(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.SyncView)
	if err != nil {
		return err
	}
	v, err := p.historyView(r, me.Org)
	if err != nil {
		return err
	}
	f := v.Filter
	f.Limit = exportBatch
	rows, err := p.store.Entries(r.Context(), me.Org, f)
	if err != nil {
		return err
	}
	kind, ending, out := "text/csv; charset=utf-8", "csv", newCSV(w)
	if r.FormValue("format") == "jsonl" {
		kind, ending, out = "application/jsonl", "jsonl", jsonLines{json.NewEncoder(w)}
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="sync-history-`+p.now().UTC().Format(time.DateOnly)+"."+ending+`"`)
	h.Set("Cache-Control", "no-store")
	if err := out.begin(); err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	for len(rows) > 0 {
		for _, e := range rows {
			if err := out.write(e); err != nil {
				return fmt.Errorf("write the history: %w", err)
			}
		}
		f.Before = rows[len(rows)-1].ID
		if rows, err = p.store.Entries(r.Context(), me.Org, f); err != nil {
			return err
		}
	}
	return out.end()
}

// exporter writes operations to a file of one format.
type exporter interface {
	begin() error
	write(e synclog.Entry) error
	end() error
}

type csvFile struct{ *csv.Writer }

func newCSV(w io.Writer) exporter { return csvFile{csv.NewWriter(w)} }

func (f csvFile) begin() error {
	return f.Write([]string{"time", "direction", "entity", "record", "label", "action", "status", "error", "attempt", "who", "http_status", "milliseconds"})
}

func (f csvFile) write(e synclog.Entry) error { return f.Write(exportRow(e)) }

func (f csvFile) end() error {
	f.Flush()
	return f.Error()
}

type jsonLines struct{ *json.Encoder }

func (jsonLines) begin() error { return nil }
func (jsonLines) end() error   { return nil }

func (f jsonLines) write(e synclog.Entry) error {
	return f.Encode(struct {
		Time         time.Time         `json:"time"`
		Direction    synclog.Direction `json:"direction"`
		Entity       string            `json:"entity"`
		Record       string            `json:"record"`
		Label        string            `json:"label"`
		Action       synclog.Action    `json:"action"`
		Status       synclog.Status    `json:"status"`
		Error        string            `json:"error,omitempty"`
		Attempt      int               `json:"attempt"`
		Who          string            `json:"who"`
		HTTPStatus   int               `json:"http_status,omitempty"`
		Milliseconds int64             `json:"milliseconds"`
	}{e.At.UTC(), e.Direction, e.EntityType, e.EntityID, e.Label, e.Action, e.Status, e.Error, e.Attempt, e.Actor, e.HTTPStatus, e.Duration.Milliseconds()})
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
