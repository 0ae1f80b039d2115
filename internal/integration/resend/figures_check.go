package resend

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// CheckAllFiguresArgs asks to check the figures of those organisations whose turn
// it is.
type CheckAllFiguresArgs struct{}

// Kind names the job.
func (CheckAllFiguresArgs) Kind() string { return "resend_check_all_figures" }

// CheckFiguresArgs asks to check an organisation's figures of mail.
type CheckFiguresArgs struct {
	Org   crm.OrgID `json:"org"`
	Whole bool      `json:"whole"` // all days, not the latest alone
}

// Kind names the job.
func (CheckFiguresArgs) Kind() string { return "resend_check_figures" }

// When figures are checked: in this hour of the organisation's night, as far back
// as anything is told of mail.
const (
	checkHour = 3
	checkDays = 35
)

// CheckAllFigures has the figures of each organisation checked once a night, and
// all added up anew where days were told apart by another clock than today's.
func (s *Service) CheckAllFigures(ctx context.Context, _ CheckAllFiguresArgs) error {
	orgs, err := s.Store.Organisations(ctx)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, o := range orgs {
			kept, err := tx.MailSettings(ctx, o.ID)
			if err != nil {
				return err
			}
			whole := kept.Zone != o.TimeZone
			if !whole && s.Now().In(o.Location()).Hour() != checkHour {
				continue
			}
			if err := tx.Wake(ctx, CheckFiguresArgs{o.ID, whole}, jobs.Normal); err != nil {
				return err
			}
		}
		return nil
	})
}

// CheckFigures compares the figures of an organisation with its mails, and mails
// with what was told of them, day by day. What differs is mended and told.
func (s *Service) CheckFigures(ctx context.Context, args CheckFiguresArgs) error {
	org, err := s.Store.Organisation(ctx, args.Org)
	if err != nil {
		return err
	}
	left, err := s.Store.FirstThatLeft(ctx, org.ID)
	if err != nil {
		return err
	}
	today := crm.DayIn(s.Now(), org.Location())
	first := today.AddDays(-checkDays)
	if args.Whole {
		first = today
	}
	if left != nil && (args.Whole || crm.DayIn(*left, org.Location()).After(first)) {
		first = crm.DayIn(*left, org.Location()).AddDays(-1)
	}
	wrong := 0
	for day := first; !day.After(today.AddDays(1)); day = day.AddDays(1) {
		if s.rest.Load() || ctx.Err() != nil {
			return jobs.Snooze(time.Second)
		}
		n, err := s.checkDay(ctx, org, day)
		if err != nil {
			return err
		}
		wrong += n
		if day.AddDays(1).Month() != day.Month() || day.After(today) {
			if n, err = s.checkMonth(ctx, org.ID, day); err != nil {
				return err
			}
			wrong += n
		}
	}
	if args.Whole {
		return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.FiguresCounted(ctx, org.ID, org.TimeZone) })
	}
	return s.tellMended(ctx, org.ID, wrong)
}

// checkDay mends one day and returns how much of it was wrong.
func (s *Service) checkDay(ctx context.Context, org crm.Organisation, day crm.Day) (wrong int, err error) {
	behind, err := s.Store.MailsBehind(ctx, org.ID, day.Time(org.Location()), day.AddDays(1).Time(org.Location()))
	if err != nil {
		return 0, err
	}
	for _, id := range behind {
		if err := s.catchUp(ctx, id); err != nil {
			return 0, err
		}
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		wrong, err = tx.MendFigures(ctx, org.ID, day, org.Location())
		return err
	})
	return wrong + len(behind), err
}

func (s *Service) checkMonth(ctx context.Context, org crm.OrgID, month crm.Day) (wrong int, err error) {
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		wrong, err = tx.MendMonth(ctx, org, month)
		return err
	})
	return wrong, err
}

// catchUp lets a mail follow all that was ever told of it.
func (s *Service) catchUp(ctx context.Context, id mail.ID) error {
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		m, found, err := tx.HoldMail(ctx, id)
		if err != nil || !found {
			return err
		}
		told, err := tx.MailEvents(ctx, id)
		if err != nil {
			return err
		}
		before := m
		for _, e := range told {
			m.Fold(e)
		}
		return tx.ChangeMail(ctx, before, m)
	})
}

func (s *Service) tellMended(ctx context.Context, org crm.OrgID, wrong int) error {
	if wrong == 0 {
		return nil
	}
	s.Log.ErrorContext(ctx, "figures of mail were wrong", slog.String("org", org.String()), slog.Int("figures", wrong))
	_, err := s.Store.KeepNotice(ctx, notify.Notice{Org: org, Cause: "mail_figures", Level: notify.Warning, Title: "Figures of mail were corrected", Href: "/mail/analytics",
		Text: fmt.Sprintf("The nightly check found %s that did not agree with what is known of each mail, and corrected them.", plural(wrong, "figure", "figures"))})
	return err
}

// CountAgain adds up all figures of the organisation that acts, from its mails.
func (s *Service) CountAgain(ctx context.Context) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	return s.CheckFigures(ctx, CheckFiguresArgs{me.Org, true})
}

// registerFigures makes the integration the worker of checking figures.
func (s *Service) registerFigures(w *jobs.Workers) {
	jobs.Handle(w, s.CheckAllFigures)
	jobs.Handle(w, s.CheckFigures)
	w.Every(time.Hour, CheckAllFiguresArgs{})
}
