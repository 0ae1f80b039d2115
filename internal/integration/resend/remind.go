package resend

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// RemindAllArgs asks to look in which organisations reminders are due.
type RemindAllArgs struct{}

// Kind names the job.
func (RemindAllArgs) Kind() string { return "resend_remind_all" }

// RemindArgs asks to send an organisation's reminders.
type RemindArgs struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (RemindArgs) Kind() string { return "resend_remind" }

// RemindAll has each organisation's reminders sent by a job of its own, so that one
// that fails keeps no other from its turn.
func (s *Service) RemindAll(ctx context.Context, _ RemindAllArgs) error {
	orgs, err := s.Store.Organisations(ctx)
	if err != nil || len(orgs) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, o := range orgs {
			if err := tx.Wake(ctx, RemindArgs{o.ID}, jobs.Normal); err != nil {
				return err
			}
		}
		return nil
	})
}

// remindEvery is how soon after their hour reminders leave at the latest.
const remindEvery = 15 * time.Minute

// remindersAtOnce is how many invoices are read at a time.
const remindersAtOnce = 200

// Remind queues the reminders that are due in an organisation. It may be asked
// for as often as one likes: each step is taken once.
func (s *Service) Remind(ctx context.Context, args RemindArgs) error {
	v, err := s.viewOf(ctx, args.Org)
	if err != nil || !v.Reminders.On || v.From == "" {
		return err
	}
	org, err := s.Store.Organisation(ctx, args.Org)
	if err != nil {
		return err
	}
	now := s.Now().In(org.Location())
	if !workday(now, v.Reminders) {
		return nil
	}
	today := crm.DayIn(now, org.Location())
	f := store.UnpaidFilter{Limit: remindersAtOnce}
	f.First, f.Last = v.Reminders.Window(today, 0)
	for more := true; more && !s.rest.Load(); more = f.After != "" {
		page, err := s.Store.Unpaid(ctx, org.ID, f)
		if err != nil {
			return err
		}
		for _, u := range page.Rows {
			step, due := v.Reminders.Due(u.DueOn, today)
			if !due || u.Last >= step.Days || u.Silent() {
				continue
			}
			if err := s.remind(ctx, org, u.ID, today); err != nil {
				return err
			}
		}
		f.After = page.Next
	}
	return nil
}

// remind queues the reminder that an invoice has come to, unless that changed
// since the invoice was listed.
func (s *Service) remind(ctx context.Context, org crm.Organisation, id crm.InvoiceID, today crm.Day) error {
	var taken mail.Step
	var invoice crm.Invoice
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		kept, err := tx.MailSettings(ctx, org.ID)
		if err != nil {
			return err
		}
		settings, err := plannedOf(kept)
		if err != nil {
			return err
		}
		if invoice, err = tx.LockInvoice(ctx, org.ID, id); err != nil {
			return err
		}
		step, due := settings.Reminders.Due(invoice.DueOn, today)
		if taken = step; !due || !settings.Reminders.On || settled(invoice) {
			return nil
		}
		if silent, err := tx.Silenced(ctx, org.ID, id, invoice.CustomerID); err != nil || silent {
			return err
		}
		if fresh, err := tx.TakeStep(ctx, org.ID, id, step); err != nil || !fresh {
			return err
		}
		m, err := s.queueReminder(ctx, tx, org, settings.Settings, reminderOf{invoice, step, today})
		if err != nil {
			return err
		}
		return tx.StepCame(ctx, org.ID, id, mail.StepTaken{Step: step, Mail: &m.ID})
	})
	switch crm.KindOf(err) {
	case crm.Invalid, crm.Precondition, crm.Conflict, crm.NotFound:
		return s.tellUnreminded(ctx, org.ID, invoice, taken, err)
	default:
		return err
	}
}

// settled reports whether nothing of an invoice is left to pay.
func settled(i crm.Invoice) bool { return !i.State.Open() || i.Due() <= 0 }

// reminderOf is one step of an invoice on a day.
type reminderOf struct {
	invoice crm.Invoice
	step    mail.Step
	today   crm.Day
}

func (r reminderOf) data(c crm.Customer) template.Data {
	data := template.Data{"customer": customerData(c), "invoice": invoiceData(r.invoice)}
	if r.invoice.Paid == 0 {
		delete(data["invoice"].(template.Data), "paid") //nolint:forcetypeassert // made in the line before
	}
	if days := r.today.DaysUntil(r.invoice.DueOn); days > 0 {
		data["days_until_due"] = days
	} else if days < 0 {
		data["days_overdue"] = -days
	}
	return data
}

func (s *Service) queueReminder(ctx context.Context, tx *store.Tx, org crm.Organisation, c Settings, r reminderOf) (mail.Message, error) {
	customer, err := tx.Customer(ctx, org.ID, r.invoice.CustomerID)
	if err != nil {
		return mail.Message{}, err
	}
	d, err := s.writeBy(ctx, tx.Reader, org, c, r.step.Template, r.data(customer))
	if err != nil {
		return mail.Message{}, err
	}
	d.Category, d.About, d.Customer, d.By = mail.Reminder, mail.About{Kind: crm.InvoiceRecord, ID: r.invoice.ID.UUID}, &customer.ID, "Renoz"
	d.To, d.ToName = customer.Email, customer.Name
	return s.Queue(ctx, tx, org.ID, d)
}

// tellUnreminded notes why a step came to nothing, and tells people, so that it is
// not tried again each quarter of an hour.
func (s *Service) tellUnreminded(ctx context.Context, org crm.OrgID, i crm.Invoice, step mail.Step, why error) error {
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if fresh, err := tx.TakeStep(ctx, org, i.ID, step); err != nil || !fresh {
			return err
		}
		if err := tx.StepCame(ctx, org, i.ID, mail.StepTaken{Step: step, Problem: said(why)}); err != nil {
			return err
		}
		_, err := tx.KeepNotice(ctx, notify.Notice{Org: org, Cause: "reminder_" + i.ID.String(), Level: notify.Warning,
			Title: "No reminder was mailed for " + i.Number, Text: said(why), Href: "/invoices/" + i.ID.String()})
		return err
	})
}

// balanceChanged takes reminders back that have not left when what is owed
// changes: all when nothing is, and otherwise so that they are written again.
func (s *Service) balanceChanged(ctx context.Context, tx *store.Tx, c crm.Change) error {
	id := crm.InvoiceID{UUID: c.ID}
	waiting, err := tx.WaitingReminders(ctx, c.OrgID, id)
	if err != nil || len(waiting) == 0 {
		return err
	}
	invoice, err := tx.Invoice(ctx, c.OrgID, id)
	if err != nil {
		return err
	}
	why := "Less is owed than it says. It is written again."
	if settled(invoice) {
		why = settledWords
	}
	for _, m := range waiting {
		if err := tx.CancelMail(ctx, c.OrgID, m, why); err != nil {
			if crm.KindOf(err) == crm.Conflict {
				continue // it leaves at this moment
			}
			return err
		}
		if !settled(invoice) {
			if err := tx.ForgetStep(ctx, c.OrgID, m); err != nil {
				return err
			}
		}
	}
	return nil
}

const settledWords = "Nothing is owed any more."

// overtaken takes a reminder back, as it leaves, whose invoice was settled or
// whose customer is not to be reminded. It reports whether it did.
func overtaken(ctx context.Context, tx *store.Tx, m mail.Message) (bool, error) {
	if m.Category != mail.Reminder || m.About.Kind != crm.InvoiceRecord {
		return false, nil
	}
	invoice, err := tx.Invoice(ctx, m.Org, crm.InvoiceID{UUID: m.About.ID})
	if err != nil {
		return false, err
	}
	silent, err := tx.Silenced(ctx, m.Org, invoice.ID, invoice.CustomerID)
	if err != nil || !settled(invoice) && !silent {
		return false, err
	}
	before, now := m, tx.Now()
	m.State, m.Parcel, m.Times.Cancelled = mail.Cancelled, nil, &now
	m.Problem = mail.Problem{Code: "cancelled", Text: settledWords}
	if silent {
		m.Problem.Text = "Nobody is reminded of it any more."
	}
	return true, tx.ChangeMail(ctx, before, m)
}

// registerReminders makes the integration the worker of reminding.
func (s *Service) registerReminders(w *jobs.Workers) {
	jobs.Handle(w, s.RemindAll)
	jobs.Handle(w, s.Remind)
	w.Every(remindEvery, RemindAllArgs{})
}
