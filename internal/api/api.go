package api

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

const (
	prefix       = "/api/v1"
	documentPath = "/openapi.json"
	bodyLimit    = 1 << 20 // bytes
)

// Config is what the API works with. Book, Store, Xero, Resend, Campaigns and
// Claude are required.
type Config struct {
	Book      *records.Book
	Store     *store.Store
	Xero      *xero.Service
	Resend    *resend.Service
	Campaigns *campaign.Service
	Claude    *claude.Service
	Now       func() time.Time // nil: time.Now
	Version   string           // of this program, for the OpenAPI document
	Log       *slog.Logger     // nil: nothing is logged
}

// API answers requests below /api/v1/. It expects auth.Middleware in front.
type API struct {
	book      *records.Book
	store     *store.Store
	xero      *xero.Service
	resend    *resend.Service
	campaigns *campaign.Service
	claude    *claude.Service
	now       func() time.Time
	version   string
	log       *slog.Logger

	mux        *http.ServeMux
	document   *huma.OpenAPI
	operations []Operation
}

// New makes the API. It fails when something required is missing, or when an
// operation has no permission or is registered twice.
func New(c Config) (*API, error) {
	if c.Book == nil || c.Store == nil || c.Xero == nil || c.Resend == nil || c.Campaigns == nil || c.Claude == nil {
		return nil, errors.New("api: Config needs Book, Store, Xero, Resend, Campaigns and Claude")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Version == "" {
		c.Version = "development"
	}
	now := func() time.Time { return c.Now().UTC() }
	a := &API{book: c.Book, store: c.Store, xero: c.Xero, resend: c.Resend, campaigns: c.Campaigns, claude: c.Claude, now: now, version: c.Version, log: c.Log, mux: http.NewServeMux()}
	return a, a.register()
}

// Operations are all operations, for tests that walk them.
func (a *API) Operations() []Operation { return append([]Operation(nil), a.operations...) }

// OpenAPI is the OpenAPI 3.1 document as JSON.
func (a *API) OpenAPI() ([]byte, error) { return a.document.MarshalJSON() }

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w, r = a.begin(w, r)
	defer a.recovered(w, r)
	if !a.known(w, r) || !a.addressed(w, r) || !a.readBody(w, r) {
		return
	}
	a.mux.ServeHTTP(w, r)
}

// readBody reads the whole body, so that whatever comes later can read it more
// than once and knows that it is not too large.
func (a *API) readBody(w http.ResponseWriter, r *http.Request) bool {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	var body bytes.Buffer
	most, refusal := bodyBound(r)
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, most))
	if err == nil {
		r.Body = newBody(body.Bytes())
		return true
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		a.refuse(w, r, refusal)
		return false
	}
	a.refuse(w, r, errUnread)
	return false
}
