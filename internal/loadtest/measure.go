package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// warmUp is sent to each server before anything counts.
const warmUp = time.Second

// run is one measurement.
type run struct {
	options
	out      io.Writer
	dir, key string
	sequence atomic.Int64
	sent     int // acknowledged by the program
	plain    int // answered by the baseline
}

// measure builds and starts both servers, sends them rounds of webhooks in
// turn, and writes what came of it.
func measure(ctx context.Context, out io.Writer, o options) (err error) {
	r := &run{options: o, out: out, key: newKey()}
	if r.tenant == "" {
		r.tenant = uuid.NewString()
	}
	if r.dir, err = os.MkdirTemp("", "renoz-load-"); err != nil {
		return err
	}
	if o.keep {
		_, _ = fmt.Fprintln(out, "data in", r.dir)
	} else {
		defer func() { err = errors.Join(err, os.RemoveAll(r.dir)) }()
	}
	if r.database == "" {
		r.database = filepath.Join(r.dir, "renoz.db")
	}
	if r.program == "" {
		r.program = filepath.Join(r.dir, "renoz")
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", r.program, "./cmd/renoz")
		build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build the program: %w", err)
		}
	}
	if err := r.alternate(ctx); err != nil {
		return err
	}
	return r.count(ctx)
}

func (r *run) alternate(ctx context.Context) (err error) {
	base, err := r.startBaseline(ctx)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, base.stop())
		_, _ = fmt.Fprintf(r.out, "processor time of a webhook: only verifying %s\n", perWebhook(base.cpu(), r.plain))
	}()
	program, err := r.startProgram(ctx)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, program.stop())
		_, _ = fmt.Fprintf(r.out, "processor time of a webhook: renoz %s, looking at it included\n", perWebhook(program.cpu(), r.sent))
	}()
	_, _ = fmt.Fprintf(r.out, "%d connections, rounds of %s, %s\n", r.connections, r.round, engineOf(r.database))
	var ratios []float64
	for i := range r.rounds + 1 {
		length := r.round
		if i == 0 {
			length = warmUp
		}
		plain, err := r.load(base, length).send(ctx)
		if err != nil {
			return fmt.Errorf("baseline: %w", err)
		}
		r.plain += len(plain.took)
		if i == 2 && r.profile != "" {
			go r.takeProfile(ctx)
		}
		kept, err := r.load(program, length).send(ctx)
		if err != nil {
			return fmt.Errorf("renoz: %w", err)
		}
		r.sent += len(kept.took)
		if i == 0 {
			continue
		}
		r.show("only verifies", plain)
		r.show("renoz", kept)
		ratios = append(ratios, kept.rate()/plain.rate())
	}
	r.conclude(ratios)
	return r.settle(ctx)
}

func (r *run) load(p *process, length time.Duration) load {
	return load{address: p.address, key: r.key, tenant: r.tenant, connections: r.connections, length: length, sequence: &r.sequence}
}

func (r *run) startBaseline(ctx context.Context) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.Command(self, "-baseline", address)
	c.Env = append(os.Environ(), keyVariable+"="+r.key)
	return start(ctx, c, address)
}

func (r *run) startProgram(ctx context.Context) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	c := exec.Command(r.program, "serve")
	c.Env = append(os.Environ(), "RENOZ_ADDR="+address, "RENOZ_DATA="+r.dir, "RENOZ_DATABASE_URL="+r.database, "RENOZ_XERO_WEBHOOK_KEY="+r.key)
	return start(ctx, c, address)
}

func (r *run) takeProfile(ctx context.Context) {
	path := filepath.Join(os.TempDir(), "renoz-load.pprof")
	f, err := os.Create(path) // #nosec G304 -- in the folder for temporary files
	if err == nil {
		err = errors.Join(ask(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", r.profile, max(int(r.round.Seconds())-1, 1)), f), f.Close())
	}
	_, _ = fmt.Fprintln(r.out, "profile in", path, err)
}
