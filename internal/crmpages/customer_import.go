package crmpages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

const (
	importURL     = "/customers/import"
	importTakes   = 32 << 20 // bytes that are read, so that a file that is too large gets an answer in words
	importWithin  = 10 * time.Minute
	importRows    = 100 // on one page of a preview
	importedShown = 500 // lines of a report; the file of refused lines has all
)

func (p *Pages) customerImportRoutes() []web.Route {
	form := post(importURL, auth.CustomersEdit, p.importCustomers)
	form.BodyLimit = importTakes
	return []web.Route{get(importURL, auth.CustomersEdit, p.newCustomerImport), form}
}

// importPage is a file of customers before, in and after its preview.
type importPage struct {
	desk
	refusal
	kept    string // the file, packed, so that the next step needs no upload
	refused string // its refused lines as a file, packed
	name    string // of the file
	update  bool
	done    bool // the report is about what was written
	report  *records.CustomerImport
	search  string
	outcome string
	at      int // page of the preview, from 0
}

func (p *Pages) newCustomerImport(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	return showImport(w, r, importPage{desk: d})
}

// importCustomers previews a file, imports it, or sends its refused lines, as
// the button says. The file travels with the form, so that nothing is kept of
// a preview that nobody acts on.
func (p *Pages) importCustomers(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	limits := http.NewResponseController(w)
	_ = limits.SetReadDeadline(time.Now().Add(importWithin)) // where there are no deadlines, none is in the way
	_ = limits.SetWriteDeadline(time.Now().Add(importWithin))
	sent, err := readUpload(r)
	page := importPage{
		desk: d, name: sent.name, update: sent.fields["update"] != "", search: sent.fields["q"], outcome: sent.fields["outcome"],
	}
	if err != nil {
		return page.refuse(w, r, err)
	}
	switch sent.fields["step"] {
	case "refused":
		return p.sendRefused(w, sent.fields["refused"])
	case "import":
		page.done, page.search, page.outcome = true, "", ""
	case "switch":
		page.update = !page.update
	}
	if page.at, err = strconv.Atoi(sent.fields["page"]); err != nil || page.at < 0 {
		page.at = 0
	}
	return p.takeImport(w, r, page, sent.file)
}

func (p *Pages) takeImport(w http.ResponseWriter, r *http.Request, page importPage, file []byte) error {
	take := func(ctx context.Context, file io.Reader, update bool) (records.CustomerImport, error) {
		if page.done {
			return p.book.ImportCustomers(ctx, file, update)
		}
		return p.book.PreviewCustomers(ctx, file, update)
	}
	report, err := take(r.Context(), bytes.NewReader(file), page.update)
	if err != nil {
		return page.refuse(w, r, err)
	}
	page.report = &report
	if page.kept, err = packed(file); err != nil {
		return err
	}
	if report.Refused > 0 {
		var refused bytes.Buffer
		if err := report.WriteRefused(&refused); err != nil {
			return err
		}
		if page.refused, err = packed(refused.Bytes()); err != nil {
			return err
		}
	}
	return showImport(w, r, page)
}

// sendRefused sends refused lines back as a file.
func (p *Pages) sendRefused(w http.ResponseWriter, field string) error {
	file, err := unpacked(field)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="refused-customers-`+p.now().UTC().Format(time.DateOnly)+`.csv"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(append([]byte("\ufeff"), file...)) // the mark tells spreadsheets that it is UTF-8; the reader may be gone
	return nil
}

// refuse shows the form again with what is wrong with the file.
func (page importPage) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	var e *crm.Error
	if !errors.As(err, &e) {
		return err
	}
	page.refusal = refusal{Problem: e.Message}
	switch e.Kind {
	case crm.Invalid:
		page.status = http.StatusUnprocessableEntity
	case crm.TooLarge:
		page.status = http.StatusRequestEntityTooLarge
	case crm.Malformed:
		page.status = http.StatusUnsupportedMediaType
	default:
		return err
	}
	return showImport(w, r, page)
}

func showImport(w http.ResponseWriter, r *http.Request, page importPage) error {
	return web.ShowPageStatus(w, r, max(page.status, http.StatusOK), web.Content{
		Page: ui.Page{Title: "Import", Path: "/customers", Parents: []ui.Link{customersLink()}}, Body: importView(page)})
}

// upload is what the form sent.
type upload struct {
	fields map[string]string
	file   []byte
	name   string
}

// readUpload reads the form. It returns an Error of kind Malformed for a file
// that cannot be one of cells, and for a request that is no such form.
func readUpload(r *http.Request) (upload, error) {
	u := upload{fields: map[string]string{}}
	parts, err := r.MultipartReader()
	if err != nil {
		return u, crm.Errorf(crm.Malformed, "No file arrived. Choose a CSV file and preview it.")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return u, unreadUpload(err)
		}
		text, err := io.ReadAll(io.LimitReader(part, records.MaxImportBytes*2))
		if err != nil {
			return u, unreadUpload(err)
		}
		if part.FormName() != "file" {
			u.fields[part.FormName()] = string(text)
			continue
		}
		u.file, u.name = text, path.Base(part.FileName())
		if err := cellsIn(part.FileName(), part.Header.Get("Content-Type"), text); err != nil {
			return u, err
		}
	}
	if u.file == nil && u.fields["kept"] != "" {
		u.file, err = unpacked(u.fields["kept"])
		u.name = u.fields["name"]
		return u, err
	}
	if u.fields["step"] != "refused" && len(u.file) == 0 {
		return u, crm.Errorf(crm.Invalid, "Choose a CSV file that is not empty.")
	}
	return u, nil
}

func unreadUpload(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return records.ImportTooLarge()
	}
	return crm.Errorf(crm.Invalid, "The file did not arrive whole. Send it again.")
}

// cellsIn refuses files that are known to be something else. Browsers name CSV
// files in many ways, so that the contents say it too.
func cellsIn(name, kind string, file []byte) error {
	media, _, _ := mime.ParseMediaType(kind) // none is as good as any
	other := slices.ContainsFunc([]string{"image/", "audio/", "video/", "application/pdf", "application/zip", "application/json", "text/html",
		"application/vnd.openxmlformats"}, func(prefix string) bool { return strings.HasPrefix(media, prefix) })
	for _, opening := range []string{"PK\x03\x04", "%PDF", "\xd0\xcf\x11\xe0"} {
		other = other || bytes.HasPrefix(file, []byte(opening))
	}
	if !other {
		return nil
	}
	return crm.Errorf(crm.Malformed, "%s is no CSV file. Open it in the spreadsheet and save it as “CSV UTF-8”.", orElse(path.Base(name), "This"))
}

func orElse(text, other string) string {
	if text == "" || text == "." {
		return other
	}
	return text
}

// rows are the lines that are shown of those that match the filter, and how
// many match.
func (page importPage) rows() (shown []records.ImportedLine, matching int) {
	search := strings.ToLower(strings.TrimSpace(page.search))
	skip, most := page.at*importRows, importRows
	if page.done {
		skip, most = 0, importedShown
	}
	for _, l := range page.report.Lines {
		text := strings.ToLower(strings.Join([]string{strconv.Itoa(l.Line), l.Name, l.Number, l.Field, l.Reason}, " "))
		if (page.outcome != "" && string(l.Outcome) != page.outcome) || !strings.Contains(text, search) {
			continue
		}
		if page.done && (l.Outcome == records.ImportCreated || l.Outcome == records.ImportUpdated) {
			continue // they are in the list of customers
		}
		if matching++; matching > skip && len(shown) < most {
			shown = append(shown, l)
		}
	}
	return shown, matching
}

// shown says how many of the matching lines are in view.
func (page importPage) shown(rows, matching int) string {
	if rows == matching {
		return ui.Plural(matching, "line", "lines")
	}
	first := page.at * importRows
	if page.done {
		first = 0
	}
	return fmt.Sprintf("Lines %d to %d of %d", first+1, first+rows, matching)
}

// label words an outcome, which in a preview is yet to come.
func (page importPage) label(o records.ImportOutcome) string {
	words := map[records.ImportOutcome][2]string{
		records.ImportCreated: {"To be added", "Added"}, records.ImportUpdated: {"To be updated", "Updated"},
		records.ImportSkipped: {"To be skipped", "Skipped"}, records.ImportRefused: {"Refused", "Refused"},
	}[o]
	if page.done {
		return words[1]
	}
	return words[0]
}

func (page importPage) stats() []ui.Stat {
	var stats []ui.Stat
	for _, o := range records.ImportOutcomes() {
		stats = append(stats, ui.Stat{Label: page.label(o), Value: ui.Thousands(page.report.Count(o))})
	}
	return stats
}

// changes is how many customers the import would write.
func (page importPage) changes() int { return page.report.Created + page.report.Updated }

func outcomeLevel(o records.ImportOutcome) ui.Level {
	switch o {
	case records.ImportCreated, records.ImportUpdated:
		return ui.OK
	case records.ImportRefused:
		return ui.Bad
	}
	return ""
}

// importedURL is where a customer of a line is; empty when it is not there.
func importedURL(l records.ImportedLine) string {
	if l.Customer.IsZero() {
		return ""
	}
	return customerURL(l.Customer)
}

// documentedColumns are those that stand on the page: the further people have
// the same as the first.
func documentedColumns() []records.ImportColumn {
	return slices.DeleteFunc(records.CustomerColumns(), func(c records.ImportColumn) bool {
		rest, person := strings.CutPrefix(c.Name, "contact_")
		return person && rest[0] >= '0' && rest[0] <= '9'
	})
}

func alsoCalled(c records.ImportColumn) string {
	return strings.Join(c.Spellings[:min(len(c.Spellings), 4)], ", ")
}

func importRule(update bool) string {
	if update {
		return "Customers that are there are updated."
	}
	return "Customers that are there are skipped."
}
