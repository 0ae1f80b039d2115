package crmpages_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/crmpages"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// now is a Sunday noon in Sydney.
func now() time.Time { return time.Date(2026, time.November, 22, 1, 0, 0, 0, time.UTC) }

// world is a site with these pages over a SQLite file with one organisation.
// Its reader has the role that the cookie "role" names; an owner without one.
type world struct {
	t     testing.TB
	url   string
	store *store.Store
	book  *records.Book
	org   crm.OrgID
	links *links
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, store: storetest.SQLite(t), links: &links{}}
	o := crm.Organisation{
		ID: crm.NewID[crm.Organisation](), Name: "Volt Supply", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU",
		TermsDays: 30, YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "SO-", CreatedAt: now(),
	}
	w.org = o.ID
	must(t, w.store.AddOrganisation(t.Context(), o, crm.AustralianTaxRates()))
	w.book = records.New(records.Config{Store: w.store, Now: now, Authorise: authorise, React: []records.Reaction{w.invoiceShipped}})
	pages := crmpages.New(crmpages.Config{Book: w.book, Store: w.store, Now: now, Links: w.links})
	site, err := web.New(web.Config{
		Mounters: []web.Mounter{pages}, Authenticate: w.authenticate, Allow: allow, Site: frame, Problem: wordProblem, Now: now,
		Zone: func(*http.Request) *time.Location { return o.Location() },
	})
	must(t, err)
	server := httptest.NewServer(site)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	w.url = server.URL
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func made[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func authorise(ctx context.Context, permission string) (crm.OrgID, string, error) {
	me, err := auth.Require(ctx, auth.Permission(permission))
	return me.Org, me.Actor(), err
}

func allow(r *http.Request, permission string) error {
	_, err := auth.Require(r.Context(), auth.Permission(permission))
	return err
}

func (w *world) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		role := auth.Owner
		if c, err := r.Cookie("role"); err == nil {
			role = auth.Role(c.Value)
		}
		next.ServeHTTP(out, r.WithContext(w.as(r.Context(), role)))
	})
}

func (w *world) as(ctx context.Context, role auth.Role) context.Context {
	return auth.With(ctx, auth.Identity{Org: w.org, OrgName: "Volt Supply", User: crm.NewID[crm.User](), Name: "Alex Kim", Email: "alex.kim@volt.example", Role: role})
}

func (w *world) owner() context.Context { return w.as(w.t.Context(), auth.Owner) }

// invoiceShipped makes the invoice of an order that ships, as the product does.
func (w *world) invoiceShipped(ctx context.Context, tx *store.Tx, c crm.Change) error {
	if c.Record != crm.OrderRecord || c.What != crm.Shipped {
		return nil
	}
	_, err := w.book.In(tx, records.By{Org: c.OrgID, Actor: c.Actor}).InvoiceOrder(ctx, crm.OrderID{UUID: c.ID})
	return err
}

func frame(*http.Request) ui.Site {
	return ui.Site{
		Name: "Renoz", Tagline: "Volt Supply", Organisation: "Volt Supply", User: ui.User{Name: "Alex Kim", Initials: "AK", Role: "Owner"},
		Nav: []ui.NavGroup{{ID: "nav-business", Label: "Business", Items: []ui.NavItem{
			{ID: "customers", Href: "/customers", Icon: icon.Building2, Label: "Customers"},
			{ID: "products", Href: "/products", Icon: icon.Package, Label: "Products"},
			{ID: "orders", Href: "/orders", Icon: icon.ShoppingCart, Label: "Orders"},
			{ID: "invoices", Href: "/invoices", Icon: icon.Receipt, Label: "Invoices"},
		}}},
	}
}

func wordProblem(err error) web.Problem {
	status := map[crm.Kind]int{
		crm.Invalid: http.StatusUnprocessableEntity, crm.NotFound: http.StatusNotFound, crm.Conflict: http.StatusConflict, crm.Forbidden: http.StatusForbidden,
	}[crm.KindOf(err)]
	var e *crm.Error
	if !errors.As(err, &e) || status == 0 {
		return web.Problem{}
	}
	return web.Problem{Status: status, Title: "Not possible", Text: e.Message}
}

// links are what a service is said to know.
type links struct {
	mu    sync.Mutex
	of    map[uuid.UUID]crmpages.RemoteLink
	asked int
	after int // asks after which a record that waits is there
}

func (l *links) RecordLinks(_ context.Context, _ crm.RecordKind, id uuid.UUID) ([]crmpages.RemoteLink, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, found := l.of[id]
	if !found {
		return nil, nil
	}
	l.asked++
	if known.State == link.Pending && l.after > 0 && l.asked > l.after {
		known.State, known.URL, known.Text = link.Synced, "https://go.xero.com/AccountsReceivable/View.aspx?InvoiceID=1", ""
	}
	return []crmpages.RemoteLink{known}, nil
}

func (l *links) set(id uuid.UUID, known crmpages.RemoteLink) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[uuid.UUID]crmpages.RemoteLink{}
	}
	known.Service, known.UpdatedAt = "Xero", now().Add(-3*time.Minute)
	l.of[id], l.asked = known, 0
}

// The records of a small business.

func (w *world) customer(name string) crm.Customer {
	w.t.Helper()
	return made[crm.Customer](w.t)(w.book.CreateCustomer(w.owner(), records.CustomerInput{
		Name: name, LegalName: name + " Pty Ltd", ABN: "51 824 753 556", Email: "accounts@harbour.example", Phone: "+61 2 5550 0123",
		Contacts:  []records.ContactInput{{FirstName: "Mia", LastName: "Hart", Email: "mia@harbour.example"}},
		Addresses: []records.AddressInput{{Kind: crm.Postal, Line1: "12 Wharf Street", City: "Pyrmont", Region: "NSW", PostalCode: "2009", Country: "AU"}},
	}))
}

// plain is a customer with no more than a name.
func (w *world) plain(name string) crm.Customer {
	w.t.Helper()
	return made[crm.Customer](w.t)(w.book.CreateCustomer(w.owner(), records.CustomerInput{Name: name}))
}

func (w *world) archived(name string) crm.Customer {
	w.t.Helper()
	c := w.plain(name)
	return made[crm.Customer](w.t)(w.book.ArchiveCustomer(w.owner(), c.ID))
}

func (w *world) product(sku, name string, price crm.Price) crm.Product {
	w.t.Helper()
	return made[crm.Product](w.t)(w.book.CreateProduct(w.owner(), records.ProductInput{SKU: sku, Name: name, Price: price, TaxClass: crm.GST}))
}

// order is one of four batteries with freight: 5,000.00 and 125.00 without tax.
func (w *world) order(c crm.Customer, states ...crm.OrderState) crm.Order {
	w.t.Helper()
	o := made[crm.Order](w.t)(w.book.CreateOrder(w.owner(), records.OrderInput{
		CustomerID: c.ID, Reference: "PO 7781", Notes: "Deliver to the site office.",
		Lines: []records.LineInput{
			{Description: "100 Ah lithium battery", Quantity: 4_0000, UnitPrice: price(1_249_9900), DiscountAmount: 0, TaxClass: crm.GST},
			{Kind: crm.Shipping, Description: "Freight", Quantity: 1_0000, UnitPrice: price(125_0000), TaxClass: crm.GST},
		},
	}))
	for _, s := range states {
		o = made[crm.Order](w.t)(w.book.AdvanceOrder(w.owner(), o.ID, s))
	}
	return o
}

func shipped() []crm.OrderState {
	return []crm.OrderState{crm.OrderConfirmed, crm.OrderPicking, crm.OrderPicked, crm.OrderShipped}
}

func price(p crm.Price) *crm.Price { return &p }

func (w *world) invoice(c crm.Customer) crm.Invoice {
	w.t.Helper()
	o := w.order(c, shipped()...)
	return made[crm.Invoice](w.t)(w.book.InvoiceOfOrder(w.owner(), o.ID))
}

func (w *world) draft(c crm.Customer) crm.Invoice {
	w.t.Helper()
	return made[crm.Invoice](w.t)(w.book.CreateInvoice(w.owner(), records.InvoiceInput{
		CustomerID: c.ID, Lines: []records.LineInput{{Description: "Commissioning", Quantity: 2_5000, UnitPrice: price(180_0000), TaxClass: crm.GST}},
	}))
}

// answer is what came of a request.
type answer struct {
	status int
	body   string
	to     string // where it leads
}

// ask sends a request as a role; a target makes it one of htmx.
func (w *world) ask(role auth.Role, target, path string, form url.Values) answer {
	w.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, body)
	must(w.t, err)
	r.AddCookie(&http.Cookie{Name: "role", Value: string(role)})
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if target != "" {
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Request-Type", "partial")
		r.Header.Set("HX-Target", "div#"+target)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	must(w.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(w.t, err)
	return answer{res.StatusCode, string(text), res.Header.Get("Location") + res.Header.Get("HX-Redirect")}
}

func (w *world) get(path string) answer { w.t.Helper(); return w.ask(auth.Owner, "", path, nil) }

func (w *world) post(path string, form url.Values) answer {
	w.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	return w.ask(auth.Owner, "", path, form)
}

func (a answer) wants(t testing.TB, status int, parts ...string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %.300s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			t.Errorf("the answer lacks %q", part)
		}
	}
}

func (a answer) lacks(t testing.TB, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(a.body, part) {
			t.Errorf("the answer has %q", part)
		}
	}
}
