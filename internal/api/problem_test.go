package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/api"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

const nobody = "0198c0de-0000-7000-8000-000000000000"

func TestKindsOfErrorHaveTheirStatus(t *testing.T) {
	t.Parallel()
	for kind, status := range map[crm.Kind]int{
		crm.Invalid: 422, crm.NotFound: 404, crm.Conflict: 409, crm.Forbidden: 403, crm.Unauthenticated: 401, crm.TooMany: 429,
		crm.Unavailable: 503, crm.Malformed: 400, crm.TooLarge: 413, crm.Precondition: 412,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			x := open(t)
			x.react = func(context.Context, *store.Tx, crm.Change) error {
				return &crm.Error{Kind: kind, Message: "What happened.", Cause: errors.New("secret cause"), Fields: map[string]string{"lines.0.quantity": "Too many."}}
			}
			a := x.as(auth.Admin).post("/customers", object{"name": "Ann"})
			o := a.refused(status, "What happened.")
			if o.text("detail") != "What happened." || o.locations() != "body.lines[0].quantity" || strings.Contains(a.text, "secret") {
				t.Errorf("got %s", a.text)
			}
			if n := len(x.as(auth.Admin).get("/customers").is(200).items()); n != 0 {
				t.Errorf("%d customers were kept", n)
			}
		})
	}
}

func TestUnknownErrorsAreWithheldAndLogged(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"foreign": errors.New("secret text"), "internal": crm.Errorf(crm.Internal, "secret text"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := open(t)
			x.react = func(context.Context, *store.Tx, crm.Change) error { return err }
			a := x.as(auth.Admin).post("/customers", object{"name": "Ann"})
			id := a.header.Get("X-Request-Id")
			a.refused(http.StatusInternalServerError, id)
			if strings.Contains(a.text, "secret") || id == "" {
				t.Errorf("got %s", a.text)
			}
			if log := x.logged(); !strings.Contains(log, "secret text") || !strings.Contains(log, id) {
				t.Errorf("logged %s", log)
			}
		})
	}
}

func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	x := open(t)
	x.react = func(context.Context, *store.Tx, crm.Change) error { panic("secret text") }
	p := x.as(auth.Admin)
	a := p.with("Idempotency-Key", "a").post("/customers", object{"name": "Ann"})
	a.refused(http.StatusInternalServerError, "It is our fault")
	if strings.Contains(a.text, "secret") || !strings.Contains(x.logged(), "secret text") {
		t.Errorf("answered %s, logged %s", a.text, x.logged())
	}
	x.react = nil
	p.with("Idempotency-Key", "a").post("/customers", object{"name": "Ann"}).is(http.StatusCreated)
}

func TestNobodyIsAskedForAToken(t *testing.T) {
	t.Parallel()
	x := open(t)
	for _, token := range []string{"", "rnz_wrong", "rnz_" + strings.Repeat("0", 43)} {
		for _, path := range []string{"/me", "/customers", "/nothing"} {
			a := (&program{x, t, token, nil}).get(path)
			a.refused(http.StatusUnauthorized, "token")
			if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("WWW-Authenticate %q", a.header.Get("WWW-Authenticate"))
			}
		}
	}
}

// Every operation refuses every role that lacks its permission, before it looks
// at anything else, and lets the others through.
func TestEveryOperationAsEveryRole(t *testing.T) {
	t.Parallel()
	x := open(t)
	for _, role := range auth.Roles() {
		p := x.as(role)
		for _, o := range x.api.Operations() {
			path := strings.NewReplacer("{id}", nobody, "{record_id}", nobody, "{kind}", "invoice").Replace(o.Path)
			a := p.call(o.Method, path, nil)
			may := o.Permission == api.Public || o.Permission == api.SignedIn || auth.Can(role, o.Permission)
			if may == (a.status == http.StatusForbidden) || a.status >= 500 {
				t.Errorf("%s: %s %s answers %d %s", role, o.Method, o.Path, a.status, a.text)
			}
		}
	}
}

func TestRequestsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	p := open(t).as(auth.Admin)
	customer := p.customer("Ann")
	line := func(field string, value any) object {
		l := battery()
		l[field] = value
		return object{"customer_id": customer, "lines": []object{l}}
	}
	for name, test := range map[string]struct {
		method, path string
		body         any
		status       int
		words, at    string
	}{
		"unknown field":         {"POST", "/customers", object{"name": "Bob", "nam": "x"}, 422, "no such field", "body.nam"},
		"field inside":          {"POST", "/customers", object{"name": "Bob", "contacts": []object{{"first": "x"}}}, 422, "no such field", "body.contacts[0].first"},
		"missing field":         {"POST", "/customers", object{}, 422, "This field is required.", "body.name"},
		"another type":          {"POST", "/customers", object{"name": 7}, 422, "Expected string.", "body.name"},
		"null":                  {"PATCH", "/customers/" + customer, object{"name": nil}, 422, "Enter the trading name.", "body.name"},
		"rule of the business":  {"POST", "/customers", object{"name": "Bob", "abn": "1", "contacts": []object{{"first_name": "A", "email": "x"}}}, 422, "2 fields need attention.", "body.abn body.contacts[0].email"},
		"no JSON":               {"POST", "/customers", "{", 400, "not JSON", ""},
		"no body":               {"POST", "/customers", nil, 400, "body is required", ""},
		"no id":                 {"GET", "/customers/7", nil, 422, "not an id", "path.id"},
		"unknown parameter":     {"GET", "/customers?stat=active", nil, 422, "no such parameter", "query.stat"},
		"unknown state":         {"GET", "/customers?state=gone", nil, 422, "one of", "query.state"},
		"large limit":           {"GET", "/customers?limit=201", nil, 422, "200", "query.limit"},
		"bad cursor":            {"GET", "/customers?after=x", nil, 422, "first page", "query.after"},
		"bad cursor of history": {"GET", "/sync/history?after=x", nil, 422, "first page", "query.after"},
		"bad cursor of errors":  {"GET", "/sync/errors?after=eA", nil, 422, "first page", "query.after"},
		"number as quantity":    {"POST", "/orders", line("quantity", 2), 422, "Expected string.", "body.lines[0].quantity"},
		"words as quantity":     {"POST", "/orders", line("quantity", "two"), 422, "a decimal number such as 2.5", "body.lines[0].quantity"},
		"other currency":        {"POST", "/orders", line("unit_price", object{"amount": "1", "currency": "USD"}), 422, "Use AUD", "body.lines[0].unit_price.currency"},
		"fine money":            {"POST", "/orders", line("discount_amount", aud("0.001")), 422, "decimals", "body.lines[0].discount_amount.amount"},
		"unknown tax class":     {"POST", "/orders", line("tax_class", "vat"), 422, "one of", "body.lines[0].tax_class"},
		"unknown product":       {"POST", "/orders", line("product_id", nobody), 422, "no such product", "body.lines[0].product_id"},
		"unknown customer":      {"POST", "/orders", object{"customer_id": nobody, "lines": []object{}}, 422, "no such customer", "body.customer_id"},
		"no day":                {"POST", "/orders", object{"customer_id": customer, "ordered_on": "22/11/2026", "lines": []object{}}, 422, "date", "body.ordered_on"},
		"nothing there":         {"GET", "/nothing", nil, 404, "/api/v1/openapi.json", ""},
		"another method":        {"DELETE", "/customers", nil, 405, "GET", ""},
		"no such record":        {"GET", "/orders/" + nobody, nil, 404, "no such order", ""},
		"no such step":          {"POST", "/orders/" + nobody + "/paint", nil, 404, "nothing at this address", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := p.in(t).call(test.method, "/api/v1"+test.path, test.body).refused(test.status, test.words)
			if o.locations() != test.at {
				t.Errorf("locations %q, want %q", o.locations(), test.at)
			}
		})
	}
}

func TestBodyTooLarge(t *testing.T) {
	t.Parallel()
	p := open(t).as(auth.Admin)
	p.post("/customers", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`).refused(http.StatusRequestEntityTooLarge, "1 MiB")
	p.with("Content-Type", "text/plain").post("/customers", "name=Ann").refused(http.StatusUnsupportedMediaType, "application/json")
}

// Wrong input is not sent back: it may be a secret that went into the wrong field.
func TestWhatWasSentIsNotSentBack(t *testing.T) {
	t.Parallel()
	p := open(t).as(auth.Admin)
	for _, body := range []any{object{"name": "Ann", "token": "hunter2"}, object{"name": []string{"hunter2"}}, `{"name": hunter2}`} {
		if a := p.post("/customers", body); a.status < 400 || strings.Contains(a.text, "hunter2") {
			t.Errorf("got %d %s", a.status, a.text)
		}
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	x := open(t)
	for _, a := range []answer{x.as(auth.Admin).get("/me"), x.as(auth.Admin).get("/nothing"), x.nobody().get("/me"),
		x.nobody().get("/openapi.json"), x.as(auth.Admin).with("Origin", "https://example.com").get("/me")} {
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("X-Request-Id") == "" ||
			a.header.Get("Access-Control-Allow-Origin") != "" || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("headers %v", a.header)
		}
	}
}
