package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// The kinds of number that are counted without gaps, each on its own in each
// organisation. Products have no number; their kind only serves LockNumbers.
const (
	CustomerNumbers = "customer"
	ProductNumbers  = "product"
	OrderNumbers    = "order"
	InvoiceNumbers  = "invoice"
	PaymentNumbers  = "payment"
)

// NextNumber counts on. No other transaction counts the same kind until this
// one ends, and one that is undone gives its number back, so there are no gaps.
func (t *Tx) NextNumber(ctx context.Context, org crm.OrgID, kind string) (int64, error) {
	n, err := t.q.NextNumber(ctx, org, kind)
	if err != nil {
		return 0, fmt.Errorf("count the next %s: %w", kind, err)
	}
	return n, nil
}

// LockNumbers keeps other transactions from counting the kind until this one
// ends, so that what it looks for before it counts stays true.
func (t *Tx) LockNumbers(ctx context.Context, org crm.OrgID, kind string) error {
	if err := t.q.LockNumbers(ctx, org, kind); err != nil {
		return fmt.Errorf("lock the numbers of %ss: %w", kind, err)
	}
	return nil
}

// Seller is an organisation with what its documents are made by.
type Seller struct {
	crm.Organisation
	TaxRates crm.TaxRates
}

// Seller returns an Error of kind NotFound when there is no such organisation.
func (r Reader) Seller(ctx context.Context, org crm.OrgID) (Seller, error) {
	row, err := r.q.Organisation(ctx, org)
	if err != nil {
		return Seller{}, notFound(err, "organisation")
	}
	rates := crm.TaxRates{}
	if err := json.Unmarshal([]byte(row.TaxRates), &rates); err != nil {
		return Seller{}, fmt.Errorf("read the tax rates of an organisation: %w", err)
	}
	if len(rates) == 0 {
		rates = crm.AustralianTaxRates()
	}
	return Seller{TaxRates: rates, Organisation: crm.Organisation{
		ID: row.ID, Name: row.Name, Currency: row.Currency, TimeZone: row.TimeZone, Country: row.Country,
		TermsDays: int(row.TermsDays), YearStart: time.Month(row.YearStart), InvoicePrefix: row.InvoicePrefix,
		OrderPrefix: row.OrderPrefix, CreatedAt: row.CreatedAt.Time,
	}}, nil
}

// ChangeEntry is one change in the history of a record.
type ChangeEntry struct {
	ID       uuid.UUID // sorts by time
	OrgID    crm.OrgID
	Record   crm.RecordKind
	RecordID uuid.UUID
	What     crm.ChangeKind
	Actor    string // who did it, in words for people
	Detail   string // a short sentence
	At       time.Time
}

// InsertChange adds to the history of a record.
func (t *Tx) InsertChange(ctx context.Context, c ChangeEntry) error {
	err := t.q.InsertChange(ctx, db.InsertChangeParams{
		ID: c.ID, OrgID: c.OrgID, RecordKind: string(c.Record), RecordID: c.RecordID, What: string(c.What),
		Actor: c.Actor, Detail: c.Detail, CreatedAt: instant.At(c.At)})
	if err != nil {
		return fmt.Errorf("keep a change of a record: %w", err)
	}
	return nil
}

// ChangesOf is the history of a record, the newest change first: 50 changes
// when max is zero, at most 200.
func (r Reader) ChangesOf(ctx context.Context, org crm.OrgID, record uuid.UUID, max int) ([]ChangeEntry, error) {
	rows, err := r.q.ChangesOf(ctx, org, record, limit(max))
	if err != nil {
		return nil, fmt.Errorf("read the changes of a record: %w", err)
	}
	return each(rows, func(row db.Change) ChangeEntry {
		return ChangeEntry{
			ID: row.ID, OrgID: row.OrgID, Record: crm.RecordKind(row.RecordKind), RecordID: row.RecordID,
			What: crm.ChangeKind(row.What), Actor: row.Actor, Detail: row.Detail, At: row.CreatedAt.Time}
	}), nil
}

// Owed is how many invoices are not settled, and what is due on them.
type Owed struct {
	Invoices int64
	Due      crm.MinorUnits
}

// InvoicesOpen is what all customers owe.
func (r Reader) InvoicesOpen(ctx context.Context, org crm.OrgID) (Owed, error) {
	row, err := r.q.SumOpenInvoices(ctx, org)
	if err != nil {
		return Owed{}, fmt.Errorf("sum open invoices: %w", err)
	}
	return Owed{row.Invoices, crm.MinorUnits(row.Due)}, nil
}

// InvoicesOverdue is the part of it that should have been paid before today.
func (r Reader) InvoicesOverdue(ctx context.Context, org crm.OrgID, today crm.Day) (Owed, error) {
	row, err := r.q.SumOverdueInvoices(ctx, org, today)
	if err != nil {
		return Owed{}, fmt.Errorf("sum overdue invoices: %w", err)
	}
	return Owed{row.Invoices, crm.MinorUnits(row.Due)}, nil
}

// MonthSales is what was invoiced in one month, without tax.
type MonthSales struct {
	Month    string // such as 2026-11
	Invoices int64
	Sales    crm.MinorUnits
}

// SalesByMonth is what was invoiced on the day since and later, by month;
// months without invoices are left out.
func (r Reader) SalesByMonth(ctx context.Context, org crm.OrgID, since crm.Day) ([]MonthSales, error) {
	rows, err := r.q.SalesByMonth(ctx, org, since)
	if err != nil {
		return nil, fmt.Errorf("sum sales by month: %w", err)
	}
	return each(rows, func(row db.SalesByMonthRow) MonthSales {
		return MonthSales{row.Month, row.Invoices, crm.MinorUnits(row.Sales)}
	}), nil
}

// OrdersByState is how many orders are in each state that has any.
func (r Reader) OrdersByState(ctx context.Context, org crm.OrgID) (map[crm.OrderState]int64, error) {
	rows, err := r.q.CountOrdersIn(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("count orders by state: %w", err)
	}
	counts := make(map[crm.OrderState]int64, len(rows))
	for _, row := range rows {
		counts[row.State] = row.N
	}
	return counts, nil
}

// CountCustomers is how many customers are active.
func (r Reader) CountCustomers(ctx context.Context, org crm.OrgID) (int64, error) {
	n, err := r.q.CountCustomers(ctx, org)
	if err != nil {
		return 0, fmt.Errorf("count customers: %w", err)
	}
	return n, nil
}
