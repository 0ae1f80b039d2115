package claudesim

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

// pageSecurity keeps pages free of scripts and foreign content.
const pageSecurity = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// pageFrame is what every page has.
type pageFrame struct {
	Title, Tab, Notice, Problem string
}

// secured sets the security headers of a page and refuses forms posted from other sites.
func secured(serve http.HandlerFunc) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pageSecurity)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		serve(w, r)
	}))
}

func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	var body bytes.Buffer
	templates, err := template.New("").Funcs(template.FuncMap{"people": people}).ParseFS(pageFiles, "pages/*.html")
	if err == nil {
		err = templates.ExecuteTemplate(&body, name, data)
	}
	if err != nil {
		s.opts.Log.Error("claude simulator: page not rendered", "page", name, "error", err)
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
	return secured(func(w http.ResponseWriter, r *http.Request) {
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
		http.Redirect(w, r, path.Dir(r.URL.EscapedPath())+"?done="+action, http.StatusSeeOther)
	})
}

func (s *Server) pageRoutes() {
	for name, kind := range map[string]string{"page.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"} {
		s.mux.Handle("GET /sim/"+name, secured(func(w http.ResponseWriter, _ *http.Request) {
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
	s.mux.Handle("GET /{$}", http.RedirectHandler("/conversations", http.StatusSeeOther))
	show := func(page showPage) http.Handler {
		return secured(func(w http.ResponseWriter, r *http.Request) { page(w, r, http.StatusOK, "") })
	}
	s.mux.Handle("GET /conversations", show(s.showConversations))
	s.mux.Handle("GET /conversations/{id}", show(s.showConversation))
	s.mux.Handle("GET /requests", show(s.showRequests))
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
