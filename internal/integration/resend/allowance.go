package resend

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// mostMarketing is the largest limit that can be set.
const mostMarketing = 10_000_000

// Allowance is how much marketing mail an organisation may send, and has sent,
// in this hour and on this day of its clock.
type Allowance struct {
	HourLimit, DayLimit int // zero: none
	HourUsed, DayUsed   int
	NextHour, NextDay   time.Time
	Held                string // why marketing mail pauses, whatever the limits; "": it does not
	hour                time.Time
}

// Limited reports whether there is a limit at all.
func (a Allowance) Limited() bool { return a.HourLimit > 0 || a.DayLimit > 0 }

// Left is how much may leave now; limited is false for any amount.
func (a Allowance) Left() (left int, limited bool) {
	if a.HourLimit > 0 {
		left, limited = max(a.HourLimit-a.HourUsed, 0), true
	}
	if a.DayLimit > 0 {
		day := max(a.DayLimit-a.DayUsed, 0)
		if !limited || day < left {
			left = day
		}
		limited = true
	}
	return left, limited
}

// GoesOn is when marketing mail leaves again; zero: it leaves now.
func (a Allowance) GoesOn() time.Time {
	switch {
	case a.DayLimit > 0 && a.DayUsed >= a.DayLimit:
		return a.NextDay
	case a.HourLimit > 0 && a.HourUsed >= a.HourLimit:
		return a.NextHour
	}
	return time.Time{}
}

// Allowance is that of the organisation that acts.
func (s *Service) Allowance(ctx context.Context) (Allowance, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return Allowance{}, err
	}
	kept, err := s.Store.MailSettings(ctx, me.Org)
	if err != nil {
		return Allowance{}, err
	}
	settings, err := settingsOf(kept)
	if err != nil {
		return Allowance{}, err
	}
	a, err := s.allowance(ctx, s.Store.Reader, me.Org, settings)
	a.Held = kept.Marketing.Why
	return a, err
}

func (s *Service) allowance(ctx context.Context, r store.Reader, id crm.OrgID, c Settings) (Allowance, error) {
	org, err := r.Organisation(ctx, id)
	if err != nil {
		return Allowance{}, err
	}
	now := s.Now().In(org.Location())
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, org.Location())
	a := Allowance{HourLimit: c.HourlyLimit, DayLimit: c.DailyLimit, hour: hourOf(now), NextDay: time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, org.Location())}
	a.NextHour = a.hour.Add(time.Hour)
	hours, err := r.MailHours(ctx, id, day)
	for _, h := range hours {
		if a.DayUsed += h.Used; h.Begun.Equal(a.hour) {
			a.HourUsed = h.Used
		}
	}
	return a, err
}

// hourOf is when the hour of a clock began. Where a zone is off by half an hour,
// so are its hours; one that the clock has twice is counted as two.
func hourOf(now time.Time) time.Time {
	return now.Add(-time.Duration(now.Minute())*time.Minute - time.Duration(now.Second())*time.Second - time.Duration(now.Nanosecond()))
}

// limit says how much marketing mail may be claimed, and keeps others from
// claiming at the same time. It returns the hour that counts.
func (s *Service) limit(ctx context.Context, tx *store.Tx, c *store.ParcelClaim, kept store.MailSettings) (time.Time, error) {
	settings, err := settingsOf(kept)
	if err != nil {
		return time.Time{}, err
	}
	org, err := tx.Organisation(ctx, c.Org)
	if err != nil {
		return time.Time{}, err
	}
	hour := hourOf(s.Now().In(org.Location()))
	if kept.Marketing.Holds() {
		none := 0
		c.Bulk = &none
		return hour, nil
	}
	if settings.HourlyLimit == 0 && settings.DailyLimit == 0 {
		return hour, nil
	}
	if err := tx.HoldMailHour(ctx, c.Org, hour); err != nil {
		return hour, err
	}
	a, err := s.allowance(ctx, tx.Reader, c.Org, settings)
	if left, limited := a.Left(); limited {
		c.Bulk = &left
	}
	return hour, err
}

// limitReached reports whether marketing mail has to wait; other mail leaves.
func (s *Service) limitReached(ctx context.Context, org crm.OrgID, kept store.MailSettings) (bool, error) {
	if kept.Marketing.Holds() {
		return true, nil
	}
	settings, err := settingsOf(kept)
	if err != nil || settings.HourlyLimit == 0 && settings.DailyLimit == 0 {
		return false, err
	}
	a, err := s.allowance(ctx, s.Store.Reader, org, settings)
	return !a.GoesOn().IsZero(), err
}

// countMarketing counts what leaves with a parcel that was just packed.
func countMarketing(ctx context.Context, tx *store.Tx, p store.Parcel, hour time.Time) error {
	n := 0
	for _, m := range p.Mails {
		if m.Stream == mail.Marketing {
			n++
		}
	}
	return tx.CountInMailHour(ctx, p.Org, store.MailHour{Begun: hour, Used: n})
}

// countBack takes back what certainly did not leave: it is counted when it does.
func (s *Service) countBack(ctx context.Context, tx *store.Tx, id crm.OrgID, n int) error {
	if n == 0 {
		return nil
	}
	org, err := tx.Organisation(ctx, id)
	if err != nil {
		return err
	}
	return tx.CountInMailHour(ctx, id, store.MailHour{Begun: hourOf(s.Now().In(org.Location())), Used: -n})
}
