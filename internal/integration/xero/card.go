package xero

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/synclog"
)

// Health is how well the exchange goes, as a traffic light.
type Health string

// The healths.
const (
	Green Health = "green"
	Amber Health = "amber"
	Red   Health = "red"
	Off   Health = "off" // not connected
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
	Reason     string // why the light is what it is
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
	card.Health, card.Reason = s.health(conn, card, outcomes)
	return card, nil
}

func (s *Service) health(c connection.Connection, card Card, outcomes map[synclog.Status]int) (Health, string) {
	failed, all := outcomes[synclog.Failed], outcomes[synclog.Failed]+outcomes[synclog.Success]
	switch {
	case c.State == "":
		return Off, "Xero is not connected."
	case c.State == connection.Choosing:
		return Amber, "Choose the organisation in Xero."
	case c.State == connection.NeedsReconnect || c.State == connection.Paused:
		return Red, c.Reason
	case all >= 10 && failed*2 > all:
		return Red, fmt.Sprintf("%d of %d operations of the last hour failed.", failed, all)
	case card.Errors > 0:
		return Amber, plural(card.Errors, "record needs", "records need") + " a person."
	case all >= 10 && failed*10 > all:
		return Amber, fmt.Sprintf("%d of %d operations of the last hour failed.", failed, all)
	case c.RefreshExpiresAt.Sub(s.Now()) < warnBefore:
		return Amber, "Access ends on " + c.RefreshExpiresAt.Format("02/01/2006") + "; connect again before."
	case all == 0:
		return Green, "Nothing was exchanged in the last hour."
	default:
		return Green, plural(all, "operation", "operations") + fmt.Sprintf(" in the last hour, %d failed.", failed)
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
