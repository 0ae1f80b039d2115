package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/renoz/renoz/internal/app"
)

type serve struct {
	place `embed:""`
	Addr  string `default:"127.0.0.1:8080" env:"RENOZ_ADDR" help:"Address to listen on."`
	Jobs  bool   `default:"true" negatable:"" env:"RENOZ_JOBS" help:"Work on jobs in this process too."`
}

// Run serves until it is told to stop.
func (s *serve) Run(ctx context.Context, out output) error {
	listener, err := app.Listen(s.Addr)
	if err != nil {
		return err
	}
	c := s.config(out.log, listener.Addr().String())
	c.Serve, c.Work = true, s.Jobs
	a, err := app.Open(ctx, c)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	_, _ = fmt.Fprintf(out, "Renoz is at %s\n", c.URL)
	return errors.Join(a.Run(ctx, listener), a.Close(context.WithoutCancel(ctx)))
}

type work struct {
	place `embed:""`
}

// Run works on jobs until it is told to stop.
func (w *work) Run(ctx context.Context, out output) error {
	c := w.config(out.log, "127.0.0.1:8080")
	c.Serve, c.Work = true, true
	a, err := app.Open(ctx, c)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out, "Renoz works on jobs.")
	return errors.Join(a.Run(ctx, nil), a.Close(context.WithoutCancel(ctx)))
}
