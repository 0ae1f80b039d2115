package claudesim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// choice is an option of a list, in words.
type choice struct{ Value, Words string }

func faultChoices() []choice {
	return []choice{
		{string(FaultOverloaded), "Overloaded (529)"}, {string(FaultRateLimit), "Too many requests (429)"}, {string(FaultSpendLimit), "Spend limit of the tier (429, no retry)"},
		{string(FaultOwnLimit), "Own spend limit (400)"}, {string(FaultBilling), "Billing (402)"}, {string(FaultKeyRefused), "Key refused (401)"},
		{string(FaultPermission), "No permission (403)"}, {string(FaultNoModel), "Model gone (404)"}, {string(FaultTimeout), "Timeout (408)"}, {string(FaultConflict), "Conflict (409)"},
		{string(FaultTooLarge), "Too large (413)"}, {string(FaultBound), "Thinking of another conversation (400)"}, {string(FaultErrorBefore), "Error before the answer (500)"},
		{string(FaultErrorAfter), "Error after the answer (500)"}, {string(FaultUnavailable), "Unavailable (503)"}, {string(FaultGatewayTime), "Gateway timeout (504)"},
		{string(FaultGateway), "Bad gateway (502, HTML)"}, {string(FaultCutBefore), "Connection cut before"}, {string(FaultCutAfter), "Connection cut after"},
		{string(FaultSlow), "Answer begins 10 seconds late"}, {string(FaultStreamError), "Error in the stream"}, {string(FaultStreamCut), "Stream cut"}, {string(FaultStreamEnd), "Stream ends too early"},
		{string(FaultStall), "Stream stalls for 10 seconds"},
	}
}

type settingsPage struct {
	pageFrame
	Settings        Settings
	FirstMS, PaceMS int64
	Counts          Counts
	Faults          []Fault
	FaultKinds      []choice
	Stops           []string
	Kept            int
	Models          []Model
}

func (s *Server) settingForms() map[string]pageForm {
	return map[string]pageForm{
		"limits": {"Saved.", s.saveSettings},
		"fault":  {"That goes wrong from now on.", s.addFault},
		"mend":   {"Everything goes well again.", func(*http.Request) error { s.ClearFaults(); return nil }},
		"plan":   {"Planned.", s.addPlan},
		"forget": {"Plans forgotten.", func(*http.Request) error { s.ClearPlans(); return nil }},
		"cache":  {"The prompt cache is empty.", func(*http.Request) error { s.ForgetPrompts(); return nil }},
	}
}

// number reads a whole number; an empty field is zero.
func number(r *http.Request, name string, least int) (int, error) {
	text := strings.TrimSpace(r.PostFormValue(name))
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > 100_000_000 {
		return 0, fmt.Errorf("%q is no whole number of at least %d", text, least)
	}
	return n, nil
}

func (s *Server) saveSettings(r *http.Request) error {
	settings := s.Settings()
	first, pace := 0, 0
	for _, one := range []struct {
		name  string
		into  *int
		least int
	}{{"requests", &settings.Limits.Requests, -1}, {"input", &settings.Limits.InputTokens, -1}, {"output", &settings.Limits.OutputTokens, -1}, {"first", &first, 0}, {"pace", &pace, 0}} {
		n, err := number(r, one.name, one.least)
		if err != nil {
			return err
		}
		*one.into = n
	}
	settings.FirstToken, settings.Pace = time.Duration(first)*time.Millisecond, time.Duration(pace)*time.Millisecond
	settings.OldAccount = r.PostFormValue("old") != ""
	s.SetSettings(settings)
	return nil
}

func (s *Server) addFault(r *http.Request) error {
	fault := Fault{Kind: FaultKind(r.PostFormValue("kind")), Path: strings.TrimSpace(r.PostFormValue("path")), Contains: r.PostFormValue("contains")}
	var err error
	if fault.Count, err = number(r, "count", 0); err != nil {
		return err
	}
	if fault.After, err = number(r, "after", 0); err != nil {
		return err
	}
	if fault.Kind == FaultSlow || fault.Kind == FaultStall {
		fault.Delay = 10 * time.Second
	}
	return s.Fail(fault)
}

func (s *Server) addPlan(r *http.Request) error {
	text := strings.TrimSpace(r.PostFormValue("text"))
	if text == "" {
		return fmt.Errorf("write the answer")
	}
	return s.Plan(Plan{Contains: strings.TrimSpace(r.PostFormValue("contains")), Turns: []Turn{{Blocks: []Block{Say(text)}, Stop: r.PostFormValue("stop")}}})
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request, status int, problem string) {
	settings := s.Settings()
	data := settingsPage{pageFrame: pageFrame{Title: "Settings and faults", Tab: "settings", Problem: problem, Notice: s.settingForms()[r.URL.Query().Get("done")].notice},
		Settings: settings, FirstMS: settings.FirstToken.Milliseconds(), PaceMS: settings.Pace.Milliseconds(), Counts: s.Counts(), Faults: s.Faults(),
		FaultKinds: faultChoices(), Stops: []string{"end_turn", "max_tokens", "refusal", "pause_turn"}}
	s.mu.Lock()
	data.Kept, data.Models = len(s.cache.entries), s.models
	s.mu.Unlock()
	s.render(w, status, "settings", data)
}
