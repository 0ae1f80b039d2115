package walltest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// guess tries a password from a peer, with what stands in X-Forwarded-For.
func (w *world) guess(peer, email, forwardedFor string) int {
	w.Helper()
	form := url.Values{"email": {email}, "password": {"a wrong password"}}
	r := httptest.NewRequestWithContext(w.Context(), http.MethodPost, "/sign-in", strings.NewReader(form.Encode()))
	r.RemoteAddr = peer
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-For", forwardedFor)
	out := httptest.NewRecorder()
	w.site.ServeHTTP(out, r)
	return out.Code
}

// TestGuessersAreCountedBehindAProxy makes somebody guess through the proxy
// while another person signs in through it, and somebody who only claims to be
// elsewhere.
func TestGuessersAreCountedBehindAProxy(t *testing.T) {
	w := newWorld(t, "")
	w.check(w.close())
	w.config.TrustedProxies = []string{"10.0.0.0/8"}
	w.open()
	exhaust := func(peer string, forwardedFor func(i int) string) (last int) {
		for i := range 11 {
			last = w.guess(peer, "nobody"+string(rune('a'+i))+peer+"@example.com", forwardedFor(i))
		}
		return last
	}
	for name, q := range map[string]struct {
		peer         string
		forwardedFor func(i int) string
	}{
		"through the proxy": {"10.0.0.1:4000", func(int) string { return "203.0.113.9" }},
		"through the proxy, claiming others": {"10.0.0.1:4000", func(i int) string {
			return "198.51.100." + string(rune('1'+i%9)) + ", 203.0.113.10"
		}},
		"without the proxy, claiming others": {"203.0.113.11:4000", func(i int) string { return "198.51.100." + string(rune('1'+i%9)) }},
	} {
		if got := exhaust(q.peer, q.forwardedFor); got != http.StatusTooManyRequests {
			t.Errorf("%s the eleventh guess is answered with %d", name, got)
		}
	}
	if got := w.guess("10.0.0.1:4000", "somebody@example.com", "203.0.113.20"); got != http.StatusUnprocessableEntity {
		t.Errorf("another person behind the proxy is answered with %d", got)
	}
}
