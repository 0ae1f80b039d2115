package xeropages

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Config is what the pages are made of. Ancestors and Now may be missing.
type Config struct {
	Xero  *xero.Service
	Store *store.Store
	// Ancestors are the origins whose pages may show the card in a frame.
	Ancestors []string
	Now       func() time.Time
}

// Pages mounts the pages; it is a web.Mounter and a web.Noticer.
type Pages struct {
	xero      *xero.Service
	store     *store.Store
	ancestors []string
	now       func() time.Time
}

// New makes the pages.
func New(c Config) *Pages {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Pages{xero: c.Xero, store: c.Store, ancestors: c.Ancestors, now: c.Now}
}

// Routes lists the pages.
func (p *Pages) Routes() []web.Route {
	return append(append(p.bulkRoutes(), p.reconciliationRoutes()...), []web.Route{
		get("/xero", auth.SyncView, p.state),
		get("/xero/card", auth.SyncView, p.showCard),
		get("/embed/xero", web.Public, p.framed),
		post("/xero/card/link", auth.SyncView, p.linkCard),
		get("/xero/limits", auth.SyncView, p.limits),
		post("/xero/sync", auth.SyncRetry, p.syncNow),
		get("/xero/connect", auth.XeroConnect, p.connect),
		get("/xero/callback", auth.XeroConnect, p.callback),
		get("/xero/tenants", auth.XeroConnect, p.tenants),
		post("/xero/tenants", auth.XeroConnect, p.choose),
		post("/xero/disconnect", auth.XeroConnect, p.disconnect),
		get("/xero/settings", auth.XeroSettings, p.settings),
		post("/xero/settings", auth.XeroSettings, p.saveSettings),
		get("/xero/invoices/{id}/online", auth.InvoicesView, p.online),
		get("/xero/invoices/{id}/pdf", auth.InvoicesView, p.pdf),
		post("/xero/invoices/{id}/mail", auth.InvoicesIssue, p.mail),
		post("/xero/records/{kind}/{id}/sync", auth.SyncRetry, p.syncRecord),
		post("/xero/breaker/reset", auth.BreakerReset, p.resetBreaker),
		get("/xero/contacts", auth.SyncView, p.contacts),
		get("/xero/contacts/settings", auth.XeroSettings, p.contactSettings),
		post("/xero/contacts/settings", auth.XeroSettings, p.saveContactSettings),
		post("/xero/contacts/link", auth.SyncRetry, p.linkTicked),
		post("/xero/contacts/accept", auth.SyncRetry, p.acceptAbove),
		post("/xero/contacts/import", auth.SyncRetry, p.importMany),
		post("/xero/contacts/runs/{run}/stop", auth.SyncRetry, p.stopRun),
		get("/xero/contacts/{contact}", auth.SyncView, p.contact),
		post("/xero/contacts/{contact}/link", auth.SyncRetry, p.linkOne),
		post("/xero/contacts/{contact}/skip", auth.SyncRetry, p.skip),
		post("/xero/contacts/{contact}/import", auth.SyncRetry, p.importOne),
		get("/xero/customers/{id}", auth.SyncView, p.customer),
		post("/xero/customers/{id}/unlink", auth.SyncRetry, p.unlink),
		post("/xero/customers/{id}/create", auth.SyncRetry, p.createAnyway),
		post("/xero/conflicts/{conflict}", auth.SyncRetry, p.decideConflict),
	}...)
}

func get(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(permission), Handle: h}
}

func post(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Permission: string(permission), Handle: h}
}

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{
		"xero-connected":           says("Xero is connected", "What waited is sent now. New and changed records follow by themselves."),
		"xero-disconnected":        says("Xero is disconnected", "Nothing is sent or read any more. Connect the same organisation again to go on where it stopped."),
		"xero-syncing":             says("Syncing with Xero", "What waits is sent and what changed is read. The figures follow."),
		"bulk-started":             says("The run has begun", "It goes on in the background, after everything more urgent. This page shows how far it is."),
		"bulk-paused":              says("Paused", "What was being sent ends; the rest waits until you resume."),
		"bulk-resumed":             says("It goes on", "The run goes on where it was."),
		"bulk-cancelled":           says("Cancelled", "What was sent stays. Everything else is as it was before."),
		"bulk-retried":             says("Retrying", "What failed is sent again, after everything more urgent."),
		"xero-settings":            says("Settings saved", "Records that waited for them are sent now."),
		"xero-reconciling":         says("Reconciliation began", "It goes on in the background; what differs appears here."),
		"xero-difference-resolved": says("Synced", "What is ours to say was sent again, and what is Xero's was read."),
		"xero-difference-accepted": differenceAccepted,
		"xero-taken-over":          takenOverNotice,
		"xero-record-synced":       says("Synced with Xero", "What waited is on its way, and what Xero says of it was read."),
		"xero-mailing":             says("The invoice is on its way", "Xero mails it to the customer. What became of it stands beside the invoice."),
		"contact-linked":           says("Linked", "Both sides are compared now. What waited for this customer goes to Xero."),
		"contact-skipped":          skipped,
		"contact-unskipped":        says("Suggested again", "The contact is back among the suggestions."),
		"contact-imported":         says("The customer was made", "It is linked to its contact in Xero."),
		"contact-unlinked":         says("Unlinked", "Nothing changed in Xero. Link the customer again whenever you like."),
		"contact-created":          says("The customer goes to Xero", "It becomes a new contact there."),
		"contact-run":              says("It is under way", "It goes on in the background. This page shows how far it is."),
		"contact-stopped":          says("Stopped", "What is done stays done."),
		"contact-settings":         says("Settings saved", "They count from now on."),
		"conflict-decided":         says("Decided", "Both sides get the value that you kept. The other one stays in the history."),
		"xero-breaker-reset":       says("Requests to Xero go on", "The next failure in a row pauses them again."),
	}
}

// skipped offers to suggest the contact again.
func skipped(r *http.Request) *ui.Notice {
	n := &ui.Notice{Title: "Skipped", Text: "It is not suggested any more, and holds nothing up."}
	if id, err := uuid.Parse(r.FormValue("of")); err == nil {
		n.Undo = &ui.PostTo{URL: "/xero/contacts/" + id.String() + "/skip", Back: "/xero/contacts", Fields: [][2]string{{"undo", "1"}}}
	}
	return n
}

func says(title, text string) func(*http.Request) *ui.Notice {
	return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
}
