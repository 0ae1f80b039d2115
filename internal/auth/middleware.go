package auth

import (
	"context"
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

const (
	cookieName = "renoz_session"
	apiPath    = "/api/"
)

// Middleware puts who acts in the context of the request: from the bearer token
// for addresses below /api/, from the session cookie for all others. It refuses
// nobody; SignedIn and Require tell those behind it why nobody acts.
func (s *Service) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if strings.HasPrefix(r.URL.Path, apiPath) {
			ctx = s.withBearer(ctx, r)
		} else if token := s.SessionToken(r); token != "" {
			ctx = within(ctx)(s.identify(ctx, token, r.RemoteAddr))
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (s *Service) withBearer(ctx context.Context, r *http.Request) context.Context {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return without(ctx, crm.Errorf(crm.Unauthenticated, "Send an API token in the header: Authorization: Bearer rnz_…"))
	}
	return within(ctx)(s.IdentifyBearer(ctx, strings.TrimSpace(token)))
}

func within(ctx context.Context) func(Identity, error) context.Context {
	return func(identity Identity, err error) context.Context {
		if err != nil {
			return without(ctx, err)
		}
		return With(ctx, identity)
	}
}

// SessionToken is the session's token in the request's cookie, or "".
func (s *Service) SessionToken(r *http.Request) string {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SetCookie gives the browser a session's token. The cookie lives as long as a
// session can; when it really ends is kept with the session.
func (s *Service) SetCookie(w http.ResponseWriter, sessionToken string) {
	http.SetCookie(w, s.cookie(sessionToken, int(sessionLife.Seconds())))
}

// ClearCookie takes the session's token from the browser.
func (s *Service) ClearCookie(w http.ResponseWriter) { http.SetCookie(w, s.cookie("", -1)) }

// cookieName has the prefix that makes browsers refuse the cookie from
// subdomains and without https, see
// https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
func (s *Service) cookieName() string {
	if s.secure {
		return "__Host-" + cookieName
	}
	return cookieName
}

func (s *Service) cookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
}
