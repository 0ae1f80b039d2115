package crmpages

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// refusal is why a form was not saved: what is wrong with each field, and what
// is wrong with the whole.
type refusal struct {
	Fields  map[string]string
	Problem string
	status  int // of the answer
}

// refused reads an error that the reader can mend on the form. Any other error
// is not for the form.
func refused(err error) (refusal, bool) {
	var e *crm.Error
	if !errors.As(err, &e) || (e.Kind != crm.Invalid && e.Kind != crm.Conflict) {
		return refusal{}, false
	}
	r := refusal{Fields: e.Fields, status: http.StatusUnprocessableEntity}
	if len(e.Fields) == 0 {
		r.Problem = e.Message
		if e.Kind == crm.Conflict {
			r.status = http.StatusConflict
		}
	}
	return r, true
}

// under are the errors of one row of a list in the form, by column.
func (r refusal) under(prefix string) map[string]string {
	found := map[string]string{}
	for field, message := range r.Fields {
		if column, ok := strings.CutPrefix(field, prefix); ok {
			found[column] = message
		}
	}
	return found
}

// wrong notes what could not be read, beside what is already noted.
func (r *refusal) wrong(field string, err error) {
	if err == nil {
		return
	}
	if r.Fields == nil {
		r.Fields = map[string]string{}
	}
	if _, known := r.Fields[field]; !known {
		r.Fields[field] = err.Error()
	}
}

// err is what could not be read, or nil.
func (r refusal) err() error { return crm.FieldErrors(r.Fields) }

// leave goes on to another page after a form was saved. htmx would swap that
// page into the form, so it is told to load it.
func leave(w http.ResponseWriter, r *http.Request, to, done string) error {
	if web.Target(r) == "" {
		return web.Redirect(w, r, to, "done", done)
	}
	u := web.LocalURL(to)
	q := u.Query()
	q.Set("done", done)
	u.RawQuery = q.Encode()
	w.Header().Set("HX-Redirect", u.String())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// dayField asks for a day. It is text, because browsers show a date in their
// own order, which may put the month first.
func dayField(f ui.Field) ui.Field {
	f.Placeholder, f.InputMode, f.Autocomplete = "DD/MM/YYYY", "numeric", "off"
	return f
}

// formDay reads a day; an empty field is no day. For keypads without a slash it
// also takes 22112026, 22.11.2026, 22-11-2026 and 22 11 2026.
func formDay(text string) (crm.Day, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return crm.Day{}, nil
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/.- ", r) })
	if len(parts) == 1 && len(text) == len("22112026") {
		parts = []string{text[:2], text[2:4], text[4:]}
	}
	if len(parts) == 3 && len(parts[2]) == len("2026") {
		return crm.ParseDay(strings.Join(parts, "/"))
	}
	return crm.ParseDay(text)
}

// versionOf is the version that the reader saw; none is older than all.
func versionOf(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.FormValue("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
