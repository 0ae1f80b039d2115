package accountpages

import (
	"net/http"
	"slices"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// user is what the page of one person shows.
type user struct {
	auth.Member
	Self      bool
	LastOwner bool
	Fixed     string // why the reader may change nothing; empty: they may
	Roles     []ui.Option
	Role      auth.Role // as the form shows it
	refusal
}

func (u user) state() string { return memberState(u.Member) }

func memberState(m auth.Member) string {
	if m.DisabledAt != nil {
		return "disabled"
	}
	return "active"
}

func userHref(id crm.UserID) string { return "/users/" + id.String() }

func (p *Pages) userPage(w http.ResponseWriter, r *http.Request) error {
	return p.showUser(w, r, http.StatusOK, refusal{})
}

func (p *Pages) showUser(w http.ResponseWriter, r *http.Request, status int, why refusal) error {
	u, err := p.user(r)
	if err != nil {
		return err
	}
	u.refusal = why
	if role := auth.Role(r.PostFormValue("role")); role.Valid() {
		u.Role = role
	}
	page := ui.Page{Title: u.User.Name, Path: "/users", Parents: []ui.Link{{Href: "/users", Label: "Users"}}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: userView(u)})
}

// user finds the person whom the address names.
func (p *Pages) user(r *http.Request) (user, error) {
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return user{}, err
	}
	id, err := crm.ParseID[crm.User](r.PathValue("id"))
	if err != nil {
		return user{}, web.ErrNotFound
	}
	all, err := p.auth.Users(r.Context())
	if err != nil {
		return user{}, err
	}
	i := slices.IndexFunc(all, func(m auth.Member) bool { return m.User.ID == id })
	if i < 0 {
		return user{}, crm.Errorf(crm.NotFound, "There is no such user in this organisation, or no longer.")
	}
	return user{
		Member: all[i], Self: id == me.User, LastOwner: lastOwner(all, all[i]), Fixed: fixed(me, all[i]),
		Roles: roleOptions(me), Role: all[i].Role,
	}, nil
}

// fixed says why the reader may not change a member, or "".
func fixed(me auth.Identity, m auth.Member) string {
	if _, why, ok := refused(me.Require(auth.UsersManage)); ok {
		return why.Text
	}
	if !me.Role.Covers(m.Role) {
		return "Your role, " + me.Role.Label() + ", cannot change somebody with the role " + m.Role.Label() + ". Ask an owner."
	}
	return ""
}

// lastOwner reports whether nobody else could sign in as an owner. Package auth
// keeps them whatever the page says; the page says why.
func lastOwner(all []auth.Member, m auth.Member) bool {
	active := func(m auth.Member) bool { return m.Role == auth.Owner && m.DisabledAt == nil }
	return active(m) && !slices.ContainsFunc(all, func(other auth.Member) bool { return other.User.ID != m.User.ID && active(other) })
}

// roleOptions are the roles that a person may give away.
func roleOptions(me auth.Identity) []ui.Option {
	var options []ui.Option
	for _, role := range auth.Roles() {
		if me.Role.Covers(role) {
			options = append(options, ui.Option{Value: string(role), Label: role.Label()})
		}
	}
	return options
}
