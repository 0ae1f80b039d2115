package xero

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// Breaker holds requests back while Xero fails. It is a *breaker.Breaker.
type Breaker interface {
	State(ctx context.Context, service, tenant string) (breaker.Circuit, error)
	Reset(ctx context.Context, service, tenant string) error
}

// limitMinutes is how many minutes Limits tells the calls of.
const limitMinutes = 60

// Limits is how much Xero takes, and how much of that is used.
type Limits struct {
	Budgets []BudgetUse // none before an organisation in Xero is chosen
	Circuit breaker.Circuit
	Since   time.Time         // the first minute of Calls
	Calls   [limitMinutes]int // made in each of the latest minutes; the last one is not over
}

// BudgetUse is how much of a budget is used. Its Limit is Xero's own once Xero
// has told it.
type BudgetUse struct {
	ratelimit.Budget
	Used         int
	BlockedUntil time.Time // Xero's wish to wait; zero: it has none
}

// Limits tells how much the organisation's exchange may use and has used. It is
// zero but for the closed circuit where no organisation in Xero is chosen.
func (s *Service) Limits(ctx context.Context) (Limits, error) {
	out := Limits{Circuit: breaker.Circuit{State: breaker.Closed}}
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return out, err
	}
	c, err := s.Store.Connection(ctx, who.Org, Name)
	if crm.KindOf(err) == crm.NotFound || err == nil && c.Tenant == "" {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	if out.Budgets, err = s.budgetsUsed(ctx, c.Tenant); err != nil {
		return out, err
	}
	if s.Breaker != nil {
		if out.Circuit, err = s.Breaker.State(ctx, Name, c.Tenant); err != nil {
			return out, err
		}
	}
	out.Since = s.Now().UTC().Truncate(time.Minute).Add(-(limitMinutes - 1) * time.Minute)
	used, err := s.Store.UsageSince(ctx, Name, c.Tenant, out.Since)
	for i := range out.Calls {
		out.Calls[i] = used[out.Since.Add(time.Duration(i)*time.Minute)]
	}
	return out, err
}

// budgetsUsed are the budgets that hold for a tenant, of the sizes that are
// configured until Xero tells others.
func (s *Service) budgetsUsed(ctx context.Context, tenant string) ([]BudgetUse, error) {
	if s.Budgets == nil {
		return nil, nil
	}
	kept, err := s.Store.Budgets(ctx, Name, tenant)
	if err != nil {
		return nil, err
	}
	var out []BudgetUse
	for _, b := range s.Budgets(tenant) {
		use := BudgetUse{Budget: b}
		for _, k := range kept {
			if k.Window == b.Window {
				use = use.as(k, s.Now())
			}
		}
		if b.Window == ratelimit.Concurrent {
			if use.Used, err = s.Store.UnderWay(ctx, Name, tenant, s.Now()); err != nil {
				return nil, err
			}
		}
		out = append(out, use)
	}
	return out, nil
}

// as is the use that was kept of a window, which may have turned since.
func (u BudgetUse) as(kept store.Budget, now time.Time) BudgetUse {
	u.Used = kept.Used
	if kept.Limit > 0 {
		u.Limit = kept.Limit
	}
	if !now.Before(kept.Start.Add(u.Length)) {
		u.Used = 0
	}
	if kept.BlockedUntil.After(now) {
		u.BlockedUntil = kept.BlockedUntil
	}
	return u
}

// ResetBreaker lets requests go on that are held back after failures in a row.
func (s *Service) ResetBreaker(ctx context.Context) error {
	who, err := auth.Require(ctx, auth.BreakerReset)
	if err != nil {
		return err
	}
	c, err := s.Store.Connection(ctx, who.Org, Name)
	if err != nil || s.Breaker == nil {
		return err
	}
	before, err := s.Breaker.State(ctx, Name, c.Tenant)
	if err != nil {
		return err
	}
	if err := s.Breaker.Reset(ctx, Name, c.Tenant); err != nil {
		return err
	}
	what := change{"calls", before.State.Label(), breaker.Closed.Label()}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		return tx.InsertEntry(ctx, s.done(c, who.Name, synclog.Update, what.String()))
	})
}
