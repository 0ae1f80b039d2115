package campaignpages_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/integration/resend/campaignpages"
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

// world is a site with the pages of campaigns, and a simulated Resend.
type world struct {
	*testing.T
	ctx       context.Context
	url       string
	store     *store.Store
	resend    *resend.Service
	campaigns *campaign.Service
	sim       *resendsim.Server
	org       crm.OrgID
	user      crm.UserID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, store: storetest.SQLite(t), org: crm.NewID[crm.Organisation](), user: crm.NewID[crm.User]()}
	w.must(w.store.AddOrganisation(t.Context(), crm.Organisation{
		ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now(),
	}, crm.AustralianTaxRates()))
	w.ctx = auth.With(t.Context(), w.identity(auth.Owner))
	w.sim = resendsim.New(resendsim.Options{Settings: resendsim.Settings{RateLimit: -1}})
	there := httptest.NewServer(w.sim)
	t.Cleanup(there.Close)
	v, err := vault.Open(vault.Config{File: filepath.Join(t.TempDir(), "key")})
	w.must(err)
	process := store.NewProcess()
	w.must(w.store.Announce(t.Context(), process))
	w.resend = resend.New(resend.Config{
		API: resendapi.Config{APIURL: there.URL, UserAgent: "Renoz (test)"}, Store: w.store, Vault: v, Process: process, Transport: http.DefaultTransport,
		URL: "https://renoz.example", Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	w.campaigns = campaign.New(campaign.Config{Mail: w.resend, Allowance: w.resend.Allowance, Store: w.store, Now: time.Now})
	here := httptest.NewServer(w.site())
	t.Cleanup(func() {
		here.CloseClientConnections()
		here.Close()
	})
	w.url = here.URL
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

func (w *world) site() http.Handler {
	pages := campaignpages.New(campaignpages.Config{Campaigns: w.campaigns, Resend: w.resend, Store: w.store})
	sydney, err := time.LoadLocation("Australia/Sydney")
	w.must(err)
	s, err := web.New(web.Config{
		Mounters: []web.Mounter{pages}, Authenticate: w.authenticate, Allow: allow, Site: frame, Problem: problem,
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
			{ID: "mail", Href: "/mail", Icon: icon.Mail, Label: "Mail"}, {ID: "campaigns", Href: "/mail/campaigns", Icon: icon.Send, Label: "Campaigns"},
		}}},
	}
}

// setUp says how mail is sent, and adds customers.
func (w *world) setUp(customers int, change ...func(*resend.Settings)) {
	w.Helper()
	settings := resend.DefaultSettings()
	settings.From, settings.Postal, settings.Website = "accounts@"+resendsim.DefaultDomain, "1 Wharf Street", "https://voltway.example"
	for _, c := range change {
		c(&settings)
	}
	w.must(w.resend.SaveSettings(w.ctx, settings, resend.KeyChange{New: resendsim.DefaultKey}))
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		for i := range customers {
			err := tx.InsertCustomer(w.ctx, crm.Customer{ID: crm.NewID[crm.Customer](), OrgID: w.org, Number: fmt.Sprintf("CUS-%05d", i), Name: fmt.Sprintf("Harbour Solar %d", i),
				Email: fmt.Sprintf("buyer%d@harbour.example", i), MarketingConsent: i%5 != 4, Version: 1, CreatedAt: time.Now(), UpdatedAt: time.Now()})
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// make makes a campaign and prepares it.
func (w *world) make(name string, wish campaign.Wish) mail.Campaign {
	w.Helper()
	wish.Name, wish.Template = name, "newsletter"
	c, err := w.campaigns.Create(w.ctx, wish)
	w.must(err)
	w.work()
	return c
}

func (w *world) work() {
	w.Helper()
	w.must(ignoreSnooze(w.campaigns.Work(w.ctx, campaign.Args{Org: w.org})))
}

func (w *world) push() {
	w.Helper()
	w.must(ignoreSnooze(w.resend.Push(w.ctx, resend.PushArgs{Org: w.org})))
}

func ignoreSnooze(err error) error {
	var snooze *river.JobSnoozeError
	if errors.As(err, &snooze) {
		return nil
	}
	return err
}

func (w *world) view(path string) webtest.View {
	return webtest.View{Path: path, Cookies: []*http.Cookie{{Name: "role", Value: string(auth.Owner)}}}
}

func at(c mail.Campaign) string { return "/mail/campaigns/" + c.ID.String() }

// answer is what a reader without scripts sees in the end.
type answer struct {
	Status int
	Path   string
	Body   string
}

// send asks for a page, or posts a form whose last field may be a file.
func (w *world) send(role auth.Role, method, path string, pairs ...string) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == "file" {
			part, err := form.CreateFormFile("file", "list.csv")
			w.must(err)
			_, err = io.WriteString(part, pairs[i+1])
			w.must(err)
			continue
		}
		w.must(form.WriteField(pairs[i], pairs[i+1]))
	}
	w.must(form.Close())
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, &body)
	w.must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
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
