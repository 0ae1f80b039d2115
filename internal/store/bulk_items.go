package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// BulkPlan is what a run will do with a record.
type BulkPlan string

// The plans.
const (
	PlanCreate  BulkPlan = "create"
	PlanChange  BulkPlan = "change"
	PlanLink    BulkPlan = "link" // it is in the service already
	PlanSkip    BulkPlan = "skip"
	PlanBlocked BulkPlan = "blocked" // something has to be mended first
)

// BulkItemState is how far a run is with a record.
type BulkItemState string

// The states of a record in a run.
const (
	ItemPlanned   BulkItemState = "planned" // its turn has not come
	ItemAsked     BulkItemState = "asked"   // its link was marked as waiting
	ItemDone      BulkItemState = "done"
	ItemBlocked   BulkItemState = "blocked"
	ItemFailed    BulkItemState = "failed"
	ItemSkipped   BulkItemState = "skipped"
	ItemCancelled BulkItemState = "cancelled"
	// ItemWaiting is in no row: planned, or asked and not settled.
	ItemWaiting BulkItemState = "waiting"
)

// BulkItem is a record in a run.
type BulkItem struct {
	Run      uuid.UUID
	Key      link.Key
	Rank     int    // kinds go in this order
	Position int64  // in the list
	Label    string // what people call it
	About    string // what else tells it apart, such as its customer and amount
	Version  int64  // of our record, when it was planned
	Plan     BulkPlan
	Reason   string // why it is skipped or blocked, or what is done, in words
	Code     string // of the reason
	Action   link.Action
	State    BulkItemState
	Before   *LinkBefore // nil: there was no link, or it has not been asked for
	// Outcome is how it stands now: the state, with that of its link.
	Outcome  BulkItemState
	Words    string // what its link says is wrong
	Remedy   link.Action
	RemoteID string
}

// LinkBefore is what marking a link as waiting changes of it.
type LinkBefore struct {
	State         link.State   `json:"state"`
	Priority      int          `json:"priority"`
	Wanted        int64        `json:"wanted"`
	Attempts      int          `json:"attempts"`
	DueAt         time.Time    `json:"due_at"`
	Problem       link.Problem `json:"problem"`
	FailedAt      *time.Time   `json:"failed_at,omitempty"`
	SeenAt        *time.Time   `json:"seen_at,omitempty"`
	DismissedBy   string       `json:"dismissed_by,omitempty"`
	DismissReason string       `json:"dismiss_reason,omitempty"`
}

// BeforeOf is what a link is before it is marked.
func BeforeOf(l link.Link) *LinkBefore {
	return &LinkBefore{l.State, l.Priority, l.Wanted, l.Attempts, l.DueAt, l.Problem, l.FailedAt, l.SeenAt, l.DismissedBy, l.DismissReason}
}

// AddBulkItem adds a record to a run, unless it has it already.
func (t *Tx) AddBulkItem(ctx context.Context, i BulkItem) error {
	var settled *instant.Time
	if i.State != ItemPlanned {
		settled = instant.Ptr(t.Now())
	}
	err := t.q.InsertBulkItem(ctx, db.InsertBulkItemParams{
		RunID: i.Run, Kind: string(i.Key.Kind), RecordID: i.Key.Record, OrgID: i.Key.Org, Rank: int64(i.Rank), Position: i.Position, Label: i.Label, About: i.About,
		Version: i.Version, Plan: string(i.Plan), Reason: i.Reason, Code: i.Code, NextAction: string(i.Action), State: string(i.State), SettledAt: settled})
	if err != nil {
		return fmt.Errorf("add %s %s to a run: %w", i.Key.Kind, i.Label, err)
	}
	return nil
}

// BulkItem is one record of a run, without how it stands now. A missing one is
// an Error of kind NotFound.
func (r Reader) BulkItem(ctx context.Context, run uuid.UUID, k link.Key) (BulkItem, error) {
	row, err := r.q.BulkItem(ctx, run, string(k.Kind), k.Record)
	if err != nil {
		return BulkItem{}, notFound(err, "record in this run")
	}
	return bulkItemOf(row, k.Service), nil
}

// NextBulkItems are up to max records of a run whose turn comes next.
func (r Reader) NextBulkItems(ctx context.Context, run BulkRun, max int) ([]BulkItem, error) {
	rows, err := r.q.NextBulkItems(ctx, run.ID, batch(max))
	return bulkItems(rows, err, run.Service)
}

// AskBulkItem keeps how far a run is with a record, and what its link was.
func (t *Tx) AskBulkItem(ctx context.Context, i BulkItem) error {
	before := ""
	if i.Before != nil {
		text, err := json.Marshal(i.Before)
		if err != nil {
			return fmt.Errorf("write what a link was: %w", err)
		}
		before = string(text)
	}
	var settled *instant.Time
	if i.State != ItemPlanned && i.State != ItemAsked {
		settled = instant.Ptr(t.Now())
	}
	err := t.q.AskBulkItem(ctx, db.AskBulkItemParams{State: string(i.State), Before: before, SettledAt: settled, RunID: i.Run, Kind: string(i.Key.Kind), RecordID: i.Key.Record})
	if err != nil {
		return fmt.Errorf("keep where a record of a run stands: %w", err)
	}
	return nil
}

// CollectBulkItems settles the records of a run whose links are on their way no
// more.
func (t *Tx) CollectBulkItems(ctx context.Context, run BulkRun) (int, error) {
	n, err := t.q.CollectBulkItems(ctx, instant.Ptr(t.Now()), run.Service, run.ID)
	if err != nil {
		return 0, fmt.Errorf("settle the records of a run: %w", err)
	}
	return int(n), nil
}

// LeaveBulkItems lets a run end before records of it that wait for something
// else, which their links name by code. It reports how many.
func (t *Tx) LeaveBulkItems(ctx context.Context, run BulkRun, code string) (int, error) {
	n, err := t.q.LeaveBulkItems(ctx, db.LeaveBulkItemsParams{Now: instant.Ptr(t.Now()), RunID: run.ID, Service: run.Service, ErrorCode: code})
	if err != nil {
		return 0, fmt.Errorf("leave records of a run: %w", err)
	}
	return int(n), nil
}

// CountBulkItems is how many records of a run are in a state.
func (r Reader) CountBulkItems(ctx context.Context, run BulkRun, state BulkItemState) (int, error) {
	n, err := r.q.CountBulkItemsAt(ctx, run.ID, string(state))
	if err != nil {
		return 0, fmt.Errorf("count the records of a run: %w", err)
	}
	return int(n), nil
}

// BulkItemsWait reports whether links that a run marked wait to be sent.
func (r Reader) BulkItemsWait(ctx context.Context, run BulkRun) (bool, error) {
	rows, err := r.q.BulkItemsToPutBack(ctx, db.BulkItemsToPutBackParams{Service: run.Service, RunID: run.ID, Priority: link.Bulk, MaxRows: 1})
	if err != nil {
		return false, fmt.Errorf("look for records of a run that wait: %w", err)
	}
	return len(rows) > 0, nil
}

// putBackBatch is how many records one transaction puts back or cancels.
const putBackBatch = 500

// PutBackBulkItems makes the links of a run what they were before it marked
// them, where nothing has been sent since; with blocked also those that were
// blocked. It deals with 500 at most and reports how many it put back.
func (t *Tx) PutBackBulkItems(ctx context.Context, run BulkRun, to BulkItemState, blocked bool) (back int, err error) {
	rows, err := t.q.BulkItemsToPutBack(ctx, db.BulkItemsToPutBackParams{Service: run.Service, RunID: run.ID, Priority: link.Bulk, BlockedToo: blocked, MaxRows: putBackBatch})
	items, err := bulkItems(rows, err, run.Service)
	if err != nil {
		return 0, err
	}
	for _, i := range items {
		done, err := t.putBack(ctx, i, to)
		if err != nil {
			return 0, err
		}
		if done {
			back++
		}
	}
	return back, nil
}

// putBack reports false when somebody was faster.
func (t *Tx) putBack(ctx context.Context, i BulkItem, to BulkItemState) (bool, error) {
	k := i.Key
	var n int64
	var err error
	if b := i.Before; b == nil {
		n, err = t.q.DropAskedLink(ctx, db.DropAskedLinkParams{OrgID: k.Org, Service: k.Service, Kind: string(k.Kind), RecordID: k.Record, Priority: link.Bulk})
	} else {
		n, err = t.q.RestoreAskedLink(ctx, db.RestoreAskedLinkParams{
			State: string(b.State), PriorityBefore: int64(b.Priority), Wanted: b.Wanted, Attempts: int64(b.Attempts), DueAt: instant.At(b.DueAt),
			ErrorKind: b.Problem.Kind, ErrorCode: b.Problem.Code, ErrorText: b.Problem.Text, NextAction: string(b.Problem.Action),
			FailedAt: instant.Maybe(b.FailedAt), SeenAt: instant.Maybe(b.SeenAt), DismissedBy: b.DismissedBy, DismissReason: b.DismissReason,
			Now: instant.At(t.Now()), OrgID: k.Org, Service: k.Service, Kind: string(k.Kind), RecordID: k.Record, Priority: link.Bulk})
	}
	if err != nil {
		return false, fmt.Errorf("put %s %s back: %w", k.Kind, i.Label, err)
	}
	if n == 0 {
		return false, nil
	}
	i.State, i.Before = to, nil
	return true, t.AskBulkItem(ctx, i)
}

// CancelBulkItems leaves out 500 records at most whose turn has not come. It
// reports how many.
func (t *Tx) CancelBulkItems(ctx context.Context, run BulkRun) (int, error) {
	n, err := t.q.CancelBulkItems(ctx, instant.Ptr(t.Now()), run.ID, putBackBatch)
	if err != nil {
		return 0, fmt.Errorf("cancel the records of a run: %w", err)
	}
	return int(n), nil
}

// RetryBulkItems makes the failed and blocked records of a run wait for their
// turn again; with a key only that one. It reports how many.
func (t *Tx) RetryBulkItems(ctx context.Context, run BulkRun, k link.Key) (int, error) {
	n, err := t.q.RetryBulkItems(ctx, db.RetryBulkItemsParams{RunID: run.ID, Kind: string(k.Kind), RecordID: k.Record, Service: run.Service})
	if err != nil {
		return 0, fmt.Errorf("retry the records of a run: %w", err)
	}
	return int(n), nil
}

// BulkItemFilter narrows the records of a run. Empty fields narrow nothing.
type BulkItemFilter struct {
	Plan    BulkPlan
	Kind    link.Kind
	Outcome BulkItemState // waiting, done, failed, blocked, skipped or cancelled
	Search  string        // in label, what else tells it apart, and reason
	After   string        // cursor
	Limit   int
}

// BulkItems lists the records of a run in the order in which they were found.
func (r Reader) BulkItems(ctx context.Context, run BulkRun, f BulkItemFilter) (Page[BulkItem], error) {
	after := int64(-1)
	if f.After != "" {
		var err error
		if after, err = strconv.ParseInt(f.After, 10, 64); err != nil {
			return Page[BulkItem]{}, badCursor()
		}
	}
	size := limit(f.Limit)
	rows, err := r.q.BulkItems(ctx, db.BulkItemsParams{
		Service: run.Service, RunID: run.ID, OrgID: run.Org, After: after, Plan: string(f.Plan), Kind: string(f.Kind), State: string(f.Outcome),
		Pattern: contains(f.Search), MaxRows: size + 1})
	if err != nil {
		return Page[BulkItem]{}, fmt.Errorf("list the records of a run: %w", err)
	}
	items := each(rows, func(x db.BulkItemsRow) BulkItem { return bulkRowOf(x, run.Service) })
	return page(items, size, func(i BulkItem) string { return strconv.FormatInt(i.Position, 10) }), nil
}

func bulkRowOf(x db.BulkItemsRow, service string) BulkItem {
	i := bulkItemOf(db.BulkItem{
		RunID: x.RunID, Kind: x.Kind, RecordID: x.RecordID, OrgID: x.OrgID, Rank: x.Rank, Position: x.Position, Label: x.Label, About: x.About, Version: x.Version,
		Plan: x.Plan, Reason: x.Reason, Code: x.Code, NextAction: x.NextAction, State: x.State, Before: x.Before, SettledAt: x.SettledAt}, service)
	i.Outcome = outcomeOf(i.State, link.State(x.LinkState))
	i.RemoteID = x.RemoteID
	if i.Outcome == ItemFailed || i.Outcome == ItemBlocked || i.Outcome == ItemWaiting && i.State != ItemPlanned {
		i.Words, i.Remedy = x.LinkText, link.Action(x.LinkAction)
	}
	return i
}

// outcomeOf is how a record of a run stands, with the state of its link; the
// query of the list says the same.
func outcomeOf(state BulkItemState, l link.State) BulkItemState {
	switch state {
	case ItemPlanned:
		return ItemWaiting
	case ItemAsked, ItemBlocked, ItemFailed:
	default:
		return state
	}
	switch l {
	case link.Pending, link.Sending, link.Unknown:
		return ItemWaiting
	case link.Synced:
		return ItemDone
	case link.Blocked:
		return ItemBlocked
	case link.Rejected, link.Dead, link.Dismissed:
		return ItemFailed
	default: // somebody took the link away
		return ItemCancelled
	}
}

func bulkItems(rows []db.BulkItem, err error, service string) ([]BulkItem, error) {
	if err != nil {
		return nil, fmt.Errorf("read the records of a run: %w", err)
	}
	return each(rows, func(x db.BulkItem) BulkItem { return bulkItemOf(x, service) }), nil
}

func bulkItemOf(x db.BulkItem, service string) BulkItem {
	i := BulkItem{
		Run: x.RunID, Key: link.Key{Org: x.OrgID, Service: service, Kind: link.Kind(x.Kind), Record: x.RecordID}, Rank: int(x.Rank), Position: x.Position,
		Label: x.Label, About: x.About, Version: x.Version, Plan: BulkPlan(x.Plan), Reason: x.Reason, Code: x.Code, Action: link.Action(x.NextAction),
		State: BulkItemState(x.State),
	}
	var before LinkBefore
	if x.Before != "" && json.Unmarshal([]byte(x.Before), &before) == nil {
		i.Before = &before
	}
	return i
}
