package resend_test

import (
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// reminding switches reminders on.
func (w *world) reminding() {
	w.Helper()
	plan := mail.DefaultReminders()
	plan.On = true
	w.must(w.mail.SaveReminderPlan(w.ctx, plan))
}

// days lets days pass, to noon in Sydney, and has what is due sent on each.
func (w *world) days(n int) {
	w.Helper()
	for range n {
		w.clock.pass(24 * time.Hour)
		w.must(w.mail.Remind(w.ctx, resend.RemindArgs{Org: w.org}))
		w.must(w.mail.Remind(w.ctx, resend.RemindArgs{Org: w.org})) // as often as one likes
		w.push()
	}
}

func (w *world) subjects(to string) (all []string) {
	for _, m := range w.sim.EmailsTo(to) {
		all = append(all, m.Subject)
	}
	return all
}

func (w *world) pay(b *records.Book, i crm.Invoice, amount crm.MinorUnits) {
	w.Helper()
	_, err := b.RecordPayment(w.ctx, records.PaymentInput{InvoiceID: i.ID, Amount: amount, PaidOn: crm.DayIn(w.clock.Now(), time.UTC), Method: "Bank transfer"})
	w.must(err)
}

// TestReminders writes each step once, on a working day, until the invoice is paid.
func TestReminders(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.book()
		paid, part, never := w.issued(b, "pays@acme.example"), w.issued(b, "part@acme.example"), w.issued(b, "never@acme.example")
		w.days(2)
		w.once(0) // they are off
		w.reminding()
		w.days(24) // 4 days before they are due; a day later is a Saturday
		w.once(0)
		w.days(3)
		w.once(3)
		if s := w.subjects("pays@acme.example"); len(s) != 1 || !strings.Contains(s[0], "is due on") {
			w.Errorf("%q", s)
		}
		w.pay(b, paid, paid.Due())
		w.pay(b, part, 100)
		w.days(60)
		if s := w.subjects("pays@acme.example"); len(s) != 1 {
			w.Errorf("who paid got %q", s)
		}
		for _, to := range []string{"part@acme.example", "never@acme.example"} {
			if s := w.subjects(to); len(s) != 3 || !strings.Contains(s[1], "is overdue") || !strings.Contains(s[2], "Final reminder") {
				w.Errorf("%s got %q", to, s)
			}
		}
		w.once(7)
		taken, err := w.store.RemindersOf(w.ctx, w.org, never.ID)
		w.must(err)
		for _, s := range taken {
			on := never.DueOn.AddDays(s.Days).Time(time.UTC)
			if late := s.At.Sub(on); s.Mail == nil || s.At.Weekday() == time.Saturday || s.At.Weekday() == time.Sunday || late < 0 || late > 4*24*time.Hour {
				w.Errorf("%+v, due on %s", s, on)
			}
		}
		if len(taken) != 3 {
			w.Errorf("%+v", taken)
		}
	})
}

// TestRemindersAreTakenBack lets none leave for what was paid while it waited,
// and writes it again where less is owed.
func TestRemindersAreTakenBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.book()
		paid, part, silent := w.issued(b, "pays@acme.example"), w.issued(b, "part@acme.example"), w.issued(b, "silent@acme.example")
		w.reminding()
		w.must(w.mail.Pause(w.ctx))
		w.days(30)
		waiting := map[string]mail.ID{}
		for _, i := range []crm.Invoice{paid, part, silent} {
			ids, err := w.store.WaitingReminders(w.ctx, w.org, i.ID)
			w.must(err)
			if len(ids) != 1 {
				w.Fatalf("%d reminders wait for %s", len(ids), i.Number)
			}
			waiting[i.Number] = ids[0]
		}
		w.pay(b, paid, paid.Due())
		w.pay(b, part, 100)
		w.must(w.mail.Silence(w.ctx, silent.ID))
		for _, i := range []crm.Invoice{paid, part, silent} {
			w.is(waiting[i.Number], mail.Cancelled)
		}
		w.must(w.mail.Resume(w.ctx))
		w.days(1)
		w.once(1)
		sent := w.sim.EmailsTo("part@acme.example")
		if owed := (crm.Money{Amount: part.Due() - 100, Currency: "AUD"}).Show("AUD"); len(sent) != 1 || !strings.Contains(sent[0].HTML, owed) {
			w.Errorf("%d mails; want one with %s", len(sent), owed)
		}
		w.must(w.mail.RemindAgain(w.ctx, silent.ID))
		w.days(9)
		if s := w.subjects("silent@acme.example"); len(s) != 1 || !strings.Contains(s[0], "overdue") {
			w.Errorf("%q", s)
		}
	})
}

// TestReminderLeavesAtThisMoment settles an invoice between queueing and leaving,
// behind the back of what takes reminders back.
func TestReminderLeavesAtThisMoment(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.book()
		i := w.issued(b, "pays@acme.example")
		d := draft("pays@acme.example")
		d.Category, d.About = mail.Reminder, mail.About{Kind: crm.InvoiceRecord, ID: i.ID.UUID}
		w.pay(b, i, i.Due())
		m := w.queue(d)[0]
		w.push()
		w.is(m, mail.Cancelled)
		w.once(0)
	})
}

// TestLateReminders makes up for the latest step alone, and for none that is long
// gone: whoever was overdue for months when reminding began is not written to.
func TestLateReminders(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.book()
		old := w.issued(b, "old@acme.example")
		w.clock.pass(100 * 24 * time.Hour)
		recent := w.issued(b, "recent@acme.example")
		w.reminding()
		w.clock.pass(time.Duration(30+9) * 24 * time.Hour) // an outage, until a Saturday 9 days behind the due date
		w.days(2)
		if s := w.subjects("recent@acme.example"); len(s) != 1 || !strings.Contains(s[0], "overdue") {
			w.Errorf("%q; due on %s", s, recent.DueOn)
		}
		if s := w.subjects("old@acme.example"); len(s) != 0 {
			w.Errorf("%q; due on %s", s, old.DueOn)
		}
	})
}

// TestNobodyToRemind tells people once, and sends the next step when there is an
// address.
func TestNobodyToRemind(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.book()
		i := w.issued(b, "")
		w.reminding()
		w.days(30)
		if got := w.notices(); len(got) != 1 || got[0] != "reminder_"+i.ID.String() {
			w.Errorf("%q", got)
		}
		w.change(i.CustomerID, func(c *crm.Customer) { c.Email = "found@acme.example" })
		w.days(14)
		if s := w.subjects("found@acme.example"); len(s) != 1 || !strings.Contains(s[0], "overdue") {
			w.Errorf("%q", s)
		}
	})
}

// TestReminderPlan refuses what nobody could send, by field, and lists what comes.
func TestReminderPlan(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for field, plan := range map[string]mail.ReminderPlan{
			"hour":       {On: true, Hour: 3, Steps: []mail.Step{{Days: 7, Template: "reminder_overdue_first"}}},
			"on":         {On: true, Hour: 9},
			"days_0":     {On: true, Hour: 9, Steps: []mail.Step{{Days: 400, Template: "reminder_overdue_first"}}},
			"days_1":     {On: true, Hour: 9, Steps: []mail.Step{{Days: 7, Template: "reminder_overdue_first"}, {Days: 7, Template: "reminder_overdue_final"}}},
			"template_0": {On: true, Hour: 9, Steps: []mail.Step{{Days: 7, Template: "newsletter"}}},
		} {
			err := w.mail.SaveReminderPlan(w.ctx, plan)
			w.kind(err, crm.Invalid)
			if e, ok := err.(*crm.Error); !ok || e.Fields[field] == "" { //nolint:errorlint // it is returned as it is
				w.Errorf("%s: %v", field, err)
			}
		}
		i := w.issued(w.book(), "buyer@acme.example")
		w.reminding()
		settings := resend.DefaultSettings()
		settings.From, settings.Postal = "other@"+resendsim.DefaultDomain, "12 Wharf Street"
		w.must(w.mail.SaveSettings(w.ctx, settings, resend.KeyChange{})) // keeps the plan
		listed, err := w.mail.Unpaid(w.ctx, store.UnpaidFilter{})
		w.must(err)
		if len(listed.Rows) != 1 || listed.Rows[0].ID != i.ID || listed.Rows[0].On != i.DueOn.AddDays(-3) || listed.Rows[0].Next.Template != "reminder_before_due" {
			w.Errorf("%+v", listed.Rows)
		}
		w.must(w.mail.SilenceCustomer(w.ctx, i.CustomerID))
		if listed, err = w.mail.Unpaid(w.ctx, store.UnpaidFilter{Text: i.Number}); err != nil || len(listed.Rows) != 1 || !listed.Rows[0].CustomerStopped || !listed.Rows[0].On.IsZero() {
			w.Errorf("%+v, %v", listed.Rows, err)
		}
		w.must(w.mail.RemindCustomerAgain(w.ctx, i.CustomerID))
	})
}
