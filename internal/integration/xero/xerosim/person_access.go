package xerosim

import "slices"

// DisconnectApp ends a client's access to an organisation, as a person does among the connected apps. No
// webhook tells of it: calls are refused from then on.
func (s *Server) DisconnectApp(client, tenant string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identity.Connections = slices.DeleteFunc(s.identity.Connections, func(c connection) bool { return c.Client == client && c.TenantID == tenant })
	s.markDirty()
}

// TakeScope takes a scope from all that a client was granted, so that calls which need it are refused.
func (s *Server) TakeScope(client, scope string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	without := func(scopes []string) []string {
		return slices.DeleteFunc(slices.Clone(scopes), func(held string) bool { return held == scope })
	}
	for _, token := range s.identity.Access {
		if token.Client == client {
			token.Scopes = without(token.Scopes)
		}
	}
	for _, token := range s.identity.Refresh {
		if token.Client == client {
			token.Scopes = without(token.Scopes)
		}
	}
	s.markDirty()
}

// ForgetTokens makes everything worthless that a client was granted, as revoking does.
func (s *Server) ForgetTokens(client string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for text, token := range s.identity.Access {
		if token.Client == client {
			delete(s.identity.Access, text)
		}
	}
	for text, token := range s.identity.Refresh {
		if token.Client == client {
			delete(s.identity.Refresh, text)
		}
	}
	s.markDirty()
}
