package accountpages

import (
	"net/http"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// newToken is the form that makes an API token.
type newToken struct {
	Name, Role, Expires string
	Roles               []ui.Option
	refusal
}

const expiresNever = "never"

// lifetimes are how long a token may live, by the values of the form.
func lifetimes() map[string]time.Duration {
	const day = 24 * time.Hour
	return map[string]time.Duration{"30d": 30 * day, "90d": 90 * day, "1y": 365 * day}
}

func expiryOptions() []ui.Option {
	return []ui.Option{
		{Value: "30d", Label: "In 30 days"}, {Value: "90d", Label: "In 90 days"},
		{Value: "1y", Label: "In a year"}, {Value: expiresNever, Label: "Never"},
	}
}

func (p *Pages) newTokenPage(w http.ResponseWriter, r *http.Request) error {
	return p.showNewToken(w, r, http.StatusOK, newToken{Expires: "90d"})
}

func (p *Pages) showNewToken(w http.ResponseWriter, r *http.Request, status int, f newToken) error {
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return err
	}
	f.Roles = roleOptions(me)
	if web.Target(r) == "new-token" {
		return web.ShowFragmentStatus(w, r, status, newTokenForm(f))
	}
	return web.ShowPageStatus(w, r, status, web.Content{Page: newTokenFrame(), Body: newTokenView(newTokenForm(f))})
}

func newTokenFrame() ui.Page {
	return ui.Page{Title: "New token", Path: "/tokens", Parents: []ui.Link{{Href: "/tokens", Label: "API tokens"}}}
}

// createToken shows the token in its answer, the only time. htmx swaps it in
// for the form, so that a reload does not make another.
func (p *Pages) createToken(w http.ResponseWriter, r *http.Request) error {
	f := newToken{Name: strings.TrimSpace(r.PostFormValue("name")), Role: r.PostFormValue("role"), Expires: r.PostFormValue("expires")}
	text, made, err := p.makeToken(r, f)
	if err != nil {
		return orShow(err, func(status int, why refusal) error {
			f.refusal = why
			return p.showNewToken(w, r, status, f)
		})
	}
	if web.Target(r) == "new-token" {
		return web.ShowFragment(w, r, madeToken(text, made))
	}
	return web.ShowPage(w, r, newTokenFrame(), newTokenView(madeToken(text, made)))
}

func (p *Pages) makeToken(r *http.Request, f newToken) (string, auth.APIToken, error) {
	n := auth.NewToken{Name: f.Name, Role: auth.Role(f.Role)}
	life, known := lifetimes()[f.Expires]
	if !known && f.Expires != expiresNever {
		return "", auth.APIToken{}, crm.FieldErrors(map[string]string{"expires": "Choose when the token ends."})
	}
	if known {
		at := p.now().UTC().Add(life)
		n.ExpiresAt = &at
	}
	return p.auth.CreateToken(r.Context(), n)
}
