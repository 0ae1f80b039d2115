package xero

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
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
	Circuit    Circuit           // the breaker's; may be nil
	Notify     Notifier
	Schedule   jobs.Schedule // of what failed
	EmbedURL   string        // address of the card for frames of other sites; empty: none may show it
	Log        *slog.Logger
	Now        func() time.Time
}

// Circuit tells whether requests to a tenant of a service are held back.
type Circuit func(ctx context.Context, service, tenant string) (breaker.Circuit, error)

// Notice is something that the people of an organisation should know.
type Notice struct {
	Org                crm.OrgID
	Cause, Title, Text string
	Href               string
}

// Notifier tells people; at most once an hour for each cause.
type Notifier func(ctx context.Context, n Notice) error

// Service is the integration. It is safe for concurrent use.
type Service struct {
	Config
	auth      *xeroapi.Auth
	http      *http.Client
	gates     gates // of sending
	looks     gates // of looking at webhooks, for all organisations together
	runs      gates // of work on many contacts
	bulks     gates // of preparing bulk runs and reading for them
	comparing gates // of reconciliations
	naps      naps
	rests     naps // of bulks
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

// naps are the jobs of this process that will run again, at most one for each
// organisation at a time; the zero organisation stands for looking at webhooks.
type naps struct {
	mu    sync.Mutex
	until map[crm.OrgID]time.Time
}

// begin reports false when a job runs again by then anyway.
func (n *naps) begin(org crm.OrgID, now, until time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if next := n.until[org]; next.After(now) && !next.After(until) {
		return false
	}
	if n.until == nil {
		n.until = map[crm.OrgID]time.Time{}
	}
	n.until[org] = until
	return true
}

// gates let one run at a time work for an organisation in this process. Who
// comes while one runs makes it go round once more.
// After one that failed, claims may be left that nobody works on.
type gates struct {
	mu     sync.Mutex
	again  map[crm.OrgID]bool // present: one runs
	failed map[crm.OrgID]bool
}

func (g *gates) enter(org crm.OrgID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, running := g.again[org]; running {
		g.again[org] = true
		return false
	}
	if g.again == nil {
		g.again = map[crm.OrgID]bool{}
	}
	g.again[org] = false
	return true
}

// leave reports whether to go round once more.
func (g *gates) leave(org crm.OrgID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.again[org] {
		g.again[org] = false
		return true
	}
	delete(g.again, org)
	return false
}

// abandon ends a run that cannot go on.
func (g *gates) abandon(org crm.OrgID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.again, org)
	if g.failed == nil {
		g.failed = map[crm.OrgID]bool{}
	}
	g.failed[org] = true
}

// recover does what a failed run left to do, before the next one works. Only
// the run that holds the gate may call it.
func (g *gates) recover(org crm.OrgID, do func() error) error {
	g.mu.Lock()
	failed := g.failed[org]
	g.mu.Unlock()
	if !failed {
		return nil
	}
	if err := do(); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.failed, org)
	return nil
}

// failures are the organisations whose last run failed.
func (g *gates) failures() []crm.OrgID {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Collect(maps.Keys(g.failed))
}
