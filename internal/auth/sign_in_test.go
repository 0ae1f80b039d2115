package auth_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

const day = 24 * time.Hour

func TestSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.user("ann@example.com", auth.Finance)
		token, err := w.SignIn(t.Context(), auth.Credentials{Email: " Ann@Example.com ", Password: password, Address: "192.0.2.1:5555", UserAgent: "Firefox"})
		if err != nil {
			t.Fatal(err)
		}
		me, err := w.Identify(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if me.User != id || me.Org != w.org || me.OrgName != "Volt Supply" || me.Role != auth.Finance || me.Email != "ann@example.com" || me.Session == "" || me.Session == token {
			t.Errorf("identified %+v", me)
		}
		for _, bad := range []auth.Credentials{
			{Email: "ann@example.com", Password: "wrong horse battery"},
			{Email: "ann@example.com"},
			{Email: "nobody@example.com", Password: password},
			{Email: "not an address", Password: password},
			{},
		} {
			_, err := w.SignIn(t.Context(), bad)
			wantKind(t, err, crm.Unauthenticated)
		}
		_, err = w.Identify(t.Context(), "made up")
		wantKind(t, err, crm.Unauthenticated)
	})
}

func TestSignInReplacesTheSession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("ann@example.com", auth.Finance)
		c := auth.Credentials{Email: "ann@example.com", Password: password}
		first, err := w.SignIn(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		c.Replaces = first
		second, err := w.SignIn(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Identify(t.Context(), first)
		wantKind(t, err, crm.Unauthenticated)
		w.with(second)
	})
}

func TestSessionLife(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("ann@example.com", auth.Finance)
		sign := func() string {
			token, err := w.SignIn(t.Context(), auth.Credentials{Email: "ann@example.com", Password: password})
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		unused, used := sign(), sign()
		for range 4 {
			w.clock.forward(13 * day)
			w.with(used)
		}
		_, err := w.Identify(t.Context(), unused)
		wantKind(t, err, crm.Unauthenticated)
		w.clock.forward(7 * day)
		w.with(used) // 59 days
		w.clock.forward(day)
		_, err = w.Identify(t.Context(), used)
		wantKind(t, err, crm.Unauthenticated)
		if err := w.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("ann@example.com", auth.Finance)
		one, other := w.as("ann@example.com"), w.as("ann@example.com")
		if err := w.SignOut(one); err != nil {
			t.Fatal(err)
		}
		me, _ := auth.From(other)
		if _, err := w.store.SessionByHash(t.Context(), me.Session); err != nil {
			t.Fatalf("the other session ended: %v", err)
		}
		if err := w.SignOutEverywhere(other); err != nil {
			t.Fatal(err)
		}
		_, err := w.store.SessionByHash(t.Context(), me.Session)
		wantKind(t, err, crm.NotFound)
		if err := w.SignOut(t.Context()); err != nil {
			t.Errorf("signing out without a session: %v", err)
		}
		wantKind(t, w.SignOutEverywhere(w.system()), crm.Forbidden)
	})
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	for name, guess := range map[string]func(i int) auth.Credentials{
		"one person from many networks": func(i int) auth.Credentials {
			return auth.Credentials{Email: "ann@example.com", Password: "wrong", Address: fmt.Sprintf("192.0.2.%d", i)}
		},
		"many persons from one network": func(i int) auth.Credentials {
			return auth.Credentials{Email: fmt.Sprintf("p%d@example.com", i), Password: "wrong", Address: fmt.Sprintf("[2001:db8::%x]:443", i+1)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				w.user("ann@example.com", auth.Finance)
				for i := range 10 {
					_, err := w.SignIn(t.Context(), guess(i))
					wantKind(t, err, crm.Unauthenticated)
				}
				right := auth.Credentials{Email: "ann@example.com", Password: password, Address: "2001:db8::9999"}
				_, err := w.SignIn(t.Context(), right)
				wantKind(t, err, crm.TooMany)
				if until, ok := auth.RetryAt(err); !ok || !until.Equal(w.clock.now().Add(15*time.Minute)) {
					t.Errorf("retry at %v, %t", until, ok)
				}
				w.clock.forward(15 * time.Minute)
				if _, err := w.SignIn(t.Context(), right); err != nil {
					t.Errorf("after the window: %v", err)
				}
			})
		})
	}
}

func TestThrottleForgivesThePerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("ann@example.com", auth.Finance)
		for range 3 {
			for range 9 {
				_, err := w.SignIn(t.Context(), auth.Credentials{Email: "ann@example.com", Password: "wrong"})
				wantKind(t, err, crm.Unauthenticated)
			}
			w.as("ann@example.com")
		}
	})
}

func TestOwnAccountDoesNotFreeTheNetwork(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("mallory@example.com", auth.Viewer)
		last := error(nil)
		for i := range 11 {
			_, last = w.SignIn(t.Context(), auth.Credentials{Email: fmt.Sprintf("p%d@example.com", i), Password: "wrong", Address: "192.0.2.1"})
			if i < 5 {
				if _, err := w.SignIn(t.Context(), auth.Credentials{Email: "mallory@example.com", Password: password, Address: "192.0.2.1"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		wantKind(t, last, crm.TooMany)
	})
}

func TestGuessesAtTheSameTimeCount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("ann@example.com", auth.Finance)
		kinds := make([]crm.Kind, 20)
		var all sync.WaitGroup
		for i := range kinds {
			all.Go(func() {
				_, err := w.SignIn(t.Context(), auth.Credentials{Email: "ann@example.com", Password: "wrong"})
				kinds[i] = crm.KindOf(err)
			})
		}
		all.Wait()
		looked := 0
		for _, kind := range kinds {
			if kind == crm.Unauthenticated {
				looked++
			} else if kind != crm.TooMany {
				t.Errorf("kind %s", kind)
			}
		}
		if looked != 10 {
			t.Errorf("%d passwords were compared, want 10", looked)
		}
	})
}
