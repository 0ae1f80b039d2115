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
			TokenHash: session.Hash, UserID: session.User, OrgID: session.Org, UserAgent: session.UserAgent, Address: session.Address,
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

// SessionsOf are the sessions of a user, the one used last in front, also those
// that have expired.
func (r Reader) SessionsOf(ctx context.Context, user crm.UserID) ([]auth.Session, error) {
	rows, err := r.q.SessionsOfUser(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("list sessions of a user: %w", err)
	}
	all := make([]auth.Session, len(rows))
	for i, row := range rows {
		all[i] = auth.Session{
			Hash: row.TokenHash, User: row.UserID, Org: row.OrgID, UserAgent: row.UserAgent, Address: row.Address,
			CreatedAt: row.CreatedAt.Time, SeenAt: row.SeenAt.Time, ExpiresAt: row.ExpiresAt.Time,
		}
	}
	return all, nil
}

// TouchSession notes when and where a session was used, and how long it lives
// now.
func (s *Store) TouchSession(ctx context.Context, hash string, use auth.SessionUse) error {
	return s.InTx(ctx, func(t *Tx) error {
		err := t.q.TouchSession(ctx, db.TouchSessionParams{SeenAt: instant.At(use.At), ExpiresAt: instant.At(use.Expires), Address: use.Address, TokenHash: hash})
		return doing(err, "note a session's use")
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

// EndOtherSessionsOf ends all sessions of a user but the one with the hash keep.
func (s *Store) EndOtherSessionsOf(ctx context.Context, user crm.UserID, keep string) error {
	return s.InTx(ctx, func(t *Tx) error { return t.endSessions(ctx, user, keep) })
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
