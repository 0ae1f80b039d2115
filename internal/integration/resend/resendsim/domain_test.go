package resendsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

func TestDomainIsVerified(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{Settings: resendsim.Settings{VerifyDelay: time.Minute}})
	made := b.must("POST", "/domains", m{"name": "Mail.Acme.com.au", "region": "ap-northeast-1", "tracking_subdomain": "links", "capabilities": m{"sending": "enabled", "receiving": "enabled"}}).json(t)
	path := "/domains/" + made["id"].(string)
	names := map[string]string{}
	for _, one := range made["records"].([]any) {
		record := one.(m)
		names[record["record"].(string)+" "+record["type"].(string)] = record["name"].(string) + " " + record["value"].(string)
		if record["status"] != "not_started" || record["ttl"] != "Auto" {
			t.Errorf("a new record is %v", record)
		}
	}
	if names["SPF MX"] != "send.mail feedback-smtp.ap-northeast-1.amazonses.com" || !strings.HasPrefix(names["DKIM TXT"], "resend._domainkey.mail p=") ||
		!strings.HasPrefix(names["Receiving MX"], "mail ") || !strings.HasPrefix(names["Tracking CNAME"], "links.mail ") || len(names) != 6 {
		t.Errorf("records %v", names)
	}
	mail := with(message("jo@acme.example"), m{"from": "a@mail.acme.com.au"})
	if out := b.do("POST", "/emails", mail); out.status != http.StatusForbidden {
		t.Errorf("before the check: %d", out.status)
	}
	if err := b.sim.SetRecord("mail.acme.com.au", "Tracking", "failed"); err != nil {
		t.Fatal(err)
	}
	b.must("POST", path+"/verify", nil)
	if got := b.must("GET", path, nil).json(t)["status"]; got != "pending" {
		t.Errorf("during the check: %v", got)
	}
	b.clock.pass(time.Minute)
	if got := b.must("GET", path, nil).json(t)["status"]; got != "partially_failed" {
		t.Errorf("after the check: %v", got)
	}
	b.must("POST", "/emails", mail)
	b.deliver()
	got := s.take()
	if types(got) != "domain.created domain.updated domain.updated email.sent email.delivered" {
		t.Fatalf("came %s", types(got))
	}
	if got[1].Data["status"] != "pending" || got[2].Data["status"] != "partially_failed" || !strings.Contains(string(got[2].body), `"Receiving MX"`) {
		t.Errorf("told %s", got[2].body)
	}
	b.must("DELETE", path, nil)
	if out := b.do("GET", path, nil); out.status != http.StatusNotFound {
		t.Errorf("deleted: %d", out.status)
	}
	if out := b.do("POST", "/emails", mail); out.status != http.StatusForbidden {
		t.Errorf("after deleting: %d", out.status)
	}
}

func TestWhatAnOwnerPublishedWrongly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		record, status, want string
		sends                bool
	}{
		{"DKIM", "verified", "verified", true},
		{"DKIM", "failed", "failed", false},
		{"SPF", "failed", "failed", false},
		{"SPF TXT", "temporary_failure", "pending", false},
		{"SPF MX", "pending", "pending", false},
	}
	for _, test := range tests {
		b := newBench(t, resendsim.Options{Domains: []resendsim.DomainSeed{{Name: "acme.example"}}})
		if err := b.sim.SetRecord("acme.example", test.record, test.status); err != nil {
			t.Fatal(err)
		}
		if err := b.sim.Verify("acme.example"); err != nil {
			t.Fatal(err)
		}
		b.clock.pass(time.Second)
		out := b.do("POST", "/emails", with(message("jo@b.example"), m{"from": "a@acme.example"}))
		if got := b.sim.Domains()[0].Status; got != test.want || (out.status == 200) != test.sends {
			t.Errorf("%s %s: domain %s, sent %d", test.record, test.status, got, out.status)
		}
	}
	b := newBench(t, resendsim.Options{})
	if b.sim.SetRecord("none.example", "DKIM", "failed") == nil || b.sim.SetRecord(resendsim.DefaultDomain, "DMARC", "failed") == nil ||
		b.sim.SetRecord(resendsim.DefaultDomain, "DKIM", "eaten") == nil || b.sim.Verify("none.example") == nil {
		t.Error("what is unknown should be refused")
	}
}

func TestDomainAPI(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	for _, one := range []struct {
		body   any
		status int
	}{
		{m{}, 422}, {m{"name": "no domain"}, 422}, {m{"name": "a.example", "region": "ap-southeast-2"}, 422}, {m{"name": resendsim.DefaultDomain}, 403},
		{m{"name": "a.example", "tls": "perhaps"}, 422}, {m{"name": "a.example", "open_tracking": "yes"}, 422},
		{m{"name": "a.example", "capabilities": m{"sending": "disabled"}}, 422}, {m{"name": "a.example", "custom_return_path": "back", "click_tracking": true}, 201},
	} {
		if out := b.do("POST", "/domains", one.body); out.status != one.status {
			t.Errorf("%v: %d %s", one.body, out.status, out.body)
		}
	}
	rows := b.must("GET", "/domains?limit=1", nil).rows(t)
	if len(rows) != 1 || rows[0]["name"] != "a.example" || rows[0]["records"] != nil || rows[0]["status"] != "not_started" {
		t.Errorf("the list reads %v", rows)
	}
	path := "/domains/" + rows[0]["id"].(string)
	b.must("PATCH", path, m{"tls": "enforced", "open_tracking": true, "capabilities": m{"receiving": "enabled"}})
	got := b.must("GET", path, nil).json(t)
	if got["open_tracking"] != true || got["click_tracking"] != true || got["capabilities"].(m)["receiving"] != "enabled" || len(got["records"].([]any)) != 4 {
		t.Errorf("changed to %v", got)
	}
	if first := got["records"].([]any)[0].(m); first["name"] != "back" {
		t.Errorf("the return path is %v", first)
	}
	if out := b.do("PATCH", path, m{"capabilities": m{"sending": "disabled", "receiving": "disabled"}}); out.status != 422 {
		t.Errorf("a domain without use: %d", out.status)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	first := b.mail("jo@acme.example")
	for range 2 {
		if err := b.sim.Open(first); err != nil {
			t.Fatal(err)
		}
	}
	b.sim.Plan(resendsim.Plan{To: "full@acme.example", Fate: resendsim.FateTransient})
	b.mail("full@acme.example")
	b.clock.pass(14 * time.Hour) // Monday 11:00 in Sydney
	b.must("POST", "/emails", with(message("al@acme.example"), m{"cc": "bo@acme.example"}))
	got := b.must("GET", "/emails/metrics", nil).json(t)
	totals := got["totals"].(m)
	for name, want := range map[string]float64{"sent": 4, "delivered": 3, "bounced": 1, "bounced_transient": 1, "bounced_permanent": 0, "opened": 2,
		"unique_opened": 1, "delivery_rate": 0.75, "bounce_rate": 0.25, "received": 0} {
		if totals[name] != want {
			t.Errorf("%s is %v, want %v", name, totals[name], want)
		}
	}
	if got["data"] != nil || got["object"] != "metrics" || got["end_date"] != "2026-11-23T00:00:00.000Z" || got["start_date"] != "2026-11-17T00:00:00.000Z" {
		t.Errorf("metrics %v", got)
	}
	rows := b.must("GET", "/emails/metrics?dimensions=period&granularity=daily&timezone=Australia/Sydney&start_date=2026-11-22&end_date=2026-11-23&metrics=sent,delivered", nil).rows(t)
	if len(rows) != 2 || rows[0]["period"] != "2026-11-21T13:00:00.000Z" || rows[0]["sent"] != 2.0 || rows[1]["sent"] != 2.0 || rows[1]["opened"] != nil {
		t.Errorf("by day: %v", rows)
	}
	rows = b.must("GET", "/emails/metrics?dimensions=domain&dimensions=email&metrics=sent&email_id="+first, nil).rows(t)
	if len(rows) != 1 || rows[0]["domain_name"] != resendsim.DefaultDomain || rows[0]["email_id"] != first {
		t.Errorf("by message: %v", rows)
	}
	for _, granularity := range []string{"hourly", "weekly", "monthly"} {
		rows = b.must("GET", "/emails/metrics?dimensions=period,domain&metrics=sent&granularity="+granularity, nil).rows(t)
		if want := map[string]int{"hourly": 2, "weekly": 2, "monthly": 1}[granularity]; len(rows) != want {
			t.Errorf("%s: %v", granularity, rows)
		}
	}
	for _, query := range []string{"granularity=yearly", "timezone=Mars", "metrics=eaten", "dimensions=colour", "start_date=x", "end_date=x",
		"start_date=2026-11-23&end_date=2026-11-21", "dimensions=email,broadcast", "email_id=a&broadcast_id=b",
		"dimensions=period&granularity=hourly&start_date=2025-01-01", "domain_id=" + strings.Repeat("a,", 101)} {
		if out := b.do("GET", "/emails/metrics?"+query, nil); out.status != 422 {
			t.Errorf("%s: %d", query, out.status)
		}
	}
	b.sim.SetSettings(resendsim.Settings{RateLimit: -1, NoMetrics: true})
	if out := b.do("GET", "/emails/metrics", nil); out.status != 404 {
		t.Errorf("an account without metrics: %d", out.status)
	}
}
