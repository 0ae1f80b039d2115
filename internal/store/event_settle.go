package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store/instant"
)

// verdict is what events that were looked at have in common.
type verdict struct {
	state     inbox.State
	result    string
	org       crm.OrgID // zero: none
	attempts  int
	due       time.Time // of events that are looked at again; zero: as it was
	processed time.Time // zero: not yet
}

func verdictOf(e inbox.Event) verdict {
	v := verdict{state: e.State, result: e.Result, attempts: e.Attempts}
	if e.Org != nil {
		v.org = *e.Org
	}
	if e.State == inbox.Received {
		v.due = e.DueAt.UTC()
	}
	if e.ProcessedAt != nil {
		v.processed = e.ProcessedAt.UTC()
	}
	return v
}

// SettleEvent ends the claim of one event.
func (t *Tx) SettleEvent(ctx context.Context, process uuid.UUID, e inbox.Event) error {
	return t.SettleEvents(ctx, process, []inbox.Event{e})
}

// SettleEvents ends the claims of events. Those that process lost stay as they
// are. Events that came to the same share a statement.
func (t *Tx) SettleEvents(ctx context.Context, process uuid.UUID, settled []inbox.Event) error {
	groups := map[verdict][]inbox.Event{}
	var order []verdict
	for _, e := range settled {
		v := verdictOf(e)
		if len(groups[v]) == 0 {
			order = append(order, v)
		}
		groups[v] = append(groups[v], e)
	}
	for _, v := range order {
		for alike := groups[v]; len(alike) > 0; {
			n := rowsOf(len(alike))
			query, values := v.statement(process, alike[:n])
			if _, err := t.raw.Exec(ctx, query, values...); err != nil {
				return fmt.Errorf("settle %d webhooks: %w", n, err)
			}
			alike = alike[n:]
		}
	}
	return nil
}

func (v verdict) statement(process uuid.UUID, alike []inbox.Event) (string, []any) {
	query := `update inbox_events set state = $1, result = $2, org_id = $3, attempts = $4, processed_at = $5, claimed_by = null`
	values := []any{string(v.state), v.result, optional(v.org), int64(v.attempts), moment(v.processed)}
	if !v.due.IsZero() {
		query += `, due_at = $6`
		values = append(values, instant.At(v.due))
	}
	next := len(values) + 1
	query += ` where claimed_by = ` + parameters(next, 1) + ` and id in (` + parameters(next+1, len(alike)) + `)`
	values = append(slices.Grow(values, 1+len(alike)), process.String())
	return query, eventIDs(values, alike)
}

// optional is an organisation's id as it is stored, or null.
func optional(org crm.OrgID) any {
	if org.IsZero() {
		return nil
	}
	return org.UUID.String()
}
