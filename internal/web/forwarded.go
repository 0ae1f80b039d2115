package web

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

// Forwarded gives requests that come through trusted proxies the address of who
// sent them as RemoteAddr, with the port 0, and lets Encrypted know. Only what
// a trusted proxy added to X-Forwarded-For counts: the right-most address that
// is not itself a trusted proxy's. The headers of everybody else are ignored.
func Forwarded(trusted []netip.Prefix, next http.Handler) http.Handler {
	if len(trusted) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, known := addressOf(r.RemoteAddr)
		if !known || !within(trusted, peer) {
			next.ServeHTTP(w, r)
			return
		}
		ctx := context.WithValue(r.Context(), encryptedKey{}, strings.EqualFold(lastOf(r.Header.Values("X-Forwarded-Proto")), "https"))
		forwarded := r.WithContext(ctx)
		forwarded.RemoteAddr = netip.AddrPortFrom(sender(trusted, peer, r.Header.Values("X-Forwarded-For")), 0).String()
		next.ServeHTTP(w, forwarded)
	})
}

type encryptedKey struct{}

// Encrypted reports whether the reader reached this server, or a trusted proxy
// before it, by https. It does not know of proxies that are not trusted.
func Encrypted(r *http.Request) bool {
	forwarded, _ := r.Context().Value(encryptedKey{}).(bool)
	return forwarded || r.TLS != nil
}

// sender walks from the nearest proxy outwards, as far as proxies are trusted
// and say addresses.
func sender(trusted []netip.Prefix, peer netip.Addr, forwardedFor []string) netip.Addr {
	hops := strings.Split(strings.Join(forwardedFor, ","), ",")
	from := peer
	for i := len(hops) - 1; i >= 0 && within(trusted, from); i-- {
		next, known := addressOf(strings.TrimSpace(hops[i]))
		if !known {
			break
		}
		from = next
	}
	return from
}

// addressOf reads an address with or without a port.
func addressOf(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		port, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		a = port.Addr()
	}
	return a.Unmap().WithZone(""), true
}

func within(networks []netip.Prefix, a netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// lastOf is the last entry of a list in headers, which the nearest proxy wrote.
func lastOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	all := strings.Split(values[len(values)-1], ",")
	return strings.TrimSpace(all[len(all)-1])
}
