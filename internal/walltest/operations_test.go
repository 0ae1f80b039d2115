package walltest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/api"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/web"
)

// bodies are what operations need to get further than their fields.
func (w *world) bodies() map[string]string {
	customer, product := w.values["customers/{id}"], w.values["products/{id}"]
	line := `"lines":[{"product_id":"` + product + `","quantity":"1"}]`
	return map[string]string{
		"POST /xero/bulk":                     `{"direction":"push","kind":"invoice"}`,
		"POST /xero/bulk/preview":             `{"direction":"pull","kind":"all"}`,
		"POST /xero/bulk/{id}/retry":          `{}`,
		"POST /xero/contacts/{id}/decide":     `{"action":"skip"}`,
		"POST /xero/conflicts/{id}/keep":      `{"keep":"ours"}`,
		"POST /xero/contacts/link":            `{"contact_ids":["` + w.values["contacts/{id}"] + `"]}`,
		"POST /xero/contacts/accept":          `{"score":80}`,
		"POST /xero/contacts/import":          `{"all":true}`,
		"PUT /xero/contacts/settings":         `{"ask_from":70,"owners":{"name":"ask","abn":"ask","email":"xero","phone":"ask","postal":"ask","street":"ask","persons":"ask","terms":"ask"}}`,
		"PUT /mail/reminders/plan":            `{"on":true,"hour":9,"steps":[{"days":7,"template":"reminder_overdue_first"}]}`,
		"POST /customers":                     `{"name":"Bilby Farms"}`,
		"POST /customers/import":              "name,phone\nBilby Farms,02 5550 1234\n",
		"PATCH /customers/{id}":               `{"phone":"02 5550 1234"}`,
		"POST /products":                      `{"sku":"BILBY-1","name":"Bilby board","price":{"amount":"12.50","currency":"AUD"},"tax_class":"gst"}`,
		"PATCH /products/{id}":                `{"active":false}`,
		"POST /orders":                        `{"customer_id":"` + customer + `",` + line + `}`,
		"PATCH /orders/{id}":                  `{"reference":"Bilby"}`,
		"POST /invoices":                      `{"customer_id":"` + customer + `",` + line + `}`,
		"PATCH /invoices/{id}":                `{"reference":"Bilby"}`,
		"POST /invoices/{id}/payments":        `{"amount":{"amount":"1.00","currency":"AUD"}}`,
		"POST /credit-notes":                  `{"invoice_id":"` + w.values["invoices/{id}"] + `",` + line + `}`,
		"PATCH /credit-notes/{id}":            `{"reference":"Bilby"}`,
		"POST /credit-notes/{id}/allocations": `{"invoice_id":"` + w.values["invoices/{id}"] + `","amount":{"amount":"1.00","currency":"AUD"}}`,
		"POST /credit-notes/{id}/refunds":     `{"amount":{"amount":"1.00","currency":"AUD"}}`,
		"POST /xero/reconciliations/{id}/differences/{position}/accept": `{"reason":"Booked by hand"}`,
		"POST /xero/reconciliations/{id}/take-over":                     `{"positions":[1]}`,
		"POST /sync/errors/retry":                                       `{}`,
		"POST /sync/errors/dismiss":                                     `{"reason":"Booked by hand","cause":{"code":"x","kind":"x","next_action":"x","record_kind":"invoice"}}`,
		"POST /sync/errors/{kind}/{record_id}/dismiss":                  `{"reason":"Booked by hand"}`,
		"POST /sync/webhooks/replay":                                    `{"ids":["` + w.values["webhooks/{id}"] + `"]}`,
		"PUT /xero/settings":                                            `{"sales_account":"200","payment_account":"090","tax_types":{"gst":"OUTPUT","gst_free":"EXEMPTOUTPUT","input_taxed":"INPUTTAXED","export":"EXEMPTEXPORT"}}`,
		"PUT /mail/settings":                                            `{"from":"accounts@mail.quokka.example","postal":"1 Wharf Street","transients":3,"transient_days":7}`,
		"PUT /mail/templates/{key}":                                     `{"revision":2,"category":"custom","words":{"name":"Bilby","subject":"Bilby","body":"<p>Bilby</p>"}}`,
		"POST /mail/templates/{key}/publish":                            `{"revision":2}`,
		"POST /mail/campaigns":                                          `{"name":"Bilby news","template":"newsletter","audience":"everybody"}`,
		"POST /mail/campaigns/{id}/schedule":                            `{"at":"` + time.Now().Add(48*time.Hour).Format("2006-01-02T15:04") + `"}`,
		"POST /assistant/conversations/{id}/questions":                  `{"question":"Bilby?"}`,
		"POST /assistant/conversations/{id}/branches":                   `{"messages":0}`,
		"PATCH /assistant/conversations/{id}":                           `{"title":"Bilby"}`,
		"POST /suppressions":                                            `{"address":"bilby@quokka.example"}`,
		"POST /suppressions/{id}/remove":                                `{"reason":"Bilby asked"}`,
		"POST /suppressions/import":                                     "address,note\nbilby@quokka.example,Bilby\n",
	}
}

// call asks for an operation about the first organisation's records.
func (w *world) call(o api.Operation, token string) *httptest.ResponseRecorder {
	w.Helper()
	pattern, kind := strings.TrimPrefix(o.Path, "/api/v1"), "application/json"
	if strings.HasSuffix(pattern, "/import") {
		kind = "text/csv"
	}
	return w.send(request{
		method: o.Method, path: "/api/v1" + w.address(pattern), token: token, body: w.bodies()[o.Method+" "+pattern],
		header: http.Header{"Content-Type": {kind}},
	})
}

// refused holds for a problem document with the status, in words.
func refused(a *httptest.ResponseRecorder, status int) bool {
	var problem struct {
		Status int
		Detail string
	}
	err := json.Unmarshal(a.Body.Bytes(), &problem)
	return err == nil && a.Code == status && problem.Status == status && problem.Detail != "" && a.Header().Get("Content-Type") == "application/problem+json"
}

// TestOperationsAsNobody wants 401 with the way to sign in, for no token, for
// one that was never made and for a person's cookie.
func TestOperationsAsNobody(t *testing.T) {
	engines(t, func(w *world) {
		before := w.kept()
		for _, o := range w.site.Operations {
			if o.Permission == web.Public {
				continue
			}
			for _, token := range []string{"", "rnz_" + strings.Repeat("a", 43), "x"} {
				a := w.call(o, token)
				if !refused(a, http.StatusUnauthorized) || !strings.HasPrefix(a.Header().Get("WWW-Authenticate"), "Bearer") {
					w.Errorf("%s %s answers the token %q with %d, WWW-Authenticate %q: %.200s", o.Method, o.Path, token, a.Code, a.Header().Get("WWW-Authenticate"), a.Body)
				}
			}
			path := "/api/v1" + w.address(strings.TrimPrefix(o.Path, "/api/v1"))
			if a := w.send(request{method: o.Method, path: path, cookie: w.cookies[w.first][auth.Owner]}); a.Code != http.StatusUnauthorized {
				w.Errorf("%s %s takes a person's cookie: %d", o.Method, o.Path, a.Code)
			}
		}
		w.unchanged(before)
	})
}

// TestOperationsAsEveryRole wants 403 exactly where the token's role lacks the
// permission.
func TestOperationsAsEveryRole(t *testing.T) {
	engines(t, func(w *world) {
		before := w.kept()
		for _, role := range auth.Roles() {
			for _, o := range w.site.Operations {
				allowed := may(role, string(o.Permission))
				if allowed && o.Method != http.MethodGet {
					continue // see TestChangesAsEveryRole
				}
				a := w.call(o, w.tokens[w.first][role])
				switch {
				case !allowed && (!refused(a, http.StatusForbidden) || leaks(a, w.values) != ""):
					w.Errorf("%s %s answers %s with %d, want 403: %.200s", o.Method, o.Path, role, a.Code, a.Body)
				case allowed && a.Code != http.StatusOK:
					w.Errorf("%s %s answers %s with %d: %.300s", o.Method, o.Path, role, a.Code, a.Body)
				}
			}
		}
		w.unchanged(before)
	})
}

// TestChangesAsEveryRole does every change as every role that may, each on a
// copy of the database.
func TestChangesAsEveryRole(t *testing.T) {
	w := newWorld(t, "")
	w.check(w.close())
	for _, o := range w.site.Operations {
		if o.Method == http.MethodGet {
			continue
		}
		for _, role := range auth.Roles() {
			if !may(role, string(o.Permission)) {
				continue
			}
			t.Run(string(role)+" "+o.Method+" "+o.Path, func(t *testing.T) {
				t.Parallel()
				c := w.copied(t)
				if a := c.call(o, c.tokens[c.first][role]); !passed(a) || a.Code == http.StatusUnprocessableEntity {
					t.Errorf("answered %d: %.300s", a.Code, a.Body)
				}
			})
		}
	}
}

// TestOperationsAsAStranger asks for the first organisation's records with
// tokens of the second.
func TestOperationsAsAStranger(t *testing.T) {
	engines(t, func(w *world) {
		before := w.kept()
		for _, role := range auth.Roles() {
			for _, o := range w.site.Operations {
				named := strings.Contains(o.Path, "{")
				foreign := named || o.Path == "/api/v1/orders" || o.Path == "/api/v1/invoices" // those name a customer
				if !foreign && o.Method != http.MethodGet {
					continue // it would change the stranger's own
				}
				a := w.call(o, w.tokens[w.second][role])
				switch {
				case !may(role, string(o.Permission)):
					if !refused(a, http.StatusForbidden) {
						w.Errorf("%s %s answers a stranger, %s, with %d, want 403", o.Method, o.Path, role, a.Code)
					}
				case o.Path == "/api/v1/sync/links/{record_id}" && a.Code == http.StatusOK: // it has no links that the stranger may see
				case o.Method == http.MethodPost && !named:
					if a.Code < 400 || a.Code >= 500 {
						w.Errorf("%s %s with a foreign customer answers %d: %.300s", o.Method, o.Path, a.Code, a.Body)
					}
				case named && !refused(a, http.StatusNotFound) && (a.Code != http.StatusConflict || !linkStep(o.Method, o.Path)):
					w.Errorf("%s %s answers a stranger, %s, with %d, want 404: %.300s", o.Method, o.Path, role, a.Code, a.Body)
				}
				if what := leaks(a, w.values); what != "" {
					w.Errorf("%s %s shows a stranger, %s, %s: %.300s", o.Method, o.Path, role, what, a.Body)
				}
			}
		}
		w.unchanged(before)
	})
}
