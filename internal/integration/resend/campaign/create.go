package campaign

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Wish is a campaign that somebody wants.
type Wish struct {
	Name     string
	Template string // its key
	Audience mail.Audience
	List     io.Reader // of a listed audience: numbers or addresses, one a line, or CSV
}

const (
	longestName   = 120
	longestSearch = 200
)

// Create makes a campaign and begins to find out what it would do. Nothing is
// sent before Start. It returns an Error of kind Invalid with the fields name,
// template, audience, search and list, and one of kind Precondition for
// marketing that nobody could end.
func (s *Service) Create(ctx context.Context, w Wish) (mail.Campaign, error) {
	me, err := auth.Require(ctx, auth.MailSend)
	if err != nil {
		return mail.Campaign{}, err
	}
	c := mail.Campaign{
		ID: crm.NewID[mail.Campaign](), Org: me.Org, Name: strings.Join(strings.Fields(w.Name), " "), Template: strings.TrimSpace(w.Template), Audience: w.Audience,
		State: mail.CampaignPreparing, Actor: me.Actor(),
	}
	c.Audience.Search = strings.TrimSpace(c.Audience.Search)
	if err := s.check(ctx, &c); err != nil {
		return c, err
	}
	if c.Audience.Kind == mail.Listed {
		return s.createListed(ctx, c, w.List)
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.AddCampaign(ctx, c); err != nil {
			return err
		}
		return tx.Wake(ctx, Args{c.Org}, jobs.Urgent)
	})
	return c, err
}

// check refuses what makes no sense, and finds the category.
func (s *Service) check(ctx context.Context, c *mail.Campaign) error {
	wrong := map[string]string{}
	if c.Name == "" || len(c.Name) > longestName {
		wrong["name"] = "Give it a name of at most 120 characters, by which you find it again."
	}
	switch c.Audience.Kind {
	case mail.Everybody, mail.Listed:
		c.Audience.Search = ""
	case mail.Searched:
		if c.Audience.Search == "" || len(c.Audience.Search) > longestSearch {
			wrong["search"] = "Enter what to look for among customers, in at most 200 characters."
		}
	default:
		wrong["audience"] = "Choose whom it is for: everybody, search or list."
	}
	t, err := s.Mail.Template(ctx, s.Store.Reader, c.Org, c.Template)
	switch {
	case crm.KindOf(err) == crm.NotFound || c.Template == "":
		wrong["template"] = "Choose a template that exists."
	case err != nil:
		return err
	default:
		c.Category = categoryOf(t)
		var e *crm.Error
		if errors.As(fits(t), &e) {
			wrong["template"] = e.Fields["template"]
		}
	}
	if err := crm.FieldErrors(wrong); err != nil {
		return err
	}
	return s.endable(*c)
}

// createListed reads the list of a campaign, some lines in each transaction.
// What was read of one that breaks off is given up with the campaign.
func (s *Service) createListed(ctx context.Context, c mail.Campaign, list io.Reader) (mail.Campaign, error) {
	c.State = mail.CampaignLoading
	if list == nil {
		list = strings.NewReader("")
	}
	in := newLines(list)
	lines, err := s.someLines(ctx, c, in)
	if err != nil {
		return c, err
	}
	if len(lines) == 0 {
		return c, crm.FieldErrors(map[string]string{"list": "Enter customer numbers or e-mail addresses, one a line, or choose a file that has some."})
	}
	if err := s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.AddCampaign(ctx, c) }); err != nil {
		return c, err
	}
	for err == nil && len(lines) > 0 {
		if err = s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.AddCampaignLines(ctx, c, lines) }); err == nil {
			lines, err = s.someLines(ctx, c, in)
		}
	}
	kept := context.WithoutCancel(ctx)
	if err != nil {
		if text, ok := said(err); ok {
			return c, errors.Join(err, s.fail(kept, c, text))
		}
		return c, errors.Join(err, s.fail(kept, c, "The list did not arrive whole. Make the campaign again."))
	}
	return s.loaded(kept, c)
}

// loaded lets a campaign be prepared whose list was read, if it names anybody.
func (s *Service) loaded(ctx context.Context, c mail.Campaign) (mail.Campaign, error) {
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		read, err := tx.Campaign(ctx, c.Org, c.ID)
		if err != nil {
			return err
		}
		c = read
		c.State = mail.CampaignPreparing
		if c.Lines == c.BadLines {
			now := tx.Now()
			c.State, c.EndedAt, c.Problem = mail.CampaignFailed, &now, "No line of the list names a customer that can be written to."
		}
		if err := tx.StepCampaign(ctx, c, mail.CampaignLoading); err != nil {
			return err
		}
		return tx.Wake(ctx, Args{c.Org}, jobs.Urgent)
	})
	return c, err
}
