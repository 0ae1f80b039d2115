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
	}
}

func get(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(permission), Handle: h}
}

func post(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Permission: string(permission), Handle: h}
}
