package records

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// InvoiceFigures is what the overview says about invoices.
type InvoiceFigures struct {
	Currency crm.Currency
	Open     store.Owed
	Overdue  store.Owed
	Sales    []store.MonthSales // the last twelve months, this one last, months without sales too
}

// InvoiceFigures sums open and overdue invoices and the sales of the last
// twelve months.
func (b *Book) InvoiceFigures(ctx context.Context) (InvoiceFigures, error) {
	return read(ctx, b, invoicesView, func(org crm.OrgID) (f InvoiceFigures, err error) {
		seller, err := b.store.Seller(ctx, org)
		if err != nil {
			return f, err
		}
		today := crm.DayIn(b.now(), seller.Location())
		f.Currency = seller.Currency
		if f.Open, err = b.store.InvoicesOpen(ctx, org); err != nil {
			return f, err
		}
		if f.Overdue, err = b.store.InvoicesOverdue(ctx, org, today); err != nil {
			return f, err
		}
		since := crm.NewDay(today.Year(), today.Month()-11, 1)
		sales, err := b.store.SalesByMonth(ctx, org, since)
		f.Sales = everyMonth(since, sales)
		return f, err
	})
}

// everyMonth fills the months without sales.
func everyMonth(since crm.Day, sales []store.MonthSales) []store.MonthSales {
	months := make([]store.MonthSales, 12)
	for i := range months {
		months[i].Month = crm.NewDay(since.Year(), since.Month()+time.Month(i), 1).String()[:7]
		for _, s := range sales {
			if s.Month == months[i].Month {
				months[i] = s
			}
		}
	}
	return months
}

// OrdersByState is how many orders are in each state that has any.
func (b *Book) OrdersByState(ctx context.Context) (map[crm.OrderState]int64, error) {
	return read(ctx, b, ordersView, func(org crm.OrgID) (map[crm.OrderState]int64, error) { return b.store.OrdersByState(ctx, org) })
}

// CountCustomers is how many customers are active.
func (b *Book) CountCustomers(ctx context.Context) (int64, error) {
	return read(ctx, b, customersView, func(org crm.OrgID) (int64, error) { return b.store.CountCustomers(ctx, org) })
}

// History is what happened to a record, the newest change first: 50 changes
// when max is zero, at most 200. It needs the permission to view such records.
func (b *Book) History(ctx context.Context, kind crm.RecordKind, id uuid.UUID, max int) ([]store.ChangeEntry, error) {
	permission := map[crm.RecordKind]string{
		crm.CustomerRecord: customersView, crm.ProductRecord: productsView, crm.OrderRecord: ordersView,
		crm.InvoiceRecord: invoicesView, crm.PaymentRecord: invoicesView,
		crm.CreditNoteRecord: creditsView, crm.AllocationRecord: creditsView, crm.RefundRecord: creditsView,
	}[kind]
	if permission == "" {
		return nil, crm.Errorf(crm.Invalid, "There is no such kind of record.")
	}
	return read(ctx, b, permission, func(org crm.OrgID) ([]store.ChangeEntry, error) { return b.store.ChangesOf(ctx, org, id, max) })
}
