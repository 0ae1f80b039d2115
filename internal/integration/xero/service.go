package xero

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/vault"
)

// Name is the service in links, connections and the history.
const Name = "xero"

// Config is what the integration needs.
type Config struct {
	API        xeroapi.Config
	WebhookKey string
	Store      *store.Store
	Vault      *vault.Vault
	Book       *records.Book
	Process    store.Process
	Transport  http.RoundTripper // with rate limits and breaker
	Breaker    Breaker           // may be nil
	Budgets    Budgets           // may be nil
	Notify     Notifier
	Arrived    Arrived       // told of invoices that Xero does not mail; may be nil
	Schedule   jobs.Schedule // of what failed
	EmbedURL   string        // address of the card for frames of other sites; empty: none may show it
	Log        *slog.Logger
	Now        func() time.Time
}

// Budgets are the budgets that hold for a tenant, of the sizes that are configured.
type Budgets func(tenant string) []ratelimit.Budget

// Notice is something that the people of an organisation should know.
type Notice struct {
	Org                crm.OrgID
	Cause, Title, Text string
	Href               string
}

// Notifier tells people; at most once an hour for each cause.
type Notifier func(ctx context.Context, n Notice) error

// Arrived is told of an invoice that Xero has approved, in the transaction that
// keeps that.
type Arrived func(ctx context.Context, tx *store.Tx, org crm.OrgID, id crm.InvoiceID) error

// Service is the integration. It is safe for concurrent use.
type Service struct {
	Config
	auth      *xeroapi.Auth
	http      *http.Client
	gates     jobs.Gates // of sending
	looks     jobs.Gates // of looking at webhooks, for all organisations together
	runs      jobs.Gates // of work on many contacts
	bulks     jobs.Gates // of preparing bulk runs and reading for them
	comparing jobs.Gates // of reconciliations
	naps      jobs.Naps
	rests     jobs.Naps // of bulks
	rest      atomic.Bool
}

// New returns the integration.
func New(c Config) *Service {
	s := &Service{Config: c, http: &http.Client{Transport: c.Transport}}
	s.API.Observer = observe
	s.API.Now = c.Now
	s.auth = xeroapi.NewAuth(s.API, &http.Client{})
	return s
}

// callTakes is the longest that a call takes, with what is kept of it.
const callTakes = xeroapi.DefaultTimeout + 5*time.Second

// Rest makes jobs end after the call that is under way, for a process that is
// stopping: a call that is cancelled would have to be looked up.
func (s *Service) Rest() { s.rest.Store(true) }

// mayCall reports whether a job may begin another call: the process is not
// stopping, and the call would end before the job is cancelled.
func (s *Service) mayCall(ctx context.Context) bool {
	end, limited := ctx.Deadline()
	return !s.rest.Load() && (!limited || time.Until(end) > callTakes)
}

// client speaks for a connection.
func (s *Service) client(c connection.Connection) *xeroapi.Client {
	return xeroapi.New(s.API, s.http, tokens{s, c.Org}, c.Tenant)
}

// InvoiceURL is where a person sees the invoice in Xero.
func (s *Service) InvoiceURL(c connection.Connection, remoteID string) string {
	return s.API.InvoiceURL(c.ShortCode, remoteID)
}

// CreditNoteURL is where a person sees the credit note in Xero.
func (s *Service) CreditNoteURL(c connection.Connection, remoteID string) string {
	return s.API.CreditNoteURL(c.ShortCode, remoteID)
}

// ContactURL is where a person sees the contact in Xero.
func (s *Service) ContactURL(c connection.Connection, remoteID string) string {
	return s.API.ContactURL(c.ShortCode, remoteID)
}
