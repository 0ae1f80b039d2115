package walltest

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// The organisations. The name of the first stands in all of its records, and
// nothing of it may reach the second.
const (
	quokka = "Quokka"
	numbat = "Numbat"
)

const password = "behind seven walls"

// quokkaKey is the first organisation's at Resend.
const quokkaKey = "re_quokka"

// world is a database with two organisations that are connected to Xero, each
// with a person and a token of every role.
type world struct {
	*testing.T
	config app.Config
	app    *app.App
	close  func() error
	site   app.Site
	sim    *xerosim.Server

	first, second crm.OrgID
	cookies       map[crm.OrgID]map[auth.Role]*http.Cookie
	tokens        map[crm.OrgID]map[auth.Role]string
	users         map[auth.Role]crm.UserID // of the first organisation
	talks         map[string]string        // a conversation of each of the first organisation's tokens and sessions
	values        map[string]string        // of parameters in patterns, see address
}

// newWorld fills a new database: a SQLite file when database is empty.
func newWorld(t *testing.T, database string) *world {
	t.Helper()
	w := &world{
		T: t, sim: xerosim.New(xerosim.Options{
			Organisations: []xerosim.Organisation{{Name: "Quokka Power Pty Ltd"}, {Name: "Numbat Stores Pty Ltd"}},
			MinuteLimit:   -1, Log: slog.New(slog.DiscardHandler),
		}),
		cookies: map[crm.OrgID]map[auth.Role]*http.Cookie{}, users: map[auth.Role]crm.UserID{}, tokens: map[crm.OrgID]map[auth.Role]string{}, values: map[string]string{},
	}
	w.config = config(w.serveXero(), t.TempDir())
	w.config.Resend.URL = serveResend(t, resendsim.Key{Token: quokkaKey}, "mail.quokka.example")
	w.config.DatabaseURL, w.config.Serve = database, true
	w.open()
	w.first, w.second = w.organisation(quokka), w.organisation(numbat)
	for i, org := range []crm.OrgID{w.first, w.second} {
		w.connect(org, w.sim.Tenants()[i])
	}
	w.records()
	return w
}

func config(xeroURL, data string) app.Config {
	return app.Config{
		URL: "http://localhost:8080", Data: data, Log: slog.New(slog.DiscardHandler), Now: time.Now, Ancestors: []string{intranet},
		Xero:   app.Xero{ClientID: "demo", ClientSecret: "demo", WebhookKey: webhookKey, URL: xeroURL, MinuteLimit: 10_000, DayLimit: 100_000},
		Resend: app.Resend{URL: "http://127.0.0.1:9"}, // where nobody answers, nor for DNS
	}
}

// serveXero starts the simulator. It never learns that somebody disconnected,
// so that copies of the database do not disturb each other.
func (w *world) serveXero() string {
	there := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete || strings.HasSuffix(r.URL.Path, "/revocation") {
			out.WriteHeader(http.StatusNoContent)
			return
		}
		w.sim.ServeHTTP(out, r)
	}))
	w.Cleanup(there.Close)
	return there.URL
}

// serveResend starts a simulator of a team with a key and a domain.
func serveResend(t *testing.T, key resendsim.Key, domain string) string {
	t.Helper()
	sim := resendsim.New(resendsim.Options{
		Settings: resendsim.Settings{RateLimit: -1}, Keys: []resendsim.Key{key}, Domains: []resendsim.DomainSeed{{Name: domain, Verified: true, OpenTracking: true}},
	})
	there := httptest.NewServer(sim)
	t.Cleanup(there.Close)
	return there.URL
}

func (w *world) open() {
	w.Helper()
	w.app = must(app.Open(w.Context(), w.config))(w)
	opened, ctx := w.app, context.WithoutCancel(w.Context())
	w.close = sync.OnceValue(func() error { return opened.Close(ctx) })
	w.Cleanup(func() { w.check(w.close()) })
	w.site = must(w.app.Site(w.Context()))(w)
}

// copied is the world over a copy of its SQLite file, for requests that change
// something. The world itself has to be closed.
func (w *world) copied(t *testing.T) *world {
	t.Helper()
	c := *w
	c.T = t
	c.config.Data, c.config.Serve = t.TempDir(), false
	for _, name := range []string{"renoz.db", "renoz.db-wal", "renoz.key"} {
		content, err := os.ReadFile(filepath.Join(w.config.Data, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		c.check(err)
		c.check(os.WriteFile(filepath.Join(c.config.Data, name), content, 0o600))
	}
	c.open()
	return &c
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func must[T any](v T, err error) func(interface {
	Helper()
	Fatal(...any)
}) T {
	return func(t interface {
		Helper()
		Fatal(...any)
	}) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// as is the program itself, acting in an organisation.
func (w *world) as(org crm.OrgID) context.Context {
	return auth.With(w.Context(), auth.System(org, quokka+" keeper"))
}

// organisation adds one with a signed-in person and a token of every role.
func (w *world) organisation(name string) crm.OrgID {
	w.Helper()
	id := crm.NewID[crm.Organisation]()
	prefix := strings.ToUpper(name) + "-"
	w.check(w.app.Store.AddOrganisation(w.Context(), crm.Organisation{
		ID: id, Name: name + " Power", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: prefix, OrderPrefix: prefix + "O", CreatedAt: time.Now(),
	}, crm.AustralianTaxRates()))
	w.cookies[id], w.tokens[id] = map[auth.Role]*http.Cookie{}, map[auth.Role]string{}
	for _, role := range auth.Roles() {
		email := strings.ToLower(string(role)+"@"+name) + ".example"
		made := must(w.app.Auth.CreateUser(w.as(id), auth.NewUser{Email: email, Name: name + " " + role.Label(), Password: password, Role: role}))(w)
		if name == quokka {
			w.users[role] = made
		}
		session := must(w.app.Auth.SignIn(w.Context(), auth.Credentials{Email: email, Password: password}))(w)
		out := httptest.NewRecorder()
		w.app.Auth.SetCookie(out, session)
		w.cookies[id][role] = out.Result().Cookies()[0]
		token, _, err := w.app.Auth.CreateToken(w.as(id), auth.NewToken{Name: name + " till", Role: role})
		w.check(err)
		w.tokens[id][role] = token
	}
	return id
}

// connect gives access to an organisation in Xero, as a person would.
func (w *world) connect(org crm.OrgID, tenant string) {
	w.Helper()
	consent(w.T, w.app, w.as(org), tenant)
}

func consent(t *testing.T, a *app.App, ctx context.Context, tenant string) {
	t.Helper()
	u := must(url.Parse(must(a.Xero.Begin(ctx))(t)))(t)
	form := u.Query()
	form.Set("decision", "allow")
	form.Set("tenant", tenant)
	u.RawQuery = ""
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer := must(client.PostForm(u.String(), form))(t)
	defer func() { _ = answer.Body.Close() }()
	back := must(answer.Location())(t)
	must(a.Xero.Finish(ctx, back.Query().Get("state"), back.Query().Get("code")))(t)
}

// engines runs a test on a world of each engine.
func engines(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { test(newWorld(t, storetest.PostgresURL(t))) })
}
