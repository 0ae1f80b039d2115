package walltest

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend/optoutpages"
)

// byLink holds for pages that whoever has a link from a mail may open.
func byLink(pattern string) bool {
	return pattern == optoutpages.Pattern || pattern == optoutpages.ConfirmPattern
}

// linkStep holds for steps that answer 409 for a link that is not there,
// whoever asks.
func linkStep(method, pattern string) bool {
	return method == http.MethodPost && strings.Contains(pattern, "/sync/errors/{kind}/")
}

// TestPagesAsAStranger asks for the first organisation's records as every role
// of the second: what needs an id is not found, the rest shows nothing of it.
func TestPagesAsAStranger(t *testing.T) {
	engines(t, func(w *world) {
		before := w.kept()
		for _, role := range auth.Roles() {
			for _, r := range w.site.Routes {
				named := strings.Contains(r.Pattern, "{") && r.Pattern != "/{$}" && r.Method != ""
				if !named && method(r) != http.MethodGet || byLink(r.Pattern) {
					continue // it would change the stranger's own, or whoever has the link may
				}
				q := request{method: method(r), path: w.address(r.Pattern), cookie: w.cookies[w.second][role], body: w.forms()[name(r)].Encode()}
				a := w.send(q)
				if !may(role, r.Permission) || everybodys(r) {
					if a.Code != http.StatusForbidden {
						w.Errorf("%s answers a stranger, %s, with %d, want 403", name(r), role, a.Code)
					}
				} else if named && a.Code != http.StatusNotFound && (a.Code != http.StatusConflict || !linkStep(r.Method, r.Pattern)) {
					w.Errorf("%s answers a stranger, %s, with %d, want 404", name(r), role, a.Code)
				}
				if what := leaks(a, w.values); what != "" {
					w.Errorf("%s shows a stranger, %s, %s", name(r), role, what)
				}
				if role == auth.Owner && r.Method == http.MethodGet {
					w.fragments(q)
				}
			}
		}
		w.unchanged(before)
	})
}

// TestLeaksAreSeen proves that the test above would see a record: the first
// organisation's owner gets it on every page that names one.
func TestLeaksAreSeen(t *testing.T) {
	w := newWorld(t, "")
	for _, r := range w.site.Routes {
		if r.Method != http.MethodGet || !strings.Contains(r.Pattern, "/{") || r.Pattern == "/{$}" || strings.HasPrefix(r.Pattern, "/xero/invoices/") || byLink(r.Pattern) {
			continue // what Xero answers is no page of ours, and a link in a mail is for whoever has it
		}
		a := w.send(request{method: r.Method, path: w.address(r.Pattern), cookie: w.cookies[w.first][auth.Owner]})
		if leaks(a, w.values) == "" {
			t.Errorf("%s answers the owner with %d and shows nothing of the record", name(r), a.Code)
		}
	}
}

// fragments asks for the parts that htmx loads alone.
func (w *world) fragments(q request) {
	w.Helper()
	for _, target := range []string{"links", "customer", "customers", "order", "orders", "invoice", "invoices", "credit-note", "credit-notes", "errors", "history", "webhook", "webhooks", "xero-card", "notices", "bulk-runs", "bulk-items", "mail", "mails", "mail-card", "suppressions", "reminders", "domains", "domain"} {
		q.header = http.Header{"Hx-Request": {"true"}, "Hx-Request-Type": {"partial"}, "Hx-Target": {"div#" + target}}
		if a := w.send(q); leaks(a, w.values) != "" || a.Code >= http.StatusInternalServerError {
			w.Errorf("%s with HX-Target %s answers a stranger with %d and shows %q", q.path, target, a.Code, leaks(a, w.values))
		}
	}
}

// TestStrangersCannotNameRecords puts ids of the first organisation where the
// second may put its own: into filters and forms.
func TestStrangersCannotNameRecords(t *testing.T) {
	engines(t, func(w *world) {
		before := w.kept()
		customer, product, event := w.values["customers/{id}"], w.values["products/{id}"], w.values["webhooks/{id}"]
		line := url.Values{"customer_id": {customer}, "product_id": {product}, "kind": {"item"}, "description": {"Battery"}, "quantity": {"1"}, "unit_price": {"1"}, "tax_class": {"gst"}}.Encode()
		for _, q := range []request{
			{method: "GET", path: "/orders?customer=" + customer}, {method: "GET", path: "/invoices?customer=" + customer},
			{method: "GET", path: "/credit-notes?customer=" + customer}, {method: "GET", path: "/credit-notes/new?customer=" + customer},
			{method: "GET", path: "/credit-notes/new?invoice=" + w.values["invoices/{id}"]}, {method: "POST", path: "/credit-notes/new", body: line + "&invoice=" + w.values["invoices/{id}"]},
			{method: "GET", path: "/orders/new?customer=" + customer}, {method: "GET", path: "/invoices/new?customer=" + customer},
			{method: "GET", path: "/sync/webhooks?before=ffffffff-ffff-7fff-bfff-ffffffffffff&q=" + event}, {method: "GET", path: "/sync/history?q=" + quokka},
			{method: "GET", path: "/sync/history/export?format=csv"}, {method: "GET", path: "/sync/history/export?format=jsonl"}, {method: "GET", path: "/sync/errors?q=" + quokka},
			{method: "GET", path: "/mail?customer=" + customer}, {method: "GET", path: "/mail?q=accounts"}, {method: "GET", path: "/mail/suppressions/export"}, {method: "GET", path: "/mail/suppressions/export?tab=removed"}, {method: "GET", path: "/mail/consents/export"}, {method: "GET", path: "/mail/consents/export?customer=" + customer},
			{method: "GET", path: "/customers?q=" + quokka + "&state=all"}, {method: "GET", path: "/products?q=" + quokka},
			{method: "POST", path: "/orders/new", body: line}, {method: "POST", path: "/invoices/new", body: line},
			{method: "POST", path: "/account/organisation", body: "organisation=" + w.first.String()},
			{method: "POST", path: "/notifications/read", body: "up_to=ffffffff-ffff-7fff-bfff-ffffffffffff"},
			{method: "POST", path: "/sync/errors/retry", body: "all=1"}, {method: "POST", path: "/sync/webhooks/replay-failed"},
		} {
			q.cookie = w.cookies[w.second][auth.Owner]
			a := w.send(q)
			if strings.HasSuffix(q.path, "/new") && (a.Code < 400 || a.Code >= 500) {
				w.Errorf("%s with a foreign record is answered with %d", q.path, a.Code)
			}
			asked := strings.NewReplacer(customer, "", product, "", event, "")
			a.Body = bytes.NewBufferString(asked.Replace(a.Body.String()))
			if what := leaks(a, w.values); what != "" || a.Code >= http.StatusInternalServerError {
				w.Errorf("%s %s is answered with %d and shows %q", q.method, q.path, a.Code, what)
			}
		}
		w.unchanged(before)
	})
}

// TestOtherSitesAreRefused sends every step as a page of another site would
// make an owner's browser send it.
func TestOtherSitesAreRefused(t *testing.T) {
	w := newWorld(t, "")
	before := w.kept()
	for _, r := range w.site.Routes {
		if r.Method == http.MethodGet {
			continue
		}
		for _, header := range []http.Header{
			{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}},
			{"Origin": {"https://evil.example"}}, {"Origin": {"null"}},
		} {
			q := request{method: http.MethodPost, path: w.address(r.Pattern), header: header, cookie: w.cookies[w.first][auth.Owner], body: w.forms()[name(r)].Encode()}
			if a := w.send(q); a.Code != http.StatusForbidden || len(a.Result().Cookies()) > 0 {
				w.Errorf("%s from another site (%v) is answered with %d and %d cookies", name(r), header, a.Code, len(a.Result().Cookies()))
			}
		}
	}
	a := w.send(request{method: "GET", path: "/xero/connect", header: http.Header{"Sec-Fetch-Site": {"cross-site"}}, cookie: w.cookies[w.first][auth.Owner]})
	if a.Code != http.StatusForbidden {
		w.Errorf("another site begins a consent: %d", a.Code)
	}
	w.unchanged(before)
}

// TestEveryAnswerHasTheHeaders asks for every page and wants what browsers need
// to keep others out.
func TestEveryAnswerHasTheHeaders(t *testing.T) {
	w := newWorld(t, "")
	for _, r := range w.site.Routes {
		if method(r) != http.MethodGet || strings.HasPrefix(r.Pattern, "/embed/") || r.Pattern == mailContent || r.Pattern == sampleContent || r.Pattern == draftContent {
			continue
		}
		for _, cookie := range []*http.Cookie{nil, w.cookies[w.first][auth.Owner]} {
			a := w.send(request{method: "GET", path: w.address(r.Pattern), cookie: cookie})
			h := a.Header()
			policy := h.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'; script-src 'self'; style-src 'self'") || !strings.Contains(policy, "frame-ancestors 'none'") ||
				h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" {
				w.Errorf("%s lacks a header: %v", name(r), h)
			}
			if r.Method != "" && r.Permission != "public" && !strings.Contains(h.Get("Cache-Control"), "no-store") {
				w.Errorf("%s (%d) may be stored: Cache-Control %q", name(r), a.Code, h.Get("Cache-Control"))
			}
		}
	}
}
