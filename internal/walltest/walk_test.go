package walltest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/web"
)

// request is one that a browser or a program sends.
type request struct {
	method, path, body string
	header             http.Header
	cookie             *http.Cookie
	token              string
}

func (w *world) send(q request) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), q.method, w.own(q), strings.NewReader(q.body))
	for name, values := range q.header {
		r.Header[name] = values
	}
	if r.Header.Get("Content-Type") == "" && q.body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if q.cookie != nil {
		r.AddCookie(q.cookie)
	}
	if q.token != "" {
		r.Header.Set("Authorization", "Bearer "+q.token)
	}
	out := httptest.NewRecorder()
	w.site.ServeHTTP(out, r)
	return out
}

// own is the address of a request, with the conversation of whoever asks in place
// of the owner's, where they have one.
func (w *world) own(q request) string {
	who := q.token
	if q.cookie != nil {
		who = q.cookie.Value
	}
	path := q.path
	if own, talks := w.talks[who]; talks {
		path = strings.NewReplacer(w.values["conversations/{id}"], own, w.values["assistant/{id}"], own).Replace(path)
	}
	return path
}

// open are the addresses that ask for no sign-in, and nothing else is.
func open() []string {
	return []string{
		"GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /api/v1/openapi.json",
		"GET /embed/xero", "GET /embed/mail", // need a link that was sealed; see card_test.go
		"GET /unsubscribe/{token}", "POST /unsubscribe/{token}", // likewise; see optout_test.go
		"GET /subscribe/{token}", "POST /subscribe/{token}",
		"POST /webhooks/xero", "POST /webhooks/resend", "GET /metrics", "GET /healthz", "GET /readyz",
	}
}

func name(r web.Route) string { return strings.TrimSpace(r.Method + " " + r.Pattern) }

// TestNothingElseIsOpen compares what asks for no sign-in with the list.
func TestNothingElseIsOpen(t *testing.T) {
	w := newWorld(t, "")
	found := slices.Clone(w.site.Open)
	for _, r := range w.site.Routes {
		if r.Permission == "" {
			t.Errorf("%s has no permission", name(r))
		}
		if r.Permission == web.Public {
			found = append(found, name(r))
		}
		known(t, name(r), auth.Permission(r.Permission))
	}
	for _, o := range w.site.Operations {
		if o.Permission == web.Public {
			found = append(found, o.Method+" "+o.Path)
		}
		known(t, o.Method+" "+o.Path, o.Permission)
	}
	want := open()
	slices.Sort(found)
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Errorf("open without sign-in are\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
}

// known fails for a permission that nobody has.
func known(t *testing.T, what string, p auth.Permission) {
	t.Helper()
	if p != web.Public && p != web.SignedIn && len(auth.Holders(p)) == 0 {
		t.Errorf("%s asks for %q, which no role has", what, p)
	}
}

// may is the one expectation: it follows from the table of rights.
func may(role auth.Role, p string) bool {
	return p == web.Public || p == web.SignedIn || auth.Can(role, auth.Permission(p))
}

// everybodys holds for River's pages, which know no organisations: where there
// are two, as in these tests, nobody may see them.
func everybodys(r web.Route) bool { return r.Permission == string(auth.JobsView) }

// method is that of a route; one that takes all is asked with GET.
func method(r web.Route) string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

// toSignIn reports whether an answer leads to the sign-in page, with a way back.
func toSignIn(a *httptest.ResponseRecorder) bool {
	u, err := url.Parse(a.Header().Get("Location"))
	return err == nil && a.Code == http.StatusSeeOther && u.Path == "/sign-in" && u.Query().Get("back") != ""
}

// TestPagesAsNobody wants the sign-in page in place of every other.
func TestPagesAsNobody(t *testing.T) {
	engines(t, func(w *world) {
		ended := &http.Cookie{Name: w.cookies[w.first][auth.Owner].Name, Value: "rnzs_ended"}
		before := w.kept()
		for _, r := range w.site.Routes {
			if r.Permission == web.Public {
				continue
			}
			for _, cookie := range []*http.Cookie{nil, ended} {
				q := request{method: method(r), path: w.address(r.Pattern), cookie: cookie}
				if a := w.send(q); !toSignIn(a) || len(a.Body.String()) > 200 {
					w.Errorf("%s answers nobody with %d, Location %q, and %d bytes", name(r), a.Code, a.Header().Get("Location"), a.Body.Len())
				}
				q.header = http.Header{"Hx-Request": {"true"}}
				if a := w.send(q); a.Code != http.StatusNoContent || !strings.HasPrefix(a.Header().Get("HX-Redirect"), "/sign-in?") {
					w.Errorf("%s answers nobody's htmx with %d, HX-Redirect %q", name(r), a.Code, a.Header().Get("HX-Redirect"))
				}
				w.token(r)
			}
		}
		w.unchanged(before)
	})
}

// token wants pages to take no API token.
func (w *world) token(r web.Route) {
	w.Helper()
	a := w.send(request{method: method(r), path: w.address(r.Pattern), token: w.tokens[w.first][auth.Owner]})
	if !toSignIn(a) {
		w.Errorf("%s answers an API token with %d", name(r), a.Code)
	}
}

func (w *world) unchanged(before string) {
	w.Helper()
	if after := w.kept(); after != before {
		w.Errorf("the records changed from\n%s\nto\n%s", before, after)
	}
}

// TestPagesAsEveryRole wants 403 exactly where the role lacks the permission.
// What changes something runs on a copy of the database that is thrown away.
func TestPagesAsEveryRole(t *testing.T) {
	engines(t, func(w *world) {
		before := w.kept()
		for _, role := range auth.Roles() {
			for _, r := range w.site.Routes {
				allowed := may(role, r.Permission) && !everybodys(r)
				if allowed && method(r) != http.MethodGet {
					continue // see TestStepsAsEveryRole
				}
				a := w.send(request{method: method(r), path: w.address(r.Pattern), cookie: w.cookies[w.first][role]})
				switch {
				case !allowed && (a.Code != http.StatusForbidden || leaks(a, w.values) != ""):
					w.Errorf("%s answers %s with %d and %q, want 403", name(r), role, a.Code, leaks(a, w.values))
				case allowed && !passed(a):
					w.Errorf("%s answers %s with %d: %.200s", name(r), role, a.Code, a.Body)
				}
			}
		}
		w.unchanged(before)
	})
}

// passed holds for an answer to somebody who may: a page, a way on, or a
// reason why the record cannot be changed now.
func passed(a *httptest.ResponseRecorder) bool {
	switch a.Code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
		return false
	}
	return a.Code < http.StatusInternalServerError && !toSignIn(a)
}

// leaks is what of the first organisation's records stands in an answer. The
// reader's own name and the address asked for are not counted.
func leaks(a *httptest.ResponseRecorder, values map[string]string) string {
	body := a.Body.String()
	for _, word := range []string{quokka + " Solar", quokka + " battery", quokka + " PO", quokka + " Street", quokka + " New", quokka + " shop", "QUOKKA-"} {
		if strings.Contains(body, word) {
			return word
		}
	}
	for parameter, value := range values {
		if len(value) == 36 && strings.Contains(body, value) {
			return parameter
		}
	}
	return ""
}

// TestStepsAsEveryRole does every step as every role that may, each on a copy
// of the database: the right of the route has to be enough.
func TestStepsAsEveryRole(t *testing.T) {
	w := newWorld(t, "")
	w.check(w.close())
	for _, r := range w.site.Routes {
		if method(r) == http.MethodGet {
			continue
		}
		for _, role := range auth.Roles() {
			if !may(role, r.Permission) {
				continue
			}
			t.Run(string(role)+" "+name(r), func(t *testing.T) {
				t.Parallel()
				c := w.copied(t)
				a := c.send(request{method: r.Method, path: c.address(r.Pattern), body: c.forms()[name(r)].Encode(), cookie: c.cookies[c.first][role]})
				if !passed(a) && name(r) != "POST /sign-out" {
					t.Errorf("answered %d, Location %q: %.300s", a.Code, a.Header().Get("Location"), a.Body)
				}
			})
		}
	}
}

// forms are what steps need to get further than their fields.
func (w *world) forms() map[string]url.Values {
	return map[string]url.Values{
		"POST /customers/new":                               {"name": {"Bilby Farms"}},
		"POST /customers/{id}/edit":                         {"name": {"Bilby Farms"}, "version": {"1"}},
		"POST /products/new":                                {"sku": {"BILBY-1"}, "name": {"Bilby board"}, "price": {"12.50"}, "tax_class": {"gst"}},
		"POST /invoices/{id}/payments/new":                  {"amount": {"1.00"}, "paid_on": {"01/07/2026"}, "method": {"Cash"}},
		"POST /invoices/{id}/amend":                         {"reference": {"Bilby"}, "due_on": {"31/12/2030"}, "version": {"1"}},
		"POST /credit-notes/new":                            {"invoice": {w.values["invoices/{id}"]}, "product": {""}, "description": {"Bilby"}, "quantity": {"1"}, "price": {"1"}, "discount": {""}, "tax_class": {"gst"}, "was": {""}},
		"POST /credit-notes/{id}/allocations/new":           {"invoice_id": {w.values["invoices/{id}"]}, "amount": {"1.00"}, "allocated_on": {"01/07/2026"}},
		"POST /credit-notes/{id}/refunds/new":               {"amount": {"1.00"}, "paid_on": {"01/07/2026"}, "method": {"Cash"}},
		"POST /xero/reconciliation/{run}/{position}/accept": {"reason": {"Booked by hand"}},
		"POST /xero/reconciliation/{run}/take-over":         {"position": {"1"}},
		"POST /mail/settings":                               mailSettings(),
		"POST /mail/reminders/plan":                         {"on": {"on"}, "hour": {"9"}, "days_0": {"7"}, "template_0": {"reminder_overdue_first"}},
		"POST /mail/campaigns/{id}/schedule":                {"at": {time.Now().Add(48 * time.Hour).Format("2006-01-02T15:04")}},
		"POST /mail/suppressions/new":                       {"address": {"bilby@quokka.example"}},
		"POST /templates/new":                               {"name": {"Bilby"}, "key": {"bilby"}, "category": {"custom"}},
		"POST /templates/{key}":                             {"revision": {"2"}, "name": {"Bilby"}, "category": {"custom"}, "subject": {"Bilby"}, "body": {"<p>Bilby</p>"}},
		"POST /templates/{key}/publish":                     {"revision": {"2"}},
		"POST /mail/suppressions/{id}/remove":               {"reason": {"Bilby asked"}},
		"POST /sync/errors/retry":                           {"all": {"1"}},
		"POST /sync/errors/{kind}/{record}/dismiss":         {"reason": {"Booked by hand"}},
		"POST /users/new":                                   {"email": {"bilby@quokka.example"}, "name": {"Bilby"}, "role": {"viewer"}},
		"POST /users/{id}/role":                             {"role": {"sales"}},
		"POST /tokens/new":                                  {"name": {"Bilby till"}, "role": {"viewer"}, "expires": {"never"}},
		"POST /notifications/read":                          {"up_to": {"01890000-0000-7000-8000-000000000000"}},
		"POST /account/organisation":                        {"organisation": {w.first.String()}},
		"POST /account/name":                                {"name": {"Bilby Burrower"}},
		"POST /assistant":                                   {"question": {"What is new?"}},
		"POST /assistant/{id}":                              {"question": {"What is new?"}},
		"POST /assistant/{id}/rename":                       {"title": {"Bilby"}},
		"POST /assistant/{id}/branch":                       {"messages": {"0"}},
	}
}
