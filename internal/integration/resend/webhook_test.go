package resend_test

import (
	"fmt"
	"math/rand/v2"
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
)

func (w *world) webhooks() []inbox.Event {
	w.Helper()
	list, err := w.store.Events(w.ctx, w.org, inbox.Filter{Service: resend.Name, Limit: 200})
	w.must(err)
	return list
}

// TestFates has mails meet each fate that the simulator knows, with webhooks
// repeated, badly signed and in the wrong order on the way.
func TestFates(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultHookRepeat, Probability: .5}, resendsim.Fault{Kind: resendsim.FaultHookReverse, Probability: .5},
			resendsim.Fault{Kind: resendsim.FaultHookUnsigned, Probability: .2}))
		fates := []struct {
			fate       resendsim.Fate
			state      mail.State
			suppressed mail.Reason
		}{
			{resendsim.FateDelivered, mail.Delivered, ""}, {resendsim.FateBounced, mail.Bounced, mail.ForBounce}, {resendsim.FateTransient, mail.Bounced, ""},
			{resendsim.FateRecovered, mail.Bounced, ""}, {resendsim.FateUnknown, mail.Bounced, ""}, {resendsim.FateDelayed, mail.Delivered, ""},
			{resendsim.FateComplained, mail.Complained, mail.ForComplaint}, {resendsim.FateSuppressed, mail.Suppressed, mail.ByService},
			{resendsim.FateFailed, mail.Failed, ""}, {resendsim.FateOpened, mail.Opened, ""}, {resendsim.FateClicked, mail.Clicked, ""},
			{resendsim.FateScanned, mail.Clicked, ""}, {resendsim.FateSilent, mail.Sent, ""},
		}
		var drafts []resend.Draft
		for _, f := range fates {
			to := string(f.fate) + "@acme.example"
			w.sim.Plan(resendsim.Plan{To: to, Fate: f.fate})
			drafts = append(drafts, draft(to))
		}
		ids := w.queue(drafts...)
		w.push()
		w.deliver()
		w.clock.pass(2 * time.Hour)
		w.deliver()
		for i, f := range fates {
			m := w.is(ids[i], f.state)
			if got := w.suppressed(m.Recipient); got != f.suppressed {
				w.Errorf("%s: suppressed for %q, want %q", f.fate, got, f.suppressed)
			}
			if person := m.Times.ClickedByPerson != nil; person != (f.fate == resendsim.FateClicked) {
				w.Errorf("%s: clicked by a person: %t", f.fate, person)
			}
			if m.Times.OpenedByPerson != nil {
				w.Errorf("%s: opens come without information, and yet a person opened it", f.fate)
			}
		}
		if n := len(w.webhooks()); n < 20 {
			w.Errorf("%d webhooks", n)
		}
	})
}

// TestAnswers of the address for webhooks.
func TestAnswers(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		ids := w.queue(draft("jo@acme.example"))
		w.push()
		remote := w.message(ids[0]).RemoteID
		good := hook{"msg_1", "delivered", remote, ids[0], "jo@acme.example", w.clock.Now(), nil}
		for _, c := range []struct {
			name, id  string
			body      []byte
			signature string
			status    int
		}{
			{"unsigned", "msg_1", good.body(), "v1,", http.StatusUnauthorized},
			{"signed with another secret", "msg_1", good.body(), resendsim.Sign("whsec_"+strings.Repeat("A", 32), "msg_1", w.clock.Now(), good.body()), http.StatusUnauthorized},
			{"another version", "msg_1", good.body(), "v2" + resendsim.Sign(secret, "msg_1", w.clock.Now(), good.body())[2:], http.StatusUnauthorized},
			{"another id", "msg_2", good.body(), resendsim.Sign(secret, "msg_1", w.clock.Now(), good.body()), http.StatusUnauthorized},
			{"unreadable", "msg_3", []byte("{"), resendsim.Sign(secret, "msg_3", w.clock.Now(), []byte("{")), http.StatusBadRequest},
			{"right", "msg_1", good.body(), resendsim.Sign(secret, "msg_1", w.clock.Now(), good.body()), http.StatusOK},
			{"right, again", "msg_1", good.body(), resendsim.Sign(secret, "msg_1", w.clock.Now(), good.body()), http.StatusOK},
			{"of a kind that is not known", "msg_4", []byte(`{"type":"email.levitated","created_at":"2026-11-22T01:00:00.000Z","data":{}}`),
				resendsim.Sign(secret, "msg_4", w.clock.Now(), []byte(`{"type":"email.levitated","created_at":"2026-11-22T01:00:00.000Z","data":{}}`)), http.StatusOK},
		} {
			if status := w.postSigned(c.id, c.body, c.signature); status != c.status {
				w.Errorf("%s: %d, want %d", c.name, status, c.status)
			}
		}
		w.look()
		states := map[inbox.State]int{}
		for _, e := range w.webhooks() {
			states[e.State] += 1 + e.Repeats
		}
		if states[inbox.Done] != 2 || len(states) != 1 {
			w.Errorf("%v", states)
		}
		w.is(ids[0], mail.Delivered)
	})
}

// TestEventsFirst has webhooks come before the answer to the request is kept,
// with our tag and without, and of mails that are not ours.
func TestEventsFirst(t *testing.T) {
	t.Parallel()
	for _, tagged := range []bool{true, false} {
		t.Run(fmt.Sprintf("tagged %t", tagged), func(t *testing.T) {
			each(t, func(w *world) {
				w.listen()
				var remote string
				asked := w.mail
				w.mail = w.service(roundTrip(func(r *http.Request) (*http.Response, error) {
					answer, err := http.DefaultTransport.RoundTrip(r)
					there := w.sim.EmailsTo("jo@acme.example")[0]
					remote = there.ID
					h := hook{remote: remote, to: "jo@acme.example", at: w.clock.Now()}
					if tagged {
						id, err := crm.ParseID[mail.Message](there.Tags[0].Value)
						w.must(err)
						h.tag = id
					}
					early, late := h, h
					early.id, early.kind, early.more = "msg_1", "bounced", bounced("Permanent")
					late.id, late.kind = "msg_2", "sent"
					w.must(asked.Look(w.ctx))
					w.post(early)
					w.post(late)
					w.post(hook{id: "msg_3", kind: "delivered", remote: "5ad3b1c2-0000-4000-8000-000000000001", to: "x@y.example", at: w.clock.Now()})
					w.mail, asked = asked, w.mail
					w.look()
					w.mail, asked = asked, w.mail
					return answer, err
				}))
				waiting := w.queue(draft("jo@acme.example"))
				more := draft("jo@acme.example")
				more.Attachments = nil
				w.push()
				m := w.is(waiting[0], mail.Bounced)
				if m.RemoteID != remote || m.Times.Bounced == nil || m.Times.Sent == nil || m.Problem.Code != "Permanent/General" {
					w.Errorf("%+v", m)
				}
				if w.suppressed("jo@acme.example") != mail.ForBounce {
					w.Errorf("the address is not suppressed")
				}
				told, err := w.mail.Mail(w.ctx, waiting[0])
				w.must(err)
				if len(told.Events) != 2 {
					w.Errorf("%+v", told.Events)
				}
				unmatched, err := w.store.Events(w.ctx, w.org, inbox.Filter{Service: resend.Name, State: inbox.Unmatched})
				w.must(err)
				if want := map[bool]int{true: 1, false: 3}[tagged]; len(unmatched) != want {
					w.Errorf("%d webhooks belong to nobody, want %d", len(unmatched), want)
				}
				again := w.queue(more)
				w.is(again[0], mail.Suppressed)
			})
		})
	}
}

// TestMeeting has a webhook without our tag be looked at while the answer that
// tells whose it is is being kept: each transaction began before the other ended.
func TestMeeting(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		if w.store.Alone() {
			return // one writes at a time there
		}
		for n := range 20 {
			ids := w.queue(draft(fmt.Sprintf("jo%d@acme.example", n)))
			before := w.message(ids[0])
			m := before
			m.RemoteID, m.State = fmt.Sprintf("remote-%d", n), mail.Sent
			event := mail.Event{ID: crm.NewID[mail.Event]().UUID, RemoteID: m.RemoteID, What: mail.WasDelivered, At: w.clock.Now()}
			settling, looked, known := make(chan struct{}), make(chan error, 1), false
			go func() {
				<-settling
				looked <- w.store.InTx(w.ctx, func(tx *store.Tx) (err error) {
					known, err = tx.KeepStrangeMailEvent(w.ctx, event)
					return err
				})
			}()
			var adopted []mail.Event
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) (err error) {
				if err := tx.ChangeMail(w.ctx, before, m); err != nil {
					return err
				}
				close(settling)
				if _, err := tx.MeetMails(w.ctx, []string{m.RemoteID}); err != nil {
					return err
				}
				adopted, err = tx.AdoptMailEvents(w.ctx, m)
				return err
			}))
			w.must(<-looked)
			if known == (len(adopted) == 1) {
				w.Fatalf("known to who looked: %t; adopted: %d", known, len(adopted))
			}
		}
	})
}

// TestTransients suppresses after three bounces that might have passed within
// seven days, in whatever order they are told.
func TestTransients(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		after      []time.Duration
		suppressed mail.Reason
	}{
		"two": {[]time.Duration{0, day}, ""}, "three": {[]time.Duration{0, day, 7 * day}, mail.ForBounces},
		"three, slower": {[]time.Duration{0, day, 7*day + time.Second}, ""}, "the last three": {[]time.Duration{0, 20 * day, 22 * day, 24 * day}, mail.ForBounces},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.listen()
				w.clock.pass(30 * day)
				for round, turn := range []func(i int) int{func(i int) int { return i }, func(i int) int { return len(c.after) - 1 - i }} {
					to := fmt.Sprintf("full%d@acme.example", round)
					ids := w.queue(slices.Repeat([]resend.Draft{draft(to)}, len(c.after))...)
					w.push()
					for i, id := range ids {
						w.tell(hook{fmt.Sprintf("msg_%d%d", round, i), "bounced", w.message(id).RemoteID, id, to, w.clock.Now().Add(-25*day + c.after[turn(i)]), bounced("Transient")})
					}
					if got := w.suppressed(to); got != c.suppressed {
						w.Errorf("round %d: suppressed for %q, want %q", round, got, c.suppressed)
					}
				}
			})
		})
	}
}

// TestReleased lets a person release an address: what happened before does not
// count any more.
func TestReleased(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		const to = "jo@acme.example"
		ids := w.queue(draft(to), draft(to))
		w.push()
		first, second := w.message(ids[0]), w.message(ids[1])
		before := w.clock.Now()
		w.tell(hook{"msg_1", "bounced", first.RemoteID, first.ID, to, before, bounced("Permanent")})
		waiting := w.queue(draft(to))
		w.is(waiting[0], mail.Suppressed)
		held, err := w.mail.Suppressions(w.ctx, mail.SuppressionFilter{})
		w.must(err)
		w.clock.pass(time.Minute)
		w.must(w.mail.Unsuppress(w.ctx, held[0].ID, "the mailbox was made"))
		w.tell(hook{"msg_2", "bounced", second.RemoteID, second.ID, to, before, bounced("Permanent")})
		if got := w.suppressed(to); got != "" {
			w.Errorf("suppressed again for what happened before: %s", got)
		}
		w.clock.pass(time.Minute)
		w.tell(hook{"msg_3", "bounced", second.RemoteID, second.ID, to, w.clock.Now(), bounced("Permanent")})
		if got := w.suppressed(to); got != mail.ForBounce {
			w.Errorf("suppressed for %q", got)
		}
	})
}

// TestBounceTakesBack has a bounce and a complaint take back what waits for the
// address, of the organisation whose mail it was.
func TestBounceTakesBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		other := *w
		other.org, other.ctx = w.organisation("Voltway West")
		ids := w.queue(draft("jo@acme.example"))
		w.push()
		waits, theirs := w.queue(draft("jo@acme.example"), draft("al@acme.example")), other.queue(draft("jo@acme.example"))
		w.happens(w.message(ids[0]).RemoteID, resendsim.Happened{Type: "bounced", Bounce: resendsim.Bounce{Type: "Permanent", SubType: "NoEmail"}})
		if got := w.suppressed("jo@acme.example"); got != mail.ForBounce {
			w.Errorf("suppressed for %q", got)
		}
		w.happens(w.message(ids[0]).RemoteID, resendsim.Happened{Type: "complained"})
		w.is(waits[0], mail.Suppressed)
		w.is(waits[1], mail.Queued)
		other.is(theirs[0], mail.Queued)
		if got := w.suppressed("jo@acme.example"); got != mail.ForComplaint {
			w.Errorf("suppressed for %q, which is not the gravest reason", got)
		}
	})
}

const browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

// TestAgents tells people from programs, the same in whatever order clicks are
// told.
func TestAgents(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		type click struct {
			link, agent string
			after       time.Duration
		}
		clicks := []click{{"a", browser, 0}, {"b", browser, 300 * time.Millisecond}, {"a", browser, time.Hour}, {"a", browser, time.Hour + 200*time.Millisecond},
			{"b", "Barracuda Link Scanner", 30 * time.Minute}, {"c", browser, 2 * time.Hour}, {"b", browser, 2*time.Hour + time.Second}}
		random := rand.New(rand.NewPCG(7, 7))
		for round := range 6 {
			to := fmt.Sprintf("jo%d@acme.example", round)
			ids := w.queue(draft(to))
			w.push()
			m := w.message(ids[0])
			begun := w.clock.Now()
			for _, i := range random.Perm(len(clicks)) {
				c := clicks[i]
				w.tell(hook{fmt.Sprintf("msg_%d_%d", round, i), "clicked", m.RemoteID, m.ID, to, begun.Add(c.after), clicked("https://x.example/"+c.link, c.agent)})
			}
			m = w.is(m.ID, mail.Clicked)
			if m.Times.ClickedByPerson == nil || !m.Times.ClickedByPerson.Equal(begun.Add(time.Hour)) || !m.Times.Clicked.Equal(begun) {
				w.Errorf("round %d: clicked %v, by a person %v", round, m.Times.Clicked, m.Times.ClickedByPerson)
			}
			told, err := w.store.MailEvents(w.ctx, m.ID)
			w.must(err)
			agents := ""
			for _, e := range told {
				if e.What == mail.WasClicked {
					agents += string(e.Agent[:1])
				}
			}
			if agents != "mmmppmm" {
				w.Errorf("round %d: %s", round, agents)
			}
		}
	})
}

// TestReplay has a person replay webhooks: nothing changes.
func TestReplay(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen()
		ids := w.queue(many(3)...)
		w.push()
		w.deliver()
		before := w.is(ids[0], mail.Delivered)
		var all []crm.EventID
		for _, e := range w.webhooks() {
			all = append(all, e.ID)
		}
		w.clock.pass(time.Hour)
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			_, err := tx.ReplayEvents(w.ctx, w.org, all)
			return err
		}))
		w.look()
		after := w.message(ids[0])
		told, err := w.store.MailEvents(w.ctx, ids[0])
		w.must(err)
		if fmt.Sprint(before.Times.Delivered) != fmt.Sprint(after.Times.Delivered) || len(told) != 2 {
			w.Errorf("%+v, %d events", after, len(told))
		}
	})
}
