package resend_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// left makes mails that left, of which some came back.
func (w *world) left(n, bounced int) {
	w.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		for i := range n {
			m, err := w.mail.Queue(w.ctx, tx, w.org, draft(fmt.Sprintf("buyer%d-%s@acme.example", i, uuid.NewString())))
			if err != nil {
				return err
			}
			before := m
			m.Fold(mail.Event{What: mail.WasSent, At: w.clock.Now()})
			if i < bounced {
				m.Fold(mail.Event{What: mail.WasBounced, At: w.clock.Now(), Code: "Permanent/General"})
			} else {
				m.Fold(mail.Event{What: mail.WasDelivered, At: w.clock.Now()})
			}
			if err := tx.ChangeMail(w.ctx, before, m); err != nil {
				return err
			}
		}
		return nil
	}))
	w.must(w.mail.Judge(w.ctx, resend.JudgeArgs{Org: w.org}))
}

func (w *world) told(part string) (n int) {
	w.Helper()
	for _, cause := range w.notices() {
		if strings.Contains(cause, part) {
			n++
		}
	}
	return n
}

// TestMuchComesBack follows a sender whose mail comes back more and more: people
// are warned, then marketing mail pauses and other mail leaves, until a person
// lets it go on, and again when more comes back.
func TestMuchComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.left(99, 20)
		if w.told("reputation") != 0 {
			t.Fatal("too few mails decided")
		}
		w.left(801, 10) // 30 of 900: 3.3 %
		w.clock.pass(2 * time.Hour)
		w.left(1, 0)
		if w.told("reputation_warn") != 1 || w.pausedMarketing() {
			t.Fatalf("warned of %v, paused %t", w.notices(), w.pausedMarketing())
		}
		w.left(99, 20) // 50 of 1,000
		if !w.pausedMarketing() || w.told("reputation_bad") != 1 {
			t.Fatalf("5 %% bounced, and marketing goes on: %v", w.notices())
		}
		ids := w.queue(draft("jo@acme.example"))
		news := w.marketing("al@acme.example")
		w.push()
		w.is(ids[0], mail.Sent)
		w.is(news, mail.Queued)
		w.must(w.mail.ResumeMarketing(w.ctx))
		w.push()
		w.is(news, mail.Sent)
		w.left(100, 1)
		if w.pausedMarketing() {
			t.Error("what was forgiven paused it again")
		}
		w.left(100, 10)
		if !w.pausedMarketing() {
			t.Error("it went on while more came back")
		}
	})
}

func (w *world) pausedMarketing() bool {
	w.Helper()
	v, err := w.mail.View(w.ctx)
	w.must(err)
	return v.Marketing.Holds()
}

// marketing queues a marketing mail to a customer who agreed.
func (w *world) marketing(to string) mail.ID {
	w.Helper()
	d := draft(to)
	d.Category, d.Unsubscribe = mail.Newsletter, "http://localhost/unsubscribe/x"
	id := crm.NewID[crm.Customer]()
	d.Customer = &id
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		return tx.InsertCustomer(w.ctx, crm.Customer{ID: id, OrgID: w.org, Number: "C-" + id.String()[:8], Name: to, Email: to, MarketingConsent: true, Version: 1, CreatedAt: w.clock.Now(), UpdatedAt: w.clock.Now()})
	}))
	return w.queue(d)[0]
}

// TestBouncesAreJudged has a bounce that is told lead to a judgement.
func TestBouncesAreJudged(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		w.queue(draft("bounced@resend.dev"))
		w.push()
		w.deliver()
		if storetest.Jobs(w, w.url, "resend_judge") == 0 {
			t.Error("nobody judges the bounce")
		}
	})
}

// TestReport reads what the figures say.
func TestReport(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.left(40, 2)
		w.clock.pass(24 * time.Hour)
		w.left(10, 0)
		today := crm.NewDay(2026, 11, 23)
		rep, err := w.mail.Report(w.ctx, resend.ReportQuery{Period: resend.LastDays(today, 1), By: mail.ByDomain})
		w.must(err)
		if rep.Total.Sent != 10 || rep.Previous.Sent != 40 || rep.Previous.Bounced != 2 || len(rep.Days) != 1 || len(rep.Rows) != 1 || rep.Rows[0].Label != "acme.example" {
			t.Errorf("%+v", rep)
		}
		rep, err = w.mail.Report(w.ctx, resend.ReportQuery{Period: resend.LastDays(today, 7), By: mail.ByCategory, Value: string(mail.Newsletter)})
		w.must(err)
		if rep.Total.Sent != 0 || len(rep.Rows) != 1 || rep.Rows[0].Label != "Invoice" || rep.Label != string(mail.Newsletter) {
			t.Errorf("%+v", rep)
		}
		bounces, err := w.mail.Bounces(w.ctx, resend.LastDays(today, 7))
		w.must(err)
		if len(bounces.Kinds) != 1 || bounces.Kinds[0].Value != "Permanent/General" || bounces.Kinds[0].Bounced != 2 || bounces.Domains[0].Bounced != 2 {
			t.Errorf("%+v", bounces)
		}
		for _, p := range []resend.Period{{}, {First: today}, {First: today, Last: today.AddDays(-1)}, {First: today.AddDays(-2000), Last: today}} {
			if _, err := w.mail.Bounces(w.ctx, p); crm.KindOf(err) != crm.Invalid {
				t.Errorf("%v: %v", p, err)
			}
		}
	})
}

// TestFiguresAreChecked loses what was told of a mail and miscounts a day. The
// nightly check mends both and says so.
func TestFiguresAreChecked(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		ids := w.queue(many(3)...)
		w.push()
		w.deliver()
		w.clock.pass(time.Hour)
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { // the event is kept, and the mail does not follow
			m, _, err := tx.HoldMail(w.ctx, ids[0])
			if err != nil {
				return err
			}
			_, err = tx.KeepMailEvent(w.ctx, mail.Event{ID: uuid.New(), Org: w.org, Message: &m.ID, RemoteID: m.RemoteID, What: mail.WasComplained, At: w.clock.Now(), Recipient: m.Recipient})
			return err
		}))
		w.must(w.mail.CheckFigures(w.ctx, resend.CheckFiguresArgs{Org: w.org}))
		w.is(ids[0], mail.Complained)
		if !slices.Contains(w.notices(), "mail_figures") {
			t.Errorf("nobody is told: %v", w.notices())
		}
		kept, err := w.store.FiguresByDay(w.ctx, w.org, store.FigureFilter{Facet: mail.Overall, First: crm.NewDay(2026, 11, 22), Last: crm.NewDay(2026, 11, 22)})
		w.must(err)
		if len(kept) != 1 || kept[0].Sent != 3 || kept[0].Complained != 1 {
			t.Errorf("%+v", kept)
		}
	})
}

// TestFiguresFollowTheClock moves the organisation to another zone: its days are
// told apart anew.
func TestFiguresFollowTheClock(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.clock.pass(13 * time.Hour) // after midnight in Sydney
		w.left(5, 0)
		org, err := w.store.Organisation(w.ctx, w.org)
		w.must(err)
		org.TimeZone = "UTC"
		w.must(w.store.UpdateOrganisation(w.ctx, org, crm.AustralianTaxRates()))
		w.must(w.mail.CheckAllFigures(w.ctx, resend.CheckAllFiguresArgs{}))
		if storetest.Jobs(w, w.url, "resend_check_figures") != 1 {
			t.Error("nobody adds up anew")
		}
		w.must(w.mail.CheckFigures(w.ctx, resend.CheckFiguresArgs{Org: w.org, Whole: true}))
		kept, err := w.store.FiguresByDay(w.ctx, w.org, store.FigureFilter{Facet: mail.Overall, First: crm.NewDay(2026, 11, 20), Last: crm.NewDay(2026, 11, 25)})
		w.must(err)
		for _, d := range kept {
			if want := map[bool]int{true: 5}[d.Day == crm.NewDay(2026, 11, 22)]; d.Sent != want {
				t.Errorf("%d mails on %s, want %d", d.Sent, d.Day, want)
			}
		}
		settings, err := w.store.MailSettings(w.ctx, w.org)
		w.must(err)
		if settings.Zone != "UTC" {
			t.Errorf("days are told apart by %q", settings.Zone)
		}
	})
}
