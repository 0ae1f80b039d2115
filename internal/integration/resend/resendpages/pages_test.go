package resendpages_test

import (
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func TestBeforeMailIsSetUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(auth.Owner, "/mail").want(t, 200, "Mail is not set up", `href="/mail/settings"`)
	viewer := w.get(auth.Viewer, "/mail")
	viewer.want(t, 200, "Mail is not set up", "An owner or admin")
	viewer.lacks(t, "Set up mail")
	w.get(auth.Owner, "/mail/card").want(t, 200, "Set up mail", "Off")
	w.get(auth.Owner, "/mail/suppressions").want(t, 200, "No address is suppressed")
	w.get(auth.Owner, "/mail/settings").want(t, 200, "No key is set yet", "https://renoz.example.com/webhooks/resend", "email.bounced")
	w.get(auth.Sales, "/mail/settings").want(t, 403)
	w.get(auth.Operations, "/mail").want(t, 403)
	w.post(auth.Owner, "/mail/pause").want(t, 409, "nothing to pause")
}

func TestListIsFilteredAndPaged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Parallel()
		l := livedIn(worldOn(t, s))
		l.get(auth.Viewer, "/mail").want(t, 200, "jo@harbour.example", "Bounced", "Clicked", "Not sent: suppressed", "Cancelled", "Queued", "Complained")
		out := l.get(auth.Viewer, "/mail?q=gone")
		out.want(t, 200, "gone@harbour.example")
		out.lacks(t, "jo@harbour.example")
		out = l.get(auth.Viewer, "/mail?state=bounced&category=invoice&q=gone")
		out.want(t, 200, "/mail/"+l.bounced.ID.String())
		out.lacks(t, l.suppressed.ID.String())
		l.get(auth.Viewer, "/mail?q=nobody").want(t, 200, "No mail matches this filter")
		l.get(auth.Viewer, "/mail?state=nonsense&before=nonsense").want(t, 200, "jo@harbour.example")
		for range 50 {
			l.write("many@harbour.example")
		}
		first := l.get(auth.Viewer, "/mail")
		first.want(t, 200, "Older")
		first.lacks(t, "jo@harbour.example")
		l.get(auth.Viewer, between(t, first.Body, `href="/mail?before=`, `"`)).want(t, 200, "jo@harbour.example", "Newer")
	})
}

// between is the address of the next page.
func between(t *testing.T, body, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, from)
	id, _, ended := strings.Cut(rest, to)
	if !found || !ended {
		t.Fatalf("there is no %s", from)
	}
	return "/mail?before=" + id
}

func TestMailOfACustomer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp()
	c := crm.Customer{ID: crm.NewID[crm.Customer](), OrgID: w.org, Number: "C-00001", Name: "Harbour Holdings"}
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.InsertCustomer(w.ctx, c) }))
	m := w.write("jo@harbour.example", func(d *resend.Draft) {
		d.Customer, d.About = &c.ID, mail.About{Kind: crm.CustomerRecord, ID: c.ID.UUID}
	})
	w.write("other@harbour.example")
	out := w.get(auth.Support, "/mail?customer="+c.ID.String())
	out.want(t, 200, "Mail to Harbour Holdings", m.ID.String())
	out.lacks(t, "other@harbour.example")
	w.get(auth.Support, "/mail/"+m.ID.String()).want(t, 200, `href="/customers/`+c.ID.String()+`"`)
	w.get(auth.Support, "/mail?customer="+crm.NewID[crm.Customer]().String()).want(t, 404)
}

func TestMessageTellsWhatHappened(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Parallel()
		l := livedIn(worldOn(t, s))
		clicked := l.get(auth.Owner, "/mail/"+l.clicked.ID.String())
		clicked.want(t, 200, "Jo Lee &lt;jo@harbour.example&gt;", "Written", "Handed to Resend", "Delivered", "Opened by a person or a machine", "Clicked by a person",
			"https://example.com/pay", `sandbox=""`, `src="/mail/content/`+l.clicked.ID.String()+`"`, "You owe $1.00.", "/sync/history/")
		clicked.lacks(t, "Send again", "Cancel the mail", "<h1 style")
		l.get(auth.Support, "/mail/"+l.clicked.ID.String()).lacks(t, "/sync/history/")
		l.get(auth.Owner, "/mail/"+l.bounced.ID.String()).want(t, 200, "The mail bounced", "Bounced for good", "Ask for another address")
		l.get(auth.Owner, "/mail/"+l.complained.ID.String()).want(t, 200, "Marked as spam", "/mail/suppressions?q=cross%40harbour.example")
		l.get(auth.Owner, "/mail/"+l.suppressed.ID.String()).want(t, 200, "It was held back", "Take the address off the list")
		l.get(auth.Owner, "/mail/"+l.scanned.ID.String()).want(t, 200, "Clicked by a machine", "INV-00001.pdf")
	})
}

func TestContentCanDoNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp()
	m := w.write("jo@harbour.example", func(d *resend.Draft) { d.HTML = `<p>Hello</p><script>alert(1)</script>` })
	out := w.get(auth.Viewer, "/mail/content/"+m.ID.String())
	out.want(t, 200, "<p>Hello</p>")
	policy := out.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "sandbox", "frame-ancestors 'self'", "form-action 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if strings.Contains(policy, "script-src") || strings.Contains(policy, "allow-") || out.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the headers are %v", out.Header)
	}
	plain := w.write("jo@harbour.example", func(d *resend.Draft) { d.HTML = "" })
	out = w.get(auth.Viewer, "/mail/content/"+plain.ID.String())
	out.want(t, 200, "You owe $1.00.")
	if kind := out.Header.Get("Content-Type"); kind != "text/plain; charset=utf-8" {
		t.Errorf("plain text is %s", kind)
	}
	w.get(auth.Viewer, "/mail/content/"+crm.NewID[mail.Message]().String()).want(t, 404)
	w.get(auth.Viewer, "/mail/nonsense").want(t, 404)
}

func TestCancelAndSendAgain(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	path := "/mail/" + l.waiting.ID.String()
	l.get(auth.Viewer, path).lacks(t, "Cancel the mail")
	l.post(auth.Viewer, path+"/cancel").want(t, 403)
	l.get(auth.Sales, path).want(t, 200, "Cancel the mail")
	l.post(auth.Sales, path+"/cancel").want(t, 200, "Cancelled", "took it back", "Send again")
	l.post(auth.Sales, path+"/cancel").want(t, 409, "cannot be cancelled any more")
	l.post(auth.Sales, path+"/send-again").want(t, 200, "Queued")
	l.push()
	l.listen()
	l.get(auth.Sales, path).want(t, 200, "Delivered")
	l.post(auth.Sales, "/mail/"+l.clicked.ID.String()+"/send-again").want(t, 409)
}

// failed gives a mail up, as sending it does.
func (w *world) failed(m mail.Message, why mail.Problem) {
	w.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		m, _, err := tx.HoldMail(w.ctx, m.ID)
		if err != nil {
			return err
		}
		m.State, m.Problem, m.Attempts = mail.Failed, why, 4
		return tx.ChangeMail(w.ctx, m, m)
	}))
}

func TestFailedMailSaysWhatToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp()
	refused, doubtful := w.write("jo@harbour.example"), w.write("lee@harbour.example")
	w.failed(refused, mail.Problem{Code: "refused", Text: "Resend refused this mail: it is too large."})
	w.failed(doubtful, mail.Problem{Code: "uncertain", Text: "It is not known whether Resend took this mail."})
	out := w.get(auth.Owner, "/mail/"+refused.ID.String())
	out.want(t, 200, "The mail was not sent", "it is too large", "Mend the cause", "Send again")
	out.lacks(t, "the recipient gets it twice")
	w.get(auth.Owner, "/mail/"+doubtful.ID.String()).want(t, 200, "the recipient gets it twice")
	w.get(auth.Owner, "/mail/card").want(t, 200, "Needs attention", "2 mails of the last seven days could not be sent", "/mail?state=failed")
	w.post(auth.Sales, "/mail/"+refused.ID.String()+"/send-again").want(t, 200, "It is sent again", "Queued")
}

func TestSettingsWarnOfAnUnverifiedSender(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp()
	w.must(w.resend.RefreshDomains(w.ctx))
	w.get(auth.Owner, "/mail/settings").lacks(t, "Mail cannot leave")
	w.must(w.sim.SetRecord(resendsim.DefaultDomain, "DKIM", "failed"))
	w.must(w.sim.Verify(resendsim.DefaultDomain))
	for range 2 { // the check ends with a later request
		w.must(w.resend.RefreshDomains(w.ctx))
	}
	w.get(auth.Owner, "/mail/settings").want(t, 200, "Mail cannot leave from accounts@"+resendsim.DefaultDomain, `href="/mail/domains/`)
}

func TestRefusedKeyPausesMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp()
	m := w.write("jo@harbour.example")
	v, err := w.resend.View(w.ctx)
	w.must(err)
	w.must(w.resend.SaveSettings(w.ctx, v.Settings, resend.KeyChange{New: "re_gone"}))
	w.push()
	w.get(auth.Owner, "/mail").want(t, 200, "Mail is paused", "Resume", `data-status="bad"`)
	w.get(auth.Owner, "/mail/"+m.ID.String()).want(t, 200, "Mail is paused", "It has not left yet")
	w.get(auth.Owner, "/mail/card").want(t, 200, "Trouble", "Resume")
}

func TestSuppressions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Parallel()
		l := livedIn(worldOn(t, s))
		l.get(auth.Viewer, "/mail/suppressions").want(t, 200, "gone@harbour.example", "Bounced for good", "Complained", "/mail/"+l.bounced.ID.String())
		l.get(auth.Viewer, "/mail/suppressions").lacks(t, "Add an address", ">Remove")
		out := l.get(auth.Owner, "/mail/suppressions?reason=complaint&q=harbour")
		out.want(t, 200, "cross@harbour.example")
		out.lacks(t, "gone@harbour.example")
		l.get(auth.Owner, "/mail/suppressions?q=nobody").want(t, 200, "No suppressed address matches")
		l.post(auth.Owner, "/mail/suppressions/new", "address", "not one", "note", "Kept").want(t, 422, "Enter an e-mail address", `value="Kept"`)
		l.post(auth.Owner, "/mail/suppressions/new", "address", "Soon@Harbour.example", "note", "=asked by phone").want(t, 200, "soon@harbour.example", "By hand", "Alex Kim")
		l.post(auth.Owner, "/mail/suppressions/new", "address", "soon@harbour.example").want(t, 409, "on the list already")
		if state := l.now(l.waiting.ID).State; state != mail.Suppressed {
			t.Errorf("what waited for the address is %s", state)
		}
		file := l.get(auth.Viewer, "/mail/suppressions/export?reason=manual")
		file.want(t, 200, "address,scope,reason,note,mail,by,since\n", "soon@harbour.example,all,manual,'=asked by phone,")
		file.lacks(t, "gone@harbour.example")
	})
}

func TestUnsuppressNeedsAReason(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	held, err := l.store.SuppressionsOf(l.ctx, l.org, l.bounced.Recipient)
	l.must(err)
	path := "/mail/suppressions/" + held[0].ID.String() + "/remove"
	l.get(auth.Owner, "/mail/suppressions").want(t, 200, "mail to it will bounce again", path)
	l.get(auth.Sales, path).want(t, 403)
	l.post(auth.Owner, path, "reason", " ").want(t, 422, "Say why mail may go to the address again", "mail to it will bounce again")
	l.post(auth.Owner, path, "reason", "They mended their server").want(t, 200, "The address is off the list")
	l.get(auth.Owner, path).want(t, 404)
	l.post(auth.Owner, path, "reason", "Again").want(t, 404)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wrong := w.post(auth.Admin, "/mail/settings", "from", "nobody", "sender", "Voltway Accounts", "key", "sk_wrong", "transients", "many", "transient_days", "7", "colour", "red")
	wrong.want(t, 422, "5 fields need", `value="nobody"`, `value="Voltway Accounts"`, `value="many"`, "those begin with re_", "such as #1d4ed8")
	wrong.lacks(t, "sk_wrong")
	fields := []string{"from", "accounts@mail.voltway.example", "sender", "Voltway Accounts", "postal", "1 Wharf Street", "invoices", "on", "transients", "3", "transient_days", "7"}
	saved := w.post(auth.Admin, "/mail/settings", append(fields, "key", string(resendsim.DefaultKey))...)
	saved.want(t, 200, "Settings saved", "A key is set", "Remove the key", `value="1 Wharf Street"`, "Pause all mail")
	saved.lacks(t, string(resendsim.DefaultKey))
	v, err := w.resend.View(w.ctx)
	w.must(err)
	if !v.HasKey || !v.Invoices || v.Receipts || v.From != "accounts@mail.voltway.example" {
		t.Errorf("kept is %+v", v)
	}
	w.post(auth.Admin, "/mail/settings", fields...).want(t, 200, "A key is set")
	w.post(auth.Admin, "/mail/settings", append(fields, "remove_key", "on")...).want(t, 200, "No key is set yet")
}

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp()
	w.post(auth.Finance, "/mail/pause").want(t, 403)
	w.post(auth.Admin, "/mail/pause", "back", "/mail/settings").want(t, 200, "Mail is paused", "has paused all mail", "Resume")
	m := w.write("jo@harbour.example")
	w.push()
	if state := w.now(m.ID).State; state != mail.Queued {
		t.Errorf("paused mail is %s", state)
	}
	w.get(auth.Viewer, "/mail").want(t, 200, "Mail is paused", "An owner or admin can resume it")
	w.get(auth.Viewer, "/mail").lacks(t, "/mail/resume")
	w.get(auth.Owner, "/mail/"+m.ID.String()).want(t, 200, "Mail is paused")
	w.get(auth.Owner, "/mail/card?back=/").want(t, 200, "Needs attention", "Resume")
	w.post(auth.Owner, "/mail/resume").want(t, 200, "Mail goes on")
	w.push()
	w.listen()
	w.get(auth.Owner, "/mail/card").want(t, 200, "Healthy", "1 mail", "100 %")
}
