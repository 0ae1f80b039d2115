package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

const (
	company = "Voltway Batteries Pty Ltd"
	zone    = "Australia/Sydney"
	filled  = "demo.filled" // the fact that holds when the business is there
)

// Config is what Fill needs.
type Config struct {
	Store *store.Store // migrated
	Auth  *auth.Service
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger     // nil: silent
}

// filling is one run of Fill.
type filling struct {
	Config
	accounts Accounts
	book     *records.Book
	clock    time.Time // of the book
	calendar calendar
	stock    stock
	clients  []client
	schedule schedule
}

// Fill makes the organisation, its people and a year of records. The records
// are kept in one transaction, so they are all there or none is. It returns an
// Error of kind Conflict when the database has an organisation already.
func Fill(ctx context.Context, c Config) (Accounts, error) {
	if c.Store == nil || c.Auth == nil {
		return Accounts{}, errors.New("demo: Config.Store or Config.Auth is missing")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	all, err := c.Store.Organisations(ctx)
	if err != nil {
		return Accounts{}, err
	}
	if len(all) > 0 {
		return Accounts{}, crm.Errorf(crm.Conflict, "The database already holds %s; the demo needs an empty one. Choose another with --data or RENOZ_DATA, or remove it.", all[0].Name)
	}
	f := &filling{Config: c, accounts: People()}
	if err := f.fill(ctx); err != nil {
		return Accounts{}, err
	}
	return f.accounts, nil
}

// Filled reports whether Fill has filled the database.
func Filled(ctx context.Context, s *store.Store) (bool, error) {
	value, err := s.Fact(ctx, filled)
	return value != "", err
}

func (f *filling) fill(ctx context.Context) error {
	now := f.Now()
	sydney, err := time.LoadLocation(zone)
	if err != nil {
		return fmt.Errorf("load the time zone of the demo: %w", err)
	}
	f.calendar = newCalendar(now, sydney)
	f.clock = f.calendar.at(0)
	f.book = records.New(records.Config{Store: f.Store, Now: func() time.Time { return f.clock }})
	f.accounts.Org = crm.NewID[crm.Organisation]()
	err = f.Store.AddOrganisation(ctx, crm.Organisation{
		ID: f.accounts.Org, Name: company, Currency: "AUD", TimeZone: zone, Country: "AU", TermsDays: 30,
		YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: f.clock}, crm.AustralianTaxRates())
	if err != nil {
		return fmt.Errorf("add the organisation of the demo: %w", err)
	}
	if err := f.hire(ctx); err != nil {
		return err
	}
	if err := f.Store.InTx(ctx, func(tx *store.Tx) error { return f.trade(ctx, tx, now) }); err != nil {
		return fmt.Errorf("fill the demo: %w", err)
	}
	f.Log.InfoContext(ctx, "demo filled", "organisation", company, "customers", customerCount, "orders", orderCount,
		"invoices", invoiceCount)
	return nil
}

// trade is the year.
func (f *filling) trade(ctx context.Context, tx *store.Tx, now time.Time) error {
	if err := f.stockUp(ctx, f.work(tx, auth.Admin)); err != nil {
		return err
	}
	f.clients = clients()
	f.planClients()
	invoices := f.planOrders()
	f.planInvoices(invoiceCount - invoices)
	if err := f.run(ctx, tx); err != nil {
		return err
	}
	_, err := tx.KeepFact(ctx, filled, now.UTC().Format(time.RFC3339))
	return err
}

// planClients has most customers there from the start and the others come
// through the year.
func (f *filling) planClients() {
	c := newChance(2)
	settled := customerCount * 3 / 5
	for i := range f.clients {
		x := &f.clients[i]
		x.since = minute(i) * workday / minute(settled) // on the first day
		if i >= settled && !x.overseas {
			x.since = f.calendar.end / 100 * minute(c.between(1, 97))
		}
		f.schedule.add(x.since, auth.Sales, "add the customer "+x.Name, func(ctx context.Context, w records.Work) error {
			kept, err := w.CreateCustomer(ctx, x.CustomerInput)
			x.id = kept.ID
			return err
		})
	}
}
