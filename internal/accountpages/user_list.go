package accountpages

import (
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// users is what the list of people shows.
type users struct {
	Query, Role, State string
	Found              []auth.Member
	Total              int
	Active, Disabled   int // of those that query and role leave
	MayAdd             bool
	Me                 auth.Identity
}

func (p *Pages) usersPage(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return err
	}
	all, err := p.auth.Users(r.Context())
	if err != nil {
		return err
	}
	list := users{
		Query: strings.TrimSpace(r.FormValue("q")), Role: r.FormValue("role"), State: r.FormValue("state"),
		Total: len(all), MayAdd: me.Can(auth.UsersManage), Me: me,
	}
	list.narrow(all)
	if web.Target(r) == "users" {
		return web.ShowFragment(w, r, userTable(list), ui.SegmentCounts("user-filter", list.segments()))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Users", Path: "/users"}, usersView(list))
}

// narrow keeps the people that the filter asks for, and counts their states.
func (l *users) narrow(all []auth.Member) {
	for _, m := range all {
		text := strings.ToLower(m.User.Name + "\n" + m.User.Email)
		if !strings.Contains(text, strings.ToLower(l.Query)) || (l.Role != "" && l.Role != string(m.Role)) {
			continue
		}
		if m.DisabledAt == nil {
			l.Active++
		} else {
			l.Disabled++
		}
		if l.State == "" || l.State == memberState(m) {
			l.Found = append(l.Found, m)
		}
	}
}

func (l *users) segments() []ui.Segment {
	return []ui.Segment{
		{Value: "", Label: "All", Count: ui.Thousands(l.Active + l.Disabled)},
		{Value: "active", Label: "Active", Count: ui.Thousands(l.Active)},
		{Value: "disabled", Label: "Disabled", Count: ui.Thousands(l.Disabled)},
	}
}

func (l *users) roles() []ui.Option {
	var options []ui.Option
	for _, role := range auth.Roles() {
		options = append(options, ui.Option{Value: string(role), Label: role.Label()})
	}
	return options
}

func (l *users) text() string {
	if len(l.Found) == l.Total {
		return ui.Plural(l.Total, "person", "people")
	}
	return ui.Thousands(len(l.Found)) + " of " + ui.Plural(l.Total, "person", "people")
}
