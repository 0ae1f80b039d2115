package resendpages_test

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
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/embed"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/analyticspages"
	"github.com/renoz/renoz/internal/integration/resend/optoutpages"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/resendpages"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/integration/resend/templatepages"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/vault"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// secret signs the simulator's webhooks.
const secret = "whsec_cmVub3otcGFnZXMtdGVzdC1tYWlsLXNlY3JldC0wMQ=="

// world is a site with the pages of mail, over a database with one organisation,
// and a simulated Resend.
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

// newWorld makes a site whose organisation does not send mail yet.
func newWorld(t *testing.T) *world {
	t.Helper()
	return worldOn(t, storetest.SQLite(t))
}

func worldOn(t *testing.T, s *store.Store) *world {
	t.Helper()
	w := &world{T: t, store: s, org: crm.NewID[crm.Organisation](), user: crm.NewID[crm.User]()}
	w.must(w.store.AddOrganisation(t.Context(), crm.Organisation{
		ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now(),
	}, crm.AustralianTaxRates()))
	w.ctx = auth.With(t.Context(), w.identity(auth.Owner))
	here := httptest.NewUnstartedServer(nil)
	w.url = "http://" + here.Listener.Addr().String()
	w.sim = resendsim.New(resendsim.Options{Settings: resendsim.Settings{RateLimit: -1}, WebhookURL: w.url + "/webhooks/resend", WebhookSecret: secret})
	there := httptest.NewServer(w.sim)
	t.Cleanup(there.Close)
	w.integration(there.URL)
	mux := http.NewServeMux()
	mux.Handle("POST /webhooks/resend", w.inbox())
	mux.Handle("/", w.site())
	here.Config.Handler = mux
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
	process := store.NewProcess()
	w.must(w.store.Announce(w.Context(), process))
	w.resend = resend.New(resend.Config{
		API: resendapi.Config{APIURL: there, UserAgent: "Renoz (test)"}, Store: w.store, Vault: v, Process: process,
		Transport: http.DefaultTransport, URL: w.url, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Embed: embed.Links{Vault: v, Place: resend.CardPlace, URL: w.url + "/embed/mail", Now: time.Now},
	})
}

// inbox takes the simulator's webhooks in.
func (w *world) inbox() http.Handler {
	hooks, err := resend.NewWebhooks([]resendapi.Secret{secret})
	w.must(err)
	in := inbox.New(inbox.Config{Store: w.store, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	ctx, stop := context.WithCancel(context.WithoutCancel(w.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = in.Run(ctx) // it ends with the test
	}()
	w.Cleanup(func() {
		stop()
		<-ended
	})
	return in.Handler(resend.Name, hooks)
}

func (w *world) site() http.Handler {
	pages := resendpages.New(resendpages.Config{Resend: w.resend, Store: w.store, URL: "https://renoz.example.com", Signed: true})
	sydney, err := time.LoadLocation("Australia/Sydney")
	w.must(err)
	s, err := web.New(web.Config{
		Mounters: []web.Mounter{pages, analyticspages.New(w.resend), optoutpages.New(w.resend), templatepages.New(templatepages.Config{Resend: w.resend, Store: w.store})}, Authenticate: w.authenticate, Allow: allow, Site: frame, Problem: problem,
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
	status := map[crm.Kind]int{crm.Invalid: 422, crm.NotFound: 404, crm.Conflict: 409, crm.Forbidden: 403, crm.Unauthenticated: 401, crm.Precondition: 412}[e.Kind]
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
			{ID: "mail", Href: "/mail", Icon: icon.Mail, Label: "Mail"}, {ID: "suppressions", Href: "/mail/suppressions", Icon: icon.Ban, Label: "Suppressions"},
			{ID: "mail-settings", Href: "/mail/settings", Icon: icon.Settings, Label: "Mail settings"},
		}}},
	}
}

// invoice issues one for a battery.
func (w *world) invoice(email string) crm.Invoice {
	w.Helper()
	b := records.New(records.Config{Store: w.store, Now: time.Now, Authorise: func(ctx context.Context, permission string) (crm.OrgID, string, error) {
		who, err := auth.Require(ctx, auth.Permission(permission))
		return who.Org, who.Actor(), err
	}})
	c, err := b.CreateCustomer(w.ctx, records.CustomerInput{Name: "Harbour Marine", Email: email})
	w.must(err)
	i, err := b.CreateInvoice(w.ctx, records.InvoiceInput{CustomerID: c.ID, Lines: []records.LineInput{
		{Kind: crm.Item, Description: "Battery", Quantity: 10000, UnitPrice: new(crm.Price(1000000)), TaxClass: crm.GST},
	}})
	w.must(err)
	i, err = b.IssueInvoice(w.ctx, i.ID)
	w.must(err)
	return i
}

// setUp says how mail is sent.
func (w *world) setUp() {
	w.Helper()
	settings := resend.DefaultSettings()
	settings.From, settings.Postal = "accounts@"+resendsim.DefaultDomain, "1 Wharf Street"
	w.must(w.resend.SaveSettings(w.ctx, settings, resend.KeyChange{New: resendsim.DefaultKey}))
}

// write queues a mail.
func (w *world) write(to string, change ...func(*resend.Draft)) mail.Message {
	w.Helper()
	d := resend.Draft{Category: mail.Invoice, To: to, ToName: "Jo Lee", Subject: "Your invoice for " + to, By: "Alex Kim", Text: "You owe $1.00.",
		HTML: `<html><body style="font-family:sans-serif"><h1 style="color:#1d4ed8">Your invoice</h1><p>You owe $1.00. <a href="https://example.com/pay">Pay it</a></p></body></html>`}
	for _, c := range change {
		c(&d)
	}
	var m mail.Message
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) (err error) {
		m, err = w.resend.Queue(w.ctx, tx, w.org, d)
		return err
	}))
	return m
}

func (w *world) push() {
	w.Helper()
	err := w.resend.Push(w.ctx, resend.PushArgs{Org: w.org})
	if snooze := (*river.JobSnoozeError)(nil); err != nil && !errors.As(err, &snooze) {
		w.Fatal(err)
	}
}

// listen has the simulator tell what it has to, and looks at that.
func (w *world) listen() {
	w.Helper()
	w.sim.Deliver(w.Context())
	for more := true; more; {
		var err error
		more, err = w.store.FileBatches(w.Context())
		w.must(err)
	}
	w.must(w.resend.Look(w.ctx))
}

// now is a message as it stands.
func (w *world) now(id mail.ID) mail.Message {
	w.Helper()
	m, err := w.store.Mail(w.ctx, w.org, id)
	w.must(err)
	return m
}

// answer is what a reader without scripts sees in the end.
type answer struct {
	Status int
	Path   string
	Body   string
	Header http.Header
}

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

func (w *world) send(role auth.Role, method, path string, body io.Reader) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, body)
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(role, r)
}

func (w *world) do(role auth.Role, r *http.Request) answer {
	w.Helper()
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

func mustUUID(t testing.TB, text string) uuid.UUID {
	t.Helper()
	id, err := uuid.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (w *world) view(path string) webtest.View {
	return webtest.View{Path: path, Cookies: []*http.Cookie{{Name: "role", Value: string(auth.Owner)}}}
}
