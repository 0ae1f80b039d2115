package xero

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// Dating refuses money in a period that is locked in Xero, which would refuse to
// book it. It is a records.Dating.
// https://central.xero.com/s/article/Lock-dates
type Dating struct {
	Of func() *Service
}

// Closed answers from the books as they are kept.
func (Dating) Closed(ctx context.Context, tx *store.Tx, org crm.OrgID, day crm.Day) (string, error) {
	b, err := keptBooks(ctx, tx.Reader, org)
	if err != nil || !b.locked(day) {
		return "", err
	}
	return fmt.Sprintf("Xero is locked up to %s. Enter a later day, or move the lock date in Xero, sync and record it then.", b.LockedUntil.Format()), nil
}

// Learn asks Xero whether a day is still locked that the kept books have locked:
// somebody may have moved the lock date since. Where Xero cannot be asked, what is
// kept stands.
func (d Dating) Learn(ctx context.Context, org crm.OrgID, day crm.Day) error {
	s := d.Of()
	b, err := s.books(ctx, org)
	if err != nil || !b.locked(day) {
		return err
	}
	c, err := s.Store.Connection(ctx, org, Name)
	if crm.KindOf(err) == crm.NotFound {
		return nil
	}
	if err != nil || !c.Usable(s.Now()) {
		return err
	}
	return s.learnLock(ctx, c, b)
}

func (s *Service) learnLock(ctx context.Context, c connection.Connection, b Books) error {
	reading, t := s.follow(ctx, c.Org, actor(ctx))
	there, failed := s.client(c).Organisation(reading)
	moved := failed == nil && lockOf(there) != b.LockedUntil
	if moved {
		b, _, failed = s.readBooks(reading, c)
	}
	if failed != nil {
		s.Log.WarnContext(ctx, "Xero could not be asked for its lock date", "error", failed)
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := t.write(ctx, tx); err != nil || failed != nil || !moved {
			return err
		}
		return s.keepBooks(ctx, tx, c.Org, b, false)
	})
}

// locked reports a day on which nothing may be dated any more.
func (b Books) locked(day crm.Day) bool {
	return !b.LockedUntil.IsZero() && !day.After(b.LockedUntil)
}
