package resendsim

import (
	"net/http"
	"strings"
)

// Key is an API key of the team. The zero value but for its token has full access.
type Key struct {
	Token       string
	SendingOnly bool   // sending_access: may send and nothing else
	Domain      string // a sending key may be bound to one domain
	Suspended   bool
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

// admit finds the key of a request and refuses what it may not do.
func (s *Server) admit(c *call, sending bool) *problem {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return &problem{http.StatusUnauthorized, "missing_api_key", "Missing API Key"}
	}
	s.mu.Lock()
	key, known := s.keys[token]
	s.mu.Unlock()
	switch {
	case !known:
		return &problem{http.StatusForbidden, "invalid_api_key", "API key is invalid"}
	case key.Suspended:
		return &problem{http.StatusForbidden, "suspended_api_key", "This API key is suspended"}
	case key.SendingOnly && !sending:
		return &problem{http.StatusUnauthorized, "restricted_api_key", "This API key is restricted to only send emails"}
	}
	c.key = key
	return nil
}
