package mail

import (
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// Step is one reminder of an invoice that is not paid.
type Step struct {
	Days     int    `json:"days"`     // after the due date; before it where negative
	Template string `json:"template"` // its key
}

// ReminderPlan is when customers are reminded of what they have to pay.
type ReminderPlan struct {
	On    bool   `json:"on"`
	Hour  int    `json:"hour"`  // of the organisation's clock, from which they leave
	Steps []Step `json:"steps"` // the earliest first
}

// What a plan of reminders may hold. Nobody wants to be reminded at night.
const (
	MostSteps = 6
	LeastDays = -30
	MostDays  = 120
	FirstHour = 6
	LastHour  = 20
)

// DefaultReminders are a friendly word before the due date and two behind it.
func DefaultReminders() ReminderPlan {
	return ReminderPlan{Hour: 9, Steps: []Step{{-3, "reminder_before_due"}, {7, "reminder_overdue_first"}, {21, "reminder_overdue_final"}}}
}

// LateDays is how long a step can be made up for, after a weekend or an outage.
// One that is older says nothing true any more, and nobody expects it: an invoice
// that was long overdue when reminding began is a matter for people.
const LateDays = 7

// Due is the step that an invoice has come to on a day, if it came to one lately.
func (p ReminderPlan) Due(due, today crm.Day) (step Step, found bool) {
	for _, s := range p.Steps {
		if on := due.AddDays(s.Days); !on.After(today) {
			step, found = s, !on.AddDays(LateDays).Before(today)
		}
	}
	return step, found
}

// Next is the step that comes next behind the last one that was taken, and its
// day, which is today for one that is late.
func (p ReminderPlan) Next(due, today crm.Day, last int) (Step, crm.Day, bool) {
	if step, found := p.Due(due, today); found && step.Days > last {
		return step, today, true
	}
	for _, s := range p.Steps {
		if on := due.AddDays(s.Days); s.Days > last && on.After(today) {
			return s, on, true
		}
	}
	return Step{}, crm.Day{}, false
}

// Window is the due dates of invoices that a step can still come for, or that
// come to one within so many days.
func (p ReminderPlan) Window(today crm.Day, ahead int) (first, last crm.Day) {
	least, most := 0, 0
	for i, s := range p.Steps {
		if i == 0 || s.Days < least {
			least = s.Days
		}
		most = max(most, s.Days)
	}
	return today.AddDays(-most - LateDays), today.AddDays(ahead - least)
}

// NeverReminded stands for the last step of an invoice that nobody was reminded of.
const NeverReminded = -10_000

// Unpaid is an invoice that its customer may be reminded of.
type Unpaid struct {
	ID              crm.InvoiceID
	Number          string
	Due             crm.Money
	DueOn           crm.Day
	Customer        crm.CustomerID
	CustomerName    string
	Address         string // empty: the customer has none
	Last            int    // days of the last step; NeverReminded
	Stopped         bool   // nobody is reminded of this invoice
	CustomerStopped bool   // nor of any of the customer's
}

// Silent reports whether no reminder of it is sent.
func (u Unpaid) Silent() bool { return u.Stopped || u.CustomerStopped }

// StepTaken is what a step of reminding came to.
type StepTaken struct {
	Step
	Mail    *ID    // nil: none could be written
	Problem string // why not
	At      time.Time
}
