package store

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
)

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
