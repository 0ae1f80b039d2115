package xeroapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

const tokenBody = `{"id_token":"x","access_token":"access-secret","expires_in":1800,"token_type":"Bearer","refresh_token":"refresh-secret","scope":"openid accounting.invoices"}`

func (s *script) auth(config Config) *Auth {
	config.ClientID, config.RedirectURL = "app", "https://renoz.test/xero/callback"
	config.Now = func() time.Time { return testNow }
	return NewAuth(config.WithBase(s.URL), s.Client())
}

func TestAuthCodeURL(t *testing.T) {
	t.Parallel()
	auth := NewAuth(Config{ClientID: "app", RedirectURL: "https://renoz.test/cb"}, nil)
	// Verifier and challenge of RFC 7636, appendix B.
	address, err := url.Parse(auth.AuthCodeURL("state-1", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	if address.Host != "login.xero.com" || address.Path != "/identity/connect/authorize" || query.Get("state") != "state-1" ||
		query.Get("code_challenge") != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" || query.Get("code_challenge_method") != "S256" ||
		query.Get("response_type") != "code" || query.Get("redirect_uri") != "https://renoz.test/cb" ||
		query.Get("scope") != strings.Join(DefaultScopes(), " ") {
		t.Errorf("the address is %s", address)
	}
	if one, two := NewVerifier(), NewVerifier(); one == two || len(one) != 43 {
		t.Errorf("verifiers %q and %q", one, two)
	}
}

func TestExchangeAndRefresh(t *testing.T) {
	t.Parallel()
	server := newScript(t, jsonOK(tokenBody), jsonOK(tokenBody), jsonOK(`{"access_token":"a","expires_in":1800}`), step{status: 200})
	var calls []Call
	auth := server.auth(Config{ClientSecret: "s/cret", Observer: func(_ context.Context, c Call) { calls = append(calls, c) }})
	token, err := auth.Exchange(t.Context(), "code-1", "verifier-1")
	want := Token{
		AccessToken: "access-secret", RefreshToken: "refresh-secret", Scopes: []string{"openid", "accounting.invoices"},
		AccessExpires: testNow.Add(30 * time.Minute), RefreshExpires: testNow.Add(RefreshLife),
	}
	if err != nil || !reflect.DeepEqual(token, want) {
		t.Fatalf("exchanged for %#v, %v", token, err)
	}
	if _, err := auth.Refresh(t.Context(), "refresh-secret"); err != nil {
		t.Fatal(err)
	}
	custom, err := auth.ClientCredentials(t.Context())
	if err != nil || !custom.RefreshExpires.IsZero() {
		t.Fatalf("%v, %v", custom, err)
	}
	if err := auth.Revoke(t.Context(), "refresh-secret"); err != nil {
		t.Fatal(err)
	}
	forms := []url.Values{
		{"grant_type": {"authorization_code"}, "code": {"code-1"}, "code_verifier": {"verifier-1"}, "redirect_uri": {"https://renoz.test/xero/callback"}},
		{"grant_type": {"refresh_token"}, "refresh_token": {"refresh-secret"}},
		{"grant_type": {"client_credentials"}, "scope": {"accounting.invoices accounting.payments accounting.contacts accounting.settings.read"}},
		{"token": {"refresh-secret"}},
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("app:s%2Fcret"))
	for i, sent := range server.heard(t, 4) {
		form, _ := url.ParseQuery(sent.body)
		if !reflect.DeepEqual(form, forms[i]) || sent.header.Get("Authorization") != basic {
			t.Errorf("request %d is %+v", i, sent)
		}
		if calls[i].RequestBody != nil || calls[i].ResponseBody != nil {
			t.Errorf("the observer was shown the secrets of request %d", i)
		}
	}
}

func TestAppWithoutSecret(t *testing.T) {
	t.Parallel()
	server := newScript(t, jsonOK(tokenBody))
	if _, err := server.auth(Config{}).Refresh(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	sent := server.heard(t, 1)[0]
	if sent.header.Get("Authorization") != "" || !strings.Contains(sent.body, "client_id=app") {
		t.Errorf("sent %+v", sent)
	}
}

func TestTokenFailures(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		got  step
		kind Kind
		code string
	}{
		{"consent gone", step{status: 400, body: `{"error":"invalid_grant"}`}, KindReconnect, CodeConsentGone},
		{"wrong secret", step{status: 400, body: `{"error":"invalid_client"}`}, KindConfiguration, CodeClientRefused},
		{"wrong secret, other status", step{status: 401, body: `{"error":"invalid_client"}`}, KindConfiguration, CodeClientRefused},
		{"wrong grant", step{status: 400, body: `{"error":"unauthorized_client"}`}, KindConfiguration, CodeClientRefused},
		{"odd refusal", step{status: 400, body: `?`}, KindConfiguration, CodeBadRequest},
		{"failing", step{status: 500}, KindRetry, CodeServerError},
		{"limited", step{status: 429}, KindRetry, CodeServerError},
		{"cut", step{drop: true}, KindRetry, CodeNoAnswer},
		{"unreadable", step{status: 200, body: `<html>`}, KindRetry, CodeUnreadable},
		{"no token", step{status: 200, body: `{}`}, KindRetry, CodeUnreadable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t, c.got)
			_, err := server.auth(Config{ClientSecret: "very-secret"}).Refresh(t.Context(), "refresh-secret")
			var failure *Error
			if !errors.As(err, &failure) || failure.Kind != c.kind || failure.Code != c.code {
				t.Errorf("the error is %v", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%q tells a secret", err)
			}
		})
	}
	auth := NewAuth(Config{}.WithBase("http://"+closedPort(t)), nil)
	if _, err := auth.Refresh(t.Context(), "r"); KindOf(err) != KindRetry {
		t.Errorf("an unreachable endpoint gives %v", err)
	}
}

func TestConnections(t *testing.T) {
	t.Parallel()
	server := newScript(t, jsonOK(`[{"id":"c-1","authEventId":"e-1","tenantId":"t-1","tenantType":"ORGANISATION","tenantName":"Demo","createdDateUtc":"2019-12-07T18:46:19.5165400","updatedDateUtc":"2019-12-07T18:46:19.5187840"}]`),
		step{status: 204}, step{status: 404}, step{status: 401, body: expired})
	auth := server.auth(Config{})
	connections, err := auth.Connections(t.Context(), "access-secret")
	if err != nil || len(connections) != 1 || connections[0].TenantID != "t-1" || connections[0].Created.Year() != 2019 {
		t.Fatalf("%+v, %v", connections, err)
	}
	if err := auth.DeleteConnection(t.Context(), "access-secret", "c-1"); err != nil {
		t.Error(err)
	}
	if err := auth.DeleteConnection(t.Context(), "access-secret", "c-1"); KindOf(err) != KindNotFound {
		t.Error(err)
	}
	if _, err := auth.Connections(t.Context(), "access-secret"); KindOf(err) != KindExpired {
		t.Error(err)
	}
	sent := server.heard(t, 4)
	if sent[0].path != "/connections" || sent[1].method != http.MethodDelete || sent[1].path != "/connections/c-1" ||
		sent[0].header.Get("Authorization") != "Bearer access-secret" {
		t.Errorf("sent %+v", sent)
	}
}

func TestTokenHidesItself(t *testing.T) {
	t.Parallel()
	token := Token{AccessToken: "access-secret", RefreshToken: "refresh-secret", AccessExpires: testNow}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "token", token, "pointer", &token)
	encoded, _ := json.Marshal(token)
	texts := []string{logged.String(), string(encoded), token.String(), fmt.Sprint(struct{ Token Token }{token})}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		texts = append(texts, fmt.Sprintf(verb, token), fmt.Sprintf(verb, &token))
	}
	for _, text := range texts {
		if strings.Contains(text, "secret") || strings.Contains(text, "736563726574") {
			t.Errorf("%q tells a secret", text)
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	real, sim := Config{}, Config{}.WithBase("http://127.0.0.1:9/")
	for got, want := range map[string]string{
		real.InvoiceURL("!aB1", "i-1"):    "https://go.xero.com/app/%21aB1/invoicing/view/i-1",
		real.ContactURL("!aB1", "c-1"):    "https://go.xero.com/app/%21aB1/contacts/contact/c-1",
		real.InvoiceURL("", "i/1"):        "https://go.xero.com/app/invoicing/view/i%2F1",
		real.CreditNoteURL("!aB1", "n-1"): "https://go.xero.com/organisationlogin/default.aspx?redirecturl=%2FAccountsReceivable%2FViewCreditNote.aspx%3FcreditNoteID%3Dn-1&shortcode=%21aB1",
		sim.CreditNoteURL("", "n 1"):      "http://127.0.0.1:9/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=n+1",
		sim.InvoiceURL("!aB1", "i-1"):     "http://127.0.0.1:9/app/%21aB1/invoicing/view/i-1",
	} {
		if got != want {
			t.Errorf("the link is %s, want %s", got, want)
		}
	}
}
