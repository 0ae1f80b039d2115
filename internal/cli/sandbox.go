package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/claude/claudesim"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

type sandbox struct {
	Xero        string        `placeholder:"ADDR" help:"Address of the simulated Xero, such as 127.0.0.1:9001."`
	WebhookURL  string        `placeholder:"URL" help:"Where its webhooks go."`
	WebhookKey  string        `placeholder:"KEY" help:"Key that it signs them with; without it one is made."`
	File        string        `placeholder:"FILE" help:"Keep its books in this file."`
	MinuteLimit int           `default:"60" help:"Calls a minute for one organisation."`
	Minute      time.Duration `default:"1m" help:"Length of that minute."`

	Resend              string   `placeholder:"ADDR" help:"Address of the simulated Resend, such as 127.0.0.1:9002."`
	ResendWebhookURL    string   `placeholder:"URL" help:"Where its webhooks go."`
	ResendWebhookSecret string   `placeholder:"SECRET" help:"Secret that it signs them with; without it one is made."`
	ResendDomain        []string `placeholder:"DOMAIN" help:"Verified domains that mail is sent from; without any there is mail.voltway.example."`
	ResendRate          int      `default:"5" help:"Requests a second of its team; -1 for no limit."`

	Claude     string        `placeholder:"ADDR" help:"Address of the simulated Claude, such as 127.0.0.1:9003."`
	ClaudePace time.Duration `default:"15ms" help:"Time between the pieces of its streams."`
}

// Run serves until it is told to stop.
func (s *sandbox) Run(ctx context.Context, out output) error {
	if s.Xero == "" && s.Resend == "" && s.Claude == "" {
		return crm.Errorf(crm.Invalid, "Say which simulator to run, such as --xero 127.0.0.1:9001, --resend 127.0.0.1:9002 or --claude 127.0.0.1:9003.")
	}
	group, ctx := errgroup.WithContext(ctx)
	if s.Xero != "" {
		group.Go(func() error { return s.runXero(ctx, out) })
	}
	if s.Resend != "" {
		group.Go(func() error { return s.runResend(ctx, out) })
	}
	if s.Claude != "" {
		group.Go(func() error { return s.runClaude(ctx, out) })
	}
	return group.Wait()
}

func (s *sandbox) runXero(ctx context.Context, out output) error {
	listener, err := app.Listen(s.Xero)
	if err != nil {
		return err
	}
	sim := xerosim.New(xerosim.Options{
		URL: "http://" + listener.Addr().String(), WebhookURL: s.WebhookURL, WebhookKey: s.WebhookKey, File: s.File,
		MinuteLimit: s.MinuteLimit, Minute: s.Minute, Log: out.log,
	})
	_, _ = fmt.Fprintf(out, "Simulated Xero at http://%s (client demo, secret demo)\nIts webhook key is %s\n", listener.Addr(), sim.WebhookKey())
	return runSimulator(ctx, sim, listener)
}

func (s *sandbox) runResend(ctx context.Context, out output) error {
	listener, err := app.Listen(s.Resend)
	if err != nil {
		return err
	}
	opts := resendsim.Options{URL: "http://" + listener.Addr().String(), WebhookURL: s.ResendWebhookURL, WebhookSecret: s.ResendWebhookSecret,
		Settings: resendsim.Settings{RateLimit: s.ResendRate}, Log: out.log}
	for _, name := range s.ResendDomain {
		opts.Domains = append(opts.Domains, resendsim.DomainSeed{Name: name, Verified: true, OpenTracking: true, ClickTracking: true})
	}
	datagrams, err := listenDatagrams(listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	sim := resendsim.New(opts)
	_, _ = fmt.Fprintf(out, "Simulated Resend at http://%s (key %s), with the DNS of its domains by UDP\nIts webhook secret is %s\n", listener.Addr(), resendsim.DefaultKey, sim.WebhookSecret())
	return runResend(ctx, sim, listener, datagrams)
}

func (s *sandbox) runClaude(ctx context.Context, out output) error {
	listener, err := app.Listen(s.Claude)
	if err != nil {
		return err
	}
	sim := claudesim.New(claudesim.Options{URL: "http://" + listener.Addr().String(), Settings: claudesim.Settings{Pace: s.ClaudePace}, Log: out.log})
	_, _ = fmt.Fprintf(out, "Simulated Claude at http://%s (key %s)\n", listener.Addr(), claudesim.DefaultKey)
	return runSimulator(ctx, sim, listener)
}

// listenDatagrams takes the address by UDP as well, for DNS.
func listenDatagrams(beside net.Listener) (net.PacketConn, error) {
	conn, err := net.ListenPacket("udp", beside.Addr().String())
	if err != nil {
		return nil, crm.Errorf(crm.Unavailable, "The simulated DNS cannot listen on %s: %w. Stop the program that does, or choose another address for the simulated Resend.", beside.Addr(), err)
	}
	return conn, nil
}

// runResend serves the simulated Resend and the DNS of its domains.
func runResend(ctx context.Context, sim *resendsim.Server, listener net.Listener, datagrams net.PacketConn) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return sim.ServeDNS(ctx, datagrams) })
	group.Go(func() error { return runSimulator(ctx, sim, listener) })
	return group.Wait()
}

// simulator answers and works on its own until its context ends.
type simulator interface {
	http.Handler
	Run(ctx context.Context) error
}

func runSimulator(ctx context.Context, sim simulator, listener net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	group.Go(func() error { return sim.Run(ctx) })
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return server.Shutdown(stop)
	})
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("simulator: %w", err)
	}
	return nil
}
