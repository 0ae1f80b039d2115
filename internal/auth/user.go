package auth

import (
	"context"
	"fmt"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

// NewUser is who gets access to the organisation.
type NewUser struct {
	Email, Name string
	Password    string // empty for somebody who has an account already
	Role        Role
}

// Users are the people of the organisation. It needs users.view.
func (s *Service) Users(ctx context.Context) ([]Member, error) {
	me, err := Require(ctx, UsersView)
	if err != nil {
		return nil, err
	}
	all, err := s.store.Members(ctx, me.Org)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return all, nil
}

// CreateUser gives a person access to the organisation. Somebody with an
// account from another organisation is added and keeps name and password. It
// needs users.manage and a role that covers the new one. It returns an Error of
// kind Invalid with the fields email, name, password and role, and Conflict for
// somebody who has access already.
func (s *Service) CreateUser(ctx context.Context, n NewUser) (crm.UserID, error) {
	me, err := Require(ctx, UsersManage)
	if err != nil {
		return crm.UserID{}, err
	}
	if !n.Role.Valid() {
		return crm.UserID{}, crm.FieldErrors(map[string]string{"role": "Choose a role."})
	}
	if err := me.mayGrant(n.Role); err != nil {
		return crm.UserID{}, err
	}
	email, err := crm.ParseEmail(n.Email)
	if err != nil {
		return crm.UserID{}, crm.FieldErrors(map[string]string{"email": "Enter an e-mail address such as name@example.com."})
	}
	known, err := s.store.UserByEmail(ctx, email)
	switch {
	case err == nil:
		return known.ID, s.addKnown(ctx, me, known, n)
	case crm.KindOf(err) != crm.NotFound:
		return crm.UserID{}, fmt.Errorf("look for the user: %w", err)
	}
	n.Email = email
	return s.addNew(ctx, me, n)
}

func (s *Service) addNew(ctx context.Context, me Identity, n NewUser) (crm.UserID, error) {
	user := crm.User{ID: crm.NewID[crm.User](), Email: n.Email, Name: strings.TrimSpace(n.Name), CreatedAt: s.now()}
	if err := user.Validate(); err != nil {
		return crm.UserID{}, err
	}
	if err := CheckPassword(n.Password, n.Email); err != nil {
		return crm.UserID{}, err
	}
	hash, err := s.passwords.hash(ctx, n.Password)
	if err != nil {
		return crm.UserID{}, err
	}
	if err := s.store.AddUser(ctx, Account{User: user, PasswordHash: hash}, me.Org, n.Role); err != nil {
		return crm.UserID{}, fmt.Errorf("keep the user: %w", err)
	}
	s.log.InfoContext(ctx, "user added", "user", user.ID, "role", n.Role, "by", me.User)
	return user.ID, nil
}

func (s *Service) addKnown(ctx context.Context, me Identity, known Account, n NewUser) error {
	if n.Password != "" {
		return crm.FieldErrors(map[string]string{"password": "This person has an account already and keeps its password. Leave this empty to add them."})
	}
	if err := s.store.AddMember(ctx, me.Org, known.ID, n.Role); err != nil {
		return fmt.Errorf("add the user: %w", err)
	}
	s.log.InfoContext(ctx, "user added", "user", known.ID, "role", n.Role, "by", me.User)
	return nil
}

// SetRole changes what a person may do in the organisation. It needs
// users.manage and a role that covers the old and the new one. It returns an
// Error of kind Conflict for the last owner.
func (s *Service) SetRole(ctx context.Context, user crm.UserID, role Role) error {
	if !role.Valid() {
		return crm.FieldErrors(map[string]string{"role": "Choose a role."})
	}
	return s.change(ctx, user, func(me Identity, m Member) (*Member, error) {
		m.Role = role
		return &m, me.mayGrant(role)
	})
}

// RemoveUser takes a person out of the organisation; the account stays. It
// needs what SetRole needs, and keeps the last owner.
func (s *Service) RemoveUser(ctx context.Context, user crm.UserID) error {
	return s.change(ctx, user, func(Identity, Member) (*Member, error) { return nil, nil })
}

// DisableUser ends a person's sessions and refuses new ones. It needs what
// SetRole needs, and keeps the last owner. It returns an Error of kind Conflict
// for oneself, and for somebody of other organisations too, whom one removes.
func (s *Service) DisableUser(ctx context.Context, user crm.UserID) error {
	if me, _ := From(ctx); me.User == user {
		return crm.Errorf(crm.Conflict, "You cannot disable your own account. Ask another owner or admin.")
	}
	if err := s.onlyHere(ctx, user); err != nil {
		return err
	}
	now := s.now()
	return s.change(ctx, user, func(_ Identity, m Member) (*Member, error) {
		m.DisabledAt = &now
		return &m, nil
	})
}

// EnableUser undoes DisableUser.
func (s *Service) EnableUser(ctx context.Context, user crm.UserID) error {
	if err := s.onlyHere(ctx, user); err != nil {
		return err
	}
	return s.change(ctx, user, func(_ Identity, m Member) (*Member, error) {
		m.DisabledAt = nil
		return &m, nil
	})
}

// SetPassword gives a person another password and ends their sessions. It
// needs what DisableUser needs; one's own is changed by ChangePassword.
func (s *Service) SetPassword(ctx context.Context, user crm.UserID, password string) error {
	me, err := Require(ctx, UsersManage)
	if err != nil {
		return err
	}
	if err := s.manages(ctx, me, user); err != nil {
		return err
	}
	if err := s.onlyHere(ctx, user); err != nil {
		return err
	}
	account, err := s.store.User(ctx, user)
	if err != nil {
		return fmt.Errorf("find the user: %w", err)
	}
	return s.keepPassword(ctx, account, password, "")
}

// ChangePassword changes the password of the person who acts in the context,
// who proves the current one, and ends their other sessions. It returns an
// Error of kind Invalid with the fields current and password, and TooMany like
// SignIn.
func (s *Service) ChangePassword(ctx context.Context, current, password string) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	try := s.newAttempt(me.Email, "")
	if err := try.begin(ctx); err != nil {
		return err
	}
	account, err := s.store.User(ctx, me.User)
	if err != nil {
		return fmt.Errorf("find the user: %w", err)
	}
	ok, err := s.checkPassword(ctx, account, current)
	if err != nil {
		return err
	}
	if !ok {
		return crm.FieldErrors(map[string]string{"current": "This is not your password."})
	}
	if err := try.succeed(ctx); err != nil {
		return err
	}
	return s.keepPassword(ctx, account, password, me.Session)
}

func (s *Service) keepPassword(ctx context.Context, account Account, password, session string) error {
	if err := CheckPassword(password, account.Email); err != nil {
		return err
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	if err := s.store.SetPasswordHash(ctx, account.ID, hash, session); err != nil {
		return fmt.Errorf("keep the password: %w", err)
	}
	s.log.InfoContext(ctx, "password set", "user", account.ID)
	return nil
}
