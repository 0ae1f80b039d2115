package store

import (
	"context"
	"fmt"
	"math/bits"
	"strconv"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store/instant"
)

// unique merges events that were delivered twice in one batch: one statement
// may meet each row only once.
func unique(events []inbox.Event) []inbox.Event {
	type key struct{ service, delivery string }
	at := make(map[key]int, len(events))
	out := make([]inbox.Event, 0, len(events))
	for _, e := range events {
		k := key{e.Service, e.DeliveryKey}
		if i, again := at[k]; again {
			out[i].Repeats++
			continue
		}
		at[k] = len(out)
		out = append(out, e)
	}
	return out
}

// The statements about many events are written by hand: one statement for many
// rows is what lets a thousand webhooks share a transaction cheaply. SQLite
// allows 32,766 values in one. As the numbers of rows are powers of two, there
// are few texts, and each stays prepared.
const (
	eventColumns = 12
	eventRows    = 128

	insertEvents = `insert into inbox_events (id, service, delivery_key, tenant_id, category, event_type, resource_id,
 occurred_at, payload, due_at, received_at, repeats, state, attempts, result) values `
	keepKnown  = ` on conflict (service, delivery_key) do nothing`
	countKnown = ` on conflict (service, delivery_key) do update set repeats = inbox_events.repeats + 1 + excluded.repeats`
)

// rowsOf is how many of n rows the next statement takes.
func rowsOf(n int) int { return min(eventRows, 1<<(bits.Len(uint(n))-1)) } // #nosec G115 -- n is a length

// insertEvents returns the services that have new events.
func (t *Tx) insertEvents(ctx context.Context, events []inbox.Event) (map[string]bool, error) {
	services := map[string]bool{}
	for len(events) > 0 {
		n := rowsOf(len(events))
		done, err := t.raw.Exec(ctx, insertEvents+placeholders(n)+keepKnown, eventValues(events[:n])...)
		if err != nil {
			return nil, fmt.Errorf("keep %d webhooks: %w", n, err)
		}
		fresh := events[:n]
		if done.RowsAffected() != int64(n) {
			if fresh, err = t.countRepeats(ctx, events[:n]); err != nil {
				return nil, fmt.Errorf("count repeated webhooks: %w", err)
			}
		}
		for _, e := range fresh {
			services[e.Service] = true
		}
		events = events[n:]
	}
	return services, nil
}

// countRepeats counts those of the events that had been kept before, and
// returns the others.
func (t *Tx) countRepeats(ctx context.Context, events []inbox.Event) ([]inbox.Event, error) {
	kept, err := t.keptIDs(ctx, events)
	if err != nil {
		return nil, err
	}
	var fresh, known []inbox.Event
	for _, e := range events {
		if kept[e.ID.UUID] {
			fresh = append(fresh, e)
		} else {
			known = append(known, e)
		}
	}
	for len(known) > 0 {
		n := rowsOf(len(known))
		if _, err := t.raw.Exec(ctx, insertEvents+placeholders(n)+countKnown, eventValues(known[:n])...); err != nil {
			return nil, err
		}
		known = known[n:]
	}
	return fresh, nil
}

func (t *Tx) keptIDs(ctx context.Context, events []inbox.Event) (map[uuid.UUID]bool, error) {
	rows, err := t.raw.Query(ctx, `select id from inbox_events where id in (`+parameters(1, len(events))+`)`, eventIDs(nil, events)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	kept := make(map[uuid.UUID]bool, len(events))
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		kept[id] = true
	}
	return kept, rows.Err()
}

func eventIDs(values []any, events []inbox.Event) []any {
	for _, e := range events {
		values = append(values, e.ID.UUID.String())
	}
	return values
}

// placeholders are the values of rows for insertEvents. An event is new, so
// its state, attempts and result stand in the text.
func placeholders(rows int) string {
	b := make([]byte, 0, rows*(eventColumns*6+24))
	for row := range rows {
		if row > 0 {
			b = append(b, ',')
		}
		b = append(b, '(')
		b = appendParameters(b, row*eventColumns+1, eventColumns)
		b = append(b, ",'received',0,'')"...)
	}
	return string(b)
}

// parameters are n parameters, numbered from first.
func parameters(first, n int) string { return string(appendParameters(nil, first, n)) }

func appendParameters(b []byte, first, n int) []byte {
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(first+i), 10)
	}
	return b
}

func eventValues(events []inbox.Event) []any {
	values := make([]any, 0, len(events)*eventColumns)
	for _, e := range events {
		values = append(values, e.ID.UUID.String(), e.Service, e.DeliveryKey, e.Tenant, e.Category, e.Type, e.Resource,
			instant.At(e.OccurredAt), e.Payload, instant.At(e.DueAt), instant.At(e.ReceivedAt), int64(e.Repeats))
	}
	return values
}
