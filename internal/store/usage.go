package store

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// UsageSince is how many requests of a tenant's budgets were leased in each
// minute since a moment, by the minute; one in which none was is left out.
func (r Reader) UsageSince(ctx context.Context, service, tenant string, since time.Time) (map[time.Time]int, error) {
	rows, err := r.q.Usage(ctx, service, tenant, instant.At(since))
	if err != nil {
		return nil, fmt.Errorf("read what was used of the budgets: %w", err)
	}
	used := make(map[time.Time]int, len(rows))
	for _, row := range rows {
		used[row.Minute.UTC()] = int(row.Used)
	}
	return used, nil
}

// UnderWay is how many requests of a tenant are under way in all processes.
func (r Reader) UnderWay(ctx context.Context, service, tenant string, now time.Time) (int, error) {
	n, err := r.q.CountSlotsHeld(ctx, db.CountSlotsHeldParams{Service: service, Tenant: tenant, Span: ratelimit.Concurrent, Now: instant.At(now)})
	if err != nil {
		return 0, fmt.Errorf("count the requests under way: %w", err)
	}
	return int(n), nil
}
