package claudesim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

// form posts a page's form.
func (b *bench) form(path string, values url.Values) reply {
	b.t.Helper()
	req := b.request("POST", path, values.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	out, err := b.send(req)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func TestPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, say(claudesim.Answer(claudesim.Think("A hidden thought."), claudesim.Say("<script>alert(1)</script>"), claudesim.Use("lookup", m{"q": "x"}))))
	b.ask(with(message("Which invoices are & overdue?"), m{"metadata": m{"user_id": "user-7"}}))
	b.do("POST", "/v1/messages", "{")
	id := b.sim.Conversations()[0].ID
	for path, want := range map[string]string{
		"/conversations":           "Which invoices are &amp; overdue?",
		"/conversations?q=user-7":  "1 conversation<",
		"/conversations?q=lookup":  "1 conversation<",
		"/conversations?q=nothing": "No conversation matches",
		"/conversations?page=9":    "1 conversation<",
		"/conversations/" + id:     "A hidden thought.",
		"/requests":                "not valid JSON",
		"/settings":                "claude-sonnet-5-5",
		"/settings?done=limits":    "Saved.",
		"/sim/page.css":            "prefers-color-scheme",
		"/sim/icon.svg":            "<svg",
	} {
		out := b.do("GET", path, nil)
		text := string(out.body)
		if out.status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: %d, without %q", path, out.status, want)
		}
		if strings.Contains(text, "<script") || strings.Contains(text, "style=\"") || !strings.Contains(out.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: script, inline style or no policy", path)
		}
	}
	if out := b.do("GET", "/conversations/none", nil); out.status != http.StatusNotFound {
		t.Errorf("no conversation: %d", out.status)
	}
	if out := b.do("GET", "/", nil); out.header.Get("Location") != "/conversations" {
		t.Errorf("home leads to %q", out.header.Get("Location"))
	}
}

// TestForms does on the page what a person can do.
func TestForms(t *testing.T) {
	t.Parallel()
	b := newBench(t, claudesim.Options{})
	done := func(form string, values url.Values) {
		t.Helper()
		if out := b.form("/settings/"+form, values); out.status != http.StatusSeeOther || out.header.Get("Location") != "/settings?done="+form {
			t.Errorf("%s: %d %s", form, out.status, out.header.Get("Location"))
		}
	}
	done("limits", url.Values{"requests": {"5"}, "input": {"-1"}, "first": {"20"}, "pace": {"5"}, "old": {"on"}})
	if s := b.sim.Settings(); s.Limits.Requests != 5 || s.Limits.InputTokens != -1 || s.FirstToken != 20*time.Millisecond || s.Pace != 5*time.Millisecond || !s.OldAccount {
		t.Errorf("settings %+v", s)
	}
	done("fault", url.Values{"kind": {"stream_cut"}, "after": {"2"}, "count": {"1"}})
	if f := b.sim.Faults(); len(f) != 1 || f[0].After != 2 {
		t.Errorf("faults %+v", f)
	}
	done("mend", nil)
	done("plan", url.Values{"contains": {"overdue"}, "text": {"None at all."}, "stop": {"end_turn"}})
	if got := text(b.ask(message("What is overdue?"))); got != "None at all." {
		t.Errorf("planned: %s", got)
	}
	done("forget", nil)
	done("cache", nil)
	for form, values := range map[string]url.Values{"limits": {"requests": {"many"}}, "fault": {"kind": {"earthquake"}}, "plan": {"text": {" "}}} {
		if out := b.form("/settings/"+form, values); out.status != http.StatusUnprocessableEntity || !strings.Contains(string(out.body), "That did not work") {
			t.Errorf("%s: %d", form, out.status)
		}
	}
	if out := b.form("/settings/other", nil); out.status != http.StatusNotFound {
		t.Errorf("no such form: %d", out.status)
	}
	foreign := b.request("POST", "/settings/mend", nil)
	foreign.Header.Set("Origin", "https://evil.example")
	if out, err := b.send(foreign); err != nil || out.status != http.StatusForbidden {
		t.Errorf("a form of another site: %v %d", err, out.status)
	}
}

// TestPrograms does by /sim what a page can do.
func TestPrograms(t *testing.T) {
	t.Parallel()
	b := newBench(t, claudesim.Options{})
	b.must("POST", "/sim/plans", l{m{"opening": "first", "turns": l{m{"calls": l{m{"name": "a", "input": m{"q": 1}}}}, m{"text": "Done.", "stop": "max_tokens"}}},
		m{"json": true, "repeat": true, "turns": l{m{"text": `{"title":"T"}`}}}})
	body := message("First of all")
	one := b.ask(body)
	if got := calls(one); len(got) != 1 || got[0].name != "a" {
		t.Errorf("calls %v", got)
	}
	format := m{"output_config": m{"format": m{"type": "json_schema", "schema": m{"type": "object", "additionalProperties": false}}}}
	for range 2 {
		if got := text(b.ask(with(body, format))); got != `{"title":"T"}` {
			t.Errorf("JSON %s", got)
		}
	}
	if _, two := b.talk(body, one, "1"); two["stop_reason"] != "max_tokens" || text(two) != "Done." {
		t.Errorf("then %v", two)
	}
	b.must("PATCH", "/sim/settings", m{"limits": m{"requests": 3}, "paceMs": 7})
	if s := b.sim.Settings(); s.Limits.Requests != 3 || s.Limits.InputTokens != -1 || s.Pace != 7*time.Millisecond {
		t.Errorf("settings %+v", s)
	}
	b.must("POST", "/sim/faults", m{"kind": "overloaded", "model": opus, "skip": 1, "count": 1})
	for i, want := range []int{200, 529, 200} {
		if out := b.do("POST", "/v1/messages", with(body, m{"model": opus})); out.status != want {
			t.Errorf("request %d: %d", i, out.status)
		}
	}
	for path, bad := range map[string]string{"/sim/faults": `{"kind":"earthquake"}`, "/sim/plans": `{"turns":[]}`, "/sim/plans ": `{"turns":[{"stop":"tired"}]}`} {
		if out := b.do("POST", strings.TrimSpace(path), bad); out.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, out.status)
		}
	}
	if state := b.must("GET", "/sim/state", nil).json(t); state["answers"] != 6.0 || state["faults"] != 1.0 || state["conversations"] == 0.0 {
		t.Errorf("state %v", state)
	}
	for _, path := range []string{"/sim/calls", "/sim/conversations", "/sim/faults", "/sim/settings"} {
		b.must("GET", path, nil)
	}
	for _, path := range []string{"/sim/plans", "/sim/faults", "/sim/cache"} {
		b.must("DELETE", path, nil)
	}
	if state := b.must("POST", "/sim/reset", nil).json(t); state["requests"] != 0.0 || state["plannedTurns"] != 0.0 {
		t.Errorf("after the reset %v", state)
	}
}
