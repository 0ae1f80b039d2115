package crashtest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/vault"
)

// What a second and a request may carry at Resend, and how many mails go out:
// as many as RENOZ_TEST_MAILS says, such as 10,000, and fewer otherwise.
const (
	requestsPerSecond = 5
	mailsPerRequest   = 100
	fewMails          = 1500
	mailKills         = 5
	webhookSecret     = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

func mailVolume() (n int, full bool) {
	if n, err := strconv.Atoi(os.Getenv("RENOZ_TEST_MAILS")); err == nil {
		return n, true
	}
	return fewMails, false
}

// mailroom is an organisation with mail that waits, and a simulated Resend at
// its real limits.
type mailroom struct {
	testing.TB
	ctx       context.Context
	url, data string
	addr      string
	store     *store.Store
	mail      *resend.Service
	sim       *resendsim.Server
	server    *httptest.Server
	org       crm.OrgID
}

func newMailroom(t testing.TB, url string) *mailroom {
	t.Helper()
	w := &mailroom{TB: t, url: url, data: t.TempDir(), addr: freeAddr(t), org: crm.NewID[crm.Organisation]()}
	w.ctx = auth.With(t.Context(), auth.System(w.org, "test"))
	var err error
	w.store, err = store.Open(t.Context(), store.Config{URL: url})
	w.must(err)
	t.Cleanup(func() { w.must(w.store.Close()) })
	w.must(w.store.Migrate(t.Context()))
	w.must(w.store.AddOrganisation(t.Context(), crm.Organisation{
		ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
		InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now().UTC(),
	}, crm.AustralianTaxRates()))
	w.sim = resendsim.New(resendsim.Options{WebhookURL: "http://" + w.addr + "/webhooks/resend", WebhookSecret: webhookSecret, WebhookRetry: often(), Parallel: 4})
	w.server = httptest.NewServer(w.sim)
	t.Cleanup(w.server.Close)
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- w.sim.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		w.must(<-stopped)
	})
	v, err := vault.Open(vault.Config{File: filepath.Join(w.data, "renoz.key")})
	w.must(err)
	w.mail = resend.New(resend.Config{API: resendapi.Config{APIURL: w.server.URL}, Key: resendsim.DefaultKey, Store: w.store, Vault: v,
		Process: store.NewProcess(), Transport: http.DefaultTransport, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	settings := resend.DefaultSettings()
	settings.From, settings.Postal = "accounts@"+resendsim.DefaultDomain, "12 Wharf Street, Sydney NSW 2000"
	w.must(w.mail.SaveSettings(w.ctx, settings, resend.KeyChange{}))
	return w
}

func (w *mailroom) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// backlog queues so many mails that nobody waits for.
func (w *mailroom) backlog(n int) {
	w.Helper()
	customer := crm.Customer{ID: crm.NewID[crm.Customer](), OrgID: w.org, Number: "C-1", Name: "Harbour Marine", MarketingConsent: true, Version: 1,
		CreatedAt: time.Now().UTC(), UpdatedAt: time.Now().UTC()}
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.InsertCustomer(w.ctx, customer) }))
	for from := 0; from < n; from += 500 {
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			for i := from; i < min(from+500, n); i++ {
				if err := w.queue(tx, mail.Newsletter, fmt.Sprintf("reader%d@acme.example", i), &customer.ID); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func (w *mailroom) queue(tx *store.Tx, category mail.Category, to string, customer *crm.CustomerID) error {
	_, err := w.mail.Queue(w.ctx, tx, w.org, resend.Draft{Category: category, To: to, Customer: customer, Subject: "For " + to,
		HTML: "<p>Hello</p>", Text: "Hello", Unsubscribe: "https://renoz.example/u/1", By: "test"})
	return err
}

func (w *mailroom) serve(more ...string) *program {
	w.Helper()
	p := start(w, append([]string{
		"RENOZ_DATABASE_URL=" + w.url, "RENOZ_DATA=" + w.data, "RENOZ_ADDR=" + w.addr, "RENOZ_RESEND_URL=" + w.server.URL,
		"RENOZ_RESEND_API_KEY=" + resendsim.DefaultKey, "RENOZ_RESEND_WEBHOOK_SECRETS=" + webhookSecret,
	}, more...), "serve")
	p.addr = w.addr
	return p
}

func (w *mailroom) accepted() int { return w.sim.Counts().Accepted }

// delivered waits until the webhooks of all mails are looked at.
func (w *mailroom) delivered(n int, p *program) {
	w.Helper()
	w.Cleanup(func() {
		if w.Failed() {
			w.Logf("the program wrote\n%s", p.out)
		}
	})
	until(w, 5*time.Minute, "all mails are known to be delivered", func() bool {
		counts, err := w.store.CountMails(w.ctx, w.org, time.Now().Add(-time.Hour))
		w.must(err)
		return counts[mail.Delivered] == n
	})
}

// sends are the requests that carried mail and were taken. The program reads domains
// and lists beside them.
func (w *mailroom) sends() []resendsim.Call {
	return slices.DeleteFunc(w.sim.Calls(), func(c resendsim.Call) bool {
		return c.Method != http.MethodPost || !strings.HasPrefix(c.Path, "/emails") || c.Status == http.StatusTooManyRequests
	})
}

// TestMailVolume has the program send many mails at Resend's real limits. What a
// person waits for leaves in between.
func TestMailVolume(t *testing.T) {
	n, full := mailVolume()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newMailroom(t, url)
		w.backlog(n)
		p := w.serve()
		until(t, 2*time.Minute, "half of the mails have left", func() bool { return w.accepted() >= n/2 })
		queued := time.Now()
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return w.queue(tx, mail.Invoice, "waiting@acme.example", nil) }))
		until(t, time.Minute, "what a person waits for has left", func() bool { return len(w.sim.EmailsTo("waiting@acme.example")) > 0 })
		waited := time.Since(queued)
		until(t, 5*time.Minute, "all mails have left", func() bool { return w.accepted() == n+1 })
		w.delivered(n+1, p)
		counts, calls := w.sim.Counts(), w.sends()
		took, least := calls[len(calls)-1].At.Sub(calls[0].At), time.Duration(n)*time.Second/(requestsPerSecond*mailsPerRequest)
		t.Logf("%d mails in %d requests of %d, %d refused, in %s where the limit allows %s; what a person waits for left after %s", n, len(calls), counts.Requests, counts.TooMany,
			took.Round(time.Millisecond), least, waited.Round(time.Millisecond))
		if counts.Duplicates > 0 || counts.Accepted != n+1 || len(calls) != n/mailsPerRequest+1 {
			t.Errorf("%+v", counts)
		}
		if full && (took > least*11/10 || waited > 2*time.Second) {
			t.Error("that is too slow")
		}
		p.stop(stops)
	})
}

// TestMailKills kills the program on the way. Every mail arrives once.
func TestMailKills(t *testing.T) {
	n, _ := mailVolume()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newMailroom(t, url)
		w.backlog(n)
		begun := time.Now()
		for kill := range mailKills {
			p := w.serve("RENOZ_RETRY_SECOND=10ms")
			until(t, 2*time.Minute, "more mails have left", func() bool { return w.accepted() >= (kill+1)*n/(mailKills+2) })
			p.kill()
		}
		last := w.serve("RENOZ_RETRY_SECOND=10ms")
		until(t, 5*time.Minute, "all mails have left", func() bool { return w.accepted() >= n })
		took := time.Since(begun)
		w.delivered(n, last)
		counts := w.sim.Counts()
		t.Logf("%d mails arrived once in %s over %d deaths: %d requests, %d repeated, %d refused", n, took.Round(time.Millisecond), mailKills, counts.Requests, counts.Replays, counts.TooMany)
		if counts.Duplicates > 0 || counts.Accepted != n {
			t.Errorf("%+v", counts)
		}
		last.stop(stops)
	})
}
