package xeroapi

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Auth obtains and ends consent. It stores nothing.
// https://developer.xero.com/documentation/guides/oauth2/auth-flow/
type Auth struct{ wire wire }

// NewAuth makes an Auth; a nil http.Client means a plain one.
func NewAuth(config Config, client *http.Client) *Auth {
	return &Auth{wire: newWire(config, client)}
}

// NewVerifier makes a PKCE verifier to keep beside the state until Exchange.
func NewVerifier() string {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails, by its contract
	return base64.RawURLEncoding.EncodeToString(secret)
}

// AuthCodeURL is the page where a person gives consent and picks
// organisations. state comes back with the code; verifier is from NewVerifier.
func (a *Auth) AuthCodeURL(state, verifier string) string {
	config := a.wire.config
	challenge := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"response_type":         {"code"},
		"client_id":             {config.ClientID},
		"redirect_uri":          {config.RedirectURL},
		"scope":                 {strings.Join(config.Scopes, " ")},
		"state":                 {state},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}
	return config.LoginURL + "/identity/connect/authorize?" + query.Encode()
}

// Exchange turns a consent's code, good once and for 5 minutes, into tokens.
// KindReconnect means that the code is over or was used.
func (a *Auth) Exchange(ctx context.Context, code, verifier string) (Token, error) {
	return a.token(ctx, "exchange the code", url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {code},
		"redirect_uri":  {a.wire.config.RedirectURL},
		"code_verifier": {verifier},
	})
}

// Refresh trades the refresh token for a new pair. Each refresh token works
// once, so callers let only one run at a time and store the result before using
// it; when the answer was lost the same token works again for 30 minutes.
// KindReconnect means consent is gone; KindRetry means try the same token later.
func (a *Auth) Refresh(ctx context.Context, refreshToken string) (Token, error) {
	return a.token(ctx, "refresh the token", url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {refreshToken},
	})
}

// ClientCredentials obtains a token of a Custom Connection: one organisation,
// no refresh token, no tenant id.
// https://developer.xero.com/documentation/guides/oauth2/custom-connections/
func (a *Auth) ClientCredentials(ctx context.Context) (Token, error) {
	var scopes []string
	for _, scope := range a.wire.config.Scopes {
		if strings.HasPrefix(scope, "accounting.") {
			scopes = append(scopes, scope)
		}
	}
	return a.token(ctx, "obtain a token for the custom connection", url.Values{
		"grant_type": {"client_credentials"},
		"scope":      {strings.Join(scopes, " ")},
	})
}

// Revoke ends the consent behind the refresh token, and with it all
// connections of the person who gave it. Use DeleteConnection for one.
func (a *Auth) Revoke(ctx context.Context, refreshToken string) error {
	_, err := a.post(ctx, "revoke the consent", "/connect/revocation", url.Values{"token": {refreshToken}})
	return err
}

// tokenAnswer is the token endpoint's answer.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	Scope        string `json:"scope"`      // separated by blanks
}

func (a *Auth) token(ctx context.Context, op string, form url.Values) (Token, error) {
	asked := a.wire.config.Now()
	got, err := a.post(ctx, op, "/connect/token", form)
	if err != nil {
		return Token{}, err
	}
	var body tokenAnswer
	e := exchange{op: op, lost: KindRetry}
	if err := e.decode(got, &body); err != nil {
		return Token{}, err
	}
	if body.AccessToken == "" {
		return Token{}, lostAnswer(e, got, CodeUnreadable, errors.New("the answer holds no access token"))
	}
	token := Token{
		AccessToken: body.AccessToken, RefreshToken: body.RefreshToken,
		AccessExpires: asked.UTC().Add(time.Duration(body.ExpiresIn) * time.Second),
		Scopes:        strings.Fields(body.Scope),
	}
	if token.RefreshToken != "" {
		token.RefreshExpires = asked.UTC().Add(RefreshLife)
	}
	return token, nil
}

func (a *Auth) post(ctx context.Context, op, path string, form url.Values) (answer, error) {
	config := a.wire.config
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if config.ClientSecret == "" {
		form.Set("client_id", config.ClientID)
	} else {
		pair := url.QueryEscape(config.ClientID) + ":" + url.QueryEscape(config.ClientSecret)
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	return a.wire.send(ctx, exchange{
		op: op, method: http.MethodPost, base: config.IdentityURL, path: path, header: header,
		body: []byte(form.Encode()), secret: true, read: readTokenError, lost: KindRetry,
	})
}
