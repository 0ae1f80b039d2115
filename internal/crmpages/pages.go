package crmpages

import (
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Config is what the pages are made of. Book and Store are required.
type Config struct {
	Book  *records.Book
	Store *store.Store     // reads only
	Now   func() time.Time // nil: time.Now
	Links LinkInfo         // nil: no service is asked about records
	Mail  MailInfo         // nil: no mail is shown with records
}

// Pages is the business records for people. It is a web.Mounter and a
// web.Noticer.
type Pages struct {
	book  *records.Book
	store *store.Store
	now   func() time.Time
	links LinkInfo
	mail  MailInfo
}

// New makes Pages.
func New(c Config) *Pages {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Pages{c.Book, c.Store, c.Now, c.Links, c.Mail}
}

// Routes lists the addresses and what each takes. Package records checks again.
func (p *Pages) Routes() []web.Route {
	routes := append(p.customerRoutes(), p.customerImportRoutes()...)
	routes = append(routes, p.productRoutes()...)
	routes = append(routes, p.orderRoutes()...)
	routes = append(routes, p.invoiceRoutes()...)
	return append(routes, p.creditRoutes()...)
}

func get(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(permission), Handle: h}
}

func post(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Permission: string(permission), Handle: h}
}

// desk is what every page needs to know of its reader.
type desk struct {
	me     auth.Identity
	seller store.Seller
	today  crm.Day
}

func (p *Pages) desk(r *http.Request) (desk, error) {
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return desk{}, err
	}
	seller, err := p.store.Seller(r.Context(), me.Org)
	if err != nil {
		return desk{}, err
	}
	return desk{me, seller, crm.DayIn(p.now(), seller.Location())}, nil
}

func (d desk) can(permission auth.Permission) bool { return d.me.Can(permission) }

// money writes an amount; only a foreign currency shows its code.
func (d desk) money(amount crm.MinorUnits, in crm.Currency) string {
	return crm.Money{Amount: amount, Currency: in}.Show(d.seller.Currency)
}

// backTo is a link for the head of a record's page.
func backTo(l ui.Link) *ui.Link { return &l }

// pathID reads the id in the address. An address that holds none leads nowhere.
func pathID[K any](r *http.Request) (crm.ID[K], error) {
	id, err := crm.ParseID[K](r.PathValue("id"))
	if err != nil {
		return id, web.ErrNotFound
	}
	return id, nil
}
