package store

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// AddSession keeps a session.
func (s *Store) AddSession(ctx context.Context, session auth.Session) error {
	return s.InTx(ctx, func(t *Tx) error {
		err := t.q.InsertSession(ctx, db.InsertSessionParams{
			TokenHash: session.Hash, UserID: session.User, OrgID: session.Org, UserAgent: session.UserAgent,
			CreatedAt: instant.At(session.CreatedAt), SeenAt: instant.At(session.SeenAt), ExpiresAt: instant.At(session.ExpiresAt),
		})
		return doing(err, "keep a session")
	})
}

// SessionByHash finds a session whose user still is a member of its
// organisation, or returns an Error of kind NotFound.
func (r Reader) SessionByHash(ctx context.Context, hash string) (auth.SessionHolder, error) {
	row, err := r.q.Session(ctx, hash)
	if err != nil {
		return auth.SessionHolder{}, notFound(err, "session")
	}
	return auth.SessionHolder{
		Session: auth.Session{
			Hash: hash, User: row.UserID, Org: row.OrgID, UserAgent: row.UserAgent,
			CreatedAt: row.CreatedAt.Time, SeenAt: row.SeenAt.Time, ExpiresAt: row.ExpiresAt.Time,
		},
		Name: row.Name, Email: row.Email, OrgName: row.OrgName, Role: auth.Role(row.Role), DisabledAt: row.DisabledAt.Std(),
	}, nil
}

// TouchSession notes when a session was used, and how long it lives now.
func (s *Store) TouchSession(ctx context.Context, hash string, seen, expires time.Time) error {
	return s.InTx(ctx, func(t *Tx) error {
		return doing(t.q.TouchSession(ctx, instant.At(seen), instant.At(expires), hash), "note a session's use")
	})
}

// MoveSession makes a session act in another organisation.
func (s *Store) MoveSession(ctx context.Context, hash string, org crm.OrgID) error {
	return s.InTx(ctx, func(t *Tx) error { return doing(t.q.MoveSession(ctx, org, hash), "move a session") })
}

// EndSession ends a session, if it is there.
func (s *Store) EndSession(ctx context.Context, hash string) error {
	return s.InTx(ctx, func(t *Tx) error { return doing(t.q.DeleteSession(ctx, hash), "end a session") })
}

// EndSessionsOf ends all sessions of a user.
func (s *Store) EndSessionsOf(ctx context.Context, user crm.UserID) error {
	return s.InTx(ctx, func(t *Tx) error { return t.endSessions(ctx, user, "") })
}

func (t *Tx) endSessions(ctx context.Context, user crm.UserID, keep string) error {
	return doing(t.q.DeleteSessionsOfUser(ctx, user, keep), "end sessions of a user")
}

// EndExpiredSessions drops sessions that expired before a time.
func (s *Store) EndExpiredSessions(ctx context.Context, before time.Time) error {
	return s.InTx(ctx, func(t *Tx) error {
		_, err := t.q.DeleteExpiredSessions(ctx, instant.At(before))
		return doing(err, "drop ended sessions")
	})
}

// doing says what failed, or returns nil.
func doing(err error, what string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
