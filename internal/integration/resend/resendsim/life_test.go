package resendsim_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

func TestFates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		to         string
		fate       resendsim.Fate
		want       string
		suppressed string
	}{
		{"jo@acme.example", "", "sent delivered", ""},
		{"delivered@resend.dev", "", "sent delivered", ""},
		{"bounced+case-7@resend.dev", "", "sent bounced", ""},
		{"complained+x@resend.dev", "", "sent delivered complained", ""},
		{"suppressed@resend.dev", "", "sent suppressed", ""},
		{"jo@acme.example", resendsim.FateBounced, "sent bounced", "bounce"},
		{"jo@acme.example", resendsim.FateTransient, "sent bounced", ""},
		{"jo@acme.example", resendsim.FateRecovered, "sent bounced delivered", ""},
		{"jo@acme.example", resendsim.FateUnknown, "sent bounced", ""},
		{"jo@acme.example", resendsim.FateComplained, "sent delivered complained", "complaint"},
		{"jo@acme.example", resendsim.FateDelayed, "sent delivery_delayed delivered", ""},
		{"jo@acme.example", resendsim.FateFailed, "sent failed", ""},
		{"jo@acme.example", resendsim.FateSuppressed, "sent suppressed", ""},
		{"jo@acme.example", resendsim.FateSilent, "sent", ""},
		{"jo@acme.example", resendsim.FateOpened, "sent delivered opened", ""},
		{"jo@acme.example", resendsim.FateClicked, "sent delivered opened clicked", ""},
		{"jo@acme.example", resendsim.FateScanned, "sent delivered clicked clicked clicked clicked clicked", ""},
	}
	for _, test := range tests {
		b := newBench(t, resendsim.Options{})
		if test.fate != "" {
			b.must("POST", "/sim/plans", m{"to": test.to, "fate": test.fate, "count": 1})
		}
		id := b.mail(test.to)
		b.clock.pass(time.Hour)
		b.deliver()
		if got := b.story(id); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.to, test.fate, got, test.want)
		}
		if len(b.sim.Plans()) != 0 {
			t.Errorf("%s: the plan should be used up", test.fate)
		}
		list := b.sim.Suppressions()
		if (len(list) == 0) != (test.suppressed == "") || (len(list) == 1 && (list[0].Origin != test.suppressed || list[0].SourceID != id)) {
			t.Errorf("%s: suppressed %+v", test.fate, list)
		}
	}
}

func TestPlansOfADomain(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	b.sim.Plan(resendsim.Plan{To: "@acme.example", Fate: resendsim.FateDelayed}, resendsim.Plan{To: "jo@acme.example", Fate: resendsim.FateFailed, Count: 2})
	for _, want := range []string{"sent failed", "sent failed", "sent delivery_delayed"} {
		if got := b.story(b.mail("jo@acme.example")); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	b.sim.ClearPlans()
	if got := b.story(b.mail("jo@acme.example")); got != "sent delivered" {
		t.Error(got)
	}
}

func TestLifeTakesTime(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{Settings: resendsim.Settings{LifeDelay: 2 * time.Second}})
	id := b.mail("jo@acme.example")
	for _, want := range []string{"", "sent", "sent delivered"} {
		if got := b.story(id); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		b.clock.pass(2 * time.Second)
		b.deliver()
	}
	if e, _ := b.sim.Email(id); !e.Events[1].At.Equal(e.CreatedAt.Add(4 * time.Second)) {
		t.Errorf("delivered at %s", e.Events[1].At)
	}
}

func TestSeveralRecipients(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{})
	b.sim.Suppress("gone@acme.example")
	b.sim.Plan(resendsim.Plan{To: "bad@acme.example", Fate: resendsim.FateBounced})
	b.deliver()
	s.take()
	b.must("POST", "/emails", with(message("jo@acme.example"), m{"cc": []string{"bad@acme.example", "Gone@acme.example"}}))
	b.deliver()
	got := s.take()
	if types(got) != "email.suppressed email.sent email.delivered email.bounced suppression.added" {
		t.Fatalf("came %s", types(got))
	}
	for i, want := range []string{"gone@acme.example", "jo@acme.example", "jo@acme.example", "bad@acme.example"} {
		if to := got[i].Data["to"].([]any); len(to) != 1 || to[0] != want {
			t.Errorf("%s is about %v", got[i].Type, to)
		}
	}
	if row := got[4].Data; row["email"] != "bad@acme.example" || row["origin"] != "bounce" || row["source_id"] != got[3].Data["email_id"] {
		t.Errorf("suppression.added: %v", row)
	}
}

func TestActsOfPeople(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{})
	id := b.mail("jo@acme.example")
	b.deliver()
	s.take()
	for _, err := range []error{b.sim.Open(id), b.sim.Click(id, ""), b.sim.Click(id, "https://voltway.example"), b.sim.Delay(id),
		b.sim.Bounce(id, resendsim.Bounce{Type: "Transient", SubType: "General"}), b.sim.Complain(id)} {
		if err != nil {
			t.Error(err)
		}
	}
	b.deliver()
	got := s.take()
	if types(got) != "email.opened email.clicked email.clicked email.delivery_delayed email.bounced email.complained suppression.added" {
		t.Fatalf("came %s", types(got))
	}
	if got[0].Data["click"] != nil || got[0].Data["ipAddress"] != nil {
		t.Errorf("an open tells nothing more: %v", got[0].Data)
	}
	if click := got[1].Data["click"].(m); click["link"] != "https://pay.voltway.example/1" || click["ipAddress"] == "" || click["timestamp"] == "" {
		t.Errorf("click %v", click)
	}
	if bounce := got[4].Data["bounce"].(m); bounce["type"] != "Transient" || bounce["subType"] != "General" || bounce["message"] == "" {
		t.Errorf("bounce %v", bounce)
	}
	if clicks, err := b.sim.Scan(id); err != nil || clicks != 5 {
		t.Errorf("scanned %d, %v", clicks, err)
	}
	e, _ := b.sim.Email(id)
	last := e.Events[len(e.Events)-5:]
	if span := last[4].At.Sub(last[0].At); span >= time.Second || last[0].Link == last[1].Link {
		t.Errorf("the burst took %s", span)
	}
	if err := b.sim.Happen(id, resendsim.Happened{Type: "eaten"}); err == nil {
		t.Error("an unknown event should be refused")
	}
	if err := b.sim.Open("4ef9a417-02e9-4d39-ad75-9611e0fcc33c"); err == nil {
		t.Error("an unknown message should be refused")
	}
	b.do("POST", "/sim/emails/"+id, m{"type": "opened", "recipient": "al@acme.example"})
	if e, _ := b.sim.Email(id); e.LastEvent != "opened" || e.Events[len(e.Events)-1].Recipient != "al@acme.example" {
		t.Errorf("over HTTP: %+v", e.Events[len(e.Events)-1])
	}
}

func TestTrackingIsOfTheDomain(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{Domains: []resendsim.DomainSeed{{Name: resendsim.DefaultDomain, Verified: true}}})
	id := b.mail("jo@acme.example")
	if err := b.sim.Open(id); err == nil {
		t.Error("opens are not tracked")
	}
	domain := b.sim.Domains()[0].ID
	b.must("PATCH", "/domains/"+domain, m{"open_tracking": true})
	if err := b.sim.Open(id); err != nil {
		t.Error(err)
	}
	if err := b.sim.Click(id, ""); err == nil {
		t.Error("clicks are not tracked")
	}
	plain := b.must("POST", "/emails", with(message("jo@acme.example"), m{"html": nil, "text": "Hi"})).json(t)["id"].(string)
	if err := b.sim.Open(plain); err == nil {
		t.Error("mail without HTML is not tracked")
	}
	later := b.must("POST", "/emails", with(message("jo@acme.example"), m{"scheduled_at": "in 1 hour"})).json(t)["id"].(string)
	if err := b.sim.Open(later); err == nil {
		t.Error("mail that has not left cannot be opened")
	}
}

func TestTopics(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	b.sim.OptOut("topic-1", "jo@acme.example")
	out := b.must("POST", "/emails", with(message("jo@acme.example"), m{"topic_id": "topic-1"}))
	if got := b.story(out.json(t)["id"].(string)); got != "" {
		t.Errorf("who opted out is silently not sent to: %s", got)
	}
	out = b.must("POST", "/emails", with(message("jo@acme.example"), m{"topic_id": "topic-2"}))
	if got := b.story(out.json(t)["id"].(string)); got != "sent delivered" {
		t.Errorf("another topic: %s", got)
	}
}

func TestSuppressions(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{})
	first := b.must("POST", "/suppressions", m{"email": "Jo@acme.example"}).json(t)["id"].(string)
	if again := b.must("POST", "/suppressions", m{"email": "jo@acme.example"}).json(t)["id"]; again != first {
		t.Errorf("added twice: %v", again)
	}
	b.must("POST", "/suppressions/batch/add", m{"emails": []string{"a@acme.example", "b@acme.example", "jo@acme.example"}})
	b.sim.Plan(resendsim.Plan{To: "c@acme.example", Fate: resendsim.FateComplained})
	b.mail("c@acme.example")
	for query, want := range map[string]int{"": 4, "?origin=manual": 3, "?origin=complaint": 1, "?origin=bounce": 0} {
		if rows := b.must("GET", "/suppressions"+query, nil).rows(t); len(rows) != want {
			t.Errorf("%s: %d rows", query, len(rows))
		}
	}
	for _, key := range []string{first, "jo@acme.example", "JO%40acme.example"} {
		if got := b.must("GET", "/suppressions/"+key, nil).json(t); got["id"] != first || got["origin"] != "manual" || got["source_id"] != nil {
			t.Errorf("%s: %v", key, got)
		}
	}
	if got := b.story(b.mail("c@acme.example")); got != "suppressed" {
		t.Errorf("mail to a suppressed address: %s", got)
	}
	b.deliver()
	if all := s.take(); all[len(all)-1].Data["suppressed"].(m)["reason"] != "previous_complaint" {
		t.Errorf("the last event is %s", all[len(all)-1].body)
	}
	removed := b.must("POST", "/suppressions/batch/remove", m{"emails": []string{"a@acme.example", "nobody@acme.example"}})
	if rows := removed.rows(t); len(rows) != 1 || rows[0]["deleted"] != true {
		t.Errorf("removed %v", rows)
	}
	b.must("DELETE", "/suppressions/jo@acme.example", nil)
	b.deliver()
	if got := types(s.take()); got != "suppression.removed suppression.removed" {
		t.Errorf("came %s", got)
	}
	for _, one := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"POST", "/suppressions", m{}, 422}, {"POST", "/suppressions", m{"email": "Jo <jo@acme.example>"}, 422},
		{"POST", "/suppressions/batch/add", m{"emails": []string{}}, 422}, {"POST", "/suppressions/batch/add", m{"emails": make([]string, 101)}, 422},
		{"POST", "/suppressions/batch/remove", m{}, 422}, {"POST", "/suppressions/batch/remove", m{"emails": []string{"a@b.example"}, "ids": []string{first}}, 422},
		{"GET", "/suppressions?origin=other", nil, 422}, {"GET", "/suppressions/nobody@acme.example", nil, 404}, {"DELETE", "/suppressions/" + first, nil, 404},
	} {
		if out := b.do(one.method, one.path, one.body); out.status != one.status {
			t.Errorf("%s %s: %d %s", one.method, one.path, out.status, out.body)
		}
	}
	b.must("PATCH", "/sim/settings", m{"noSuppressions": true})
	if out := b.do("GET", "/suppressions", nil); out.status != http.StatusNotFound || out.name(t) != "not_found" {
		t.Errorf("an account without the API: %d %s", out.status, out.body)
	}
}
