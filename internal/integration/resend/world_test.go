package resend_test

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
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/vault"
)

// world is an organisation that sends through a simulated Resend, with a clock
// that tests move.
type world struct {
	testing.TB
	ctx    context.Context
	url    string // of the database
	store  *store.Store
	mail   *resend.Service
	sim    *resendsim.Server
	server *httptest.Server
	clock  *clock
	org    crm.OrgID
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

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func each(t *testing.T, test func(*world)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) { test(newWorld(t, url, resendsim.Settings{RateLimit: -1})) })
}

func newWorld(t testing.TB, url string, limits resendsim.Settings) *world {
	t.Helper()
	w := &world{TB: t, url: url, clock: &clock{now: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}}
	s, err := store.Open(t.Context(), store.Config{URL: url, Now: w.clock.Now})
	w.must(err)
	t.Cleanup(func() { w.must(s.Close()) })
	w.must(s.Migrate(t.Context()))
	w.store = s
	w.sim = resendsim.New(resendsim.Options{Now: w.clock.Now, Settings: limits, WebhookSecret: secret, Parallel: 8, KeepMail: 50_000})
	w.server = httptest.NewServer(w.sim)
	t.Cleanup(w.server.Close)
	w.mail = w.service(http.DefaultTransport)
	w.org, w.ctx = w.organisation("Voltway")
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// service is the integration as one more process has it.
func (w *world) service(transport http.RoundTripper) *resend.Service {
	w.Helper()
	v, err := vault.Open(vault.Config{File: filepath.Join(w.TempDir(), "key")})
	w.must(err)
	process := store.NewProcess()
	w.must(w.store.Announce(w.Context(), process))
	return resend.New(resend.Config{
		API: resendapi.Config{APIURL: w.server.URL, Timeout: 5 * time.Second}, Key: resendsim.DefaultKey, Store: w.store, Vault: v, Process: process,
		Transport: transport, URL: "http://localhost", Log: slog.New(slog.DiscardHandler), Now: w.clock.Now, Wait: w.clock.wait,
	})
}

// organisation adds one that may send.
func (w *world) organisation(name string) (crm.OrgID, context.Context) {
	w.Helper()
	org := crm.NewID[crm.Organisation]()
	w.must(w.store.AddOrganisation(w.Context(), crm.Organisation{
		ID: org, Name: name, Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: w.clock.Now(),
	}, crm.AustralianTaxRates()))
	ctx := auth.With(w.Context(), auth.System(org, "test"))
	settings := resend.DefaultSettings()
	settings.From = "accounts@" + resendsim.DefaultDomain
	w.must(w.mail.SaveSettings(ctx, settings, resend.KeyChange{}))
	return org, ctx
}

func draft(to string) resend.Draft {
	return resend.Draft{Category: mail.Invoice, To: to, Subject: "Invoice for " + to, By: "test",
		HTML: `<p>Hello</p><a href="https://a.example/1">one</a> <a href="https://a.example/2">two</a>`, Text: "Hello"}
}

func (w *world) queue(drafts ...resend.Draft) []mail.ID {
	w.Helper()
	var ids []mail.ID
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		for _, d := range drafts {
			m, err := w.mail.Queue(w.ctx, tx, w.org, d)
			if err != nil {
				return err
			}
			ids = append(ids, m.ID)
		}
		return nil
	}))
	return ids
}

// many are drafts to as many addresses.
func many(n int) []resend.Draft {
	drafts := make([]resend.Draft, n)
	for i := range drafts {
		drafts[i] = draft(fmt.Sprintf("buyer%d@acme.example", i))
	}
	return drafts
}

func (w *world) push() {
	w.Helper()
	w.must(ignoreSnooze(w.mail.Push(w.ctx, resend.PushArgs{Org: w.org})))
}

func (w *world) message(id mail.ID) mail.Message {
	w.Helper()
	m, err := w.store.Mail(w.ctx, w.org, id)
	w.must(err)
	return m
}

// is checks where a message stands.
func (w *world) is(id mail.ID, state mail.State) mail.Message {
	w.Helper()
	m := w.message(id)
	if m.State != state {
		w.Errorf("the mail to %s is %s (%+v), want %s", m.Recipient, m.State, m.Problem, state)
	}
	return m
}

// once checks that nothing arrived twice and so many messages arrived.
func (w *world) once(accepted int) {
	w.Helper()
	counts := w.sim.Counts()
	if counts.Duplicates != 0 || counts.Accepted != accepted {
		w.Errorf("%d mails arrived, %d of them twice; want %d", counts.Accepted, counts.Duplicates, accepted)
	}
}

// sends are the requests that carried mail, since the last reset.
func (w *world) sends() (paths []string) {
	for _, c := range w.sim.Calls() {
		if c.Method == http.MethodPost {
			paths = append(paths, c.Path)
		}
	}
	return paths
}

func (w *world) notices() (causes []string) {
	w.Helper()
	list, err := w.store.Notices(w.ctx, w.org, crm.NotificationID{}, 50)
	w.must(err)
	for _, n := range list {
		causes = append(causes, n.Cause)
	}
	return causes
}

// listen takes the simulator's webhooks in as the program does.
func (w *world) listen() {
	w.Helper()
	hooks, err := resend.NewWebhooks([]resendapi.Secret{secret})
	w.must(err)
	in := inbox.New(inbox.Config{Store: w.store, Log: slog.New(slog.DiscardHandler), Now: w.clock.Now})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	here := httptest.NewServer(in.Handler(resend.Name, hooks))
	w.Cleanup(func() {
		here.Close()
		stop()
		w.must(<-done)
	})
	w.sim.SetWebhook(here.URL)
}

// deliver has all webhooks that are due come in and looked at.
func (w *world) deliver() {
	w.Helper()
	w.must(w.sim.Deliver(w.ctx))
	w.look()
}

func (w *world) look() {
	w.Helper()
	for more := true; more; {
		var err error
		more, err = w.store.FileBatches(w.ctx)
		w.must(err)
	}
	w.must(w.mail.Look(w.ctx))
}

// ignoreSnooze lets a job that wants to run again count as done.
func ignoreSnooze(err error) error {
	var snooze *river.JobSnoozeError
	if errors.As(err, &snooze) {
		return nil
	}
	return err
}
