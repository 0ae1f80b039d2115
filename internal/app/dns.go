package app

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/dns"
	"github.com/renoz/renoz/internal/integration/resend/template"
)

// resolver asks the DNS server of the configuration, or those of the system. With
// a simulated Resend on this machine it asks that, by UDP at the same address: the
// Internet does not know its domains and is not to be asked for them.
func (c Config) resolver() dns.Resolver {
	if u, err := url.Parse(c.Resend.URL); c.DNS == "" && err == nil && template.IsHere(c.Resend.URL) {
		return dns.Resolver{Server: u.Host}
	}
	return dns.Resolver{Server: c.DNS}
}

// checkDNS returns an Error of kind Invalid for what is no address of a server.
func checkDNS(server string) error {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		host, port = strings.Trim(server, "[]"), "53"
	}
	_, notIP := netip.ParseAddr(host)
	if _, badPort := net.LookupPort("udp", port); server != "" && (badPort != nil || notIP != nil && host != "localhost") {
		return crm.Errorf(crm.Invalid, "RENOZ_DNS is %q. It is the address of a DNS server, such as 192.0.2.53 or 127.0.0.1:5353.", server)
	}
	return nil
}
