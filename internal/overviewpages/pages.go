package overviewpages

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Glance draws the card that sums the exchange with a service up. The card
// refreshes itself; back is the address of the page around it.
type Glance interface {
	Card(ctx context.Context, back string) (templ.Component, error)
}

// Config is what the page is made of. Only Mail and Now may be missing.
type Config struct {
	Xero  Glance
	Mail  Glance
	Store *store.Store
	Book  *records.Book
	Now   func() time.Time
}

// Pages mounts the page; it is a web.Mounter and a web.Noticer.
type Pages struct {
	xero  Glance
	mail  Glance
	store *store.Store
	book  *records.Book
	now   func() time.Time
}

// New makes the page.
func New(c Config) *Pages {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Pages{xero: c.Xero, mail: c.Mail, store: c.Store, book: c.Book, now: c.Now}
}

// Routes lists the page. Everybody who is signed in may open it; what it shows
// depends on what they may see.
func (p *Pages) Routes() []web.Route {
	return []web.Route{{Method: http.MethodGet, Pattern: "/{$}", Permission: web.SignedIn, Handle: p.overview}}
}

// Notices is empty: the page reports nothing of its own.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice { return nil }

func (p *Pages) overview(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return err
	}
	v, err := p.view(r.Context(), me)
	if err != nil {
		return err
	}
	return web.ShowPage(w, r, ui.Page{Title: "Overview", Path: "/"}, overviewPage(v))
}
