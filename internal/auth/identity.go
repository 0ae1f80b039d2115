package auth

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
)

// Identity is who acts, and in which organisation: a person with a session, a
// program with a token, or, with neither User nor Token, this program itself.
// The zero Identity may do nothing.
type Identity struct {
	Org         crm.OrgID
	OrgName     string
	User        crm.UserID
	Token       crm.TokenID
	Name, Email string // a token has a name only
	Role        Role
	Session     string // hash of the session's token, for a person
}

// System is the program itself acting in an organisation: name says which part
// of it, such as "command line" or "nightly check". It may do everything.
func System(org crm.OrgID, name string) Identity {
	return Identity{Org: org, Name: name, Role: Owner}
}

// IsPerson reports whether a signed-in person acts.
func (i Identity) IsPerson() bool { return !i.User.IsZero() }

// IsToken reports whether a program acts with an API token.
func (i Identity) IsToken() bool { return !i.Token.IsZero() }

// Can reports whether the identity has a permission. Users and tokens are
// managed by people only.
func (i Identity) Can(permission Permission) bool {
	if i.IsToken() && personal(permission) {
		return false
	}
	return Can(i.Role, permission)
}

// Require returns an Error of kind Forbidden, or Unauthenticated for the zero
// Identity, when the permission is missing. It says which and who may give it.
func (i Identity) Require(permission Permission) error {
	g, known := grants[permission]
	switch {
	case i.Can(permission):
		return nil
	case i.Role == "":
		return crm.Errorf(crm.Unauthenticated, "Sign in to go on.")
	case !known:
		return crm.Errorf(crm.Forbidden, "Nobody may do this: there is no permission named %q.", permission)
	case i.IsToken() && Can(i.Role, permission):
		return crm.Errorf(crm.Forbidden, "An API token cannot be used for %s. Sign in and do it on the page.", g.doing)
	case i.IsToken():
		return crm.Errorf(crm.Forbidden, "The role of this token, %s, does not include %s. Use a token with the role %s.", i.Role.Label(), g.doing, holderWords(permission))
	}
	return crm.Errorf(crm.Forbidden, "Your role, %s, does not include %s. It needs the role %s, which an owner or admin can give you.", i.Role.Label(), g.doing, holderWords(permission))
}

// Actor names the identity in histories: the name of a person, "token NAME",
// or the name of a part of the program.
func (i Identity) Actor() string {
	switch {
	case i.IsPerson() && i.Name != "":
		return i.Name
	case i.IsPerson():
		return i.Email
	case i.IsToken():
		return "token " + i.Name
	case i.Name != "":
		return i.Name
	}
	return "nobody"
}

type contextKey struct{}

// found is what the context holds: an identity, or why there is none.
type found struct {
	identity Identity
	err      error
}

// With returns a context in which identity acts.
func With(ctx context.Context, identity Identity) context.Context {
	return context.WithValue(ctx, contextKey{}, found{identity: identity})
}

// without returns a context that remembers why nobody acts in it.
func without(ctx context.Context, err error) context.Context {
	return context.WithValue(ctx, contextKey{}, found{err: err})
}

// From returns who acts in the context, if anyone does.
func From(ctx context.Context) (Identity, bool) {
	f, _ := ctx.Value(contextKey{}).(found)
	return f.identity, f.identity.Role != ""
}

// SignedIn returns who acts in the context. It returns an Error of kind
// Unauthenticated when nobody does, or the failure that hid who it is.
func SignedIn(ctx context.Context) (Identity, error) {
	f, _ := ctx.Value(contextKey{}).(found)
	switch {
	case f.identity.Role != "":
		return f.identity, nil
	case f.err != nil:
		return Identity{}, f.err
	}
	return Identity{}, crm.Errorf(crm.Unauthenticated, "Sign in to go on.")
}

// Require returns who acts in the context when they have the permission, and
// otherwise the error of SignedIn or Identity.Require.
func Require(ctx context.Context, permission Permission) (Identity, error) {
	identity, err := SignedIn(ctx)
	if err != nil {
		return Identity{}, err
	}
	return identity, identity.Require(permission)
}

// Actor names who acts in the context, see Identity.Actor.
func Actor(ctx context.Context) string {
	identity, _ := From(ctx)
	return identity.Actor()
}
