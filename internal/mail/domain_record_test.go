package mail

import (
	"strings"
	"testing"
)

func TestDKIM(t *testing.T) {
	t.Parallel()
	const want = "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7"
	for name, test := range map[string]struct {
		txt  []string
		want DNSVerdict
	}{
		"nothing":            {nil, VerdictMissing},
		"as it is":           {[]string{want}, VerdictRight},
		"with its version":   {[]string{"v=DKIM1; k=rsa; " + want + ";"}, VerdictRight},
		"with spaces":        {[]string{"p=MIGfMA0GCSqGSIb3 DQEBAQUAA4GNADCBiQKBgQC7"}, VerdictRight},
		"another key":        {[]string{"p=MIGfOther"}, VerdictWrong},
		"letters differ":     {[]string{strings.ToLower(want)}, VerdictWrong},
		"revoked":            {[]string{"v=DKIM1; p="}, VerdictRevoked},
		"cut off":            {[]string{want[:30]}, VerdictCut},
		"two keys":           {[]string{want, "p=MIGfOther"}, VerdictSeveral},
		"no key":             {[]string{"hello"}, VerdictMalformed},
		"another version":    {[]string{"v=DKIM2; " + want}, VerdictMalformed},
		"in several strings": {[]string{want[:20] + want[20:]}, VerdictRight}, // as resolvers join them
	} {
		if got := JudgeDKIM(want, test.txt); got.Verdict != test.want {
			t.Errorf("%s: %s, want %s", name, got.Verdict, test.want)
		}
	}
}

func TestDMARC(t *testing.T) {
	t.Parallel()
	const rua = "; rua=mailto:dmarc@acme.example"
	for name, test := range map[string]struct {
		txt   []string
		below bool
		want  DNSVerdict
	}{
		"nothing":                  {nil, false, VerdictMissing},
		"other text":               {[]string{"v=spf1 -all"}, false, VerdictMissing},
		"watching":                 {[]string{"v=DMARC1; p=none" + rua}, false, VerdictWatching},
		"watching without reports": {[]string{"v=DMARC1;p=none;"}, false, VerdictWatching},
		"refusing":                 {[]string{"v=DMARC1; p=reject" + rua}, false, VerdictRight},
		"quarantine":               {[]string{"v=DMARC1; p=Quarantine" + rua}, false, VerdictRight},
		"without reports":          {[]string{"v=DMARC1; p=reject"}, false, VerdictUnreported},
		"subdomains watched":       {[]string{"v=DMARC1; p=reject; sp=none" + rua}, true, VerdictWatching},
		"subdomains elsewhere":     {[]string{"v=DMARC1; p=reject; sp=none" + rua}, false, VerdictRight},
		"two":                      {[]string{"v=DMARC1; p=none", "v=DMARC1; p=reject"}, false, VerdictSeveral},
		"no policy":                {[]string{"v=DMARC1" + rua}, false, VerdictMalformed},
		"wrong policy":             {[]string{"v=DMARC1; p=block"}, false, VerdictMalformed},
		"no semicolon":             {[]string{"v=DMARC1; p=none rua=mailto:a@b.example"}, false, VerdictMalformed},
		"plain address":            {[]string{"v=DMARC1; p=none; rua=dmarc@acme.example"}, false, VerdictMalformed},
		"version in small letters": {[]string{"v=dmarc1; p=none"}, false, VerdictMissing},
		"version not first":        {[]string{"p=none; v=DMARC1"}, false, VerdictMissing},
	} {
		if got := JudgeDMARC(test.txt, test.below); got.Verdict != test.want {
			t.Errorf("%s: %s, want %s", name, got.Verdict, test.want)
		}
	}
}

func TestMX(t *testing.T) {
	t.Parallel()
	const want = "feedback-smtp.us-east-1.amazonses.com"
	for name, test := range map[string]struct {
		alone bool
		found []string
		want  DNSVerdict
	}{
		"nothing":            {true, nil, VerdictMissing},
		"as it is":           {true, []string{"10 " + want}, VerdictRight},
		"another number":     {true, []string{"20 " + strings.ToUpper(want) + "."}, VerdictRight},
		"another server":     {true, []string{"10 mx.acme.example"}, VerdictWrong},
		"two":                {true, []string{"10 " + want, "20 mx.acme.example"}, VerdictSeveral},
		"first of two":       {false, []string{"10 " + want, "20 mx.acme.example"}, VerdictRight},
		"behind another":     {false, []string{"10 " + want, "5 mx.acme.example"}, VerdictPriority},
		"as good as another": {false, []string{"10 mx.acme.example", "10 " + want}, VerdictPriority},
		"nothing of ours":    {false, []string{"10 mx.acme.example"}, VerdictWrong},
		"without a number":   {true, []string{want}, VerdictRight},
	} {
		if got := JudgeMX(want, test.alone, test.found); got.Verdict != test.want {
			t.Errorf("%s: %s, want %s", name, got.Verdict, test.want)
		}
	}
}

func TestCNAMEAndCAA(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ got, want DNSVerdict }{
		"cname":            {JudgeCNAME("links1.resend-dns.com", []string{"Links1.Resend-DNS.com."}, nil).Verdict, VerdictRight},
		"cname elsewhere":  {JudgeCNAME("links1.resend-dns.com", []string{"acme.example"}, nil).Verdict, VerdictWrong},
		"proxied":          {JudgeCNAME("links1.resend-dns.com", nil, []string{"192.0.2.1"}).Verdict, VerdictProxied},
		"no cname":         {JudgeCNAME("links1.resend-dns.com", nil, nil).Verdict, VerdictMissing},
		"no caa":           {JudgeCAA(`0 issue "amazon.com"`, nil).Verdict, VerdictUnneeded},
		"caa":              {JudgeCAA(`0 issue "amazon.com"`, []string{`0 issue "letsencrypt.org"`, `128 issue "Amazon.com; account=1"`}).Verdict, VerdictRight},
		"caa of others":    {JudgeCAA(`0 issue "amazon.com"`, []string{`0 issue "letsencrypt.org"`}).Verdict, VerdictWrong},
		"caa of wildcards": {JudgeCAA(`0 issue "amazon.com"`, []string{`0 issuewild "letsencrypt.org"`}).Verdict, VerdictUnneeded},
	} {
		if test.got != test.want {
			t.Errorf("%s: %s, want %s", name, test.got, test.want)
		}
	}
}

func TestZones(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		domain string
		names  []string
		zone   string
	}{
		{"acme.example", []string{"send", "resend._domainkey"}, "acme.example"},
		{"mail.acme.example", []string{"send.mail", "resend._domainkey.mail"}, "acme.example"},
		{"mail.eu.acme.com.au", []string{"resend._domainkey.mail.eu", "send.mail.eu"}, "acme.com.au"},
		{"mail.acme.example", []string{"send.mail.acme.example", "resend._domainkey.mail.acme.example"}, "mail.acme.example"},
		{"mail.acme.example", []string{"send.mail", "mail"}, "acme.example"},
		{"mail.acme.example", nil, "mail.acme.example"},
	} {
		if got := Zone(test.domain, test.names); got != test.zone {
			t.Errorf("%s %v: %s, want %s", test.domain, test.names, got, test.zone)
		}
	}
	for _, test := range [][4]string{
		{"send.mail", "mail.acme.example", "acme.example", "send.mail.acme.example"},
		{"Send.Mail.Acme.example.", "mail.acme.example", "acme.example", "send.mail.acme.example"},
		{"", "acme.example", "acme.example", "acme.example"},
		{"@", "acme.example", "acme.example", "acme.example"},
		{"mail", "mail.acme.example", "acme.example", "mail.acme.example"},
	} {
		if got := HostOf(test[0], test[1], test[2]); got != test[3] {
			t.Errorf("%v: %s", test, got)
		}
	}
	if r := DMARCRecord("mail.acme.com.au", "acme.com.au"); r.Host != "_dmarc.mail.acme.com.au" || r.Name != "_dmarc.mail" || r.Value != "v=DMARC1; p=none; rua=mailto:dmarc@acme.com.au" {
		t.Errorf("%+v", r)
	}
}
