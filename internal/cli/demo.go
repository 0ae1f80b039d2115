package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/demo"
	"github.com/renoz/renoz/internal/integration/claude/claudesim"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

type demoCommand struct {
	Addr       string `default:"127.0.0.1:8080" help:"Address to listen on."`
	XeroAddr   string `default:"127.0.0.1:8081" help:"Address of the simulated Xero."`
	ResendAddr string `default:"127.0.0.1:8082" help:"Address of the simulated Resend."`
	ClaudeAddr string `default:"127.0.0.1:8083" help:"Address of the simulated Claude."`
	Data       string `placeholder:"DIR" help:"Keep everything in this folder; without it in a new one that goes with the program."`
	Database   string `name:"database-url" env:"RENOZ_DATABASE_URL" placeholder:"URL" help:"Keep the records in this PostgreSQL database instead of a SQLite file."`
}

// demoWebhookKey signs the simulated Xero's webhooks. It is the same at every
// start, so that a demo that is kept goes on.
const demoWebhookKey = "renoz-demo-webhook-key"

// Run shows everything on one machine until it is told to stop.
func (d *demoCommand) Run(ctx context.Context, out output) (err error) {
	if d.Data == "" {
		if d.Data, err = os.MkdirTemp("", "renoz-demo"); err != nil {
			return fmt.Errorf("make a folder for the demo: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(d.Data)) }()
	}
	listener, err := app.Listen(d.Addr)
	if err != nil {
		return err
	}
	simListener, err := app.Listen(d.XeroAddr)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	mailListener, err := app.Listen(d.ResendAddr)
	if err != nil {
		return errors.Join(err, listener.Close(), simListener.Close())
	}
	brainListener, err := app.Listen(d.ClaudeAddr)
	if err != nil {
		return errors.Join(err, listener.Close(), simListener.Close(), mailListener.Close())
	}
	datagrams, err := listenDatagrams(mailListener)
	if err != nil {
		return errors.Join(err, listener.Close(), simListener.Close(), mailListener.Close(), brainListener.Close())
	}
	if err := os.MkdirAll(d.Data, 0o700); err != nil {
		return fmt.Errorf("make the folder of the demo: %w", err)
	}
	return d.run(ctx, out, demoListeners{listener, simListener, mailListener, brainListener, datagrams})
}

// demoListeners are where the demonstration and its simulators are reached.
type demoListeners struct {
	renoz, xero, resend, claude net.Listener
	dns                         net.PacketConn // of the domains at the simulated Resend
}

func (l demoListeners) close() error {
	return errors.Join(l.renoz.Close(), l.xero.Close(), l.resend.Close(), l.claude.Close(), l.dns.Close())
}

func (d *demoCommand) run(ctx context.Context, out output, at demoListeners) error {
	c := place{Data: d.Data, DatabaseURL: d.Database}.config(out.quiet, at.renoz.Addr().String())
	sim, mails := d.simulator(out, c, at.xero), mailSimulator(out, c, at.resend)
	c.Serve, c.Work = true, true
	c.Xero = app.Xero{ClientID: "demo", ClientSecret: "demo", WebhookKey: sim.WebhookKey(), URL: "http://" + at.xero.Addr().String()}
	c.Resend = app.Resend{Key: resendsim.DefaultKey, WebhookSecrets: []string{demoMailSecret}, URL: "http://" + at.resend.Addr().String()}
	c.Claude = app.Claude{Key: claudesim.DefaultKey, URL: "http://" + at.claude.Addr().String()}
	c.Hints = hints()
	a, err := app.Open(ctx, c)
	if err != nil {
		return errors.Join(err, at.close())
	}
	if err := fill(ctx, out, a, sim); err != nil {
		return errors.Join(err, at.close(), a.Close(ctx))
	}
	sim.SetWebhook("http://"+c.Addr+"/webhooks/xero", demoWebhookKey) // what was filled in is no news
	d.greet(out, c)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return runSimulator(ctx, sim, at.xero) })
	group.Go(func() error { return runResend(ctx, mails, at.resend, at.dns) })
	group.Go(func() error {
		return runSimulator(ctx, claudesim.New(claudesim.Options{URL: c.Claude.URL, Log: out.log}), at.claude)
	})
	group.Go(func() error { return a.Run(ctx, at.renoz) })
	return errors.Join(group.Wait(), a.Close(context.WithoutCancel(ctx)))
}

func (d *demoCommand) simulator(out output, c app.Config, l net.Listener) *xerosim.Server {
	return xerosim.New(xerosim.Options{
		Organisations: demo.Organisations(), URL: "http://" + l.Addr().String(), WebhookKey: demoWebhookKey, File: filepath.Join(d.Data, "xero.json"), Log: out.log, WebhookRetry: []time.Duration{0, 2 * time.Second, 5 * time.Second, 15 * time.Second},
	})
}

// demoMailSecret signs the simulated Resend's webhooks, the same at every start.
const demoMailSecret = "whsec_cmVub3otZGVtb25zdHJhdGlvbi1tYWlsLXNlY3JldA=="

func mailSimulator(out output, c app.Config, l net.Listener) *resendsim.Server {
	return resendsim.New(resendsim.Options{
		URL: "http://" + l.Addr().String(), WebhookURL: "http://" + c.Addr + "/webhooks/resend", WebhookSecret: demoMailSecret, Domains: demoDomains(), Log: out.log,
	})
}

// demoDomains are one that works and two on which somebody has still to work at
// the DNS host.
func demoDomains() []resendsim.DomainSeed {
	return []resendsim.DomainSeed{
		{Name: resendsim.DefaultDomain, Verified: true, OpenTracking: true, ClickTracking: true, TrackingSubdomain: "links", DMARC: "v=DMARC1; p=none; rua=mailto:dmarc@voltway.example"},
		{Name: "news.voltway.example", Region: "ap-northeast-1", Published: map[string]string{"SPF TXT": resendsim.Several, "DKIM TXT": resendsim.Appended}},
		{Name: "support.voltway.example", Region: "ap-northeast-1", Receiving: true, TrackingSubdomain: "go", DMARC: "v=DMARC1; p=quarantine",
			Published: map[string]string{"SPF MX": "failed", "DKIM TXT": resendsim.Wrong, "Tracking CNAME": resendsim.Proxied, "TrackingCAA CAA": "failed"}},
	}
}

func fill(ctx context.Context, out output, a *app.App, sim *xerosim.Server) error {
	filled, err := demo.Filled(ctx, a.Store)
	if err != nil || filled {
		return err
	}
	_, _ = fmt.Fprintln(out, "Filling in a year of records …")
	if err := demo.Books(sim); err != nil {
		return err
	}
	filledIn, err := demo.Fill(ctx, demo.Config{Store: a.Store, Auth: a.Auth, Now: time.Now, Log: out.quiet})
	if err != nil {
		return err
	}
	return demoMail(ctx, a, filledIn.Org)
}

// demoMail says how the demonstration's business sends mail.
func demoMail(ctx context.Context, a *app.App, org crm.OrgID) error {
	settings := resend.DefaultSettings()
	settings.Invoices, settings.CreditNotes, settings.Receipts = true, true, true
	settings.From, settings.ReplyTo = "accounts@"+resendsim.DefaultDomain, "accounts@voltway.example"
	settings.Postal, settings.Phone, settings.Website = "12 Wharf Street, Sydney NSW 2000", "02 5550 0100", "https://voltway.example"
	return a.Resend.SaveSettings(auth.With(ctx, auth.System(org, "demo")), settings, resend.KeyChange{})
}

func hints() []app.Hint {
	accounts := demo.People()
	out := make([]app.Hint, len(accounts.People))
	for i, p := range accounts.People {
		out[i] = app.Hint{Name: p.Name, Email: p.Email, Password: accounts.Password, Role: p.Role.Label()}
	}
	return out
}

func (d *demoCommand) greet(out output, c app.Config) {
	accounts := demo.People()
	_, _ = fmt.Fprintf(out, "\nRenoz is at %s\nThe simulated Xero is at %s\nThe simulated Resend is at %s\nThe simulated Claude is at %s\n\nSign in with one of these and the password %q\n", c.URL, c.Xero.URL, c.Resend.URL, c.Claude.URL, accounts.Password)
	for _, p := range accounts.People {
		_, _ = fmt.Fprintf(out, "  %-28s %s\n", p.Email, p.Role.Label())
	}
	_, _ = fmt.Fprintln(out, "\nStop with Ctrl-C.")
}
