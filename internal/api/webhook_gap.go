package api

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
)

// Gap is a stretch of webhooks that did not arrive.
type Gap struct {
	Cause     string     `json:"cause" enum:"hole,silence" doc:"hole: numbers are missing; silence: the service changed records and told nothing for 30 minutes."`
	First     int64      `json:"first_sequence,omitempty"`
	Last      int64      `json:"last_sequence,omitempty"`
	From      time.Time  `json:"from"`
	Until     *time.Time `json:"until,omitempty" doc:"Left out while it goes on."`
	FoundAt   time.Time  `json:"found_at"`
	ReadingAt *time.Time `json:"reading_at,omitempty" doc:"When reading what changed was begun."`
	FilledAt  *time.Time `json:"filled_at,omitempty"`
	FilledBy  string     `json:"filled_by,omitempty" enum:"delivered,read" doc:"delivered: the service sent them late; read: what changed was read from it."`
}

// Gaps are the latest gaps, and how far webhooks have come.
type Gaps struct {
	Items       []Gap      `json:"items"`
	Highest     int64      `json:"highest_sequence" doc:"0: none was seen."`
	LastAt      *time.Time `json:"last_webhook_at,omitempty"`
	SilentSince *time.Time `json:"silent_since,omitempty" doc:"There while webhooks may be disabled."`
}

type gapsAnswer struct{ Body Gaps }

// gapsListed is how many gaps are answered with.
const gapsListed = 50

func (a *API) listGaps(ctx context.Context, _ *struct{}) (*gapsAnswer, error) {
	if _, err := auth.Require(ctx, auth.SyncView); err != nil {
		return nil, err
	}
	e, err := a.store.Endpoint(ctx, xero.Name)
	if err != nil {
		return nil, err
	}
	gaps, err := a.store.Gaps(ctx, xero.Name, gapsListed)
	if err != nil {
		return nil, err
	}
	out := &gapsAnswer{Gaps{Items: make([]Gap, len(gaps)), Highest: e.Highest, LastAt: some(e.LastAt), SilentSince: some(e.SilentSince)}}
	for i, g := range gaps {
		out.Body.Items[i] = showGap(g)
	}
	return out, nil
}

func showGap(g inbox.Gap) Gap {
	return Gap{string(g.Cause), g.First, g.Last, g.From, some(g.Until), g.FoundAt, some(g.ReadingAt), some(g.FilledAt), g.FilledBy}
}
