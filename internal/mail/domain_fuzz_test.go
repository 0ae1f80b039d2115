package mail

import (
	"slices"
	"testing"
	"time"
)

func FuzzSPF(f *testing.F) {
	for _, seed := range []string{"v=spf1 include:amazonses.com ~all", "v=spf1 +a:acme.example/24 mx//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 exists:%{i}.x exp=a redirect=_spf.acme.example", "v=spf1 -", "v=spf1 \xff", "v=spf1  ~all ", "v=spf1 =", "v=spf1 ip4:1.2.3.4%eth0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		record, err := ParseSPF(text)
		if err == nil && !IsSPF(text) {
			t.Error("it is read and is none")
		}
		merged := MergeSPF(text, "v=spf1 include:amazonses.com ~all")
		if got := JudgeSPF("v=spf1 include:amazonses.com ~all", []string{merged}); !got.Verdict.Good() && got.Verdict != VerdictLookups {
			t.Errorf("%q is merged to %q, which is %s", text, merged, got.Verdict)
		}
		if err == nil && len(record.Terms) > 0 && record.Terms[0].Name == "" {
			t.Errorf("%q has a term without a name", text)
		}
		if again := MergeSPF(merged); again != merged {
			t.Errorf("%q is merged again to %q", merged, again)
		}
	})
}

func FuzzDMARC(f *testing.F) {
	for _, seed := range []string{"v=DMARC1; p=none; rua=mailto:a@b.example", "v = DMARC1;p=reject;sp=quarantine;adkim=s;aspf=r;pct=50", "v=DMARC1", "v=DMARC1;;p=", "v=DMARC1; p=none; rua=,mailto:", "v=DMARC1; =none"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDMARC(text)
		if err == nil && (!IsDMARC(text) || !slices.Contains(dmarcPolicies(), d.For(true))) {
			t.Errorf("%q is read as %+v", text, d)
		}
		r := DMARCRecord("acme.example", "acme.example").Looked(JudgeDMARC([]string{text}, false), time.Unix(1, 0))
		if r.Verdict == VerdictRight != (r.Todo("acme.example") == "") {
			t.Errorf("%q is %s, and %q is to be done", text, r.Verdict, r.Todo("acme.example"))
		}
	})
}
