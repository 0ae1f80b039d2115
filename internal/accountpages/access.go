package accountpages

import (
	"fmt"
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
)

// Allow returns nil when the reader may use a route with the permission:
// web.SignedIn, or one of package auth. It returns an error that is both
// web.ErrSignIn and an Error of kind Unauthenticated for a reader who is not
// known, and an Error of kind Forbidden for one whose role does not suffice.
func Allow(r *http.Request, permission string) error {
	var err error
	if permission == web.SignedIn {
		_, err = auth.SignedIn(r.Context())
	} else {
		_, err = auth.Require(r.Context(), auth.Permission(permission))
	}
	if crm.KindOf(err) == crm.Unauthenticated {
		return fmt.Errorf("%w: %w", web.ErrSignIn, err)
	}
	return err
}

// Site fills the parts of a page's frame that follow from its reader:
// organisation, user, the user's links and the bell. The rest is the caller's.
// A reader who is not signed in gets an empty one.
func (p *Pages) Site(r *http.Request) ui.Site {
	me, ok := auth.From(r.Context())
	if !ok || !me.IsPerson() {
		return ui.Site{}
	}
	bell := ui.Bell{Href: "/notifications"}
	if n, err := p.notify.Unread(r.Context()); err == nil { // a bell without a number is no reason to fail a page
		bell.Unread = n
	}
	return ui.Site{
		Organisation: me.OrgName,
		User:         ui.User{Name: me.Name, Initials: ui.Initials(me.Name), Role: me.Role.Label(), Email: me.Email},
		UserLinks:    userLinks(me),
		Bell:         bell,
	}
}

func userLinks(me auth.Identity) []ui.Link {
	links := []ui.Link{{Href: "/account", Label: "Your account", Icon: icon.User}}
	for _, l := range []struct {
		permission auth.Permission
		link       ui.Link
	}{
		{auth.UsersView, ui.Link{Href: "/users", Label: "Users", Icon: icon.Users}},
		{auth.TokensManage, ui.Link{Href: "/tokens", Label: "API tokens", Icon: icon.KeyRound}},
		{auth.OrganisationEdit, ui.Link{Href: "/organisation", Label: "Organisation", Icon: icon.Building2}},
	} {
		if me.Can(l.permission) {
			links = append(links, l.link)
		}
	}
	return links
}
