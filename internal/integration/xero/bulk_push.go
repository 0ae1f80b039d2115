package xero

import (
	"context"
	"errors"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// bulkFeed is how many records of a run are marked as waiting at a time: full
// calls for a while, and few to put back when it is paused.
const bulkFeed = 250

// bulkMost is how many records of a run may wait for their next try at most.
const bulkMost = 2000

// bulkTurnCalls is after how many calls a job that works for a bulk run lets
// those of other organisations have its place.
const bulkTurnCalls = 20

// errTurn ends a round that others wait for.
var errTurn = errors.New("it is the turn of others")

// bulkTurn is what a round of sending knows about bulk runs.
type bulkTurn struct {
	run   *store.BulkRun // that goes; nil: none
	calls int
	least int // priority of what is claimed; zero: any
	// foresee is what links will be when a run gets there; nil: what they are.
	foresee func(context.Context, link.Key) (link.Link, error)
}

// linkOf is the link of what another record needs.
func (r *run) linkOf(ctx context.Context, k link.Key) (link.Link, error) {
	if r.bulk.foresee != nil {
		return r.bulk.foresee(ctx, k)
	}
	return r.Store.Link(ctx, k)
}

// tendBulk looks before each call which bulk run goes. Records of those that
// are held back do not wait any more. It ends the round when its turn is over.
func (r *run) tendBulk(ctx context.Context) (int, error) {
	open, err := r.Store.OpenBulkRuns(ctx, r.org.ID, Name)
	if err != nil {
		return 0, err
	}
	r.bulk.run = nil
	for _, b := range open {
		switch {
		case b.Direction != store.BulkPush:
		case b.State == store.BulkRunning:
			r.bulk.run = &b
			err = r.collectBulk(ctx, b)
		case b.State == store.BulkPaused:
			err = r.holdBulk(ctx, b)
		case b.State == store.BulkStopping:
			err = r.cancelItems(ctx, b)
		}
		if err != nil {
			return 0, err
		}
	}
	if r.bulk.run == nil {
		return 0, nil
	}
	if r.bulk.calls++; r.bulk.calls > bulkTurnCalls {
		return 0, errTurn
	}
	return 0, nil
}

// pushBeforeBulk sends what is more urgent than a run, of whatever kind, while
// one goes.
func (r *run) pushBeforeBulk(ctx context.Context) (int, error) {
	if r.bulk.run == nil {
		return 0, nil
	}
	r.bulk.least = link.Normal
	defer func() { r.bulk.least = 0 }()
	return r.pushFirst(ratelimit.WithPriority(ctx, ratelimit.Person))
}

// collectBulk settles the records of a run whose links are settled.
func (r *run) collectBulk(ctx context.Context, b store.BulkRun) error {
	asked, err := r.Store.CountBulkItems(ctx, b, store.ItemAsked)
	if err != nil || asked == 0 {
		return err
	}
	return r.Store.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.CollectBulkItems(ctx, b)
		return err
	})
}

// holdBulk puts back what waits again since a run was paused, such as what was
// being sent then and did not arrive.
func (r *run) holdBulk(ctx context.Context, b store.BulkRun) error {
	waits, err := r.Store.BulkItemsWait(ctx, b)
	if err == nil && waits {
		err = r.putBackBulk(ctx, b, store.ItemPlanned, false)
	}
	if err != nil {
		return err
	}
	return r.collectBulk(ctx, b)
}

// feedBulk marks the next records of a run as waiting, and reports how many.
// When there are none any more, and none on their way, the run is done.
func (r *run) feedBulk(ctx context.Context) (n int, err error) {
	if r.bulk.run == nil {
		return 0, nil
	}
	b := *r.bulk.run
	asked, err := r.Store.CountBulkItems(ctx, b, store.ItemAsked)
	if err != nil || asked >= bulkMost {
		return 0, err
	}
	err = r.Store.InTx(ctx, func(tx *store.Tx) error {
		goes, err := tx.HoldBulkRun(ctx, b, store.BulkRunning)
		if err != nil || !goes {
			return err
		}
		items, err := tx.NextBulkItems(ctx, b, bulkFeed)
		if err != nil {
			return err
		}
		for _, i := range items {
			if err := askItem(ctx, tx, i); err != nil {
				return err
			}
		}
		if n = len(items); n > 0 {
			return nil
		}
		return finishBulk(ctx, tx, b)
	})
	if errors.Is(err, errLeft) { // which took back that some are left
		return 0, nil
	}
	return n, err
}

// errLeft says that records of a run are on their way still.
var errLeft = errors.New("records are on their way")

// finishBulk ends a run of which nothing is on its way. Payments and what else
// waits for a document that could not be sent go by themselves when it is mended.
func finishBulk(ctx context.Context, tx *store.Tx, b store.BulkRun) error {
	if _, err := tx.CollectBulkItems(ctx, b); err != nil {
		return err
	}
	for _, code := range []string{codeInvoiceWaits, codeCreditWaits} {
		if _, err := tx.LeaveBulkItems(ctx, b, code); err != nil {
			return err
		}
	}
	left, err := tx.CountBulkItems(ctx, b, store.ItemAsked)
	if err == nil && left > 0 {
		err = errLeft
	}
	if err != nil {
		return err
	}
	now := tx.Now()
	b.State, b.EndedAt = store.BulkDone, &now
	return tx.StepBulkRun(ctx, b, store.BulkRunning)
}

// askItem marks the link of a record as waiting, with the lowest priority. What is
// on its way already, or was dismissed since, stays as it is.
func askItem(ctx context.Context, tx *store.Tx, i store.BulkItem) error {
	l, err := tx.Link(ctx, i.Key)
	known := err == nil
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return err
	}
	i.State, i.Before = store.ItemAsked, nil
	if known {
		i.Before = store.BeforeOf(l)
	}
	switch {
	case known && l.State == link.Dismissed:
		i.State = store.ItemSkipped
		return tx.AskBulkItem(ctx, i)
	case known && l.State == link.Synced && l.RemoteID != "" && i.Plan == store.PlanCreate: // somebody was faster
		i.State = store.ItemDone
		return tx.AskBulkItem(ctx, i)
	case known && l.Waiting():
		return tx.AskBulkItem(ctx, i)
	}
	if err := tx.AskBulkItem(ctx, i); err != nil {
		return err
	}
	return tx.WantLink(ctx, store.Want{Key: i.Key, Label: i.Label, Version: max(i.Version, l.Wanted), Priority: link.Bulk})
}

// nextTurn has a job go on that comes after those that wait now.
func (s *Service) nextTurn(ctx context.Context, org crm.OrgID) error {
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.Wake(ctx, PushArgs{org}, jobs.Bulk) })
}

// wakeBulk enqueues jobs for runs that nobody works on, such as those that a
// process left when it ended.
func (s *Service) wakeBulk(ctx context.Context) error {
	moving, err := s.Store.MovingBulkRuns(ctx, Name)
	if err != nil || len(moving) == 0 {
		return err
	}
	for _, b := range moving {
		args, err := s.bulkJob(ctx, b)
		if err != nil {
			return err
		}
		if args == nil {
			continue
		}
		if err := s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.Wake(ctx, args, jobs.Bulk) }); err != nil {
			return err
		}
	}
	return nil
}

// bulkJob is the job that a run needs now; nil: none, or one that others wake.
func (s *Service) bulkJob(ctx context.Context, b store.BulkRun) (jobs.Args, error) {
	if b.State == store.BulkPreparing || b.Direction == store.BulkPull {
		if s.bulks.Running(b.Org) {
			return nil, nil //nolint:nilnil // it is being worked on
		}
		return BulkArgs{b.Org}, nil
	}
	if s.gates.Running(b.Org) {
		return nil, nil //nolint:nilnil // as above
	}
	c, err := s.Store.Connection(ctx, b.Org, Name)
	if crm.KindOf(err) == crm.NotFound || err == nil && (c.State == connection.Choosing || !c.Usable(s.Now())) {
		return nil, nil //nolint:nilnil // nothing can be sent before that is mended
	}
	if err != nil {
		return nil, err
	}
	due, err := s.Store.NextLinkDue(ctx, b.Org, Name)
	if err != nil || !due.IsZero() && !due.After(s.Now()) { // what is due wakes the same job
		return nil, err
	}
	left, err := s.Store.CountBulkItems(ctx, b, store.ItemPlanned)
	if err != nil || left == 0 && !due.IsZero() {
		return nil, err
	}
	return PushArgs{b.Org}, nil
}
