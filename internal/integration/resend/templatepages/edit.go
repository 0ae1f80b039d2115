package templatepages

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// editView is a template with what stands against its draft. Draft is as it was
// typed last, kept or not.
type editView struct {
	reader
	resend.Stationery
	Typed    resend.TemplateDraft
	Preview  resend.Preview
	Fields   []variable
	Wrong    map[string]string
	Conflict string // why it was not kept as a whole
}

// variable is a value that a template may use, as its editor lists it.
type variable struct {
	Name, Type, Description string
	Optional                bool
}

func (v variable) words() string {
	words := v.Description + "; " + v.Type
	if v.Optional {
		words += ", may be missing"
	}
	return words
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	t, err := p.resend.TemplateOf(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	return p.showEdit(w, r, http.StatusOK, editView{Stationery: t, Typed: draftOf(t)})
}

func draftOf(t resend.Stationery) resend.TemplateDraft {
	return resend.TemplateDraft{Words: t.Draft, Category: t.Category, Purpose: t.Purpose, Revision: t.Revision}
}

func (p *Pages) showEdit(w http.ResponseWriter, r *http.Request, status int, v editView) error {
	v.reader = readerOf(r)
	typed := resend.Stationery{Template: mail.Template{Category: v.Typed.Category, Draft: v.Typed.Words}}
	var err error
	if v.Preview, err = p.resend.PreviewTemplate(r.Context(), typed.Letter(), resend.PreviewOf{}); err != nil {
		return err
	}
	v.Fields = variablesOf(typed.Letter())
	page := ui.Page{Title: v.Draft.Name, Path: root, Parents: []ui.Link{listLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: editPage(v)})
}

func variablesOf(t template.Template) []variable {
	var all []variable
	var walk func(prefix string, fields []template.Field)
	walk = func(prefix string, fields []template.Field) {
		for _, f := range fields {
			name := prefix + f.Name
			if f.Type != template.TypeRecord {
				all = append(all, variable{name, string(f.Type), f.Description, f.Optional})
			}
			if f.Type == template.TypeList {
				name += "[]"
			}
			walk(name+".", f.Fields)
		}
	}
	walk("", template.FieldsOf(t))
	return all
}

func readDraft(r *http.Request) resend.TemplateDraft {
	revision, err := strconv.Atoi(r.PostFormValue("revision"))
	if err != nil {
		revision = 0
	}
	text := func(name string) string { return strings.ReplaceAll(r.PostFormValue(name), "\r\n", "\n") }
	return resend.TemplateDraft{Category: text("category"), Purpose: text("purpose"), Revision: revision,
		Words: mail.Words{Name: text("name"), Marketing: text("marketing") != "", Subject: text("subject"), Preheader: text("preheader"), Body: text("body"), Text: text("text")}}
}

func (p *Pages) save(w http.ResponseWriter, r *http.Request) error {
	key, d := r.PathValue("key"), readDraft(r)
	_, err := p.resend.SaveTemplate(r.Context(), key, d)
	if err == nil {
		return web.Redirect(w, r, urlOf(key), "done", "template-saved")
	}
	return p.refused(w, r, d, err)
}

// refused shows what was typed again, with what is wrong about it.
func (p *Pages) refused(w http.ResponseWriter, r *http.Request, d resend.TemplateDraft, why error) error {
	var e *crm.Error
	if !errors.As(why, &e) || e.Kind != crm.Invalid && e.Kind != crm.Conflict {
		return why
	}
	t, err := p.resend.TemplateOf(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	v := editView{Stationery: t, Typed: d, Wrong: e.Fields}
	if e.Kind == crm.Conflict {
		v.Conflict = e.Message
		return p.showEdit(w, r, http.StatusConflict, v)
	}
	if len(e.Fields) == 0 {
		v.Conflict = e.Message
	}
	return p.showEdit(w, r, http.StatusUnprocessableEntity, v)
}

func (p *Pages) publish(w http.ResponseWriter, r *http.Request) error {
	key := r.PathValue("key")
	revision, err := strconv.Atoi(r.PostFormValue("revision"))
	if err != nil {
		return crm.Errorf(crm.Invalid, "Open the template again and publish it from there.")
	}
	if _, err := p.resend.PublishTemplate(r.Context(), key, revision, r.PostFormValue("note")); err != nil {
		t, found := p.resend.TemplateOf(r.Context(), key)
		if found != nil {
			return found
		}
		return p.refused(w, r, draftOf(t), err)
	}
	return web.Redirect(w, r, urlOf(key), "done", "template-published")
}

func (p *Pages) archive(w http.ResponseWriter, r *http.Request) error {
	return p.setArchived(w, r, true)
}

func (p *Pages) restore(w http.ResponseWriter, r *http.Request) error {
	return p.setArchived(w, r, false)
}

func (p *Pages) setArchived(w http.ResponseWriter, r *http.Request, archived bool) error {
	key, done := r.PathValue("key"), "template-restored"
	if archived {
		done = "template-archived"
	}
	if err := p.resend.ArchiveTemplate(r.Context(), key, archived); err != nil {
		return err
	}
	return web.Redirect(w, r, urlOf(key), "done", done)
}

func (p *Pages) test(w http.ResponseWriter, r *http.Request) error {
	key := r.PathValue("key")
	t, err := p.resend.TemplateOf(r.Context(), key)
	if err != nil {
		return err
	}
	if _, err := p.resend.SendTest(r.Context(), t.Letter(), resend.PreviewOf{}); err != nil {
		return p.refused(w, r, draftOf(t), err)
	}
	return web.Redirect(w, r, urlOf(key), "done", "template-tested")
}

// newForm begins a template.
type newForm struct {
	Key, Name, Category, From string
	Starters                  []ui.Option
	Wrong                     map[string]string
}

func (p *Pages) new(w http.ResponseWriter, r *http.Request) error {
	return p.showNew(w, r, http.StatusOK, newForm{From: r.FormValue("from"), Category: r.FormValue("category")})
}

func (p *Pages) showNew(w http.ResponseWriter, r *http.Request, status int, f newForm) error {
	all, err := p.resend.Templates(r.Context(), resend.TemplateFilter{})
	if err != nil {
		return err
	}
	for _, t := range all {
		f.Starters = append(f.Starters, ui.Option{Value: t.Key, Label: t.Draft.Name})
	}
	page := ui.Page{Title: "New template", Path: root, Parents: []ui.Link{listLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: newPage(f)})
}

func (p *Pages) create(w http.ResponseWriter, r *http.Request) error {
	f := newForm{Key: strings.TrimSpace(r.PostFormValue("key")), Name: r.PostFormValue("name"), Category: r.PostFormValue("category"), From: r.PostFormValue("from")}
	made, err := p.begin(r.Context(), f)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Kind == crm.Invalid:
		f.Wrong = e.Fields
		return p.showNew(w, r, http.StatusUnprocessableEntity, f)
	case errors.As(err, &e) && e.Kind == crm.Conflict:
		f.Wrong = map[string]string{"key": e.Message}
		return p.showNew(w, r, http.StatusConflict, f)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, urlOf(made.Key), "done", "template-saved")
}

func (p *Pages) begin(ctx context.Context, f newForm) (resend.Stationery, error) {
	if f.From != "" {
		return p.resend.CopyTemplate(ctx, f.From, f.Key, f.Name)
	}
	d := resend.TemplateDraft{Category: f.Category}
	d.Name, d.Subject, d.Body = f.Name, f.Name, "<h1>"+template.Escape(f.Name)+"</h1>\n<p>Hello {{ customer.contact | default: customer.name }},</p>\n"
	return p.resend.CreateTemplate(ctx, f.Key, d)
}
