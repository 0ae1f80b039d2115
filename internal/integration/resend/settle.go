package resend

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// settle keeps what became of a parcel, with the history.
func (s *Service) settle(ctx context.Context, p store.Parcel, got answer) error {
	v := s.judge(p, got)
	if v.counts {
		p.Attempts++
		switch {
		case v.do == repeat && p.Attempts > len(ladder):
			v.do, v.problem = giveUp, uncertain()
		case v.do == repeat:
			v.wait = s.Schedule.Wait(ladder[p.Attempts-1])
		}
	}
	p.Doubtful = v.do == repeat
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		call, err := s.keepCall(ctx, tx, p.Org, got)
		if err != nil {
			return err
		}
		if err := s.settleMails(ctx, tx, settling{p, v, got, call}); err != nil {
			return err
		}
		if v.pause != nil {
			if err := s.pause(ctx, tx, p.Org, *v.pause); err != nil {
				return err
			}
		}
		if v.do == repeat {
			return tx.RepeatParcel(ctx, s.Process.ID, p, s.Now().Add(v.wait))
		}
		return tx.EndParcel(ctx, s.Process.ID, p)
	})
}

// settling is a parcel with what becomes of it, and why.
type settling struct {
	store.Parcel
	verdict
	answer
	call *crm.CallID // in the history; nil: none was made
}

// settleMails brings each mail of a parcel to where it stands now. They are held
// in the order of their ids, and then by their ids at the service, as those do
// who look at webhooks.
func (s *Service) settleMails(ctx context.Context, tx *store.Tx, p settling) error {
	mails, err := tx.HoldMailsIn(ctx, p.Parcel)
	if err != nil {
		return err
	}
	failed, back := 0, 0
	var accepted []mail.Message
	for _, m := range mails {
		before := m
		s.apply(&m, p)
		if err := tx.ChangeMail(ctx, before, m); err != nil {
			return err
		}
		if m.Stream == mail.Marketing && m.State == mail.Queued && before.State != mail.Queued {
			back++
		}
		gaveUp := m.State == mail.Failed && before.State != mail.Failed
		if gaveUp {
			failed++
		}
		if p.do == accept && m.RemoteID != "" {
			accepted = append(accepted, m)
		}
		if p.do == accept || gaveUp {
			if err := s.keepEntry(ctx, tx, m, p); err != nil {
				return err
			}
		}
	}
	if err := s.adopt(ctx, tx, accepted...); err != nil {
		return err
	}
	if err := s.countBack(ctx, tx, p.Org, back); err != nil {
		return err
	}
	return s.tellFailed(ctx, tx, p.Org, failed)
}

// apply does to a mail what the verdict says.
func (s *Service) apply(m *mail.Message, p settling) {
	switch {
	case p.do == accept:
		s.accept(m, p.items[m.Position])
	case m.State != mail.Sending: // something was told of it meanwhile: it has gone
	case p.do == repeat:
		if p.counts {
			m.Attempts++
		}
		if p.problem.Text != "" {
			m.Problem = p.problem
		}
	default:
		s.setBack(m, p.verdict)
	}
}

// accept takes what Resend said about one mail.
func (s *Service) accept(m *mail.Message, item resendapi.BatchItem) {
	m.Attempts++
	if !item.Refused() {
		m.Meet(item.EmailID)
		m.RemoteID = item.EmailID
		m.Fold(mail.Event{What: mail.WasSent, At: s.Now()})
		return
	}
	if m.State == mail.Sending {
		m.State, m.Parcel, m.Problem = mail.Failed, nil, mail.Problem{Code: "refused", Text: "Resend refused this mail: " + item.Refusal}
	}
}

// adopt lets mails follow what was told of them before their ids were known.
func (s *Service) adopt(ctx context.Context, tx *store.Tx, mails ...mail.Message) error {
	slices.SortFunc(mails, func(a, b mail.Message) int { return cmp.Compare(a.RemoteID, b.RemoteID) })
	remotes := make([]string, len(mails))
	for i, m := range mails {
		remotes[i] = m.RemoteID
	}
	told, err := tx.MeetMails(ctx, remotes)
	if err != nil {
		return err
	}
	for _, m := range mails {
		if !slices.Contains(told, m.RemoteID) {
			continue
		}
		if err := s.adoptOne(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) adoptOne(ctx context.Context, tx *store.Tx, m mail.Message) error {
	told, err := tx.AdoptMailEvents(ctx, m)
	if err != nil {
		return err
	}
	if m, _, err = tx.HoldMail(ctx, m.ID); err != nil { // more may have been told since
		return err
	}
	before := m
	for _, e := range told {
		if err := s.follow(ctx, tx, &m, e); err != nil {
			return err
		}
	}
	return tx.ChangeMail(ctx, before, m)
}

// setBack has a mail wait that has not gone, or gives it up.
func (s *Service) setBack(m *mail.Message, v verdict) {
	m.Parcel = nil
	if v.problem.Text != "" {
		m.Problem = v.problem
	}
	if v.counts {
		m.Attempts++
	}
	wait := v.wait
	switch {
	case v.do == giveUp, v.counts && m.Attempts > len(ladder):
		m.State = mail.Failed
		return
	case v.counts:
		wait = s.Schedule.Wait(ladder[m.Attempts-1])
	}
	m.State, m.DueAt, m.Alone = mail.Queued, s.Now().Add(wait), m.Alone || v.do == separate
}

func (s *Service) tellFailed(ctx context.Context, tx *store.Tx, org crm.OrgID, failed int) error {
	if failed == 0 {
		return nil
	}
	text := fmt.Sprintf("%d mails were given up. Each says why, and can be sent again.", failed)
	if failed == 1 {
		text = "A mail was given up. It says why, and can be sent again."
	}
	_, err := tx.KeepNotice(ctx, notify.Notice{Org: org, Cause: "mail_failed", Level: notify.Urgent, Title: "Mail could not be sent", Text: text, Href: "/mail?state=failed"})
	return err
}

func (s *Service) pause(ctx context.Context, tx *store.Tx, org crm.OrgID, p mail.Pause) error {
	if err := tx.PauseMail(ctx, org, p); err != nil {
		return err
	}
	_, err := tx.KeepNotice(ctx, notify.Notice{Org: org, Cause: "mail_paused_" + p.Code, Level: notify.Urgent, Title: "Mail is paused", Text: p.Why, Href: "/mail/settings"})
	return err
}
