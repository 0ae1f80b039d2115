package xero_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/vault"
	"github.com/renoz/renoz/internal/workflow"
)

// world is an organisation, a simulated Xero and the integration between them,
// with a clock that tests move.
type world struct {
	*testing.T
	ctx     context.Context
	store   *store.Store
	book    *records.Book
	xero    *xero.Service
	sim     *xerosim.Server
	server  *httptest.Server
	clock   *clock
	org     crm.OrgID
	tenant  string
	notices []string
	keys    string // file of the vault
	wire    wire   // to Xero; nil: straight
	page    int    // rows of a page that is read from Xero; zero: as many as it gives
}

// wire does something between Xero's answers and who asked.
type wire func(*http.Request) (*http.Response, error)

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if w == nil {
		return http.DefaultTransport.RoundTrip(r)
	}
	return w(r)
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func each(t *testing.T, test func(*world)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) { test(newWorld(t, url)) })
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	return newWorldOf(t, url, xerosim.Options{})
}

// newWorldOf is a world whose Xero differs in what its options say.
func newWorldOf(t *testing.T, url string, o xerosim.Options) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{now: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}}
	s, err := store.Open(t.Context(), store.Config{URL: url, Now: w.clock.Now})
	w.must(err)
	t.Cleanup(func() { w.must(s.Close()) })
	w.must(s.Migrate(t.Context()))
	w.store = s
	o.Now, o.MinuteLimit, o.Log = w.clock.Now, -1, slog.New(slog.DiscardHandler)
	w.sim = xerosim.New(o)
	w.server = httptest.NewServer(w.sim)
	t.Cleanup(w.server.Close)
	w.tenant = w.sim.Tenants()[0]
	w.organisation()
	w.integration()
	w.connect()
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) organisation() {
	w.org = crm.NewID[crm.Organisation]()
	w.must(w.store.AddOrganisation(w.Context(), crm.Organisation{
		ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: w.clock.Now(),
	}, crm.AustralianTaxRates()))
	w.ctx = auth.With(w.Context(), auth.System(w.org, "test"))
}

func (w *world) integration() {
	if w.keys == "" {
		w.keys = filepath.Join(w.TempDir(), "key")
	}
	v, err := vault.Open(vault.Config{File: w.keys})
	w.must(err)
	authorise := func(ctx context.Context, permission string) (crm.OrgID, string, error) {
		who, err := auth.Require(ctx, auth.Permission(permission))
		return who.Org, who.Actor(), err
	}
	w.book = records.New(records.Config{Store: w.store, Now: w.clock.Now, Authorise: authorise, React: []records.Reaction{
		workflow.InvoiceShipped(func() *records.Book { return w.book }), xero.React,
	}})
	process := store.NewProcess()
	w.must(w.store.Announce(w.Context(), process))
	w.xero = xero.New(xero.Config{
		API:   xeroapi.Config{ClientID: "demo", ClientSecret: "demo", RedirectURL: "http://localhost/xero/callback", PageSize: w.page}.WithBase(w.server.URL),
		Store: w.store, Vault: v, Book: w.book, Process: process, Transport: w.wire,
		Notify: func(_ context.Context, n xero.Notice) error { w.notices = append(w.notices, n.Cause); return nil },
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)), Now: w.clock.Now,
	})
}

// connect goes through the simulator's consent as a person would.
func (w *world) connect() {
	address, err := w.xero.Begin(w.ctx)
	w.must(err)
	state, code := consent(w.T, address, w.tenant)
	c, err := w.xero.Finish(w.ctx, state, code)
	w.must(err)
	if c.State != connection.Connected {
		w.Fatalf("the connection is %s", c.State)
	}
}

func (w *world) push() {
	w.Helper()
	w.must(ignoreSnooze(w.xero.Push(w.ctx, xero.PushArgs{Org: w.org})))
}

func (w *world) customer(name string) crm.Customer {
	w.Helper()
	c, err := w.book.CreateCustomer(w.ctx, records.CustomerInput{Name: name, Email: "accounts@" + "buyer.example", ABN: "51824753556"})
	w.must(err)
	return c
}

// shipped makes an order of two batteries and a freight line, and ships it.
func (w *world) shipped(c crm.Customer) crm.Invoice {
	w.Helper()
	o, err := w.book.CreateOrder(w.ctx, records.OrderInput{CustomerID: c.ID, Reference: "PO-1", Lines: []records.LineInput{
		{Kind: crm.Item, Description: "BESS 50 kWh", Quantity: 20000, UnitPrice: new(crm.Price(49950000)), DiscountPercent: 500, TaxClass: crm.GST},
		{Kind: crm.Shipping, Description: "Freight", Quantity: 10000, UnitPrice: new(crm.Price(1505000)), TaxClass: crm.GST},
	}})
	w.must(err)
	for _, next := range []crm.OrderState{crm.OrderConfirmed, crm.OrderPicking, crm.OrderPicked, crm.OrderShipped} {
		_, err := w.book.AdvanceOrder(w.ctx, o.ID, next)
		w.must(err)
	}
	i, err := w.book.InvoiceOfOrder(w.ctx, o.ID)
	w.must(err)
	return i
}

func (w *world) invoice(id crm.InvoiceID) crm.Invoice {
	w.Helper()
	i, err := w.store.Invoice(w.ctx, w.org, id)
	w.must(err)
	return i
}

func (w *world) link(kind link.Kind, i crm.InvoiceID) link.Link {
	w.Helper()
	l, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: kind, Record: i.UUID})
	w.must(err)
	return l
}

// consent allows one organisation on the simulator's page and returns what it
// sends back.
func consent(t *testing.T, address, tenant string) (state, code string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	form := u.Query()
	form.Set("decision", "allow")
	form.Set("tenant", tenant)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	u.RawQuery = ""
	answer, err := client.PostForm(u.String(), form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	back, err := answer.Location()
	if err != nil {
		t.Fatalf("the consent page answered %s: %v", answer.Status, err)
	}
	return back.Query().Get("state"), back.Query().Get("code")
}

// ignoreSnooze lets a job that wants to run again count as done.
func ignoreSnooze(err error) error {
	var snooze *river.JobSnoozeError
	if errors.As(err, &snooze) {
		return nil
	}
	return err
}
