package resend_test

import (
	"fmt"
	"net/http"
	"slices"
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
