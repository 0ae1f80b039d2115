package chatpages_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/integration/claude/chatpages"
	"github.com/renoz/renoz/internal/integration/claude/claudesim"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// world is a site with the assistant's pages, over a simulated Claude.
type world struct {
	*testing.T
	url    string
	store  *store.Store
	claude *claude.Service
	sim    *claudesim.Server
	org    crm.OrgID
	people map[string]auth.Identity // by first name
}

// newWorld makes one; without a key nothing can be asked.
func newWorld(t *testing.T, key string) *world {
	t.Helper()
	w := &world{T: t, store: storetest.SQLite(t), sim: claudesim.New(claudesim.Options{}), org: crm.NewID[crm.Organisation](), people: map[string]auth.Identity{}}
	there := httptest.NewServer(w.sim)
	t.Cleanup(there.Close)
	w.must(w.store.AddOrganisation(t.Context(), crm.Organisation{ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30,
		YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now()}, crm.AustralianTaxRates()))
	for _, name := range []string{"ada", "bob"} {
		account := auth.Account{User: crm.User{ID: crm.NewID[crm.User](), Email: name + "@voltway.example", Name: name}}
		w.must(w.store.AddUser(t.Context(), account, w.org, auth.Finance))
		w.people[name] = auth.Identity{Org: w.org, OrgName: "Voltway", User: account.ID, Name: name, Email: account.Email, Role: auth.Finance}
	}
	process := store.NewProcess()
	w.must(w.store.Announce(t.Context(), process))
	book := records.New(records.Config{Store: w.store, Authorise: func(ctx context.Context, permission string) (crm.OrgID, string, error) {
		who, err := auth.Require(ctx, auth.Permission(permission))
		return who.Org, who.Actor(), err
	}})
	w.claude = claude.New(claude.Config{URL: there.URL, Key: key, Store: w.store, Book: book, Process: process, Transport: http.DefaultTransport,
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Wait: func(context.Context, time.Duration) error { return nil }})
	t.Cleanup(w.claude.Close)
	here := httptest.NewServer(w.site())
	w.url = here.URL
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

func (w *world) site() http.Handler {
	sydney, err := time.LoadLocation("Australia/Sydney")
	w.must(err)
	s, err := web.New(web.Config{
		Mounters: []web.Mounter{chatpages.New(w.claude)}, Authenticate: w.authenticate,
		Allow: func(r *http.Request, permission string) error {
			_, err := auth.Require(r.Context(), auth.Permission(permission))
			return err
		},
		Site: frame, Problem: problem, Zone: func(*http.Request) *time.Location { return sydney },
	})
	w.must(err)
	return s
}

// authenticate believes a cookie with somebody's name.
func (w *world) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("person"); err == nil {
			r = r.WithContext(auth.With(r.Context(), w.people[c.Value]))
		}
		next.ServeHTTP(out, r)
	})
}

func problem(err error) web.Problem {
	var e *crm.Error
	if !errors.As(err, &e) {
		return web.Problem{}
	}
	status := map[crm.Kind]int{crm.Invalid: 422, crm.NotFound: 404, crm.Conflict: 409, crm.Forbidden: 403, crm.Unauthenticated: 401, crm.Precondition: 412}[e.Kind]
	return web.Problem{Status: status, Title: "Not possible", Text: e.Message}
}

func frame(r *http.Request) ui.Site {
	me, _ := auth.From(r.Context())
	return ui.Site{
		Name: "Renoz", Tagline: "Records and accounts", Organisation: me.OrgName, User: ui.User{Name: me.Name, Initials: "AL", Role: me.Role.Label()},
		Nav: []ui.NavGroup{{ID: "nav", Label: "Business", Items: []ui.NavItem{{ID: "assistant", Href: "/assistant", Icon: icon.Bot, Label: "Assistant"}}}},
	}
}

type answer struct {
	Status     int
	Path, Body string
}

// send does something as somebody, and follows to the page that it leads to.
func (w *world) send(name, method, path string, pairs ...string) answer {
	w.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, strings.NewReader(form.Encode()))
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	cookie := &http.Cookie{Name: "person", Value: name}
	r.AddCookie(cookie)
	client := &http.Client{CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		next.AddCookie(cookie)
		return nil
	}}
	res, err := client.Do(r)
	w.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	return answer{res.StatusCode, res.Request.URL.Path, string(text)}
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

// as is somebody who acts.
func (w *world) as(name string) context.Context { return auth.With(w.Context(), w.people[name]) }

// asked is a conversation of ada's that was answered so.
func (w *world) asked(question string, turns ...claudesim.Turn) assistant.ConversationID {
	w.Helper()
	w.must(w.sim.Plan(claudesim.Plan{Turns: turns}))
	c, err := w.claude.Begin(w.as("ada"))
	w.must(err)
	w.must(w.claude.Ask(w.as("ada"), c.ID, question))
	w.must(w.claude.Follow(w.as("ada"), c.ID, 0, func(claude.Event) error { return nil }))
	return c.ID
}

func (w *world) view(path string) webtest.View {
	return webtest.View{Path: path, Cookies: []*http.Cookie{{Name: "person", Value: "ada"}}}
}
