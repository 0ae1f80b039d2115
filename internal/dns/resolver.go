package dns

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// How long one server has for one answer, and all have together.
const (
	answerWithin = 2 * time.Second
	allWithin    = 5 * time.Second
)

// systemServers is where Unix systems name their servers.
const systemServers = "/etc/resolv.conf"

// tries is how often the servers are asked, one after the other.
const tries = 2

// Resolver asks a server. Its zero value asks those of the system. It is safe
// for concurrent use.
type Resolver struct {
	Server string // "192.0.2.53" or with a port, "127.0.0.1:5353"; empty: those of the system
}

// kinds are the types of records that can be asked for.
func kinds() map[string]dnsmessage.Type {
	return map[string]dnsmessage.Type{
		"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA, "CNAME": dnsmessage.TypeCNAME, "MX": dnsmessage.TypeMX, "TXT": dnsmessage.TypeTXT, "CAA": typeCAA,
	}
}

// Lookup is what a name holds of a type: TXT, the strings of a record put
// together; MX, as "10 host"; CNAME; CAA, as `0 issue "ca"`; A and AAAA. Names
// have no dot at their end. Nothing there is an empty list.
func (r Resolver) Lookup(ctx context.Context, name, kind string) ([]string, error) {
	q, err := question(name, kind)
	if err != nil {
		return nil, err
	}
	servers, err := r.servers()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, allWithin)
	defer cancel()
	var failed error
	for range tries {
		for _, server := range servers {
			found, err := ask(ctx, server, q)
			if err == nil {
				return found, nil
			}
			failed = fmt.Errorf("ask %s for %s of %s: %w", server, kind, name, err)
			if ctx.Err() != nil {
				return nil, failed
			}
		}
	}
	return nil, failed
}

func question(name, kind string) (dnsmessage.Question, error) {
	of, known := kinds()[kind]
	if !known {
		return dnsmessage.Question{}, fmt.Errorf("records of type %q cannot be looked up", kind)
	}
	whole, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil || !fits(name) {
		return dnsmessage.Question{}, fmt.Errorf("%q is not a name that DNS can hold", name)
	}
	return dnsmessage.Question{Name: whole, Type: of, Class: dnsmessage.ClassINET}, nil
}

// fits holds for names of 253 characters at most, in labels of 63.
// https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4
func fits(name string) bool {
	name = strings.TrimSuffix(name, ".")
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
	}
	return len(name) <= 253
}

// servers are those to ask, the first of the system first.
func (r Resolver) servers() ([]string, error) {
	if r.Server != "" {
		return []string{withPort(r.Server)}, nil
	}
	file, err := os.Open(systemServers)
	if err != nil {
		return nil, fmt.Errorf("find a DNS server: %w; name one with RENOZ_DNS", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	var found []string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) >= 2 && words[0] == "nameserver" {
			found = append(found, withPort(words[1]))
		}
	}
	if len(found) == 0 {
		return nil, cmp.Or(lines.Err(), errors.New("there is no DNS server in "+systemServers+"; name one with RENOZ_DNS"))
	}
	return found[:min(len(found), 3)], nil // as many as others ask
}

func withPort(server string) string {
	if _, _, err := net.SplitHostPort(server); err == nil {
		return server
	}
	return net.JoinHostPort(strings.Trim(server, "[]"), "53")
}
