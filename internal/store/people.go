package store

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// A Store keeps what package auth needs.
var _ auth.Store = (*Store)(nil)

// UserByEmail finds a user by e-mail address in lower case, or returns an Error
// of kind NotFound.
func (r Reader) UserByEmail(ctx context.Context, email string) (auth.Account, error) {
	row, err := r.q.UserByEmail(ctx, email)
	if err != nil {
		return auth.Account{}, notFound(err, "user")
	}
	return accountOf(row), nil
}

// User finds a user, or returns an Error of kind NotFound.
func (r Reader) User(ctx context.Context, id crm.UserID) (auth.Account, error) {
	row, err := r.q.User(ctx, id)
	if err != nil {
		return auth.Account{}, notFound(err, "user")
	}
	return accountOf(row), nil
}

// Members are the people of an organisation, by name.
func (r Reader) Members(ctx context.Context, org crm.OrgID) ([]auth.Member, error) {
	rows, err := r.q.Members(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	all := make([]auth.Member, len(rows))
	for i, row := range rows {
		all[i] = auth.Member{
			User: crm.User{ID: row.ID, Email: row.Email, Name: row.Name, CreatedAt: row.UserCreatedAt.Time},
			Role: auth.Role(row.Role), DisabledAt: row.DisabledAt.Std(), Since: row.CreatedAt.Time,
		}
	}
	return all, nil
}

// Memberships are the organisations of a user, the one joined first in front.
func (r Reader) Memberships(ctx context.Context, user crm.UserID) ([]auth.Membership, error) {
	rows, err := r.q.Memberships(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("list memberships: %w", err)
	}
	all := make([]auth.Membership, len(rows))
	for i, row := range rows {
		all[i] = auth.Membership{Org: row.OrgID, OrgName: row.Name, Role: auth.Role(row.Role)}
	}
	return all, nil
}

// AddUser keeps a new user with a role in an organisation. It returns an Error
// of kind Conflict when the e-mail address is taken.
func (t *Tx) AddUser(ctx context.Context, a auth.Account, org crm.OrgID, role auth.Role) error {
	n, err := t.q.InsertUser(ctx, db.InsertUserParams{
		ID: a.ID, Email: a.Email, Name: a.Name, PasswordHash: a.PasswordHash,
		DisabledAt: instant.Maybe(a.DisabledAt), CreatedAt: instant.At(a.CreatedAt),
	})
	if err != nil {
		return fmt.Errorf("keep user: %w", err)
	}
	if n == 0 {
		return crm.Errorf(crm.Conflict, "Somebody with this e-mail address has an account already.")
	}
	return t.AddMember(ctx, org, a.ID, role)
}

// AddMember gives a user a role in an organisation. It returns an Error of kind
// Conflict for a user who has one.
func (t *Tx) AddMember(ctx context.Context, org crm.OrgID, user crm.UserID, role auth.Role) error {
	n, err := t.q.InsertMember(ctx, db.InsertMemberParams{OrgID: org, UserID: user, Role: string(role), CreatedAt: instant.At(t.Now())})
	if err != nil {
		return fmt.Errorf("keep member: %w", err)
	}
	if n == 0 {
		return crm.Errorf(crm.Conflict, "This person belongs to the organisation already. Change the role instead.")
	}
	return nil
}

// ChangeMember makes a member what decide returns; nil removes them. Changes of
// members of one organisation happen one after another.
func (t *Tx) ChangeMember(ctx context.Context, org crm.OrgID, user crm.UserID, decide func([]auth.Member) (*auth.Member, error)) error {
	if err := t.HoldOrganisation(ctx, org); err != nil {
		return err
	}
	all, err := t.Members(ctx, org)
	if err != nil {
		return err
	}
	next, err := decide(all)
	if err != nil {
		return err
	}
	if next == nil {
		return t.removeMember(ctx, org, user)
	}
	n, err := t.q.SetMemberRole(ctx, string(next.Role), org, user)
	if err := missing(n, err, "member"); err != nil {
		return err
	}
	n, err = t.q.SetUserDisabled(ctx, instant.Maybe(next.DisabledAt), user)
	if err := missing(n, err, "user"); err != nil {
		return err
	}
	if next.DisabledAt == nil {
		return nil
	}
	return t.endSessions(ctx, user, "")
}

func (t *Tx) removeMember(ctx context.Context, org crm.OrgID, user crm.UserID) error {
	n, err := t.q.DeleteMember(ctx, org, user)
	if err := missing(n, err, "member"); err != nil {
		return err
	}
	if err := t.q.DeleteSessionsOfMember(ctx, user, org); err != nil {
		return fmt.Errorf("end sessions of a member: %w", err)
	}
	return nil
}

// SetPasswordHash replaces a user's password and ends their sessions, except
// the one with the hash keep.
func (t *Tx) SetPasswordHash(ctx context.Context, id crm.UserID, hash, keep string) error {
	if err := t.renewPasswordHash(ctx, id, hash); err != nil {
		return err
	}
	return t.endSessions(ctx, id, keep)
}

func (t *Tx) renewPasswordHash(ctx context.Context, id crm.UserID, hash string) error {
	n, err := t.q.SetPassword(ctx, hash, id)
	return missing(n, err, "user")
}

// AddUser is Tx.AddUser in a transaction of its own.
func (s *Store) AddUser(ctx context.Context, a auth.Account, org crm.OrgID, role auth.Role) error {
	return s.InTx(ctx, func(t *Tx) error { return t.AddUser(ctx, a, org, role) })
}

// AddMember is Tx.AddMember in a transaction of its own.
func (s *Store) AddMember(ctx context.Context, org crm.OrgID, user crm.UserID, role auth.Role) error {
	return s.InTx(ctx, func(t *Tx) error { return t.AddMember(ctx, org, user, role) })
}

// ChangeMember is Tx.ChangeMember in a transaction of its own.
func (s *Store) ChangeMember(ctx context.Context, org crm.OrgID, user crm.UserID, decide func([]auth.Member) (*auth.Member, error)) error {
	return s.InTx(ctx, func(t *Tx) error { return t.ChangeMember(ctx, org, user, decide) })
}

// SetPasswordHash is Tx.SetPasswordHash in a transaction of its own.
func (s *Store) SetPasswordHash(ctx context.Context, id crm.UserID, hash, keep string) error {
	return s.InTx(ctx, func(t *Tx) error { return t.SetPasswordHash(ctx, id, hash, keep) })
}

// RenewPasswordHash replaces the hash of the same password.
func (s *Store) RenewPasswordHash(ctx context.Context, id crm.UserID, hash string) error {
	return s.InTx(ctx, func(t *Tx) error { return t.renewPasswordHash(ctx, id, hash) })
}

// RenameUser gives a user another name.
func (s *Store) RenameUser(ctx context.Context, id crm.UserID, name string) error {
	return s.InTx(ctx, func(t *Tx) error {
		n, err := t.q.SetUserName(ctx, name, id)
		return missing(n, err, "user")
	})
}

func accountOf(row db.User) auth.Account {
	return auth.Account{
		User:         crm.User{ID: row.ID, Email: row.Email, Name: row.Name, CreatedAt: row.CreatedAt.Time},
		PasswordHash: row.PasswordHash, DisabledAt: row.DisabledAt.Std(),
	}
}
