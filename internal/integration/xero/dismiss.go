package xero

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// Dismiss takes a failed record off the list; a reason is asked for.
func (s *Service) Dismiss(ctx context.Context, k link.Key, reason string) error {
	_, err := s.dismiss(ctx, reason, func(tx *store.Tx, who auth.Identity, d link.Dismissal) (int, error) {
		k.Org, k.Service = who.Org, Name
		return 1, tx.DismissLink(ctx, k, d)
	})
	return err
}

// DismissAll is Dismiss for several records, as RetryAll is for Retry.
func (s *Service) DismissAll(ctx context.Context, keys []link.Key, reason string) (link.Dismissal, error) {
	return s.dismiss(ctx, reason, func(tx *store.Tx, who auth.Identity, d link.Dismissal) (int, error) {
		return each(keys, who, func(k link.Key) error { return tx.DismissLink(ctx, k, d) })
	})
}

// DismissCause is Dismiss for all failed records of one cause.
func (s *Service) DismissCause(ctx context.Context, c store.Cause, reason string) (link.Dismissal, error) {
	return s.dismiss(ctx, reason, func(tx *store.Tx, who auth.Identity, d link.Dismissal) (int, error) {
		return tx.DismissCause(ctx, who.Org, c, d)
	})
}

func (s *Service) dismiss(ctx context.Context, reason string, take func(*store.Tx, auth.Identity, link.Dismissal) (int, error)) (d link.Dismissal, err error) {
	if reason == "" {
		return d, crm.FieldErrors(map[string]string{"reason": "Say why, for those who ask later."})
	}
	err = s.step(ctx, func(tx *store.Tx, who auth.Identity) error {
		if d, err = tx.NewDismissal(who.Name, reason); err != nil {
			return err
		}
		d.Count, err = take(tx, who, d)
		return err
	})
	return d, err
}

// Restore undoes the dismissal of one record.
func (s *Service) Restore(ctx context.Context, k link.Key) error {
	return s.step(ctx, func(tx *store.Tx, who auth.Identity) error {
		k.Org, k.Service = who.Org, Name
		return tx.RestoreLink(ctx, k)
	})
}

// RestoreAll undoes what is left of a dismissal and returns how many records
// that are. When none are, it returns an Error of kind NotFound.
func (s *Service) RestoreAll(ctx context.Context, dismissal uuid.UUID) (n int, err error) {
	err = s.step(ctx, func(tx *store.Tx, who auth.Identity) error {
		n, err = tx.RestoreDismissal(ctx, who.Org, dismissal)
		return err
	})
	return n, err
}
