package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

type user struct {
	Add  userAdd  `cmd:"" help:"Add a person; the password is read from standard input. The organisation is made when it is new."`
	List userList `cmd:"" help:"List organisations and the people in them."`
}

type userAdd struct {
	place    `embed:""`
	Email    string `arg:"" help:"E-mail address to sign in with."`
	Name     string `required:"" help:"Name, as colleagues see it."`
	Org      string `required:"" help:"Name or id of the organisation."`
	Role     string `default:"owner" help:"owner, admin, finance, sales, operations, support or viewer."`
	Currency string `default:"AUD" help:"Currency of a new organisation."`
	Zone     string `default:"Australia/Sydney" help:"Time zone of a new organisation."`
	Country  string `default:"AU" help:"Country of a new organisation."`
}

// Run adds a person.
func (u *userAdd) Run(ctx context.Context, out output) error {
	password, err := readPassword(os.Stdin, out.err)
	if err != nil {
		return err
	}
	return u.with(ctx, out, func(a *app.App) error {
		org, err := u.organisation(ctx, a)
		if err != nil {
			return err
		}
		_, err = a.Auth.CreateUser(auth.With(ctx, auth.System(org.ID, "command line")), auth.NewUser{Email: u.Email, Name: u.Name, Password: password, Role: auth.Role(u.Role)})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s may sign in to %s as %s.\n", u.Email, org.Name, u.Role)
		return err
	})
}

func (u *userAdd) organisation(ctx context.Context, a *app.App) (crm.Organisation, error) {
	org, err := findOrganisation(ctx, a, u.Org)
	if crm.KindOf(err) != crm.NotFound {
		return org, err
	}
	org = crm.Organisation{
		ID: crm.NewID[crm.Organisation](), Name: u.Org, Currency: crm.Currency(u.Currency), TimeZone: u.Zone, Country: u.Country,
		TermsDays: 30, YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now(),
	}
	if err := org.Validate(); err != nil {
		return org, err
	}
	return org, a.Store.AddOrganisation(ctx, org, crm.AustralianTaxRates())
}

func findOrganisation(ctx context.Context, a *app.App, name string) (crm.Organisation, error) {
	all, err := a.Store.Organisations(ctx)
	if err != nil {
		return crm.Organisation{}, err
	}
	for _, org := range all {
		if strings.EqualFold(org.Name, name) || org.ID.String() == name {
			return org, nil
		}
	}
	return crm.Organisation{}, crm.Errorf(crm.NotFound, "There is no organisation %q. `renoz user list` names them.", name)
}

func readPassword(in io.Reader, prompt io.Writer) (string, error) {
	_, _ = fmt.Fprint(prompt, "Password: ")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	_, _ = fmt.Fprintln(prompt)
	return strings.TrimRight(line, "\r\n"), nil
}

type userList struct {
	place `embed:""`
}

// Run lists organisations and people.
func (u *userList) Run(ctx context.Context, out output) error {
	return u.with(ctx, out, func(a *app.App) error {
		all, err := a.Store.Organisations(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "ORGANISATION\tID\tNAME\tE-MAIL\tROLE")
		for _, org := range all {
			members, err := a.Store.Members(ctx, org.ID)
			if err != nil {
				return err
			}
			for _, m := range members {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", org.Name, org.ID, m.User.Name, m.User.Email, m.Role)
			}
		}
		return table.Flush()
	})
}
