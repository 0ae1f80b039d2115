package accountpages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/accountpages"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	r := w.stranger()
	a := r.get("/users?q=ana")
	a.want(t, http.StatusOK, "Sign in", `name="back" value="/users?q=ana"`, `autocomplete="current-password"`, `autocomplete="username"`)
	a.at(t, "/sign-in?back="+url.QueryEscape("/users?q=ana"))
	r.post("/sign-in", "back", "/users?q=ana").want(t, http.StatusUnprocessableEntity, "Enter your e-mail address.", "Enter your password.")
	a = r.post("/sign-in", "email", mail("Ana"), "password", "not this one", "back", "/users?q=ana")
	a.want(t, http.StatusUnprocessableEntity, "is not right", `value="/users?q=ana"`, mail("Ana"))
	a.lacks(t, "not this one")
	a = r.post("/sign-in", "email", " ANA@volt.example ", "password", password, "back", "/users?q=ana")
	a.want(t, http.StatusOK, "Ana Lee")
	a.at(t, "/users?q=ana")
	r.get("/sign-in?back=/account").at(t, "/account")
	r.post("/sign-out").want(t, http.StatusOK, "Signed out", "Sign in")
	r.get("/account").at(t, "/sign-in?back=%2Faccount")
	r.post("/sign-out").at(t, "/sign-in?done=signed-out")
}

func TestBackStaysHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	for _, back := range []string{"", "https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)", "/sign-in?back=/sign-in", "/sign-out", "users"} {
		r := w.stranger()
		r.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		a := r.post("/sign-in", "email", mail("Ana"), "password", password, "back", back)
		if to := a.Header.Get("Location"); a.Status != http.StatusSeeOther || (to != "/" && to != "/%5Cevil.example") {
			t.Errorf("back %q leads to %d %q", back, a.Status, to)
		}
	}
}

func TestTooManySignIns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	r := w.stranger()
	for range 10 {
		r.post("/sign-in", "email", mail("Ana"), "password", "a wrong password").want(t, http.StatusUnprocessableEntity)
	}
	a := r.post("/sign-in", "email", mail("Ana"), "password", password)
	a.want(t, http.StatusTooManyRequests, "Try again in 15 minutes.")
	if s, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || s < 600 || s > 900 {
		t.Errorf("Retry-After is %q", a.Header.Get("Retry-After"))
	}
	w.ahead.Store(int64(16 * time.Minute))
	r.post("/sign-in", "email", mail("Ana"), "password", password).at(t, "/")
}

func TestDisabledCannotSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	ben := w.user("Ben Ito", auth.Sales)
	if err := w.auth.DisableUser(w.in(w.org), ben); err != nil {
		t.Fatal(err)
	}
	w.stranger().post("/sign-in", "email", mail("Ben"), "password", password).want(t, http.StatusForbidden, "This account is disabled.")
}

func TestHints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *accountpages.Config) {
		c.Hints = []accountpages.Hint{{Name: "Ana Lee", Email: mail("Ana"), Password: password, Role: "Owner"}}
	})
	w.stranger().get("/sign-in").want(t, http.StatusOK, "Demonstration accounts", "Ana Lee", password)
	newWorld(t).stranger().get("/sign-in").lacks(t, "Demonstration accounts", password)
}

func TestPlaintextWarning(t *testing.T) {
	t.Parallel()
	const words = "This connection is not encrypted"
	for host, warned := range map[string]bool{"127.0.0.1:8080": false, "localhost": false, "[::1]:8080": false, "renoz.example": true, "10.0.0.8:8080": true} {
		for _, secure := range []bool{false, true} {
			w := newWorld(t, func(c *accountpages.Config) { c.Secure = secure })
			r := w.stranger()
			req := httptest.NewRequest(http.MethodGet, w.url+"/sign-in", nil)
			req.Host, req.RequestURI = host, ""
			a := r.read(r.client.Do(req))
			if warned && !secure {
				a.want(t, http.StatusOK, words)
			} else {
				a.lacks(t, words)
			}
		}
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	r, elsewhere := w.as("Ana"), w.as("Ana")
	a := r.get("/account")
	a.want(t, http.StatusOK, "Ana Lee", "Volt Supply", "Owner")
	a.lacks(t, "You work in several")
	for _, test := range []struct{ current, password, repeat, want string }{
		{"", "another good one", "another good one", "Enter your present password."},
		{"not this one", "another good one", "another good one", "This is not your password."},
		{password, "short", "short", "Use at least 10 characters"},
		{password, "another good one", "another goed one", "This differs from the new password."},
	} {
		r.post("/account/password", "current", test.current, "password", test.password, "repeat", test.repeat).want(t, http.StatusUnprocessableEntity, test.want)
	}
	a = r.post("/account/password", "current", password, "password", "another good one", "repeat", "another good one")
	a.want(t, http.StatusOK, "Password changed")
	elsewhere.get("/account").at(t, "/sign-in?back=%2Faccount")
	a = r.post("/account/sign-out")
	a.want(t, http.StatusOK, "Signed out everywhere")
	r.get("/account").at(t, "/sign-in?back=%2Faccount")
}

func TestOwnName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Viewer)
	r := w.as("Ana")
	a := r.post("/account/name", "name", " ")
	a.want(t, http.StatusUnprocessableEntity, "Enter the person&#39;s name.")
	a = r.post("/account/name", "name", "Ana <Lee> Wu")
	a.want(t, http.StatusOK, "Name changed", "Ana &lt;Lee&gt; Wu")
	a.at(t, "/account?done=name-changed")
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Viewer)
	w.user("Ben Ito", auth.Owner)
	signed := func(agent string) reader {
		r := w.stranger()
		r.client.Transport = as{agent}
		r.post("/sign-in", "email", mail("Ana"), "password", password).want(t, http.StatusOK)
		return r
	}
	here, phone, library, ben := signed("Firefox/143.0 (Windows)"), signed("iPhone Safari/604.1"), signed("Chrome/140 Linux"), w.as("Ben")
	a := here.get("/account")
	a.want(t, http.StatusOK, "Firefox on Windows", "Safari on iPhone", "Chrome on Linux", "127.0.0.1", "This one", "Sign out all others")
	ben.get("/account").lacks(t, "iPhone", "Sign out all others")
	ids := regexp.MustCompile(`name="session" value="([0-9a-f]{16})"`).FindAllStringSubmatch(a.Body, -1)
	if len(ids) != 2 {
		t.Fatalf("%d sessions can be ended", len(ids))
	}
	ben.post("/account/sessions/end", "session", ids[0][1]).want(t, http.StatusOK)
	for _, r := range []reader{phone, library} {
		r.get("/account").at(t, "/account")
	}
	here.post("/account/sessions/end", "session", ids[0][1]).want(t, http.StatusOK, "Signed out there") // used last: the library
	library.get("/account").at(t, "/sign-in?back=%2Faccount")
	phone.get("/account").at(t, "/account")
	a = here.post("/account/sessions/end", "others", "1")
	a.want(t, http.StatusOK, "Signed out elsewhere", "Firefox on Windows")
	a.lacks(t, "iPhone", "Sign out all others")
	phone.get("/account").at(t, "/sign-in?back=%2Faccount")
	ben.get("/account").at(t, "/account")
}

// as is a browser with a name.
type as struct{ agent string }

func (a as) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", a.agent)
	return http.DefaultTransport.RoundTrip(r)
}

func TestSwitchOrganisation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	other, foreign := w.organisation("Amp Works"), w.organisation("Strangers")
	if _, err := w.auth.CreateUser(w.in(other), auth.NewUser{Email: mail("Ana"), Role: auth.Sales}); err != nil {
		t.Fatal(err)
	}
	r := w.as("Ana")
	r.get("/account").want(t, http.StatusOK, "Amp Works", "You work in several")
	r.post("/account/organisation", "organisation", foreign.String()).want(t, http.StatusNotFound, "You do not belong")
	r.post("/account/organisation", "organisation", "x").want(t, http.StatusUnprocessableEntity)
	r.post("/account/organisation", "organisation", other.String()).want(t, http.StatusOK, "You see the records of Amp Works now.")
	r.get("/users").want(t, http.StatusForbidden)
}

func TestAllow(t *testing.T) {
	t.Parallel()
	sales := auth.Identity{Org: crm.NewID[crm.Organisation](), User: crm.NewID[crm.User](), Role: auth.Sales}
	for _, test := range []struct {
		who        *auth.Identity
		permission string
		want       crm.Kind
	}{
		{nil, "signed-in", crm.Unauthenticated}, {nil, "users.view", crm.Unauthenticated},
		{&sales, "signed-in", ""}, {&sales, "orders.edit", ""}, {&sales, "users.view", crm.Forbidden}, {&sales, "nonsense", crm.Forbidden},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if test.who != nil {
			r = r.WithContext(auth.With(r.Context(), *test.who))
		}
		err := accountpages.Allow(r, test.permission)
		if (err == nil) != (test.want == "") || (err != nil && crm.KindOf(err) != test.want) {
			t.Errorf("%v for %s: %v", test.who, test.permission, err)
		}
	}
}
