package auth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("owner@example.com", auth.Owner)
		w.user("admin@example.com", auth.Admin)
		ctx := w.as("admin@example.com")
		expires := w.clock.now().Add(time.Hour)
		text, made, err := w.CreateToken(ctx, auth.NewToken{Name: "shop", Role: auth.Sales, ExpiresAt: &expires})
		if err != nil {
			t.Fatal(err)
		}
		if len(text) != 47 || !strings.HasPrefix(text, "rnz_") || made.Hint != text[:8] {
			t.Errorf("made %q", made.Hint)
		}
		me, err := w.IdentifyBearer(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		if me.Token != made.ID || me.Org != w.org || me.OrgName != "Volt Supply" || me.Role != auth.Sales || me.Actor() != "token shop" {
			t.Errorf("identified %+v", me)
		}
		w.clock.forward(time.Hour)
		_, err = w.IdentifyBearer(t.Context(), text)
		wantKind(t, err, crm.Unauthenticated)

		for _, unknown := range []string{"", "rnz_", "rnz_" + strings.Repeat("a", 43), text + "x", strings.Repeat("!", 47)} {
			_, err = w.IdentifyBearer(t.Context(), unknown)
			wantKind(t, err, crm.Unauthenticated)
		}
		_, _, err = w.CreateToken(ctx, auth.NewToken{Name: "all", Role: auth.Owner})
		wantKind(t, err, crm.Forbidden)
		_, _, err = w.CreateToken(ctx, auth.NewToken{Name: "", Role: auth.Sales})
		wantKind(t, err, crm.Invalid)
		_, _, err = w.CreateToken(auth.With(t.Context(), me), auth.NewToken{Name: "more", Role: auth.Sales})
		wantKind(t, err, crm.Forbidden)
	})
}

func TestRevokeToken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		text, made, err := w.CreateToken(w.system(), auth.NewToken{Name: "shop", Role: auth.Owner})
		if err != nil {
			t.Fatal(err)
		}
		other := auth.With(t.Context(), auth.System(w.organisation("Other"), "command line"))
		wantKind(t, w.RevokeToken(other, made.ID), crm.NotFound)
		for range 2 {
			if err := w.RevokeToken(w.system(), made.ID); err != nil {
				t.Fatal(err)
			}
			w.clock.forward(time.Minute)
		}
		_, err = w.IdentifyBearer(t.Context(), text)
		wantKind(t, err, crm.Unauthenticated)
		all, err := w.Tokens(w.system())
		if err != nil || len(all) != 1 || all[0].RevokedAt == nil || w.clock.now().Sub(*all[0].RevokedAt) != 2*time.Minute {
			t.Errorf("%+v, %v", all, err)
		}
		if all, err := w.Tokens(other); err != nil || len(all) != 0 {
			t.Errorf("another organisation sees %v, %v", all, err)
		}
	})
}

func TestTokenUseIsNotedByTheMinute(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		text, _, err := w.CreateToken(w.system(), auth.NewToken{Name: "shop", Role: auth.Viewer})
		if err != nil {
			t.Fatal(err)
		}
		start := w.clock.now()
		for _, want := range []time.Duration{0, 0, 60 * time.Second} {
			if _, err := w.IdentifyBearer(t.Context(), text); err != nil {
				t.Fatal(err)
			}
			all, err := w.Tokens(w.system())
			if err != nil || all[0].LastUsedAt == nil || all[0].LastUsedAt.Sub(start) != want {
				t.Fatalf("want %s, got %+v, %v", want, all, err)
			}
			w.clock.forward(30 * time.Second)
		}
	})
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("ann@example.com", auth.Sales)
		session, err := w.SignIn(t.Context(), auth.Credentials{Email: "ann@example.com", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := w.CreateToken(w.system(), auth.NewToken{Name: "shop", Role: auth.Viewer})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ name, path, cookie, header, want string }{
			{"page with session", "/customers", session, "", "Person ann@example.com"},
			{"page with ended session", "/customers", "gone", "", "Your session ended. Sign in to go on."},
			{"page with token", "/customers", "", "Bearer " + token, "Sign in to go on."},
			{"page alone", "/apiary", "", "", "Sign in to go on."},
			{"api with token", "/api/v1/customers", "", "bearer " + token, "token shop"},
			{"api with session", "/api/v1/customers", session, "", "Send an API token in the header: Authorization: Bearer rnz_…"},
			{"api with session and bad token", "/api/v1/customers", session, "Bearer rnz_x", "This is not an API token; one looks like rnz_ and 43 letters and digits."},
		} {
			r := httptest.NewRequest(http.MethodGet, c.path, nil)
			if c.cookie != "" {
				r.AddCookie(&http.Cookie{Name: "__Host-renoz_session", Value: c.cookie})
			}
			if c.header != "" {
				r.Header.Set("Authorization", c.header)
			}
			got := ""
			w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if me, err := auth.SignedIn(r.Context()); err != nil {
					got = err.Error()
				} else {
					got = me.Actor()
				}
			})).ServeHTTP(httptest.NewRecorder(), r)
			if got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
	})
}

func TestCookie(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://renoz.example.com": "__Host-renoz_session=secret; Path=/; Max-Age=5184000; HttpOnly; Secure; SameSite=Lax",
		"http://127.0.0.1:8080":     "renoz_session=secret; Path=/; Max-Age=5184000; HttpOnly; SameSite=Lax",
	} {
		s, err := auth.New(auth.Config{Store: noStore{}, PublicURL: url})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		s.SetCookie(w, "secret")
		if got := w.Header().Get("Set-Cookie"); got != want {
			t.Errorf("%s: %s", url, got)
		}
	}
}

// noStore is for tests that never reach the store.
type noStore struct{ auth.Store }
