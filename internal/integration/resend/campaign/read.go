package campaign

import (
	"context"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Campaigns lists those of the organisation that acts, the newest first.
func (s *Service) Campaigns(ctx context.Context, f mail.CampaignFilter) (store.Page[mail.Campaign], error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return store.Page[mail.Campaign]{}, err
	}
	return s.Store.Campaigns(ctx, me.Org, f)
}

// Tally counts how the recipients of a campaign stand, for lists.
func (s *Service) Tally(ctx context.Context, c mail.Campaign) (Progress, error) {
	t, err := s.Store.CampaignTally(ctx, c)
	return progressOf(c, t), err
}

// Recipients lists those of a campaign in the order in which it goes.
func (s *Service) Recipients(ctx context.Context, c mail.Campaign, f mail.RecipientFilter) (store.Page[mail.Recipient], error) {
	return s.Store.Recipients(ctx, c, f)
}

// Reasons groups whom a campaign leaves out, the largest group first.
func (s *Service) Reasons(ctx context.Context, c mail.Campaign) ([]mail.SkipReason, error) {
	return s.Store.SkipReasons(ctx, c)
}

// BadLines are up to max lines of a campaign's list that name no customer,
// behind a line.
func (s *Service) BadLines(ctx context.Context, c mail.Campaign, after, max int) ([]mail.BadLine, error) {
	return s.Store.BadLines(ctx, c, after, max)
}

// Retriable is how many recipients of a campaign Retry would reach.
func (s *Service) Retriable(ctx context.Context, c mail.Campaign, reasons []mail.SkipReason) (int, error) {
	n, err := s.Store.CountRetriable(ctx, c)
	for _, r := range reasons {
		if r.Code == mail.CannotBeMade {
			n += r.Count
		}
	}
	return n, err
}

// Choices are the templates that the organisation that acts can send to many, its
// own ones too, by name.
func (s *Service) Choices(ctx context.Context) ([]Choice, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return nil, err
	}
	known, err := s.Mail.Templates(ctx, resend.TemplateFilter{})
	if err != nil {
		return nil, err
	}
	var out []Choice
	for _, k := range known {
		if !k.Sent() {
			continue
		}
		t, err := s.Mail.Template(ctx, s.Store.Reader, me.Org, k.Key)
		switch {
		case crm.KindOf(err) == crm.NotFound || err == nil && fits(t) != nil: // archived meanwhile, or about one record
		case err != nil:
			return nil, err
		default:
			out = append(out, Choice{k.Key, t.Name, k.Purpose, categoryOf(t)})
		}
	}
	return out, nil
}

// Sample makes what a recipient of a campaign would get now. A position below
// zero asks for the first that would get it. Nothing is sent.
func (s *Service) Sample(ctx context.Context, c mail.Campaign, position int) (Sample, error) {
	var sample Sample
	if position < 0 {
		rows, err := s.Store.WaitingRecipients(ctx, c, -1, 1)
		if err != nil {
			return sample, err
		}
		position = 0
		if len(rows) > 0 {
			position = rows[0].Position
		}
	}
	var err error
	if sample.Recipient, err = s.Store.Recipient(ctx, c, position); err != nil {
		return sample, err
	}
	a, err := s.addressee(ctx, c, sample.Recipient)
	if err != nil {
		return sample, err
	}
	l, err := s.letters(ctx, s.Store.Reader, c)
	if text, ok := said(err); ok {
		sample.Problem = text
		return sample, nil
	}
	if err != nil {
		return sample, err
	}
	address, err := crm.ParseEmail(a.Email)
	if err != nil {
		sample.Problem = noAddress().Text
		return sample, nil
	}
	if sample.Draft, err = l.letter(a, address); err == nil {
		return sample, nil
	}
	problem, ok := lacks(err)
	if !ok {
		return sample, err
	}
	sample.Problem = problem.Text
	return sample, nil
}

func (s *Service) addressee(ctx context.Context, c mail.Campaign, r mail.Recipient) (store.Addressee, error) {
	customer, err := s.Store.Customer(ctx, c.Org, r.Customer)
	a := store.Addressee{ID: customer.ID, Number: customer.Number, Name: customer.Name, Email: customer.Email, Consent: customer.MarketingConsent}
	if len(customer.Contacts) > 0 {
		a.Contact = customer.Contacts[0].FirstName
	}
	return a, err
}
