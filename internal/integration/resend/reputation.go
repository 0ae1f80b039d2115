package resend

import (
	"context"
	"log/slog"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// JudgeArgs asks to judge how much of an organisation's mail comes back.
type JudgeArgs struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (JudgeArgs) Kind() string { return "resend_judge" }

// Judge warns people when much mail comes back or is called spam, and holds
// marketing mail back when it is too much: whoever goes on then is soon let
// through by nobody.
func (s *Service) Judge(ctx context.Context, args JudgeArgs) error {
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		kept, err := tx.HoldMailSettings(ctx, args.Org)
		if err != nil {
			return err
		}
		week, err := s.week(ctx, tx.Reader, args.Org)
		if err != nil || len(week) == 0 {
			return err
		}
		v, today := judged(week, kept.Marketing.Reputation), week[len(week)-1].Day.String()
		p := kept.Marketing
		if v.Worst() == mail.Harmful && !p.Holds() {
			now := tx.Now()
			p.Why, p.At = v.Words(), &now
		}
		told := p.Reputation.ToldOn == today && v.Worst() <= p.Reputation.Told
		if v.Worst() == mail.Fine || told && p.Why == kept.Marketing.Why {
			return nil
		}
		p.Reputation.Told, p.Reputation.ToldOn = v.Worst(), today
		if err := tx.KeepMarketing(ctx, args.Org, p); err != nil {
			return err
		}
		_, err = tx.KeepNotice(ctx, warning(args.Org, v, today))
		return err
	})
}

func warning(org crm.OrgID, v mail.Verdict, today string) notify.Notice {
	n := notify.Notice{Org: org, Cause: "mail_reputation_warn_" + today, Level: notify.Warning, Title: "Much mail comes back",
		Text: v.Words() + " Look at the bounces before the next campaign: mail services hold back senders who go on.", Href: "/mail/bounces"}
	if v.Worst() == mail.Harmful {
		n.Cause, n.Level, n.Title = "mail_reputation_bad_"+today, notify.Urgent, "Marketing mail is paused"
		n.Text = v.Words() + " Invoices, receipts and other such mail still leave. Clean the list, then let marketing mail go on."
	}
	return n
}

// week is the mail of the days that are judged, the earliest first, with one for
// each day.
func (s *Service) week(ctx context.Context, r store.Reader, id crm.OrgID) ([]store.DayFigures, error) {
	org, err := r.Organisation(ctx, id)
	if err != nil {
		return nil, err
	}
	today := crm.DayIn(s.Now(), org.Location())
	kept, err := r.FiguresByDay(ctx, id, store.FigureFilter{Facet: mail.Overall, First: today.AddDays(1 - mail.ReputationDays), Last: today})
	return everyDay(kept, today.AddDays(1-mail.ReputationDays), today), err
}

// everyDay fills in the days on which nothing left.
func everyDay(kept []store.DayFigures, first, last crm.Day) (all []store.DayFigures) {
	for day := first; !day.After(last); day = day.AddDays(1) {
		f := store.DayFigures{Day: day}
		if len(kept) > 0 && kept[0].Day == day {
			f, kept = kept[0], kept[1:]
		}
		all = append(all, f)
	}
	return all
}

// judged judges what counts of some days.
func judged(days []store.DayFigures, known mail.Reputation) mail.Verdict {
	var sum mail.Figures
	for _, d := range days {
		sum = sum.Plus(known.Counted(d.Day.String(), d.Figures))
	}
	return mail.Judge(sum)
}

// ResumeMarketing lets marketing mail leave again in the organisation that acts.
// What came back until now does not hold it back any more; what comes back later
// does.
func (s *Service) ResumeMarketing(ctx context.Context) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		kept, err := tx.HoldMailSettings(ctx, me.Org)
		if err != nil || !kept.Marketing.Holds() {
			return err
		}
		week, err := s.week(ctx, tx.Reader, me.Org)
		if err != nil {
			return err
		}
		forgiven := map[string]mail.Figures{}
		for _, d := range week {
			if d.Figures != (mail.Figures{}) {
				forgiven[d.Day.String()] = d.Figures
			}
		}
		s.Log.InfoContext(ctx, "marketing mail goes on", slog.String("org", me.Org.String()), slog.String("by", me.Actor()))
		if err := tx.KeepMarketing(ctx, me.Org, mail.MarketingPause{Reputation: mail.Reputation{Forgiven: forgiven}}); err != nil {
			return err
		}
		return tx.Wake(ctx, PushArgs{me.Org}, jobs.Normal)
	})
}
