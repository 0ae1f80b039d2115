package auth

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// Account is a user with what only signing in needs.
type Account struct {
	crm.User
	PasswordHash string // Argon2id in its usual text form
	DisabledAt   *time.Time
}

// Member is a user in one organisation.
type Member struct {
	User       crm.User
	Role       Role
	DisabledAt *time.Time
	Since      time.Time
}

// Membership is an organisation of one user.
type Membership struct {
	Org     crm.OrgID
	OrgName string
	Role    Role
}

// Session is one sign-in of a user.
type Session struct {
	Hash      string // of its token, SHA-256 in hex
	User      crm.UserID
	Org       crm.OrgID
	UserAgent string
	Address   string // of the network, where it was used last; may be empty
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// SessionUse is the latest use of a session.
type SessionUse struct {
	At, Expires time.Time
	Address     string
}

// SessionHolder is a session with the person who holds it.
type SessionHolder struct {
	Session
	Name, Email, OrgName string
	Role                 Role
	DisabledAt           *time.Time
}

// APIToken lets a program act in an organisation.
type APIToken struct {
	ID         crm.TokenID
	Org        crm.OrgID
	OrgName    string // known to TokenByHash only
	Name       string
	Role       Role
	Hint       string // the first characters, to recognise it by
	CreatedBy  string
	CreatedAt  time.Time
	LastUsedAt *time.Time // to the minute
	ExpiresAt  *time.Time // nil: never
	RevokedAt  *time.Time
}

// Failures counts wrong sign-ins.
type Failures struct {
	Count int
	Since time.Time // the first of them
}

// Store keeps what the package needs. Unknown records are Errors of kind
// NotFound.
type Store interface {
	UserStore
	MemberStore
	SessionStore
	SessionEnder
	OwnStore
	TokenStore
	ThrottleStore
}

// UserStore keeps the people who sign in.
type UserStore interface {
	// AddUser keeps a new user and the role in an organisation. It returns an
	// Error of kind Conflict when the e-mail address is taken.
	AddUser(ctx context.Context, account Account, org crm.OrgID, role Role) error
	UserByEmail(ctx context.Context, email string) (Account, error)
	User(ctx context.Context, id crm.UserID) (Account, error)
	// SetPasswordHash also ends the user's sessions, except the one with the
	// hash keep, if there is one.
	SetPasswordHash(ctx context.Context, id crm.UserID, hash, keep string) error
	// RenewPasswordHash replaces the hash of the same password.
	RenewPasswordHash(ctx context.Context, id crm.UserID, hash string) error
}

// MemberStore keeps who works in which organisation.
type MemberStore interface {
	Members(ctx context.Context, org crm.OrgID) ([]Member, error)
	Memberships(ctx context.Context, user crm.UserID) ([]Membership, error)
	// AddMember returns an Error of kind Conflict for a user who already is one.
	AddMember(ctx context.Context, org crm.OrgID, user crm.UserID, role Role) error
	// ChangeMember shows decide all members of the organisation, whom nobody
	// else changes meanwhile, and makes the user what decide returns: a role,
	// and whether disabled. Nil removes the user from the organisation. Who is
	// removed or disabled loses the sessions concerned.
	ChangeMember(ctx context.Context, org crm.OrgID, user crm.UserID, decide func([]Member) (*Member, error)) error
}

// SessionStore keeps sessions.
type SessionStore interface {
	AddSession(ctx context.Context, session Session) error
	// SessionByHash finds a session whose user still is a member of its
	// organisation.
	SessionByHash(ctx context.Context, hash string) (SessionHolder, error)
	TouchSession(ctx context.Context, hash string, use SessionUse) error
	MoveSession(ctx context.Context, hash string, org crm.OrgID) error
	EndSession(ctx context.Context, hash string) error
}

// SessionEnder ends sessions in numbers.
type SessionEnder interface {
	EndSessionsOf(ctx context.Context, user crm.UserID) error
	EndExpiredSessions(ctx context.Context, before time.Time) error
}

// OwnStore keeps what people see and change of their own.
type OwnStore interface {
	RenameUser(ctx context.Context, id crm.UserID, name string) error
	// SessionsOf also lists sessions that have expired.
	SessionsOf(ctx context.Context, user crm.UserID) ([]Session, error) // used last in front
	EndOtherSessionsOf(ctx context.Context, user crm.UserID, keep string) error
}

// TokenStore keeps API tokens.
type TokenStore interface {
	AddToken(ctx context.Context, token APIToken, hash string) error
	TokenByHash(ctx context.Context, hash string) (APIToken, error)
	Tokens(ctx context.Context, org crm.OrgID) ([]APIToken, error) // newest first
	// RevokeToken does nothing to a token that is revoked already.
	RevokeToken(ctx context.Context, org crm.OrgID, id crm.TokenID, at time.Time) error
	// TouchToken notes a use unless one after the time before is known.
	TouchToken(ctx context.Context, id crm.TokenID, at, before time.Time) error
}

// ThrottleStore counts wrong sign-ins of a subject, which is the hash of an
// e-mail address or of a network address.
type ThrottleStore interface {
	SignInFailures(ctx context.Context, subject string) (Failures, error)
	// CountSignIn adds one; counting starts again when the first failure was
	// before windowStart.
	CountSignIn(ctx context.Context, subject string, at, windowStart time.Time) (Failures, error)
	UncountSignIn(ctx context.Context, subject string) error
	ForgetSignIns(ctx context.Context, subject string) error
	ForgetSignInsBefore(ctx context.Context, before time.Time) error
}
