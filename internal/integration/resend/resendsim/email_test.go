package resendsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

// rule is one change of a good message and its answer.
type rule struct {
	about   string
	changes m
	status  int
	name    string
}

func rulesOfAMessage() []rule {
	many := make([]string, 51)
	for i := range many {
		many[i] = fmt.Sprintf("a%d@acme.example", i)
	}
	return []rule{
		{"no sender", m{"from": nil}, 422, "missing_required_field"},
		{"no recipient", m{"to": nil}, 422, "missing_required_field"},
		{"empty recipients", m{"to": []string{}}, 422, "missing_required_field"},
		{"no subject", m{"subject": nil}, 422, "missing_required_field"},
		{"no content", m{"html": nil}, 422, "validation_error"},
		{"sender without address", m{"from": "Voltway"}, 422, "validation_error"},
		{"sender of another domain", m{"from": "a@voltway.example"}, 403, "validation_error"},
		{"sender of a subdomain", m{"from": "a@x." + resendsim.DefaultDomain}, 403, "validation_error"},
		{"sender of an unverified domain", m{"from": "a@waiting.example"}, 403, "validation_error"},
		{"recipient without host", m{"to": "jo"}, 422, "validation_error"},
		{"one bad of several", m{"to": []string{"jo@acme.example", "@"}}, 422, "validation_error"},
		{"51 recipients", m{"to": many}, 422, "validation_error"},
		{"50 recipients", m{"to": many[:50]}, 200, ""},
		{"51 in cc", m{"cc": many}, 422, "validation_error"},
		{"example.com", m{"to": "jo@example.com"}, 422, "validation_error"},
		{"test.com in bcc", m{"bcc": "jo@test.com"}, 422, "validation_error"},
		{"a name with a comma", m{"to": "Jo, of Acme (Pty) <jo@acme.example>"}, 200, ""},
		{"two addresses in one", m{"to": "a@acme.example, b@acme.example"}, 422, "validation_error"},
		{"reply to example.com", m{"reply_to": "jo@example.com"}, 200, ""},
		{"tag with a space", m{"tags": []any{m{"name": "a b", "value": "c"}}}, 422, "validation_error"},
		{"tag with a dot", m{"tags": []any{m{"name": "a", "value": "c.d"}}}, 422, "validation_error"},
		{"tag of 257", m{"tags": []any{m{"name": "a", "value": strings.Repeat("x", 257)}}}, 422, "validation_error"},
		{"tag of 256", m{"tags": []any{m{"name": "a", "value": strings.Repeat("x", 256)}}}, 200, ""},
		{"header with a line end", m{"headers": m{"X-A": "b\r\nBcc: c"}}, 422, "validation_error"},
		{"attachment of nothing", m{"attachments": []any{m{"filename": "a.pdf"}}}, 422, "invalid_attachment"},
		{"attachment not base64", m{"attachments": []any{m{"filename": "a.pdf", "content": "??"}}}, 422, "invalid_attachment"},
		{"attachment of a path", m{"attachments": []any{m{"path": "/etc/passwd"}}}, 422, "invalid_attachment"},
		{"attachment of a URL", m{"attachments": []any{m{"path": "https://a.example/b.pdf"}}}, 200, ""},
		{"attachment as numbers", m{"attachments": []any{m{"filename": "a.txt", "content": []int{72, 105}}}}, 200, ""},
		{"attachment as a buffer", m{"attachments": []any{m{"filename": "a.txt", "content": m{"type": "Buffer", "data": []int{72, 105}}}}}, 200, ""},
		{"scheduled too far", m{"scheduled_at": "2026-12-22T10:00:01Z"}, 422, "validation_error"},
		{"scheduled in 30 days", m{"scheduled_at": "2026-12-22T10:00:00Z"}, 200, ""},
		{"scheduled at nonsense", m{"scheduled_at": "soon"}, 422, "validation_error"},
		{"unknown template", m{"html": nil, "template": m{"id": "none"}}, 404, "not_found"},
		{"template and html", m{"template": m{"id": "none"}}, 422, "validation_error"},
		{"a field of the wrong kind", m{"subject": 7}, 422, "validation_error"},
		{"a field in capitals", m{"subject": nil, "Subject": "x"}, 422, "missing_required_field"},
		{"testing sender to a stranger", m{"from": "onboarding@resend.dev"}, 403, "validation_error"},
		{"testing sender to the owner", m{"from": "onboarding@resend.dev", "to": resendsim.DefaultOwner}, 200, ""},
		{"testing sender to a test address", m{"from": "onboarding@resend.dev", "to": "delivered+1@resend.dev"}, 200, ""},
	}
}

func TestRulesOfAMessage(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{Domains: []resendsim.DomainSeed{{Name: resendsim.DefaultDomain, Verified: true}, {Name: "waiting.example"}}})
	for _, test := range rulesOfAMessage() {
		before := b.sim.Counts().Accepted
		out := b.do("POST", "/emails", with(message("jo@acme.example"), test.changes))
		if out.status != test.status || out.name(t) != test.name {
			t.Errorf("%s: %d %s", test.about, out.status, out.body)
		}
		if accepted := b.sim.Counts().Accepted > before; accepted != (test.status == 200) {
			t.Errorf("%s: accepted %v", test.about, accepted)
		}
	}
	for _, body := range []string{"", "[]", "null", "{"} {
		if out := b.do("POST", "/emails", body); out.status != http.StatusUnprocessableEntity {
			t.Errorf("body %q: %d", body, out.status)
		}
	}
}

func TestAttachmentsTogetherHaveALimit(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	half := strings.Repeat("AAAA", 5<<20) // 20 MB as base64
	body := `{"from":"` + sender + `","to":"jo@acme.example","subject":"s","text":"t","attachments":[{"content":"` + half + `"},{"content":"` + half + `"}%s]}`
	if out := b.do("POST", "/emails", fmt.Sprintf(body, `,{"content":"SGk="}`)); out.status != http.StatusUnprocessableEntity || out.name(t) != "invalid_attachment" {
		t.Errorf("above 40 MB: %d %s", out.status, out.body)
	}
	if testing.Short() {
		return
	}
	b.must("POST", "/emails", fmt.Sprintf(body, ""))
}

func TestTextIsMadeFromHTML(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	tests := []struct {
		changes m
		want    any
	}{
		{m{"html": "<style>p{}</style><h1>Hi&nbsp;Jo</h1><p>a &lt; b<br>c</p>"}, "Hi Jo\na < b\nc"},
		{m{"text": ""}, nil},
		{m{"text": "own"}, "own"},
	}
	for _, test := range tests {
		id := b.must("POST", "/emails", with(message("jo@acme.example"), test.changes)).json(t)["id"].(string)
		if got := b.must("GET", "/emails/"+id, nil).json(t)["text"]; got != test.want {
			t.Errorf("%v: text %q, want %q", test.changes, got, test.want)
		}
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{Templates: []resendsim.Template{{ID: "t1", From: sender, Subject: "Hello {{{NAME}}}", HTML: "<p>{{{NAME}}} owes {{{SUM}}}</p>"}}})
	use := func(variables m) reply {
		return b.do("POST", "/emails", m{"to": "jo@acme.example", "template": m{"id": "t1", "variables": variables}})
	}
	id := use(m{"NAME": "<Jo>", "SUM": 12.5}).json(t)["id"].(string)
	e, _ := b.sim.Email(id)
	if e.Subject != "Hello <Jo>" || e.HTML != "<p>&lt;Jo&gt; owes 12.5</p>" || e.From != sender || e.TemplateID != "t1" {
		t.Errorf("made %+v", e)
	}
	for _, bad := range []m{{"NAME": "Jo"}, {"NAME": true, "SUM": 1}, {"NAME": strings.Repeat("x", 2001), "SUM": 1}} {
		if out := use(bad); out.status != http.StatusUnprocessableEntity {
			t.Errorf("%d variables: %d %s", len(bad), out.status, out.body)
		}
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	send := func(mode string, body any) reply {
		req := b.request("POST", "/emails/batch", body)
		if mode != "" {
			req.Header.Set("x-batch-validation", mode)
		}
		out, err := b.send(req)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	good, bad := message("jo@acme.example"), with(message("jo@acme.example"), m{"subject": nil})
	attached := with(good, m{"attachments": []any{m{"filename": "a.txt", "content": "SGk="}}})
	mixed := []m{good, bad, good, attached, with(good, m{"to": "jo@example.com"}), with(good, m{"scheduled_at": "in 1 hour"})}
	for _, mode := range []string{"", "strict"} {
		if out := send(mode, mixed); out.status != http.StatusUnprocessableEntity || out.name(t) != "missing_required_field" || b.sim.Counts().Accepted != 0 {
			t.Errorf("mode %q: %d %s", mode, out.status, out.body)
		}
	}
	out := send("permissive", mixed)
	if got := out.json(t); out.status != http.StatusOK || len(got["data"].([]any)) != 3 || len(got["errors"].([]any)) != 3 {
		t.Fatalf("permissive: %d %s", out.status, out.body)
	}
	var indexes []float64
	for _, one := range out.json(t)["errors"].([]any) {
		indexes = append(indexes, one.(m)["index"].(float64))
	}
	if fmt.Sprint(indexes) != "[1 3 4]" {
		t.Errorf("failed indexes %v", indexes)
	}
	if out := send("", []m{good, good}); out.status != http.StatusOK || out.json(t)["errors"] != nil || len(out.rows(t)) != 2 {
		t.Errorf("two good ones: %d %s", out.status, out.body)
	}
	hundred := make([]m, 101)
	for i := range hundred {
		hundred[i] = good
	}
	for _, body := range []any{hundred, []m{}, m{}, "no"} {
		if out := send("permissive", body); out.status != http.StatusUnprocessableEntity {
			t.Errorf("a batch that is none: %d %s", out.status, out.body)
		}
	}
	if out := send("", hundred[:100]); len(out.rows(t)) != 100 {
		t.Errorf("a hundred: %d", out.status)
	}
	if out := send("loose", []m{good}); out.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown mode: %d", out.status)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	var ids []string
	for i := range 25 {
		ids = append(ids, b.mail(fmt.Sprintf("a%d@acme.example", i)))
	}
	walk := func(query string) string {
		out := b.must("GET", "/emails"+query, nil)
		var got []string
		for _, row := range out.rows(t) {
			for i, id := range ids {
				if row["id"] == id {
					got = append(got, fmt.Sprint(i))
				}
			}
		}
		return fmt.Sprint(strings.Join(got, " "), " ", out.json(t)["has_more"])
	}
	for query, want := range map[string]string{
		"?limit=2":                     "24 23 true",
		"?limit=2&after=" + ids[23]:    "22 21 true",
		"?limit=3&after=" + ids[2]:     "1 0 false",
		"?limit=2&before=" + ids[20]:   "22 21 true",
		"?limit=100&before=" + ids[22]: "24 23 false",
	} {
		if got := walk(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if rows := b.must("GET", "/emails", nil).rows(t); len(rows) != 20 {
		t.Errorf("a page has %d", len(rows))
	}
	for _, query := range []string{"?limit=0", "?limit=101", "?limit=x", "?after=" + ids[0] + "&before=" + ids[1], "?after=unknown"} {
		if out := b.do("GET", "/emails"+query, nil); out.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, out.status)
		}
	}
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, resendsim.Options{})
	later := func(at string) string {
		return b.must("POST", "/emails", with(message("jo@acme.example"), m{"scheduled_at": at})).json(t)["id"].(string)
	}
	first, moved, gone := later("2026-11-22T10:05:00Z"), later("in 5 minutes"), later("2026-11-22T21:05:00+11:00")
	b.deliver()
	if got := types(s.take()); got != "email.scheduled email.scheduled email.scheduled" {
		t.Errorf("at first came %s", got)
	}
	if got := b.must("GET", "/emails/"+gone, nil).json(t); got["last_event"] != "scheduled" || got["scheduled_at"] != "2026-11-22 10:05:00+00" {
		t.Errorf("scheduled: %v", got)
	}
	b.must("PATCH", "/emails/"+moved, m{"scheduled_at": "2026-11-22T11:00:00Z"})
	b.must("POST", "/emails/"+gone+"/cancel", nil)
	b.clock.pass(5*time.Minute - time.Millisecond)
	b.deliver()
	if got := s.take(); len(got) != 0 {
		t.Errorf("too early came %s", types(got))
	}
	b.clock.pass(time.Millisecond)
	b.deliver()
	if got := s.take(); types(got) != "email.sent email.delivered" || got[0].Data["email_id"] != first || got[0].CreatedAt != "2026-11-22T10:05:00.000Z" {
		t.Errorf("at its time came %+v", got)
	}
	for _, id := range []string{first, gone} {
		if out := b.do("POST", "/emails/"+id+"/cancel", nil); out.status != http.StatusUnprocessableEntity {
			t.Errorf("cancel too late: %d %s", out.status, out.body)
		}
	}
	if out := b.do("PATCH", "/emails/"+moved, m{}); out.status != http.StatusUnprocessableEntity {
		t.Errorf("a move to nowhere: %d", out.status)
	}
	b.clock.pass(time.Hour)
	b.deliver()
	if b.story(moved) != "scheduled sent delivered" || b.story(gone) != "scheduled" {
		t.Errorf("moved: %s, canceled: %s", b.story(moved), b.story(gone))
	}
	if e, _ := b.sim.Email(gone); e.LastEvent != "canceled" {
		t.Errorf("canceled is %s", e.LastEvent)
	}
}

func TestOldMailIsGone(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{})
	id := b.mail("jo@acme.example")
	b.clock.pass(30*24*time.Hour + time.Second)
	if out := b.do("GET", "/emails/"+id, nil); out.status != http.StatusNotFound || out.name(t) != "not_found" {
		t.Errorf("after 30 days: %d %s", out.status, out.body)
	}
	b.mail("jo@acme.example")
	if n := b.sim.Counts(); n.Emails != 1 || n.Accepted != 2 {
		t.Errorf("counts %+v", n)
	}
}
