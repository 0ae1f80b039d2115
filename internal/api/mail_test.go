package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

const mailFrom = `"from":"accounts@mail.volt.example","postal":"1 Wharf Street","transients":3,"transient_days":7`

// mailed queues a mail of the first organisation.
func (x *shop) mailed(to string) mail.Message {
	x.t.Helper()
	var m mail.Message
	x.inTx(func(tx *store.Tx) (err error) {
		m, err = x.resend.Queue(x.t.Context(), tx, x.org, resend.Draft{Category: mail.Invoice, To: to, Subject: "Invoice", Text: "You owe $1.00.", By: "Jo"})
		return err
	})
	return m
}

// mailIDs are those of a mail and a suppression of the first organisation.
func (x *shop) mailIDs() map[string]string {
	x.t.Helper()
	admin := x.as(auth.Admin)
	admin.call(http.MethodPut, "/api/v1/mail/settings", `{`+mailFrom+`}`).is(http.StatusOK)
	held := admin.post("/suppressions", `{"address":"gone@harbour.example"}`).is(http.StatusCreated)
	words := `{"name":"Note","subject":"A note","body":"<p>Hello {{ customer.name }}, this is a note.</p>"}`
	admin.call(http.MethodPut, "/api/v1/mail/templates/short_note", `{"revision":0,"category":"custom","words":`+words+`}`).is(http.StatusOK)
	admin.post("/mail/templates/short_note/publish", `{"revision":1}`).is(http.StatusOK)
	news := admin.post("/mail/campaigns", object{"name": "News", "template": "newsletter", "audience": "everybody"}).is(http.StatusAccepted)
	talk := admin.post("/assistant/conversations", nil).is(http.StatusCreated)
	return map[string]string{"mail/domains": x.domain().ID.String(), "assistant/conversations": talk.text("id"), "mail/campaigns": news.text("id"), "mail/templates": "short_note", "mails": x.mailed("jo@harbour.example").ID.String(), "suppressions": held.text("id")}
}

func TestMailSettings(t *testing.T) {
	t.Parallel()
	x := open(t)
	admin := x.as(auth.Admin)
	if s := admin.get("/mail/settings").is(http.StatusOK); s["ready"] != false || s["transients"] != float64(3) {
		t.Errorf("before anything was said the settings are %v", s)
	}
	admin.post("/mail/pause", nil).refused(http.StatusConflict, "nothing to pause")
	put := func(body string) answer { return admin.call(http.MethodPut, "/api/v1/mail/settings", body) }
	put(`{"from":"x","transients":3,"transient_days":7,"api_key":"wrong"}`).refused(http.StatusUnprocessableEntity, "body.api_key")
	saved := put(`{` + mailFrom + `,"api_key":"re_only_once","invoices":true}`)
	if s := saved.is(http.StatusOK); s["has_api_key"] != true || s["ready"] != true || s["invoices"] != true {
		t.Errorf("saved is %v", s)
	}
	put(`{` + mailFrom + `}`).is(http.StatusOK)
	kept := admin.get("/mail/settings")
	if s := kept.is(http.StatusOK); s["has_api_key"] != true || strings.Contains(kept.text+saved.text+x.logged(), "re_only_once") {
		t.Errorf("kept is %v", s)
	}
	if s := put(`{` + mailFrom + `,"remove_api_key":true}`).is(http.StatusOK); s["has_api_key"] != false {
		t.Errorf("without a key: %v", s)
	}
	x.as(auth.Finance).get("/mail/settings").refused(http.StatusForbidden, "mail settings")
	if s := admin.post("/mail/pause", nil).is(http.StatusOK); s["paused"] != true || s.text("paused_why") == "" {
		t.Errorf("paused is %v", s)
	}
	if g := x.as(auth.Viewer).get("/mail").is(http.StatusOK); g["paused"] != true || g["health"] != "off" { // there is no key
		t.Errorf("at a glance: %v", g)
	}
	if s := admin.post("/mail/resume", nil).is(http.StatusOK); s["paused"] != false {
		t.Errorf("resumed is %v", s)
	}
}

func TestMails(t *testing.T) {
	t.Parallel()
	x := open(t)
	x.as(auth.Admin).call(http.MethodPut, "/api/v1/mail/settings", `{`+mailFrom+`}`).is(http.StatusOK)
	first, second := x.mailed("jo@harbour.example"), x.mailed("lee@harbour.example")
	viewer, sales := x.as(auth.Viewer), x.as(auth.Sales)
	page := viewer.get("/mails?limit=1").is(http.StatusOK)
	if rows := page.items(); len(rows) != 1 || rows[0].text("id") != second.ID.String() {
		t.Fatalf("the newest is %v", page)
	}
	if rows := viewer.get("/mails?limit=1&after=" + page.text("next")).is(http.StatusOK).items(); len(rows) != 1 || rows[0].text("recipient") != "jo@harbour.example" {
		t.Errorf("then comes %v", rows)
	}
	if rows := viewer.get("/mails?q=lee&state=queued&category=invoice").is(http.StatusOK).items(); len(rows) != 1 {
		t.Errorf("found are %v", rows)
	}
	if rows := viewer.get("/mails?about_id=" + uuid.NewString()).is(http.StatusOK).items(); len(rows) != 0 {
		t.Errorf("about nothing are %v", rows)
	}
	path := "/mails/" + first.ID.String()
	if m := viewer.get(path).is(http.StatusOK); m.text("text") != "You owe $1.00." || m.text("from") != `"Volt Supply" <accounts@mail.volt.example>` {
		t.Errorf("the mail is %v", m)
	}
	viewer.post(path+"/cancel", nil).refused(http.StatusForbidden, "sending mail")
	once := sales.with("Idempotency-Key", "cancel-1")
	if m := once.post(path+"/cancel", nil).is(http.StatusOK); m.text("state") != "cancelled" {
		t.Errorf("cancelled is %v", m)
	}
	once.post(path+"/cancel", nil).is(http.StatusOK)
	sales.post(path+"/cancel", nil).refused(http.StatusConflict, "cannot be cancelled")
	if m := sales.post(path+"/send-again", nil).is(http.StatusOK); m.text("state") != "queued" {
		t.Errorf("sent again is %v", m)
	}
	viewer.get("/mails/"+uuid.NewString()).refused(http.StatusNotFound, "mail")
}

func TestSuppressions(t *testing.T) {
	t.Parallel()
	x := open(t)
	x.as(auth.Admin).call(http.MethodPut, "/api/v1/mail/settings", `{`+mailFrom+`}`).is(http.StatusOK)
	m, admin := x.mailed("jo@harbour.example"), x.as(auth.Admin)
	admin.post("/suppressions", `{"address":"nobody"}`).refused(http.StatusUnprocessableEntity, "body.address")
	s := admin.post("/suppressions", `{"address":"Jo@Harbour.example","note":"Asked by phone"}`).is(http.StatusCreated)
	if s.text("reason") != "manual" || s.text("address") != "jo@harbour.example" {
		t.Errorf("added is %v", s)
	}
	admin.post("/suppressions", `{"address":"jo@harbour.example"}`).refused(http.StatusConflict, "already")
	if state := x.as(auth.Viewer).get("/mails/" + m.ID.String()).is(http.StatusOK).text("state"); state != "suppressed" {
		t.Errorf("what waited is %s", state)
	}
	if rows := x.as(auth.Viewer).get("/suppressions?reason=manual&q=harbour").is(http.StatusOK).items(); len(rows) != 1 {
		t.Errorf("the list is %v", rows)
	}
	path := "/suppressions/" + s.text("id")
	x.as(auth.Viewer).get(path).is(http.StatusOK)
	x.as(auth.Sales).post(path+"/remove", `{"reason":"x"}`).refused(http.StatusForbidden, "mail settings")
	admin.post(path+"/remove", `{}`).refused(http.StatusUnprocessableEntity, "reason")
	if a := admin.post(path+"/remove", `{"reason":"They asked for it"}`); a.status != http.StatusNoContent {
		t.Errorf("removing is answered with %d: %s", a.status, a.text)
	}
	admin.get(path).refused(http.StatusNotFound, "not suppressed")
}

// TestSuppressionScopes stops newsletters alone, and finds them by each filter.
func TestSuppressionScopes(t *testing.T) {
	t.Parallel()
	x := open(t)
	admin, viewer := x.as(auth.Admin), x.as(auth.Viewer)
	admin.post("/suppressions", `{"address":"jo@harbour.example","scope":"some"}`).refused(http.StatusUnprocessableEntity, "body.scope")
	s := admin.post("/suppressions", `{"address":"jo@harbour.example","scope":"newsletter"}`).is(http.StatusCreated)
	if s.text("scope") != "category:marketing" || s.text("source") != "person" {
		t.Errorf("added is %v", s)
	}
	admin.post("/suppressions", `{"address":"jo@harbour.example","scope":"all_marketing"}`).is(http.StatusCreated)
	for query, want := range map[string]int{
		"": 2, "?scope=category:marketing": 1, "?source=person": 2, "?source=list": 0, "?kind=unsubscribed": 0, "?kind=suppressed": 2, "?kind=removed": 0, "?by=nobody": 0,
		"?from=2020-01-01T00:00:00Z": 2, "?until=2020-01-01T00:00:00Z": 0,
	} {
		if rows := viewer.get("/suppressions" + query).is(http.StatusOK).items(); len(rows) != want {
			t.Errorf("%q: %v", query, rows)
		}
	}
	admin.post("/suppressions/"+s.text("id")+"/remove", `{"reason":"They asked for it"}`)
	if rows := viewer.get("/suppressions?kind=removed").is(http.StatusOK).items(); len(rows) != 1 || rows[0]["removed_reason"] != "They asked for it" {
		t.Errorf("removed are %v", rows)
	}
	entries := viewer.get("/mail/consents?address=jo@harbour.example").is(http.StatusOK).items()
	if len(entries) != 3 || entries[0]["given"] != true || entries[0]["how"] != "person" || entries[0]["note"] != "They asked for it" {
		t.Errorf("the log of consent is %v", entries)
	}
	viewer.get("/mail/consents?address=nobody").refused(http.StatusUnprocessableEntity, "address")
}

func TestSuppressionImport(t *testing.T) {
	t.Parallel()
	x := open(t)
	const file = "email,reason,scope,note\njo@harbour.example,bounce,,=1+1\nnobody,bounce,,\nal@harbour.example,because,,\nlee@harbour.example,unsubscribe,,\n"
	send := func(role auth.Role, query string) answer {
		return x.as(role).with("Content-Type", "text/csv").post("/suppressions/import"+query, file)
	}
	if a := send(auth.Sales, ""); a.status != http.StatusForbidden {
		t.Errorf("answered %d", a.status)
	}
	if a := send(auth.Admin, "?preview=true").is(http.StatusOK); a["lines"] != 2.0 || a["refused"] != 2.0 || a["added"] != 0.0 {
		t.Errorf("the preview is %v", a)
	}
	for _, want := range [][2]float64{{2, 0}, {0, 2}} { // again is harmless
		a := send(auth.Admin, "").is(http.StatusOK)
		bad, _ := a["bad"].([]any)
		if a["added"] != want[0] || a["known"] != want[1] || len(bad) != 2 || bad[0].(map[string]any)["line"] != 3.0 || bad[0].(map[string]any)["field"] != "address" {
			t.Errorf("imported is %v", a)
		}
	}
	rows := x.as(auth.Viewer).get("/suppressions?q=lee").is(http.StatusOK).items()
	if len(rows) != 1 || rows[0]["scope"] != "all_marketing" || rows[0]["source"] != "import" {
		t.Errorf("%v", rows)
	}
	admin := x.as(auth.Admin)
	admin.get("/suppressions/exchange").is(http.StatusOK)
	admin.post("/suppressions/sync", nil).refused(http.StatusPreconditionFailed, "not set up")
	admin.call(http.MethodPut, "/api/v1/mail/settings", `{`+mailFrom+`,"api_key":"re_demo"}`).is(http.StatusOK)
	if a := admin.post("/suppressions/sync", nil).is(http.StatusAccepted); a.text("state") != "new" {
		t.Errorf("%v", a)
	}
}
