package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store"
)

// How long the parts have at the end, and how often waiting work is looked for.
const (
	stopWithin  = 20 * time.Second
	sweepEvery  = 5 * time.Second
	readWithin  = 30 * time.Second
	writeWithin = 60 * time.Second
	headWithin  = 10 * time.Second
)

// Listen takes the address before anything else is touched.
func Listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, crm.Errorf(crm.Unavailable, "Renoz cannot listen on %s: %w. Stop the program that does, or choose another address with RENOZ_ADDR or --addr.", addr, err)
	}
	return l, nil
}

// Run serves and works until ctx ends, then finishes what runs. listener may
// be nil for a process that only works.
func (a *App) Run(ctx context.Context, listener net.Listener) error {
	if err := a.begin(ctx); err != nil {
		return err
	}
	runner, err := a.startJobs(ctx)
	if err != nil {
		return err
	}
	inboxCtx, stopInbox := context.WithCancel(context.WithoutCancel(ctx))
	defer stopInbox()
	beats, stopBeats := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBeats()
	group, serving := errgroup.WithContext(ctx)
	group.Go(func() error { return a.inbox.Run(inboxCtx) })
	group.Go(func() error { return a.beat(beats) })
	group.Go(func() error { return a.sweep(serving) })
	group.Go(func() error {
		defer stopInbox()
		return a.serve(serving, listener)
	})
	<-serving.Done()
	a.Xero.Rest()
	a.Resend.Rest()
	a.Claude.Close()
	a.Campaigns.Rest()
	stopped := a.stopJobs(context.WithoutCancel(ctx), runner)
	stopBeats()
	return errors.Join(group.Wait(), stopped, a.Store.Retire(context.WithoutCancel(ctx), a.process))
}

// begin announces the process and takes over from dead ones.
func (a *App) begin(ctx context.Context) error {
	if err := a.Store.Announce(ctx, a.process); err != nil {
		return err
	}
	released, err := a.Store.ReleaseDead(ctx, a.process)
	if err != nil {
		return err
	}
	if released > 0 {
		a.Config.Log.Info("took over from a process that is gone", "released", released)
	}
	return nil
}

func (a *App) startJobs(ctx context.Context) (store.Runner, error) {
	if !a.Config.Work {
		return nil, nil //nolint:nilnil // this process leaves jobs to others
	}
	runner, err := a.Store.Runner(jobs.Config{Workers: a.workers, Retry: a.Config.schedule(), Log: quieter(a.Config.Log)})
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	if err := runner.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("start jobs: %w", err)
	}
	return runner, errors.Join(a.Xero.Wake(ctx), a.Resend.Wake(ctx), a.Campaigns.Wake(ctx))
}

// stopJobs lets running jobs finish, and tells them to end when they do not.
func (a *App) stopJobs(ctx context.Context, runner store.Runner) error {
	if runner == nil {
		return nil
	}
	soft, cancel := context.WithTimeout(ctx, stopWithin/2)
	defer cancel()
	if runner.Stop(soft) == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(ctx, stopWithin/2)
	defer cancel()
	if err := runner.StopAndCancel(hard); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// beat says that the process lives.
func (a *App) beat(ctx context.Context) error {
	return every(ctx, store.Beat, func() {
		if err := a.Store.Announce(ctx, a.process); err != nil && ctx.Err() == nil {
			a.Config.Log.Error("the process could not announce itself", "error", err)
		}
	})
}

// sweep looks for work that nobody was called for: what dead processes left,
// what is due again.
func (a *App) sweep(ctx context.Context) error {
	if !a.Config.Work {
		return nil
	}
	return every(ctx, sweepEvery, func() {
		_, err := a.Store.ReleaseDead(ctx, a.process)
		if err == nil {
			err = errors.Join(a.Xero.Wake(ctx), a.Resend.Wake(ctx), a.Campaigns.Wake(ctx), a.Claude.Sweep(ctx))
		}
		if err != nil && ctx.Err() == nil {
			a.Config.Log.Error("waiting work could not be looked for", "error", err)
		}
	})
}

func every(ctx context.Context, interval time.Duration, do func()) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			do()
		}
	}
}

// serve answers requests until ctx ends, then finishes those under way.
func (a *App) serve(ctx context.Context, listener net.Listener) error {
	if listener == nil {
		<-ctx.Done()
		return nil
	}
	site, err := a.Site(ctx)
	if err != nil {
		return err
	}
	base, endStreams := context.WithCancel(context.WithoutCancel(ctx))
	defer endStreams()
	server := &http.Server{
		Handler: site, ReadHeaderTimeout: headWithin, ReadTimeout: readWithin, WriteTimeout: writeWithin, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, BaseContext: func(net.Listener) context.Context { return base },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	endStreams()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		return fmt.Errorf("stop serving: %w", err)
	}
	return nil
}

// Attend makes a process of one that only runs a command: what it works on is
// taken up by others when it dies. The function that it returns ends that.
func (a *App) Attend(ctx context.Context) (end func() error, err error) {
	if err := a.Store.Announce(ctx, a.process); err != nil {
		return nil, err
	}
	beating, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- a.beat(beating) }()
	return func() error {
		stop()
		a.Claude.Close()
		return errors.Join(<-done, a.Store.Retire(context.WithoutCancel(ctx), a.process))
	}, nil
}
