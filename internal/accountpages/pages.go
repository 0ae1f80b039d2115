package accountpages

import (
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
)

// Config is what the pages are made of. Auth, Store and Notify are required.
type Config struct {
	Auth   *auth.Service
	Store  *store.Store
	Notify *notify.Notifier
	Now    func() time.Time
	// Secure says that the site is reached by https. Without it the sign-in
	// page warns everybody who does not sit at this machine.
	Secure bool
	// Hints are accounts whose passwords are no secret, for a demonstration.
	Hints []Hint
}

// Hint is an account that the sign-in page offers with one click.
type Hint struct{ Name, Email, Password, Role string }

// Pages mounts the pages; it is a web.Mounter and a web.Noticer.
type Pages struct {
	auth   *auth.Service
	store  *store.Store
	notify *notify.Notifier
	now    func() time.Time
	secure bool
	hints  []Hint
}

// New makes the pages.
func New(c Config) *Pages {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Pages{auth: c.Auth, store: c.Store, notify: c.Notify, now: c.Now, secure: c.Secure, hints: c.Hints}
}

// Routes lists the pages.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		get("/sign-in", web.Public, p.signInPage), post("/sign-in", web.Public, p.signIn),
		post("/sign-out", web.Public, p.signOut),

		get("/account", web.SignedIn, p.accountPage), post("/account/password", web.SignedIn, p.changePassword),
		post("/account/name", web.SignedIn, p.changeName), post("/account/sessions/end", web.SignedIn, p.endSession),
		post("/account/organisation", web.SignedIn, p.switchOrganisation), post("/account/sign-out", web.SignedIn, p.signOutEverywhere),

		get("/users", auth.UsersView, p.usersPage), get("/users/{id}", auth.UsersView, p.userPage),
		get("/users/new", auth.UsersManage, p.newUserPage), post("/users/new", auth.UsersManage, p.addUser),
		post("/users/{id}/role", auth.UsersManage, p.setRole), post("/users/{id}/disable", auth.UsersManage, p.disableUser),
		post("/users/{id}/enable", auth.UsersManage, p.enableUser), post("/users/{id}/remove", auth.UsersManage, p.removeUser),
		post("/users/{id}/password", auth.UsersManage, p.setPassword),

		get("/tokens", auth.TokensManage, p.tokensPage), post("/tokens/{id}/revoke", auth.TokensManage, p.revokeToken),
		get("/tokens/new", auth.TokensManage, p.newTokenPage), post("/tokens/new", auth.TokensManage, p.createToken),

		get("/notifications", web.SignedIn, p.notificationsPage), post("/notifications/read", web.SignedIn, p.markRead),

		get("/organisation", auth.OrganisationEdit, p.organisationPage), post("/organisation", auth.OrganisationEdit, p.saveOrganisation),
	}
}

func get(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(permission), Handle: h}
}

func post(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Permission: string(permission), Handle: h}
}
