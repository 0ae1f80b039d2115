package accountpages

import (
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// token is an API token with its state: active, expired or revoked.
type token struct {
	auth.APIToken
	State string
}

// tokens is what the list of API tokens shows.
type tokens struct {
	State         string // "" for active ones, or ended
	Found         []token
	Active, Ended int
}

func (l tokens) segments() []ui.Segment {
	return []ui.Segment{
		{Value: "", Label: "Active", Count: ui.Thousands(l.Active)},
		{Value: "ended", Label: "Ended", Count: ui.Thousands(l.Ended)},
	}
}

func (p *Pages) tokensPage(w http.ResponseWriter, r *http.Request) error {
	all, err := p.auth.Tokens(r.Context())
	if err != nil {
		return err
	}
	list := tokens{State: r.FormValue("state")}
	for _, t := range all {
		state := tokenState(t, p.now())
		if state == "active" {
			list.Active++
		} else {
			list.Ended++
		}
		if (state == "active") == (list.State != "ended") {
			list.Found = append(list.Found, token{t, state})
		}
	}
	if web.Target(r) == "tokens" {
		return web.ShowFragment(w, r, tokenTable(list), ui.SegmentCounts("token-filter", list.segments()))
	}
	return web.ShowPage(w, r, ui.Page{Title: "API tokens", Path: "/tokens"}, tokensView(list))
}

func tokenState(t auth.APIToken, now time.Time) string {
	switch {
	case t.RevokedAt != nil:
		return "revoked"
	case t.ExpiresAt != nil && !now.Before(*t.ExpiresAt):
		return "expired"
	}
	return "active"
}

func (p *Pages) revokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := crm.ParseID[crm.APIToken](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := p.auth.RevokeToken(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/tokens", "done", "token-revoked")
}
