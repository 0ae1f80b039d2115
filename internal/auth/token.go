package auth

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/renoz/renoz/internal/crm"
)

// tokenTouch is how often the use of a token is noted.
const tokenTouch = time.Minute

// NewToken is what a person chooses for a token.
type NewToken struct {
	Name      string
	Role      Role
	ExpiresAt *time.Time // nil: never
}

// IdentifyBearer returns which program holds an API token. It returns an Error
// of kind Unauthenticated when the token is unknown, revoked or expired.
func (s *Service) IdentifyBearer(ctx context.Context, token string) (Identity, error) {
	if !looksLikeToken(token) {
		return Identity{}, crm.Errorf(crm.Unauthenticated, "This is not an API token; one looks like rnz_ and 43 letters and digits.")
	}
	found, err := s.store.TokenByHash(ctx, hashOf(token))
	if crm.KindOf(err) == crm.NotFound {
		return Identity{}, crm.Errorf(crm.Unauthenticated, "This API token is not known. Make another on the page of API tokens.")
	}
	if err != nil {
		return Identity{}, fmt.Errorf("find the token: %w", err)
	}
	now := s.now()
	switch {
	case found.RevokedAt != nil:
		return Identity{}, crm.Errorf(crm.Unauthenticated, "This API token was revoked. Make another on the page of API tokens.")
	case found.ExpiresAt != nil && !now.Before(*found.ExpiresAt):
		return Identity{}, crm.Errorf(crm.Unauthenticated, "This API token expired. Make another on the page of API tokens.")
	}
	if found.LastUsedAt == nil || now.Sub(*found.LastUsedAt) >= tokenTouch {
		if err := s.store.TouchToken(ctx, found.ID, now, now.Add(-tokenTouch)); err != nil {
			return Identity{}, fmt.Errorf("note the token's use: %w", err)
		}
	}
	return Identity{Org: found.Org, OrgName: found.OrgName, Token: found.ID, Name: found.Name, Role: found.Role}, nil
}

// Tokens are the API tokens of the organisation, newest first, revoked ones
// too. It needs tokens.manage.
func (s *Service) Tokens(ctx context.Context) ([]APIToken, error) {
	me, err := Require(ctx, TokensManage)
	if err != nil {
		return nil, err
	}
	all, err := s.store.Tokens(ctx, me.Org)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return all, nil
}

// CreateToken makes an API token and returns its text, which is not kept and
// cannot be shown again. It needs tokens.manage and a role that covers the
// token's, and returns an Error of kind Invalid with the fields name, role and
// expires_at.
func (s *Service) CreateToken(ctx context.Context, n NewToken) (string, APIToken, error) {
	me, err := Require(ctx, TokensManage)
	if err != nil {
		return "", APIToken{}, err
	}
	n.Name = strings.TrimSpace(n.Name)
	if err := n.check(s.now()); err != nil {
		return "", APIToken{}, err
	}
	if err := me.mayGrant(n.Role); err != nil {
		return "", APIToken{}, err
	}
	text := newAPIToken()
	token := APIToken{
		ID: crm.NewID[crm.APIToken](), Org: me.Org, OrgName: me.OrgName, Name: n.Name, Role: n.Role,
		Hint: text[:hintLength], CreatedBy: me.Actor(), CreatedAt: s.now(), ExpiresAt: n.ExpiresAt,
	}
	if err := s.store.AddToken(ctx, token, hashOf(text)); err != nil {
		return "", APIToken{}, fmt.Errorf("keep the token: %w", err)
	}
	s.log.InfoContext(ctx, "API token made", "token", token.ID, "role", token.Role, "by", me.User)
	return text, token, nil
}

func (n NewToken) check(now time.Time) error {
	wrong := map[string]string{}
	if n.Name == "" || utf8.RuneCountInString(n.Name) > 100 || strings.ContainsFunc(n.Name, control) {
		wrong["name"] = "Enter a name of at most 100 characters that says what uses the token."
	}
	if !n.Role.Valid() {
		wrong["role"] = "Choose a role."
	}
	if n.ExpiresAt != nil && !n.ExpiresAt.After(now) {
		wrong["expires_at"] = "Choose a time to come, or none."
	}
	return crm.FieldErrors(wrong)
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// RevokeToken ends an API token of the organisation at once. It needs
// tokens.manage and returns an Error of kind NotFound when there is none.
func (s *Service) RevokeToken(ctx context.Context, id crm.TokenID) error {
	me, err := Require(ctx, TokensManage)
	if err != nil {
		return err
	}
	if err := s.store.RevokeToken(ctx, me.Org, id, s.now()); err != nil {
		return fmt.Errorf("revoke the token: %w", err)
	}
	s.log.InfoContext(ctx, "API token revoked", "token", id, "by", me.User)
	return nil
}
