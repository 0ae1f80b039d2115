package resend

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// aheadShown is for how many days coming reminders are listed.
const aheadShown = 60

// ReminderPlan is when the organisation that acts reminds its customers.
func (s *Service) ReminderPlan(ctx context.Context) (mail.ReminderPlan, error) {
	v, err := s.View(ctx)
	return v.Reminders, err
}

// SaveReminderPlan changes it. It returns an Error of kind Invalid with the
// fields on, hour, and days_N and template_N of the step in place N, from 0; and
// of kind Precondition when mail is not set up.
func (s *Service) SaveReminderPlan(ctx context.Context, plan mail.ReminderPlan) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		kept, err := tx.MailSettings(ctx, me.Org)
		if err != nil {
			return err
		}
		p, err := plannedOf(kept)
		if err != nil {
			return err
		}
		if plan.On && (p.From == "" || p.Postal == "") {
			return crm.Errorf(crm.Precondition, "Mail is not set up yet. Enter the address that it comes from in the mail settings.")
		}
		if err := s.checkPlan(ctx, tx.Reader, me.Org, plan); err != nil {
			return err
		}
		slices.SortFunc(plan.Steps, func(a, b mail.Step) int { return cmp.Compare(a.Days, b.Days) })
		p.Reminders, kept.UpdatedBy = plan, me.Actor()
		if err := p.save(ctx, tx, me.Org, kept); err != nil {
			return err
		}
		return tx.Wake(ctx, RemindArgs{me.Org}, 0)
	})
}

func (s *Service) checkPlan(ctx context.Context, r store.Reader, org crm.OrgID, plan mail.ReminderPlan) error {
	wrong := map[string]string{}
	if plan.Hour < mail.FirstHour || plan.Hour > mail.LastHour {
		wrong["hour"] = fmt.Sprintf("Choose an hour from %d to %d.", mail.FirstHour, mail.LastHour)
	}
	if len(plan.Steps) > mail.MostSteps {
		wrong["on"] = fmt.Sprintf("Use at most %d reminders.", mail.MostSteps)
	}
	if plan.On && len(plan.Steps) == 0 {
		wrong["on"] = "Add at least one reminder, or switch them off."
	}
	for i, step := range plan.Steps {
		if step.Days < mail.LeastDays || step.Days > mail.MostDays {
			wrong[fmt.Sprintf("days_%d", i)] = fmt.Sprintf("Use %d to %d days.", mail.LeastDays, mail.MostDays)
		}
		if slices.ContainsFunc(plan.Steps[:i], func(other mail.Step) bool { return other.Days == step.Days }) {
			wrong[fmt.Sprintf("days_%d", i)] = "Another reminder is sent on the same day."
		}
		t, err := s.Template(ctx, r, org, step.Template)
		switch {
		case crm.KindOf(err) == crm.NotFound || crm.KindOf(err) == crm.Conflict:
			wrong[fmt.Sprintf("template_%d", i)] = said(err)
		case err != nil:
			return err
		case t.Category != template.Reminder:
			wrong[fmt.Sprintf("template_%d", i)] = "Choose a template of the category reminder."
		}
	}
	return crm.FieldErrors(wrong)
}

// ReminderTemplates are those that a step can send, by name.
func (s *Service) ReminderTemplates(ctx context.Context) ([]Stationery, error) {
	all, err := s.Templates(ctx, TemplateFilter{Category: string(template.Reminder)})
	return slices.DeleteFunc(all, func(t Stationery) bool { return !t.Sent() }), err
}

// Unpaid is an invoice with what its customer is reminded of next.
type Unpaid struct {
	mail.Unpaid
	Next mail.Step
	On   crm.Day // when that is; zero: never
}

// Unpaids are what the list of reminders shows.
type Unpaids struct {
	View
	Today crm.Day
	store.Page[Unpaid]
}

// Unpaid lists invoices of the organisation that acts that a reminder can still
// come for, or was sent for lately, the longest due first.
func (s *Service) Unpaid(ctx context.Context, f store.UnpaidFilter) (Unpaids, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return Unpaids{}, err
	}
	org, err := s.Store.Organisation(ctx, me.Org)
	if err != nil {
		return Unpaids{}, err
	}
	v, err := s.viewOf(ctx, me.Org)
	if err != nil {
		return Unpaids{}, err
	}
	out := Unpaids{View: v, Today: crm.DayIn(s.Now(), org.Location())}
	f.First, f.Last = v.Reminders.Window(out.Today, aheadShown)
	page, err := s.Store.Unpaid(ctx, me.Org, f)
	if err != nil {
		return Unpaids{}, err
	}
	out.Page.Next = page.Next
	for _, row := range page.Rows {
		u := Unpaid{Unpaid: row}
		if step, on, found := v.Reminders.Next(row.DueOn, out.Today, row.Last); found && v.Reminders.On && !row.Silent() {
			u.Next, u.On = step, on
		}
		out.Rows = append(out.Rows, u)
	}
	return out, nil
}

// Silence has nobody reminded of an invoice any more, and takes back what waits.
func (s *Service) Silence(ctx context.Context, id crm.InvoiceID) error {
	return s.silence(ctx, func(tx *store.Tx, org crm.OrgID) (uuid.UUID, []mail.ID, error) {
		if _, err := tx.Invoice(ctx, org, id); err != nil {
			return uuid.UUID{}, nil, err
		}
		waiting, err := tx.WaitingReminders(ctx, org, id)
		return id.UUID, waiting, err
	})
}

// SilenceCustomer does the same for all of a customer's invoices.
func (s *Service) SilenceCustomer(ctx context.Context, id crm.CustomerID) error {
	return s.silence(ctx, func(tx *store.Tx, org crm.OrgID) (uuid.UUID, []mail.ID, error) {
		if _, err := tx.Customer(ctx, org, id); err != nil {
			return uuid.UUID{}, nil, err
		}
		waiting, err := tx.WaitingRemindersOfCustomer(ctx, org, id)
		return id.UUID, waiting, err
	})
}

func (s *Service) silence(ctx context.Context, what func(*store.Tx, crm.OrgID) (uuid.UUID, []mail.ID, error)) error {
	me, err := auth.Require(ctx, auth.MailSend)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		record, waiting, err := what(tx, me.Org)
		if err != nil {
			return err
		}
		if err := tx.StopReminding(ctx, me.Org, record, me.Actor()); err != nil {
			return err
		}
		for _, m := range waiting {
			if err := tx.CancelMail(ctx, me.Org, m, me.Actor()+" stopped reminding of it."); err != nil && crm.KindOf(err) != crm.Conflict {
				return err
			}
		}
		return nil
	})
}

// RemindAgain takes Silence back; what passed meanwhile is not made up for, but
// for the last week's.
func (s *Service) RemindAgain(ctx context.Context, id crm.InvoiceID) error {
	return s.remindAgain(ctx, id.UUID, func(tx *store.Tx, org crm.OrgID) error {
		_, err := tx.Invoice(ctx, org, id)
		return err
	})
}

// RemindCustomerAgain takes SilenceCustomer back.
func (s *Service) RemindCustomerAgain(ctx context.Context, id crm.CustomerID) error {
	return s.remindAgain(ctx, id.UUID, func(tx *store.Tx, org crm.OrgID) error {
		_, err := tx.Customer(ctx, org, id)
		return err
	})
}

func (s *Service) remindAgain(ctx context.Context, record uuid.UUID, known func(*store.Tx, crm.OrgID) error) error {
	me, err := auth.Require(ctx, auth.MailSend)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := known(tx, me.Org); err != nil {
			return err
		}
		return tx.RemindAgain(ctx, me.Org, record)
	})
}

// workday reports whether a reminder may leave at a time of the organisation's
// clock.
func workday(now time.Time, plan mail.ReminderPlan) bool {
	return now.Hour() >= plan.Hour && now.Weekday() != time.Saturday && now.Weekday() != time.Sunday
}
