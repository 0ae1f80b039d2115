package campaign_test

import (
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestTwoThousand sends to 2,000 customers in 20 requests, each address once.
func TestTwoThousand(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		n := storetest.Size(2000, 500)
		w.customers(n)
		c := w.newsletter(campaign.Wish{})
		if p := w.progress(c); p.State != mail.CampaignReady || p.Waiting != n || p.Total != n || len(w.sends()) != 0 {
			w.Fatalf("%+v; %+v; %d requests", p, w.reasons(c), len(w.sends()))
		}
		w.must(w.campaigns.Start(w.ctx, c.ID))
		w.work()
		if p := w.progress(c); p.Mails[mail.Queued] != min(n, 1000) || p.Waiting != n {
			w.Errorf("the queue holds %v", p.Mails)
		}
		p := w.goes(c)
		if p.State != mail.CampaignDone || p.Sent != n || p.Failed+p.Skipped+p.Waiting != 0 {
			w.Errorf("%+v", p)
		}
		w.once(n)
		if calls := len(w.sends()); calls != n/100 {
			w.Errorf("%d requests", calls)
		}
		for n := range n {
			if len(w.sim.EmailsTo(address(n))) != 1 {
				w.Fatalf("%s got %d mails", address(n), len(w.sim.EmailsTo(address(n))))
			}
		}
	})
}

func transactional(w *world, to string) {
	w.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		_, err := w.mail.Queue(w.ctx, tx, w.org, resend.Draft{Category: mail.Invoice, To: to, Subject: "Invoice", HTML: "<p>Hello</p>", Text: "Hello", By: "test"})
		return err
	}))
}

// TestInvoicesOvertake lets a transactional mail leave first that is queued
// behind a campaign.
func TestInvoicesOvertake(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(300)
		c := w.newsletter(campaign.Wish{})
		w.must(w.campaigns.Start(w.ctx, c.ID))
		w.work()
		w.settings(func(s *resend.Settings) { s.HourlyLimit = 100 })
		w.push()
		w.once(100)
		transactional(w, "waiting@acme.example")
		w.push()
		w.once(101)
		if n := len(w.sim.EmailsTo("waiting@acme.example")); n != 1 {
			w.Errorf("what a person waits for arrived %d times", n)
		}
		w.settings(nil)
		w.goes(c)
		w.once(301)
	})
}

// TestPauseHoldsWhatIsQueued lets nothing leave between pause and resume, also
// what was put back after the pause.
func TestPauseHoldsWhatIsQueued(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(500)
		c := w.newsletter(campaign.Wish{})
		w.must(w.campaigns.Start(w.ctx, c.ID))
		w.work()
		w.must(w.campaigns.Pause(w.ctx, c.ID))
		is(w, w.campaigns.Pause(w.ctx, c.ID), crm.Conflict)
		for range 3 {
			w.work()
			w.push()
		}
		if p := w.progress(c); p.State != mail.CampaignPaused || p.Sent != 0 || p.Waiting != 500 {
			w.Errorf("%+v", p)
		}
		transactional(w, "waiting@acme.example")
		w.push()
		w.once(1)
		w.clock.pass(2 * time.Hour) // the time for which they were set aside is over
		w.push()
		w.once(1)
		w.process() // as after a restart
		w.must(w.campaigns.Resume(w.ctx, c.ID))
		if p := w.goes(c); p.State != mail.CampaignDone || p.Sent != 500 {
			w.Errorf("%+v", p)
		}
		w.once(501)
	})
}

// TestCancelTakesBack leaves nothing to send, and ends.
func TestCancelTakesBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(1500)
		c := w.newsletter(campaign.Wish{})
		w.must(w.campaigns.Start(w.ctx, c.ID))
		w.settings(func(s *resend.Settings) { s.DailyLimit = 300 })
		w.work()
		w.push()
		w.must(w.campaigns.Cancel(w.ctx, c.ID))
		is(w, w.campaigns.Resume(w.ctx, c.ID), crm.Conflict)
		is(w, w.campaigns.Cancel(w.ctx, c.ID), crm.Conflict)
		w.settings(nil)
		w.push() // before the job has taken anything back
		p := w.goes(c)
		if p.State != mail.CampaignCancelled || p.Sent != 300 || p.Cancelled != 1200 || p.Waiting != 0 {
			w.Errorf("%+v", p)
		}
		w.once(300)
		if rows := w.outcomes(c, mail.RecipientFilter{Outcome: "cancelled", Limit: 200}); len(rows) != 1200 {
			w.Errorf("%d recipients are listed as cancelled", len(rows))
		}
		if rows := w.outcomes(c, mail.RecipientFilter{Outcome: "sent", Limit: 200}); len(rows) != 300 {
			w.Errorf("%d recipients are listed as sent", len(rows))
		}
	})
}

// TestRaces has people and two processes act at the same time: each mail goes
// once, and a campaign that ends paused stays so.
func TestRaces(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(600)
		c := w.newsletter(campaign.Wish{})
		w.must(w.campaigns.Start(w.ctx, c.ID))
		other := *w
		other.process()
		var group sync.WaitGroup
		for _, one := range []*world{w, &other} {
			group.Go(func() {
				for range 6 {
					_ = one.campaigns.Work(w.ctx, campaign.Args{Org: w.org}) // a lost race is the next round's
					_ = one.mail.Push(w.ctx, resend.PushArgs{Org: w.org})
				}
			})
		}
		for range 5 {
			group.Go(func() {
				_ = w.campaigns.Pause(w.ctx, c.ID) // somebody was faster
				_ = other.campaigns.Resume(w.ctx, c.ID)
			})
		}
		group.Wait()
		if w.at(c).State == mail.CampaignRunning {
			w.must(w.campaigns.Pause(w.ctx, c.ID))
		}
		if w.at(c).State == mail.CampaignPaused {
			before := w.progress(c).Sent
			w.work()
			w.push()
			if p := w.progress(c); p.State != mail.CampaignPaused || p.Sent != before {
				w.Errorf("a paused campaign went on: %+v", p)
			}
			w.must(w.campaigns.Resume(w.ctx, c.ID))
		}
		if p := w.goes(c); p.State != mail.CampaignDone || p.Sent != 600 {
			w.Errorf("%+v", p)
		}
		w.once(600)
	})
}

// TestSchedule starts by itself when the clock of the organisation says so.
func TestSchedule(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(10)
		c := w.newsletter(campaign.Wish{})
		for _, at := range []string{"", "soon", "2026-11-22T11:59", "2027-10-03T02:30", "2029-01-01T09:00"} { // it is noon in Sydney
			err := w.campaigns.Schedule(w.ctx, c.ID, at)
			if e, _ := err.(*crm.Error); e == nil || e.Fields["at"] == "" { //nolint:errorlint // it is returned as it is
				w.Errorf("%s: %v", at, err)
			}
		}
		w.must(w.campaigns.Schedule(w.ctx, c.ID, "2026-11-22T14:30"))
		w.goes(c)
		if w.at(c).State != mail.CampaignScheduled {
			w.Errorf("it is %s", w.at(c).State)
		}
		w.must(w.campaigns.Pause(w.ctx, c.ID))
		w.must(w.campaigns.Schedule(w.ctx, c.ID, "2026-11-22T14:30"))
		w.clock.pass(2*time.Hour + 29*time.Minute)
		w.work()
		w.once(0)
		w.clock.pass(time.Minute)
		w.process()
		w.work()
		if p := w.goes(c); p.State != mail.CampaignDone || p.Sent != 10 {
			w.Errorf("%+v", p)
		}
	})
}

// TestLimits sends as much in an hour and in a day as the settings allow, on the
// organisation's clock, and counts no transactional mail.
func TestLimits(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(400)
		w.settings(func(s *resend.Settings) { s.HourlyLimit, s.DailyLimit = 150, 350 })
		c := w.newsletter(campaign.Wish{})
		w.must(w.campaigns.Start(w.ctx, c.ID))
		transactional(w, "waiting@acme.example")
		w.goes(c)
		w.once(151)
		if a := w.progress(c).Allowance; a.HourUsed != 150 || a.DayUsed != 150 || !a.GoesOn().Equal(time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)) {
			w.Errorf("%+v", a)
		}
		w.clock.pass(59 * time.Minute)
		w.goes(c)
		w.once(151)
		w.clock.pass(time.Minute)
		w.goes(c)
		w.once(301)
		w.clock.pass(time.Hour)
		w.goes(c)
		w.once(351)
		if a := w.progress(c).Allowance; !a.GoesOn().Equal(time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)) { // midnight in Sydney
			w.Errorf("%+v goes on at %s", a, a.GoesOn())
		}
		w.clock.pass(9 * time.Hour)
		w.goes(c)
		w.once(351)
		w.clock.pass(time.Hour)
		if p := w.goes(c); p.State != mail.CampaignDone || p.Sent != 400 {
			w.Errorf("%+v", p)
		}
		w.once(401)
	})
}

// TestLimitCountsWhatLeft gives back what Resend put off.
func TestLimitCountsWhatLeft(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(100)
		w.settings(func(s *resend.Settings) { s.HourlyLimit = 100 })
		c := w.newsletter(campaign.Wish{})
		w.must(w.campaigns.Start(w.ctx, c.ID))
		w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultRateLimit, Count: 1}))
		w.work()
		w.push()
		for range 5 {
			w.clock.pass(2 * time.Second)
			w.push()
		}
		if p := w.goes(c); p.State != mail.CampaignDone || p.Sent != 100 || p.Allowance.HourUsed != 100 {
			w.Errorf("%+v", p)
		}
		w.once(100)
	})
}

// TestRetrySendsOnlyWhatFailed leaves alone what arrived and what may have.
func TestRetrySendsOnlyWhatFailed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(12)
		c := w.newsletter(campaign.Wish{})
		w.must(w.campaigns.Start(w.ctx, c.ID))
		w.work()
		rows := w.outcomes(c, mail.RecipientFilter{})
		for i, problem := range []string{"refused", "refused", mail.Uncertain} {
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
				m, _, err := tx.HoldMail(w.ctx, *rows[i].Mail)
				if err != nil {
					return err
				}
				m.State, m.Problem = mail.Failed, mail.Problem{Code: problem, Text: "It failed."}
				return tx.ChangeMail(w.ctx, m, m)
			}))
		}
		if p := w.goes(c); p.State != mail.CampaignDone || p.Sent != 9 || p.Failed != 3 {
			w.Errorf("%+v", p)
		}
		n, err := w.campaigns.Retry(w.ctx, c.ID)
		w.must(err)
		if p := w.goes(c); n != 2 || p.State != mail.CampaignDone || p.Sent != 11 || p.Failed != 1 {
			w.Errorf("%d are retried: %+v", n, p)
		}
		w.once(11)
	})
}

// TestChangesSincePreview follows what changed while a campaign waited.
func TestChangesSincePreview(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(2)
		moved, gone, joined, left := w.add(20, nil), w.add(21, nil), w.add(22, nil), w.add(23, nil)
		c := w.newsletter(campaign.Wish{})
		now := w.clock.Now()
		moved.Email, joined.Email, gone.ArchivedAt, left.MarketingConsent = "new@acme.example", address(1), &now, false
		for _, x := range []crm.Customer{moved, gone, joined, left} {
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.UpdateCustomer(w.ctx, x) }))
		}
		w.must(w.campaigns.Start(w.ctx, c.ID))
		if p := w.goes(c); p.State != mail.CampaignDone || p.Sent != 3 || p.Skipped != 3 {
			w.Errorf("%+v: %+v", p, w.reasons(c))
		}
		if len(w.sim.EmailsTo("new@acme.example")) != 1 || len(w.sim.EmailsTo(address(1))) != 1 {
			w.Error("the address of today got nothing, or the one of two got it twice")
		}
		w.once(3)
	})
}
