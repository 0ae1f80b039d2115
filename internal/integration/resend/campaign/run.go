package campaign

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// A slice is what one transaction queues, in whole requests of 100 mails. With
// more than most mails that have yet to leave, a campaign waits.
const (
	slice = 200
	most  = 1000
)

// run queues the next mails of a campaign, or ends it.
func (s *Service) run(ctx context.Context, c mail.Campaign) (did bool, waiting int, err error) {
	if waiting, err = s.Store.MailsWaitingIn(ctx, c.ID); err != nil || waiting >= most {
		return false, waiting, err
	}
	rows, err := s.Store.WaitingRecipients(ctx, c, -1, slice)
	if err != nil {
		return false, waiting, err
	}
	if len(rows) == 0 {
		if waiting > 0 {
			return false, waiting, nil
		}
		now := s.Now()
		c.State, c.EndedAt = mail.CampaignDone, &now
		return true, 0, s.Store.InTx(ctx, func(tx *store.Tx) error { return faster(s.finish(ctx, tx, c)) })
	}
	err = s.queueSlice(ctx, c, rows)
	if text, ok := said(err); ok && crm.KindOf(err) != crm.Unavailable {
		return true, waiting, s.halt(ctx, c, text)
	}
	return true, waiting, err
}

// finish ends a campaign that runs, unless something was added to it meanwhile.
func (s *Service) finish(ctx context.Context, tx *store.Tx, c mail.Campaign) error {
	if ok, err := tx.HoldCampaign(ctx, c, mail.CampaignRunning); err != nil || !ok {
		if err == nil {
			err = errFaster
		}
		return err
	}
	rows, err := tx.WaitingRecipients(ctx, c, -1, 1)
	if err != nil {
		return err
	}
	waiting, err := tx.MailsWaitingIn(ctx, c.ID)
	if err != nil {
		return err
	}
	if len(rows) > 0 || waiting > 0 {
		return errFaster
	}
	return tx.StepCampaign(ctx, c, mail.CampaignRunning)
}

// halt pauses a campaign that cannot go on before a person does something.
func (s *Service) halt(ctx context.Context, c mail.Campaign, problem string) error {
	c.State, c.Problem = mail.CampaignPaused, problem
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return faster(tx.StepCampaign(ctx, c, mail.CampaignRunning)) })
}

// made is a letter that was written before the transaction that queues it.
type made struct {
	resend.Draft
	err error
}

// queueSlice writes the letters of the first recipients and queues as many as a
// slice has, with more recipients in place of those that get nothing.
func (s *Service) queueSlice(ctx context.Context, c mail.Campaign, rows []store.Addressee) error {
	l, err := s.letters(ctx, s.Store.Reader, c)
	if err != nil {
		return err
	}
	letters := make([]made, len(rows))
	together(len(rows), func(i int) {
		if address, err := crm.ParseEmail(rows[i].Email); err == nil {
			letters[i].Draft, letters[i].err = l.letter(rows[i], address)
		}
	})
	ready := make(map[int]made, len(rows))
	for i, a := range rows {
		ready[a.Position] = letters[i]
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if ok, err := tx.HoldCampaign(ctx, c, mail.CampaignRunning); err != nil || !ok {
			if err == nil {
				err = errFaster
			}
			return err
		}
		queued := 0
		for after := -1; queued < slice; {
			rows, err := tx.WaitingRecipients(ctx, c, after, slice-queued)
			if err != nil || len(rows) == 0 {
				return err
			}
			for _, a := range rows {
				after = a.Position
				left, err := s.send(ctx, tx, l, outgoing{a, ready[a.Position]})
				if err != nil {
					return err
				}
				if left {
					queued++
				}
			}
		}
		return nil
	})
}

// outgoing is a recipient whose turn has come, with its letter if that was
// written already.
type outgoing struct {
	store.Addressee
	made
}

// send queues the mail of a recipient, or skips it. It reports whether a mail
// waits to leave.
func (s *Service) send(ctx context.Context, tx *store.Tx, l letters, o outgoing) (left bool, err error) {
	r := mail.Recipient{Campaign: l.campaign.ID, Org: l.campaign.Org, Position: o.Position, Address: o.Planned, State: mail.RecipientSkipped}
	if r.Problem, err = s.unfit(ctx, tx, &r, o.Addressee); err != nil {
		return false, err
	}
	if r.Problem.Code == "" {
		d, err := o.Draft, o.err
		if d.To != r.Address {
			d, err = l.letter(o.Addressee, r.Address)
		}
		if left, err = s.queue(ctx, tx, &r, made{d, err}); err != nil {
			return false, err
		}
	}
	ok, err := tx.SettleRecipient(ctx, r)
	if err == nil && !ok {
		err = errFaster
	}
	return left, err
}

// unfit tells why a customer gets nothing who would have when the campaign was
// planned. An address that has changed since is followed.
func (s *Service) unfit(ctx context.Context, tx *store.Tx, r *mail.Recipient, a store.Addressee) (mail.Problem, error) {
	if a.Archived {
		return isGone(), nil
	}
	address, err := crm.ParseEmail(a.Email)
	if err != nil {
		return noAddress(), nil //nolint:nilerr // it is told with the recipient
	}
	if address == a.Planned {
		return mail.Problem{}, nil
	}
	r.Address = address
	taken, err := tx.AddressTaken(ctx, *r)
	if taken {
		return sameAddress(), err
	}
	return mail.Problem{}, err
}

// queue hands a letter over, and notes why it cannot be where that is about the
// letter or the address.
func (s *Service) queue(ctx context.Context, tx *store.Tx, r *mail.Recipient, m made) (bool, error) {
	if m.err != nil {
		var ok bool
		if r.Problem, ok = lacks(m.err); !ok {
			return false, m.err
		}
		return false, nil
	}
	message, err := s.Mail.Queue(ctx, tx, r.Org, m.Draft)
	if text, ok := said(err); ok && crm.KindOf(err) == crm.Invalid {
		r.Problem = mail.Problem{Code: "refused", Text: text}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.State, r.Mail = mail.RecipientQueued, &message.ID
	return message.State == mail.Queued, nil
}

// stop takes back what a cancelled campaign has not sent, and ends it when
// nothing of it is leaving any more.
func (s *Service) stop(ctx context.Context, c mail.Campaign) (did bool, waiting int, err error) {
	taken := 0
	err = s.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		taken, err = tx.CancelRecipients(ctx, c, "Its campaign was cancelled.")
		return err
	})
	if err != nil || taken > 0 {
		return true, 0, err
	}
	if waiting, err = s.Store.MailsWaitingIn(ctx, c.ID); err != nil || waiting > 0 {
		return false, waiting, err
	}
	now := s.Now()
	c.State, c.EndedAt = mail.CampaignCancelled, &now
	return true, 0, s.Store.InTx(ctx, func(tx *store.Tx) error { return faster(tx.StepCampaign(ctx, c, mail.CampaignStopping)) })
}
