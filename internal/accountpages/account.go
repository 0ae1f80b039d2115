package accountpages

import (
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// account is what the page of one's own account shows.
type account struct {
	Me            auth.Identity
	Name          string // as entered
	Organisations []auth.Membership
	Sessions      []auth.OwnSession
	nameRefusal   refusal
	refusal       // of a new password
}

func (p *Pages) accountPage(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return err
	}
	return p.showAccount(w, r, http.StatusOK, account{Name: me.Name})
}

func (p *Pages) showAccount(w http.ResponseWriter, r *http.Request, status int, a account) (err error) {
	if a.Me, err = auth.SignedIn(r.Context()); err != nil {
		return err
	}
	if a.Organisations, err = p.auth.Organisations(r.Context()); err != nil {
		return err
	}
	if a.Sessions, err = p.auth.Sessions(r.Context()); err != nil {
		return err
	}
	return web.ShowPageStatus(w, r, status, web.Content{
		Page: ui.Page{Title: "Your account", Path: "/account"},
		Body: accountView(a),
	})
}

func (p *Pages) changePassword(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return err
	}
	current, password := r.PostFormValue("current"), r.PostFormValue("password")
	wrong := map[string]string{}
	if current == "" {
		wrong["current"] = "Enter your present password."
	}
	if _, why, ok := refused(auth.CheckPassword(password, me.Email)); ok {
		wrong["password"] = why.Wrong["password"]
	} else if password != r.PostFormValue("repeat") {
		wrong["repeat"] = "This differs from the new password. Enter both again."
	}
	if len(wrong) > 0 {
		return p.showAccount(w, r, http.StatusUnprocessableEntity, account{Name: me.Name, refusal: refusal{Wrong: wrong}})
	}
	if err := p.auth.ChangePassword(r.Context(), current, password); err != nil {
		p.retryAfter(w, err)
		return orShow(err, func(status int, why refusal) error {
			return p.showAccount(w, r, status, account{Name: me.Name, refusal: why})
		})
	}
	return web.Redirect(w, r, "/account", "done", "password-changed")
}

func (p *Pages) switchOrganisation(w http.ResponseWriter, r *http.Request) error {
	org, err := crm.ParseID[crm.Organisation](r.PostFormValue("organisation"))
	if err != nil {
		return err
	}
	if err := p.auth.SwitchOrganisation(r.Context(), org); err != nil {
		return err
	}
	return web.Redirect(w, r, "/", "done", "organisation-switched")
}

func (p *Pages) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	if err := p.auth.SignOutEverywhere(r.Context()); err != nil {
		return err
	}
	p.auth.ClearCookie(w)
	return web.Redirect(w, r, "/sign-in", "done", "signed-out-everywhere")
}
