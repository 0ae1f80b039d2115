package xerosim_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

const verifier = "a-verifier-of-at-least-forty-three-characters-0123456789"

func authorise() url.Values {
	sum := sha256.Sum256([]byte(verifier))
	return url.Values{"response_type": {"code"}, "client_id": {"demo"}, "redirect_uri": {"http://localhost:8080/back"},
		"scope": {"openid offline_access accounting.invoices accounting.contacts"}, "state": {"s1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
}

func (b *bench) form(path string, form url.Values) reply {
	b.t.Helper()
	req := b.request("POST", path, form.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Del("Authorization")
	out, err := b.send(req)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// code lets the person allow access and returns the query of the way back.
func (b *bench) allow(form url.Values) url.Values {
	b.t.Helper()
	form.Set("tenant", b.tenant)
	form.Set("decision", "allow")
	out := b.form("/identity/connect/authorize", form)
	if out.status != http.StatusFound {
		b.t.Fatalf("consent: %d %s", out.status, out.body)
	}
	back, err := url.Parse(out.header.Get("Location"))
	if err != nil {
		b.t.Fatal(err)
	}
	return back.Query()
}

func (b *bench) exchange(change url.Values) reply {
	b.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "redirect_uri": {"http://localhost:8080/back"},
		"client_id": {"demo"}, "client_secret": {"demo"}, "code_verifier": {verifier}}
	for key := range change {
		form.Set(key, change.Get(key))
	}
	return b.form("/connect/token", form)
}

func (b *bench) refresh(token string) reply {
	b.t.Helper()
	return b.form("/identity/connect/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token},
		"client_id": {"demo"}, "client_secret": {"demo"}})
}

func (b *bench) wantError(out reply, code string) {
	b.t.Helper()
	if out.status != http.StatusBadRequest || out.json(b.t)["error"] != code {
		b.t.Errorf("want %s, got %d %s", code, out.status, out.body)
	}
}

func TestCodeFlow(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	shown, err := b.send(b.request("GET", "/identity/connect/authorize?"+authorise().Encode(), nil))
	if err != nil {
		t.Fatal(err)
	}
	if shown.status != http.StatusOK || !strings.Contains(string(shown.body), "Voltway Batteries") || shown.header.Get("Content-Security-Policy") == "" {
		t.Errorf("consent page: %d %s", shown.status, shown.body)
	}
	back := b.allow(authorise())
	if back.Get("state") != "s1" {
		t.Errorf("state %q", back.Get("state"))
	}
	b.wantError(b.exchange(url.Values{"code": {back.Get("code")}, "client_secret": {"wrong"}}), "invalid_client")
	out := b.exchange(url.Values{"code": {back.Get("code")}})
	tokens := out.json(t)
	if out.status != http.StatusOK || tokens["expires_in"] != 1800.0 || tokens["token_type"] != "Bearer" || tokens["refresh_token"] == nil || strings.Count(tokens["id_token"].(string), ".") != 2 {
		t.Fatalf("tokens: %d %s", out.status, out.body)
	}
	b.wantError(b.exchange(url.Values{"code": {back.Get("code")}}), "invalid_grant") // single use
	b.token = tokens["access_token"].(string)
	b.must("GET", "/Invoices", nil)
	if denied := b.do("GET", "/Payments", nil); denied.status != http.StatusUnauthorized || denied.header.Get("WWW-Authenticate") != "insufficent_scope" {
		t.Errorf("missing scope: %d %v", denied.status, denied.header)
	}
}

func TestCodeRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	b.wantError(b.exchange(url.Values{"code": {b.allow(authorise()).Get("code")}, "code_verifier": {"another"}}), "invalid_grant")
	b.wantError(b.exchange(url.Values{"code": {b.allow(authorise()).Get("code")}, "redirect_uri": {"http://localhost/other"}}), "invalid_grant")
	late := b.allow(authorise()).Get("code")
	b.clock.pass(5 * time.Minute)
	b.wantError(b.exchange(url.Values{"code": {late}}), "invalid_grant")
	for _, test := range []struct{ field, value, want string }{
		{"scope", "accounting.transactions", "error=invalid_scope"},
		{"code_challenge_method", "plain", "error=invalid_request"},
		{"response_type", "token", "error=unsupported_response_type"},
	} {
		form := authorise()
		form.Set(test.field, test.value)
		out, err := b.send(b.request("GET", "/connect/authorize?"+form.Encode(), nil))
		if err != nil || out.status != http.StatusFound || !strings.Contains(out.header.Get("Location"), test.want) {
			t.Errorf("%s=%s: %d %s %v", test.field, test.value, out.status, out.header.Get("Location"), err)
		}
	}
	for _, uri := range []string{"http://evil.example/back", "javascript:alert(1)", ""} {
		form := authorise()
		form.Set("redirect_uri", uri)
		if out, err := b.send(b.request("GET", "/connect/authorize?"+form.Encode(), nil)); err != nil || out.status != http.StatusBadRequest {
			t.Errorf("redirect %q: %d %v", uri, out.status, err)
		}
	}
	form := authorise()
	form.Set("decision", "cancel")
	if out := b.form("/connect/authorize", form); !strings.Contains(out.header.Get("Location"), "error=access_denied") || !strings.Contains(out.header.Get("Location"), "state=s1") {
		t.Errorf("cancel: %v", out.header)
	}
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	first := b.exchange(url.Values{"code": {b.allow(authorise()).Get("code")}}).json(t)["refresh_token"].(string)
	second := b.refresh(first).json(t)["refresh_token"].(string)
	if second == first {
		t.Fatal("the refresh token did not rotate")
	}
	b.clock.pass(29 * time.Minute)
	if out := b.refresh(first); out.status != http.StatusOK {
		t.Errorf("within the grace of 30 minutes: %d %s", out.status, out.body)
	}
	b.clock.pass(time.Minute)
	b.wantError(b.refresh(first), "invalid_grant")
	b.clock.pass(59 * 24 * time.Hour)
	out := b.refresh(second)
	if out.status != http.StatusOK {
		t.Fatalf("unused for 59 days: %d %s", out.status, out.body)
	}
	b.clock.pass(60 * 24 * time.Hour)
	b.wantError(b.refresh(out.json(t)["refresh_token"].(string)), "invalid_grant")
}

func TestTokensAndTenants(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	other := b.request("GET", "/api.xro/2.0/Invoices", nil)
	other.Header.Set("Xero-Tenant-Id", "00000000-0000-0000-0000-000000000001")
	if out, err := b.send(other); err != nil || out.status != http.StatusForbidden || out.json(t)["Title"] != "Forbidden" {
		t.Errorf("unknown tenant: %d %s %v", out.status, out.body, err)
	}
	b.clock.pass(30 * time.Minute)
	out := b.do("GET", "/Invoices", nil)
	if out.status != http.StatusUnauthorized || !strings.HasPrefix(out.json(t)["Detail"].(string), "TokenExpired: ") {
		t.Errorf("expired: %d %s", out.status, out.body)
	}
	b.token = "nonsense"
	if out := b.do("GET", "/Invoices", nil); out.status != http.StatusUnauthorized || out.json(t)["Detail"] != "AuthenticationUnsuccessful" {
		t.Errorf("unknown token: %d %s", out.status, out.body)
	}
}

func TestConnections(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	out, err := b.send(b.request("GET", "/connections", nil))
	if err != nil || !strings.Contains(string(out.body), b.tenant) {
		t.Fatalf("connections: %s %v", out.body, err)
	}
	id := strings.Split(strings.Split(string(out.body), `"id":"`)[1], `"`)[0]
	if out, err := b.send(b.request("DELETE", "/connections/"+id, nil)); err != nil || out.status != http.StatusNoContent {
		t.Errorf("disconnect: %d %v", out.status, err)
	}
	if out := b.do("GET", "/Invoices", nil); out.status != http.StatusForbidden {
		t.Errorf("after disconnecting: %d", out.status)
	}
	_, refresh, err := b.sim.Connect("demo")
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"token": {refresh}, "client_id": {"demo"}, "client_secret": {"demo"}}
	if out := b.form("/connect/revocation", form); out.status != http.StatusOK {
		t.Errorf("revocation: %d", out.status)
	}
	b.wantError(b.refresh(refresh), "invalid_grant")
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	req := b.request("POST", "/connect/token", url.Values{"grant_type": {"client_credentials"}}.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("demo", "demo")
	out, err := b.send(req)
	if err != nil || out.status != http.StatusOK || out.json(t)["refresh_token"] != nil {
		t.Fatalf("client credentials: %d %s %v", out.status, out.body, err)
	}
	b.token, b.tenant = out.json(t)["access_token"].(string), ""
	b.must("GET", "/Organisation", nil)
}
