package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/renoz/renoz/internal/web"
)

func TestForwarded(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("127.0.0.1/32")}
	for name, c := range map[string]struct {
		peer      string
		header    []string // names and values
		want      string
		encrypted bool
	}{
		"no proxy":                         {"203.0.113.9:5000", nil, "203.0.113.9:5000", false},
		"one proxy":                        {"10.0.0.1:5000", []string{"X-Forwarded-For", "203.0.113.9", "X-Forwarded-Proto", "https"}, "203.0.113.9:0", true},
		"a stranger says who they are":     {"203.0.113.9:5000", []string{"X-Forwarded-For", "198.51.100.7", "X-Forwarded-Proto", "https"}, "203.0.113.9:5000", false},
		"what the sender wrote before":     {"10.0.0.1:5000", []string{"X-Forwarded-For", "198.51.100.7, 203.0.113.9"}, "203.0.113.9:0", false},
		"the sender claims to be a proxy":  {"10.0.0.1:5000", []string{"X-Forwarded-For", "10.9.9.9, 203.0.113.9"}, "203.0.113.9:0", false},
		"in a header of their own":         {"10.0.0.1:5000", []string{"X-Forwarded-For", "198.51.100.7", "X-Forwarded-For", "203.0.113.9"}, "203.0.113.9:0", false},
		"two proxies":                      {"127.0.0.1:5000", []string{"X-Forwarded-For", "198.51.100.7, 203.0.113.9, 10.0.0.2"}, "203.0.113.9:0", false},
		"somebody in the proxies' network": {"10.0.0.1:5000", []string{"X-Forwarded-For", "10.0.0.77"}, "10.0.0.77:0", false},
		"a proxy that says nothing":        {"10.0.0.1:5000", nil, "10.0.0.1:0", false},
		"no address":                       {"10.0.0.1:5000", []string{"X-Forwarded-For", "198.51.100.7, unknown"}, "10.0.0.1:0", false},
		"no address behind a proxy":        {"127.0.0.1:5000", []string{"X-Forwarded-For", "unknown, 10.0.0.2"}, "10.0.0.2:0", false},
		"with a port":                      {"10.0.0.1:5000", []string{"X-Forwarded-For", "203.0.113.9:41000"}, "203.0.113.9:0", false},
		"version 6":                        {"[fd00::1]:5000", []string{"X-Forwarded-For", "[2001:db8::7]:41000"}, "[2001:db8::7]:0", false},
		"version 6 without a port":         {"[fd00::1]:5000", []string{"X-Forwarded-For", "2001:db8::7"}, "[2001:db8::7]:0", false},
		"version 4 within 6":               {"[::ffff:10.0.0.1]:5000", []string{"X-Forwarded-For", "::ffff:203.0.113.9"}, "203.0.113.9:0", false},
		"the sender claims encryption":     {"10.0.0.1:5000", []string{"X-Forwarded-For", "203.0.113.9", "X-Forwarded-Proto", "https, http"}, "203.0.113.9:0", false},
		"no peer":                          {"@", []string{"X-Forwarded-For", "203.0.113.9"}, "@", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		for i := 0; i+1 < len(c.header); i += 2 {
			r.Header.Add(c.header[i], c.header[i+1])
		}
		web.Forwarded(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.RemoteAddr != c.want || web.Encrypted(r) != c.encrypted {
				t.Errorf("%s: from %s, encrypted %v; want %s, %v", name, r.RemoteAddr, web.Encrypted(r), c.want, c.encrypted)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
		web.Forwarded(nil, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.RemoteAddr != c.peer || web.Encrypted(r) {
				t.Errorf("%s without trusted proxies: from %s, encrypted %v", name, r.RemoteAddr, web.Encrypted(r))
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	}
}
