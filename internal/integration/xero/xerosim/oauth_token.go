package xerosim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

func tokenError(status int, code string) answer {
	return jsonAnswer(status, map[string]string{"error": code}).with("Cache-Control", "no-store")
}

// authenticate finds the client by HTTP Basic or by the fields of the form.
func (s *Server) authenticate(r *http.Request) (*Client, *answer) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	client := s.client(id)
	if client == nil || subtle.ConstantTimeCompare([]byte(client.Secret), []byte(secret)) != 1 {
		out := tokenError(http.StatusBadRequest, "invalid_client")
		return nil, &out
	}
	return client, nil
}

// token exchanges a code, a refresh token or the client's own credentials.
// https://developer.xero.com/documentation/guides/oauth2/auth-flow
func (s *Server) token(r *http.Request) answer {
	if err := r.ParseForm(); err != nil {
		return tokenError(http.StatusBadRequest, "invalid_request")
	}
	client, denied := s.authenticate(r)
	if denied != nil {
		return *denied
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.markDirty()
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		return s.tokenForCode(r, client)
	case "refresh_token":
		return s.tokenForRefresh(r, client)
	case "client_credentials":
		return s.tokenForClient(r, client)
	}
	return tokenError(http.StatusBadRequest, "unsupported_grant_type")
}

func (s *Server) tokenForCode(r *http.Request, client *Client) answer {
	code := r.PostForm.Get("code")
	grant := s.identity.Codes[code]
	delete(s.identity.Codes, code)
	if grant == nil || grant.Client != client.ID || grant.RedirectURI != r.PostForm.Get("redirect_uri") ||
		s.now().Sub(grant.Issued) >= codeLife {
		return tokenError(http.StatusBadRequest, "invalid_grant")
	}
	verifier := r.PostForm.Get("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	if grant.Challenge != "" && base64.RawURLEncoding.EncodeToString(sum[:]) != grant.Challenge {
		return tokenError(http.StatusBadRequest, "invalid_grant")
	}
	if grant.Challenge == "" && verifier != "" {
		return tokenError(http.StatusBadRequest, "invalid_grant")
	}
	return s.issue(r, accessToken{Client: client.ID, Scopes: grant.Scopes, AuthEvent: grant.AuthEvent}, grant.Nonce)
}

// tokenForRefresh rotates: every use gives a new refresh token, and the one just used may be tried again for
// half an hour in case the answer was lost.
func (s *Server) tokenForRefresh(r *http.Request, client *Client) answer {
	token := s.identity.Refresh[r.PostForm.Get("refresh_token")]
	now := s.now()
	switch {
	case token == nil || token.Client != client.ID,
		token.FirstUsed.IsZero() && now.Sub(token.Issued) >= refreshLife,
		!token.FirstUsed.IsZero() && now.Sub(token.FirstUsed) >= refreshGrace:
		return tokenError(http.StatusBadRequest, "invalid_grant")
	}
	if token.FirstUsed.IsZero() {
		token.FirstUsed = now
	}
	return s.issue(r, accessToken{Client: client.ID, Scopes: token.Scopes, AuthEvent: token.AuthEvent}, "")
}

// tokenForClient is a Custom Connection: one organisation, no refresh token.
func (s *Server) tokenForClient(r *http.Request, client *Client) answer {
	if client.Secret == "" {
		return tokenError(http.StatusBadRequest, "unauthorized_client")
	}
	scopes := strings.Fields(r.PostForm.Get("scope"))
	for _, scope := range scopes {
		if !scopeKnown(scope) {
			return tokenError(http.StatusBadRequest, "invalid_scope")
		}
	}
	if len(scopes) == 0 {
		scopes = []string{"accounting.invoices", "accounting.payments", "accounting.contacts", "accounting.settings", "accounting.attachments"}
	}
	tenant := client.Tenant
	if tenant == "" {
		tenant = s.order[0]
	}
	return s.issue(r, accessToken{Client: client.ID, Scopes: scopes, CustomTenant: tenant, AuthEvent: newCorrelation()}, "")
}

// tokenAnswer is what the token endpoint gives; expires_in is in seconds.
type tokenAnswer struct {
	IDToken      string `json:"id_token,omitempty"`
	AccessToken  string `json:"access_token"`
	ExpiresIn    int    `json:"expires_in"`
	TokenType    string `json:"token_type"`
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope"`
}

// issue makes the tokens; s.mu is held.
func (s *Server) issue(r *http.Request, grant accessToken, nonce string) answer {
	now := s.now()
	for old, token := range s.identity.Access {
		if now.Sub(token.Expires) > keepAccessTokens {
			delete(s.identity.Access, old)
		}
	}
	for old, token := range s.identity.Refresh {
		if now.Sub(token.Issued) > 2*refreshLife || (!token.FirstUsed.IsZero() && now.Sub(token.FirstUsed) > keepAccessTokens) {
			delete(s.identity.Refresh, old)
		}
	}
	grant.Expires = now.Add(accessLife)
	out := tokenAnswer{ExpiresIn: int(accessLife.Seconds()), TokenType: "Bearer", Scope: strings.Join(grant.Scopes, " ")}
	claims := map[string]any{"iss": s.issuer(r), "aud": s.issuer(r) + "/resources", "client_id": grant.Client, "sub": userID(),
		"xero_userid": userID(), "nbf": now.Unix(), "iat": now.Unix(), "exp": grant.Expires.Unix(), "jti": randomText(16),
		"authentication_event_id": grant.AuthEvent, "scope": grant.Scopes}
	out.AccessToken = s.signing.secretToken(claims)
	s.identity.Access[out.AccessToken] = &grant
	if grant.CustomTenant == "" && slices.Contains(grant.Scopes, "offline_access") {
		out.RefreshToken = randomText(32)
		s.identity.Refresh[out.RefreshToken] = &refreshToken{Client: grant.Client, AuthEvent: grant.AuthEvent,
			Scopes: grant.Scopes, Issued: now}
	}
	if grant.CustomTenant == "" && slices.Contains(grant.Scopes, "openid") {
		id := map[string]any{"iss": s.issuer(r), "aud": grant.Client, "sub": userID(), "xero_userid": userID(),
			"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(idLife).Unix(), "auth_time": now.Unix()}
		for key, value := range profile() {
			id[key] = value
		}
		if nonce != "" {
			id["nonce"] = nonce
		}
		token, err := s.signing.idToken(id)
		if err != nil {
			return internalError()
		}
		out.IDToken = token
	}
	return jsonAnswer(http.StatusOK, out).with("Cache-Control", "no-store")
}

func userID() string { return stableID("user") }

// profile is the one person who signs in at the simulator.
func profile() map[string]any {
	return map[string]any{"email": "alex@voltway.example", "given_name": "Alex", "family_name": "Nguyen",
		"name": "Alex Nguyen", "preferred_username": "alex@voltway.example"}
}

// revoke forgets a refresh token and with it every connection of the person to the client.
func (s *Server) revoke(r *http.Request) answer {
	if err := r.ParseForm(); err != nil {
		return tokenError(http.StatusBadRequest, "invalid_request")
	}
	client, denied := s.authenticate(r)
	if denied != nil {
		return *denied
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token := s.identity.Refresh[r.PostForm.Get("token")]
	if token == nil || token.Client != client.ID {
		return emptyAnswer(http.StatusOK) // RFC 7009: an unknown token is no error
	}
	s.identity.Connections = slices.DeleteFunc(s.identity.Connections, func(c connection) bool { return c.Client == client.ID })
	for key, kept := range s.identity.Refresh {
		if kept.Client == client.ID {
			delete(s.identity.Refresh, key)
		}
	}
	for key, kept := range s.identity.Access {
		if kept.Client == client.ID && kept.CustomTenant == "" {
			delete(s.identity.Access, key)
		}
	}
	s.markDirty()
	return emptyAnswer(http.StatusOK)
}

func (s *Server) listConnections(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	token, denied := s.bearer(r)
	if denied != nil {
		return *denied
	}
	event, out := r.URL.Query().Get("authEventId"), []connection{}
	if b := s.tenants[token.CustomTenant]; b != nil {
		stamp := b.org.CreatedAt.Format("2006-01-02T15:04:05.0000000")
		return jsonAnswer(http.StatusOK, []connection{{ID: stableID("connection " + token.Client), AuthEventID: token.AuthEvent,
			TenantID: token.CustomTenant, TenantType: "ORGANISATION", TenantName: b.org.Name, CreatedDateUTC: stamp, UpdatedDateUTC: stamp}})
	}
	for _, c := range s.identity.Connections {
		if c.Client == token.Client && (event == "" || c.AuthEventID == event) {
			out = append(out, c)
		}
	}
	return jsonAnswer(http.StatusOK, out)
}

func (s *Server) deleteConnection(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	token, denied := s.bearer(r)
	if denied != nil {
		return *denied
	}
	before := len(s.identity.Connections)
	s.identity.Connections = slices.DeleteFunc(s.identity.Connections, func(c connection) bool {
		return c.Client == token.Client && c.ID == r.PathValue("id")
	})
	if len(s.identity.Connections) == before {
		return notFound()
	}
	s.markDirty()
	return emptyAnswer(http.StatusNoContent)
}

func (s *Server) userInfo(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, denied := s.bearer(r); denied != nil {
		return *denied
	}
	out := profile()
	out["sub"], out["xero_userid"] = userID(), userID()
	return jsonAnswer(http.StatusOK, out)
}
