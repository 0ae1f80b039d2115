package xero

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
)

// Card is the state of the exchange at a glance.
type Card struct {
	State      connection.State // empty: not connected
	Tenant     string
	LastSyncAt *time.Time
	Waiting    int // records on their way
	Synced     int
	Errors     int // that need a person
	NewErrors  int // that nobody has looked at
	Health     Health
	Score      int         // 0 to 100
	Deductions []Deduction // what the score lacks to 100, the most first
	Reason     string      // why the light is what it is
}

// Card sums an organisation's exchange up, from the last hour's operations and
// what needs a person.
func (s *Service) Card(ctx context.Context, org crm.OrgID) (Card, error) {
	var card Card
	conn, err := s.Store.Connection(ctx, org, Name)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return card, err
	}
	card.State, card.Tenant, card.LastSyncAt = conn.State, conn.TenantName, conn.LastSyncAt
	counts, err := s.Store.LinkCounts(ctx, org, Name)
	if err != nil {
		return card, err
	}
	for _, states := range counts {
		card.Synced += states[link.Synced]
		card.Waiting += states[link.Pending] + states[link.Sending] + states[link.Unknown]
	}
	if card.Errors, card.NewErrors, err = s.Store.CountFailures(ctx, org); err != nil {
		return card, err
	}
	outcomes, err := s.Store.RecentOutcomes(ctx, org, Name, s.Now().Add(-time.Hour))
	if err != nil {
		return card, err
	}
	found := signs{conn: conn, card: card, outcomes: outcomes, now: s.Now()}
	if s.Breaker != nil && conn.Tenant != "" {
		if found.circuit, err = s.Breaker.State(ctx, Name, conn.Tenant); err != nil {
			return card, err
		}
	}
	card.Health, card.Score, card.Deductions, card.Reason = found.health()
	return card, nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
