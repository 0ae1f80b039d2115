package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// OwnSession is one of the sessions of the person who looks.
type OwnSession struct {
	ID        string // names it in EndSession; tells nothing about its token
	UserAgent string
	Address   string    // of the network, where it was used last; may be empty
	SeenAt    time.Time // to ten minutes
	This      bool      // the one that asks
}

// Rename changes the name of the person who acts in the context, in all of
// their organisations. It returns an Error of kind Invalid with the field name.
func (s *Service) Rename(ctx context.Context, name string) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if err := (crm.User{ID: me.User, Email: me.Email, Name: name}).Validate(); err != nil {
		return err
	}
	if err := s.store.RenameUser(ctx, me.User, name); err != nil {
		return fmt.Errorf("rename a user: %w", err)
	}
	return nil
}

// Sessions are the live sessions of the person who acts in the context, this
// one in front and the one used last behind it.
func (s *Service) Sessions(ctx context.Context) ([]OwnSession, error) {
	me, err := person(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := s.store.SessionsOf(ctx, me.User)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	var this, others []OwnSession
	for _, k := range kept {
		own := OwnSession{ID: sessionID(k.Hash), UserAgent: k.UserAgent, Address: k.Address, SeenAt: k.SeenAt, This: k.Hash == me.Session}
		switch {
		case own.This:
			this = append(this, own)
		case s.now().Before(k.ExpiresAt):
			others = append(others, own)
		}
	}
	return append(this, others...), nil
}

// EndSession ends one of the other sessions of the person who acts in the
// context. One that is not there has ended already.
func (s *Service) EndSession(ctx context.Context, id string) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	kept, err := s.store.SessionsOf(ctx, me.User)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	for _, k := range kept {
		if sessionID(k.Hash) != id || k.Hash == me.Session {
			continue
		}
		if err := s.store.EndSession(ctx, k.Hash); err != nil {
			return fmt.Errorf("end a session: %w", err)
		}
	}
	return nil
}

// EndOtherSessions ends all sessions of the person who acts in the context but
// the one that they act with.
func (s *Service) EndOtherSessions(ctx context.Context) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	if err := s.store.EndOtherSessionsOf(ctx, me.User, me.Session); err != nil {
		return fmt.Errorf("end other sessions: %w", err)
	}
	return nil
}

// sessionID names a session by its hash without giving the hash away.
func sessionID(hash string) string { return hashOf("session " + hash)[:16] }
