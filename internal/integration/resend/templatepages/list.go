package templatepages

import (
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// listID is the element that holds the list.
const listID = "templates"

type listView struct {
	reader
	resend.TemplateFilter
	State string
	Rows  []resend.Stationery
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	v := listView{reader: readerOf(r), State: r.FormValue("state"), TemplateFilter: resend.TemplateFilter{Text: strings.TrimSpace(r.FormValue("q")), Archived: r.FormValue("state") == "archived"}}
	if c := template.Category(r.FormValue("category")); c.Valid() {
		v.Category = string(c)
	}
	var err error
	if v.Rows, err = p.resend.Templates(r.Context(), v.TemplateFilter); err != nil {
		return err
	}
	if web.Target(r) == listID {
		return web.ShowFragment(w, r, listRows(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Templates", Path: root}, listPage(v))
}

func (v listView) filtered() bool { return v.Text != "" || v.Category != "" || v.Archived }

func categoryOptions() []ui.Option {
	var options []ui.Option
	for _, c := range template.Categories() {
		options = append(options, ui.Option{Value: string(c), Label: ui.StateLabel(string(c))})
	}
	return options
}

// standing says in a word what is sent under a template.
func standing(t resend.Stationery) (ui.Level, string) {
	switch {
	case t.ArchivedAt != nil:
		return "", "Archived"
	case !t.Own:
		return "", "Library"
	case t.Published == 0 && t.Library:
		return ui.Warn, "Draft; the library's is sent"
	case t.Published == 0:
		return ui.Warn, "Draft"
	case t.Changed():
		return ui.Warn, "Published, draft differs"
	default:
		return ui.OK, "Published"
	}
}
