package crashtest

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/vault"
	"github.com/renoz/renoz/internal/workflow"
)

const webhookKey = "the key that webhooks are signed with"

// world is a database, a simulated Xero that an organisation is connected to,
// and the means to change records as the program's own pages would. The
// program itself runs beside it on the same database.
type world struct {
	testing.TB
	ctx    context.Context
	url    string // of the database
	data   string // folder with the key
	addr   string // of the program
	store  *store.Store
	book   *records.Book
	xero   *xero.Service
	sim    *xerosim.Server
	wire   *wire
	server *httptest.Server
	random *rand.Rand
	org    crm.OrgID
	tenant string
}

// options differ from test to test.
type options struct {
	slowest time.Duration // of a call's two moments; see wire
	hooks   bool          // the simulator delivers webhooks by itself
	minute  int           // calls that the simulator allows; 0 for any number
}

func newWorld(t testing.TB, url string, o options) *world {
	t.Helper()
	w := &world{TB: t, url: url, data: t.TempDir(), addr: freeAddr(t), random: seeded(t)}
	var err error
	w.store, err = store.Open(t.Context(), store.Config{URL: url})
	w.must(err)
	t.Cleanup(func() { w.must(w.store.Close()) })
	w.must(w.store.Migrate(t.Context()))
	w.simulator(o)
	w.organisation()
	w.integration()
	w.connect()
	return w
}

// seeded makes chance that can be repeated.
func seeded(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if given, err := strconv.ParseUint(os.Getenv("RENOZ_TEST_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("RENOZ_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1)) // #nosec G404 -- chance for tests
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) simulator(o options) {
	options := xerosim.Options{MinuteLimit: -1, DayLimit: -1, AppMinuteLimit: -1, WebhookKey: webhookKey, Seed: w.random.Uint64(), WebhookRetry: often()}
	if o.minute > 0 {
		options.MinuteLimit = o.minute
	}
	if o.hooks {
		options.WebhookURL = "http://" + w.addr + "/webhooks/xero"
	}
	w.sim = xerosim.New(options)
	w.tenant = w.sim.Tenants()[0]
	w.wire = &wire{next: w.sim, random: rand.New(rand.NewPCG(w.random.Uint64(), 2)), slowest: o.slowest} // #nosec G404 -- chance for tests
	w.server = httptest.NewServer(w.wire)
	w.Cleanup(w.server.Close)
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- w.sim.Run(ctx) }()
	w.Cleanup(func() {
		stop()
		w.must(<-stopped)
	})
}

// often is how webhooks are delivered again: until the program is back.
func often() []time.Duration {
	waits := make([]time.Duration, 1000)
	for i := range waits {
		waits[i] = 100 * time.Millisecond
	}
	return waits
}

func (w *world) organisation() {
	w.org = crm.NewID[crm.Organisation]()
	w.must(w.store.AddOrganisation(w.Context(), crm.Organisation{
		ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now().UTC(),
	}, crm.AustralianTaxRates()))
	w.ctx = auth.With(w.Context(), auth.System(w.org, "test"))
}

func (w *world) integration() {
	v, err := vault.Open(vault.Config{File: filepath.Join(w.data, "renoz.key")})
	w.must(err)
	authorise := func(ctx context.Context, permission string) (crm.OrgID, string, error) {
		who, err := auth.Require(ctx, auth.Permission(permission))
		return who.Org, who.Actor(), err
	}
	w.book = records.New(records.Config{Store: w.store, Now: time.Now, Authorise: authorise, React: []records.Reaction{
		workflow.InvoiceShipped(func() *records.Book { return w.book }), xero.React,
	}})
	w.xero = xero.New(xero.Config{
		API:   xeroapi.Config{ClientID: "demo", ClientSecret: "demo", RedirectURL: "http://localhost/xero/callback"}.WithBase(w.server.URL),
		Store: w.store, Vault: v, Book: w.book, Process: store.NewProcess(), Transport: http.DefaultTransport,
		Notify: func(context.Context, xero.Notice) error { return nil },
		Log:    slog.New(slog.DiscardHandler), Now: time.Now,
	})
}

// connect goes through the simulator's consent as a person would.
func (w *world) connect() {
	w.Helper()
	address, err := w.xero.Begin(w.ctx)
	w.must(err)
	u, err := url.Parse(address)
	w.must(err)
	form := u.Query()
	form.Set("decision", "allow")
	form.Set("tenant", w.tenant)
	u.RawQuery = ""
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(u.String(), form)
	w.must(err)
	_ = answer.Body.Close()
	back, err := answer.Location()
	w.must(err)
	c, err := w.xero.Finish(w.ctx, back.Query().Get("state"), back.Query().Get("code"))
	w.must(err)
	if c.State != connection.Connected {
		w.Fatalf("the connection is %s", c.State)
	}
}

// env are the settings of the program in this world.
func (w *world) env(more ...string) []string {
	return append([]string{
		"RENOZ_DATABASE_URL=" + w.url, "RENOZ_DATA=" + w.data, "RENOZ_ADDR=" + w.addr,
		"RENOZ_XERO_URL=" + w.server.URL, "RENOZ_XERO_CLIENT_ID=demo", "RENOZ_XERO_CLIENT_SECRET=demo", "RENOZ_XERO_WEBHOOK_KEY=" + webhookKey,
		"RENOZ_XERO_MINUTE_LIMIT=1000000", "RENOZ_XERO_DAY_LIMIT=100000000",
	}, more...)
}

// serve starts the program and waits until it is ready.
func (w *world) serve(more ...string) *program {
	w.Helper()
	p := start(w, w.env(more...), "serve")
	p.addr = w.addr
	p.ready(20 * time.Second)
	return p
}
