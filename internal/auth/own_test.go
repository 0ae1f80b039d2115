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

// visit uses a session from an address, as a browser does.
func (w *world) visit(token, address string) {
	w.t.Helper()
	out := httptest.NewRecorder()
	w.SetCookie(out, token)
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = address
	r.AddCookie(out.Result().Cookies()[0])
	w.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(httptest.NewRecorder(), r)
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("ann@example.com", auth.Finance)
		w.user("bob@example.com", auth.Owner)
		sign := func(email, agent, address string) string {
			token, err := w.SignIn(t.Context(), auth.Credentials{Email: email, Password: password, UserAgent: agent, Address: address})
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		expired := sign("ann@example.com", "Expired", "")
		w.clock.forward(13 * day)
		phone := sign("ann@example.com", "Phone", "203.0.113.9:4000")
		w.clock.forward(2 * day)
		desk, foreign := sign("ann@example.com", "Desk", "[2001:db8::7]:4000"), sign("bob@example.com", "Bob's", "198.51.100.7:1")
		_, err := w.Identify(t.Context(), expired)
		wantKind(t, err, crm.Unauthenticated)
		ctx := w.with(phone)
		w.clock.forward(time.Hour)
		w.visit(phone, "[::ffff:203.0.113.10]:5000")
		all, err := w.Sessions(ctx)
		if err != nil || len(all) != 2 || !all[0].This || all[1].This || all[0].UserAgent != "Phone" || all[1].UserAgent != "Desk" {
			t.Fatalf("the sessions are %+v, %v", all, err)
		}
		if all[0].Address != "203.0.113.10" || !all[0].SeenAt.Equal(w.clock.now()) || all[1].Address != "2001:db8::7" {
			t.Errorf("they were used at %+v", all)
		}
		me, _ := auth.From(ctx)
		if strings.Contains(me.Session, all[0].ID) {
			t.Errorf("%s tells of the hash %s", all[0].ID, me.Session)
		}
		theirs, err := w.Sessions(w.with(foreign))
		if err != nil || len(theirs) != 1 {
			t.Fatalf("Bob's sessions are %+v, %v", theirs, err)
		}
		for _, id := range []string{all[0].ID, theirs[0].ID, "made up", ""} { // this one, and nobody's or another's
			if err := w.EndSession(ctx, id); err != nil {
				t.Errorf("ending %q: %v", id, err)
			}
		}
		w.with(phone)
		w.with(foreign)
		w.with(desk)
		if err := w.EndSession(ctx, all[1].ID); err != nil {
			t.Fatal(err)
		}
		_, err = w.Identify(t.Context(), desk)
		wantKind(t, err, crm.Unauthenticated)
		another := sign("ann@example.com", "Another", "")
		if err := w.EndOtherSessions(ctx); err != nil {
			t.Fatal(err)
		}
		_, err = w.Identify(t.Context(), another)
		wantKind(t, err, crm.Unauthenticated)
		w.with(phone)
		w.with(foreign)
	})
}

func TestOnlyPeopleHaveTheirOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		_, err := w.Sessions(w.system())
		wantKind(t, err, crm.Forbidden)
		wantKind(t, w.EndSession(w.system(), "x"), crm.Forbidden)
		wantKind(t, w.EndOtherSessions(w.system()), crm.Forbidden)
		wantKind(t, w.Rename(w.system(), "System"), crm.Forbidden)
	})
}

func TestRename(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("ann@example.com", auth.Viewer)
		token, err := w.SignIn(t.Context(), auth.Credentials{Email: "ann@example.com", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"", "   ", "two\nlines", strings.Repeat("x", 300)} {
			wantKind(t, w.Rename(w.with(token), bad), crm.Invalid)
		}
		if err := w.Rename(w.with(token), " Ann Lee "); err != nil {
			t.Fatal(err)
		}
		if me, err := w.Identify(t.Context(), token); err != nil || me.Name != "Ann Lee" {
			t.Errorf("now %+v, %v", me, err)
		}
	})
}
