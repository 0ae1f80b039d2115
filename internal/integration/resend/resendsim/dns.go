package resendsim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// published is what DNS holds of a record, in the words of SetRecord.
func (d *Domain) published(r Record) string {
	if said := d.outcomes[r.Key()]; said != "" {
		return said
	}
	return verified
}

// SetDMARC publishes a TXT record at _dmarc of a domain; empty takes it away.
func (s *Server) SetDMARC(domain, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.domains.named(strings.ToLower(domain))
	if d == nil {
		return fmt.Errorf("the team has no domain %s", domain)
	}
	d.DMARC = text
	return nil
}

// zoneEntry is a value at a name of DNS.
type zoneEntry struct {
	name  string // whole, in small letters, without a dot at its end
	kind  string // TXT, MX, CNAME, CAA or A
	value string // MX as "10 host"
	broke bool   // no server answers for it
}

// zone is everything that the owners of all domains have published.
func (s *Server) zone() []zoneEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []zoneEntry
	for _, d := range s.domains.order {
		for _, r := range d.Records {
			all = append(all, d.entries(r)...)
		}
		if d.DMARC != "" {
			all = append(all, zoneEntry{name: "_dmarc." + d.Name, kind: "TXT", value: d.DMARC})
		}
	}
	return all
}

// entries are what DNS holds for a record that the domain needs.
func (d *Domain) entries(r Record) []zoneEntry {
	_, below := d.host("")
	registered := strings.TrimPrefix(d.Name, strings.TrimPrefix(below, ".")+".")
	right := zoneEntry{name: strings.TrimPrefix(r.Name+"."+registered, "."), kind: r.Type, value: r.Value}
	if r.Priority != nil {
		right.value = strconv.Itoa(*r.Priority) + " " + r.Value
	}
	other := right
	switch d.published(r) {
	case failed, pending:
		return nil
	case temporaryFailure:
		right.broke = true
	case Wrong:
		right.value = wrongValue(r)
	case Appended:
		right.name += "." + registered
	case Several:
		other.value = wrongValue(r)
		return []zoneEntry{right, other}
	case Proxied:
		right.kind, right.value = "A", "192.0.2.10"
	}
	return []zoneEntry{right}
}

// wrongValue is what somebody else has a record for.
func wrongValue(r Record) string {
	switch r.Type {
	case "MX":
		return "5 mail.elsewhere.example"
	case "CNAME":
		return "links.elsewhere.example"
	case "CAA":
		return `0 issue "letsencrypt.org"`
	}
	if r.Record == "SPF" {
		return "v=spf1 include:_spf.elsewhere.example -all"
	}
	return "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQelsewhereIDAQAB"
}

// ServeDNS answers questions about the team's domains by UDP, until ctx ends.
// Names of other domains are not there. It closes the connection.
func (s *Server) ServeDNS(ctx context.Context, conn net.PacketConn) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	defer func() { _ = conn.Close() }() // nothing more is read or written
	buffer := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a question of DNS: %w", err)
		}
		if out, err := s.answerDNS(buffer[:n]); err == nil {
			_, _ = conn.WriteTo(out, from) // whoever asked may be gone
		}
	}
}

// answerDNS answers one question; what is none gets no answer.
func (s *Server) answerDNS(message []byte) ([]byte, error) {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil {
		return nil, err
	}
	q, err := p.Question()
	if err != nil || header.Response {
		return nil, fmt.Errorf("this is no question: %w", err)
	}
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	known, broke := false, false
	var found []zoneEntry
	for _, e := range s.zone() {
		if e.name != name {
			continue
		}
		known, broke = true, broke || e.broke
		if kindOf(e.kind) == q.Type {
			found = append(found, e)
		}
	}
	out := dnsmessage.Header{ID: header.ID, Response: true, Authoritative: true, RecursionDesired: header.RecursionDesired, RecursionAvailable: true}
	switch {
	case broke:
		out.RCode, found = dnsmessage.RCodeServerFailure, nil
	case !known:
		out.RCode = dnsmessage.RCodeNameError
	}
	return packDNS(out, q, found)
}

func kindOf(kind string) dnsmessage.Type {
	return map[string]dnsmessage.Type{
		"TXT": dnsmessage.TypeTXT, "MX": dnsmessage.TypeMX, "CNAME": dnsmessage.TypeCNAME, "A": dnsmessage.TypeA, "CAA": 257,
	}[kind]
}

func packDNS(header dnsmessage.Header, q dnsmessage.Question, found []zoneEntry) ([]byte, error) {
	b := dnsmessage.NewBuilder(nil, header)
	b.EnableCompression()
	if err := errors.Join(b.StartQuestions(), b.Question(q), b.StartAnswers()); err != nil {
		return nil, err
	}
	for _, e := range found {
		if err := packEntry(&b, dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 300}, e); err != nil {
			return nil, err
		}
	}
	return b.Finish()
}

func packEntry(b *dnsmessage.Builder, h dnsmessage.ResourceHeader, e zoneEntry) error {
	switch e.kind {
	case "TXT":
		return b.TXTResource(h, dnsmessage.TXTResource{TXT: chunks(e.value)})
	case "A":
		var r dnsmessage.AResource
		copy(r.A[:], net.ParseIP(e.value).To4())
		return b.AResource(h, r)
	case "CAA":
		var flags int
		var tag, authority string
		if _, err := fmt.Sscanf(e.value, "%d %s %q", &flags, &tag, &authority); err != nil {
			return err
		}
		data := append([]byte{byte(flags), byte(len(tag))}, tag+authority...) // #nosec G115 -- both are ours, and short
		return b.UnknownResource(h, dnsmessage.UnknownResource{Type: kindOf("CAA"), Data: data})
	}
	priority, host, _ := strings.Cut(e.value, " ")
	if e.kind == "CNAME" {
		host = e.value
	}
	target, err := dnsmessage.NewName(host + ".")
	if err != nil {
		return err
	}
	if e.kind == "CNAME" {
		return b.CNAMEResource(h, dnsmessage.CNAMEResource{CNAME: target})
	}
	preference, err := strconv.ParseUint(priority, 10, 16)
	if err != nil {
		return err
	}
	return b.MXResource(h, dnsmessage.MXResource{Pref: uint16(preference), MX: target})
}

// chunks are the strings of a TXT record, of 255 characters at most.
func chunks(text string) (parts []string) {
	for len(text) > 255 {
		parts, text = append(parts, text[:255]), text[255:]
	}
	return append(parts, text)
}
