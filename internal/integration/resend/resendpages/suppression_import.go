package resendpages

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

const (
	importURL     = suppressionsURL + "/import"
	importsURL    = "/mail/imports"
	importID      = "import" // the element that shows how far one is
	importTakes   = 32 << 20 // bytes that are read, so that a file that is too large gets an answer in words
	importWithin  = 10 * time.Minute
	badLinesShown = 200
)

func (p *Pages) importRoutes() []web.Route {
	form := post(importURL, auth.MailSettings, p.previewImport)
	form.BodyLimit = importTakes
	return []web.Route{
		get(importURL, auth.MailSettings, p.newImport), form,
		get(importsURL+"/{id}", auth.MailSettings, p.showImport),
		post(importsURL+"/{id}/begin", auth.MailSettings, p.beginImport),
		{Method: http.MethodGet, Pattern: importsURL + "/{id}/refused", Permission: string(auth.MailSettings), Handle: p.exportRefused},
	}
}

// importForm is the form of a file.
type importForm struct{ Problem string }

func (p *Pages) newImport(w http.ResponseWriter, r *http.Request) error {
	return showImportForm(w, r, http.StatusOK, importForm{})
}

func showImportForm(w http.ResponseWriter, r *http.Request, status int, f importForm) error {
	page := ui.Page{Title: "Import addresses", Path: suppressionsURL, Parents: []ui.Link{suppressionsLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: importPage(f)})
}

// previewImport keeps a file and leads to what would happen.
func (p *Pages) previewImport(w http.ResponseWriter, r *http.Request) error {
	limits := http.NewResponseController(w)
	_ = limits.SetReadDeadline(time.Now().Add(importWithin)) // where there are no deadlines, none is in the way
	_ = limits.SetWriteDeadline(time.Now().Add(importWithin))
	name, file, err := readFile(r)
	var kept resend.ImportReport
	if err == nil {
		kept, err = p.resend.PreviewSuppressions(r.Context(), name, file)
	}
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Kind == crm.TooLarge:
		return showImportForm(w, r, http.StatusRequestEntityTooLarge, importForm{e.Message})
	case errors.As(err, &e) && e.Kind == crm.Invalid:
		return showImportForm(w, r, http.StatusUnprocessableEntity, importForm{e.Message})
	case err != nil:
		return err
	}
	return web.Redirect(w, r, importAddress(kept.SuppressionImport))
}

func importAddress(i mail.SuppressionImport) string { return importsURL + "/" + i.ID.String() }

// readFile is the file of a form. It returns an Error of kind Invalid when none
// arrived, and one of kind TooLarge.
func readFile(r *http.Request) (name string, file []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, errNoFile()
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, errNoFile()
		}
		if err != nil {
			return "", nil, errCut(err)
		}
		if part.FormName() != "file" {
			continue
		}
		if file, err = io.ReadAll(io.LimitReader(part, resend.MaxSuppressionBytes+1)); err != nil {
			return "", nil, errCut(err)
		}
		if len(file) == 0 {
			return "", nil, errNoFile()
		}
		for _, opening := range []string{"PK\x03\x04", "%PDF", "\xd0\xcf\x11\xe0"} {
			if bytes.HasPrefix(file, []byte(opening)) {
				return "", nil, crm.Errorf(crm.Invalid, "This is no CSV file. Open it in the spreadsheet and save it as “CSV UTF-8”.")
			}
		}
		return path.Base(part.FileName()), file, nil
	}
}

func errNoFile() error { return crm.Errorf(crm.Invalid, "Choose a CSV file that is not empty.") }

func errCut(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return resend.SuppressionFileTooLarge()
	}
	return crm.Errorf(crm.Invalid, "The file did not arrive whole. Send it again.")
}

// importView is what the page of an import shows.
type importView struct{ resend.ImportReport }

func (p *Pages) showImport(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[mail.SuppressionImport](r)
	if err != nil {
		return err
	}
	if web.Target(r) == importID {
		progress, err := p.resend.ImportProgress(r.Context(), id)
		if err != nil {
			return err
		}
		return web.ShowFragment(w, r, importProgress(progress))
	}
	v := importView{}
	if v.ImportReport, err = p.resend.Import(r.Context(), id); err != nil {
		return err
	}
	page := ui.Page{Title: "Import of " + v.Name, Path: suppressionsURL, Parents: []ui.Link{suppressionsLink()}}
	return web.ShowPage(w, r, page, importReport(v))
}

func (p *Pages) beginImport(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[mail.SuppressionImport](r)
	if err != nil {
		return err
	}
	if err := p.resend.BeginImport(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, importsURL+"/"+id.String(), "done", "suppressions-import")
}

// exportRefused sends the lines that could not be taken as a file that can be
// mended.
func (p *Pages) exportRefused(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[mail.SuppressionImport](r)
	if err != nil {
		return err
	}
	report, err := p.resend.Import(r.Context(), id)
	if err != nil {
		return err
	}
	beginFile(w, "refused-addresses-"+p.now().UTC().Format(time.DateOnly))
	_, _ = io.WriteString(w, "\ufeff") // the mark tells spreadsheets that it is UTF-8; the reader may be gone
	return report.WriteBad(w)
}

func beginFile(w http.ResponseWriter, name string) {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	h.Set("Cache-Control", "no-store")
}

// stats count the lines of an import.
func importStats(i mail.SuppressionImport) []ui.Stat {
	refused := ui.Stat{Label: "Need attention", Value: ui.Thousands(i.Refused), Note: "Lines that cannot be taken"}
	if i.State == mail.ImportReady {
		return []ui.Stat{{Label: "Can be taken", Value: ui.Thousands(i.Lines), Note: "Lines"}, refused}
	}
	return []ui.Stat{
		{Label: "Added", Value: ui.Thousands(i.Added)}, {Label: "On the list already", Value: ui.Thousands(i.Known)}, refused,
		{Label: "Still to take", Value: ui.Thousands(i.Lines - i.Taken)},
	}
}

// shownBad are the first of the lines that need attention.
func (v importView) shownBad() []resend.SuppressionLine {
	return v.Bad[:min(len(v.Bad), badLinesShown)]
}

func (v importView) badText() string {
	if len(v.Bad) > badLinesShown {
		return "The first " + strconv.Itoa(badLinesShown) + " of " + ui.Thousands(len(v.Bad)) + ". The file has all of them."
	}
	return "They can be saved, mended and imported; nothing else of the file is concerned."
}
