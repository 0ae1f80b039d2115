package resendsim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
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
	b := newBench(t, resendsim.Options{})
	id := b.must("POST", "/emails", with(message("jo@acme.example"), m{"subject": "Bright & Solar", "headers": m{"X-Case": "7"},
		"attachments": []any{m{"filename": "räch nung.pdf", "content": "SGk="}}})).json(t)["id"].(string)
	b.mail("gone@acme.example")
	b.sim.Suppress("gone@acme.example")
	for path, want := range map[string]string{
		"/inbox":                      "Bright &amp; Solar",
		"/inbox?q=JO@acme":            "1 e-mail<",
		"/inbox?q=abc-1":              "2 e-mails",
		"/inbox?q=nothing":            "No e-mail matches",
		"/inbox?state=bounced":        "No e-mail matches",
		"/inbox?state=delivered&q=jo": "Bright &amp; Solar",
		"/inbox?page=9":               "2 e-mails",
		"/inbox/" + id:                "X-Case",
		"/senders":                    "resend._domainkey.mail",
		"/blocked":                    "gone@acme.example",
		"/blocked?q=nobody":           "0 addresses",
		"/settings":                   "2 recipients today",
		"/sim/page.css":               "prefers-color-scheme",
		"/sim/icon.svg":               "<svg",
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
	for _, path := range []string{"/inbox/none", "/inbox/none/html", "/inbox/" + id + "/attachments/none"} {
		if out := b.do("GET", path, nil); out.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, out.status)
		}
	}
	if out := b.do("GET", "/", nil); out.header.Get("Location") != "/inbox" {
		t.Errorf("home leads to %q", out.header.Get("Location"))
	}
}

// TestMailCannotAct sends a message full of scripts and looks at how its page shows it.
func TestMailCannotAct(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	id := b.must("POST", "/emails", with(message("jo@acme.example"), m{"subject": "<script>alert(1)</script>", "html": "<script>alert(1)</script><img src=https://a.example/x.png>",
		"attachments": []any{m{"filename": "a.html", "content": "SGk=", "content_type": "text/html"}}})).json(t)["id"].(string)
	page := b.do("GET", "/inbox/"+id, nil)
	if text := string(page.body); strings.Contains(text, "<script") || !strings.Contains(text, "<iframe class=\"letter\" sandbox title") {
		t.Error("the page of the message can act")
	}
	letter := b.do("GET", "/inbox/"+id+"/html", nil)
	policy := letter.header.Get("Content-Security-Policy")
	if !strings.Contains(string(letter.body), "<script>") || !strings.HasSuffix(policy, "; sandbox") || strings.Contains(policy, "https:") || strings.Contains(policy, "script-src") {
		t.Errorf("the frame's policy is %s", policy)
	}
	e, _ := b.sim.Email(id)
	file := b.do("GET", "/inbox/"+id+"/attachments/"+e.Attachments[0].ID, nil)
	if string(file.body) != "Hi" || file.header.Get("Content-Disposition") != "attachment; filename=a.html" || file.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the file comes as %v", file.header)
	}
}

func TestPageButtons(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	id := b.mail("jo@acme.example")
	path := "/inbox/" + id
	for _, action := range []string{"open", "click", "scan", "delay", "transient", "bounce", "complain"} {
		out := b.form(path+"/"+action, url.Values{"recipient": {"jo@acme.example"}})
		if out.status != http.StatusSeeOther || out.header.Get("Location") != path+"?done="+action {
			t.Errorf("%s: %d %v", action, out.status, out.header)
		}
		if shown := b.do("GET", path+"?done="+action, nil); !strings.Contains(string(shown.body), `role="status"`) {
			t.Errorf("%s: nothing is said", action)
		}
	}
	if got := b.story(id); got != "sent delivered opened clicked clicked clicked clicked clicked clicked delivery_delayed bounced bounced complained" {
		t.Error(got)
	}
	if out := b.form(path+"/eat", nil); out.status != http.StatusNotFound {
		t.Errorf("eat: %d", out.status)
	}
	plain := b.must("POST", "/emails", with(message("al@acme.example"), m{"html": nil, "text": "Hi"})).json(t)["id"].(string)
	if out := b.form("/inbox/"+plain+"/open", nil); out.status != http.StatusUnprocessableEntity || !strings.Contains(string(out.body), "without HTML") {
		t.Errorf("open plain text: %d", out.status)
	}
	req := b.request("POST", path+"/open", "")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if out, err := b.send(req); err != nil || out.status != http.StatusForbidden {
		t.Errorf("a form of another site: %d %v", out.status, err)
	}
}

func TestDomainAndSuppressionForms(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	for _, one := range []struct {
		path   string
		values url.Values
		status int
	}{
		{"/senders/add", url.Values{"name": {"New.example"}}, 303},
		{"/senders/add", url.Values{"name": {"new.example"}}, 422},
		{"/senders/add", url.Values{"name": {"no domain"}}, 422},
		{"/senders/records", url.Values{"domain": {"new.example"}, "record DKIM TXT": {"failed"}, "record SPF MX": {"verified"}}, 303},
		{"/senders/verify", url.Values{"domain": {"new.example"}}, 303},
		{"/senders/verify", url.Values{"domain": {"none.example"}}, 422},
		{"/senders/tracking", url.Values{"domain": {"new.example"}, "opens": {"on"}}, 303},
		{"/blocked/add", url.Values{"email": {"Jo@acme.example"}}, 303},
		{"/blocked/add", url.Values{"email": {"jo"}}, 422},
		{"/blocked/add", url.Values{"email": {"al@acme.example"}}, 303},
		{"/blocked/remove", url.Values{"email": {"al@acme.example"}}, 303},
	} {
		if out := b.form(one.path, one.values); out.status != one.status {
			t.Errorf("%s %v: %d", one.path, one.values, out.status)
		}
	}
	b.clock.pass(1e9)
	if out := b.do("GET", "/senders", nil); !strings.Contains(string(out.body), "new.example <span class=\"state state-failed\">") {
		t.Error("the page should show the failed domain")
	}
	if d := b.sim.Domains()[1]; d.Status != "failed" || !d.OpenTracking || d.ClickTracking {
		t.Errorf("the domain is %+v", d)
	}
	if list := b.sim.Suppressions(); len(list) != 1 || list[0].Email != "jo@acme.example" {
		t.Errorf("suppressed %+v", list)
	}
}

func TestSettingForms(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	for _, one := range []struct {
		path   string
		values url.Values
		status int
	}{
		{"/settings/limits", url.Values{"rate": {"-1"}, "daily": {"7"}, "monthly": {""}, "life": {"0.5"}, "metrics": {"on"}}, 303},
		{"/settings/limits", url.Values{"rate": {"many"}, "life": {"0"}}, 422},
		{"/settings/limits", url.Values{"life": {"long"}}, 422},
		{"/settings/fault", url.Values{"kind": {"slow"}, "path": {"/emails"}, "count": {"2"}}, 303},
		{"/settings/fault", url.Values{"kind": {"fire"}}, 422},
		{"/settings/plan", url.Values{"to": {"@acme.example"}, "fate": {"delayed"}}, 303},
		{"/settings/plan", url.Values{"to": {"acme"}, "fate": {"delayed"}}, 422},
		{"/settings/webhook", url.Values{"url": {"http://127.0.0.1:1/hook"}}, 303},
		{"/settings/webhook", url.Values{"url": {"hook"}}, 422},
	} {
		if out := b.form(one.path, one.values); out.status != one.status {
			t.Errorf("%s %v: %d", one.path, one.values, out.status)
		}
	}
	if got := b.sim.Settings(); got.RateLimit != -1 || got.DailyQuota != 7 || got.LifeDelay.String() != "500ms" || got.NoMetrics || !got.NoSuppressions {
		t.Errorf("the settings are %+v", got)
	}
	if len(b.sim.Faults()) != 1 || len(b.sim.Plans()) != 1 || len(b.sim.Webhooks()) != 1 {
		t.Errorf("%d faults, %d plans, %d endpoints", len(b.sim.Faults()), len(b.sim.Plans()), len(b.sim.Webhooks()))
	}
	b.form("/settings/mend", nil)
	b.form("/settings/forget", nil)
	if len(b.sim.Faults()) != 0 || len(b.sim.Plans()) != 0 {
		t.Error("faults and plans should be gone")
	}
}
