package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// BulkDirection is which way the records of a bulk run go.
type BulkDirection string

// The directions.
const (
	BulkPush BulkDirection = "push" // to the service
	BulkPull BulkDirection = "pull" // from the service
)

// BulkState is where a bulk run stands.
type BulkState string

// The states of a bulk run.
//
//	preparing ─► ready ─► running ◄─► paused
//	    │          │         ├─► done
//	    └► failed  └─────────┴─► stopping ─► cancelled
const (
	BulkPreparing BulkState = "preparing" // what it will do is found out
	BulkReady     BulkState = "ready"     // a person looks at what it will do
	BulkRunning   BulkState = "running"
	BulkPaused    BulkState = "paused"
	BulkStopping  BulkState = "stopping" // cancelled; what was being sent ends
	BulkDone      BulkState = "done"
	BulkCancelled BulkState = "cancelled"
	BulkFailed    BulkState = "failed" // it could not be prepared, or not read on
)

// Ended reports whether nothing happens any more unless a person asks for it.
func (s BulkState) Ended() bool { return s == BulkDone || s == BulkCancelled || s == BulkFailed }

// BulkFilter narrows what a bulk run is about. Empty fields narrow nothing.
type BulkFilter struct {
	State   string  `json:"state,omitempty"`   // of the records, in the words of their kind
	From    crm.Day `json:"from,omitzero"`     // first day of issue or payment
	To      crm.Day `json:"to,omitzero"`       // last day
	Missing bool    `json:"missing,omitempty"` // only what the service does not have yet
	// TakeOver makes records of documents that only the service has, when it is read.
	TakeOver bool `json:"take_over,omitempty"`
}

// BulkRun is work on many records at a person's wish.
type BulkRun struct {
	ID        uuid.UUID
	Org       crm.OrgID
	Service   string
	Direction BulkDirection
	Kind      string // of the integration's table of kinds
	Filter    BulkFilter
	State     BulkState
	Starts    bool   // by itself, once it is prepared
	Place     string // where preparing or reading goes on
	Pages     int    // that were read, of a pull
	Records   int    // that were looked at
	Changed   int    // of a pull
	Unchanged int
	Ignored   int
	Problem   string // why it failed
	Actor     string
	CreatedAt time.Time
	BegunAt   *time.Time
	ResumedAt *time.Time
	EndedAt   *time.Time
	UpdatedAt time.Time
}

// AddBulkRun keeps a run that is to be prepared.
func (t *Tx) AddBulkRun(ctx context.Context, r BulkRun) error {
	filter, err := json.Marshal(r.Filter)
	if err != nil {
		return fmt.Errorf("write the filter of a run: %w", err)
	}
	err = t.q.InsertBulkRun(ctx, db.InsertBulkRunParams{
		ID: r.ID, OrgID: r.Org, Service: r.Service, Direction: string(r.Direction), Kind: r.Kind, Filter: string(filter), Starts: r.Starts, Actor: r.Actor, Now: instant.At(t.Now())})
	if err != nil {
		return fmt.Errorf("keep a bulk run: %w", err)
	}
	return nil
}

// StepBulkRun moves a run on from a state. It returns an Error of kind Conflict
// when it is in another.
func (t *Tx) StepBulkRun(ctx context.Context, r BulkRun, from BulkState) error {
	n, err := t.q.StepBulkRun(ctx, db.StepBulkRunParams{
		State: string(r.State), Problem: r.Problem, Starts: r.Starts, BegunAt: instant.Maybe(r.BegunAt), ResumedAt: instant.Maybe(r.ResumedAt),
		EndedAt: instant.Maybe(r.EndedAt), Now: instant.At(t.Now()), OrgID: r.Org, ID: r.ID, Was: string(from)})
	switch {
	case err != nil:
		return fmt.Errorf("step a bulk run: %w", err)
	case n == 0:
		return crm.Errorf(crm.Conflict, "This run has gone on meanwhile. Look at it again.")
	default:
		return nil
	}
}

// HoldBulkRun keeps a run in a state until the transaction ends. It reports
// false when it is in another.
func (t *Tx) HoldBulkRun(ctx context.Context, r BulkRun, state BulkState) (bool, error) {
	n, err := t.q.LockBulkRun(ctx, db.LockBulkRunParams{Now: instant.At(t.Now()), OrgID: r.Org, ID: r.ID, State: string(state)})
	if err != nil {
		return false, fmt.Errorf("hold a bulk run: %w", err)
	}
	return n > 0, nil
}

// BulkStep is how much further a run has come.
type BulkStep struct {
	Place                                       string
	Pages, Records, Changed, Unchanged, Ignored int
}

// AdvanceBulkRun adds to what a run has prepared or read. It reports false when
// the run is in another state or place, because somebody was faster.
func (t *Tx) AdvanceBulkRun(ctx context.Context, r BulkRun, s BulkStep) (bool, error) {
	n, err := t.q.AdvanceBulkRun(ctx, db.AdvanceBulkRunParams{
		Place: s.Place, Pages: int64(s.Pages), Records: int64(s.Records), Changed: int64(s.Changed), Unchanged: int64(s.Unchanged), Ignored: int64(s.Ignored),
		Now: instant.At(t.Now()), OrgID: r.Org, ID: r.ID, State: string(r.State), Was: r.Place})
	if err != nil {
		return false, fmt.Errorf("advance a bulk run: %w", err)
	}
	return n > 0, nil
}

// RestartBulkRun forgets what a run has prepared or read.
func (t *Tx) RestartBulkRun(ctx context.Context, r BulkRun) error {
	if err := t.q.RestartBulkRun(ctx, r.Org, r.ID); err != nil {
		return fmt.Errorf("restart a bulk run: %w", err)
	}
	if err := t.q.ForgetBulkItems(ctx, r.ID); err != nil {
		return fmt.Errorf("restart a bulk run: %w", err)
	}
	return nil
}

// BulkRun is one run. A missing one is an Error of kind NotFound.
func (r Reader) BulkRun(ctx context.Context, org crm.OrgID, id uuid.UUID) (BulkRun, error) {
	row, err := r.q.BulkRun(ctx, org, id)
	if err != nil {
		return BulkRun{}, notFound(err, "run")
	}
	return bulkRunOf(row), nil
}

// BulkRunFilter narrows the list of runs. Empty fields narrow nothing.
type BulkRunFilter struct {
	Service   string
	State     string // or "open": not ended
	Direction BulkDirection
	Search    string // in who began it and the kind
	After     string // cursor
	Limit     int
}

// BulkRuns lists an organisation's runs, the newest first.
func (r Reader) BulkRuns(ctx context.Context, org crm.OrgID, f BulkRunFilter) (Page[BulkRun], error) {
	before, err := parseIDCursor[crm.Change](f.After, uuid.Max)
	if err != nil {
		return Page[BulkRun]{}, err
	}
	size := limit(f.Limit)
	rows, err := r.q.BulkRuns(ctx, db.BulkRunsParams{
		OrgID: org, Service: f.Service, Before: before.UUID, State: f.State, Direction: string(f.Direction), Pattern: contains(f.Search), MaxRows: size + 1})
	if err != nil {
		return Page[BulkRun]{}, fmt.Errorf("list bulk runs: %w", err)
	}
	return page(each(rows, bulkRunOf), size, func(r BulkRun) string { return r.ID.String() }), nil
}

// OpenBulkRuns are an organisation's runs that are prepared, go, pause or end.
func (r Reader) OpenBulkRuns(ctx context.Context, org crm.OrgID, service string) ([]BulkRun, error) {
	rows, err := r.q.OpenBulkRuns(ctx, service, org)
	if err != nil {
		return nil, fmt.Errorf("list bulk runs that go: %w", err)
	}
	return each(rows, bulkRunOf), nil
}

// MovingBulkRuns are the runs of all organisations that something has to be
// done for.
func (r Reader) MovingBulkRuns(ctx context.Context, service string) ([]BulkRun, error) {
	rows, err := r.q.OpenBulkRunsOfAll(ctx, service)
	if err != nil {
		return nil, fmt.Errorf("list bulk runs that go: %w", err)
	}
	return each(rows, bulkRunOf), nil
}

// DropOldBulkRuns forgets runs that nothing has happened to since, 500 records
// a transaction.
func (s *Store) DropOldBulkRuns(ctx context.Context, since time.Time) error {
	old, err := s.q.OldBulkRuns(ctx, instant.At(since), defaultRows)
	if err != nil {
		return fmt.Errorf("list old bulk runs: %w", err)
	}
	for _, id := range old {
		for n := int64(putBackBatch); n == putBackBatch; {
			err := s.InTx(ctx, func(tx *Tx) (err error) {
				if n, err = tx.q.DropBulkItems(ctx, id, putBackBatch); err != nil || n == putBackBatch {
					return err
				}
				return tx.q.DropBulkRun(ctx, id)
			})
			if err != nil {
				return fmt.Errorf("forget an old bulk run: %w", err)
			}
		}
	}
	return nil
}

func bulkRunOf(x db.BulkRun) BulkRun {
	r := BulkRun{
		ID: x.ID, Org: x.OrgID, Service: x.Service, Direction: BulkDirection(x.Direction), Kind: x.Kind, State: BulkState(x.State), Starts: x.Starts,
		Place: x.Place, Pages: int(x.Pages), Records: int(x.Records), Changed: int(x.Changed), Unchanged: int(x.Unchanged), Ignored: int(x.Ignored),
		Problem: x.Problem, Actor: x.Actor, CreatedAt: x.CreatedAt.Time, BegunAt: x.BegunAt.Std(), ResumedAt: x.ResumedAt.Std(), EndedAt: x.EndedAt.Std(), UpdatedAt: x.UpdatedAt.Time,
	}
	_ = json.Unmarshal([]byte(x.Filter), &r.Filter) // one that a later release wrote narrows what is known
	return r
}
