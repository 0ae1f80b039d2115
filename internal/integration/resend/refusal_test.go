package resend_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
)

// TestRefusals has Resend refuse single mails of a batch, or all of it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ids := w.queue(draft("good@acme.example"), draft("bad@example.com"), draft("fine@acme.example")) // example.com takes no mail
		w.push()
		w.is(ids[0], mail.Sent)
		w.is(ids[2], mail.Sent)
		if m := w.is(ids[1], mail.Failed); m.Problem.Code != "refused" || m.RemoteID != "" {
			w.Errorf("%+v", m)
		}
		w.once(2)
		if !slices.Contains(w.notices(), "mail_failed") {
			w.Errorf("nobody is told: %v", w.notices())
		}
		w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultSecurity, Path: "/emails/batch", Count: 1}, resendsim.Fault{Kind: resendsim.FaultSecurity, Path: "/emails", Count: 1}))
		ids = w.queue(many(3)...)
		w.push()
		states := map[mail.State]int{}
		for _, id := range ids {
			states[w.message(id).State]++
		}
		if states[mail.Sent] != 2 || states[mail.Failed] != 1 {
			w.Errorf("one of three is refused: %v", states)
		}
		w.once(4)
	})
}

// TestRateLimit has Resend ask to wait: no try is lost.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ids := w.queue(many(3)...)
		w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultRateLimit, Path: "/emails", Count: 6, RetryAfter: 2}))
		for range 6 {
			w.push()
			if m := w.is(ids[0], mail.Queued); m.Attempts != 0 || m.Parcel != nil {
				w.Fatalf("%+v", m)
			}
			w.clock.pass(2 * time.Second)
		}
		w.push()
		w.is(ids[0], mail.Sent)
		w.once(3)
	})
}

// TestPauses stops all mail when none would pass, and tells people.
func TestPauses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  resendsim.FaultKind
		until string // "": a person
	}{
		{resendsim.FaultDailyQuota, "2026-11-23T00:00:00Z"}, {resendsim.FaultMonthlyQuota, "2026-12-01T00:00:00Z"},
		{resendsim.FaultAboveQuota, ""}, {resendsim.FaultKeyRefused, ""},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			each(t, func(w *world) { w.pauses(c.kind, c.until) })
		})
	}
}

func (w *world) pauses(kind resendsim.FaultKind, until string) {
	w.Helper()
	ids := w.queue(many(150)...)
	w.must(w.sim.Fail(resendsim.Fault{Kind: kind, Path: "/emails", Count: 1}))
	w.push()
	w.push()
	if calls := w.sends(); len(calls) != 1 {
		w.Errorf("%d requests while nothing passes", len(calls))
	}
	for _, id := range []mail.ID{ids[0], ids[149]} {
		if m := w.is(id, mail.Queued); m.Attempts != 0 {
			w.Errorf("%+v", m)
		}
	}
	view, err := w.mail.View(w.ctx)
	w.must(err)
	told := slices.ContainsFunc(w.notices(), func(cause string) bool { return strings.HasPrefix(cause, "mail_paused") })
	if view.Paused.Why == "" || !told {
		w.Errorf("paused: %+v; told: %v", view.Paused, w.notices())
	}
	waiting, err := w.store.OrganisationsWithMail(w.ctx, w.clock.Now())
	w.must(err)
	if len(waiting) != 0 {
		w.Errorf("a job is called for mail that is paused")
	}
	if until == "" {
		w.must(w.mail.SaveSettings(w.ctx, view.Settings, resend.KeyChange{}))
	} else {
		end, err := time.Parse(time.RFC3339, until)
		w.must(err)
		if view.Paused.Until == nil || !view.Paused.Until.Equal(end) {
			w.Fatalf("paused until %v, want %s", view.Paused.Until, until)
		}
		w.clock.pass(end.Sub(w.clock.Now()))
	}
	w.push()
	w.is(ids[0], mail.Sent)
	w.once(150)
}

// TestSenderRefused mends the sender: mail that was queued before leaves from
// the new one.
func TestSenderRefused(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		settings := mustView(w).Settings
		settings.From = "accounts@unverified.example"
		w.must(w.mail.SaveSettings(w.ctx, settings, resend.KeyChange{}))
		ids := w.queue(many(3)...)
		w.push()
		w.push()
		view := mustView(w)
		if view.Paused.Why == "" || view.Paused.Until != nil || len(w.sends()) != 2 { // the batch says no more than that each is refused
			w.Errorf("%+v after %v", view.Paused, w.sends())
		}
		settings.From = "accounts@" + resendsim.DefaultDomain
		w.must(w.mail.SaveSettings(w.ctx, settings, resend.KeyChange{}))
		w.push()
		m := w.is(ids[0], mail.Sent)
		if !strings.Contains(m.Payload, settings.From) {
			w.Errorf("what is kept is not what was sent: %s", m.Payload)
		}
		w.once(3)
	})
}
