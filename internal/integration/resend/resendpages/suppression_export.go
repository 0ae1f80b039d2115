package resendpages

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/mail"
)

// exportBatch is how many suppressions are read at once.
const exportBatch = 200

// exportSuppressions sends the filtered list as a file, batch by batch.
func (p *Pages) exportSuppressions(w http.ResponseWriter, r *http.Request) error {
	f := suppressionFilter(r)
	f.Limit = exportBatch
	rows, err := p.resend.Suppressions(r.Context(), f)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="suppressions-`+p.now().UTC().Format(time.DateOnly)+`.csv"`)
	h.Set("Cache-Control", "no-store")
	out := csv.NewWriter(w)
	if err := out.Write([]string{"address", "scope", "reason", "note", "mail", "by", "since"}); err != nil {
		return fmt.Errorf("write suppressions: %w", err)
	}
	for len(rows) > 0 {
		for _, s := range rows {
			if err := out.Write(exportRow(s)); err != nil {
				return fmt.Errorf("write suppressions: %w", err)
			}
		}
		f.Before = rows[len(rows)-1].ID
		if rows, err = p.resend.Suppressions(r.Context(), f); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func exportRow(s mail.Suppression) []string {
	return []string{inert(s.Address), string(s.Scope), string(s.Reason), inert(s.Note), s.Source, inert(s.By), s.At.UTC().Format(time.RFC3339)}
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
