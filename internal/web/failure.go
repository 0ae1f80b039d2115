package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/renoz/renoz/internal/web/ui"
)

// Errors that any handler may return.
var (
	ErrNotFound = errors.New("nothing at this address")
	ErrSignIn   = errors.New("sign-in needed")
)

var (
	errMethod    = errors.New("method not allowed")
	errCrossSite = errors.New("request of another site")
	errForm      = errors.New("form cannot be read")
	errPanic     = errors.New("panic")
)

// problem words an error: Config's words first, then those of web itself.
func (s *Server) problem(err error) Problem {
	if p := s.config.Problem(err); p.Status != 0 {
		return p
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, ErrNotFound):
		return Problem{Status: http.StatusNotFound, Title: "Not found", Text: "There is nothing at this address, or no longer."}
	case errors.Is(err, ErrSignIn):
		return Problem{Status: http.StatusUnauthorized, Title: "Sign in", Text: "Sign in to go on.", Action: &ui.Link{Href: "/sign-in", Label: "Sign in"}}
	case errors.Is(err, errMethod):
		return Problem{Status: http.StatusMethodNotAllowed, Title: "Not possible here", Text: "This address does not take such a request. Open the page and use its buttons."}
	case errors.Is(err, errCrossSite):
		return Problem{Status: http.StatusForbidden, Title: "Request refused", Text: "It came from another site. Open the page again and repeat the step."}
	case errors.Is(err, errForm):
		return Problem{Status: http.StatusBadRequest, Title: "Form not readable", Text: "What arrived was damaged. Open the page again and repeat the step."}
	case errors.As(err, &tooLarge):
		return Problem{Status: http.StatusRequestEntityTooLarge, Title: "Too much at once", Text: "What was sent is larger than this page takes. Send less."}
	}
	return Problem{}
}

// fail answers with a page, or for htmx with a toast that leaves the page as it
// is: htmx 4 swaps error responses unless told otherwise.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problem(err)
	if p.Status == 0 {
		id := RequestID(r.Context())
		if !errors.Is(err, errPanic) { // that one is logged with its stack
			s.config.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "route", r.Pattern, "error", err, "request_id", id)
		}
		p = Problem{Status: http.StatusInternalServerError, Title: "Something went wrong", Text: "It is our fault and has been noted as " + id + ". Try again; if it stays, tell us that number."}
	}
	if p.Status == http.StatusUnauthorized {
		s.signIn(w, r)
		return
	}
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Reswap", "none")
		s.write(w, r, p.Status, ui.ToastPartial(ui.Notice{Failed: true, Title: p.Title, Text: p.Text, Link: p.Action}))
		return
	}
	s.failPage(w, r, p)
}

func (s *Server) failPage(w http.ResponseWriter, r *http.Request, p Problem) {
	site := s.config.Site(r)
	page := ui.Page{Title: p.Title}
	if site.SignedIn() {
		s.writePage(w, r, p.Status, framed{site, page, ui.Problem(p.Title, p.Text, p.Action)})
		return
	}
	page.Plain = true
	s.writePage(w, r, p.Status, framed{site, page, ui.PlainProblem(p.Text, p.Action)})
}

// signIn sends the reader to the sign-in page, and back afterwards.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	to := "/sign-in?back=" + url.QueryEscape(backTo(r))
	w.Header().Set("Cache-Control", "no-store")
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// backTo is the page that the reader sees: for htmx the one around the
// fragment, and after a form the one that it names.
func backTo(r *http.Request) string {
	if at := r.Header.Get("HX-Current-URL"); at != "" {
		u, err := url.Parse(at)
		if err != nil {
			return "/"
		}
		return LocalURL((&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()).String()
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return LocalURL(r.URL.RequestURI()).String()
	}
	return LocalURL(r.FormValue("back")).String()
}
