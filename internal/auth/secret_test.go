package auth

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
)

func TestSecretsAreLongAndNew(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		token, session := newAPIToken(), newSessionToken()
		if !looksLikeToken(token) || len(session) != 43 || seen[token] || seen[session] {
			t.Fatalf("made %d and %d characters", len(token), len(session))
		}
		seen[token], seen[session] = true, true
	}
}

func FuzzLooksLikeToken(f *testing.F) {
	f.Add(newAPIToken())
	f.Add("rnz_" + strings.Repeat("é", 43))
	f.Fuzz(func(t *testing.T, text string) {
		if looksLikeToken(text) && (len(text) != 47 || strings.ContainsAny(text, " \n-+/=é")) {
			t.Errorf("took %q", text)
		}
	})
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1":             "192.0.2.1",
		"192.0.2.1:80":          "192.0.2.1",
		"::ffff:192.0.2.1":      "192.0.2.1",
		"[2001:db8:1:2::5]:443": "2001:db8:1:2::/64",
		"2001:db8:1:2:3::":      "2001:db8:1:2::/64",
		"fe80::1%eth0":          "fe80::/64",
		"@":                     "@",
	} {
		if got := network(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func FuzzNetwork(f *testing.F) {
	f.Add("[2001:db8::1%x]:1")
	f.Fuzz(func(t *testing.T, address string) {
		got := network(address)
		if ip, err := netip.ParseAddr(address); err == nil && ip.Is4() && got != ip.String() {
			t.Errorf("%q became %q", address, got)
		}
	})
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	p := newPasswords()
	hash, err := p.hash(t.Context(), "correct horse")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", hash, err)
	}
	old, err := argon2id.CreateHash("correct horse", &argon2id.Params{Memory: 8 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, password, hash string
		ok, outdated         bool
	}{
		{"right", "correct horse", hash, true, false},
		{"wrong", "correct horsf", hash, false, false},
		{"older cost", "correct horse", old, true, true},
		{"no user", "correct horse", "", false, false}, // compared all the same, which nobodysHash allows
	} {
		ok, outdated, err := p.matches(t.Context(), c.password, c.hash)
		if err != nil || ok != c.ok || outdated != c.outdated {
			t.Errorf("%s: %t, %t, %v", c.name, ok, outdated, err)
		}
	}
	if _, _, err := p.matches(t.Context(), "correct horse", "damaged"); err == nil {
		t.Error("a damaged hash is no error")
	}
}
