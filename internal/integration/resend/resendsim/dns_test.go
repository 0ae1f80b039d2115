package resendsim_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

// resolver asks the simulator's DNS with the standard library.
func resolver(t *testing.T, sim *resendsim.Server) (*net.Resolver, string) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		if err := sim.ServeDNS(ctx, conn); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); served.Wait() })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}, conn.LocalAddr().String()
}

// TestDNSHoldsWhatOwnersPublished asks for the records with the standard library.
func TestDNSHoldsWhatOwnersPublished(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{Domains: []resendsim.DomainSeed{{Name: "mail.acme.com.au", TrackingSubdomain: "links", Receiving: true, DMARC: "v=DMARC1; p=none"}}})
	r, _ := resolver(t, b.sim)
	txt := func(name string) string {
		found, err := r.LookupTXT(t.Context(), name+".")
		if err != nil {
			return "none"
		}
		return strings.Join(found, " | ")
	}
	mx := func(name string) string {
		var all []string
		found, _ := r.LookupMX(t.Context(), name+".")
		for _, one := range found {
			all = append(all, one.Host)
		}
		return strings.Join(all, " ")
	}
	for name, want := range map[string]string{
		"send.mail.acme.com.au": "v=spf1 include:amazonses.com ~all", "SEND.mail.acme.com.au": "v=spf1 include:amazonses.com ~all", "_dmarc.mail.acme.com.au": "v=DMARC1; p=none", "mail.acme.example": "none",
	} {
		if got := txt(name); got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if got := txt("resend._domainkey.mail.acme.com.au"); !strings.HasPrefix(got, "p=MIG") {
		t.Errorf("the key is %q", got)
	}
	if got := mx("send.mail.acme.com.au") + mx("mail.acme.com.au"); got != "feedback-smtp.us-east-1.amazonses.com.inbound-smtp.us-east-1.amazonaws.com." {
		t.Errorf("mail goes to %s", got)
	}
	for _, step := range [][4]string{
		{"SPF TXT", "failed", "send.mail.acme.com.au", "none"},
		{"SPF TXT", resendsim.Several, "send.mail.acme.com.au", "v=spf1 include:amazonses.com ~all | v=spf1 include:_spf.elsewhere.example -all"},
		{"SPF TXT", resendsim.Wrong, "send.mail.acme.com.au", "v=spf1 include:_spf.elsewhere.example -all"},
		{"SPF TXT", resendsim.Appended, "send.mail.acme.com.au.acme.com.au", "v=spf1 include:amazonses.com ~all"},
	} {
		if err := b.sim.SetRecord("mail.acme.com.au", step[0], step[1]); err != nil {
			t.Fatal(err)
		}
		if got := txt(step[2]); got != step[3] {
			t.Errorf("%s %s: %s holds %q, want %q", step[0], step[1], step[2], got, step[3])
		}
	}
	if err := b.sim.Verify("mail.acme.com.au"); err != nil {
		t.Fatal(err)
	}
	b.clock.pass(time.Second)
	b.must("GET", "/domains", nil)
	if d := b.sim.Domains()[0]; d.Records[1].Status != "failed" || d.Records[2].Status != "verified" {
		t.Errorf("the check finds %+v", d.Records)
	}
	if b.sim.SetDMARC("none.example", "") == nil {
		t.Error("a domain that is not there has a policy")
	}
}

// TestDNSOfTracking asks for what the standard library does not tell.
func TestDNSOfTracking(t *testing.T) {
	t.Parallel()
	b := newBench(t, resendsim.Options{Domains: []resendsim.DomainSeed{{Name: "acme.example", TrackingSubdomain: "links", Published: map[string]string{"SPF TXT": "temporary_failure"}}}})
	_, server := resolver(t, b.sim)
	ask := func(name string, kind dnsmessage.Type) dnsmessage.Message {
		t.Helper()
		in := dnsmessage.Message{Header: dnsmessage.Header{ID: 9}, Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}}}
		packed, err := in.Pack()
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("udp", server)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, _ = conn.Write([]byte("nonsense, which gets no answer"))
		_, _ = conn.Write(packed)
		buffer := make([]byte, 2000)
		n, err := conn.Read(buffer)
		var out dnsmessage.Message
		if err != nil || out.Unpack(buffer[:n]) != nil || out.ID != 9 {
			t.Fatalf("answered %v, %v", out.Header, err)
		}
		return out
	}
	alias := ask("links.acme.example.", dnsmessage.TypeCNAME)
	if len(alias.Answers) != 1 || alias.Answers[0].Body.(*dnsmessage.CNAMEResource).CNAME.String() != "links1.resend-dns.com." {
		t.Errorf("the alias is %v", alias.Answers)
	}
	caa := ask("links.acme.example.", 257)
	if len(caa.Answers) != 1 || !slices.Equal(caa.Answers[0].Body.(*dnsmessage.UnknownResource).Data, []byte("\x00\x05issueamazon.com")) {
		t.Errorf("certificates are by %v", caa.Answers)
	}
	if err := b.sim.SetRecord("acme.example", "Tracking CNAME", resendsim.Proxied); err != nil {
		t.Fatal(err)
	}
	if proxy := ask("links.acme.example.", dnsmessage.TypeA); len(proxy.Answers) != 1 || len(ask("links.acme.example.", dnsmessage.TypeCNAME).Answers) != 0 {
		t.Errorf("the proxy is %v", proxy.Answers)
	}
	if got := ask("send.acme.example.", dnsmessage.TypeMX).RCode; got != dnsmessage.RCodeServerFailure {
		t.Errorf("a name that no server answers for is answered with %s", got)
	}
	if got := ask("other.example.", dnsmessage.TypeTXT).RCode; got != dnsmessage.RCodeNameError {
		t.Errorf("a name that is not there is answered with %s", got)
	}
}
