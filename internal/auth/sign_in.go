package auth

import (
	"context"
	"fmt"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

// Credentials are what a person signs in with.
type Credentials struct {
	Email, Password string
	Address         string // of the network, with or without port; empty: not counted
	UserAgent       string
	Replaces        string // token of the session that the browser has, which ends
}

// SignIn starts a session in the person's first organisation and returns its
// token for the cookie, see SetCookie. It returns an Error of kind
// Unauthenticated when e-mail address or password is wrong, TooMany after ten
// wrong ones in 15 minutes (see RetryAt), and Forbidden for a disabled account
// or a person without an organisation.
func (s *Service) SignIn(ctx context.Context, c Credentials) (string, error) {
	account, membership, err := s.verified(ctx, c)
	if err != nil {
		return "", err
	}
	if c.Replaces != "" {
		if err := s.store.EndSession(ctx, hashOf(c.Replaces)); err != nil {
			return "", fmt.Errorf("end the session before: %w", err)
		}
	}
	token, now := newSessionToken(), s.now()
	session := Session{
		Hash: hashOf(token), User: account.ID, Org: membership.Org, UserAgent: clip(c.UserAgent, 200), Address: bareAddress(c.Address),
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionIdle),
	}
	if err := s.store.AddSession(ctx, session); err != nil {
		return "", fmt.Errorf("start a session: %w", err)
	}
	s.log.InfoContext(ctx, "signed in", "user", account.ID, "organisation", membership.Org, "from", network(c.Address))
	return token, nil
}

// verified is who the credentials belong to, and where they work.
func (s *Service) verified(ctx context.Context, c Credentials) (Account, Membership, error) {
	email := strings.ToLower(strings.TrimSpace(c.Email))
	try := s.newAttempt(email, c.Address)
	if err := try.begin(ctx); err != nil {
		s.log.WarnContext(ctx, "sign-in refused", "reason", crm.KindOf(err), "from", network(c.Address))
		return Account{}, Membership{}, err
	}
	account, err := s.store.UserByEmail(ctx, email)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return Account{}, Membership{}, fmt.Errorf("find who signs in: %w", err)
	}
	ok, err := s.checkPassword(ctx, account, c.Password)
	if err != nil {
		return Account{}, Membership{}, err
	}
	if !ok {
		s.log.WarnContext(ctx, "sign-in refused", "reason", "wrong e-mail address or password", "from", network(c.Address))
		return Account{}, Membership{}, crm.Errorf(crm.Unauthenticated, "The e-mail address or the password is not right. Check both and try again.")
	}
	if err := try.succeed(ctx); err != nil {
		return Account{}, Membership{}, err
	}
	membership, err := s.firstMembership(ctx, account)
	return account, membership, err
}

// checkPassword compares with the account's password, or with none in the same
// time. A hash of an older cost is renewed.
func (s *Service) checkPassword(ctx context.Context, account Account, password string) (bool, error) {
	if len(password) > 4*maxPassword {
		password = "" // never valid; hashing it would only take time
	}
	ok, outdated, err := s.passwords.matches(ctx, password, account.PasswordHash)
	if err != nil || !ok || !outdated {
		return ok, err
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return false, err
	}
	if err := s.store.RenewPasswordHash(ctx, account.ID, hash); err != nil {
		return false, fmt.Errorf("renew a password's hash: %w", err)
	}
	return true, nil
}

func (s *Service) firstMembership(ctx context.Context, account Account) (Membership, error) {
	if account.DisabledAt != nil {
		return Membership{}, crm.Errorf(crm.Forbidden, "This account is disabled. Ask an owner or admin of your organisation to enable it.")
	}
	all, err := s.store.Memberships(ctx, account.ID)
	if err != nil {
		return Membership{}, fmt.Errorf("find the person's organisations: %w", err)
	}
	if len(all) == 0 {
		return Membership{}, crm.Errorf(crm.Forbidden, "You belong to no organisation. Ask an owner or admin of yours to add you.")
	}
	return all[0], nil
}

func clip(text string, n int) string {
	text = strings.ToValidUTF8(text, "")
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}
