package auth

import (
	"context"
	"fmt"
	"slices"

	"github.com/renoz/renoz/internal/crm"
)

// change makes one member of the organisation what want returns, within the
// rules: one's own role covers theirs, and an owner who can sign in remains.
func (s *Service) change(ctx context.Context, user crm.UserID, want func(Identity, Member) (*Member, error)) error {
	me, err := Require(ctx, UsersManage)
	if err != nil {
		return err
	}
	err = s.store.ChangeMember(ctx, me.Org, user, func(all []Member) (*Member, error) {
		i := slices.IndexFunc(all, func(m Member) bool { return m.User.ID == user })
		if i < 0 {
			return nil, noSuchUser()
		}
		if err := me.mayManage(all[i].Role); err != nil {
			return nil, err
		}
		next, err := want(me, all[i])
		if err != nil {
			return nil, err
		}
		return next, keepsOwner(all, i, next)
	})
	if err != nil {
		return fmt.Errorf("change the user: %w", err)
	}
	s.log.InfoContext(ctx, "user changed", "user", user, "by", me.User)
	return nil
}

// keepsOwner returns an Error of kind Conflict when nobody would be left who
// can sign in as an owner once member i has become next.
func keepsOwner(all []Member, i int, next *Member) error {
	active := func(m Member) bool { return m.Role == Owner && m.DisabledAt == nil }
	if !active(all[i]) || (next != nil && active(*next)) {
		return nil
	}
	for j, m := range all {
		if j != i && active(m) {
			return nil
		}
	}
	return crm.Errorf(crm.Conflict, "This is the last owner of the organisation. Make somebody else an owner first.")
}

// manages checks that somebody is a member whose role one's own covers.
func (s *Service) manages(ctx context.Context, me Identity, user crm.UserID) error {
	all, err := s.store.Members(ctx, me.Org)
	if err != nil {
		return fmt.Errorf("list users: %w", err)
	}
	for _, m := range all {
		if m.User.ID == user {
			return me.mayManage(m.Role)
		}
	}
	return noSuchUser()
}

// onlyHere keeps an organisation from locking people out of another, or from
// taking over their account there. The program itself may.
func (s *Service) onlyHere(ctx context.Context, user crm.UserID) error {
	me, err := Require(ctx, UsersManage)
	if err != nil || !me.IsPerson() {
		return err
	}
	all, err := s.store.Memberships(ctx, user)
	if err != nil {
		return fmt.Errorf("find the person's organisations: %w", err)
	}
	for _, membership := range all {
		if membership.Org != me.Org {
			return crm.Errorf(crm.Conflict, "This person works in another organisation too, with the same account. Remove them from this one instead.")
		}
	}
	return nil
}

// mayGrant returns an Error of kind Forbidden when one's own role does not
// cover the one to give.
func (i Identity) mayGrant(role Role) error {
	if i.Role.Covers(role) {
		return nil
	}
	return crm.Errorf(crm.Forbidden, "Your role, %s, cannot give the role %s. Ask an owner.", i.Role.Label(), role.Label())
}

// mayManage does the same for changing somebody who has a role.
func (i Identity) mayManage(role Role) error {
	if i.Role.Covers(role) {
		return nil
	}
	return crm.Errorf(crm.Forbidden, "Your role, %s, cannot change somebody with the role %s. Ask an owner.", i.Role.Label(), role.Label())
}

func noSuchUser() error {
	return crm.Errorf(crm.NotFound, "There is no such user in this organisation, or no longer.")
}
