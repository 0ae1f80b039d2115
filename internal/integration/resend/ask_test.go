package resend_test

import (
	"slices"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/storetest"
)

func (w *world) ask() {
	w.Helper()
	w.must(ignoreSnooze(w.mail.Ask(w.ctx, resend.AskArgs{Org: w.org})))
}

// TestSilentMailsAreAskedOf sends without a webhook. Resend is asked an hour
// later, what it says is followed, and a webhook that comes after that changes
// nothing.
func TestSilentMailsAreAskedOf(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ids := w.queue(draft("jo@acme.example"), draft("bounced@resend.dev"))
		w.push()
		w.ask()
		w.is(ids[0], mail.Sent) // it may still be told
		w.clock.pass(61 * time.Minute)
		w.must(w.sim.Deliver(w.ctx))
		w.must(w.mail.AskAll(w.ctx, resend.AskAllArgs{}))
		if storetest.Jobs(w, w.url, "resend_ask") != 1 {
			t.Error("nobody is asked")
		}
		w.sim.ResetCounts()
		w.ask()
		w.is(ids[0], mail.Delivered)
		w.is(ids[1], mail.Bounced)
		if n := len(w.sim.Calls()); n != 2 {
			t.Errorf("%d calls, want one for each", n)
		}
		if len(w.notices()) != 0 {
			t.Errorf("people are told of two: %v", w.notices())
		}
		w.ask()
		if n := len(w.sim.Calls()); n != 2 {
			t.Errorf("what is known is asked of again: %d calls", n)
		}
	})
}

// TestManySilentMails reads the list when webhooks are missing for long, and tells
// people.
func TestManySilentMails(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ids := w.queue(many(250)...)
		w.push()
		w.clock.pass(2 * time.Hour)
		w.must(w.sim.Deliver(w.ctx))
		w.sim.ResetCounts()
		w.ask()
		for _, id := range ids {
			w.is(id, mail.Delivered)
		}
		if n := len(w.sim.Calls()); n > 4 {
			t.Errorf("%d calls for 250 mails", n)
		}
		if !slices.Contains(w.notices(), "mail_webhooks_missing") {
			t.Errorf("nobody is told: %v", w.notices())
		}
	})
}

// TestAskingNeedsTheKey leaves it to webhooks where the key may only send.
func TestAskingNeedsTheKey(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.sim.SetKey(resendsim.Key{Token: "re_sends", SendingOnly: true})
		v, err := w.mail.View(w.ctx)
		w.must(err)
		w.must(w.mail.SaveSettings(w.ctx, v.Settings, resend.KeyChange{New: "re_sends"}))
		ids := w.queue(draft("jo@acme.example"))
		w.push()
		w.clock.pass(2 * time.Hour)
		w.must(w.sim.Deliver(w.ctx))
		w.ask()
		w.is(ids[0], mail.Sent)
		if v, err = w.mail.View(w.ctx); err != nil || v.Paused.Why != "" {
			t.Errorf("mail pauses because nobody can be asked: %+v %v", v.Paused, err)
		}
	})
}
