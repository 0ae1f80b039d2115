package api

import (
	"context"
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// ReminderPlan is when customers are reminded of what they have to pay.
type ReminderPlan struct {
	On    bool           `json:"on"`
	Hour  int            `json:"hour" minimum:"0" maximum:"23" doc:"From 6 to 20, of the organisation's clock; reminders leave from then on, Monday to Friday."`
	Steps []ReminderStep `json:"steps" nullable:"false" maxItems:"6"`
}

// ReminderStep is one reminder.
type ReminderStep struct {
	Days     int    `json:"days" minimum:"-30" maximum:"120" doc:"After the due date; before it where negative."`
	Template string `json:"template" maxLength:"100" example:"reminder_overdue_first" doc:"Key of a template of the category reminder."`
}

// Reminder is an unpaid invoice with what its customer is reminded of next.
type Reminder struct {
	InvoiceID       crm.InvoiceID  `json:"invoice_id" format:"uuid"`
	Number          string         `json:"number"`
	CustomerID      crm.CustomerID `json:"customer_id" format:"uuid"`
	CustomerName    string         `json:"customer_name"`
	Owed            Money          `json:"owed"`
	DueOn           *crm.Day       `json:"due_on,omitempty" format:"date"`
	NextOn          *crm.Day       `json:"next_on,omitempty" format:"date" doc:"Left out: no reminder comes."`
	NextTemplate    string         `json:"next_template,omitempty"`
	LastDays        *int           `json:"last_days,omitempty" doc:"Days after the due date of the last step that was taken; left out: none was."`
	InvoiceStopped  bool           `json:"invoice_stopped" doc:"Nobody is reminded of this invoice."`
	CustomerStopped bool           `json:"customer_stopped" doc:"Nobody is reminded of any of the customer's invoices."`
}

// Reminding is whether a record's reminders go on.
type Reminding struct {
	Stopped bool `json:"stopped"`
}

type (
	reminderQuery struct {
		Paging
		Q string `query:"q" maxLength:"200" doc:"In the invoice's number and the customer's name."`
	}
	reminderPlanAnswer struct{ Body ReminderPlan }
	remindingAnswer    struct{ Body Reminding }
	remindedCustomer   struct {
		ID crm.CustomerID `path:"id" format:"uuid"`
	}
)

func (t *table) mailReminders() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/mail/reminders" + path, permission: p, summary: summary, tag: "Mail"}
	}
	add(t, row("list-reminders", http.MethodGet, "", auth.MailView, "List unpaid invoices with the reminder that comes next, the longest due first"), t.listReminders)
	add(t, row("get-reminder-plan", http.MethodGet, "/plan", auth.MailView, "When customers are reminded of unpaid invoices"), t.getReminderPlan)
	add(t, row("put-reminder-plan", http.MethodPut, "/plan", auth.MailSettings, "Say when customers are reminded"), t.putReminderPlan)
	for _, s := range []struct {
		name, summary string
		stopped       bool
		invoice       func(*resend.Service, context.Context, crm.InvoiceID) error
		customer      func(*resend.Service, context.Context, crm.CustomerID) error
	}{
		{"stop", "Stop reminders", true, (*resend.Service).Silence, (*resend.Service).SilenceCustomer},
		{"resume", "Take reminders up again", false, (*resend.Service).RemindAgain, (*resend.Service).RemindCustomerAgain},
	} {
		add(t, row(s.name+"-reminders-of-invoice", http.MethodPost, "/invoices/{id}/"+s.name, auth.MailSend, s.summary+" of an invoice"), func(ctx context.Context, in *invoicePath) (*remindingAnswer, error) {
			return &remindingAnswer{Reminding{s.stopped}}, s.invoice(t.resend, ctx, in.ID)
		})
		add(t, row(s.name+"-reminders-of-customer", http.MethodPost, "/customers/{id}/"+s.name, auth.MailSend, s.summary+" of all invoices of a customer"), func(ctx context.Context, in *remindedCustomer) (*remindingAnswer, error) {
			return &remindingAnswer{Reminding{s.stopped}}, s.customer(t.resend, ctx, in.ID)
		})
	}
}

func (a *API) listReminders(ctx context.Context, in *reminderQuery) (*listed[Reminder], error) {
	found, err := a.resend.Unpaid(ctx, store.UnpaidFilter{Text: in.Q, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, found.Page, showReminder), nil
}

func showReminder(u resend.Unpaid) Reminder {
	r := Reminder{
		InvoiceID: u.ID, Number: u.Number, CustomerID: u.Customer, CustomerName: u.CustomerName, Owed: money(u.Due.Amount, u.Due.Currency), DueOn: &u.DueOn,
		InvoiceStopped: u.Stopped, CustomerStopped: u.CustomerStopped,
	}
	if !u.On.IsZero() {
		r.NextOn, r.NextTemplate = &u.On, u.Next.Template
	}
	if u.Last != mail.NeverReminded {
		r.LastDays = &u.Last
	}
	return r
}

func (a *API) getReminderPlan(ctx context.Context, _ *struct{}) (*reminderPlanAnswer, error) {
	plan, err := a.resend.ReminderPlan(ctx)
	out := ReminderPlan{On: plan.On, Hour: plan.Hour, Steps: make([]ReminderStep, len(plan.Steps))}
	for i, s := range plan.Steps {
		out.Steps[i] = ReminderStep(s)
	}
	return &reminderPlanAnswer{out}, err
}

func (a *API) putReminderPlan(ctx context.Context, in *struct{ Body ReminderPlan }) (*reminderPlanAnswer, error) {
	plan := mail.ReminderPlan{On: in.Body.On, Hour: in.Body.Hour}
	for _, s := range in.Body.Steps {
		plan.Steps = append(plan.Steps, mail.Step(s))
	}
	if err := a.resend.SaveReminderPlan(ctx, plan); err != nil {
		return nil, err
	}
	return a.getReminderPlan(ctx, nil)
}
