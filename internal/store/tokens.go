package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// AddToken keeps an API token by the hash of its text.
func (s *Store) AddToken(ctx context.Context, token auth.APIToken, hash string) error {
	return s.InTx(ctx, func(t *Tx) error {
		err := t.q.InsertAPIToken(ctx, db.InsertAPITokenParams{
			ID: token.ID, OrgID: token.Org, Name: token.Name, Role: string(token.Role), TokenHash: hash, Hint: token.Hint,
			CreatedBy: token.CreatedBy, CreatedAt: instant.At(token.CreatedAt), ExpiresAt: instant.Maybe(token.ExpiresAt),
		})
		return doing(err, "keep an API token")
	})
}

// TokenByHash finds an API token, revoked or not, or returns an Error of kind
// NotFound.
func (r Reader) TokenByHash(ctx context.Context, hash string) (auth.APIToken, error) {
	row, err := r.q.APITokenByHash(ctx, hash)
	if err != nil {
		return auth.APIToken{}, notFound(err, "API token")
	}
	token := apiTokenOf(row.APIToken)
	token.OrgName = row.OrgName
	return token, nil
}

// Tokens are the API tokens of an organisation, the newest first.
func (r Reader) Tokens(ctx context.Context, org crm.OrgID) ([]auth.APIToken, error) {
	rows, err := r.q.APITokens(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", err)
	}
	all := make([]auth.APIToken, len(rows))
	for i, row := range rows {
		all[i] = apiTokenOf(row)
	}
	return all, nil
}

// RevokeToken ends an API token, or returns an Error of kind NotFound. One that
// is revoked already keeps its time.
func (s *Store) RevokeToken(ctx context.Context, org crm.OrgID, id crm.TokenID, at time.Time) error {
	return s.InTx(ctx, func(t *Tx) error {
		n, err := t.q.RevokeAPIToken(ctx, instant.Ptr(at), org, id)
		return missing(n, err, "API token")
	})
}

// TouchToken notes a use, unless one after the time before is known.
func (s *Store) TouchToken(ctx context.Context, id crm.TokenID, at, before time.Time) error {
	return s.InTx(ctx, func(t *Tx) error {
		return doing(t.q.TouchAPIToken(ctx, instant.Ptr(at), id, instant.Ptr(before)), "note an API token's use")
	})
}

func apiTokenOf(row db.APIToken) auth.APIToken {
	return auth.APIToken{
		ID: row.ID, Org: row.OrgID, Name: row.Name, Role: auth.Role(row.Role), Hint: row.Hint, CreatedBy: row.CreatedBy,
		CreatedAt: row.CreatedAt.Time, LastUsedAt: row.LastUsedAt.Std(), ExpiresAt: row.ExpiresAt.Std(), RevokedAt: row.RevokedAt.Std(),
	}
}

// SignInFailures is how often a subject failed, zero when it did not.
func (r Reader) SignInFailures(ctx context.Context, subject string) (auth.Failures, error) {
	row, err := r.q.SignInFailure(ctx, subject)
	if errors.Is(err, pgx.ErrNoRows) {
		return auth.Failures{}, nil
	}
	if err != nil {
		return auth.Failures{}, fmt.Errorf("read wrong sign-ins: %w", err)
	}
	return auth.Failures{Count: int(row.Failures), Since: row.Since.Time}, nil
}

// CountSignIn adds one failure of a subject, and starts again at one when the
// first was at windowStart or before.
func (s *Store) CountSignIn(ctx context.Context, subject string, at, windowStart time.Time) (f auth.Failures, err error) {
	err = s.InTx(ctx, func(t *Tx) error {
		row, err := t.q.CountSignInFailure(ctx, subject, instant.At(at), instant.At(windowStart))
		f = auth.Failures{Count: int(row.Failures), Since: row.Since.Time}
		return doing(err, "count a wrong sign-in")
	})
	return f, err
}

// UncountSignIn takes one failure of a subject back.
func (s *Store) UncountSignIn(ctx context.Context, subject string) error {
	return s.InTx(ctx, func(t *Tx) error {
		return doing(t.q.UncountSignInFailure(ctx, subject), "take back a wrong sign-in")
	})
}

// ForgetSignIns drops all failures of a subject.
func (s *Store) ForgetSignIns(ctx context.Context, subject string) error {
	return s.InTx(ctx, func(t *Tx) error {
		return doing(t.q.ClearSignInFailures(ctx, subject), "forget wrong sign-ins")
	})
}

// ForgetSignInsBefore drops failures that began before a time.
func (s *Store) ForgetSignInsBefore(ctx context.Context, before time.Time) error {
	return s.InTx(ctx, func(t *Tx) error {
		return doing(t.q.DeleteOldSignInFailures(ctx, instant.At(before)), "drop counts of wrong sign-ins")
	})
}
