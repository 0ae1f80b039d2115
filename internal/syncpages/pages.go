package syncpages

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// The services. Records are exchanged with the first.
const (
	service     = "xero"
	mailService = "resend"
)

// serviceLabel is what people call a service.
func serviceLabel(name string) string {
	if name == mailService {
		return "Resend"
	}
	return "Xero"
}

func serviceOptions() []ui.Option {
	return []ui.Option{{Value: service, Label: serviceLabel(service)}, {Value: mailService, Label: serviceLabel(mailService)}}
}

// Mender has records that did not arrive tried again. Each step checks the right
// of who acts in the context, and those about several return how many it was.
type Mender interface {
	Retry(ctx context.Context, k link.Key) error
	RetryAll(ctx context.Context, keys []link.Key) (int, error)
	RetryCause(ctx context.Context, c store.Cause) (int, error)
	RetryFailed(ctx context.Context, code string) (int, error)
}

// Dismisser takes records that did not arrive off the list, and puts them back,
// with the same checks.
type Dismisser interface {
	Dismiss(ctx context.Context, k link.Key, reason string) error
	DismissAll(ctx context.Context, keys []link.Key, reason string) (link.Dismissal, error)
	DismissCause(ctx context.Context, c store.Cause, reason string) (link.Dismissal, error)
	Restore(ctx context.Context, k link.Key) error
	RestoreAll(ctx context.Context, dismissal uuid.UUID) (int, error)
}

// Replayer has webhooks looked at again.
type Replayer interface {
	Replay(ctx context.Context, id crm.EventID) error
	ReplayAll(ctx context.Context, ids []crm.EventID) (int, error)
	ReplayFailed(ctx context.Context, service string) (int, error)
}

// Places knows where a person sees a record at the service.
type Places interface {
	ContactURL(c connection.Connection, remoteID string) string
	InvoiceURL(c connection.Connection, remoteID string) string
	CreditNoteURL(c connection.Connection, remoteID string) string
}

// Exchange is an integration as these pages need it.
type Exchange interface {
	Mender
	Dismisser
	Replayer
	Places
}

// Config is what the pages are made of. Only Now may be missing.
type Config struct {
	Xero  Exchange
	Store *store.Store
	Now   func() time.Time
}

// Pages mounts the pages; it is a web.Mounter and a web.Noticer.
type Pages struct {
	xero  Exchange
	store *store.Store
	now   func() time.Time
}

// New makes the pages.
func New(c Config) *Pages {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Pages{xero: c.Xero, store: c.Store, now: c.Now}
}

// Routes lists the pages.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		get("/sync/history", auth.SyncView, p.history),
		get("/sync/history/{id}", auth.SyncView, p.entry),
		{Method: http.MethodGet, Pattern: "/sync/history/export", Permission: string(auth.SyncView), Handle: p.exportHistory, Stream: true},
		get("/sync/errors", auth.ErrorsView, p.errors),
		post("/sync/errors/retry", auth.SyncRetry, p.retrySeveral),
		post("/sync/errors/dismiss", auth.SyncRetry, p.dismissSeveral),
		post("/sync/errors/dismissals/{id}/restore", auth.SyncRetry, p.restoreDismissal),
		post("/sync/errors/{kind}/{record}/retry", auth.SyncRetry, p.retry),
		get("/sync/errors/{kind}/{record}/dismiss", auth.SyncRetry, p.dismissPage),
		post("/sync/errors/{kind}/{record}/dismiss", auth.SyncRetry, p.dismiss),
		post("/sync/errors/{kind}/{record}/restore", auth.SyncRetry, p.restore),
		get("/sync/webhooks", auth.SyncView, p.webhooks),
		get("/sync/webhooks/{id}", auth.SyncView, p.webhook),
		post("/sync/webhooks/{id}/replay", auth.SyncRetry, p.replay),
		post("/sync/webhooks/replay", auth.SyncRetry, p.replayTicked),
		post("/sync/webhooks/replay-failed", auth.SyncRetry, p.replayFailed),
	}
}

func get(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(permission), Handle: h}
}

func post(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Permission: string(permission), Handle: h}
}
