package campaign

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

// Progress is how far a campaign is.
type Progress struct {
	mail.Campaign
	Mails     map[mail.State]int
	Total     int // recipients that were found
	Waiting   int // those that have yet to get it
	Sent      int // left, whatever became of it
	Failed    int
	Skipped   int
	Cancelled int
	Rate      float64       // with an outcome in a minute, since it last went on
	Left      time.Duration // zero: not known
	Took      time.Duration // from the beginning to the end, or to now
	Allowance resend.Allowance
}

// ToSend is how many recipients there is a mail for.
func (p Progress) ToSend() int { return p.Total - p.Skipped }

// Settled is how many of them have an outcome.
func (p Progress) Settled() int { return p.Sent + p.Failed + p.Cancelled }

// Arrived is how many mails are known to have arrived.
func (p Progress) Arrived() int {
	return p.Mails[mail.Delivered] + p.Mails[mail.Opened] + p.Mails[mail.Clicked] + p.Mails[mail.Complained]
}

func progressOf(c mail.Campaign, t mail.CampaignTally) Progress {
	p := Progress{Campaign: c, Mails: t.Mails}
	p.Waiting = t.Recipients[mail.RecipientWaiting] + t.Mails[mail.Queued] + t.Mails[mail.Sending]
	p.Skipped = t.Recipients[mail.RecipientSkipped] + t.Mails[mail.Suppressed]
	p.Cancelled = t.Recipients[mail.RecipientCancelled] + t.Mails[mail.Cancelled]
	p.Failed = t.Mails[mail.Failed]
	for _, s := range []mail.State{mail.Sent, mail.Delayed, mail.Delivered, mail.Opened, mail.Clicked, mail.Bounced, mail.Complained} {
		p.Sent += t.Mails[s]
	}
	p.Total = p.Waiting + p.Skipped + p.Cancelled + p.Failed + p.Sent
	return p
}

// Progress counts how far a campaign of the organisation that acts is.
func (s *Service) Progress(ctx context.Context, id mail.CampaignID) (Progress, error) {
	c, err := s.Campaign(ctx, id)
	if err != nil {
		return Progress{}, err
	}
	tally, err := s.Store.CampaignTally(ctx, c)
	if err != nil {
		return Progress{}, err
	}
	p := progressOf(c, tally)
	if c.Category.Stream() == mail.Marketing {
		if p.Allowance, err = s.Allowance(ctx); err != nil {
			return p, err
		}
	}
	p.pace(s.Now())
	return p, nil
}

// pace is how fast a campaign is, since it last went on.
func (p *Progress) pace(now time.Time) {
	if p.BegunAt == nil {
		return
	}
	end := now
	if p.EndedAt != nil {
		end = *p.EndedAt
	}
	p.Took = end.Sub(*p.BegunAt)
	if p.State != mail.CampaignRunning || p.ResumedAt == nil {
		return
	}
	p.Rate = float64(max(p.Settled()-p.Campaign.Settled, 0)) / max(now.Sub(*p.ResumedAt), time.Second).Minutes()
	if p.Rate > 0 {
		p.Left = time.Duration(float64(p.Waiting) / p.Rate * float64(time.Minute))
	}
}

// Campaign is one of the organisation that acts. A missing one is an Error of
// kind NotFound.
func (s *Service) Campaign(ctx context.Context, id mail.CampaignID) (mail.Campaign, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return mail.Campaign{}, err
	}
	return s.Store.Campaign(ctx, me.Org, id)
}
