package cli

import (
	"context"

	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
)

type contactsCommand struct {
	List      contactsList      `cmd:"" default:"withargs" help:"List contacts in Xero and customers, matched."`
	Compare   contactsCompare   `cmd:"" help:"Compare a customer with its contact in Xero, field by field."`
	Link      contactsLink      `cmd:"" help:"Make a contact that of a customer."`
	Accept    contactsAccept    `cmd:"" help:"Link contacts to the customers suggested for them, some or all from a score on."`
	Import    contactsImport    `cmd:"" help:"Make customers of contacts, some or all without a likely customer."`
	Skip      contactsSkip      `cmd:"" help:"Say that contacts are no customers."`
	Unskip    contactsUnskip    `cmd:"" help:"Suggest skipped contacts again."`
	Unlink    contactsUnlink    `cmd:"" help:"Forget which contact a customer is."`
	Create    contactsCreate    `cmd:"" help:"Send a customer to Xero as a new contact, whatever was suggested."`
	Progress  contactsProgress  `cmd:"" help:"Say how far the latest run of accepting or importing is."`
	Stop      contactsStop      `cmd:"" help:"End the run that is under way; what is done stays."`
	Conflicts contactsConflicts `cmd:"" help:"List fields that both sides changed."`
	Keep      contactsKeep      `cmd:"" help:"Keep one side's value of a field that both changed."`
	Settings  contactsSettings  `cmd:"" help:"Show and change how contacts are kept in line, with the owner of each field."`
}

type contactsList struct {
	orgPlace `embed:""`
	Of       string `default:"suggested" enum:"suggested,skipped,xero,renoz,linked" help:"Which: suggested, skipped, xero (only there), renoz (only here) or linked."`
	Score    int    `default:"50" help:"The lowest score of suggestions, from 50 to 100."`
	Text     string `help:"Only with this in a name, number, e-mail address or ABN."`
	Limit    int    `default:"50" help:"How many at most, up to 200."`
}

// Run lists contacts with customers.
func (l *contactsList) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		page, err := d.matches(ctx, l.Of, store.MatchFilter{Service: xero.Name, Search: l.Text, MinScore: l.Score, Limit: l.Limit})
		if err != nil {
			return err
		}
		if len(page.Rows) == 0 {
			return out.tell("There is no such contact.")
		}
		c := columnsOf(out, "CONTACT", "NAME", "CUSTOMER", "NAME", "SCORE", "WHY", "PROBLEM")
		for _, m := range page.Rows {
			score := ""
			if m.Match.Score > 0 {
				score = count(m.Match.Score, "point", "points")
			}
			c.row(m.RemoteID, m.RemoteName, m.Number, m.Name, score, m.Match.Reasons, m.Problem)
		}
		return c.Flush()
	})
}

// matches is one of the lists of contacts and customers.
func (d desk) matches(ctx context.Context, of string, f store.MatchFilter) (store.Page[store.MatchRow], error) {
	switch of {
	case "xero":
		return d.Store.OnlyRemote(ctx, d.org.ID, f)
	case "renoz":
		return d.Store.OnlyOwn(ctx, d.org.ID, f)
	case "linked":
		return d.Store.Linked(ctx, d.org.ID, f)
	}
	f.Skipped = of == "skipped"
	return d.Store.SuggestedMatches(ctx, d.org.ID, f)
}

type contactsCompare struct {
	orgPlace `embed:""`
	Customer string `arg:"" help:"Number or id of the customer."`
}

// Run writes both sides.
func (s *contactsCompare) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		customer, err := d.customer(ctx, s.Customer)
		if err != nil {
			return err
		}
		sides, err := d.Xero.Sides(ctx, customer.ID)
		if err != nil {
			return err
		}
		return tellSides(out, sides)
	})
}

func tellSides(out output, s xero.Sides) error {
	if s.Contact == nil {
		return out.tell("%s has no contact in Xero, and none is likely.", s.Customer.Name)
	}
	how := "is"
	if !s.Linked() {
		how = count(s.Contact.Match.Score, "point speaks", "points speak") + " for"
	}
	if err := out.tell("%s %s the contact %s of %s. %s", s.Contact.Name, how, s.Contact.ID, s.Customer.Name, s.URL); err != nil {
		return err
	}
	c := columnsOf(out, "FIELD", "SAME", "RENOZ", "XERO")
	for _, f := range s.Differences {
		same := "no"
		if f.Same {
			same = "yes"
		}
		c.row(f.Field, same, f.Ours, f.Theirs)
	}
	return c.Flush()
}

type contactsConflicts struct {
	orgPlace `embed:""`
	Text     string `help:"Only of customers with this in their name or number."`
	Limit    int    `default:"50" help:"How many at most, up to 200."`
}

// Run lists fields that somebody has to decide.
func (l *contactsConflicts) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		page, err := d.Store.OpenConflicts(ctx, d.org.ID, store.MatchFilter{Search: l.Text, Limit: l.Limit})
		if err != nil {
			return err
		}
		if len(page.Rows) == 0 {
			return out.tell("There are no conflicts.")
		}
		c := columnsOf(out, "ID", "CUSTOMER", "FIELD", "RENOZ", "BY", "XERO")
		for _, x := range page.Rows {
			c.row(x.ID, x.Name, x.Field, x.Ours, x.OursBy, x.Theirs)
		}
		return c.Flush()
	})
}
