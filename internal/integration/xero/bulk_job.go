package xero

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// BulkArgs asks to prepare an organisation's bulk runs and to read for them.
// What they send is PushArgs' work.
type BulkArgs struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (BulkArgs) Kind() string { return "xero_bulk" }

// errFaster says that another process has done a step.
var errFaster = errors.New("another process was faster")

// Bulk goes on with an organisation's bulk runs until they are prepared and
// read, or its turn is over.
func (s *Service) Bulk(ctx context.Context, args BulkArgs) error {
	if !s.bulks.Enter(args.Org) {
		return nil
	}
	for more := true; more; more = s.bulks.Leave(args.Org) {
		if err := s.bulkAll(ctx, args.Org); err != nil {
			s.bulks.Abandon(args.Org)
			return err
		}
	}
	return nil
}

func (s *Service) bulkAll(ctx context.Context, org crm.OrgID) error {
	ctx = ratelimit.WithPriority(ctx, ratelimit.Bulk)
	for {
		open, err := s.Store.OpenBulkRuns(ctx, org, Name)
		if err != nil {
			return err
		}
		b, found := nextBulk(open)
		if !found {
			return nil
		}
		r, err := s.newRun(ctx, org)
		if err != nil {
			return err
		}
		if r == nil {
			err = s.notUsable(ctx, b)
		} else {
			err = r.workBulk(ctx, b)
		}
		if wait, ok := limited(err, s.Now()); ok {
			return s.restBulk(org, wait)
		}
		switch {
		case errors.Is(err, errTurn), err == nil && !s.mayCall(ctx):
			return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.Wake(ctx, BulkArgs{org}, jobs.Bulk) })
		case errors.Is(err, errFaster):
		case err != nil:
			if err := s.failBulk(ctx, r, b, err); err != nil {
				return err
			}
		}
	}
}

// limited reports that a limit, Xero's or ours, or the breaker holds calls back,
// and for how long.
func limited(err error, now time.Time) (time.Duration, bool) {
	var e *xeroapi.Error
	if errors.As(err, &e) && e.Kind == xeroapi.KindLimited {
		return e.RetryAfter, true
	}
	return notYet(err, now)
}

// restBulk has one job of an organisation go on after a while; those that were
// woken meanwhile end.
func (s *Service) restBulk(org crm.OrgID, wait time.Duration) error {
	now := s.Now()
	if !s.rests.Begin(org, now, now.Add(wait)) {
		return nil
	}
	return jobs.Snooze(wait)
}

// nextBulk is the run to go on with: those that somebody waits to see first.
func nextBulk(open []store.BulkRun) (store.BulkRun, bool) {
	for _, b := range open {
		if b.State == store.BulkPreparing {
			return b, true
		}
	}
	for _, b := range open {
		if b.State == store.BulkRunning && b.Direction == store.BulkPull {
			return b, true
		}
	}
	return store.BulkRun{}, false
}

func (r *run) workBulk(ctx context.Context, b store.BulkRun) error {
	if b.Direction == store.BulkPull {
		return r.readBulk(ctx, b)
	}
	ctx, t := r.follow(ctx, r.org.ID, b.Actor)
	err := r.prepareBulk(ctx, b)
	if kept := r.settle(ctx, t, nil, nil); kept != nil {
		return kept
	}
	return err
}

// prepareBulk plans a run to its end, or until its turn is over.
func (r *run) prepareBulk(ctx context.Context, b store.BulkRun) error {
	p := r.newPlanner(b)
	for {
		if !r.mayCall(ctx) {
			return errTurn
		}
		done, err := p.next(ctx)
		if err != nil {
			return err
		}
		if done {
			return r.prepared(ctx, p.of)
		}
	}
}

// prepared lets a person look at what a run will do, or begins it.
func (s *Service) prepared(ctx context.Context, b store.BulkRun) error {
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		if b.Starts {
			return s.goOn(ctx, tx, b)
		}
		return s.ready(ctx, tx, b)
	})
	if b.Starts && crm.KindOf(err) == crm.Conflict { // another began meanwhile
		err = s.Store.InTx(ctx, func(tx *store.Tx) error { return s.ready(ctx, tx, b) })
	}
	if crm.KindOf(err) == crm.Conflict { // it was cancelled meanwhile
		return errFaster
	}
	return err
}

func (s *Service) ready(ctx context.Context, tx *store.Tx, b store.BulkRun) error {
	b.State, b.Starts = store.BulkReady, false
	return tx.StepBulkRun(ctx, b, store.BulkPreparing)
}

// notUsable ends what cannot be prepared or read without a connection.
func (s *Service) notUsable(ctx context.Context, b store.BulkRun) error {
	words := "Xero cannot be used now: the connection is paused. Try again later."
	if _, err := s.connection(ctx, b.Org); err != nil {
		var e *crm.Error
		if !errors.As(err, &e) {
			return err
		}
		words = e.Message
	}
	return s.endBulk(ctx, b, words)
}

// failBulk ends a run that Xero refused to be read for. Failures of our own are
// the job's, which is tried again.
func (s *Service) failBulk(ctx context.Context, r *run, b store.BulkRun, err error) error {
	var e *xeroapi.Error
	if r == nil || !errors.As(err, &e) {
		return fmt.Errorf("work on a bulk run: %w", err)
	}
	if halted := r.consequence(ctx, err); halted != nil && !errors.Is(halted, errHalted) {
		return halted
	}
	return s.endBulk(ctx, b, words(e))
}

func (s *Service) endBulk(ctx context.Context, b store.BulkRun, problem string) error {
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		now := tx.Now()
		was := b.State
		b.State, b.Problem, b.EndedAt = store.BulkFailed, problem, &now
		err := tx.StepBulkRun(ctx, b, was)
		if crm.KindOf(err) == crm.Conflict { // somebody paused or cancelled it
			return nil
		}
		return err
	})
}

// placeOf reads where a run goes on; the zero place is the beginning.
func placeOf[P any](text string) (p P, err error) {
	if text == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return p, fmt.Errorf("read where a bulk run is: %w", err)
	}
	return p, nil
}
