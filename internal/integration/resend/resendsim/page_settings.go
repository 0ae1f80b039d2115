package resendsim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

type choice struct{ Value, Words string }

type settingsPage struct {
	pageFrame
	Settings    Settings
	RateLimit   int
	LifeSeconds float64
	UsedToday   int
	UsedInMonth int
	Counts      Counts
	Endpoints   []Endpoint
	Faults      []Fault
	FaultKinds  []choice
	Plans       []Plan
	Fates       []choice
	Calls       []Call
}

// faultChoices are the faults in the words of the page.
func faultChoices() []choice {
	return []choice{{string(FaultRateLimit), "Too many requests (429)"}, {string(FaultDailyQuota), "Daily quota used up (429)"},
		{string(FaultMonthlyQuota), "Monthly quota used up (429)"}, {string(FaultAboveQuota), "Above the plan's quota (403)"},
		{string(FaultConcurrent), "Same key at work (409)"}, {string(FaultLocked), "Locked (409)"}, {string(FaultSecurity), "Security issue (451)"},
		{string(FaultKeyRefused), "Key refused as a validation error (401)"}, {string(FaultErrorBefore), "Server error, nothing accepted (500)"}, {string(FaultErrorAfter), "Server error, but accepted (500)"},
		{string(FaultUnavailable), "Unavailable (503)"}, {string(FaultGateway), "Bad gateway, no JSON (502)"}, {string(FaultCutBefore), "Connection cut, nothing accepted"},
		{string(FaultCutAfter), "Connection cut, but accepted"}, {string(FaultSlow), "Answer 10 seconds late"}, {string(FaultEventFirst), "Webhooks before the answer"},
		{string(FaultHookRepeat), "Webhook delivered twice"}, {string(FaultHookReverse), "Webhooks in the wrong order"}, {string(FaultHookDelay), "Webhook 10 seconds late"},
		{string(FaultHookLost), "Webhook lost"}, {string(FaultHookUnsigned), "Webhook first with a wrong signature"}}
}

// fateChoices are the fates in the words of the page.
func fateChoices() []choice {
	return []choice{{string(FateBounced), "bounces for good"}, {string(FateTransient), "bounces for now"}, {string(FateRecovered), "bounces, then arrives"},
		{string(FateUnknown), "bounces, nobody knows why"}, {string(FateDelayed), "is delayed by an hour"}, {string(FateComplained), "is reported as spam"},
		{string(FateSuppressed), "is suppressed by the service"}, {string(FateFailed), "fails"}, {string(FateOpened), "is opened"}, {string(FateClicked), "is opened and clicked"},
		{string(FateScanned), "is clicked by a scanner"}, {string(FateSilent), "is never heard of"}, {string(FateDelivered), "arrives"}}
}

// settingForms are what changes how the service behaves.
func (s *Server) settingForms() map[string]pageForm {
	return map[string]pageForm{
		"limits":  {"Saved.", s.saveSettings},
		"fault":   {"That goes wrong from now on.", s.addFault},
		"mend":    {"Everything goes well again.", func(*http.Request) error { s.ClearFaults(); return nil }},
		"plan":    {"Planned.", s.addPlan},
		"forget":  {"Plans forgotten.", func(*http.Request) error { s.ClearPlans(); return nil }},
		"webhook": {"Webhook saved.", s.saveWebhook},
	}
}

// number reads a whole number that is not negative; an empty field is zero.
func number(r *http.Request, name string) (int, error) {
	text := strings.TrimSpace(r.PostFormValue(name))
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < -1 || n > 10_000_000 {
		return 0, fmt.Errorf("%q is no whole number", text)
	}
	return n, nil
}

func (s *Server) saveSettings(r *http.Request) error {
	settings := s.Settings()
	for name, into := range map[string]*int{"rate": &settings.RateLimit, "daily": &settings.DailyQuota, "monthly": &settings.MonthlyQuota} {
		n, err := number(r, name)
		if err != nil {
			return err
		}
		*into = n
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(r.PostFormValue("life")), 64)
	if err != nil || seconds < 0 || seconds > 3600 {
		return fmt.Errorf("write the seconds between two steps as a number from 0 to 3600")
	}
	settings.LifeDelay = time.Duration(seconds * float64(time.Second))
	settings.NoSuppressions, settings.NoMetrics, settings.HoldWebhooks = r.PostFormValue("suppressions") == "", r.PostFormValue("metrics") == "", r.PostFormValue("hold") != ""
	s.SetSettings(settings)
	return nil
}

func (s *Server) addFault(r *http.Request) error {
	count, err := number(r, "count")
	if err != nil {
		return err
	}
	fault := Fault{Kind: FaultKind(r.PostFormValue("kind")), Path: strings.TrimSpace(r.PostFormValue("path")), Count: max(0, count)}
	if fault.Kind == FaultSlow || fault.Kind == FaultHookDelay {
		fault.Delay = 10 * time.Second
	}
	return s.Fail(fault)
}

func (s *Server) addPlan(r *http.Request) error {
	to := strings.TrimSpace(r.PostFormValue("to"))
	if !strings.Contains(to, "@") {
		return fmt.Errorf("write an address, or a domain such as @acme.example")
	}
	count, err := number(r, "count")
	if err != nil {
		return err
	}
	s.Plan(Plan{To: to, Fate: Fate(r.PostFormValue("fate")), Count: max(0, count)})
	return nil
}

func (s *Server) saveWebhook(r *http.Request) error {
	f := fields{"endpoint": []byte(strconv.Quote(strings.TrimSpace(r.PostFormValue("url"))))}
	to, bad := readEndpointURL(f)
	if bad != nil || to == "" {
		return fmt.Errorf("write an address such as http://127.0.0.1:8080/webhooks/resend")
	}
	s.SetWebhook(to)
	return nil
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, status int, problem string) {
	data := settingsPage{pageFrame: pageFrame{Title: "Settings and faults", Tab: "settings", Problem: problem, Notice: notice(r, s.settingForms())},
		Settings: s.Settings(), Counts: s.Counts(), Endpoints: s.Webhooks(), Faults: s.Faults(), FaultKinds: faultChoices(), Plans: s.Plans(), Fates: fateChoices()}
	data.RateLimit, data.LifeSeconds = data.Settings.requestsPerSecond(), data.Settings.LifeDelay.Seconds()
	calls := s.Calls()
	for i := len(calls) - 1; i >= max(0, len(calls)-20); i-- {
		data.Calls = append(data.Calls, calls[i])
	}
	s.mu.Lock()
	s.quota.turn(s.now())
	data.UsedToday, data.UsedInMonth = s.quota.usedToday, s.quota.usedInMonth
	s.mu.Unlock()
	s.render(w, status, "settings", data)
}
