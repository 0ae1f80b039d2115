package accountpages

import (
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// newUser is the form that gives somebody access.
type newUser struct {
	Name, Email, Role string
	Roles             []ui.Option
	refusal
}

func (p *Pages) newUserPage(w http.ResponseWriter, r *http.Request) error {
	return p.showNewUser(w, r, http.StatusOK, newUser{})
}

func (p *Pages) showNewUser(w http.ResponseWriter, r *http.Request, status int, f newUser) error {
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return err
	}
	f.Roles = roleOptions(me)
	page := ui.Page{Title: "Add a user", Path: "/users", Parents: []ui.Link{{Href: "/users", Label: "Users"}}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: newUserView(f)})
}

func (p *Pages) addUser(w http.ResponseWriter, r *http.Request) error {
	f := newUser{Name: strings.TrimSpace(r.PostFormValue("name")), Email: strings.TrimSpace(r.PostFormValue("email")), Role: r.PostFormValue("role")}
	a, err := p.giveAccess(r, f)
	if err != nil {
		return orShow(err, func(status int, why refusal) error {
			f.refusal = why
			return p.showNewUser(w, r, status, f)
		})
	}
	return p.showAccess(w, r, a)
}

// giveAccess makes an account with a password of its own, unless the person
// has one from another organisation.
func (p *Pages) giveAccess(r *http.Request, f newUser) (access, error) {
	if err := f.check(); err != nil {
		return access{}, err
	}
	email, err := crm.ParseEmail(f.Email)
	if err != nil {
		return access{}, err
	}
	a := access{Name: f.Name, Email: email, Added: true}
	known, err := p.store.UserByEmail(r.Context(), email)
	switch {
	case err == nil:
		a.Name = known.Name
	case crm.KindOf(err) == crm.NotFound:
		a.Password = newPassword()
	default:
		return access{}, err
	}
	a.ID, err = p.auth.CreateUser(r.Context(), auth.NewUser{Email: email, Name: f.Name, Password: a.Password, Role: auth.Role(f.Role)})
	return a, err
}

// check reports all fields at once, which package auth reports one by one.
func (f newUser) check() error {
	wrong := map[string]string{}
	if _, why, ok := refused(crm.User{Name: f.Name, Email: f.Email}.Validate()); ok {
		wrong = why.Wrong
	}
	if !auth.Role(f.Role).Valid() {
		wrong["role"] = "Choose a role."
	}
	return crm.FieldErrors(wrong)
}
