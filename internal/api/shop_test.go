package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/renoz/renoz/internal/api"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/vault"
)

// shop is the API over a database, as programs see it.
type shop struct {
	t         *testing.T
	api       *api.API
	store     *store.Store
	auth      *auth.Service
	book      *records.Book
	xero      *xero.Service
	resend    *resend.Service
	campaigns *campaign.Service
	http      *httptest.Server
	org       crm.OrgID
	react     records.Reaction

	document routers.Router

	mu  sync.Mutex
	log bytes.Buffer
}

func (x *shop) Write(b []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.log.Write(b)
}

func (x *shop) logged() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.log.String()
}

func open(t *testing.T) *shop {
	t.Helper()
	x := &shop{t: t, store: storetest.SQLite(t)}
	now := func() time.Time { return time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC) }
	x.auth = must(auth.New(auth.Config{Store: x.store}))(t)
	x.org = x.organisation("Volt Supply")
	x.book = records.New(records.Config{Store: x.store, Now: now, Authorise: authorise, React: []records.Reaction{
		func(ctx context.Context, tx *store.Tx, c crm.Change) error {
			if x.react == nil {
				return nil
			}
			return x.react(ctx, tx, c)
		},
	}})
	log := slog.New(slog.NewTextHandler(x, nil))
	keys := must(vault.Open(vault.Config{Key: base64.StdEncoding.EncodeToString(make([]byte, 32))}))(t)
	x.xero = xero.New(xero.Config{Store: x.store, Book: x.book, Vault: keys, Log: log, Now: now})
	x.resend = resend.New(resend.Config{URL: "https://renoz.example", Store: x.store, Vault: keys, Log: log, Now: now})
	x.campaigns = campaign.New(campaign.Config{Mail: x.resend, Allowance: x.resend.Allowance, Store: x.store, Now: now})
	x.api = must(api.New(api.Config{Book: x.book, Store: x.store, Xero: x.xero, Resend: x.resend, Campaigns: x.campaigns, Claude: x.claude(), Now: now, Version: "1.2.3", Log: log}))(t)
	x.document = must(described())(t)
	x.http = httptest.NewServer(x.auth.Middleware(x.api))
	t.Cleanup(x.http.Close)
	return x
}

func authorise(ctx context.Context, permission string) (crm.OrgID, string, error) {
	who, err := auth.Require(ctx, auth.Permission(permission))
	return who.Org, who.Actor(), err
}

func (x *shop) organisation(name string) crm.OrgID {
	x.t.Helper()
	o := crm.Organisation{
		ID: crm.NewID[crm.Organisation](), Name: name, Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU",
		TermsDays: 30, YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now(),
	}
	if err := x.store.AddOrganisation(x.t.Context(), o, crm.AustralianTaxRates()); err != nil {
		x.t.Fatal(err)
	}
	return o.ID
}

// token makes a token with a role in an organisation.
func (x *shop) token(org crm.OrgID, role auth.Role) string {
	x.t.Helper()
	text, _, err := x.auth.CreateToken(auth.With(x.t.Context(), auth.System(org, "command line")), auth.NewToken{Name: string(role), Role: role})
	if err != nil {
		x.t.Fatal(err)
	}
	return text
}

// as is a program with a role in the first organisation.
func (x *shop) as(role auth.Role) *program {
	return &program{x, x.t, x.token(x.org, role), nil}
}

// program calls the API with a token.
type program struct {
	shop   *shop
	t      *testing.T
	token  string
	header http.Header
}

// with is the program with one more header.
func (p *program) with(name, value string) *program {
	h := p.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set(name, value)
	return &program{p.shop, p.t, p.token, h}
}

// described is the document that is kept, which another test holds against the
// code; reading it takes too long to do it for every shop.
var described = sync.OnceValues(func() (routers.Router, error) {
	openapi3filter.RegisterBodyDecoder("application/jsonl", openapi3filter.PlainBodyDecoder)
	doc, err := openapi3.NewLoader().LoadFromFile("testdata/openapi.json")
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

// agrees checks that an answer is as the document says.
func (x *shop) agrees(t *testing.T, r *http.Request, res *http.Response, text []byte) {
	t.Helper()
	route, params, err := x.document.FindRoute(r)
	if err != nil {
		if res.StatusCode < http.StatusBadRequest && !strings.HasSuffix(r.URL.Path, "/openapi.json") {
			t.Errorf("%s %s is not in the document: %v", r.Method, r.URL, err)
		}
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: res.StatusCode, Header: res.Header, Body: io.NopCloser(bytes.NewReader(text))})
	if err != nil {
		t.Errorf("%s %s: the answer is not as the document says: %v", r.Method, r.URL, err)
	}
}

// in is the program in a subtest.
func (p *program) in(t *testing.T) *program { return &program{p.shop, t, p.token, p.header} }

// nobody is a program without a token.
func (x *shop) nobody() *program { return &program{shop: x, t: x.t} }

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	text   string
}

func (p *program) call(method, path string, body any) answer {
	p.t.Helper()
	var payload io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		payload = strings.NewReader(b)
	default:
		payload = bytes.NewReader(must(json.Marshal(b))(p.t))
	}
	r := must(http.NewRequestWithContext(p.t.Context(), method, p.shop.http.URL+path, payload))(p.t)
	for name, values := range p.header {
		r.Header[name] = values
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	res := must(http.DefaultClient.Do(r))(p.t)
	defer func() { _ = res.Body.Close() }()
	text := must(io.ReadAll(res.Body))(p.t)
	p.shop.agrees(p.t, r, res, text)
	return answer{p.t, res.StatusCode, res.Header, string(text)}
}

func (p *program) get(path string) answer { return p.call(http.MethodGet, "/api/v1"+path, nil) }
func (p *program) post(path string, body any) answer {
	return p.call(http.MethodPost, "/api/v1"+path, body)
}
func (p *program) patch(path string, body any) answer {
	return p.call(http.MethodPatch, "/api/v1"+path, body)
}

// is checks the status and returns the body as JSON.
func (a answer) is(status int) object {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.text)
	}
	var o object
	if err := json.Unmarshal([]byte(a.text), &o); err != nil {
		a.t.Fatalf("no JSON object: %v: %q", err, a.text)
	}
	return o
}

// refused checks that the answer is a problem with words.
func (a answer) refused(status int, words string) object {
	a.t.Helper()
	o := a.is(status)
	if a.header.Get("Content-Type") != "application/problem+json" {
		a.t.Errorf("Content-Type %q", a.header.Get("Content-Type"))
	}
	if o["status"] != float64(status) || !strings.Contains(a.text, words) {
		a.t.Errorf("got %s, want status %d and %q", a.text, status, words)
	}
	return o
}

type object map[string]any

func (o object) text(name string) string { s, _ := o[name].(string); return s }

func (o object) in(name string) object { m, _ := o[name].(map[string]any); return m }

func (o object) items() []object {
	list, _ := o["items"].([]any)
	out := make([]object, len(list))
	for i, x := range list {
		out[i], _ = x.(map[string]any)
	}
	return out
}

// locations are the places of the errors of a problem.
func (o object) locations() string {
	list, _ := o["errors"].([]any)
	var all []string
	for _, x := range list {
		all = append(all, object(x.(map[string]any)).text("location"))
	}
	return strings.Join(all, " ")
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// customer adds a customer and returns its id.
func (p *program) customer(name string) string {
	p.t.Helper()
	return p.post("/customers", object{"name": name}).is(http.StatusCreated).text("id")
}

func battery() object {
	return object{"description": "BESS 50 kWh", "quantity": "2", "unit_price": aud("4995.00"), "discount_percent": "5", "tax_class": "gst"}
}

func aud(amount string) object { return object{"amount": amount, "currency": "AUD"} }

// order adds a draft order over 10,439.55 and returns its id.
func (p *program) order(customer string) string {
	p.t.Helper()
	return p.post("/orders", object{"customer_id": customer, "lines": []object{battery()}}).is(http.StatusCreated).text("id")
}

// claude is the assistant without a key: nothing can be asked.
func (x *shop) claude() *claude.Service {
	return claude.New(claude.Config{Store: x.store, Book: x.book, Log: slog.New(slog.DiscardHandler), Now: time.Now})
}
