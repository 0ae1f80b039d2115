package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// FillGaps is the job that makes up for webhooks that did not arrive.
type FillGaps struct {
	Service string `json:"service"`
}

// Kind names the job.
func (FillGaps) Kind() string { return "fill_webhook_gaps" }

// noteNumbers follows the numbers of what arrived. Webhooks in their order cost
// one statement a service.
func (t *Tx) noteNumbers(ctx context.Context, events []inbox.Event) error {
	arrived := map[string][]inbox.Arrival{}
	for _, e := range events {
		a := inbox.Arrival{Span: e.Numbers, OccurredAt: e.OccurredAt, ReceivedAt: e.ReceivedAt}
		if all := arrived[e.Service]; len(all) == 0 || e.Numbers.First > 0 {
			arrived[e.Service] = append(all, a)
		}
	}
	for _, service := range slices.Sorted(maps.Keys(arrived)) {
		if err := t.noteArrivals(ctx, service, arrived[service]); err != nil {
			return fmt.Errorf("follow the numbers of webhooks: %w", err)
		}
	}
	return nil
}

func (t *Tx) noteArrivals(ctx context.Context, service string, arrived []inbox.Arrival) error {
	if span, ok := unbroken(arrived); ok {
		last := arrived[len(arrived)-1]
		n, err := t.q.AdvanceEndpoint(ctx, db.AdvanceEndpointParams{Highest: span.Last, HighestAt: instant.Ptr(last.OccurredAt), LastAt: instant.Ptr(last.ReceivedAt),
			Service: service, Before: span.First - 1})
		if err != nil || n > 0 {
			return err
		}
	}
	e, err := t.lockEndpoint(ctx, service)
	if err != nil {
		return err
	}
	waited := len(e.Missing) > 0
	if late := e.Note(arrived); len(late) > 0 {
		if err := t.narrowGaps(ctx, service, late); err != nil {
			return err
		}
	}
	if !e.SilentSince.IsZero() {
		e.SilentSince, e.ToldFrom = time.Time{}, e.LastAt
		if err := t.q.EndSilence(ctx, instant.Ptr(e.LastAt), service); err != nil {
			return err
		}
	}
	if err := t.keepGaps(ctx, &e); err != nil {
		return err
	}
	if len(e.Missing) > 0 && !waited {
		return t.Enqueue(ctx, jobs.Request{Args: FillGaps{service}, At: t.Now().Add(inbox.Overtaking)})
	}
	return nil
}

// unbroken is the one span that deliveries make together, if they do.
func unbroken(arrived []inbox.Arrival) (inbox.Span, bool) {
	span := arrived[0].Span
	for _, a := range arrived[1:] {
		if a.First != span.Last+1 {
			return span, false
		}
		span.Last = a.Last
	}
	return span, span.First > 0
}

// keepGaps makes gaps of what is missing for good, and keeps the endpoint.
func (t *Tx) keepGaps(ctx context.Context, e *inbox.Endpoint) error {
	gaps := e.TakeGaps(t.Now())
	for _, m := range gaps {
		if m.After.IsZero() {
			m.After = m.Until
		}
		if err := t.insertGap(ctx, inbox.Gap{Service: e.Service, Cause: inbox.Hole, Span: m.Span, Missing: []inbox.Span{m.Span}, From: m.After, Until: m.Until}); err != nil {
			return err
		}
	}
	if len(gaps) > 0 {
		if err := t.Enqueue(ctx, jobs.Request{Args: FillGaps{e.Service}, Priority: jobs.Urgent}); err != nil {
			return err
		}
	}
	missing, err := written(e.Missing)
	if err != nil {
		return err
	}
	return t.q.UpdateEndpoint(ctx, db.UpdateEndpointParams{Highest: e.Highest, HighestAt: past(e.HighestAt), LastAt: past(e.LastAt), Missing: missing,
		SilentSince: past(e.SilentSince), ToldFrom: past(e.ToldFrom), Service: e.Service})
}

func (t *Tx) insertGap(ctx context.Context, g inbox.Gap) error {
	id, err := newIDAt(t.Now())
	if err != nil {
		return err
	}
	missing, err := written(g.Missing)
	if err != nil {
		return err
	}
	return t.q.InsertGap(ctx, db.InsertGapParams{ID: id, Service: g.Service, Cause: string(g.Cause), FirstSequence: g.First, LastSequence: g.Last, Missing: missing,
		FromAt: instant.At(g.From), UntilAt: past(g.Until), FoundAt: instant.At(t.Now())})
}

// narrowGaps takes what came late from the open gaps.
func (t *Tx) narrowGaps(ctx context.Context, service string, late []inbox.Span) error {
	open, err := t.q.OpenGaps(ctx, service)
	if err != nil {
		return err
	}
	for _, row := range open {
		g, err := gapOf(row)
		if err != nil {
			return err
		}
		left := g.Missing
		for _, s := range late {
			var rest []inbox.Span
			for _, m := range left {
				rest = append(rest, m.Without(s)...)
			}
			left = rest
		}
		switch {
		case slices.Equal(left, g.Missing):
			continue
		case len(left) == 0:
			err = t.q.FillGap(ctx, instant.Ptr(t.Now()), row.ID)
		default:
			var missing string
			if missing, err = written(left); err == nil {
				err = t.q.NarrowGap(ctx, missing, row.ID)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// SettleMissing makes gaps of the numbers that are missing for good. While some
// are too new for that, it enqueues the job that looks again.
func (t *Tx) SettleMissing(ctx context.Context, service string) error {
	e, err := t.lockEndpoint(ctx, service)
	if err != nil {
		return err
	}
	if err := t.keepGaps(ctx, &e); err != nil {
		return fmt.Errorf("keep gaps of webhooks: %w", err)
	}
	if len(e.Missing) == 0 {
		return nil
	}
	return t.Enqueue(ctx, jobs.Request{Args: FillGaps{service}, At: t.Now().Add(inbox.Overtaking)})
}

// NoteSilence records that a service changed a record at a moment and has not
// told. It enqueues the job that makes up for it, unless the silence is known.
func (t *Tx) NoteSilence(ctx context.Context, service string, changed time.Time) error {
	e, err := t.lockEndpoint(ctx, service)
	if err != nil || !e.SilentSince.IsZero() || changed.Before(e.ToldFrom) {
		return err
	}
	from := e.LastAt
	if from.IsZero() || from.After(changed) {
		from = changed
	}
	e.SilentSince = from
	if err := t.insertGap(ctx, inbox.Gap{Service: service, Cause: inbox.Silence, From: from}); err != nil {
		return fmt.Errorf("keep a silence of webhooks: %w", err)
	}
	if err := t.keepGaps(ctx, &e); err != nil {
		return fmt.Errorf("keep a silence of webhooks: %w", err)
	}
	return t.Enqueue(ctx, jobs.Request{Args: FillGaps{service}, Priority: jobs.Urgent})
}

// UnreadGaps are the open gaps for which nothing has been read yet; ReadGaps
// records that reading begins.
func (t *Tx) UnreadGaps(ctx context.Context, service string) ([]inbox.Gap, error) {
	rows, err := t.q.OpenGaps(ctx, service)
	all, err := gapsOf(rows, err)
	return slices.DeleteFunc(all, func(g inbox.Gap) bool { return !g.ReadingAt.IsZero() }), err
}

// ReadGaps records that what the open gaps did not tell is being read.
func (t *Tx) ReadGaps(ctx context.Context, service string) error {
	if _, err := t.q.ReadGaps(ctx, instant.Ptr(t.Now()), service); err != nil {
		return fmt.Errorf("begin to fill gaps of webhooks: %w", err)
	}
	return nil
}

// FillReadGaps closes the gaps since which every connected organisation has been
// read, as the cursor of a kind tells, which is the last to be read.
func (t *Tx) FillReadGaps(ctx context.Context, service, kind string) error {
	if _, err := t.q.FillReadGaps(ctx, instant.Ptr(t.Now()), service, kind); err != nil {
		return fmt.Errorf("close gaps of webhooks: %w", err)
	}
	return nil
}

// LastTold is when the latest events about records occurred, of those that
// occurred since a moment. Keys of deliveries begin with that time, so that one
// stretch of their index answers.
func (r Reader) LastTold(ctx context.Context, service string, since time.Time, ids []string) (map[string]time.Time, error) {
	values := []any{service, since.UTC().Format(deliveryTime)}
	for _, id := range ids {
		values = append(values, id)
	}
	rows, err := r.raw.Query(ctx, `select resource_id, max(delivery_key) from inbox_events where service = $1 and delivery_key >= $2 and delivery_key < ':' and resource_id in (`+
		parameters(3, len(ids))+`) group by resource_id`, values...)
	if err != nil {
		return nil, fmt.Errorf("look for webhooks about records: %w", err)
	}
	defer rows.Close()
	told := map[string]time.Time{}
	for rows.Next() {
		var id, key string
		if err := rows.Scan(&id, &key); err != nil {
			return nil, fmt.Errorf("look for webhooks about records: %w", err)
		}
		at, err := time.Parse(deliveryTime, key[:min(len(key), len(deliveryTime))])
		if err == nil { // a service that tells no time has other keys
			told[id] = at
		}
	}
	return told, rows.Err()
}

// deliveryTime is how keys of deliveries begin.
const deliveryTime = "20060102150405.000"

// Gaps are up to max gaps in the webhooks of a service, the latest first.
func (r Reader) Gaps(ctx context.Context, service string, max int) ([]inbox.Gap, error) {
	rows, err := r.q.Gaps(ctx, service, limit(max))
	return gapsOf(rows, err)
}

// Endpoint is how far the webhooks of a service have come; a zero one but for
// the service where none came yet.
func (r Reader) Endpoint(ctx context.Context, service string) (inbox.Endpoint, error) {
	row, err := r.q.Endpoint(ctx, service)
	if errors.Is(err, pgx.ErrNoRows) {
		return inbox.Endpoint{Service: service}, nil
	}
	return endpointOf(row, err)
}

// DropOldGaps removes gaps that were filled and are older than kept.
func (s *Store) DropOldGaps(ctx context.Context, kept time.Duration) error {
	return s.InTx(ctx, func(t *Tx) error {
		if _, err := t.q.DeleteOldGaps(ctx, firstIDAt(t.Now().Add(-kept))); err != nil {
			return fmt.Errorf("delete old gaps of webhooks: %w", err)
		}
		return nil
	})
}

func (t *Tx) lockEndpoint(ctx context.Context, service string) (inbox.Endpoint, error) {
	return endpointOf(t.q.LockEndpoint(ctx, service))
}

func endpointOf(row db.InboxEndpoint, err error) (inbox.Endpoint, error) {
	if err != nil {
		return inbox.Endpoint{}, fmt.Errorf("read how far webhooks have come: %w", err)
	}
	e := inbox.Endpoint{Service: row.Service, Highest: row.Highest, HighestAt: orZero(row.HighestAt), LastAt: orZero(row.LastAt),
		SilentSince: orZero(row.SilentSince), ToldFrom: orZero(row.ToldFrom)}
	return e, read(row.Missing, &e.Missing)
}

func gapsOf(rows []db.InboxGap, err error) ([]inbox.Gap, error) {
	if err != nil {
		return nil, fmt.Errorf("list gaps of webhooks: %w", err)
	}
	out := make([]inbox.Gap, len(rows))
	for i, row := range rows {
		if out[i], err = gapOf(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func gapOf(row db.InboxGap) (inbox.Gap, error) {
	g := inbox.Gap{Service: row.Service, Cause: inbox.GapCause(row.Cause), Span: inbox.Span{First: row.FirstSequence, Last: row.LastSequence}, From: row.FromAt.Time,
		Until: orZero(row.UntilAt), FoundAt: row.FoundAt.Time, ReadingAt: orZero(row.ReadingAt), FilledAt: orZero(row.FilledAt), FilledBy: row.FilledBy}
	return g, read(row.Missing, &g.Missing)
}

// written is a list as JSON, or nothing where it is empty; read is the reverse.
func written[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("write numbers of webhooks: %w", err)
	}
	return string(text), nil
}

func read[T any](text string, list *[]T) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), list); err != nil {
		return fmt.Errorf("read numbers of webhooks: %w", err)
	}
	return nil
}

// past is a moment as it is stored, or null for none; orZero is the reverse.
func past(at time.Time) *instant.Time {
	if at.IsZero() {
		return nil
	}
	return instant.Ptr(at)
}

func orZero(at *instant.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.Time
}
