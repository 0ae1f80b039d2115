package xeropages_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xeropages"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/overviewpages"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/syncpages"
	"github.com/renoz/renoz/internal/vault"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
	"github.com/renoz/renoz/internal/web/webtest"
	"github.com/renoz/renoz/internal/workflow"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// world is a site with the pages about the exchange, over a SQLite file with
// one organisation, and a simulated Xero with two.
type world struct {
	*testing.T
	ctx     context.Context
	url     string
	store   *store.Store
	book    *records.Book
	xero    *xero.Service
	sim     *xerosim.Server
	breaker *breaker.Breaker
	host    string       // a site that may show the card in a frame
	ahead   atomic.Int64 // nanoseconds by which the integration's clock is ahead
	org     crm.OrgID
	user    crm.UserID
}

// newWorld makes a site whose organisation is not connected yet.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, store: storetest.SQLite(t), org: crm.NewID[crm.Organisation](), user: crm.NewID[crm.User]()}
	w.must(w.store.AddOrganisation(t.Context(), crm.Organisation{
		ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now(),
	}, crm.AustralianTaxRates()))
	w.ctx = auth.With(t.Context(), w.identity(auth.Owner))
	w.sim = xerosim.New(xerosim.Options{
		Organisations: []xerosim.Organisation{xerosim.DefaultOrganisation(), {Name: "Harbour Holdings", ShortCode: "!Hh1"}},
		MinuteLimit:   -1, Log: slog.New(slog.DiscardHandler),
	})
	there := httptest.NewServer(w.sim)
	t.Cleanup(there.Close)
	here := httptest.NewUnstartedServer(nil)
	w.url = "http://" + here.Listener.Addr().String()
	w.host = otherSite(t)
	w.integration(there.URL)
	here.Config.Handler = w.site()
	here.Start()
	t.Cleanup(func() {
		here.CloseClientConnections()
		here.Close()
	})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) identity(role auth.Role) auth.Identity {
	return auth.Identity{Org: w.org, OrgName: "Voltway", User: w.user, Name: "Alex Kim", Email: "alex@voltway.example", Role: role}
}

func (w *world) integration(there string) {
	v, err := vault.Open(vault.Config{File: filepath.Join(w.TempDir(), "key")})
	w.must(err)
	authorise := func(ctx context.Context, permission string) (crm.OrgID, string, error) {
		who, err := auth.Require(ctx, auth.Permission(permission))
		return who.Org, who.Name, err
	}
	w.book = records.New(records.Config{Store: w.store, Authorise: authorise, React: []records.Reaction{
		workflow.InvoiceShipped(func() *records.Book { return w.book }), xero.React,
	}})
	process := store.NewProcess()
	w.must(w.store.Announce(w.Context(), process))
	w.breaker = breaker.New(breaker.Config{Store: w.store.Circuits(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	w.xero = xero.New(xero.Config{
		API:   xeroapi.Config{ClientID: "demo", ClientSecret: "demo", RedirectURL: w.url + "/xero/callback"}.WithBase(there),
		Store: w.store, Vault: v, Book: w.book, Process: process, Transport: http.DefaultTransport,
		Breaker: w.breaker, Budgets: budgets,
		Notify:   func(context.Context, xero.Notice) error { return nil },
		EmbedURL: w.url + "/embed/xero", Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) },
	})
}

func (w *world) site() http.Handler {
	pages := xeropages.New(xeropages.Config{Xero: w.xero, Store: w.store, Ancestors: []string{w.host}})
	sydney, err := time.LoadLocation("Australia/Sydney")
	w.must(err)
	s, err := web.New(web.Config{
		Mounters: []web.Mounter{
			pages, syncpages.New(syncpages.Config{Xero: w.xero, Store: w.store}),
			overviewpages.New(overviewpages.Config{Xero: pages, Store: w.store, Book: w.book}),
		},
		Authenticate: w.authenticate, Allow: allow, Site: frame, Problem: problem,
		Zone: func(*http.Request) *time.Location { return sydney },
	})
	w.must(err)
	return s
}

// authenticate believes a cookie with the name of a role.
func (w *world) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("role"); err == nil && auth.Role(c.Value).Valid() {
			r = r.WithContext(auth.With(r.Context(), w.identity(auth.Role(c.Value))))
		}
		next.ServeHTTP(out, r)
	})
}

func allow(r *http.Request, permission string) error {
	if permission == web.SignedIn {
		_, err := auth.SignedIn(r.Context())
		return err
	}
	_, err := auth.Require(r.Context(), auth.Permission(permission))
	return err
}

func problem(err error) web.Problem {
	var e *crm.Error
	if !errors.As(err, &e) {
		return web.Problem{}
	}
	status := map[crm.Kind]int{crm.Invalid: 422, crm.NotFound: 404, crm.Conflict: 409, crm.Forbidden: 403, crm.Unauthenticated: 401, crm.Unavailable: 503, crm.Precondition: 412}[e.Kind]
	return web.Problem{Status: status, Title: "Not possible", Text: e.Message}
}

func frame(r *http.Request) ui.Site {
	me, ok := auth.From(r.Context())
	if !ok {
		return ui.Site{Name: "Renoz"}
	}
	return ui.Site{
		Name: "Renoz", Tagline: "Orders to accounts", Organisation: me.OrgName, User: ui.User{Name: me.Name, Initials: "AK", Role: me.Role.Label()},
		Nav: []ui.NavGroup{{ID: "nav-exchange", Label: "Exchange", Items: []ui.NavItem{
			{ID: "overview", Href: "/", Icon: icon.LayoutDashboard, Label: "Overview"}, {ID: "xero", Href: "/xero", Icon: icon.Plug, Label: "Xero"},
			{ID: "errors", Href: "/sync/errors", Icon: icon.CircleAlert, Label: "Errors"}, {ID: "history", Href: "/sync/history", Icon: icon.History, Label: "History"},
			{ID: "webhooks", Href: "/sync/webhooks", Icon: icon.Webhook, Label: "Webhooks"},
		}}},
	}
}

// connect gives access to the first organisation, as a person would.
func (w *world) connect() {
	w.Helper()
	address, err := w.xero.Begin(w.ctx)
	w.must(err)
	u, err := url.Parse(address)
	w.must(err)
	form := u.Query()
	form.Set("decision", "allow")
	form.Set("tenant", w.sim.Tenants()[0])
	u.RawQuery = ""
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(u.String(), form)
	w.must(err)
	w.must(answer.Body.Close())
	back, err := answer.Location()
	w.must(err)
	_, err = w.xero.Finish(w.ctx, back.Query().Get("state"), back.Query().Get("code"))
	w.must(err)
}

func (w *world) push() {
	w.Helper()
	w.must(ignoreSnooze(w.xero.Push(w.ctx, xero.PushArgs{Org: w.org})))
}

func ignoreSnooze(err error) error {
	var snooze *river.JobSnoozeError
	if errors.As(err, &snooze) {
		return nil
	}
	return err
}

// order makes a confirmed order over two batteries.
func (w *world) order(customer string) crm.Order {
	w.Helper()
	c, err := w.book.CreateCustomer(w.ctx, records.CustomerInput{Name: customer, Email: "accounts@buyer.example"})
	w.must(err)
	return w.orderOf(c.ID)
}

func (w *world) orderOf(customer crm.CustomerID) crm.Order {
	w.Helper()
	o, err := w.book.CreateOrder(w.ctx, records.OrderInput{CustomerID: customer, Reference: "PO-1", Lines: []records.LineInput{
		{Kind: crm.Item, Description: "BESS 50 kWh", Quantity: 20000, UnitPrice: new(crm.Price(49950000)), DiscountPercent: 500, TaxClass: crm.GST},
	}})
	w.must(err)
	o, err = w.book.AdvanceOrder(w.ctx, o.ID, crm.OrderConfirmed)
	w.must(err)
	return o
}

// shipped makes an issued invoice.
func (w *world) shipped(customer string) crm.Invoice {
	w.Helper()
	return w.ship(w.order(customer))
}

func (w *world) shippedTo(customer crm.CustomerID) crm.Invoice {
	w.Helper()
	return w.ship(w.orderOf(customer))
}

// ship sends an order out and returns its invoice.
func (w *world) ship(o crm.Order) crm.Invoice {
	w.Helper()
	for _, next := range []crm.OrderState{crm.OrderPicking, crm.OrderPicked, crm.OrderShipped} {
		_, err := w.book.AdvanceOrder(w.ctx, o.ID, next)
		w.must(err)
	}
	i, _, err := w.store.InvoiceOfOrder(w.ctx, w.org, o.ID)
	w.must(err)
	return i
}

// answer is what a reader without scripts sees in the end.
type answer struct {
	Status int
	Path   string
	Body   string
	Header http.Header
}

// get and post are requests of somebody with a role; post takes names and values.
func (w *world) get(role auth.Role, path string) answer {
	w.Helper()
	return w.send(role, http.MethodGet, path, nil)
}

func (w *world) post(role auth.Role, path string, pairs ...string) answer {
	w.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return w.send(role, http.MethodPost, path, strings.NewReader(form.Encode()))
}

func (w *world) send(role auth.Role, method, path string, body io.Reader, header ...string) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, body)
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	r.AddCookie(&http.Cookie{Name: "role", Value: string(role)})
	client := &http.Client{CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(next.URL.String(), w.url) {
			return http.ErrUseLastResponse
		}
		next.AddCookie(&http.Cookie{Name: "role", Value: string(role)})
		return nil
	}}
	res, err := client.Do(r)
	w.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	return answer{res.StatusCode, res.Request.URL.RequestURI(), string(text), res.Header}
}

func (a answer) want(t testing.TB, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s answered %d, want %d: %.300s", a.Path, a.Status, status, a.Body)
	}
	for _, text := range texts {
		if !strings.Contains(a.Body, text) {
			t.Errorf("%s lacks %q", a.Path, text)
		}
	}
}

func (a answer) lacks(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.Body, text) {
			t.Errorf("%s holds %q", a.Path, text)
		}
	}
}

func (w *world) view(path string) webtest.View {
	return webtest.View{Path: path, Cookies: []*http.Cookie{{Name: "role", Value: string(auth.Owner)}}}
}

// budgets are those of one organisation in Xero.
func budgets(tenant string) []ratelimit.Budget {
	of := func(window string, length time.Duration, limit int) ratelimit.Budget {
		return ratelimit.Budget{Key: ratelimit.Key{Service: xero.Name, Tenant: tenant, Window: window}, Length: length, Limit: limit}
	}
	return []ratelimit.Budget{of("minute", time.Minute, 60), of("day", 24*time.Hour, 5000), of(ratelimit.Concurrent, time.Minute, 5)}
}

// zone is where the organisation is.
func (w *world) zone() *time.Location {
	w.Helper()
	o, err := w.store.Organisation(w.ctx, w.org)
	w.must(err)
	return o.Location()
}
