package claudesim

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
)

// Key is an API key. Keys of one account share limits, the prompt cache and thinking blocks.
type Key struct {
	Token    string
	Account  string // default: acc-demo
	Disabled bool
}

func (k Key) account() string {
	if k.Account == "" {
		return "acc-demo"
	}
	return k.Account
}

// organization is how answers name the account.
func (k Key) organization() string {
	sum := sha256.Sum256([]byte(k.account()))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// SetKey adds a key or replaces the one with its token.
func (s *Server) SetKey(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[key.Token] = key
}

// RevokeKey makes a key unknown.
func (s *Server) RevokeKey(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, token)
}

// Versions of the API that are spoken. The newer one knows no sampling fields any more.
// https://platform.claude.com/docs/en/api/migration-2026-10-21
const (
	versionOld = "2023-06-01"
	versionNew = "2026-10-21"
)

// admit finds the key of a request and looks at its version.
func (s *Server) admit(c *call) *problem {
	unauthenticated := func(message string) *problem {
		return &problem{status: http.StatusUnauthorized, kind: "authentication_error", message: message}
	}
	token := c.r.Header.Get("X-Api-Key")
	if scheme, bearer, _ := strings.Cut(c.r.Header.Get("Authorization"), " "); token == "" && strings.EqualFold(scheme, "Bearer") {
		token = bearer // the client libraries of the newer version send it so
	}
	if token == "" {
		return unauthenticated("x-api-key header is required")
	}
	s.mu.Lock()
	key, known := s.keys[token]
	s.mu.Unlock()
	if !known {
		return unauthenticated("invalid x-api-key")
	}
	c.key = key
	if key.Disabled {
		return &problem{status: http.StatusForbidden, kind: "permission_error", message: "This API key has been disabled"}
	}
	switch version := c.r.Header.Get("Anthropic-Version"); version {
	case versionOld, versionNew:
		return nil
	case "":
		return at("anthropic-version", "header is required")
	default:
		return at("anthropic-version", fmt.Sprintf("%q is not a valid version", version))
	}
}
