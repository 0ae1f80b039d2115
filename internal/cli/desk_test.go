package cli_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/cli"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// office is an organisation that is connected to a simulated Xero, in a SQLite
// file on which commands are typed.
type office struct {
	*testing.T
	data, xero string
	sim        *xerosim.Server
	org        crm.OrgID
	customer   crm.Customer
	good       crm.Invoice // is in Xero
	locked     crm.Invoice // Xero refused it
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, data: t.TempDir(), org: crm.NewID[crm.Organisation]()}
	o.sim = xerosim.New(xerosim.Options{Organisations: []xerosim.Organisation{xerosim.DefaultOrganisation()}, MinuteLimit: -1, Log: slog.New(slog.DiscardHandler)})
	there := httptest.NewServer(o.sim)
	t.Cleanup(there.Close)
	o.xero = there.URL
	o.inside(true, func(ctx context.Context, a *app.App) error {
		err := a.Store.AddOrganisation(ctx, crm.Organisation{
			ID: o.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
			InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now(),
		}, crm.AustralianTaxRates())
		if err != nil {
			return err
		}
		if err := o.connect(ctx, a); err != nil {
			return err
		}
		return o.trade(ctx, a)
	})
	return o
}

// inside does something in the program before or between commands.
func (o *office) inside(serve bool, do func(context.Context, *app.App) error) {
	o.Helper()
	a, err := app.Open(o.Context(), app.Config{
		URL: "http://localhost:8080", Data: o.data, Serve: serve, Log: slog.New(slog.DiscardHandler),
		Xero: app.Xero{ClientID: "demo", ClientSecret: "demo", URL: o.xero},
	})
	if err != nil {
		o.Fatal(err)
	}
	err = do(auth.With(o.Context(), auth.System(o.org, "keeper")), a)
	if err := errors.Join(err, a.Close(o.Context())); err != nil {
		o.Fatal(err)
	}
}

// connect gives access to the organisation in Xero, as a person would.
func (o *office) connect(ctx context.Context, a *app.App) error {
	address, err := a.Xero.Begin(ctx)
	if err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	form := u.Query()
	form.Set("decision", "allow")
	form.Set("tenant", o.sim.Tenants()[0])
	u.RawQuery = ""
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(u.String(), form)
	if err != nil {
		return err
	}
	back, err := answer.Location()
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return err
	}
	_, err = a.Xero.Finish(ctx, back.Query().Get("state"), back.Query().Get("code"))
	return err
}

// trade makes an invoice that arrives and one that does not.
func (o *office) trade(ctx context.Context, a *app.App) (err error) {
	o.customer, err = a.Book.CreateCustomer(ctx, records.CustomerInput{Name: "Harbour Solar", Email: "accounts@harbour.example"})
	if err != nil {
		return err
	}
	if o.good, err = o.invoice(ctx, a); err != nil {
		return err
	}
	if err := o.push(ctx, a); err != nil {
		return err
	}
	closed := time.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	if err := o.sim.SetLockDates("", closed, ""); err != nil {
		return err
	}
	if o.locked, err = o.invoice(ctx, a); err != nil {
		return err
	}
	return errors.Join(o.push(ctx, a), o.sim.SetLockDates("", "", ""))
}

func (o *office) invoice(ctx context.Context, a *app.App) (crm.Invoice, error) {
	i, err := a.Book.CreateInvoice(ctx, records.InvoiceInput{CustomerID: o.customer.ID, Lines: []records.LineInput{
		{Kind: crm.Item, Description: "BESS 50 kWh", Quantity: 20000, UnitPrice: new(crm.Price(1000000)), TaxClass: crm.GST},
		{Kind: crm.Item, Description: "Fitting", Quantity: 10000, UnitPrice: new(crm.Price(500000)), TaxClass: crm.GST},
	}})
	if err != nil {
		return i, err
	}
	return a.Book.IssueInvoice(ctx, i.ID)
}

// push sends what waits, as the process that works on jobs does.
func (o *office) push(ctx context.Context, a *app.App) error {
	err := a.Xero.Push(ctx, xero.PushArgs{Org: o.org})
	if snooze := (*river.JobSnoozeError)(nil); errors.As(err, &snooze) {
		return nil
	}
	return err
}

// pushes is push between commands.
func (o *office) pushes() {
	o.Helper()
	o.inside(false, o.push)
}

func (o *office) link(kind link.Kind, record uuid.UUID) (l link.Link) {
	o.Helper()
	o.inside(false, func(ctx context.Context, a *app.App) (err error) {
		l, err = a.Store.Link(ctx, link.Key{Org: o.org, Service: xero.Name, Kind: kind, Record: record})
		return err
	})
	return l
}

// inTx changes the database between commands.
func (o *office) inTx(do func(context.Context, *store.Tx) error) {
	o.Helper()
	o.inside(false, func(ctx context.Context, a *app.App) error {
		return a.Store.InTx(ctx, func(tx *store.Tx) error { return do(ctx, tx) })
	})
}

// typed types a command about the organisation. It returns what was written.
func (o *office) typed(command string, args ...string) (text string, status int) {
	o.Helper()
	all := append(strings.Fields(command), "--org", "Voltway", "--data", o.data, "--xero-url", o.xero, "--xero-client-id", "demo", "--xero-client-secret", "demo")
	var out, wrong bytes.Buffer
	status = cli.Run(append(all, args...), &out, &wrong)
	return out.String() + wrong.String(), status
}

// does wants a command to succeed and to write some words.
func (o *office) does(command string, words ...string) string {
	o.Helper()
	text, status := o.typed(command)
	if status != 0 {
		o.Errorf("renoz %s ends with %d: %s", command, status, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			o.Errorf("renoz %s lacks %q: %s", command, w, text)
		}
	}
	return text
}

// refuses wants a command to end with 1 and one line.
func (o *office) refuses(command, words string) {
	o.Helper()
	text, status := o.typed(command)
	if status != 1 || strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "renoz: ") || !strings.Contains(text, words) {
		o.Errorf("renoz %s ends with %d and %q, want 1 and %q", command, status, text, words)
	}
}

// after is the word that follows another in a text.
func (o *office) after(text, word string) string {
	o.Helper()
	_, rest, found := strings.Cut(text, word+" ")
	fields := strings.Fields(rest)
	if !found || len(fields) == 0 {
		o.Fatalf("nothing follows %q in %q", word, text)
	}
	return strings.TrimRight(fields[0], ".;,`")
}
