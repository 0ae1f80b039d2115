package store

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// BulkReason is why some records of a run are skipped or blocked.
type BulkReason struct {
	Plan    BulkPlan
	Code    string
	Example string // in words, of one of them
	Action  link.Action
	Count   int
}

// BulkPlans is how many records of each kind a run will do what with.
func (r Reader) BulkPlans(ctx context.Context, run BulkRun) (map[link.Kind]map[BulkPlan]int, error) {
	rows, err := r.q.CountBulkPlans(ctx, run.ID)
	if err != nil {
		return nil, fmt.Errorf("count what a run will do: %w", err)
	}
	counts := map[link.Kind]map[BulkPlan]int{}
	for _, row := range rows {
		kind := link.Kind(row.Kind)
		if counts[kind] == nil {
			counts[kind] = map[BulkPlan]int{}
		}
		counts[kind][BulkPlan(row.Plan)] = int(row.N)
	}
	return counts, nil
}

// BulkReasons groups what is skipped or blocked, the largest group first.
func (r Reader) BulkReasons(ctx context.Context, run BulkRun) ([]BulkReason, error) {
	rows, err := r.q.CountBulkReasons(ctx, run.ID)
	if err != nil {
		return nil, fmt.Errorf("group what a run leaves out: %w", err)
	}
	return each(rows, func(x db.CountBulkReasonsRow) BulkReason {
		return BulkReason{BulkPlan(x.Plan), x.Code, x.Example, link.Action(x.NextAction), int(x.N)}
	}), nil
}

// BulkOutcomes is how many records of a run stand how, by their links, and how
// many were settled since a moment.
func (r Reader) BulkOutcomes(ctx context.Context, run BulkRun, since time.Time) (counts map[BulkItemState]int, lately int, err error) {
	rows, err := r.q.CountBulkStates(ctx, instant.Ptr(since), run.ID)
	if err != nil {
		return nil, 0, fmt.Errorf("count the records of a run: %w", err)
	}
	counts = map[BulkItemState]int{}
	look := false
	for _, row := range rows {
		switch state := BulkItemState(row.State); state {
		case ItemAsked, ItemBlocked, ItemFailed:
			look = true
			lately += int(row.Lately)
		default:
			counts[outcomeOf(state, "")] += int(row.N)
			if state == ItemDone {
				lately += int(row.Lately)
			}
		}
	}
	if !look {
		return counts, lately, nil
	}
	moving, err := r.q.CountBulkLinks(ctx, run.Service, run.ID)
	if err != nil {
		return nil, 0, fmt.Errorf("count the records of a run: %w", err)
	}
	for _, row := range moving {
		counts[outcomeOf(BulkItemState(row.State), link.State(row.LinkState))] += int(row.N)
	}
	return counts, lately, nil
}

// BulkTally is how many records of a run were in which state when they were
// last looked at: less exact than BulkOutcomes, for lists of runs.
func (r Reader) BulkTally(ctx context.Context, run BulkRun) (map[BulkItemState]int, error) {
	rows, err := r.q.TallyBulkItems(ctx, run.ID)
	if err != nil {
		return nil, fmt.Errorf("count the records of a run: %w", err)
	}
	counts := map[BulkItemState]int{}
	for _, row := range rows {
		state := BulkItemState(row.State)
		if state == ItemPlanned || state == ItemAsked {
			state = ItemWaiting
		}
		counts[state] += int(row.N)
	}
	return counts, nil
}
