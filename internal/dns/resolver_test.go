package dns

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// server answers by UDP and TCP at one address.
type server struct {
	testing.TB
	address string
	answer  func(network string, q dnsmessage.Question, out *dnsmessage.Message)
	mu      sync.Mutex
	asked   []string // network and type of each question
}

func serve(t *testing.T, answer func(network string, q dnsmessage.Question, out *dnsmessage.Message)) *server {
	t.Helper()
	stream, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	datagrams, err := net.ListenPacket("udp", stream.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s := &server{TB: t, address: stream.Addr().String(), answer: answer}
	var done sync.WaitGroup
	done.Go(func() { s.datagrams(datagrams) })
	done.Go(func() { s.streams(stream) })
	t.Cleanup(func() {
		_ = datagrams.Close()
		_ = stream.Close()
		done.Wait()
	})
	return s
}

func (s *server) datagrams(conn net.PacketConn) {
	buffer := make([]byte, 2000)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		for _, out := range s.reply("udp", buffer[:n]) {
			_, _ = conn.WriteTo(out, from)
		}
	}
}

func (s *server) streams(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		var length [2]byte
		_, _ = io.ReadFull(conn, length[:])
		message := make([]byte, binary.BigEndian.Uint16(length[:]))
		_, _ = io.ReadFull(conn, message)
		for _, out := range s.reply("tcp", message) {
			_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...))
		}
		_ = conn.Close()
	}
}

// questions are the network and type of each question so far.
func (s *server) questions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// reply first gives the answer to another question, which does not count.
func (s *server) reply(network string, message []byte) [][]byte {
	var in dnsmessage.Message
	if err := in.Unpack(message); err != nil {
		s.Errorf("the question cannot be read: %v", err)
		return nil
	}
	q := in.Questions[0]
	s.mu.Lock()
	s.asked = append(s.asked, network+" "+strings.TrimPrefix(q.Type.String(), "Type"))
	s.mu.Unlock()
	out := dnsmessage.Message{Header: dnsmessage.Header{ID: in.ID, Response: true}, Questions: in.Questions}
	s.answer(network, q, &out)
	packed, err := out.Pack()
	if err != nil {
		s.Errorf("the answer cannot be written: %v", err)
		return nil
	}
	if network == "tcp" {
		return [][]byte{packed}
	}
	foreign := slices.Clone(packed)
	foreign[0]++
	return [][]byte{foreign, {1, 2, 3}, packed}
}

func (s *server) lookup(name, kind string) ([]string, error) {
	return Resolver{Server: s.address}.Lookup(s.Context(), name, kind)
}

func record(q dnsmessage.Question, body dnsmessage.ResourceBody, kind dnsmessage.Type) dnsmessage.Resource {
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: kind, Class: dnsmessage.ClassINET, TTL: 60}, Body: body}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	target := dnsmessage.MustNewName("Elsewhere.example.")
	s := serve(t, func(_ string, q dnsmessage.Question, out *dnsmessage.Message) {
		alias := record(q, &dnsmessage.CNAMEResource{CNAME: target}, dnsmessage.TypeCNAME)
		switch q.Type {
		case dnsmessage.TypeTXT:
			out.Answers = []dnsmessage.Resource{alias, record(q, &dnsmessage.TXTResource{TXT: []string{"p=first", "second"}}, q.Type), record(q, &dnsmessage.TXTResource{TXT: []string{"v=spf1"}}, q.Type)}
		case dnsmessage.TypeMX:
			out.Answers = []dnsmessage.Resource{record(q, &dnsmessage.MXResource{Pref: 10, MX: target}, q.Type)}
		case dnsmessage.TypeCNAME:
			out.Answers = []dnsmessage.Resource{alias}
		case dnsmessage.TypeA:
			out.Answers = []dnsmessage.Resource{alias, record(q, &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}}, q.Type)}
		case dnsmessage.TypeAAAA:
			out.Answers = []dnsmessage.Resource{record(q, &dnsmessage.AAAAResource{AAAA: [16]byte{0x20, 1, 0xd, 0xb8, 15: 1}}, q.Type)}
		case typeCAA:
			out.Answers = []dnsmessage.Resource{record(q, &dnsmessage.UnknownResource{Type: typeCAA, Data: []byte("\x00\x05Issueamazon.com")}, q.Type)}
		}
	})
	for kind, want := range map[string][]string{
		"TXT": {"p=firstsecond", "v=spf1"}, "MX": {"10 Elsewhere.example"}, "CNAME": {"Elsewhere.example"}, "A": {"192.0.2.1"}, "AAAA": {"2001:db8::1"}, "CAA": {`0 issue "amazon.com"`},
	} {
		if got, err := s.lookup("acme.example.", kind); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", kind, got, err, want)
		}
	}
	for _, bad := range []string{"", "a..b", strings.Repeat("a", 64) + ".example", strings.Repeat("a.", 130) + "example"} {
		if _, err := s.lookup(bad, "TXT"); err == nil {
			t.Errorf("%q is looked up", bad)
		}
	}
	if _, err := s.lookup("acme.example", "SRV"); err == nil {
		t.Error("SRV is looked up")
	}
}

// TestNothingAndNoAnswer tells a name that is not there from a server that does
// not say.
func TestNothingAndNoAnswer(t *testing.T) {
	t.Parallel()
	for code, fails := range map[dnsmessage.RCode]bool{
		dnsmessage.RCodeSuccess: false, dnsmessage.RCodeNameError: false, dnsmessage.RCodeServerFailure: true, dnsmessage.RCodeRefused: true,
	} {
		s := serve(t, func(_ string, _ dnsmessage.Question, out *dnsmessage.Message) { out.RCode = code })
		if found, err := s.lookup("acme.example", "TXT"); (err != nil) != fails || len(found) != 0 {
			t.Errorf("%s: %q, %v", code, found, err)
		}
		if want := map[bool]int{false: 1, true: tries}[fails]; len(s.questions()) != want {
			t.Errorf("%s: asked %v", code, s.questions())
		}
	}
	ended, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	s := serve(t, func(string, dnsmessage.Question, *dnsmessage.Message) {})
	if _, err := (Resolver{Server: s.address}).Lookup(ended, "acme.example", "TXT"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after the time is up: %v", err)
	}
}

// TestLongAnswersComeByTCP asks again where the datagram is cut.
func TestLongAnswersComeByTCP(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 250)
	s := serve(t, func(network string, q dnsmessage.Question, out *dnsmessage.Message) {
		if out.Truncated = network == "udp"; out.Truncated {
			return
		}
		for range 8 {
			out.Answers = append(out.Answers, record(q, &dnsmessage.TXTResource{TXT: []string{long, long}}, q.Type))
		}
	})
	found, err := s.lookup("acme.example", "TXT")
	if err != nil || len(found) != 8 || found[7] != long+long || !slices.Equal(s.questions(), []string{"udp TXT", "tcp TXT"}) {
		t.Errorf("%d found, %v; asked %v", len(found), err, s.questions())
	}
}

func TestServers(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"192.0.2.53": "192.0.2.53:53", "127.0.0.1:5353": "127.0.0.1:5353", "2001:db8::1": "[2001:db8::1]:53", "[2001:db8::1]:54": "[2001:db8::1]:54"} {
		if got, err := (Resolver{Server: given}).servers(); err != nil || got[0] != want {
			t.Errorf("%s: %v, %v", given, got, err)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	q := dnsmessage.Question{Name: dnsmessage.MustNewName("acme.example."), Type: typeCAA, Class: dnsmessage.ClassINET}
	out := dnsmessage.Message{Header: dnsmessage.Header{ID: 7, Response: true}, Questions: []dnsmessage.Question{q},
		Answers: []dnsmessage.Resource{record(q, &dnsmessage.UnknownResource{Type: typeCAA, Data: []byte("\x00\x05issueamazon.com")}, typeCAA)}}
	seed, err := out.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, message []byte) {
		found, ours, err := unpack(message, 7, q)
		if (err != nil || !ours) && len(found) > 0 {
			t.Errorf("found %q beside %v", found, err)
		}
	})
}
