package accountpages_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/accountpages"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

const password = "correct horse battery"

// world is a site with these pages over a SQLite file with one organisation.
type world struct {
	t        testing.TB
	url      string
	store    *store.Store
	auth     *auth.Service
	notifier *notify.Notifier
	org      crm.OrgID
	ahead    *atomic.Int64 // nanoseconds by which the clock is ahead
}

func newWorld(t testing.TB, change ...func(*accountpages.Config)) *world {
	t.Helper()
	w := &world{t: t, store: storetest.SQLite(t), ahead: &atomic.Int64{}}
	var err error
	w.auth, err = auth.New(auth.Config{Store: w.store, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.notifier = notify.New(w.store)
	w.org = w.organisation("Volt Supply")
	c := accountpages.Config{Auth: w.auth, Store: w.store, Notify: w.notifier, Now: w.now}
	for _, f := range change {
		f(&c)
	}
	pages := accountpages.New(c)
	site, err := web.New(web.Config{
		Mounters: []web.Mounter{pages, start{}}, Authenticate: w.auth.Middleware, Allow: accountpages.Allow,
		Site: func(r *http.Request) ui.Site { return framed(pages.Site(r)) }, Problem: problem, Now: w.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(site)
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	w.url = srv.URL
	return w
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())).UTC() }

func (w *world) organisation(name string) crm.OrgID {
	w.t.Helper()
	o := crm.Organisation{
		ID: crm.NewID[crm.Organisation](), Name: name, Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU",
		TermsDays: 30, YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "SO-", CreatedAt: w.now(),
	}
	if err := w.store.AddOrganisation(w.t.Context(), o, crm.AustralianTaxRates()); err != nil {
		w.t.Fatal(err)
	}
	return o.ID
}

// in is the program acting in an organisation.
func (w *world) in(org crm.OrgID) context.Context {
	return auth.With(w.t.Context(), auth.System(org, "command line"))
}

func (w *world) user(name string, role auth.Role) crm.UserID {
	w.t.Helper()
	id, err := w.auth.CreateUser(w.in(w.org), auth.NewUser{Email: mail(name), Name: name, Password: password, Role: role})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// mail is the address of a person: ana@volt.example for Ana Lee.
func mail(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return strings.ToLower(first) + "@volt.example"
}

// session is the cookie of a person who signed in.
func (w *world) session(name string) *http.Cookie {
	w.t.Helper()
	token, err := w.auth.SignIn(w.t.Context(), auth.Credentials{Email: mail(name), Password: password})
	if err != nil {
		w.t.Fatal(err)
	}
	out := httptest.NewRecorder()
	w.auth.SetCookie(out, token)
	return out.Result().Cookies()[0]
}

// start is the front page.
type start struct{}

func (start) Routes() []web.Route {
	return []web.Route{{Method: "GET", Pattern: "/{$}", Permission: web.SignedIn, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return web.ShowPage(w, r, ui.Page{Title: "Overview", Path: "/"}, ui.Header("Overview", "Nothing to do"))
	}}}
}

func framed(site ui.Site) ui.Site {
	site.Name, site.Tagline = "Renoz", "Orders to accounts"
	site.Nav = []ui.NavGroup{{ID: "nav-settings", Label: "Settings", Items: []ui.NavItem{
		{ID: "overview", Href: "/", Icon: icon.LayoutDashboard, Label: "Overview"},
		{ID: "users", Href: "/users", Icon: icon.Users, Label: "Users"},
		{ID: "tokens", Href: "/tokens", Icon: icon.KeyRound, Label: "API tokens"},
		{ID: "organisation", Href: "/organisation", Icon: icon.Building2, Label: "Organisation"},
	}}}
	return site
}

func problem(err error) web.Problem {
	var e *crm.Error
	if !errors.As(err, &e) {
		return web.Problem{}
	}
	status := map[crm.Kind]int{crm.Invalid: 422, crm.NotFound: 404, crm.Conflict: 409, crm.Forbidden: 403, crm.Unauthenticated: 401, crm.TooMany: 429}[e.Kind]
	return web.Problem{Status: status, Title: "Not possible", Text: e.Message}
}

// reader is a browser without scripts that keeps cookies and follows redirects.
type reader struct {
	*world
	client *http.Client
}

// answer is the page that a reader sees in the end.
type answer struct {
	Status int
	Path   string // with the query
	Body   string
	Header http.Header
}

func (w *world) stranger() reader {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return reader{w, &http.Client{Jar: jar}}
}

func (w *world) as(name string) reader {
	w.t.Helper()
	r := w.stranger()
	at, err := url.Parse(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	r.client.Jar.SetCookies(at, []*http.Cookie{w.session(name)})
	return r
}

func (r reader) get(path string) answer {
	r.t.Helper()
	res, err := r.client.Get(r.url + path)
	return r.read(res, err)
}

// post sends names and values.
func (r reader) post(path string, pairs ...string) answer {
	r.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	res, err := r.client.PostForm(r.url+path, form)
	return r.read(res, err)
}

func (r reader) read(res *http.Response, err error) answer {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Request.URL.RequestURI(), string(body), res.Header}
}

// want fails the test unless the answer has the status and all the texts.
func (a answer) want(t testing.TB, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s answered %d, want %d", a.Path, a.Status, status)
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

func (a answer) at(t testing.TB, path string) {
	t.Helper()
	if a.Path != path {
		t.Errorf("the reader is at %s, want %s", a.Path, path)
	}
}
