package campaign_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/vault"
)

// world is an organisation that sends campaigns through a simulated Resend, with
// a clock that tests move.
type world struct {
	testing.TB
	ctx       context.Context
	store     *store.Store
	mail      *resend.Service
	campaigns *campaign.Service
	sim       *resendsim.Server
	server    *httptest.Server
	clock     *clock
	org       crm.OrgID
	templates *templates
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

// wait passes at once.
func (c *clock) wait(_ context.Context, d time.Duration) error {
	c.pass(d)
	return nil
}

// templates are the library's with others of the test over them.
type templates struct {
	*resend.Service
	own map[string]template.Template
}

func (m *templates) Template(ctx context.Context, r store.Reader, org crm.OrgID, key string) (template.Template, error) {
	if t, known := m.own[key]; known {
		return t, nil
	}
	return m.Service.Template(ctx, r, org, key)
}

func each(t *testing.T, test func(*world)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) { test(newWorld(t, url)) })
}

func newWorld(t testing.TB, url string) *world {
	t.Helper()
	w := &world{TB: t, clock: &clock{now: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}, org: crm.NewID[crm.Organisation]()}
	s, err := store.Open(t.Context(), store.Config{URL: url, Now: w.clock.Now})
	w.must(err)
	t.Cleanup(func() { w.must(s.Close()) })
	w.must(s.Migrate(t.Context()))
	w.store = s
	w.sim = resendsim.New(resendsim.Options{Now: w.clock.Now, Settings: resendsim.Settings{RateLimit: -1}, Parallel: 8, KeepMail: 50_000})
	w.server = httptest.NewServer(w.sim)
	t.Cleanup(w.server.Close)
	w.must(s.AddOrganisation(t.Context(), crm.Organisation{
		ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: w.clock.Now(),
	}, crm.AustralianTaxRates()))
	w.ctx = auth.With(t.Context(), auth.System(w.org, "test"))
	w.process()
	w.settings(nil)
	return w
}

// process is the services as one more process has them.
func (w *world) process() {
	w.Helper()
	v, err := vault.Open(vault.Config{File: filepath.Join(w.TempDir(), "key")})
	w.must(err)
	process := store.NewProcess()
	w.must(w.store.Announce(w.Context(), process))
	w.mail = resend.New(resend.Config{
		API: resendapi.Config{APIURL: w.server.URL, Timeout: 5 * time.Second}, Key: resendsim.DefaultKey, Store: w.store, Vault: v, Process: process,
		Transport: http.DefaultTransport, URL: "https://renoz.example", Log: slog.New(slog.DiscardHandler), Now: w.clock.Now, Wait: w.clock.wait,
	})
	if w.templates == nil {
		w.templates = &templates{own: map[string]template.Template{}}
	}
	w.templates.Service = w.mail
	w.campaigns = campaign.New(campaign.Config{Mail: w.templates, Allowance: w.mail.Allowance, Store: w.store, Now: w.clock.Now})
}

func (w *world) settings(change func(*resend.Settings)) {
	w.Helper()
	settings := resend.DefaultSettings()
	settings.From, settings.Postal = "accounts@"+resendsim.DefaultDomain, "12 Wharf Street, Sydney NSW 2000"
	settings.Website = "https://voltway.example"
	if change != nil {
		change(&settings)
	}
	w.must(w.mail.SaveSettings(w.ctx, settings, resend.KeyChange{}))
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func address(n int) string { return fmt.Sprintf("buyer%d@acme.example", n) }

// customers adds so many who agreed to marketing.
func (w *world) customers(n int) {
	w.Helper()
	for from := 0; from < n; from += 500 {
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			for i := from; i < min(from+500, n); i++ {
				if err := tx.InsertCustomer(w.ctx, w.customer(i)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func (w *world) customer(n int) crm.Customer {
	return crm.Customer{ID: crm.NewID[crm.Customer](), OrgID: w.org, Number: fmt.Sprintf("CUS-%05d", n), Name: fmt.Sprintf("Buyer %d", n), Email: address(n), MarketingConsent: true,
		Version: 1, CreatedAt: w.clock.Now(), UpdatedAt: w.clock.Now()}
}

// add adds one customer.
func (w *world) add(n int, change func(*crm.Customer)) crm.Customer {
	w.Helper()
	c := w.customer(n)
	if change != nil {
		change(&c)
	}
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.InsertCustomer(w.ctx, c) }))
	return c
}

// newsletter makes a campaign and prepares it.
func (w *world) newsletter(wish campaign.Wish) mail.Campaign {
	w.Helper()
	if wish.Template == "" {
		wish.Template = "newsletter"
	}
	if wish.Audience.Kind == "" {
		wish.Audience.Kind = mail.Everybody
	}
	wish.Name = "November news"
	c, err := w.campaigns.Create(w.ctx, wish)
	w.must(err)
	w.work()
	return w.at(c)
}

func (w *world) at(c mail.Campaign) mail.Campaign {
	w.Helper()
	now, err := w.campaigns.Campaign(w.ctx, c.ID)
	w.must(err)
	return now
}

func (w *world) progress(c mail.Campaign) campaign.Progress {
	w.Helper()
	p, err := w.campaigns.Progress(w.ctx, c.ID)
	w.must(err)
	return p
}

func (w *world) work() {
	w.Helper()
	w.must(ignoreSnooze(w.campaigns.Work(w.ctx, campaign.Args{Org: w.org})))
}

func (w *world) push() {
	w.Helper()
	w.must(ignoreSnooze(w.mail.Push(w.ctx, resend.PushArgs{Org: w.org})))
}

// goes works until a campaign moves no more by itself.
func (w *world) goes(c mail.Campaign) campaign.Progress {
	w.Helper()
	for range 1000 {
		before := w.progress(c)
		if !before.State.Moves() {
			return before
		}
		w.work()
		w.push()
		if after := w.progress(c); after.State == before.State && after.Waiting == before.Waiting {
			return after
		}
	}
	w.Fatal("the campaign does not end")
	return campaign.Progress{}
}

// once checks that so many mails arrived, none of them twice.
func (w *world) once(accepted int) {
	w.Helper()
	if counts := w.sim.Counts(); counts.Duplicates != 0 || counts.Accepted != accepted {
		w.Errorf("%d mails arrived, %d of them twice; want %d", counts.Accepted, counts.Duplicates, accepted)
	}
}

// sends are the requests that carried mail.
func (w *world) sends() (paths []string) {
	for _, c := range w.sim.Calls() {
		if c.Method == http.MethodPost {
			paths = append(paths, c.Path)
		}
	}
	return paths
}

func (w *world) outcomes(c mail.Campaign, f mail.RecipientFilter) []mail.Recipient {
	w.Helper()
	var all []mail.Recipient
	for {
		page, err := w.campaigns.Recipients(w.ctx, c, f)
		w.must(err)
		all = append(all, page.Rows...)
		if f.After = page.Next; page.Next == "" {
			return all
		}
	}
}

func is(t testing.TB, err error, kind crm.Kind) {
	t.Helper()
	if crm.KindOf(err) != kind {
		t.Errorf("%v is not of kind %v", err, kind)
	}
}

// ignoreSnooze lets a job that wants to run again count as done.
func ignoreSnooze(err error) error {
	var snooze *river.JobSnoozeError
	if errors.As(err, &snooze) {
		return nil
	}
	return err
}

func (w *world) reasons(c mail.Campaign) []mail.SkipReason {
	w.Helper()
	reasons, err := w.campaigns.Reasons(w.ctx, c)
	w.must(err)
	return reasons
}
