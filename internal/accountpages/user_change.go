package accountpages

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

func (p *Pages) setRole(w http.ResponseWriter, r *http.Request) error {
	return p.changeUser(w, r, "user-role-changed", func(ctx context.Context, id crm.UserID) error {
		return p.auth.SetRole(ctx, id, auth.Role(r.PostFormValue("role")))
	})
}

func (p *Pages) disableUser(w http.ResponseWriter, r *http.Request) error {
	return p.changeUser(w, r, "user-disabled", p.auth.DisableUser)
}

func (p *Pages) enableUser(w http.ResponseWriter, r *http.Request) error {
	return p.changeUser(w, r, "user-enabled", p.auth.EnableUser)
}

func (p *Pages) removeUser(w http.ResponseWriter, r *http.Request) error {
	return p.changeUser(w, r, "user-removed", p.auth.RemoveUser)
}

// changeUser changes the person whom the address names and reports done on
// their page, on the list once they are gone from it, or for the reader on the
// page that every role may see.
func (p *Pages) changeUser(w http.ResponseWriter, r *http.Request, done string, change func(context.Context, crm.UserID) error) error {
	id, err := crm.ParseID[crm.User](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := change(r.Context(), id); err != nil {
		return orShow(err, func(status int, why refusal) error { return p.showUser(w, r, status, why) })
	}
	to := userHref(id)
	if me, _ := auth.From(r.Context()); me.User == id {
		to = "/account"
	} else if done == "user-removed" {
		to = "/users"
	}
	return web.Redirect(w, r, to, "done", done)
}

// setPassword makes a password and shows it in its answer, the only time.
func (p *Pages) setPassword(w http.ResponseWriter, r *http.Request) error {
	u, err := p.user(r)
	if err != nil {
		return err
	}
	password := newPassword()
	if err := p.auth.SetPassword(r.Context(), u.User.ID, password); err != nil {
		return orShow(err, func(status int, why refusal) error { return p.showUser(w, r, status, why) })
	}
	return p.showAccess(w, r, access{ID: u.User.ID, Name: u.User.Name, Email: u.User.Email, Password: password})
}

// access is what a person needs to sign in. An account that was there before
// keeps its password, which nobody knows.
type access struct {
	ID                    crm.UserID
	Name, Email, Password string
	Added                 bool
}

func (p *Pages) showAccess(w http.ResponseWriter, r *http.Request, a access) error {
	page := ui.Page{Title: "Access for " + a.Name, Path: "/users", Parents: []ui.Link{{Href: "/users", Label: "Users"}}}
	return web.ShowPage(w, r, page, accessView(a))
}

// newPassword is 100 random bits in four groups that can be read aloud.
func newPassword() string {
	letters := strings.ToLower(rand.Text())
	return strings.Join([]string{letters[:5], letters[5:10], letters[10:15], letters[15:20]}, "-")
}
