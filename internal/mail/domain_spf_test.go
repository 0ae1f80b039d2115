package mail

import (
	"strings"
	"testing"
)

func TestSPF(t *testing.T) {
	t.Parallel()
	const want = "v=spf1 include:amazonses.com ~all"
	for name, test := range map[string]struct {
		txt  []string
		want DNSVerdict
	}{
		"nothing":                {nil, VerdictMissing},
		"other text":             {[]string{"google-site-verification=abc"}, VerdictMissing},
		"as it is":               {[]string{want}, VerdictRight},
		"beside other text":      {[]string{"hello", want}, VerdictRight},
		"with others":            {[]string{"v=spf1 a include:_spf.acme.example include:amazonses.com -all"}, VerdictRight},
		"in capitals, with dots": {[]string{"V=SPF1 INCLUDE:AmazonSES.com. ~ALL"}, VerdictRight},
		"two":                    {[]string{want, "v=spf1 -all"}, VerdictSeveral},
		"not included":           {[]string{"v=spf1 include:_spf.acme.example ~all"}, VerdictInclude},
		"refused":                {[]string{"v=spf1 -include:amazonses.com ~all"}, VerdictInclude},
		"behind all":             {[]string{"v=spf1 a -all include:amazonses.com"}, VerdictBehindAll},
		"unknown mechanism":      {[]string{"v=spf1 include:amazonses.com smtp.acme.example ~all"}, VerdictMalformed},
		"wrong address":          {[]string{"v=spf1 ip4:300.1.1.1 include:amazonses.com ~all"}, VerdictMalformed},
		"empty include":          {[]string{"v=spf1 include: ~all"}, VerdictMalformed},
		"eleven look-ups":        {[]string{"v=spf1" + strings.Repeat(" a:x.example", 10) + " include:amazonses.com ~all"}, VerdictLookups},
		"version alone":          {[]string{"v=spf1"}, VerdictInclude},
		"another version":        {[]string{"v=spf10 include:amazonses.com ~all"}, VerdictMissing},
	} {
		if got := JudgeSPF(want, test.txt); got.Verdict != test.want {
			t.Errorf("%s: %s, want %s", name, got.Verdict, test.want)
		}
	}
}

func TestMergeSPF(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		records []string
		want    string
	}{
		{[]string{"v=spf1 a mx -all", "v=spf1 include:amazonses.com ~all"}, "v=spf1 a mx include:amazonses.com ~all"},
		{[]string{"v=spf1 include:amazonses.com -all", "v=spf1 INCLUDE:amazonses.com ip4:192.0.2.1 -all"}, "v=spf1 include:amazonses.com ip4:192.0.2.1 -all"},
		{[]string{"v=spf1 a +all"}, "v=spf1 a ?all"},
		{[]string{"v=spf1 mistake", "v=spf1 mx"}, "v=spf1 mx ~all"},
		{[]string{"v=spf1 a -all include:amazonses.com"}, "v=spf1 a include:amazonses.com -all"},
		{nil, "v=spf1 ~all"},
	} {
		if got := MergeSPF(test.records...); got != test.want {
			t.Errorf("%q: %q, want %q", test.records, got, test.want)
		}
	}
}
