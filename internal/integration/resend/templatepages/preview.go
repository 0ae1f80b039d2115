package templatepages

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// previewView is a template as its recipient would see it.
type previewView struct {
	reader
	resend.Stationery
	Preview         resend.Preview
	Invoice, Mobile string // number that was looked for; "yes"
	Dark            string
	Content         string // address of what the frame shows
	Wrong           string // why the record cannot be taken
	UsesInvoice     bool
}

func (p *Pages) preview(w http.ResponseWriter, r *http.Request) error {
	t, err := p.resend.TemplateOf(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	v := previewView{reader: readerOf(r), Stationery: t, Invoice: strings.TrimSpace(r.FormValue("invoice")), Mobile: r.FormValue("mobile"), Dark: r.FormValue("dark")}
	_, v.UsesInvoice = template.SampleOf(t.Letter())["invoice"]
	of, err := p.recordOf(r)
	status := http.StatusOK
	if crm.KindOf(err) == crm.NotFound {
		v.Wrong, of, err, status = "There is no invoice with this number.", resend.PreviewOf{}, nil, http.StatusUnprocessableEntity
	}
	if err != nil {
		return err
	}
	if v.Preview, err = p.resend.PreviewTemplate(r.Context(), t.Letter(), of); err != nil {
		return err
	}
	q := url.Values{}
	for name, value := range map[string]string{"invoice": v.Invoice, "dark": v.Dark} {
		if value != "" && v.Wrong == "" {
			q.Set(name, value)
		}
	}
	v.Content = urlOf(t.Key) + "/content?" + q.Encode()
	page := ui.Page{Title: "Preview of " + t.Draft.Name, Path: root, Parents: []ui.Link{listLink(), {Href: urlOf(t.Key), Label: t.Draft.Name}}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: previewPage(v)})
}

// recordOf is the record that a preview is asked for with, by its number.
func (p *Pages) recordOf(r *http.Request) (resend.PreviewOf, error) {
	number := strings.TrimSpace(r.FormValue("invoice"))
	if number == "" {
		return resend.PreviewOf{}, nil
	}
	me, err := auth.Require(r.Context(), auth.InvoicesView)
	if err != nil {
		return resend.PreviewOf{}, err
	}
	i, found, err := p.store.InvoiceByNumber(r.Context(), me.Org, number)
	if err == nil && !found {
		err = crm.Errorf(crm.NotFound, "There is no invoice with this number.")
	}
	return resend.PreviewOf{Invoice: &i.ID}, err
}

// framePolicy lets what a mail says be drawn and nothing else.
const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

// content is what the frame shows.
func (p *Pages) content(w http.ResponseWriter, r *http.Request) error {
	t, err := p.resend.TemplateOf(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	of, err := p.recordOf(r)
	if err != nil {
		return err
	}
	preview, err := p.resend.PreviewTemplate(r.Context(), t.Letter(), of)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", framePolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(inScheme(preview.HTML, r.FormValue("dark") != ""))) // #nosec G705 -- the policy above lets it run and load nothing
	return nil
}

// inScheme draws a mail as a client does that is set to dark, or to light.
func inScheme(page string, dark bool) string {
	when := "not all"
	if dark {
		when = "all"
	}
	return strings.ReplaceAll(page, "(prefers-color-scheme: dark)", when)
}

// versionView is one version beside the draft.
type versionView struct {
	reader
	resend.Stationery
	Number int
	Note   string
	Parts  []comparedPart
}

// comparedPart is a part of a template that differs.
type comparedPart struct {
	Name  string
	Lines []diffLine
}

func (p *Pages) versions(w http.ResponseWriter, r *http.Request) error {
	t, err := p.resend.TemplateOf(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	all, err := p.resend.TemplateVersions(r.Context(), t.Key)
	if err != nil {
		return err
	}
	page := ui.Page{Title: "Versions of " + t.Draft.Name, Path: root, Parents: []ui.Link{listLink(), {Href: urlOf(t.Key), Label: t.Draft.Name}}}
	return web.ShowPage(w, r, page, versionsPage(t, all))
}

func (p *Pages) version(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return web.ErrNotFound
	}
	t, err := p.resend.TemplateOf(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	kept, err := p.resend.TemplateVersion(r.Context(), t.Key, number)
	if err != nil {
		return err
	}
	v := versionView{reader: readerOf(r), Stationery: t, Number: number, Note: kept.Note}
	for _, part := range []struct{ name, before, after string }{
		{"Name", kept.Name, t.Draft.Name}, {"Subject", kept.Subject, t.Draft.Subject}, {"Preheader", kept.Preheader, t.Draft.Preheader},
		{"Body", kept.Body, t.Draft.Body}, {"Plain text", kept.Text, t.Draft.Text},
	} {
		if part.before != part.after {
			v.Parts = append(v.Parts, comparedPart{part.name, diff(part.before, part.after)})
		}
	}
	page := ui.Page{Title: "Version " + strconv.Itoa(number), Path: root, Parents: []ui.Link{listLink(), {Href: urlOf(t.Key), Label: t.Draft.Name}, {Href: urlOf(t.Key) + "/versions", Label: "Versions"}}}
	return web.ShowPage(w, r, page, versionPage(v))
}

func (p *Pages) revert(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return web.ErrNotFound
	}
	if _, err := p.resend.RevertTemplate(r.Context(), r.PathValue("key"), number); err != nil {
		return err
	}
	return web.Redirect(w, r, urlOf(r.PathValue("key")), "done", "template-reverted")
}

func place(part template.Part, line int) string {
	label := ui.StateLabel(string(part))
	if line > 0 {
		label += ", line " + strconv.Itoa(line)
	}
	return label
}

func findingLevel(s template.Severity) ui.Level {
	switch s {
	case template.SeverityError:
		return ui.Bad
	case template.SeverityWarning:
		return ui.Warn
	default:
		return ""
	}
}
