package xerosim

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"sync"
)

// signing makes JSON Web Tokens. Id tokens carry RS256 signatures, which client libraries check against the
// key set; the RSA key is made when it is first needed, because most tests never need it.
type signing struct {
	once   sync.Once
	key    *rsa.PrivateKey
	err    error
	secret []byte
}

const keyID = "xerosim-1"

func (g *signing) rsaKey() (*rsa.PrivateKey, error) {
	g.once.Do(func() { g.key, g.err = rsa.GenerateKey(rand.Reader, 2048) })
	return g.key, g.err
}

func unsigned(algorithm string, claims map[string]any) string {
	encode := func(value any) string {
		raw, _ := json.Marshal(value) // maps of plain values always encode
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	return encode(map[string]string{"alg": algorithm, "typ": "JWT", "kid": keyID}) + "." + encode(claims)
}

// secretToken signs access tokens; only the simulator reads them.
func (g *signing) secretToken(claims map[string]any) string {
	if g.secret == nil {
		g.secret = []byte(randomText(32))
	}
	text := unsigned("HS256", claims)
	mac := hmac.New(sha256.New, g.secret)
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (g *signing) idToken(claims map[string]any) (string, error) {
	key, err := g.rsaKey()
	if err != nil {
		return "", fmt.Errorf("make the signing key: %w", err)
	}
	text := unsigned("RS256", claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign the id token: %w", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func (s *Server) issuer(r *http.Request) string { return s.base(r) }

func (s *Server) discovery(r *http.Request) answer {
	base := s.base(r)
	return jsonAnswer(http.StatusOK, map[string]any{
		"issuer": s.issuer(r), "jwks_uri": base + "/.well-known/openid-configuration/jwks",
		"authorization_endpoint": base + "/identity/connect/authorize", "token_endpoint": base + "/connect/token",
		"userinfo_endpoint": base + "/connect/userinfo", "revocation_endpoint": base + "/connect/revocation",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
		"grant_types_supported":                 []string{"authorization_code", "refresh_token", "client_credentials"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	})
}

func (s *Server) keySet(*http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, err := s.signing.rsaKey()
	if err != nil {
		return internalError()
	}
	encode := base64.RawURLEncoding.EncodeToString
	return jsonAnswer(http.StatusOK, map[string]any{"keys": []any{map[string]string{"kty": "RSA", "use": "sig", "alg": "RS256",
		"kid": keyID, "n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes())}}})
}
