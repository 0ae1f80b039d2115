package xerosim

import (
	"net/http"
	"strconv"
	"strings"
)

type settingsPage struct {
	recordsPage
	URL          string
	Plans        []string
	EmailsSent   int
	EmailsADay   string
	Themes       []string
	Webhooks     WebhookState
	WebhookURL   string
	States       []choice
	EventsWait   int
	EmailsPerDay string
}

// settingForms is what a person can change about an organisation.
func settingForms() map[string]pageForm {
	return map[string]pageForm{
		"locks": {"Lock dates saved.", locksForm},
		"plan":  {"Plan saved.", planForm},
	}
}

func locksForm(ch *change, r *http.Request) []string {
	dates := map[string]string{}
	for _, name := range []string{"period", "year"} {
		date, problems := formDate(r.PostFormValue(name))
		if len(problems) > 0 {
			return problems
		}
		if !date.IsZero() {
			dates[name] = date.Format(dayLayout)
		}
	}
	ch.b.org.PeriodLockDate, ch.b.org.EndOfYearLockDate = dates["period"], dates["year"]
	return nil
}

func planForm(ch *change, r *http.Request) []string {
	class, emails := r.PostFormValue("class"), 0
	if text := strings.TrimSpace(r.PostFormValue("emails")); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 1_000_000 {
			return []string{"Write the e-mails a day as a whole number, or leave the field empty."}
		}
		emails = n
	}
	if !knownPlan(class) {
		return []string{"Choose a plan."}
	}
	ch.b.org.Class, ch.b.org.EmailsPerDay = class, emails
	return nil
}

func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request) {
	s.showSettings(w, r, http.StatusOK, "")
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, status int, problem string) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	if b == nil {
		s.mu.Unlock()
		s.noOrganisation(w)
		return
	}
	now := s.now()
	b.emailsLeft(now) // starts a new day when one has begun
	data := settingsPage{recordsPage: s.records(r, b, "settings"), URL: b.address("settings", ""), Plans: plans(),
		EmailsSent: b.emails.sent, EmailsADay: "no limit", WebhookURL: s.hooks.url, EventsWait: len(s.hooks.waiting),
		States: []choice{{string(WebhooksOn), "On"}, {string(WebhooksHeld), "Held back, as in an outage"},
			{string(WebhooksDisabled), "Disabled until switched on"}, {string(WebhooksLost), "Lost: what happens now is never told"}}}
	if limit := b.org.emailLimit(); limit >= 0 {
		data.EmailsADay = strconv.Itoa(limit)
	}
	if b.org.EmailsPerDay > 0 {
		data.EmailsPerDay = strconv.Itoa(b.org.EmailsPerDay)
	}
	for _, theme := range b.org.BrandingThemes {
		data.Themes = append(data.Themes, theme.Name)
	}
	s.mu.Unlock()
	data.Webhooks = s.Webhooks()
	data.Problem, data.Notice = problem, notice(r, settingForms())
	if r.URL.Query().Get("done") == "webhooks" {
		data.Notice = "Webhooks switched."
	}
	s.render(w, status, "settings", data)
}

// webhooksPosted switches webhooks, which all organisations share.
func (s *Server) webhooksPosted(w http.ResponseWriter, r *http.Request) {
	if err := s.SetWebhooks(WebhookState(r.PostFormValue("state"))); err != nil {
		s.showSettings(w, r, http.StatusUnprocessableEntity, "Choose one of the four states.")
		return
	}
	http.Redirect(w, r, "/app/"+r.PathValue("short")+"/settings?done=webhooks", http.StatusSeeOther)
}

// lineAccounts lists the accounts that a line of a sale may be booked to.
func (b *books) lineAccounts() (out []choice) {
	for _, a := range b.org.Accounts {
		if a.Status == statusActive && a.Type != "BANK" && a.SystemAccount == "" {
			out = append(out, choice{a.Code, a.Code + " " + a.Name})
		}
	}
	return out
}

func (b *books) taxChoices() (out []choice) {
	for _, rate := range b.org.TaxRates {
		if rate.Status == statusActive && rate.CanApplyToRevenue {
			out = append(out, choice{rate.TaxType, rate.Name})
		}
	}
	return out
}
