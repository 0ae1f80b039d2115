package xerosim

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Client is an app registered at the simulator. Without a secret it is a public app, which must use PKCE.
type Client struct {
	ID     string
	Secret string
	// Tenant is what client_credentials opens; default: the first organisation.
	Tenant string
}

// Lifetimes of https://developer.xero.com/documentation/guides/oauth2/token-types.
const (
	codeLife         = 5 * time.Minute
	accessLife       = 30 * time.Minute
	idLife           = 5 * time.Minute
	refreshLife      = 60 * 24 * time.Hour
	refreshGrace     = 30 * time.Minute
	keepAccessTokens = 24 * time.Hour
)

// identity is everything sign-in knows; it is saved with the books.
type identity struct {
	Codes       map[string]*grantCode
	Access      map[string]*accessToken
	Refresh     map[string]*refreshToken
	Connections []connection
}

type grantCode struct {
	Client, RedirectURI, Challenge, Nonce, AuthEvent string
	Scopes                                           []string
	Issued                                           time.Time
}

type accessToken struct {
	Client, AuthEvent string
	Scopes            []string
	Expires           time.Time
	CustomTenant      string // set for client_credentials
}

type refreshToken struct {
	Client, AuthEvent string
	Scopes            []string
	Issued            time.Time
	FirstUsed         time.Time // zero: not yet
}

// connection joins a client to an organisation.
type connection struct {
	ID             string `json:"id"`
	AuthEventID    string `json:"authEventId"`
	TenantID       string `json:"tenantId"`
	TenantType     string `json:"tenantType"`
	TenantName     string `json:"tenantName"`
	CreatedDateUTC string `json:"createdDateUtc"`
	UpdatedDateUTC string `json:"updatedDateUtc"`
	Client         string `json:"-"`
}

func newIdentity() identity {
	return identity{Codes: map[string]*grantCode{}, Access: map[string]*accessToken{}, Refresh: map[string]*refreshToken{}}
}

func (s *Server) identityRoutes() {
	for _, prefix := range []string{"", "/identity"} {
		s.mux.Handle("GET "+prefix+"/connect/authorize", page(s.consentPage))
		s.mux.Handle("POST "+prefix+"/connect/authorize", page(s.consentDecided))
		s.mux.Handle("POST "+prefix+"/connect/token", s.plain(s.token))
		s.mux.Handle("POST "+prefix+"/connect/revocation", s.plain(s.revoke))
		s.mux.Handle("GET "+prefix+"/.well-known/openid-configuration", s.plain(s.discovery))
		s.mux.Handle("GET "+prefix+"/.well-known/openid-configuration/jwks", s.plain(s.keySet))
	}
	s.mux.Handle("GET /connect/userinfo", s.plain(s.userInfo))
	for _, path := range []string{"/connections", "/Connections"} {
		s.mux.Handle("GET "+path, s.plain(s.listConnections))
		s.mux.Handle("DELETE "+path+"/{id}", s.plain(s.deleteConnection))
	}
}

// randomText is 8·n/6 letters nobody can guess.
func randomText(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

func (s *Server) client(id string) *Client {
	for i := range s.opts.Clients {
		if s.opts.Clients[i].ID == id {
			return &s.opts.Clients[i]
		}
	}
	return nil
}

// authorizeRequest is what an app asks a person for.
type authorizeRequest struct {
	client      *Client
	redirectURI string
	state       string
	challenge   string
	nonce       string
	scopes      []string
}

// authorizeError is a mistake of the app. Without a trusted address to return to it is shown to the person.
type authorizeError struct {
	code, description string
	shown             bool
}

func (s *Server) readAuthorize(form url.Values) (authorizeRequest, *authorizeError) {
	req := authorizeRequest{client: s.client(form.Get("client_id")), redirectURI: form.Get("redirect_uri"),
		state: form.Get("state"), challenge: form.Get("code_challenge"), nonce: form.Get("nonce"),
		scopes: strings.Fields(form.Get("scope"))}
	if req.client == nil {
		return req, &authorizeError{"unauthorized_client", "Unknown client_id. The simulator knows the client demo.", true}
	}
	if !redirectAllowed(req.redirectURI) {
		return req, &authorizeError{"invalid_request", "The redirect_uri must be https, http://localhost or http://127.0.0.1.", true}
	}
	method := form.Get("code_challenge_method")
	switch {
	case form.Get("response_type") != "code":
		return req, &authorizeError{"unsupported_response_type", "response_type must be code", false}
	case req.challenge != "" && method != "S256":
		return req, &authorizeError{"invalid_request", "code_challenge_method must be S256", false}
	case req.challenge != "" && len(req.challenge) != 43:
		return req, &authorizeError{"invalid_request", "code_challenge must be 43 characters", false}
	case req.challenge == "" && req.client.Secret == "":
		return req, &authorizeError{"invalid_request", "code_challenge is required", false}
	case len(req.scopes) == 0:
		return req, &authorizeError{"invalid_scope", "scope is required", false}
	}
	for _, scope := range req.scopes {
		if !scopeKnown(scope) {
			return req, &authorizeError{"invalid_scope", "the scope " + scope + " is not available to this app", false}
		}
	}
	return req, nil
}

func redirectAllowed(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Fragment != "" {
		return false
	}
	local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"
	return u.Scheme == "https" || (u.Scheme == "http" && local)
}

// scopeKnown accepts granular scopes only: apps made since 2 March 2026 do not get the broad ones.
// https://developer.xero.com/documentation/guides/oauth2/scopes
func scopeKnown(scope string) bool {
	switch scope {
	case "openid", "profile", "email", "offline_access":
		return true
	case "accounting.transactions", "accounting.transactions.read", "accounting.reports.read":
		return false
	}
	return strings.HasPrefix(scope, "accounting.")
}

func (r authorizeRequest) back(values url.Values) string {
	if r.state != "" {
		values.Set("state", r.state)
	}
	u, err := url.Parse(r.redirectURI) // checked by readAuthorize
	if err != nil {
		return "/"
	}
	query := u.Query()
	for key := range values {
		query.Set(key, values.Get(key))
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// consent connects the chosen organisations and returns the address to send the person back to.
func (s *Server) consent(req authorizeRequest, tenants []string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	event, code := newCorrelation(), randomText(32)
	for _, tenant := range tenants {
		s.connect(req.client.ID, tenant, event)
	}
	now := s.now()
	for old, grant := range s.identity.Codes {
		if now.Sub(grant.Issued) >= codeLife {
			delete(s.identity.Codes, old)
		}
	}
	s.identity.Codes[code] = &grantCode{Client: req.client.ID, RedirectURI: req.redirectURI, Challenge: req.challenge,
		Nonce: req.nonce, AuthEvent: event, Scopes: req.scopes, Issued: now}
	s.markDirty()
	return req.back(url.Values{"code": {code}, "scope": {strings.Join(req.scopes, " ")}, "session_state": {randomText(24)}})
}

// connect adds or renews a connection; s.mu is held.
func (s *Server) connect(client, tenant, event string) {
	b := s.tenants[tenant]
	if b == nil {
		return
	}
	stamp := s.now().Format("2006-01-02T15:04:05.0000000")
	for i := range s.identity.Connections {
		if c := &s.identity.Connections[i]; c.Client == client && c.TenantID == tenant {
			c.AuthEventID, c.UpdatedDateUTC = event, stamp
			return
		}
	}
	s.identity.Connections = append(s.identity.Connections, connection{ID: newCorrelation(), AuthEventID: event,
		TenantID: tenant, TenantType: "ORGANISATION", TenantName: b.org.Name, CreatedDateUTC: stamp, UpdatedDateUTC: stamp,
		Client: client})
}

// bearer finds the access token of a request, or the 401 it gets.
func (s *Server) bearer(r *http.Request) (accessToken, *answer) {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		out := problemAnswer(http.StatusUnauthorized, "AuthenticationUnsuccessful").with("WWW-Authenticate", "Bearer")
		return accessToken{}, &out
	}
	token := s.identity.Access[text]
	if token == nil {
		out := problemAnswer(http.StatusUnauthorized, "AuthenticationUnsuccessful").with("WWW-Authenticate", `Bearer error="invalid_token"`)
		return accessToken{}, &out
	}
	if !s.now().Before(token.Expires) {
		out := problemAnswer(http.StatusUnauthorized, "TokenExpired: token expired at "+token.Expires.Format("01/02/2006 15:04:05")).
			with("WWW-Authenticate", `Bearer error="invalid_token"`)
		return accessToken{}, &out
	}
	return *token, nil
}

// admit checks token, tenant and scope of an accounting call.
func (s *Server) admit(r *http.Request) (accessToken, string, *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loadErr != nil {
		out := textAnswer(http.StatusInternalServerError, "The simulator could not read its file; see its log")
		return accessToken{}, "", &out
	}
	token, denied := s.bearer(r)
	if denied != nil {
		return token, "", denied
	}
	tenant := r.Header.Get("Xero-Tenant-Id")
	if token.CustomTenant != "" {
		tenant = token.CustomTenant
	} else if !s.connected(token.Client, tenant) {
		out := problemAnswer(http.StatusForbidden, "AuthenticationUnsuccessful")
		return token, "", &out
	}
	if s.tenants[tenant] == nil {
		out := problemAnswer(http.StatusForbidden, "AuthenticationUnsuccessful")
		return token, "", &out
	}
	if !scopeAllows(token.Scopes, r) {
		out := problemAnswer(http.StatusUnauthorized, "AuthorizationUnsuccessful").
			with("WWW-Authenticate", "insufficent_scope") // the live service's own spelling
		return token, tenant, &out
	}
	return token, tenant, nil
}

func (s *Server) connected(client, tenant string) bool {
	return slices.ContainsFunc(s.identity.Connections, func(c connection) bool {
		return c.Client == client && c.TenantID == tenant
	})
}

// scopeAllows says whether the scopes cover the resource; reading is also covered by the .read scope.
func scopeAllows(scopes []string, r *http.Request) bool {
	resource, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api.xro/2.0/"), "/")
	family := map[string]string{"Invoices": "accounting.invoices", "CreditNotes": "accounting.invoices",
		"Items": "accounting.invoices", "Contacts": "accounting.contacts", "Payments": "accounting.payments",
		"Overpayments": "accounting.payments", "Prepayments": "accounting.payments", "BrandingThemes": "accounting.settings",
		"Organisation": "accounting.settings", "Accounts": "accounting.settings", "TaxRates": "accounting.settings"}[resource]
	if family == "" || slices.Contains(scopes, family) {
		return true
	}
	if r.Method != http.MethodGet {
		return false
	}
	return slices.Contains(scopes, family+".read") || (resource == "Items" && slices.ContainsFunc(scopes, func(scope string) bool {
		return strings.HasPrefix(scope, "accounting.settings")
	}))
}
