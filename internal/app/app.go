package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/embed"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/vault"
	"github.com/renoz/renoz/internal/workflow"
)

// App is the whole program.
type App struct {
	Config    Config
	Store     *store.Store
	Auth      *auth.Service
	Book      *records.Book
	Xero      *xero.Service
	Resend    *resend.Service
	Campaigns *campaign.Service
	Claude    *claude.Service
	Notifier  *notify.Notifier
	Breaker   *breaker.Breaker

	process store.Process
	inbox   *inbox.Inbox
	limiter *ratelimit.Limiter
	workers *jobs.Workers
	lock    *fileLock
}

// Open connects everything. It
// returns an Error that says what to do when the configuration, the key or the
// database is not right.
func Open(ctx context.Context, c Config) (*App, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	a := &App{Config: c, process: store.NewProcess()}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	return a, nil
}

func (a *App) open(ctx context.Context) (err error) {
	database := a.Config.Database()
	if a.Config.Serve && !store.IsPostgres(database) {
		if a.lock, err = lockFile(database + ".lock"); err != nil {
			return err
		}
	}
	if !a.Config.Serve && !knownFile(database) {
		return crm.Errorf(crm.Precondition, "There is no database at %s. Run `renoz migrate` first, or name another folder with RENOZ_DATA or --data.", database)
	}
	if a.Store, err = store.Open(ctx, store.Config{URL: database, Now: a.Config.Now}); err != nil {
		return err
	}
	if err := a.checkKey(ctx); err != nil {
		return err
	}
	if err := a.prepareSchema(ctx); err != nil {
		return err
	}
	sealed, err := a.openVault(ctx)
	if err != nil {
		return err
	}
	return a.wire(sealed)
}

// knownFile reports whether a SQLite file is there; a server is asked later.
func knownFile(database string) bool {
	if store.IsPostgres(database) {
		return true
	}
	_, err := os.Stat(database)
	return err == nil
}

// prepareSchema brings the schema up to date where the program serves, and
// refuses an older one elsewhere.
func (a *App) prepareSchema(ctx context.Context) error {
	if a.Config.Serve {
		return a.Store.Migrate(ctx)
	}
	old, err := a.Store.NeedsMigration(ctx)
	if err == nil && old {
		err = crm.Errorf(crm.Precondition, "The database has an older schema, or none. Run `renoz migrate` first.")
	}
	return err
}

// keyFact is where the fingerprint of the key that seals tokens is kept.
const keyFact = "vault key"

// checkKey refuses a key that is not the database's before anything is changed.
// A database that knows none, or has no tables yet, has nothing against it; and
// a key that would have to be made is not made here.
func (a *App) checkKey(ctx context.Context) error {
	recorded, err := a.Store.Fact(ctx, keyFact)
	if err != nil || recorded == "" {
		return nil //nolint:nilerr // the schema is looked at next, and says what is wrong
	}
	file := filepath.Join(a.Config.Data, "renoz.key")
	if _, err := os.Stat(file); err != nil && a.Config.Key == "" {
		return crm.Errorf(crm.Precondition, "The key that sealed the tokens of this database is missing: there is no %s and RENOZ_KEY is not set. Put it back, or set RENOZ_KEY.", file)
	}
	v, err := vault.Open(vault.Config{Key: a.Config.Key, File: file})
	if err != nil {
		return err
	}
	return v.Check(recorded)
}

func (a *App) openVault(ctx context.Context) (*vault.Vault, error) {
	v, err := vault.Open(vault.Config{Key: a.Config.Key, File: filepath.Join(a.Config.Data, "renoz.key")})
	if err != nil {
		return nil, err
	}
	recorded, err := a.Store.KeepFact(ctx, keyFact, v.Fingerprint())
	if err != nil {
		return nil, err
	}
	if err := v.Check(recorded); err != nil {
		return nil, err
	}
	return v, nil
}

func (a *App) wire(v *vault.Vault) (err error) {
	c := a.Config
	if a.Auth, err = auth.New(auth.Config{Store: a.Store, Now: c.Now, PublicURL: c.URL, Log: c.Log}); err != nil {
		return fmt.Errorf("prepare signing in: %w", err)
	}
	a.Book = records.New(records.Config{Store: a.Store, Now: c.Now, Authorise: authorise, Dating: xero.Dating{Of: func() *xero.Service { return a.Xero }}, React: []records.Reaction{
		workflow.InvoiceShipped(func() *records.Book { return a.Book }), xero.React, a.react,
	}})
	a.Breaker = breaker.New(breaker.Config{Store: a.Store.Circuits(), Settings: c.breaker, Now: c.Now, Log: c.Log})
	a.limiter = ratelimit.New(ratelimit.Config{Store: a.Store.LimitsOf(a.process), Budgets: c.budgets, Now: c.Now, Log: c.Log})
	a.Xero = xero.New(xero.Config{
		API: c.xeroAPI(), WebhookKey: c.Xero.WebhookKey, Store: a.Store, Vault: v, Book: a.Book, Process: a.process,
		Transport: a.xeroTransport(), Breaker: a.Breaker, Notify: a.tell, Arrived: a.invoiceArrived, Schedule: c.schedule(), EmbedURL: c.embedURL("xero"), Log: c.Log, Now: c.Now,
		Budgets: func(tenant string) []ratelimit.Budget { return c.Xero.budgets(xero.Name, tenant) },
	})
	a.Resend = resend.New(resend.Config{
		API: c.resendAPI(), Key: resendapi.Secret(c.Resend.Key), Store: a.Store, Vault: v, Process: a.process, Transport: a.resendTransport(),
		DNS: c.resolver(), Document: a.document, Consented: a.consented, Schedule: c.schedule(), URL: c.URL, Log: c.Log, Now: c.Now,
		Embed: embed.Links{Vault: v, Place: resend.CardPlace, URL: c.embedURL("mail"), Now: c.Now},
	})
	a.Claude = claude.New(claude.Config{
		URL: c.Claude.URL, Key: c.Claude.Key, Model: c.Claude.Model, Fallback: c.Claude.Fallback, Store: a.Store, Book: a.Book, Process: a.process,
		Transport: a.claudeTransport(), Log: c.Log, Now: c.Now,
	})
	a.Campaigns = campaign.New(campaign.Config{Mail: a.Resend, Allowance: a.Resend.Allowance, Store: a.Store, Now: c.Now})
	a.Notifier = notify.New(a.Store, a.Resend)
	a.inbox = inbox.New(inbox.Config{Store: a.Store, Log: c.Log, Now: c.Now})
	a.workers = jobs.NewWorkers()
	a.Xero.Register(a.workers)
	a.Resend.Register(a.workers)
	a.Campaigns.Register(a.workers)
	jobs.Handle(a.workers, a.look)
	a.registerCleaning()
	return nil
}

// authorise asks the request's identity.
func authorise(ctx context.Context, permission string) (crm.OrgID, string, error) {
	who, err := auth.Require(ctx, auth.Permission(permission))
	return who.Org, who.Actor(), err
}

// react mails what follows from a change. Mail is asked for when a change
// happens, because it is made after the book.
func (a *App) react(ctx context.Context, tx *store.Tx, c crm.Change) error {
	return a.Resend.React(ctx, tx, c)
}

// invoiceArrived mails an invoice that Xero has, and Xero does not mail.
func (a *App) invoiceArrived(ctx context.Context, tx *store.Tx, org crm.OrgID, id crm.InvoiceID) error {
	return a.Resend.InvoiceArrived(ctx, tx, org, id)
}

// document is a record as Xero prints it, and of invoices their address for the
// customer if they have one.
func (a *App) document(ctx context.Context, org crm.OrgID, about mail.About) (resend.Document, error) {
	ctx = auth.With(ctx, auth.System(org, "mail"))
	if about.Kind == crm.CreditNoteRecord {
		return a.creditNote(ctx, crm.CreditNoteID{UUID: about.ID})
	}
	id := crm.InvoiceID{UUID: about.ID}
	pdf, number, err := a.Xero.InvoicePDF(ctx, id)
	if err != nil {
		return resend.Document{}, err
	}
	link, err := a.Xero.OnlineInvoice(ctx, id)
	if err != nil && crm.KindOf(err) != crm.Conflict {
		return resend.Document{}, err
	}
	return resend.Document{Name: number + ".pdf", PDF: pdf, Link: link}, nil
}

// creditNote is one as Xero prints it. Where Xero has none the mail goes without.
func (a *App) creditNote(ctx context.Context, id crm.CreditNoteID) (resend.Document, error) {
	pdf, number, err := a.Xero.CreditNotePDF(ctx, id)
	if crm.KindOf(err) == crm.NotFound {
		return resend.Document{}, nil
	}
	return resend.Document{Name: number + ".pdf", PDF: pdf}, err
}

// look deals with the webhooks of a service.
func (a *App) look(ctx context.Context, args store.LookAtInbox) error {
	if args.Service == resend.Name {
		return a.Resend.Look(ctx)
	}
	return a.Xero.Look(ctx)
}

func (a *App) tell(ctx context.Context, n xero.Notice) error {
	return a.Notifier.Tell(ctx, notify.Notice{Org: n.Org, Cause: n.Cause, Level: notify.Urgent, Title: n.Title, Text: n.Text, Href: n.Href})
}

func (c Config) xeroAPI() xeroapi.Config {
	api := xeroapi.Config{ClientID: c.Xero.ClientID, ClientSecret: c.Xero.ClientSecret, Scopes: c.Xero.Scopes, RedirectURL: c.URL + "/xero/callback", UserAgent: "Renoz (" + Version() + ")"}
	if c.Xero.URL != "" {
		api = api.WithBase(c.Xero.URL)
	}
	return api
}

// xeroTransport is what every call to Xero passes: the breaker first, so that
// a call it refuses uses no budget, then the limits.
func (a *App) xeroTransport() http.RoundTripper {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = 8
	limited := a.limiter.Transport(base, xeroTenant, readXeroLimits)
	return a.Breaker.Transport(limited, xeroTenant, breaker.Failed)
}

func (c Config) resendAPI() resendapi.Config {
	return resendapi.Config{APIURL: c.Resend.URL, UserAgent: "Renoz (" + Version() + ")"}
}

func (c Config) resendWebhooks() (resend.Webhooks, error) {
	secrets := make([]resendapi.Secret, len(c.Resend.WebhookSecrets))
	for i, text := range c.Resend.WebhookSecrets {
		secrets[i] = resendapi.Secret(text)
	}
	return resend.NewWebhooks(secrets)
}

// resendTransport is what every call to Resend passes.
func (a *App) resendTransport() http.RoundTripper {
	base := http.DefaultTransport.(*http.Transport).Clone()
	limited := a.limiter.Transport(base, resendAccount, readResendLimits)
	return a.Breaker.Transport(limited, resendAccount, breaker.Failed)
}

// claudeTransport is what every request to Claude passes.
func (a *App) claudeTransport() http.RoundTripper {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = 64
	return a.Breaker.Transport(base, claudeAccount, breaker.Failed)
}

// Close ends what Open has opened.
func (a *App) Close(ctx context.Context) error {
	var errs []error
	if a.Claude != nil {
		a.Claude.Close()
	}
	if a.limiter != nil {
		errs = append(errs, a.limiter.Close(ctx))
	}
	if a.Store != nil {
		errs = append(errs, a.Store.Close())
	}
	if a.lock != nil {
		errs = append(errs, a.lock.release())
	}
	return errors.Join(errs...)
}

// OpenStore connects to the database alone.
func OpenStore(ctx context.Context, c Config) (*store.Store, error) {
	return store.Open(ctx, store.Config{URL: c.Database(), Now: c.Now})
}
