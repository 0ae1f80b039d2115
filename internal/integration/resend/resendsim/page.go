package resendsim

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"path"
	"strconv"
	"time"
)

//go:embed pages
var pageFiles embed.FS

// pageSecurity keeps pages free of scripts and foreign content; the only frame is a message's HTML.
const pageSecurity = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// messageSecurity shows a message's HTML as mail programs do at their most careful: no scripts, nothing from
// elsewhere, no forms.
const messageSecurity = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

// pageFrame is what every page has.
type pageFrame struct {
	Title, Tab, Notice, Problem string
}

// secured sets the security headers of a page and refuses forms posted from other sites.
func secured(policy string, serve http.HandlerFunc) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		serve(w, r)
	}))
}

func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	var body bytes.Buffer
	functions := template.FuncMap{"people": people}
	templates, err := template.New("").Funcs(functions).ParseFS(pageFiles, "pages/*.html")
	if err == nil {
		err = templates.ExecuteTemplate(&body, name, data)
	}
	if err != nil {
		s.opts.Log.Error("resend simulator: page not rendered", "page", name, "error", err)
		http.Error(w, "The page could not be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the reader has gone; nothing to do
}

// people writes a time as Australians do, in UTC as the service counts.
func people(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("02/01/2006 15:04:05 UTC")
}

type messagePage struct {
	pageFrame
	Text string
}

func (s *Server) message(w http.ResponseWriter, status int, title, text string) {
	s.render(w, status, "message", messagePage{pageFrame{Title: title}, text})
}

// pageForm is one thing a person can do on a page: what it changes and what is said afterwards.
type pageForm struct {
	notice string
	work   func(*http.Request) error
}

// showPage renders a page, with a problem when a form of it was refused.
type showPage func(w http.ResponseWriter, r *http.Request, status int, problem string)

// form serves POST {page}/{action}: it does the work and leads back to the page, or shows the page again with the
// reason why not.
func (s *Server) form(show showPage, forms map[string]pageForm) http.Handler {
	return secured(pageSecurity, func(w http.ResponseWriter, r *http.Request) {
		action := r.PathValue("action")
		form, known := forms[action]
		if err := r.ParseForm(); err != nil || !known {
			s.message(w, http.StatusNotFound, "Nothing here", "The page has no such form.")
			return
		}
		if err := form.work(r); err != nil {
			show(w, r, http.StatusUnprocessableEntity, "That did not work: "+err.Error()+".")
			return
		}
		s.nudge()
		http.Redirect(w, r, path.Dir(r.URL.EscapedPath())+"?done="+action, http.StatusSeeOther)
	})
}

// notice is what a page says after the form that led to it.
func notice(r *http.Request, forms map[string]pageForm) string {
	return forms[r.URL.Query().Get("done")].notice
}

func (s *Server) pageRoutes() {
	for name, kind := range map[string]string{"page.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"} {
		s.mux.Handle("GET /sim/"+name, secured(pageSecurity, func(w http.ResponseWriter, _ *http.Request) {
			content, err := pageFiles.ReadFile("pages/" + name)
			if err != nil {
				http.Error(w, "not found", http.StatusNotFound)
				return
			}
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Cache-Control", "max-age=300")
			_, _ = w.Write(content) // the reader has gone; nothing to do
		}))
	}
	s.mux.Handle("GET /{$}", http.RedirectHandler("/inbox", http.StatusSeeOther))
	show := func(page showPage) http.Handler {
		return secured(pageSecurity, func(w http.ResponseWriter, r *http.Request) { page(w, r, http.StatusOK, "") })
	}
	s.mux.Handle("GET /inbox", show(s.showInbox))
	s.mux.Handle("GET /inbox/{id}", show(s.showMail))
	s.mux.Handle("POST /inbox/{id}/{action}", s.form(s.showMail, s.mailForms()))
	s.mux.Handle("GET /inbox/{id}/html", secured(messageSecurity, s.mailHTML))
	s.mux.Handle("GET /inbox/{id}/attachments/{attachment}", secured(messageSecurity, s.mailFile))
	s.mux.Handle("GET /senders", show(s.showSenders))
	s.mux.Handle("POST /senders/{action}", s.form(s.showSenders, s.senderForms()))
	s.mux.Handle("GET /blocked", show(s.showBlocked))
	s.mux.Handle("POST /blocked/{action}", s.form(s.showBlocked, s.blockedForms()))
	s.mux.Handle("GET /settings", show(s.showSettings))
	s.mux.Handle("POST /settings/{action}", s.form(s.showSettings, s.settingForms()))
}

func pageNumber(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		return 1
	}
	return n
}
