package resend_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestWebhooksTellOfDomains follows what Resend tells by itself, in whatever
// order it comes, and for a key that may not read domains.
func TestWebhooksTellOfDomains(t *testing.T) {
	t.Parallel()
	eachZone(t, func(w *world) {
		w.listen()
		w.readDomains()
		w.clock.pass(time.Hour)
		w.must(w.sim.SetRecord(resendsim.DefaultDomain, "DKIM", "failed"))
		w.must(w.sim.Verify(resendsim.DefaultDomain))
		w.clock.pass(time.Second)
		w.deliver()
		d := w.sender()
		if d.Status != mail.DomainFailed || !strings.HasSuffix(toldOf(d), "pending webhook, failed webhook, stopped webhook") || !d.ClickTracking {
			t.Fatalf("it is %s: %s", d.Status, toldOf(d))
		}
		w.tellDomain("domain.updated", d.RemoteID, "verified", w.clock.Now().Add(-10*time.Minute))
		if d = w.sender(); d.Status != mail.DomainFailed {
			t.Errorf("an older event made it %s", d.Status)
		}
		w.tellDomain("domain.deleted", d.RemoteID, "failed", w.clock.Now().Add(time.Second))
		if d = w.byID(d.ID); d.GoneAt == nil || d.Standing() != mail.StandsGone {
			t.Errorf("deleted, it stands %s", d.Standing())
		}
		w.readDomains() // it is there all the same
		if d = w.byID(d.ID); d.GoneAt != nil {
			t.Error("reading does not bring it back")
		}
		w.tellDomain("domain.created", "7b1c5c2e-8f0c-4f5e-9d7b-0a8f2a1c9f11", "not_started", w.clock.Now())
		events, err := w.store.Events(w.ctx, w.org, inbox.Filter{Limit: 10})
		w.must(err)
		for _, e := range events {
			if e.State != inbox.Done && e.State != inbox.Unmatched {
				t.Errorf("%s is %s: %s", e.Type, e.State, e.Result)
			}
		}
	})
}

func (w *world) byID(id mail.DomainID) resend.DomainDetail {
	w.Helper()
	d, err := w.mail.Domain(w.ctx, id)
	w.must(err)
	return d
}

// tellDomain has an event come in that the simulator did not send.
func (w *world) tellDomain(kind, id, status string, at time.Time) {
	w.Helper()
	body, err := json.Marshal(map[string]any{"type": kind, "created_at": at.UTC().Format("2006-01-02T15:04:05.000Z"), "data": map[string]any{
		"id": id, "name": resendsim.DefaultDomain, "status": status, "created_at": "2026-11-22T01:00:00.000Z", "region": "us-east-1", "records": []any{}}})
	w.must(err)
	event := inbox.Event{ID: crm.NewID[crm.Event](), Service: resend.Name, DeliveryKey: string(bytes.TrimSpace(body)), Category: "DOMAIN", Type: kind, Resource: id,
		OccurredAt: at, State: inbox.Received, DueAt: w.clock.Now(), ReceivedAt: w.clock.Now(), Payload: string(body)}
	storetest.Keep(w, w.store, []inbox.Event{event})
	w.must(w.mail.Look(w.ctx))
}

// TestSendingKey has a key that may only send said in words, and webhooks be
// enough to know the domain.
func TestSendingKey(t *testing.T) {
	t.Parallel()
	eachZone(t, func(w *world) {
		w.sim.SetKey(resendsim.Key{Token: resendsim.DefaultKey, SendingOnly: true})
		w.readDomains() // no error: a person has to mend it
		err := w.mail.RefreshDomains(w.ctx)
		if crm.KindOf(err) != crm.Precondition || !strings.Contains(err.Error(), "full access") {
			t.Errorf("reading: %v", err)
		}
		list, err := w.mail.Domains(w.ctx, mail.DomainFilter{})
		w.must(err)
		if len(list.Rows) != 0 || !strings.Contains(list.Read.Problem, "may only send") {
			t.Errorf("the list says %q", list.Read.Problem)
		}
		w.listen()
		w.must(w.sim.SetRecord(resendsim.DefaultDomain, "SPF", "failed"))
		w.must(w.sim.Verify(resendsim.DefaultDomain))
		w.clock.pass(time.Second)
		w.deliver()
		d := w.sender()
		if d.Status != mail.DomainFailed || len(d.Records) != 4 || d.ReadAt != nil {
			t.Errorf("webhooks tell %+v", d.SendingDomain)
		}
		if err := w.mail.VerifyDomain(w.ctx, d.ID); crm.KindOf(err) != crm.Precondition {
			t.Errorf("verifying: %v", err)
		}
	})
}

// TestSharedAccount shows organisations that share the program's key their own
// domain only.
func TestSharedAccount(t *testing.T) {
	t.Parallel()
	eachZone(t, func(w *world) {
		other, theirs := w.organisation("Numbat")
		settings := resend.DefaultSettings()
		settings.From, settings.Postal = "accounts@elsewhere.example", "1 Wharf Street"
		w.must(w.mail.SaveSettings(theirs, settings, resend.KeyChange{}))
		w.readDomains()
		w.must(w.mail.RefreshDomains(theirs))
		list, err := w.mail.Domains(theirs, mail.DomainFilter{})
		w.must(err)
		if len(list.Rows) != 0 || list.Sender.Name != "elsewhere.example" || list.Sender.Known() {
			t.Errorf("the other sees %+v", list)
		}
		if _, err := w.mail.Domain(theirs, w.sender().ID); crm.KindOf(err) != crm.NotFound {
			t.Errorf("the other reads it: %v", err)
		}
		w.must(w.mail.SaveSettings(theirs, settings, resend.KeyChange{New: resendsim.DefaultKey}))
		w.must(w.mail.RefreshDomains(theirs))
		if page, err := w.store.MailDomains(w.ctx, other, mail.DomainFilter{}); err != nil || len(page.Rows) != 1 {
			t.Errorf("with a key of its own it sees %+v, %v", page.Rows, err)
		}
	})
}

// TestResendDoesNotAnswer keeps what is known and says so.
func TestResendDoesNotAnswer(t *testing.T) {
	t.Parallel()
	eachZone(t, func(w *world) {
		w.readDomains()
		w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultUnavailable, Path: "/domains", Count: 10}))
		if err := w.mail.RefreshDomains(w.ctx); crm.KindOf(err) != crm.Unavailable {
			t.Errorf("reading: %v", err)
		}
		if err := w.mail.ReadDomains(w.ctx, resend.ReadDomainsArgs{Org: w.org}); err == nil {
			t.Error("the job is not tried again")
		}
		list, err := w.mail.Domains(w.ctx, mail.DomainFilter{})
		w.must(err)
		if len(list.Rows) != 1 || list.Read.Problem == "" {
			t.Errorf("%d domains, %q", len(list.Rows), list.Read.Problem)
		}
		w.sim.ClearFaults()
		w.readDomains()
		if list, err = w.mail.Domains(w.ctx, mail.DomainFilter{}); err != nil || list.Read.Problem != "" {
			t.Errorf("then %q, %v", list.Read.Problem, err)
		}
		if _, err := w.mail.Domains(auth.With(w.Context(), auth.Identity{Org: w.org, Role: auth.Sales}), mail.DomainFilter{}); crm.KindOf(err) != crm.Forbidden {
			t.Errorf("sales see them: %v", err)
		}
	})
}

// TestManyDomains waits for the limit of Resend rather than giving up, and calls
// a domain that another takes the place of neither removed nor broken.
func TestManyDomains(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url, resendsim.Settings{RateLimit: 2})
		for i := range 8 {
			w.addDomain(fmt.Sprintf("m%d.voltway.example", i))
		}
		w.must(w.mail.RefreshDomains(w.ctx))
		list, err := w.mail.Domains(w.ctx, mail.DomainFilter{})
		w.must(err)
		if len(list.Rows) != 9 || len(w.notices()) != 0 {
			t.Fatalf("%d domains, told %v", len(list.Rows), w.notices())
		}
		w.organisation("Numbat") // from now on the key is shared
		w.must(w.mail.RefreshDomains(w.ctx))
		list, err = w.mail.Domains(w.ctx, mail.DomainFilter{})
		w.must(err)
		if len(list.Rows) != 1 || list.Rows[0].Name != resendsim.DefaultDomain || len(w.notices()) != 0 {
			t.Errorf("%d domains, told %v", len(list.Rows), w.notices())
		}
	})
}

// addDomain adds a domain at Resend.
func (w *world) addDomain(name string) {
	w.Helper()
	for {
		r, err := http.NewRequestWithContext(w.ctx, http.MethodPost, w.server.URL+"/domains", strings.NewReader(`{"name":"`+name+`"}`))
		w.must(err)
		r.Header.Set("Authorization", "Bearer "+resendsim.DefaultKey)
		r.Header.Set("User-Agent", "test")
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		w.must(answer.Body.Close())
		if answer.StatusCode != http.StatusTooManyRequests {
			return
		}
		w.clock.pass(time.Second)
	}
}
