package resend_test

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/dns"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/storetest"
)

// eachZone is each with the DNS of the simulator's domains.
func eachZone(t *testing.T, test func(*world)) {
	t.Helper()
	each(t, func(w *world) {
		w.mail.DNS = dns.Resolver{Server: w.zone()}
		test(w)
	})
}

// zone serves the simulator's DNS and returns its address.
func (w *world) zone() string {
	w.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	w.must(err)
	ctx, stop := context.WithCancel(context.WithoutCancel(w.Context()))
	var served sync.WaitGroup
	served.Go(func() { w.must(w.sim.ServeDNS(ctx, conn)) })
	w.Cleanup(func() {
		stop()
		served.Wait()
	})
	return conn.LocalAddr().String()
}

func (w *world) readDomains() {
	w.Helper()
	w.must(ignoreSnooze(w.mail.ReadDomains(w.ctx, resend.ReadDomainsArgs{Org: w.org})))
}

// sender is the domain that the organisation sends from.
func (w *world) sender() resend.DomainDetail {
	w.Helper()
	id, err := w.mail.DomainID(w.ctx, resendsim.DefaultDomain)
	w.must(err)
	d, err := w.mail.Domain(w.ctx, id)
	w.must(err)
	return d
}

// verdicts are what was found of each kind of record.
func verdicts(d mail.SendingDomain) map[mail.RecordKind]mail.DNSVerdict {
	found := map[mail.RecordKind]mail.DNSVerdict{}
	for _, r := range d.Records {
		found[r.Kind] = r.Verdict
	}
	return found
}

// told are the history's states, the earliest first.
func toldOf(d resend.DomainDetail) string {
	var all []string
	for _, c := range slices.Backward(d.Changes) {
		all = append(all, strings.TrimSpace(string(c.Subject)+" "+c.Became+" "+string(c.Cause)))
	}
	return strings.Join(all, ", ")
}

// person adds somebody who gets urgent notices.
func (w *world) person(email string) {
	w.Helper()
	w.must(w.store.AddUser(w.ctx, auth.Account{User: crm.User{ID: crm.NewID[crm.User](), Email: email, Name: "Alex Kim"}}, w.org, auth.Owner))
}

// noticesMailed counts notices that wait or have left.
func (w *world) noticesMailed() int {
	w.Helper()
	rows, err := w.store.Mails(w.ctx, w.org, mail.Filter{Category: mail.Notice})
	w.must(err)
	return len(rows)
}

func TestDomainsAreReadAndLookedUp(t *testing.T) {
	t.Parallel()
	eachZone(t, func(w *world) {
		for key, what := range map[string]string{"SPF TXT": resendsim.Several, "DKIM": resendsim.Appended} {
			w.must(w.sim.SetRecord(resendsim.DefaultDomain, key, what))
		}
		w.must(w.sim.SetDMARC(resendsim.DefaultDomain, "v=DMARC1; p=none; rua=mailto:a@voltway.example"))
		w.readDomains()
		d := w.sender()
		want := map[mail.RecordKind]mail.DNSVerdict{
			mail.RecordReturnPath: mail.VerdictRight, mail.RecordSPF: mail.VerdictSeveral, mail.RecordDKIM: mail.VerdictAppended, mail.RecordDMARC: mail.VerdictWatching,
		}
		for kind, verdict := range want {
			if got := verdicts(d.SendingDomain)[kind]; got != verdict {
				t.Errorf("%s is %s, want %s", kind, got, verdict)
			}
		}
		if d.Zone != "voltway.example" || d.Status != mail.DomainVerified || d.Standing() != mail.StandsAttention || !d.OpenTracking || !d.ClickTracking || d.From == "" {
			t.Errorf("the domain is %+v", d)
		}
		if told := toldOf(d); !strings.HasPrefix(told, "verified read, ") || !strings.Contains(told, "spf several look_up") || !strings.Contains(told, "dkim appended look_up") {
			t.Errorf("the history tells %s", told)
		}
		before := len(d.Changes)
		w.readDomains()
		if d = w.sender(); len(d.Changes) != before || len(w.notices()) != 0 {
			t.Errorf("reading again told %s, and people %v", toldOf(d), w.notices())
		}
		list, err := w.mail.Domains(w.ctx, mail.DomainFilter{Text: "VOLT"})
		w.must(err)
		if len(list.Rows) != 1 || !list.Sender.Known() || list.Read.At.IsZero() || list.Read.Problem != "" {
			t.Errorf("the list is %+v", list)
		}
	})
}

// TestDomainStopsAndWorksAgain wants people to be told once when a record
// vanishes, by mail too while mail can leave, and once when it is back.
func TestDomainStopsAndWorksAgain(t *testing.T) {
	t.Parallel()
	eachZone(t, func(w *world) {
		w.person("owner@voltway.example")
		w.readDomains()
		w.must(w.sim.SetRecord(resendsim.DefaultDomain, "DKIM", "failed"))
		for range 3 {
			w.readDomains()
			w.clock.pass(2 * time.Hour)
		}
		id := w.sender().ID.String()
		if got := w.notices(); !slices.Equal(got, []string{"mail_domain_stopped_" + id}) || w.noticesMailed() != 1 {
			t.Fatalf("people were told %v, %d by mail", got, w.noticesMailed())
		}
		if d := w.sender(); d.Standing() != mail.StandsBroken || !strings.Contains(d.BrokenWhy, "DKIM (resend._domainkey.mail.voltway.example): not there any more.") {
			t.Errorf("it is %s: %s", d.Standing(), d.BrokenWhy)
		}
		w.must(w.sim.SetRecord(resendsim.DefaultDomain, "DKIM", "verified"))
		w.readDomains()
		w.readDomains()
		if got := w.notices(); len(got) != 2 || !slices.Contains(got, "mail_domain_works_"+id) || w.noticesMailed() != 1 {
			t.Errorf("people were told %v, %d by mail", got, w.noticesMailed())
		}
		w.clock.pass(2 * time.Hour)
		w.must(w.sim.SetRecord(resendsim.DefaultDomain, "DKIM", "failed"))
		w.must(w.sim.Verify(resendsim.DefaultDomain))
		w.clock.pass(time.Second)
		w.readDomains()
		if d := w.sender(); d.Status != mail.DomainFailed || d.Sends() || len(w.notices()) != 3 || w.noticesMailed() != 1 {
			t.Errorf("refused by Resend: %s, told %v, %d by mail", d.Status, w.notices(), w.noticesMailed())
		}
		told := toldOf(w.sender())
		if strings.Count(told, "stopped") != 2 || strings.Count(told, "works") != 1 {
			t.Errorf("the history tells %s", told)
		}
	})
}

// TestNoAnswerIsNotMissing keeps what was found while DNS does not answer.
func TestNoAnswerIsNotMissing(t *testing.T) {
	t.Parallel()
	eachZone(t, func(w *world) {
		w.readDomains()
		at := w.sender().LookedAt
		w.clock.pass(time.Hour)
		w.must(w.sim.SetRecord(resendsim.DefaultDomain, "DKIM", "temporary_failure"))
		w.readDomains()
		d := w.sender()
		i := slices.IndexFunc(d.Records, func(r mail.DNSRecord) bool { return r.Kind == mail.RecordDKIM })
		if r := d.Records[i]; !r.Unanswered || r.Verdict != mail.VerdictRight || !r.LookedAt.Equal(*at) || len(w.notices()) != 0 {
			t.Errorf("%+v, told %v", r, w.notices())
		}
		if d.Standing() != mail.StandsVerified || strings.Contains(toldOf(d), "missing") && !strings.Contains(toldOf(d), "dmarc missing") {
			t.Errorf("%s: %s", d.Standing(), toldOf(d))
		}
	})
}

func TestVerifyAgain(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url, resendsim.Settings{RateLimit: -1, VerifyDelay: time.Minute})
		w.mail.DNS = dns.Resolver{Server: w.zone()}
		w.must(w.sim.SetRecord(resendsim.DefaultDomain, "SPF", "failed"))
		w.must(w.sim.Verify(resendsim.DefaultDomain))
		w.clock.pass(time.Minute)
		w.readDomains()
		d := w.sender()
		if d.Standing() != mail.StandsFailed {
			t.Fatalf("before it stands %s", d.Standing())
		}
		w.must(w.sim.SetRecord(resendsim.DefaultDomain, "SPF", "verified"))
		w.must(w.mail.VerifyDomain(w.ctx, d.ID))
		if d = w.sender(); d.Standing() != mail.StandsChecking || !d.Moves() || verdicts(d.SendingDomain)[mail.RecordSPF] != mail.VerdictRight {
			t.Errorf("meanwhile it stands %s, %v", d.Standing(), verdicts(d.SendingDomain))
		}
		w.clock.pass(time.Minute)
		w.readDomains()
		if d = w.sender(); d.Standing() != mail.StandsVerified || !strings.Contains(toldOf(d), "asked person, pending person, return_path right person") {
			t.Errorf("then it stands %s: %s", d.Standing(), toldOf(d))
		}
		w.remove(d.RemoteID)
		if err := w.mail.VerifyDomain(w.ctx, d.ID); crm.KindOf(err) != crm.Conflict {
			t.Errorf("removed there: %v", err)
		}
		if d = w.byID(d.ID); d.Standing() != mail.StandsGone || len(w.notices()) != 1 {
			t.Errorf("it stands %s, told %v", d.Standing(), w.notices())
		}
	})
}

// remove takes a domain away at Resend.
func (w *world) remove(id string) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.ctx, http.MethodDelete, w.server.URL+"/domains/"+id, nil)
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+resendsim.DefaultKey)
	r.Header.Set("User-Agent", "test")
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	w.must(answer.Body.Close())
}
