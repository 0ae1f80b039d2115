package demo

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

// Accounts are who may sign in to the demo.
type Accounts struct {
	Org      crm.OrgID
	OrgName  string
	Password string    // of all of them
	People   []Account // one of each role, in the order of auth.Roles
}

// Account is one person of the demo.
type Account struct {
	Role  auth.Role
	Name  string
	Email string
}

// Of is the account with a role.
func (a Accounts) Of(role auth.Role) Account {
	for _, p := range a.People {
		if p.Role == role {
			return p
		}
	}
	return Account{}
}

// People are the accounts of the demo, whether it is filled or not; Org is
// left out.
func People() Accounts {
	a := Accounts{OrgName: company, Password: "voltway demo"} // #nosec G101 -- printed for everybody who tries the demo
	names := map[auth.Role]string{
		auth.Owner: "Olivia Tran", auth.Admin: "Aaron Whitlock", auth.Finance: "Fiona Castellano", auth.Sales: "Sam Okafor",
		auth.Operations: "Otto Lindqvist", auth.Support: "Sunita Rao", auth.Viewer: "Vera Nightingale",
	}
	for _, role := range auth.Roles() {
		a.People = append(a.People, Account{role, names[role], string(role) + "@voltway.example"})
	}
	return a
}

// hire gives everybody access.
func (f *filling) hire(ctx context.Context) error {
	ctx = auth.With(ctx, auth.System(f.accounts.Org, "demo"))
	for _, p := range f.accounts.People {
		_, err := f.Auth.CreateUser(ctx, auth.NewUser{Email: p.Email, Name: p.Name, Password: f.accounts.Password, Role: p.Role})
		if err != nil {
			return fmt.Errorf("add the %s of the demo: %w", p.Role, err)
		}
	}
	return nil
}
