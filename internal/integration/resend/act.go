package resend

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Mails lists messages of the organisation that acts, the newest first.
func (s *Service) Mails(ctx context.Context, f mail.Filter) ([]mail.Message, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return nil, err
	}
	return s.Store.Mails(ctx, me.Org, f)
}

// Told is a message with what was told of it, the earliest first.
type Told struct {
	mail.Message
	Events []mail.Event
}

// Mail is one message. A missing one is an Error of kind NotFound.
func (s *Service) Mail(ctx context.Context, id mail.ID) (Told, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return Told{}, err
	}
	m, err := s.Store.Mail(ctx, me.Org, id)
	if err != nil {
		return Told{}, err
	}
	events, err := s.Store.MailEvents(ctx, id)
	return Told{m, events}, err
}

// Cancel takes a message back that has not left. It returns an Error of kind
// Conflict for one that has.
func (s *Service) Cancel(ctx context.Context, id mail.ID) error {
	me, err := auth.Require(ctx, auth.MailSend)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.Mail(ctx, me.Org, id); err != nil {
			return err
		}
		return tx.CancelMail(ctx, me.Org, id, me.Actor()+" took it back.")
	})
}

// SendAgain queues a message once more that failed before it left, or was
// cancelled. It returns an Error of kind Conflict for any other.
func (s *Service) SendAgain(ctx context.Context, id mail.ID) error {
	me, err := auth.Require(ctx, auth.MailSend)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.Mail(ctx, me.Org, id); err != nil {
			return err
		}
		if err := tx.RequeueMail(ctx, me.Org, id); err != nil {
			return err
		}
		return tx.Wake(ctx, PushArgs{me.Org}, jobs.Urgent)
	})
}

// Figures is what the card of mail shows.
type Figures struct {
	View
	Since  time.Time // of the counts
	Counts map[mail.State]int
}

// Left is how many messages have left.
func (f Figures) Left() int {
	n := 0
	for state, count := range f.Counts {
		switch state {
		case mail.Queued, mail.Sending, mail.Cancelled, mail.Suppressed, mail.Failed:
		default:
			n += count
		}
	}
	return n
}

// Arrived is how many messages are known to have arrived.
func (f Figures) Arrived() int {
	return f.Counts[mail.Delivered] + f.Counts[mail.Opened] + f.Counts[mail.Clicked] + f.Counts[mail.Complained]
}

// Figures counts the messages of the last so many days, today included.
func (s *Service) Figures(ctx context.Context, days int) (Figures, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return Figures{}, err
	}
	org, err := s.Store.Organisation(ctx, me.Org)
	if err != nil {
		return Figures{}, err
	}
	v, err := s.viewOf(ctx, me.Org)
	if err != nil {
		return Figures{}, err
	}
	now := s.Now().In(org.Location())
	since := time.Date(now.Year(), now.Month(), now.Day()+1-days, 0, 0, 0, 0, org.Location())
	counts, err := s.Store.CountMails(ctx, me.Org, since)
	return Figures{View: v, Since: since, Counts: counts}, err
}
