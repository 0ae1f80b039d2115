package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// OrderFilter says which orders a list shows.
type OrderFilter struct {
	Customer crm.CustomerID // zero: of all customers
	Search   string         // in number, reference and customer's name
	State    string         // a crm.OrderState, open for those not delivered or cancelled, or empty for all
	After    string         // Next of the page before
	Limit    int            // zero: 50; at most 200
}

// OrderRow is an order in a list.
type OrderRow struct {
	ID           crm.OrderID
	Number       string
	State        crm.OrderState
	Currency     crm.Currency
	OrderedOn    crm.Day
	Total        crm.MinorUnits
	Reference    string
	CustomerID   crm.CustomerID
	CustomerName string
}

// Order is an order with its lines. It returns an Error of kind NotFound when
// the organisation has no such order.
func (r Reader) Order(ctx context.Context, org crm.OrgID, id crm.OrderID) (crm.Order, error) {
	row, err := r.q.Order(ctx, org, id)
	if err != nil {
		return crm.Order{}, notFound(err, "order")
	}
	lines, err := r.q.OrderLines(ctx, org, id)
	if err != nil {
		return crm.Order{}, fmt.Errorf("read the lines of an order: %w", err)
	}
	o := orderOf(row)
	o.Lines = each(lines, orderLineOf)
	return o, nil
}

// Orders is a page of orders, the newest first.
func (r Reader) Orders(ctx context.Context, org crm.OrgID, f OrderFilter) (Page[OrderRow], error) {
	before, err := parseIDCursor[crm.Order](f.After, uuid.Max)
	if err != nil {
		return Page[OrderRow]{}, err
	}
	size := limit(f.Limit)
	var rows []OrderRow
	if f.Customer.IsZero() {
		var found []db.OrdersRow
		found, err = r.q.Orders(ctx, db.OrdersParams{OrgID: org, Before: before, State: f.State, Pattern: contains(f.Search), MaxRows: size + 1})
		rows = each(found, func(row db.OrdersRow) OrderRow { return OrderRow(row) })
	} else {
		var found []db.OrdersOfCustomerRow
		found, err = r.q.OrdersOfCustomer(ctx, db.OrdersOfCustomerParams{
			OrgID: org, CustomerID: f.Customer, Before: before, State: f.State, Pattern: contains(f.Search), MaxRows: size + 1})
		rows = each(found, func(row db.OrdersOfCustomerRow) OrderRow { return OrderRow(row) })
	}
	if err != nil {
		return Page[OrderRow]{}, fmt.Errorf("list orders: %w", err)
	}
	return page(rows, size, func(o OrderRow) string { return o.ID.String() }), nil
}

// LockOrder reads an order that no other transaction can change until this
// one ends. It returns an Error of kind NotFound as Order does.
func (t *Tx) LockOrder(ctx context.Context, org crm.OrgID, id crm.OrderID) (crm.Order, error) {
	if _, err := t.q.LockOrder(ctx, org, id); err != nil {
		return crm.Order{}, fmt.Errorf("lock an order: %w", err)
	}
	return t.Order(ctx, org, id)
}

// InsertOrder keeps a new order with its lines.
func (t *Tx) InsertOrder(ctx context.Context, o crm.Order) error {
	err := t.q.InsertOrder(ctx, db.InsertOrderParams{
		ID: o.ID, OrgID: o.OrgID, Number: o.Number, CustomerID: o.CustomerID, State: o.State, Currency: o.Currency,
		Reference: o.Reference, OrderedOn: o.OrderedOn, Notes: o.Notes, Subtotal: o.Totals.Subtotal, Tax: o.Totals.Tax, Total: o.Totals.Total,
		Version: o.Version, ShippedAt: instant.Maybe(o.ShippedAt), CreatedAt: instant.At(o.CreatedAt), UpdatedAt: instant.At(o.UpdatedAt)})
	if err != nil {
		return fmt.Errorf("keep a new order: %w", err)
	}
	return t.insertOrderLines(ctx, o)
}

// UpdateOrder changes all of an order but its lines when its version is still
// o.Version, which grows by one. It returns an Error of kind Conflict when it
// is not.
func (t *Tx) UpdateOrder(ctx context.Context, o crm.Order) error {
	n, err := t.q.UpdateOrder(ctx, db.UpdateOrderParams{
		ID: o.ID, OrgID: o.OrgID, CustomerID: o.CustomerID, State: o.State, Reference: o.Reference, OrderedOn: o.OrderedOn, Notes: o.Notes,
		Subtotal: o.Totals.Subtotal, Tax: o.Totals.Tax, Total: o.Totals.Total,
		Version: o.Version, ShippedAt: instant.Maybe(o.ShippedAt), UpdatedAt: instant.At(o.UpdatedAt)})
	return changed(n, err, "order")
}

// ReplaceOrderLines keeps the lines of an order in place of those before.
func (t *Tx) ReplaceOrderLines(ctx context.Context, o crm.Order) error {
	if err := t.q.DeleteOrderLines(ctx, o.OrgID, o.ID); err != nil {
		return fmt.Errorf("replace the lines of an order: %w", err)
	}
	return t.insertOrderLines(ctx, o)
}

func (t *Tx) insertOrderLines(ctx context.Context, o crm.Order) error {
	for _, l := range o.Lines {
		err := t.q.InsertOrderLine(ctx, db.InsertOrderLineParams{
			ID: l.ID, OrgID: o.OrgID, OrderID: o.ID, ProductID: l.ProductID, Position: int64(l.Position), Kind: l.Kind,
			Description: l.Description, Quantity: l.Quantity, UnitPrice: l.UnitPrice, DiscountPercent: l.DiscountPercent,
			DiscountAmount: l.DiscountAmount, TaxClass: l.TaxClass, Net: l.Net, Tax: l.Tax})
		if err != nil {
			return fmt.Errorf("keep a line of an order: %w", err)
		}
	}
	return nil
}

func orderOf(row db.Order) crm.Order {
	return crm.Order{
		ID: row.ID, OrgID: row.OrgID, Number: row.Number, CustomerID: row.CustomerID, State: row.State, Currency: row.Currency,
		Reference: row.Reference, OrderedOn: row.OrderedOn, Notes: row.Notes,
		Totals:  crm.Totals{Subtotal: row.Subtotal, Tax: row.Tax, Total: row.Total},
		Version: row.Version, ShippedAt: row.ShippedAt.Std(), CreatedAt: row.CreatedAt.Time, UpdatedAt: row.UpdatedAt.Time,
	}
}

func orderLineOf(row db.OrderLine) crm.Line {
	return crm.Line{
		ID: row.ID, ProductID: row.ProductID, Position: int(row.Position), Kind: row.Kind, Description: row.Description,
		Quantity: row.Quantity, UnitPrice: row.UnitPrice, DiscountPercent: row.DiscountPercent, DiscountAmount: row.DiscountAmount,
		TaxClass: row.TaxClass, Net: row.Net, Tax: row.Tax,
	}
}
