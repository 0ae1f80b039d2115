package campaign

import (
	"context"
	"errors"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// planStep is how many customers are looked at in one transaction.
const planStep = 200

// plan finds out what would become of the next customers, or lets a person look
// when there are no more.
func (s *Service) plan(ctx context.Context, c mail.Campaign) error {
	rows, err := s.Store.CampaignCustomers(ctx, c, planStep)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		c.State = mail.CampaignReady
		return s.Store.InTx(ctx, func(tx *store.Tx) error { return faster(tx.StepCampaign(ctx, c, mail.CampaignPreparing)) })
	}
	l, err := s.letters(ctx, s.Store.Reader, c)
	if text, ok := said(err); ok {
		return s.fail(ctx, c, text)
	}
	if err != nil {
		return err
	}
	wishes, failures := make([]planned, len(rows)), make([]error, len(rows))
	together(len(rows), func(i int) {
		wishes[i], failures[i] = planOf(l, rows[i])
		wishes[i].Position = c.Planned + i
	})
	if err := errors.Join(failures...); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		ok, err := tx.AdvanceCampaign(ctx, c, rows[len(rows)-1].Place, len(rows))
		if err != nil {
			return err
		}
		if !ok {
			return errFaster
		}
		for _, w := range wishes {
			if err := s.add(ctx, tx, c, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// Prepare finds out what a campaign would do to its end, for those who wait for
// it. A list that is still being read is left alone.
func (s *Service) Prepare(ctx context.Context, id mail.CampaignID) error {
	for {
		c, err := s.Campaign(ctx, id)
		if err != nil || c.State != mail.CampaignPreparing {
			return err
		}
		if err := s.plan(ctx, c); err != nil && !errors.Is(err, errFaster) {
			return err
		}
	}
}

// planned is a recipient as far as can be told without the database, and what
// keeps its letter from being made.
type planned struct {
	mail.Recipient
	lacks *mail.Problem
}

// planOf fills the letter in as the run will, to learn whether it can be made. Of
// marketing for somebody who has not agreed that is not done in vain.
func planOf(l letters, a store.Addressee) (planned, error) {
	c := l.campaign
	p := planned{Recipient: mail.Recipient{Campaign: c.ID, Org: c.Org, Customer: a.ID, Name: a.Name, State: mail.RecipientWaiting}}
	address, err := crm.ParseEmail(a.Email)
	if err != nil {
		p.State, p.Address, p.Problem = mail.RecipientSkipped, "", noAddress()
		return p, nil
	}
	p.Address = address
	if a.Archived {
		p.State, p.Problem = mail.RecipientSkipped, isGone()
		return p, nil
	}
	if c.Category.Stream() == mail.Marketing && !a.Consent {
		return p, nil
	}
	if err = l.check(a, address); err != nil {
		problem, ok := lacks(err)
		if !ok {
			return p, err
		}
		p.lacks = &problem
	}
	return p, nil
}

// add adds a recipient with what would become of it. What must not be sent comes
// first: that is what a person has to know of an address.
func (s *Service) add(ctx context.Context, tx *store.Tx, c mail.Campaign, p planned) error {
	r := p.Recipient
	if r.State == mail.RecipientWaiting {
		why, stopped, err := s.Mail.Stopped(ctx, tx, mail.Message{
			Org: c.Org, Category: c.Category, Stream: c.Category.Stream(), Customer: &r.Customer, Campaign: &c.ID, Recipient: r.Address,
		})
		switch {
		case err != nil:
			return err
		case stopped:
			r.State, r.Problem = mail.RecipientSkipped, why
		case p.lacks != nil:
			r.State, r.Problem = mail.RecipientSkipped, *p.lacks
		}
	}
	fresh, err := tx.AddRecipient(ctx, r)
	if err != nil || fresh {
		return err
	}
	r.State, r.Problem = mail.RecipientSkipped, sameAddress()
	_, err = tx.AddRecipient(ctx, r)
	return err
}

func noAddress() mail.Problem {
	return mail.Problem{Code: mail.NoAddress, Text: "The customer has no e-mail address that can be written to. Enter one with the customer."}
}

func sameAddress() mail.Problem {
	return mail.Problem{Code: mail.SameAddress, Text: "Another customer of the campaign has the same address, which gets one mail."}
}

func isGone() mail.Problem {
	return mail.Problem{Code: mail.CustomerIsGone, Text: "The customer is archived."}
}

// Sample is what a recipient of a campaign would get now.
type Sample struct {
	Recipient mail.Recipient
	resend.Draft
	Problem string // why it cannot be made; then there is no draft
}
