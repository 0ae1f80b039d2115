package app

import (
	"net/netip"

	"github.com/renoz/renoz/internal/crm"
)

// trustedProxies are the networks whose word about a request's sender counts.
// It returns an Error of kind Invalid for what is none.
func (c Config) trustedProxies() ([]netip.Prefix, error) {
	out := make([]netip.Prefix, len(c.TrustedProxies))
	for i, text := range c.TrustedProxies {
		if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
			a = a.Unmap()
			out[i] = netip.PrefixFrom(a, a.BitLen())
			continue
		}
		network, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			return nil, crm.Errorf(crm.Invalid, "RENOZ_TRUSTED_PROXIES holds %q. It is a list of the networks or addresses of your proxies, such as 10.0.0.0/8 127.0.0.1.", text)
		case network.Bits() == 0:
			return nil, crm.Errorf(crm.Invalid, "RENOZ_TRUSTED_PROXIES holds %q, which is everybody: anyone could then choose the address they seem to come from. Name the networks of your proxies alone.", text)
		case network.Addr().Is4In6():
			return nil, crm.Errorf(crm.Invalid, "RENOZ_TRUSTED_PROXIES holds %q. Write networks of version 4 as such, for instance 10.0.0.0/8.", text)
		}
		out[i] = network.Masked()
	}
	return out, nil
}
