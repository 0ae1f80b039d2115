package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
)

type token struct {
	Create tokenCreate `cmd:"" help:"Make an API token and print it, once."`
}

type tokenCreate struct {
	place `embed:""`
	Org   string `required:"" help:"Name or id of the organisation."`
	Role  string `required:"" help:"What the token may do: owner, admin, finance, sales, operations, support or viewer."`
	Name  string `default:"command line" help:"What the token is for."`
	Days  int    `default:"0" help:"Days until it expires; 0: never."`
}

// Run makes a token.
func (t *tokenCreate) Run(ctx context.Context, out output) error {
	return t.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, t.Org)
		if err != nil {
			return err
		}
		n := auth.NewToken{Name: t.Name, Role: auth.Role(t.Role)}
		if t.Days > 0 {
			expires := time.Now().AddDate(0, 0, t.Days)
			n.ExpiresAt = &expires
		}
		text, _, err := a.Auth.CreateToken(auth.With(ctx, auth.System(org.ID, "command line")), n)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, text)
		return err
	})
}
