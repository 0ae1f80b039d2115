package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/renoz/renoz/internal/web/ui"
)

type serverKey struct{}

var errNoServer = errors.New("the request is not served by web.Server")

func serverOf(r *http.Request) (*Server, error) {
	s, ok := r.Context().Value(serverKey{}).(*Server)
	if !ok {
		return nil, errNoServer
	}
	return s, nil
}

// Target is the id of the element that htmx will swap. It is empty when the
// reader needs a whole page: a first visit, a reload, no scripts.
func Target(r *http.Request) string {
	if r.Header.Get("HX-Request-Type") != "partial" {
		return ""
	}
	_, id, _ := strings.Cut(r.Header.Get("HX-Target"), "#")
	return id
}

// ShowPage answers with a whole page around content.
func ShowPage(w http.ResponseWriter, r *http.Request, p ui.Page, content templ.Component) error {
	return ShowPageStatus(w, r, http.StatusOK, Content{p, content})
}

// Content is a page and what it holds.
type Content struct {
	Page ui.Page
	Body templ.Component
}

// ShowPageStatus is ShowPage with a status, such as 422 for a refused form.
func ShowPageStatus(w http.ResponseWriter, r *http.Request, status int, c Content) error {
	s, err := serverOf(r)
	if err != nil {
		return err
	}
	if c.Page.Notice == nil {
		c.Page.Notice = s.notice(r)
	}
	s.writePage(w, r, status, framed{s.config.Site(r), c.Page, c.Body})
	return nil
}

// ShowFragment answers with parts of the page at the same address.
func ShowFragment(w http.ResponseWriter, r *http.Request, parts ...templ.Component) error {
	return ShowFragmentStatus(w, r, http.StatusOK, parts...)
}

// ShowFragmentStatus is ShowFragment with a status.
func ShowFragmentStatus(w http.ResponseWriter, r *http.Request, status int, parts ...templ.Component) error {
	s, err := serverOf(r)
	if err != nil {
		return err
	}
	if n := s.notice(r); n != nil {
		parts = append(parts, ui.ToastPartial(*n))
	}
	s.write(w, r, status, parts...)
	return nil
}

// Redirect ends every POST. The browser and htmx both follow it: one receives
// the page, the other its fragment, and each says what was done. The pairs, of
// which "done" names a notice, are added to the address.
func Redirect(w http.ResponseWriter, r *http.Request, to string, done ...string) error {
	u := LocalURL(to)
	q := u.Query()
	q.Del("done")
	for i := 0; i+1 < len(done); i += 2 {
		q.Set(done[i], done[i+1])
	}
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
	return nil
}

// LocalURL is an address of this site; anything else becomes the front page.
func LocalURL(to string) *url.URL {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
		return &url.URL{Path: "/"}
	}
	return &url.URL{Path: u.Path, RawQuery: u.RawQuery}
}

// notice says what the redirect behind this request reports. Its text comes
// from the registered words alone, so a forged address shows nothing foreign.
func (s *Server) notice(r *http.Request) *ui.Notice {
	done := r.URL.Query().Get("done")
	if done == "" {
		return nil
	}
	if words := s.notices[done]; words != nil {
		return words(r)
	}
	return s.config.Notice(r)
}

// framed is a page in its site.
type framed struct {
	site ui.Site
	page ui.Page
	body templ.Component
}

// writePage frames the body. A reader who is not signed in sees no navigation.
func (s *Server) writePage(w http.ResponseWriter, r *http.Request, status int, f framed) {
	ctx := templ.WithChildren(ui.WithPage(r.Context(), f.page), f.body)
	layout := ui.Layout(f.site, f.page)
	switch {
	case f.page.Framed:
		layout = ui.Framed(f.site, f.page)
	case f.page.Plain || !f.site.SignedIn():
		layout = ui.Plain(f.site, f.page)
	}
	s.write(w, r.WithContext(ctx), status, layout)
}

func (s *Server) write(w http.ResponseWriter, r *http.Request, status int, parts ...templ.Component) {
	ctx := ui.WithClock(r.Context(), s.config.Zone(r), s.config.Now())
	html, err := renderAll(ctx, parts...)
	if err != nil {
		s.config.Log.ErrorContext(ctx, "render", "route", r.Pattern, "error", err, "request_id", RequestID(ctx))
		http.Error(w, "The page could not be rendered. It has been noted as "+RequestID(ctx)+".", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "HX-Request, HX-Request-Type, HX-Target")
	w.WriteHeader(status)
	_, _ = w.Write(html)
}

// renderAll buffers, so that an error never leaves half a page behind.
func renderAll(ctx context.Context, parts ...templ.Component) ([]byte, error) {
	var b bytes.Buffer
	for _, p := range parts {
		if err := p.Render(ctx, &b); err != nil {
			return nil, fmt.Errorf("rendering: %w", err)
		}
	}
	return b.Bytes(), nil
}
