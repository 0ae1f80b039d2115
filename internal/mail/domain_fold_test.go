package mail

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func verified() SendingDomain {
	d := SendingDomain{Name: "acme.example", Sending: true}
	d, _ = d.Follow(SendingDomain{Name: "acme.example", Sending: true, Status: DomainVerified, Records: []DNSRecord{
		{Kind: RecordSPF, Type: "TXT", Host: "send.acme.example", Value: "v=spf1 include:amazonses.com ~all", Status: DomainVerified},
		{Kind: RecordDKIM, Type: "TXT", Host: "resend._domainkey.acme.example", Value: "p=A", Status: DomainVerified},
	}}, time.Unix(1, 0))
	return d
}

func (d SendingDomain) looked(at time.Time, verdicts ...DNSVerdict) SendingDomain {
	var looked []DNSRecord
	for i, v := range verdicts {
		r := d.Records[i]
		if v == "" {
			r.Unanswered = true
			looked = append(looked, r)
			continue
		}
		looked = append(looked, r.Looked(Finding{Verdict: v}, at))
	}
	d, _ = d.Found(looked, at)
	return d
}

// TestAlarms wants people to be told once when what worked stops, and once when
// it works again.
func TestAlarms(t *testing.T) {
	t.Parallel()
	at := time.Unix(100, 0)
	weigh := func(d *SendingDomain, want Alarm, standing Standing) {
		t.Helper()
		var got Alarm
		if *d, got = d.Weigh(at); got != want || d.Standing() != standing {
			t.Errorf("alarm %d, standing %s; want %d, %s (%v)", got, d.Standing(), want, standing, d.Troubles())
		}
	}
	d := verified()
	weigh(&d, NoAlarm, StandsVerified)
	d = d.looked(at, VerdictMissing, VerdictRight, VerdictMissing) // never seen: perhaps another view of DNS
	weigh(&d, NoAlarm, StandsAttention)
	d = d.looked(at, VerdictRight, VerdictRight, VerdictMissing)
	weigh(&d, NoAlarm, StandsVerified)
	d = d.looked(at, "", "", "")
	weigh(&d, NoAlarm, StandsVerified)
	if !d.Records[0].Unanswered || d.Records[0].Verdict != VerdictRight {
		t.Errorf("without an answer the finding is %+v", d.Records[0])
	}
	d = d.looked(at, VerdictMissing, VerdictRight, VerdictMissing)
	weigh(&d, Stopped, StandsBroken)
	weigh(&d, NoAlarm, StandsBroken)
	if d.Records[0].State() != "Not there any more" || !strings.Contains(d.BrokenWhy, "SPF (send.acme.example): not there any more.") {
		t.Errorf("%q, %q", d.Records[0].State(), d.BrokenWhy)
	}
	d = d.looked(at, VerdictWrong, VerdictRight, VerdictMissing) // the same record, otherwise
	weigh(&d, NoAlarm, StandsBroken)
	d = d.looked(at, VerdictWrong, VerdictMissing, VerdictMissing)
	weigh(&d, Stopped, StandsBroken)
	d = d.looked(at, VerdictRight, VerdictRight, VerdictMissing)
	weigh(&d, WorksAgain, StandsVerified)

	failed := verified()
	failed.Status = DomainFailed
	failed.Records[1].Status = DomainFailed
	d, _ = d.Follow(failed, at)
	weigh(&d, Stopped, StandsBroken)
	checking := verified()
	checking.Status = DomainPending
	checking.Records[1].Status = DomainPending
	d, _ = d.Follow(checking, at)
	weigh(&d, NoAlarm, StandsBroken) // not verified again yet
	d, _ = d.Follow(verified(), at)
	weigh(&d, WorksAgain, StandsVerified)
	d, _ = d.Gone(at)
	weigh(&d, Stopped, StandsGone)
}

// TestNewKeyForgetsTheOldFinding keeps what was found with the record that is
// asked for, not with its place.
func TestNewKeyForgetsTheOldFinding(t *testing.T) {
	t.Parallel()
	d := verified().looked(time.Unix(2, 0), VerdictRight, VerdictRight, VerdictWatching)
	claimed := verified()
	claimed.Records = slices.DeleteFunc(claimed.Records, func(r DNSRecord) bool { return r.Kind == RecordDMARC })
	claimed.Records[1].Value = "p=B"
	d, _ = d.Follow(claimed, time.Unix(3, 0))
	if len(d.Records) != 3 || d.Records[0].Verdict != VerdictRight || d.Records[1].Verdict != "" || d.Records[1].RightAt != nil || d.Records[2].Verdict != VerdictWatching {
		t.Errorf("%+v", d.Records)
	}
}
