package xero

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// PreviewBulk begins to find out what a bulk run would do. Nothing is written
// to Xero before StartBulk. It returns an Error of kind Invalid for a wish that
// makes no sense, and of kind Conflict without a connection.
func (s *Service) PreviewBulk(ctx context.Context, w BulkWish) (store.BulkRun, error) {
	return s.addBulk(ctx, w, false)
}

// RunBulk is PreviewBulk and StartBulk in one.
func (s *Service) RunBulk(ctx context.Context, w BulkWish) (store.BulkRun, error) {
	return s.addBulk(ctx, w, true)
}

// SendAll sends everything that is not in Xero yet.
func (s *Service) SendAll(ctx context.Context) error {
	_, err := s.RunBulk(ctx, BulkWish{Direction: store.BulkPush, Kind: BulkEverything, Filter: store.BulkFilter{Missing: true}})
	return err
}

func (s *Service) addBulk(ctx context.Context, w BulkWish, starts bool) (run store.BulkRun, err error) {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return run, err
	}
	if err := w.check(); err != nil {
		return run, err
	}
	if w.Filter.TakeOver {
		if err := mayTakeOver(ctx); err != nil {
			return run, err
		}
	}
	if _, err := s.connection(ctx, who.Org); err != nil {
		return run, err
	}
	run = store.BulkRun{
		ID: crm.NewID[crm.Change]().UUID, Org: who.Org, Service: Name, Direction: w.Direction, Kind: w.Kind, Filter: w.Filter,
		State: store.BulkPreparing, Starts: starts, Actor: who.Name, CreatedAt: s.Now(),
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		if starts {
			if err := alone(ctx, tx, run); err != nil {
				return err
			}
		}
		if err := tx.AddBulkRun(ctx, run); err != nil {
			return err
		}
		return tx.Wake(ctx, BulkArgs{who.Org}, jobs.Urgent)
	})
	return run, err
}

// alone refuses a run while another of the organisation goes: they would only
// wait for each other.
func alone(ctx context.Context, tx *store.Tx, run store.BulkRun) error {
	others, err := tx.OpenBulkRuns(ctx, run.Org, Name)
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.ID != run.ID && (other.State == store.BulkRunning || other.State == store.BulkStopping || other.Starts) {
			return crm.Errorf(crm.Conflict, "Another run is under way. Wait for it, pause it or cancel it first.")
		}
	}
	return nil
}

// StartBulk begins a run that was prepared. It returns an Error of kind
// Conflict when it is not ready, or while another goes.
func (s *Service) StartBulk(ctx context.Context, id uuid.UUID) error {
	return s.stepBulk(ctx, id, func(tx *store.Tx, run store.BulkRun) error {
		switch run.State {
		case store.BulkReady:
		case store.BulkPreparing:
			return crm.Errorf(crm.Conflict, "The preview is not complete yet. Wait for it.")
		default:
			return crm.Errorf(crm.Conflict, "This run has begun already.")
		}
		return s.goOn(ctx, tx, run)
	})
}

// ResumeBulk lets a run go on that was paused, or that could not be read on.
func (s *Service) ResumeBulk(ctx context.Context, id uuid.UUID) error {
	return s.stepBulk(ctx, id, func(tx *store.Tx, run store.BulkRun) error {
		if run.State != store.BulkPaused && (run.State != store.BulkFailed || run.BegunAt == nil) {
			return crm.Errorf(crm.Conflict, "Only a run that is paused can be resumed.")
		}
		return s.goOn(ctx, tx, run)
	})
}

// goOn makes a run go, from whatever state it is in.
func (s *Service) goOn(ctx context.Context, tx *store.Tx, run store.BulkRun) error {
	if err := alone(ctx, tx, run); err != nil {
		return err
	}
	was := run.State
	now := tx.Now()
	run.State, run.Problem, run.Starts, run.ResumedAt, run.EndedAt = store.BulkRunning, "", false, &now, nil
	if run.BegunAt == nil {
		run.BegunAt = &now
	}
	if err := tx.StepBulkRun(ctx, run, was); err != nil {
		return err
	}
	if run.Direction == store.BulkPush {
		return tx.Wake(ctx, PushArgs{run.Org}, jobs.Bulk)
	}
	if err := s.readOn(ctx, tx, run, was); err != nil {
		return err
	}
	return tx.Wake(ctx, BulkArgs{run.Org}, jobs.Bulk)
}

// PauseBulk holds a run back: what is being sent ends, the rest waits.
func (s *Service) PauseBulk(ctx context.Context, id uuid.UUID) error {
	var paused store.BulkRun
	err := s.stepBulk(ctx, id, func(tx *store.Tx, run store.BulkRun) error {
		if run.State != store.BulkRunning {
			return crm.Errorf(crm.Conflict, "Only a run that is under way can be paused.")
		}
		run.State = store.BulkPaused
		paused = run
		return tx.StepBulkRun(ctx, run, store.BulkRunning)
	})
	if err != nil {
		return err
	}
	return s.putBackBulk(ctx, paused, store.ItemPlanned, false)
}

// CancelBulk ends a run. What was sent stays; everything else is as if it had
// never begun.
func (s *Service) CancelBulk(ctx context.Context, id uuid.UUID) error {
	var ending store.BulkRun
	err := s.stepBulk(ctx, id, func(tx *store.Tx, run store.BulkRun) error {
		was := run.State
		if was.Ended() || was == store.BulkStopping {
			return crm.Errorf(crm.Conflict, "This run has ended already.")
		}
		run.State, run.Starts = store.BulkStopping, false
		if run.Direction == store.BulkPull || was == store.BulkPreparing {
			now := tx.Now()
			run.State, run.EndedAt = store.BulkCancelled, &now
		}
		ending = run
		return tx.StepBulkRun(ctx, run, was)
	})
	if err != nil {
		return err
	}
	return s.cancelItems(ctx, ending)
}

// cancelItems leaves out what waits in a run that is cancelled, and ends the
// run when nothing of it is being sent any more.
func (s *Service) cancelItems(ctx context.Context, run store.BulkRun) error {
	for more := true; more; {
		err := s.Store.InTx(ctx, func(tx *store.Tx) error {
			n, err := tx.CancelBulkItems(ctx, run)
			more = n > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := s.putBackBulk(ctx, run, store.ItemCancelled, true); err != nil || run.State != store.BulkStopping {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.CollectBulkItems(ctx, run); err != nil {
			return err
		}
		left, err := tx.CountBulkItems(ctx, run, store.ItemAsked)
		if err != nil || left > 0 {
			return err
		}
		now := tx.Now()
		run.State, run.EndedAt = store.BulkCancelled, &now
		err = tx.StepBulkRun(ctx, run, store.BulkStopping)
		if crm.KindOf(err) == crm.Conflict { // somebody was faster
			return nil
		}
		return err
	})
}

// putBackBulk makes what a run marked and nobody has sent what it was before.
func (s *Service) putBackBulk(ctx context.Context, run store.BulkRun, to store.BulkItemState, blocked bool) error {
	for last := -1; last != 0; {
		err := s.Store.InTx(ctx, func(tx *store.Tx) (err error) {
			last, err = tx.PutBackBulkItems(ctx, run, to, blocked)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// RetryBulk has what failed or is blocked sent again: one record, or all when
// the key names none. It reports how many, and returns an Error of kind
// Conflict when there is nothing to retry.
func (s *Service) RetryBulk(ctx context.Context, id uuid.UUID, k link.Key) (n int, err error) {
	err = s.stepBulk(ctx, id, func(tx *store.Tx, run store.BulkRun) (err error) {
		if run.Direction != store.BulkPush || run.BegunAt == nil || run.State == store.BulkStopping {
			return crm.Errorf(crm.Conflict, "Only what a run could not send can be retried.")
		}
		if n, err = tx.RetryBulkItems(ctx, run, k); err != nil {
			return err
		}
		if n == 0 {
			return crm.Errorf(crm.Conflict, "There is nothing to retry: it has worked meanwhile, or is on its way.")
		}
		if run.State.Ended() {
			return s.goOn(ctx, tx, run)
		}
		return tx.Wake(ctx, PushArgs{run.Org}, jobs.Bulk)
	})
	return n, err
}

func (s *Service) stepBulk(ctx context.Context, id uuid.UUID, do func(*store.Tx, store.BulkRun) error) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		run, err := tx.BulkRun(ctx, who.Org, id)
		if err != nil {
			return err
		}
		if run.Service != Name {
			return crm.Errorf(crm.NotFound, "There is no such bulk run.")
		}
		return do(tx, run)
	})
}

// BulkProgress is how far a run is.
type BulkProgress struct {
	Run                store.BulkRun
	Plans              map[link.Kind]map[store.BulkPlan]int
	Total              int // records that the run found
	Waiting, Done      int
	Failed, Blocked    int
	Skipped, Cancelled int
	Rate               float64       // settled in a minute, lately; of what is read, read since the run last went on
	Left               time.Duration // zero: not known
	Took               time.Duration // from the beginning to the end, or to now
}

// Planned is how many records have a plan.
func (p BulkProgress) Planned(plan store.BulkPlan) int {
	n := 0
	for _, of := range p.Plans {
		n += of[plan]
	}
	return n
}

// ToDo is how many records a run has to send.
func (p BulkProgress) ToDo() int { return p.Total - p.Skipped }

// Settled is how many of them have an outcome.
func (p BulkProgress) Settled() int { return p.ToDo() - p.Waiting }

// lately is how long ago what is settled still tells how fast a run is.
const lately = time.Minute

// BulkProgress counts how far a run is, by the links of its records.
func (s *Service) BulkProgress(ctx context.Context, run store.BulkRun) (BulkProgress, error) {
	p := BulkProgress{Run: run}
	var err error
	if p.Plans, err = s.Store.BulkPlans(ctx, run); err != nil {
		return p, err
	}
	now := s.Now()
	since := now.Add(-lately)
	if run.ResumedAt != nil && run.ResumedAt.After(since) {
		since = *run.ResumedAt
	}
	counts, settled, err := s.Store.BulkOutcomes(ctx, run, since)
	if err != nil {
		return p, err
	}
	p.Waiting, p.Done, p.Failed, p.Blocked = counts[store.ItemWaiting], counts[store.ItemDone], counts[store.ItemFailed], counts[store.ItemBlocked]
	p.Skipped, p.Cancelled = counts[store.ItemSkipped], counts[store.ItemCancelled]
	p.Total = p.Waiting + p.Done + p.Failed + p.Blocked + p.Skipped + p.Cancelled
	if run.BegunAt == nil {
		return p, nil
	}
	end := now
	if run.EndedAt != nil {
		end = *run.EndedAt
	}
	p.Took = end.Sub(*run.BegunAt)
	if run.State == store.BulkRunning && run.Direction == store.BulkPull {
		return p, p.reading(now)
	}
	if run.State == store.BulkRunning {
		p.Rate = float64(settled) / max(now.Sub(since), time.Second).Minutes()
		if p.Rate > 0 {
			p.Left = time.Duration(float64(p.Waiting) / p.Rate * float64(time.Minute))
		}
	}
	return p, nil
}
