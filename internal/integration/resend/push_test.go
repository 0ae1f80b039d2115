package resend_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func TestParcels(t *testing.T) {
	t.Parallel()
	one, batch := "/emails", "/emails/batch"
	for _, c := range []struct {
		mails, attached int
		calls           []string
	}{
		{1, 0, []string{one}}, {2, 0, []string{batch}}, {100, 0, []string{batch}}, {101, 0, []string{batch, one}}, {250, 0, []string{batch, batch, batch}},
		{0, 1, []string{one}}, {3, 2, []string{batch, one, one}},
	} {
		t.Run(fmt.Sprintf("%d and %d", c.mails, c.attached), func(t *testing.T) {
			each(t, func(w *world) {
				drafts := many(c.mails)
				for i := range c.attached {
					d := draft(fmt.Sprintf("file%d@acme.example", i))
					d.Attachments = []resendapi.Attachment{{Filename: "invoice.pdf", Content: []byte("%PDF")}}
					drafts = slices.Insert(drafts, min(i, len(drafts)), d)
				}
				ids := w.queue(drafts...)
				w.push()
				w.once(len(ids))
				calls := w.sends()
				slices.Sort(calls)
				slices.Sort(c.calls)
				if !slices.Equal(calls, c.calls) {
					w.Errorf("%v, want %v", calls, c.calls)
				}
				for _, id := range ids {
					if m := w.is(id, mail.Sent); m.RemoteID == "" || m.Attempts != 1 {
						w.Errorf("%+v", m)
					}
				}
			})
		})
	}
}

// consenting adds a customer who agreed to marketing mail, or not.
func (w *world) customer(name string, consents bool) *crm.CustomerID {
	w.Helper()
	c := crm.Customer{ID: crm.NewID[crm.Customer](), OrgID: w.org, Number: crm.FormatNumber("C-", int64(len(name))), Name: name, MarketingConsent: consents, Version: 1,
		CreatedAt: w.clock.Now(), UpdatedAt: w.clock.Now()}
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.InsertCustomer(w.ctx, c) }))
	return &c.ID
}

func newsletter(to string, customer *crm.CustomerID) resend.Draft {
	d := draft(to)
	d.Category, d.Customer, d.Unsubscribe = mail.Newsletter, customer, "https://renoz.example/u/1"
	return d
}

// TestStreams has what people wait for overtake marketing, also where marketing
// mail is in doubt and has to be repeated.
func TestStreams(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		customer := w.customer("Harbour Marine", true)
		var bulk []resend.Draft
		for i := range 250 {
			bulk = append(bulk, newsletter(fmt.Sprintf("reader%d@acme.example", i), customer))
		}
		w.queue(bulk...)
		w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultCutAfter, Path: "/emails", Count: 1}))
		w.push()
		w.clock.pass(6 * time.Minute)
		urgent := w.queue(draft("waiting@acme.example"))
		w.sim.ResetCounts()
		w.push()
		if calls := w.sim.Calls(); len(calls) != 3 || calls[0].Replayed || !calls[1].Replayed {
			w.Errorf("the repeated marketing mail went before what people wait for: %+v", calls)
		}
		w.is(urgent[0], mail.Sent)
		if n := w.sim.Counts().Duplicates; n != 0 {
			w.Errorf("%d sent twice", n)
		}
	})
}

// TestStopped checks whom not to write to when a mail is queued, and again just
// before it leaves.
func TestStopped(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		yes, no := w.customer("Yes", true), w.customer("Nope", false)
		w.must(w.mail.Suppress(w.ctx, "Never@acme.example", "asked by phone"))
		ids := w.queue(draft("never@acme.example"), newsletter("no@acme.example", no), newsletter("nobody@acme.example", nil),
			newsletter("yes@acme.example", yes), draft("no@acme.example"))
		for _, id := range ids[:3] {
			w.is(id, mail.Suppressed)
		}
		later := w.queue(draft("later@acme.example"), draft("other@acme.example"))
		w.must(w.mail.Suppress(w.ctx, "later@acme.example", ""))
		if m := w.is(later[0], mail.Suppressed); m.Times.Suppressed == nil || m.Problem.Text == "" {
			w.Errorf("%+v", m)
		}
		w.change(*yes, func(c *crm.Customer) { c.MarketingConsent = false })
		w.push()
		if m := w.is(ids[3], mail.Suppressed); m.Problem.Code != "no_consent" {
			w.Errorf("%+v", m.Problem)
		}
		w.is(ids[4], mail.Sent)
		w.is(later[1], mail.Sent)
		w.once(2)
	})
}

func (w *world) change(id crm.CustomerID, how func(*crm.Customer)) {
	w.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		c, err := tx.Customer(w.ctx, w.org, id)
		if err != nil {
			return err
		}
		how(&c)
		return tx.UpdateCustomer(w.ctx, c)
	}))
}

// TestManyStopped has a whole parcel's worth of mail stopped before others: these
// leave all the same.
func TestManyStopped(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		customer := w.customer("Fickle", true)
		var drafts []resend.Draft
		for i := range 150 {
			drafts = append(drafts, newsletter(fmt.Sprintf("reader%d@acme.example", i), customer))
		}
		w.queue(drafts...)
		willing := w.customer("Willing buyer", true)
		last := w.queue(newsletter("last@acme.example", willing))
		w.change(*customer, func(c *crm.Customer) { c.MarketingConsent = false })
		w.must(w.mail.Push(w.ctx, resend.PushArgs{Org: w.org}))
		w.is(last[0], mail.Sent)
		w.once(1)
	})
}

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

// TestDoubt goes through what leaves it open whether a request was carried out.
func TestDoubt(t *testing.T) {
	t.Parallel()
	for _, kind := range []resendsim.FaultKind{resendsim.FaultErrorBefore, resendsim.FaultErrorAfter, resendsim.FaultUnavailable, resendsim.FaultGateway,
		resendsim.FaultCutBefore, resendsim.FaultCutAfter, resendsim.FaultConcurrent} {
		for _, n := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s %d", kind, n), func(t *testing.T) {
				each(t, func(w *world) {
					ids := w.queue(many(n)...)
					w.must(w.sim.Fail(resendsim.Fault{Kind: kind, Path: "/emails", Count: 2}))
					w.push()
					parcel := w.is(ids[0], mail.Sending).Parcel
					for range 2 {
						w.clock.pass(30 * time.Minute)
						w.push()
					}
					if m := w.is(ids[0], mail.Sent); m.Parcel == nil || parcel == nil || *m.Parcel != *parcel {
						w.Errorf("it went in another request")
					}
					w.once(n)
				})
			})
		}
	}
}

// TestLadder tries after 5 minutes, 30 minutes and an hour, then gives up and
// tells people; a person may send again.
func TestLadder(t *testing.T) {
	t.Parallel()
	for _, arrives := range []bool{true, false} {
		t.Run(fmt.Sprintf("arrives %t", arrives), func(t *testing.T) {
			each(t, func(w *world) { w.ladder(arrives) })
		})
	}
}

func (w *world) ladder(arrives bool) {
	w.Helper()
	if !arrives {
		w.mail = w.service(unreachable{})
	} else {
		w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultErrorBefore, Path: "/emails", Count: 4}))
	}
	ids := w.queue(many(2)...)
	begun := w.clock.Now()
	for try, wait := range []time.Duration{5 * time.Minute, 30 * time.Minute, time.Hour} {
		w.push()
		if m := w.message(ids[0]); m.Attempts != try+1 || !m.State.Open() {
			w.Fatalf("after try %d: %+v", try+1, m)
		}
		w.clock.pass(wait - time.Second)
		w.push()
		if m := w.message(ids[0]); m.Attempts != try+1 {
			w.Fatalf("tried again too soon after try %d", try+1)
		}
		w.clock.pass(time.Second)
	}
	w.push()
	if m := w.is(ids[0], mail.Failed); m.Attempts != 4 || w.clock.Now().Sub(begun) != 95*time.Minute || m.Times.Failed != nil {
		w.Errorf("%+v", m)
	}
	if !slices.Contains(w.notices(), "mail_failed") {
		w.Errorf("nobody is told: %v", w.notices())
	}
	w.clock.pass(24 * time.Hour)
	w.push()
	w.is(ids[0], mail.Failed)
	w.once(0)
	w.mail = w.service(http.DefaultTransport)
	w.must(w.mail.SendAgain(w.ctx, ids[0]))
	w.push()
	w.is(ids[0], mail.Sent)
	w.once(1)
	if err := w.mail.SendAgain(w.ctx, ids[0]); crm.KindOf(err) != crm.Conflict {
		w.Errorf("sent again although it arrived: %v", err)
	}
}

// unreachable refuses connections.
type unreachable struct{}

func (unreachable) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, unsent{}
}

type unsent struct{}

func (unsent) Error() string { return "connection refused" }
func (unsent) NotSent() bool { return true }

// TestForgottenKey does not repeat a request whose key Resend has forgotten, or
// under another account.
func TestForgottenKey(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"old", "other account"} {
		t.Run(reason, func(t *testing.T) {
			each(t, func(w *world) {
				ids := w.queue(many(2)...)
				w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultCutAfter, Path: "/emails", Count: 1}))
				w.push()
				if reason == "old" {
					w.clock.pass(24 * time.Hour)
				} else {
					w.clock.pass(time.Hour)
					w.must(w.mail.SaveSettings(w.ctx, mustView(w).Settings, resend.KeyChange{New: "re_another"}))
				}
				w.sim.ResetCounts()
				w.push()
				if m := w.is(ids[0], mail.Failed); m.Problem.Code != "uncertain" || len(w.sends()) != 0 {
					w.Errorf("%+v, %v", m.Problem, w.sends())
				}
				w.listen()
				w.happens(w.sim.EmailsTo("buyer0@acme.example")[0].ID, resendsim.Happened{Type: "delivered"})
				w.is(ids[0], mail.Delivered)
			})
		})
	}
}

func mustView(w *world) resend.View {
	w.Helper()
	v, err := w.mail.View(w.ctx)
	w.must(err)
	return v
}

func (w *world) happens(id string, all ...resendsim.Happened) {
	w.Helper()
	for _, h := range all {
		w.must(w.sim.Happen(id, h))
	}
	w.deliver()
}

func TestCancel(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ids := w.queue(many(3)...)
		w.must(w.mail.Cancel(w.ctx, ids[0]))
		w.must(w.mail.Pause(w.ctx))
		w.push()
		w.once(0)
		w.must(w.mail.Resume(w.ctx))
		w.push()
		w.once(2)
		w.is(ids[0], mail.Cancelled)
		if err := w.mail.Cancel(w.ctx, ids[1]); crm.KindOf(err) != crm.Conflict {
			w.Errorf("a sent mail was cancelled: %v", err)
		}
		w.must(w.mail.SendAgain(w.ctx, ids[0]))
		w.push()
		if m := w.is(ids[0], mail.Sent); m.Times.Cancelled != nil {
			w.Errorf("it is still marked as cancelled")
		}
		w.once(3)
	})
}

// TestNoKey lets mail wait for a key without asking all the time.
func TestNoKey(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mail.Key = ""
		ids := w.queue(many(2)...)
		w.must(w.mail.Push(w.ctx, resend.PushArgs{Org: w.org})) // no snooze
		w.must(w.mail.SaveSettings(w.ctx, mustView(w).Settings, resend.KeyChange{New: resendsim.DefaultKey}))
		w.push()
		w.is(ids[0], mail.Sent)
	})
}

// TestTwoOrganisations keeps what one sends from the other.
func TestTwoOrganisations(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		other := *w
		other.org, other.ctx = w.organisation("Voltway West")
		mine, theirs := w.queue(draft("one@acme.example")), other.queue(draft("two@acme.example"))
		w.must(w.mail.Suppress(w.ctx, "two@acme.example", ""))
		w.push()
		other.is(theirs[0], mail.Queued)
		other.push()
		w.is(mine[0], mail.Sent)
		other.is(theirs[0], mail.Sent)
		for _, of := range []struct {
			*world
			foreign mail.ID
		}{{w, theirs[0]}, {&other, mine[0]}} {
			list, err := of.mail.Mails(of.ctx, mail.Filter{})
			w.must(err)
			_, missing := of.mail.Mail(of.ctx, of.foreign)
			if len(list) != 1 || list[0].Org != of.org || crm.KindOf(missing) != crm.NotFound || crm.KindOf(of.mail.SendAgain(of.ctx, of.foreign)) != crm.NotFound ||
				crm.KindOf(of.mail.Cancel(of.ctx, of.foreign)) != crm.NotFound {
				w.Errorf("%+v, %v", list, missing)
			}
		}
	})
}

// TestTwoProcesses has several push the same organisation at once.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url, resendsim.Settings{RateLimit: -1})
		ids := w.queue(many(450)...)
		w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultCutAfter, Path: "/emails", Probability: .3, Count: 3}))
		var group sync.WaitGroup
		services := []*resend.Service{w.mail, w.service(http.DefaultTransport), w.service(http.DefaultTransport)}
		for range 4 {
			for _, s := range services {
				group.Go(func() {
					if err := ignoreSnooze(s.Push(w.ctx, resend.PushArgs{Org: w.org})); err != nil {
						w.Error(err)
					}
				})
			}
			group.Wait()
			w.clock.pass(time.Hour)
		}
		for _, id := range ids {
			w.is(id, mail.Sent)
		}
		w.once(450)
	})
}

// TestDeath has a process end between any two of its steps: another one takes
// its requests over and repeats them.
func TestDeath(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before the call", "after the call"} {
		t.Run(when, func(t *testing.T) {
			each(t, func(w *world) {
				ids := w.queue(many(3)...)
				dying := w.service(dies{when == "after the call"})
				func() {
					defer func() { _ = recover() }()
					_ = dying.Push(w.ctx, resend.PushArgs{Org: w.org})
				}()
				w.is(ids[0], mail.Sending)
				w.push()
				w.is(ids[0], mail.Sending) // it may live
				w.must(w.store.Retire(w.ctx, dying.Process))
				w.push()
				w.is(ids[0], mail.Sent)
				w.once(3)
			})
		})
	}
}

// dies ends its process with a call.
type dies struct{ after bool }

func (d dies) RoundTrip(r *http.Request) (*http.Response, error) {
	if d.after {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err == nil {
			_ = answer.Body.Close()
		}
	}
	panic("the process is killed")
}

// TestShutdown has the job cancelled during a call: it is repeated at once, and
// no try is lost.
func TestShutdown(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ids := w.queue(many(2)...)
		ctx, stop := context.WithCancel(w.ctx)
		ending := w.service(roundTrip(func(r *http.Request) (*http.Response, error) {
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err == nil {
				_ = answer.Body.Close()
			}
			stop()
			return nil, r.Context().Err()
		}))
		_ = ignoreSnooze(ending.Push(ctx, resend.PushArgs{Org: w.org}))
		if m := w.is(ids[0], mail.Sending); m.Attempts != 0 {
			w.Errorf("%+v", m)
		}
		w.push()
		w.is(ids[0], mail.Sent)
		w.once(2)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
