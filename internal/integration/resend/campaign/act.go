package campaign

import (
	"context"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Start has a campaign run that is ready or scheduled, from now on. It returns an
// Error of kind Conflict when it is not.
func (s *Service) Start(ctx context.Context, id mail.CampaignID) error {
	return s.act(ctx, id, func(tx *store.Tx, c mail.Campaign) error {
		if err := startable(c); err != nil {
			return err
		}
		if err := s.someone(ctx, tx, c); err != nil {
			return err
		}
		return s.begin(ctx, tx, c)
	})
}

// Schedule has a campaign start by itself, at a time on the organisation's clock
// such as 2026-12-01T09:00. It returns an Error of kind Invalid with the field at
// for a time that is past or does not exist.
func (s *Service) Schedule(ctx context.Context, id mail.CampaignID, at string) error {
	return s.act(ctx, id, func(tx *store.Tx, c mail.Campaign) error {
		if err := startable(c); err != nil {
			return err
		}
		org, err := tx.Organisation(ctx, c.Org)
		if err != nil {
			return err
		}
		moment, err := crm.ParseLocalTime(at, org.Location(), s.Now())
		if err != nil {
			return err
		}
		if err := s.someone(ctx, tx, c); err != nil {
			return err
		}
		was := c.State
		c.State, c.StartAt = mail.CampaignScheduled, &moment
		return tx.StepCampaign(ctx, c, was)
	})
}

func startable(c mail.Campaign) error {
	switch c.State {
	case mail.CampaignReady, mail.CampaignScheduled:
		return nil
	case mail.CampaignLoading, mail.CampaignPreparing:
		return crm.Errorf(crm.Conflict, "The preview is not complete yet. Wait for it.")
	case mail.CampaignFailed:
		return crm.Errorf(crm.Conflict, "This campaign could not be prepared. Make it again.")
	}
	return crm.Errorf(crm.Conflict, "This campaign has begun already.")
}

// someone refuses a campaign that nobody would get.
func (s *Service) someone(ctx context.Context, tx *store.Tx, c mail.Campaign) error {
	rows, err := tx.WaitingRecipients(ctx, c, -1, 1)
	if err == nil && len(rows) == 0 {
		return crm.Errorf(crm.Conflict, "Nobody would get this campaign. The preview says why.")
	}
	return err
}

// begin makes a campaign run, from whatever state it is in.
func (s *Service) begin(ctx context.Context, tx *store.Tx, c mail.Campaign) error {
	was, now := c.State, tx.Now()
	tally, err := tx.CampaignTally(ctx, c)
	if err != nil {
		return err
	}
	c.State, c.Problem, c.ResumedAt, c.EndedAt = mail.CampaignRunning, "", &now, nil
	c.Settled = progressOf(c, tally).Settled()
	if c.BegunAt == nil {
		c.BegunAt = &now
	}
	if err := tx.StepCampaign(ctx, c, was); err != nil {
		return err
	}
	if err := tx.ReleaseCampaignMails(ctx, c); err != nil {
		return err
	}
	if err := tx.Wake(ctx, resend.PushArgs{Org: c.Org}, jobs.Normal); err != nil {
		return err
	}
	return tx.Wake(ctx, Args{c.Org}, jobs.Bulk)
}

// Pause holds a campaign back: nothing more of it leaves but what is on its way.
// One that is scheduled does not start by itself any more.
func (s *Service) Pause(ctx context.Context, id mail.CampaignID) error {
	return s.act(ctx, id, func(tx *store.Tx, c mail.Campaign) error {
		was := c.State
		switch was {
		case mail.CampaignRunning:
			c.State, c.Problem = mail.CampaignPaused, ""
		case mail.CampaignScheduled:
			c.State, c.StartAt = mail.CampaignReady, nil
		default:
			return crm.Errorf(crm.Conflict, "Only a campaign that is under way or scheduled can be paused.")
		}
		return tx.StepCampaign(ctx, c, was)
	})
}

// Resume lets a paused campaign go on.
func (s *Service) Resume(ctx context.Context, id mail.CampaignID) error {
	return s.act(ctx, id, func(tx *store.Tx, c mail.Campaign) error {
		if c.State != mail.CampaignPaused {
			return crm.Errorf(crm.Conflict, "Only a campaign that is paused can be resumed.")
		}
		return s.begin(ctx, tx, c)
	})
}

// Cancel ends a campaign: what has not left is taken back.
func (s *Service) Cancel(ctx context.Context, id mail.CampaignID) error {
	return s.act(ctx, id, func(tx *store.Tx, c mail.Campaign) error {
		was := c.State
		if was.Ended() || was == mail.CampaignStopping {
			return crm.Errorf(crm.Conflict, "This campaign has ended already.")
		}
		c.State, c.StartAt = mail.CampaignStopping, nil
		if err := tx.StepCampaign(ctx, c, was); err != nil {
			return err
		}
		return tx.Wake(ctx, Args{c.Org}, jobs.Urgent)
	})
}

// Retry has mails sent again that failed before they left, and those written
// that could not be. Mails that may have left stay as they are. It reports how
// many, and returns an Error of kind Conflict when there are none.
func (s *Service) Retry(ctx context.Context, id mail.CampaignID) (int, error) {
	again, after := 0, -1
	for more := true; more; {
		err := s.act(ctx, id, func(tx *store.Tx, c mail.Campaign) error {
			n, next, err := s.retrySome(ctx, tx, c, after)
			if err != nil {
				return err
			}
			if n == 0 && next < 0 && again == 0 {
				return crm.Errorf(crm.Conflict, "There is nothing to retry: only what failed before it left is sent again.")
			}
			again, after, more = again+n, max(next, after), n > 0 || next >= 0
			if c.State == mail.CampaignDone && n > 0 {
				return s.begin(ctx, tx, c)
			}
			return tx.Wake(ctx, Args{c.Org}, jobs.Bulk)
		})
		if err != nil {
			return again, err
		}
	}
	if again == 0 {
		return 0, crm.Errorf(crm.Conflict, "There is nothing to retry: only what failed before it left is sent again.")
	}
	return again, nil
}

// retrySome retries a batch, holding the campaign. next is the last position that
// was looked at; -1: none was.
func (s *Service) retrySome(ctx context.Context, tx *store.Tx, c mail.Campaign, after int) (n, next int, err error) {
	switch c.State {
	case mail.CampaignRunning, mail.CampaignPaused, mail.CampaignDone:
	default:
		return 0, -1, crm.Errorf(crm.Conflict, "Only what a campaign could not send can be retried.")
	}
	if ok, err := tx.HoldCampaign(ctx, c, c.State); err != nil || !ok {
		if err == nil {
			err = crm.Errorf(crm.Conflict, "This campaign has gone on meanwhile. Look at it again.")
		}
		return 0, -1, err
	}
	if n, err = tx.RetryMails(ctx, c); err != nil {
		return n, -1, err
	}
	unwritten, last, err := tx.RetryUnwritten(ctx, c, after)
	if last == 0 && unwritten == 0 {
		last = -1
	}
	if n > 0 {
		err = wakePush(ctx, tx, c, err)
	}
	return n + unwritten, last, err
}

func wakePush(ctx context.Context, tx *store.Tx, c mail.Campaign, err error) error {
	if err != nil {
		return err
	}
	return tx.Wake(ctx, resend.PushArgs{Org: c.Org}, jobs.Normal)
}

// act does something to a campaign of the organisation that acts.
func (s *Service) act(ctx context.Context, id mail.CampaignID, do func(*store.Tx, mail.Campaign) error) error {
	me, err := auth.Require(ctx, auth.MailSend)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		c, err := tx.Campaign(ctx, me.Org, id)
		if err != nil {
			return err
		}
		return do(tx, c)
	})
}
