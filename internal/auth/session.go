package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// A session ends when it was not used for sessionIdle, and sessionLife after
// the sign-in however much it is used. Its use is noted at most once in
// sessionTouch.
const (
	sessionIdle  = 14 * 24 * time.Hour
	sessionLife  = 60 * 24 * time.Hour
	sessionTouch = 10 * time.Minute
)

// Identify returns who holds a session. It returns an Error of kind
// Unauthenticated when the session ended.
func (s *Service) Identify(ctx context.Context, sessionToken string) (Identity, error) {
	return s.identify(ctx, sessionToken, "")
}

// identify also notes the address that the session is used from.
func (s *Service) identify(ctx context.Context, sessionToken, address string) (Identity, error) {
	hash := hashOf(sessionToken)
	holder, err := s.store.SessionByHash(ctx, hash)
	if crm.KindOf(err) == crm.NotFound {
		return Identity{}, sessionEnded()
	}
	if err != nil {
		return Identity{}, fmt.Errorf("find the session: %w", err)
	}
	now := s.now()
	if holder.DisabledAt != nil || !now.Before(holder.ExpiresAt) {
		return Identity{}, sessionEnded()
	}
	if now.Sub(holder.SeenAt) >= sessionTouch {
		expires := now.Add(sessionIdle)
		if last := holder.CreatedAt.Add(sessionLife); last.Before(expires) {
			expires = last
		}
		if err := s.store.TouchSession(ctx, hash, SessionUse{At: now, Expires: expires, Address: bareAddress(address)}); err != nil {
			return Identity{}, fmt.Errorf("note the session's use: %w", err)
		}
	}
	return Identity{
		Org: holder.Org, OrgName: holder.OrgName, User: holder.User, Name: holder.Name,
		Email: holder.Email, Role: holder.Role, Session: hash,
	}, nil
}

func sessionEnded() error {
	return crm.Errorf(crm.Unauthenticated, "Your session ended. Sign in to go on.")
}

// SignOut ends the session of who acts in the context, if it is one.
func (s *Service) SignOut(ctx context.Context) error {
	me, ok := From(ctx)
	if !ok || me.Session == "" {
		return nil
	}
	if err := s.store.EndSession(ctx, me.Session); err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	return nil
}

// SignOutEverywhere ends all sessions of the person who acts in the context.
func (s *Service) SignOutEverywhere(ctx context.Context) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	if err := s.store.EndSessionsOf(ctx, me.User); err != nil {
		return fmt.Errorf("end all sessions: %w", err)
	}
	return nil
}

// Organisations are where the person who acts in the context works.
func (s *Service) Organisations(ctx context.Context) ([]Membership, error) {
	me, err := person(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.store.Memberships(ctx, me.User)
	if err != nil {
		return nil, fmt.Errorf("find the person's organisations: %w", err)
	}
	return all, nil
}

// SwitchOrganisation moves the session of who acts in the context to another
// of their organisations. It returns an Error of kind NotFound when it is none.
func (s *Service) SwitchOrganisation(ctx context.Context, org crm.OrgID) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	all, err := s.Organisations(ctx)
	if err != nil {
		return err
	}
	for _, membership := range all {
		if membership.Org != org {
			continue
		}
		if err := s.store.MoveSession(ctx, me.Session, org); err != nil {
			return fmt.Errorf("move the session: %w", err)
		}
		return nil
	}
	return crm.Errorf(crm.NotFound, "You do not belong to this organisation.")
}

// Clean drops what ended: sessions and counts of wrong sign-ins.
func (s *Service) Clean(ctx context.Context) error {
	now := s.now()
	if err := s.store.EndExpiredSessions(ctx, now); err != nil {
		return fmt.Errorf("drop ended sessions: %w", err)
	}
	if err := s.store.ForgetSignInsBefore(ctx, now.Add(-throttleWindow)); err != nil {
		return fmt.Errorf("drop counts of wrong sign-ins: %w", err)
	}
	return nil
}

// person is the signed-in person who acts in the context.
func person(ctx context.Context) (Identity, error) {
	me, err := SignedIn(ctx)
	if err != nil {
		return Identity{}, err
	}
	if !me.IsPerson() {
		return Identity{}, crm.Errorf(crm.Forbidden, "Only a person who signed in can do this.")
	}
	return me, nil
}
