package resendpages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

const (
	remindersURL = "/mail/reminders"
	remindersID  = "reminders" // the element that holds the list
)

// reminderRoutes lists the pages about reminders.
func (p *Pages) reminderRoutes() []web.Route {
	return []web.Route{
		get(remindersURL, auth.MailView, p.reminders),
		get(remindersURL+"/plan", auth.MailSettings, p.reminderPlan),
		post(remindersURL+"/plan", auth.MailSettings, p.saveReminderPlan),
		post(remindersURL+"/invoices/{id}/stop", auth.MailSend, reminding(p.resend.Silence, "reminders-stopped")),
		post(remindersURL+"/invoices/{id}/resume", auth.MailSend, reminding(p.resend.RemindAgain, "reminders-resumed")),
		post(remindersURL+"/customers/{id}/stop", auth.MailSend, reminding(p.resend.SilenceCustomer, "reminders-stopped")),
		post(remindersURL+"/customers/{id}/resume", auth.MailSend, reminding(p.resend.RemindCustomerAgain, "reminders-resumed")),
	}
}

// remindersView is what the list of reminders shows.
type remindersView struct {
	reader
	resend.Unpaids
	Text, After string
}

func (p *Pages) reminders(w http.ResponseWriter, r *http.Request) error {
	v := remindersView{reader: readerOf(r), Text: strings.TrimSpace(r.FormValue("q")), After: r.FormValue("after")}
	var err error
	if v.Unpaids, err = p.resend.Unpaid(r.Context(), store.UnpaidFilter{Text: v.Text, After: v.After, Limit: pageSize}); err != nil {
		return err
	}
	if web.Target(r) == remindersID {
		return web.ShowFragment(w, r, reminderList(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Reminders", Path: remindersURL, Parents: []ui.Link{mailLink()}}, remindersPage(v))
}

func (v remindersView) at(after string) string {
	return address(remindersURL, [][2]string{{"q", v.Text}, {"after", after}})
}

func (v remindersView) newest() string {
	if v.After == "" {
		return ""
	}
	return v.at("")
}

func (v remindersView) older() string {
	if v.Next == "" {
		return ""
	}
	return v.at(v.Next)
}

// dueText is how long an invoice still has, or is overdue.
func (v remindersView) dueText(u resend.Unpaid) string {
	switch days := v.Today.DaysUntil(u.DueOn); {
	case days < 0:
		return ui.Plural(-days, "day", "days") + " overdue"
	case days == 0:
		return "Due today"
	default:
		return "Due in " + ui.Plural(days, "day", "days")
	}
}

// nextText is when a customer is reminded next, or why not.
func (v remindersView) nextText(u resend.Unpaid) (level ui.Level, text string) {
	switch {
	case u.CustomerStopped:
		return "", "Not this customer"
	case u.Stopped:
		return "", "Not this invoice"
	case !v.Reminders.On:
		return "", "Switched off"
	case u.On.IsZero():
		return "", "No more"
	case u.Address == "":
		return ui.Warn, "No address"
	case u.On == v.Today:
		return ui.OK, "Today"
	default:
		return "", u.On.Format()
	}
}

// lastText is the step that was taken last.
func lastText(u resend.Unpaid) string {
	if u.Last == mail.NeverReminded {
		return ""
	}
	return stepText(u.Last)
}

// stepText is when a step comes, such as "7 days overdue".
func stepText(days int) string {
	switch {
	case days < 0:
		return ui.Plural(-days, "day", "days") + " before it was due"
	case days == 0:
		return "On the due date"
	default:
		return ui.Plural(days, "day", "days") + " overdue"
	}
}

// reminding stops reminders of a record, or takes them up again.
func reminding[K any](do func(context.Context, crm.ID[K]) error, notice string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID[K](r)
		if err != nil {
			return err
		}
		if err := do(r.Context(), id); err != nil {
			return err
		}
		return web.Redirect(w, r, remindersURL, "done", notice)
	}
}

// planStep is a reminder as it was typed.
type planStep struct{ Days, Template string }

// planForm is what the page of the plan shows.
type planForm struct {
	On        bool
	Hour      string
	Steps     [mail.MostSteps]planStep
	Templates []ui.Option
	Wrong     map[string]string
	Problem   string // about the form as a whole
}

func (p *Pages) reminderPlan(w http.ResponseWriter, r *http.Request) error {
	plan, err := p.resend.ReminderPlan(r.Context())
	if err != nil {
		return err
	}
	f := planForm{On: plan.On, Hour: strconv.Itoa(plan.Hour)}
	for i, s := range plan.Steps[:min(len(plan.Steps), mail.MostSteps)] {
		f.Steps[i] = planStep{strconv.Itoa(s.Days), s.Template}
	}
	return p.showPlan(w, r, http.StatusOK, f)
}

func (p *Pages) showPlan(w http.ResponseWriter, r *http.Request, status int, f planForm) error {
	templates, err := p.resend.ReminderTemplates(r.Context())
	if err != nil {
		return err
	}
	for _, t := range templates {
		f.Templates = append(f.Templates, ui.Option{Value: t.Key, Label: t.Draft.Name})
	}
	page := ui.Page{Title: "When customers are reminded", Path: remindersURL, Parents: []ui.Link{mailLink(), {Href: remindersURL, Label: "Reminders"}}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: planPage(f)})
}

func (p *Pages) saveReminderPlan(w http.ResponseWriter, r *http.Request) error {
	f := planForm{On: r.PostFormValue("on") != "", Hour: r.PostFormValue("hour"), Wrong: map[string]string{}}
	plan, places := f.read(r)
	if len(f.Wrong) > 0 {
		return p.showPlan(w, r, http.StatusUnprocessableEntity, f)
	}
	err := p.resend.SaveReminderPlan(r.Context(), plan)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Kind == crm.Invalid:
		for field, text := range e.Fields {
			f.Wrong[inForm(field, places)] = text
		}
		return p.showPlan(w, r, http.StatusUnprocessableEntity, f)
	case errors.As(err, &e) && e.Kind == crm.Precondition:
		f.Problem = e.Message
		return p.showPlan(w, r, http.StatusConflict, f)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, remindersURL, "done", "reminders-plan")
}

// read reads the plan, and in which line of the form each of its steps stands.
// Lines without days are left out.
func (f *planForm) read(r *http.Request) (plan mail.ReminderPlan, places []int) {
	plan.On, plan.Hour = f.On, number(f.Hour)
	for i := range f.Steps {
		f.Steps[i] = planStep{strings.TrimSpace(r.PostFormValue(fmt.Sprintf("days_%d", i))), r.PostFormValue(fmt.Sprintf("template_%d", i))}
		if f.Steps[i].Days == "" {
			continue
		}
		days, err := strconv.Atoi(strings.Replace(f.Steps[i].Days, "−", "-", 1))
		if err != nil {
			f.Wrong[fmt.Sprintf("days_%d", i)] = "Enter a number of days, with a minus sign for days before the due date."
		}
		plan.Steps, places = append(plan.Steps, mail.Step{Days: days, Template: f.Steps[i].Template}), append(places, i)
	}
	return plan, places
}

// inForm is the field of the form for one of the plan.
func inForm(field string, places []int) string {
	name, place, found := strings.Cut(field, "_")
	i, err := strconv.Atoi(place)
	if !found || err != nil || i >= len(places) {
		return field
	}
	return fmt.Sprintf("%s_%d", name, places[i])
}

func hourOptions() (all []ui.Option) {
	for hour := mail.FirstHour; hour <= mail.LastHour; hour++ {
		all = append(all, ui.Option{Value: strconv.Itoa(hour), Label: fmt.Sprintf("%02d:00", hour)})
	}
	return all
}

// planWords says what a plan does, for the head of the list.
func planWords(plan mail.ReminderPlan) string {
	if !plan.On {
		return "Nobody is reminded of unpaid invoices yet."
	}
	days := make([]string, len(plan.Steps))
	for i, s := range plan.Steps {
		switch {
		case s.Days < 0:
			days[i] = strconv.Itoa(-s.Days) + " before"
		case s.Days == 0:
			days[i] = "on the day"
		default:
			days[i] = strconv.Itoa(s.Days) + " after"
		}
	}
	return fmt.Sprintf("Days around the due date: %s. On working days, from %02d:00.", strings.Join(days, ", "), plan.Hour)
}
