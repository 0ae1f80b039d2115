package resend_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// exchange does what the job does.
func (w *world) exchange() {
	w.Helper()
	w.must(ignoreSnooze(w.mail.Exchange(w.ctx, resend.ExchangeArgs{Org: w.org})))
}

// there are the addresses that Resend lists.
func (w *world) there() (addresses []string) {
	for _, s := range w.sim.Suppressions() {
		addresses = append(addresses, s.Email)
	}
	slices.Sort(addresses)
	return addresses
}

// held is what stops everything to an address here; the zero value: nothing.
func (w *world) held(address string) mail.Suppression {
	w.Helper()
	list, err := w.store.SuppressionsOf(w.ctx, w.org, address)
	w.must(err)
	for _, s := range list {
		if s.Scope == mail.Everything {
			return s
		}
	}
	return mail.Suppression{}
}

func (w *world) lists(want ...string) {
	w.Helper()
	if got := w.there(); !slices.Equal(got, want) {
		w.Errorf("Resend lists %v, want %v", got, want)
	}
}

func (w *world) standing() resend.ListStanding {
	w.Helper()
	l, err := w.mail.ListStanding(w.ctx)
	w.must(err)
	return l
}

// TestExchange goes both ways, more than once, and changes nothing by repeating.
func TestExchange(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.must(w.mail.Suppress(w.ctx, "ours@acme.example", "asked by phone"))
		w.must(w.mail.SuppressIn(w.ctx, "news@acme.example", mail.AllMarketing, "")) // Resend's list would stop invoices too
		w.sim.Suppress("theirs@acme.example")
		for range 2 {
			w.exchange()
			w.lists("ours@acme.example", "theirs@acme.example")
		}
		theirs := w.held("theirs@acme.example")
		if theirs.Reason != mail.ByService || theirs.Via != mail.ViaList || theirs.By != "Resend" || theirs.Remote != mail.RemoteThere || theirs.RemoteID == "" {
			w.Errorf("%+v", theirs)
		}
		if ours := w.held("ours@acme.example"); ours.Remote != mail.RemoteThere || ours.RemoteID == "" || ours.Reason != mail.ByHand {
			w.Errorf("%+v", ours)
		}
		w.is(w.queue(draft("theirs@acme.example"))[0], mail.Suppressed)
		if l := w.standing(); l.State != mail.ExchangeOn || l.Waiting != 0 || l.LookedAt == nil || l.WholeAt == nil {
			w.Errorf("%+v", l)
		}

		w.clock.pass(time.Minute)
		w.must(w.mail.Unsuppress(w.ctx, theirs.ID, "They mended their server"))
		if l := w.standing(); l.Waiting != 1 {
			w.Errorf("%+v", l)
		}
		for range 2 {
			w.exchange()
			w.lists("ours@acme.example")
		}
		w.is(w.queue(draft("theirs@acme.example"))[0], mail.Queued)

		w.clock.pass(time.Minute)
		w.sim.Suppress("theirs@acme.example") // newer than what the person decided
		w.exchange()
		if again := w.held("theirs@acme.example"); again.ID.IsZero() {
			w.Error("what Resend lists anew is not taken over")
		}
		entries, err := w.store.Entries(w.ctx, w.org, synclog.Filter{EntityType: "suppression", Limit: 100})
		w.must(err)
		if len(entries) < 4 {
			w.Errorf("%d entries of the history: %+v", len(entries), entries)
		}
		for _, e := range entries {
			if strings.Contains(e.Label+e.Error, "@") {
				w.Errorf("an address stands in the history: %+v", e)
			}
		}
	})
}

// TestTakenOffThere keeps ours until a person lifts it.
func TestTakenOffThere(t *testing.T) {
	t.Parallel()
	for _, hooks := range []bool{true, false} {
		t.Run(fmt.Sprintf("webhooks %t", hooks), func(t *testing.T) {
			t.Parallel()
			each(t, func(w *world) {
				if hooks {
					w.listen()
				}
				w.must(w.mail.Suppress(w.ctx, "jo@acme.example", ""))
				w.exchange()
				w.clock.pass(2 * time.Minute)
				w.exchange()
				w.sim.Release("jo@acme.example")
				if hooks {
					w.deliver()
				} else {
					w.clock.pass(25 * time.Hour)
					w.exchange()
				}
				if h := w.held("jo@acme.example"); h.Remote != mail.RemoteTaken {
					w.Errorf("%+v", h)
				}
				w.is(w.queue(draft("jo@acme.example"))[0], mail.Suppressed)
				w.clock.pass(25 * time.Hour)
				w.exchange()
				w.lists() // it is not put back there either
				w.must(w.mail.Unsuppress(w.ctx, w.held("jo@acme.example").ID, "It works again"))
				w.exchange()
				w.is(w.queue(draft("jo@acme.example"))[0], mail.Queued)
			})
		})
	}
}

// TestListedEvents stops mail as soon as the event is looked at, also what waits.
func TestListedEvents(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		waits := w.queue(draft("jo@acme.example"))[0]
		w.sim.Suppress("jo@acme.example")
		w.deliver()
		w.is(waits, mail.Suppressed)
		h := w.held("jo@acme.example")
		if h.Via != mail.ViaList || h.Remote != mail.RemoteThere || h.RemoteID == "" {
			w.Errorf("%+v", h)
		}
		w.clock.pass(time.Minute)
		w.must(w.mail.Unsuppress(w.ctx, h.ID, "They asked"))
		w.exchange()
		w.deliver() // tells that it is gone, which we know
		if h := w.held("jo@acme.example"); !h.ID.IsZero() {
			w.Errorf("our own removal came back: %+v", h)
		}
		w.must(w.mail.Suppress(w.ctx, "al@acme.example", ""))
		w.exchange()
		w.deliver() // tells of our own addition
		if h := w.held("al@acme.example"); h.Reason != mail.ByHand {
			w.Errorf("%+v", h)
		}
		for _, e := range w.webhooks() {
			if e.Category == "SUPPRESSION" && (e.State != inbox.Done || strings.Contains(e.Result, "@")) {
				w.Errorf("%+v", e)
			}
		}
		if n := len(w.sim.Suppressions()); n != 1 {
			w.Errorf("%d addresses there", n)
		}
	})
}

// TestListedInAnyOrder has removal and addition come in the wrong order and late.
func TestListedInAnyOrder(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		begun := w.clock.Now()
		w.must(w.mail.Suppress(w.ctx, "jo@acme.example", ""))
		w.exchange()
		post := func(id, kind string, at time.Time) {
			body := fmt.Appendf(nil, `{"type":"suppression.%s","created_at":%q,"data":{"id":"s1","email":"jo@acme.example","origin":"manual","source_id":null,"created_at":%q}}`,
				kind, at.Format(time.RFC3339Nano), at.Format(time.RFC3339Nano))
			if status := w.postSigned(id, body, resendsim.Sign(secret, id, w.clock.Now(), body)); status != http.StatusOK {
				w.Errorf("%d", status)
			}
			w.look()
		}
		w.clock.pass(10 * time.Minute)
		post("msg_2", "removed", begun.Add(9*time.Minute))
		post("msg_1", "added", begun.Add(8*time.Minute)) // before that
		if h := w.held("jo@acme.example"); h.Remote != mail.RemoteTaken {
			w.Errorf("%+v", h)
		}
		post("msg_3", "added", begun.Add(10*time.Minute))
		if h := w.held("jo@acme.example"); h.Remote != mail.RemoteThere {
			w.Errorf("%+v", h)
		}
		w.must(w.mail.Unsuppress(w.ctx, w.held("jo@acme.example").ID, "They asked"))
		post("msg_4", "added", begun.Add(10*time.Minute)) // late: a person has decided since
		if h := w.held("jo@acme.example"); !h.ID.IsZero() {
			w.Errorf("%+v", h)
		}
		if l := w.standing(); l.Waiting != 1 {
			w.Errorf("%+v", l)
		}
	})
}

// TestNoList is told in words, and not asked again by itself.
func TestNoList(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for _, c := range []struct {
			name  string
			there func()
			back  func()
			state mail.ExchangeState
		}{
			{"not offered", func() { w.sim.SetSettings(resendsim.Settings{RateLimit: -1, NoSuppressions: true}) }, func() { w.sim.SetSettings(resendsim.Settings{RateLimit: -1}) }, mail.ExchangeNotOffered},
			{"restricted", func() { w.sim.SetKey(resendsim.Key{Token: string(resendsim.DefaultKey), SendingOnly: true}) }, func() { w.sim.SetKey(resendsim.Key{Token: string(resendsim.DefaultKey)}) }, mail.ExchangeRefused},
		} {
			c.there()
			w.must(w.mail.AskExchange(w.ctx))
			w.exchange()
			if l := w.standing(); l.State != c.state || l.Problem == "" {
				w.Errorf("%s: %+v", c.name, l)
			}
			w.sim.ResetCounts()
			w.must(w.mail.ExchangeAll(w.ctx, resend.ExchangeAllArgs{}))
			w.exchange()
			if calls := w.sim.Calls(); len(calls) > 0 {
				w.Errorf("%s: it is asked again: %+v", c.name, calls)
			}
			w.must(w.mail.Suppress(w.ctx, strings.ReplaceAll(c.name, " ", "")+"@acme.example", "")) // works all the same
			c.back()
			if l, err := w.mail.ExchangeNow(w.ctx); err != nil || l.State != mail.ExchangeOn || l.Waiting != 0 {
				w.Errorf("%s: %+v, %v", c.name, l, err)
			}
		}
		if got := w.message(w.queue(draft("jo@acme.example"))[0]); got.State != mail.Queued {
			w.Errorf("%+v", got)
		}
		if kept, err := w.store.MailSettings(w.ctx, w.org); err != nil || kept.Paused.Why != "" {
			w.Errorf("mail was paused: %+v, %v", kept.Paused, err)
		}
	})
}

// TestSharedAccounts keeps the addresses of organisations apart.
func TestSharedAccounts(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		_, ctx := w.organisation("Other")
		w.sim.Suppress("theirs@acme.example")
		w.must(w.mail.ExchangeAll(w.ctx, resend.ExchangeAllArgs{}))
		w.must(w.mail.Suppress(w.ctx, "ours@acme.example", ""))
		w.exchange()
		w.lists("theirs@acme.example")
		if l := w.standing(); l.State != mail.ExchangeShared || l.Problem == "" {
			w.Errorf("%+v", l)
		}
		if list, err := w.mail.Suppressions(ctx, mail.SuppressionFilter{}); err != nil || len(list) != 0 {
			w.Errorf("%+v, %v", list, err)
		}
		if !w.held("theirs@acme.example").ID.IsZero() {
			w.Error("another organisation's address is taken over")
		}
	})
}

// TestExchangeSurvives lost answers, refusals for a moment and the end of a process
// between a call and what is kept of it.
func TestExchangeSurvives(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for n := range 250 {
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
				_, err := tx.Suppress(w.ctx, mail.Suppression{ID: crm.NewID[mail.Suppression](), Org: w.org, Address: fmt.Sprintf("a%d@acme.example", n), Scope: mail.Everything, Reason: mail.ByHand, Via: mail.ViaPerson})
				return err
			}))
			w.sim.Suppress(fmt.Sprintf("b%d@acme.example", n))
		}
		calls := 0
		usual := w.mail
		w.mail = w.service(roundTrip(func(r *http.Request) (*http.Response, error) {
			answer, err := http.DefaultTransport.RoundTrip(r)
			if calls++; calls%3 == 2 {
				_ = answer.Body.Close()
				return nil, fmt.Errorf("the answer is lost")
			}
			return answer, err
		}))
		for range 20 {
			w.exchange()
			w.clock.pass(time.Hour)
		}
		w.mail = usual
		w.exchange()
		if n := len(w.sim.Suppressions()); n != 500 {
			w.Errorf("Resend lists %d", n)
		}
		all := 0
		for f := (mail.SuppressionFilter{Limit: 200}); ; {
			rows, err := w.mail.Suppressions(w.ctx, f)
			w.must(err)
			if len(rows) == 0 {
				break
			}
			for _, r := range rows {
				if r.Remote != mail.RemoteThere {
					w.Errorf("%s is %q", r.Address, r.Remote)
				}
			}
			all, f.Before = all+len(rows), rows[len(rows)-1].ID
		}
		if l := w.standing(); all != 500 || l.State != mail.ExchangeOn || l.Waiting != 0 {
			w.Errorf("%d held, %+v", all, l)
		}
	})
}
