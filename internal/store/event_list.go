package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store/db"
)

// EventsSearched is how many of an organisation's webhooks are looked through
// for a text. They are never deleted, and an index of their texts would slow
// their filing.
const EventsSearched = 5000

// listEvents is what lists of webhooks have in common. Each has a condition of
// its own, which has an index of its own. SQLite uses an index whose condition is
// repeated to the letter, and no other where one column is joined with a text.
const listEvents = `select id, service, delivery_key, org_id, tenant_id, category, event_type, resource_id, occurred_at, payload, state, result, attempts, repeats, due_at, claimed_by, received_at, processed_at
from inbox_events where id >= $1 and id < $2 and service || '' = $3 and (cast($4 as text) = '' or category = $4)
and (cast($5 as text) = '' or lower(resource_id) like $5 escape '\' or lower(result) like $5 escape '\' or lower(event_type) like $5 escape '\' or lower(tenant_id) like $5 escape '\')
and (cast($6 as text) = '' or state = $6) and `

// The conditions. Webhooks that are not matched with an organisation yet are
// everybody's.
const (
	ofOrganisation = `org_id = $7 and state <> ''`
	ofCategory     = `org_id = $7 and category = $4`
	ofRareState    = `org_id = $7 and state = $6 and state in ('failed', 'ignored')`
	unmatched      = `state = 'unmatched' and (org_id = $7 or org_id is null)`
	received       = `service = $3 and state = 'received' and (org_id = $7 or org_id is null)`
	working        = `service = $3 and state = 'working' and (org_id = $7 or org_id is null)`
)

// Events lists an organisation's webhooks and those that belong to none, the
// newest first. A text is looked for in the newest EventsSearched.
func (r Reader) Events(ctx context.Context, org crm.OrgID, f inbox.Filter) ([]inbox.Event, error) {
	if f.Before.IsZero() {
		f.Before = crm.EventID{UUID: uuid.Max}
	}
	max := limit(f.Limit)
	values := []any{uuid.Nil, f.Before, f.Service, f.Category, contains(f.Text), string(f.State), org, max}
	var all []inbox.Event
	for _, condition := range conditions(f) {
		own := slices.Clone(values)
		if f.Text != "" && (condition == ofOrganisation || condition == ofCategory) {
			floor, err := r.q.EventBack(ctx, &org, f.Before, EventsSearched-1)
			if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return nil, fmt.Errorf("look for the webhooks to search: %w", err)
			}
			own[0] = floor
		}
		some, err := r.listEvents(ctx, condition, own)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b inbox.Event) int { return slices.Compare(b.ID.UUID[:], a.ID.UUID[:]) })
	all = slices.CompactFunc(all, func(a, b inbox.Event) bool { return a.ID == b.ID })
	return all[:min(len(all), int(max))], nil
}

// conditions are those that select together what a filter does.
func conditions(f inbox.Filter) []string {
	own := ofOrganisation
	if f.Category != "" {
		own = ofCategory
	}
	switch f.State {
	case "":
		return []string{own, unmatched, received, working}
	case inbox.Failed, inbox.Ignored:
		return []string{ofRareState}
	case inbox.Unmatched:
		return []string{unmatched}
	case inbox.Received:
		return []string{received}
	case inbox.Working:
		return []string{working}
	}
	return []string{own}
}

func (r Reader) listEvents(ctx context.Context, condition string, values []any) ([]inbox.Event, error) {
	rows, err := r.raw.Query(ctx, listEvents+condition+` order by id desc limit $8`, values...)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	defer rows.Close()
	var all []db.InboxEvent
	for rows.Next() {
		var e db.InboxEvent
		err := rows.Scan(&e.ID, &e.Service, &e.DeliveryKey, &e.OrgID, &e.TenantID, &e.Category, &e.EventType, &e.ResourceID, &e.OccurredAt, &e.Payload,
			&e.State, &e.Result, &e.Attempts, &e.Repeats, &e.DueAt, &e.ClaimedBy, &e.ReceivedAt, &e.ProcessedAt)
		if err != nil {
			return nil, fmt.Errorf("read webhooks: %w", err)
		}
		all = append(all, e)
	}
	return events(all, rows.Err())
}
