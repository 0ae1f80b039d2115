package accountpages

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// signInForm is what the sign-in page shows.
type signInForm struct {
	Email, Back string
	Plaintext   bool // what is typed travels unencrypted
	Hints       []Hint
	refusal
}

func (p *Pages) signInPage(w http.ResponseWriter, r *http.Request) error {
	if _, ok := auth.From(r.Context()); ok {
		return web.Redirect(w, r, backAddress(r))
	}
	return p.showSignIn(w, r, http.StatusOK, signInForm{})
}

func (p *Pages) showSignIn(w http.ResponseWriter, r *http.Request, status int, f signInForm) error {
	f.Back, f.Hints, f.Plaintext = backAddress(r), p.hints, !p.secure && !web.Encrypted(r) && !loopback(r.Host)
	page := ui.Page{Title: "Sign in", Plain: true}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: signInView(f)})
}

func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) error {
	f := signInForm{Email: strings.TrimSpace(r.PostFormValue("email"))}
	password := r.PostFormValue("password")
	if wrong := missingCredentials(f.Email, password); len(wrong) > 0 {
		f.Wrong = wrong
		return p.showSignIn(w, r, http.StatusUnprocessableEntity, f)
	}
	token, err := p.auth.SignIn(r.Context(), auth.Credentials{
		Email: f.Email, Password: password, Address: r.RemoteAddr, UserAgent: r.UserAgent(), Replaces: p.auth.SessionToken(r),
	})
	if err != nil {
		return p.refuseSignIn(w, r, f, err)
	}
	p.auth.SetCookie(w, token)
	return web.Redirect(w, r, backAddress(r))
}

func missingCredentials(email, password string) map[string]string {
	wrong := map[string]string{}
	if email == "" {
		wrong["email"] = "Enter your e-mail address."
	}
	if password == "" {
		wrong["password"] = "Enter your password."
	}
	return wrong
}

func (p *Pages) refuseSignIn(w http.ResponseWriter, r *http.Request, f signInForm, err error) error {
	p.retryAfter(w, err)
	if e := (*crm.Error)(nil); errors.As(err, &e) && e.Kind == crm.Unauthenticated {
		f.Wrong = map[string]string{"password": e.Message}
		return p.showSignIn(w, r, http.StatusUnprocessableEntity, f)
	}
	return orShow(err, func(status int, why refusal) error {
		f.refusal = why
		return p.showSignIn(w, r, status, f)
	})
}

// signOut also serves a reader whose session ended meanwhile.
func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.auth.SignOut(r.Context()); err != nil {
		return err
	}
	p.auth.ClearCookie(w)
	return web.Redirect(w, r, "/sign-in", "done", "signed-out")
}

// backAddress is the page of this site that the reader wanted, never the
// sign-in page again.
func backAddress(r *http.Request) string {
	to := web.LocalURL(r.FormValue("back"))
	if to.Path == "/sign-in" || to.Path == "/sign-out" {
		return "/"
	}
	return to.String()
}

// loopback reports whether the browser reached this machine from itself.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (err == nil && ip.IsLoopback())
}
