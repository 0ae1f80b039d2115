package resend_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
)

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
