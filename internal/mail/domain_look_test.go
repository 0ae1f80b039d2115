package mail

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// zone answers from a list of "NAME TYPE" and values; names of dead get no answer.
type zone map[string][]string

var errDead = errors.New("no server answers")

func (z zone) Lookup(_ context.Context, name, kind string) ([]string, error) {
	if slices.Contains(z["dead"], name) {
		return nil, errDead
	}
	return z[name+" "+kind], nil
}

func TestLook(t *testing.T) {
	t.Parallel()
	spf := DNSRecord{Kind: RecordSPF, Type: "TXT", Name: "send.mail", Host: "send.mail.acme.example", Value: "v=spf1 include:amazonses.com ~all"}
	tracking := DNSRecord{Kind: RecordTracking, Type: "CNAME", Host: "links.acme.example", Value: "links1.resend-dns.com"}
	certificate := DNSRecord{Kind: RecordTrackingCAA, Type: "CAA", Host: "links.acme.example", Value: `0 issue "amazon.com"`}
	policy := DMARCRecord("mail.eu.acme.example", "acme.example")
	for name, test := range map[string]struct {
		dns     zone
		record  DNSRecord
		want    DNSVerdict
		foundAt string
		dead    bool
	}{
		"found":                  {zone{"send.mail.acme.example TXT": {spf.Value}}, spf, VerdictRight, "", false},
		"zone appended":          {zone{"send.mail.acme.example.acme.example TXT": {spf.Value}}, spf, VerdictAppended, "send.mail.acme.example.acme.example", false},
		"something else below":   {zone{"send.mail.acme.example.acme.example TXT": {"v=spf1 -all"}}, spf, VerdictMissing, "", false},
		"nobody answers":         {zone{"dead": {"send.mail.acme.example"}}, spf, "", "", true},
		"nobody answers below":   {zone{"dead": {"send.mail.acme.example.acme.example"}}, spf, VerdictMissing, "", false},
		"proxied":                {zone{"links.acme.example A": {"192.0.2.1"}}, tracking, VerdictProxied, "", false},
		"certificate from above": {zone{"acme.example CAA": {`0 issue "letsencrypt.org"`}}, certificate, VerdictWrong, "acme.example", false},
		"certificate by any":     {zone{"example CAA": {`0 issue "letsencrypt.org"`}}, certificate, VerdictUnneeded, "", false},
		"own policy":             {zone{policy.Host + " TXT": {"v=DMARC1; p=none"}, "_dmarc.acme.example TXT": {"v=DMARC1; p=reject; rua=mailto:a@b.example"}}, policy, VerdictWatching, "", false},
		"policy of organisation": {zone{"_dmarc.eu.acme.example TXT": {"v=DMARC1; p=none"}, "_dmarc.acme.example TXT": {"v=DMARC1; p=reject; rua=mailto:a@b.example"}}, policy, VerdictRight, "_dmarc.acme.example", false},
		"policy of a registry":   {zone{"_dmarc.eu.acme.example TXT": {"v=DMARC1; p=none"}, "_dmarc.acme.example TXT": {"v=DMARC1; p=reject; psd=y"}}, policy, VerdictWatching, "_dmarc.eu.acme.example", false},
		"no policy":              {zone{}, policy, VerdictMissing, "", false},
	} {
		f, err := Look(t.Context(), test.dns, test.record, "acme.example")
		if (err != nil) != test.dead || f.Verdict != test.want || f.FoundAt != test.foundAt {
			t.Errorf("%s: %+v, %v; want %s", name, f, err, test.want)
		}
	}
}

// TestWhatToDo wants words for all that can be wrong, and none for what is right.
func TestWhatToDo(t *testing.T) {
	t.Parallel()
	kinds := []RecordKind{RecordSPF, RecordReturnPath, RecordDKIM, RecordReceiving, RecordTracking, RecordTrackingCAA}
	for _, v := range []DNSVerdict{VerdictMissing, VerdictWrong, VerdictAppended, VerdictSeveral, VerdictInclude, VerdictBehindAll, VerdictLookups, VerdictMalformed,
		VerdictRevoked, VerdictCut, VerdictPriority, VerdictProxied} {
		for _, k := range kinds {
			if (v == VerdictInclude || v == VerdictBehindAll) && k != RecordSPF {
				continue // only of SPF
			}
			r := DNSRecord{Kind: k, Type: "TXT", Name: "send", Host: "send.acme.example", Value: "v=spf1 include:amazonses.com ~all", Finding: Finding{Verdict: v, Found: []string{"v=spf1 x"}}}
			if !v.Bad() || r.Todo("acme.example") == "" || r.State() == string(v) {
				t.Errorf("%s %s: %q, %q", k, v, r.State(), r.Todo("acme.example"))
			}
			if strings.HasSuffix(r.Todo("acme.example"), ":") != (r.Paste() != "") {
				t.Errorf("%s %s: %q and %q", k, v, r.Todo("acme.example"), r.Paste())
			}
		}
	}
	right := DNSRecord{Kind: RecordSPF, Finding: Finding{Verdict: VerdictRight}}
	if right.Todo("acme.example") != "" || !right.Verdict.Good() {
		t.Error("what is right leaves something to be done")
	}
	strict := DNSRecord{Kind: RecordDMARC, Finding: Finding{Found: []string{"v=DMARC1; p=reject; aspf=s"}}}
	if !strings.Contains(strict.Alignment(), "aspf=s") {
		t.Error(strict.Alignment())
	}
}
