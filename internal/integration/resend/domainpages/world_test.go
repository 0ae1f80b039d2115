package domainpages_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/dns"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/domainpages"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/vault"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// Domains of the simulated Resend: one that works, and two on which somebody has
// still to work.
const (
	works  = resendsim.DefaultDomain
	broken = "news.voltway.example"
	mixed  = "support.voltway.example"
)

func seeds() []resendsim.DomainSeed {
	return []resendsim.DomainSeed{
		{Name: works, Verified: true, OpenTracking: true, ClickTracking: true, TrackingSubdomain: "links", DMARC: "v=DMARC1; p=none; rua=mailto:dmarc@voltway.example"},
		{Name: broken, Region: "ap-northeast-1", Published: map[string]string{"SPF TXT": resendsim.Several, "DKIM TXT": resendsim.Appended}},
		{Name: mixed, Region: "ap-northeast-1", Receiving: true, TrackingSubdomain: "go", DMARC: "v=DMARC1; p=quarantine; aspf=s",
			Published: map[string]string{"SPF MX": "failed", "DKIM TXT": resendsim.Wrong, "Tracking CNAME": resendsim.Proxied, "TrackingCAA CAA": resendsim.Wrong, "Receiving MX": resendsim.Several}},
	}
}

// world is a site with the pages of domains, and a simulated Resend with its DNS.
type world struct {
	*testing.T
	ctx    context.Context
	url    string
	store  *store.Store
	resend *resend.Service
	sim    *resendsim.Server
	org    crm.OrgID
	user   crm.UserID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, store: storetest.SQLite(t), org: crm.NewID[crm.Organisation](), user: crm.NewID[crm.User]()}
	w.must(w.store.AddOrganisation(t.Context(), crm.Organisation{
		ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now(),
	}, crm.AustralianTaxRates()))
	w.ctx = auth.With(t.Context(), w.identity(auth.Owner))
	w.sim = resendsim.New(resendsim.Options{Settings: resendsim.Settings{RateLimit: -1}, Domains: seeds()})
	there := httptest.NewServer(w.sim)
	t.Cleanup(there.Close)
	v, err := vault.Open(vault.Config{File: filepath.Join(t.TempDir(), "key")})
	w.must(err)
	process := store.NewProcess()
	w.must(w.store.Announce(t.Context(), process))
	w.resend = resend.New(resend.Config{
		API: resendapi.Config{APIURL: there.URL, UserAgent: "Renoz (test)"}, Store: w.store, Vault: v, Process: process, Transport: http.DefaultTransport,
		DNS: dns.Resolver{Server: w.zone()}, URL: "https://renoz.example", Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	here := httptest.NewServer(w.site())
	t.Cleanup(func() {
		here.CloseClientConnections()
		here.Close()
	})
	w.url = here.URL
	return w
}

// zone serves the simulator's DNS and returns its address.
func (w *world) zone() string {
	w.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	w.must(err)
	ctx, stop := context.WithCancel(context.WithoutCancel(w.Context()))
	var served sync.WaitGroup
	served.Go(func() { _ = w.sim.ServeDNS(ctx, conn) }) // it ends with the test
	w.Cleanup(func() {
		stop()
		served.Wait()
	})
	return conn.LocalAddr().String()
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

func (w *world) site() http.Handler {
	sydney, err := time.LoadLocation("Australia/Sydney")
	w.must(err)
	s, err := web.New(web.Config{
		Mounters: []web.Mounter{domainpages.New(w.resend)}, Authenticate: w.authenticate, Allow: allow, Site: frame, Problem: problem,
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
	_, err := auth.Require(r.Context(), auth.Permission(permission))
	return err
}

func problem(err error) web.Problem {
	var e *crm.Error
	if !errors.As(err, &e) {
		return web.Problem{}
	}
	status := map[crm.Kind]int{crm.Invalid: 422, crm.NotFound: 404, crm.Conflict: 409, crm.Forbidden: 403, crm.Unauthenticated: 401, crm.Precondition: 412, crm.Unavailable: 503}[e.Kind]
	return web.Problem{Status: status, Title: "Not possible", Text: e.Message}
}

func frame(r *http.Request) ui.Site {
	me, ok := auth.From(r.Context())
	if !ok {
		return ui.Site{Name: "Renoz"}
	}
	return ui.Site{
		Name: "Renoz", Tagline: "Records and accounts", Organisation: me.OrgName, User: ui.User{Name: me.Name, Initials: "AK", Role: me.Role.Label()},
		Nav: []ui.NavGroup{{ID: "nav-mail", Label: "Mail", Items: []ui.NavItem{
			{ID: "mail", Href: "/mail", Icon: icon.Mail, Label: "Mail"}, {ID: "domains", Href: "/mail/domains", Icon: icon.Globe, Label: "Domains"},
		}}},
	}
}

// setUp says how mail is sent, and reads the domains.
func (w *world) setUp(from string) {
	w.Helper()
	settings := resend.DefaultSettings()
	settings.From, settings.Postal = "accounts@"+from, "1 Wharf Street"
	w.must(w.resend.SaveSettings(w.ctx, settings, resend.KeyChange{New: resendsim.DefaultKey}))
	w.must(w.resend.RefreshDomains(w.ctx))
}

func (w *world) at(name string) string {
	w.Helper()
	id, err := w.resend.DomainID(w.ctx, name)
	w.must(err)
	return "/mail/domains/" + id.String()
}

func (w *world) domain(name string) mail.SendingDomain {
	w.Helper()
	d, _, err := w.store.MailDomainNamed(w.ctx, w.org, name)
	w.must(err)
	return d
}

func (w *world) view(path string) webtest.View {
	return webtest.View{Path: path, Cookies: []*http.Cookie{{Name: "role", Value: string(auth.Owner)}}}
}

// answer is what a reader without scripts sees in the end.
type answer struct {
	Status int
	Path   string
	Body   string
}

func (w *world) send(role auth.Role, method, path string) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, nil)
	w.must(err)
	r.AddCookie(&http.Cookie{Name: "role", Value: string(role)})
	client := &http.Client{CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		next.AddCookie(&http.Cookie{Name: "role", Value: string(role)})
		return nil
	}}
	res, err := client.Do(r)
	w.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	return answer{res.StatusCode, res.Request.URL.RequestURI(), string(text)}
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
