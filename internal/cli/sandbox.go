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
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

type sandbox struct {
	Xero        string        `placeholder:"ADDR" help:"Address of the simulated Xero, such as 127.0.0.1:9001."`
	WebhookURL  string        `placeholder:"URL" help:"Where its webhooks go."`
	WebhookKey  string        `placeholder:"KEY" help:"Key that it signs them with; without it one is made."`
	File        string        `placeholder:"FILE" help:"Keep its books in this file."`
	MinuteLimit int           `default:"60" help:"Calls a minute for one organisation."`
	Minute      time.Duration `default:"1m" help:"Length of that minute."`
}

// Run serves until it is told to stop.
func (s *sandbox) Run(ctx context.Context, out output) error {
	if s.Xero == "" {
		return crm.Errorf(crm.Invalid, "Say which simulator to run, such as --xero 127.0.0.1:9001.")
	}
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
