package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web"
)

// Permissions beside those of package auth.
const (
	Public   auth.Permission = web.Public   // anyone, without a token
	SignedIn auth.Permission = web.SignedIn // any token
)

// Operation is one address and what it takes to use it.
type Operation struct {
	Method     string
	Path       string // such as /api/v1/customers/{id}
	Permission auth.Permission
}

// spec is a row of the table of operations.
type spec struct {
	id         string // such as list-customers
	method     string
	path       string // below the prefix
	permission auth.Permission
	summary    string
	about      string // more than the summary says; may be empty
	tag        string
	status     int      // zero: 200, or 204 without a body
	file       string   // media type of a body that is a file; empty: JSON
	answers    []string // media types of an answer that is a file, one at a time; none: JSON
}

// table collects operations.
type table struct {
	*API
	huma  huma.API
	wrong []error
}

// register fills the mux and the document from the table of operations.
func (a *API) register() error {
	t := &table{API: a, huma: humago.NewWithPrefix(a.mux, prefix, a.config())}
	a.document = t.huma.OpenAPI()
	t.own()
	t.customers()
	t.customerImport()
	t.products()
	t.orders()
	t.invoices()
	t.payments()
	t.creditNotes()
	t.creditUses()
	t.reconciliations()
	t.xeroExchange()
	t.xeroLimits()
	t.xeroRecords()
	t.xeroInvoices()
	t.xeroContacts()
	t.xeroCustomers()
	t.xeroContactRuns()
	t.xeroContactSettings()
	t.xeroBulk()
	t.history()
	t.historyExport()
	t.failures()
	t.resolutions()
	t.webhooks()
	t.notices()
	t.mails()
	t.conversations()
	t.mailCampaigns()
	t.trim()
	t.serveDocument()
	return errors.Join(t.wrong...)
}

// config has none of huma's own addresses and no links to schemas in answers.
func (a *API) config() huma.Config {
	c := huma.DefaultConfig("Renoz", a.version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{speak}
	c.Info.Description = about
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "An API token, made on the page of API tokens. It looks like rnz_ and 43 letters and digits."},
	}
	return c
}

const about = `Records of one organisation, the one that the token belongs to.

Money is {"amount": "1234.50", "currency": "AUD"}; days are YYYY-MM-DD; times are RFC 3339 in UTC.
Errors are problem details (RFC 9457), with one entry in errors for each field.
Lists are paged: ask again with after set to next, or follow the Link header, until there is no next.
A POST with an Idempotency-Key is done once: within 24 hours the same request with the same key gets the first answer again.
A PATCH with If-Match changes only the version that its ETag names, and is refused with 412 otherwise.`

// add registers an operation.
func add[I, O any](t *table, s spec, handle func(context.Context, *I) (*O, error)) {
	if err := t.check(s); err != nil {
		t.wrong = append(t.wrong, err)
		return
	}
	t.operations = append(t.operations, Operation{s.method, prefix + s.path, s.permission})
	huma.Register(t.huma, t.describe(s), func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, t.problem(ctx, err)
		}
		return out, nil
	})
}

func (t *table) check(s spec) error {
	if s.permission != Public && s.permission != SignedIn && len(auth.Holders(s.permission)) == 0 {
		return fmt.Errorf("api: %s %s needs a permission that somebody has, not %q", s.method, s.path, s.permission)
	}
	for _, o := range t.operations {
		if o.Method == s.method && o.Path == prefix+s.path {
			return fmt.Errorf("api: %s %s is there twice", s.method, s.path)
		}
	}
	return nil
}

func (t *table) describe(s spec) huma.Operation {
	op := huma.Operation{
		OperationID: s.id, Method: s.method, Path: s.path, Summary: s.summary, Description: s.needs(), Tags: []string{s.tag},
		DefaultStatus: s.status, MaxBodyBytes: bodyLimit + 1, BodyReadTimeout: -1, // the body is read already
		Security:    []map[string][]string{{"token": {}}},
		Middlewares: huma.Middlewares{t.authorise(s.permission)},
	}
	if s.file != "" {
		op.MaxBodyBytes = max(records.MaxImportBytes, resend.MaxSuppressionBytes) + 1
		op.Middlewares = append(op.Middlewares, t.takes(s.file))
	}
	if len(s.answers) > 0 {
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: files(s.answers)}}
	}
	if s.method == http.MethodPost {
		op.Middlewares = append(op.Middlewares, t.once)
		longest := maxKey
		op.Parameters = []*huma.Param{{
			Name: keyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest},
			Description: "Makes the request safe to repeat for 24 hours; a new one for each request, such as a UUID.",
		}}
	}
	return op
}

// files describe an answer that is a file of one of some media types.
func files(types []string) map[string]*huma.MediaType {
	out := make(map[string]*huma.MediaType, len(types))
	for _, t := range types {
		out[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return out
}

// needs says what the operation does and who may use it.
func (s spec) needs() string {
	who := "Any token may use it."
	if s.permission != SignedIn {
		var roles []string
		for _, r := range auth.Holders(s.permission) {
			roles = append(roles, string(r))
		}
		who = fmt.Sprintf("Needs %s, which the roles %s have.", s.permission, strings.Join(roles, ", "))
	}
	return strings.TrimSpace(s.about + " " + who)
}

// authorise refuses those without the permission before anything is read.
func (a *API) authorise(permission auth.Permission) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		_, err := auth.SignedIn(c.Context())
		if err == nil && permission != SignedIn {
			_, err = auth.Require(c.Context(), permission)
		}
		if err != nil {
			r, w := humago.Unwrap(c)
			a.refuse(w, r, err)
			return
		}
		next(c)
	}
}

// trim takes from the document what is no part of OpenAPI. The messages made
// of it are there already.
func (t *table) trim() {
	for _, s := range t.document.Components.Schemas.Map() {
		for _, property := range s.Properties {
			property.PatternDescription = ""
		}
	}
}

// serveDocument answers with the document to anyone.
func (t *table) serveDocument() {
	t.operations = append(t.operations, Operation{http.MethodGet, prefix + documentPath, Public})
	text, err := t.OpenAPI()
	if err != nil {
		t.wrong = append(t.wrong, fmt.Errorf("api: write the OpenAPI document: %w", err))
		return
	}
	t.mux.HandleFunc("GET "+prefix+documentPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text) // the reader may be gone
	})
}
