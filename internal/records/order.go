package records

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// OrderInput is what people and programs enter for an order.
type OrderInput struct {
	CustomerID crm.CustomerID `json:"customer_id"`
	Reference  string         `json:"reference,omitempty"` // the customer's
	OrderedOn  crm.Day        `json:"ordered_on,omitzero"` // zero: today, or the day it had
	Notes      string         `json:"notes,omitempty"`
	Lines      []LineInput    `json:"lines"` // all of them, in order
}

// Order is one order with its lines. It returns an Error of kind NotFound when
// there is no such order.
func (b *Book) Order(ctx context.Context, id crm.OrderID) (crm.Order, error) {
	return read(ctx, b, ordersView, func(org crm.OrgID) (crm.Order, error) { return b.store.Order(ctx, org, id) })
}

// Orders is a page of orders, the newest first.
func (b *Book) Orders(ctx context.Context, f store.OrderFilter) (store.Page[store.OrderRow], error) {
	return read(ctx, b, ordersView, func(org crm.OrgID) (store.Page[store.OrderRow], error) { return b.store.Orders(ctx, org, f) })
}

// CreateOrder adds a draft order, numbers it and computes its totals. It
// returns an Error of kind Invalid for what was entered.
func (b *Book) CreateOrder(ctx context.Context, in OrderInput) (crm.Order, error) {
	return change(ctx, b, ordersEdit, func(w Work) (crm.Order, error) { return w.CreateOrder(ctx, in) })
}

// UpdateOrder changes the version of an order that the caller saw. It returns
// an Error of kind Invalid for what was entered, and of kind Conflict when the
// order has changed since, is too far to be changed, or is invoiced.
func (b *Book) UpdateOrder(ctx context.Context, id crm.OrderID, version int64, in OrderInput) (crm.Order, error) {
	return change(ctx, b, ordersEdit, func(w Work) (crm.Order, error) { return w.UpdateOrder(ctx, id, version, in) })
}

// AdvanceOrder brings an order to its next state. Picking, shipping and
// delivering need the permission orders.ship, the other steps orders.edit. It
// returns an Error of kind Conflict that says what is possible when that state
// cannot follow.
func (b *Book) AdvanceOrder(ctx context.Context, id crm.OrderID, next crm.OrderState) (crm.Order, error) {
	permission := ordersShip
	if next == crm.OrderConfirmed || next == crm.OrderCancelled || !next.Valid() {
		permission = ordersEdit
	}
	return change(ctx, b, permission, func(w Work) (crm.Order, error) { return w.AdvanceOrder(ctx, id, next) })
}

// CreateOrder is Book.CreateOrder inside a transaction.
func (w Work) CreateOrder(ctx context.Context, in OrderInput) (crm.Order, error) {
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return crm.Order{}, err
	}
	now := w.book.now()
	o := crm.Order{
		ID: crm.NewID[crm.Order](), OrgID: w.by.Org, State: crm.OrderDraft, Currency: seller.Currency,
		OrderedOn: crm.DayIn(now, seller.Location()), Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := w.fillOrder(ctx, &o, in, seller); err != nil {
		return crm.Order{}, err
	}
	n, err := w.tx.NextNumber(ctx, w.by.Org, store.OrderNumbers)
	if err != nil {
		return crm.Order{}, err
	}
	o.Number = crm.FormatNumber(seller.OrderPrefix, n)
	if err := w.tx.InsertOrder(ctx, o); err != nil {
		return crm.Order{}, err
	}
	return o, w.publish(ctx, ofOrder(o), crm.Created, "Added the order.")
}

// UpdateOrder is Book.UpdateOrder inside a transaction.
func (w Work) UpdateOrder(ctx context.Context, id crm.OrderID, version int64, in OrderInput) (crm.Order, error) {
	before, err := w.tx.LockOrder(ctx, w.by.Org, id)
	if err != nil {
		return crm.Order{}, err
	}
	if !before.State.Editable() {
		return crm.Order{}, crm.Errorf(crm.Conflict, "The order is %s; only draft and confirmed orders can be changed.", strings.ToLower(before.State.Label()))
	}
	if err := w.notInvoiced(ctx, before, "changing"); err != nil {
		return crm.Order{}, err
	}
	seller, err := w.tx.Seller(ctx, w.by.Org)
	if err != nil {
		return crm.Order{}, err
	}
	o := before
	if err := w.fillOrder(ctx, &o, in, seller); err != nil {
		return crm.Order{}, err
	}
	o.Version = version
	if o, err = w.saveOrder(ctx, o); err != nil {
		return crm.Order{}, err
	}
	if err := w.tx.ReplaceOrderLines(ctx, o); err != nil {
		return crm.Order{}, err
	}
	return o, w.publish(ctx, ofOrder(o), crm.Updated, orderDifference(before, o))
}

// AdvanceOrder is Book.AdvanceOrder inside a transaction.
func (w Work) AdvanceOrder(ctx context.Context, id crm.OrderID, next crm.OrderState) (crm.Order, error) {
	o, err := w.tx.LockOrder(ctx, w.by.Org, id)
	if err != nil {
		return crm.Order{}, err
	}
	if err := o.State.Become(next); err != nil {
		return crm.Order{}, err
	}
	if next == crm.OrderCancelled {
		if err := w.notInvoiced(ctx, o, "cancelling"); err != nil {
			return crm.Order{}, err
		}
	}
	o.State = next
	if err := o.Validate(); err != nil {
		return crm.Order{}, err
	}
	if next == crm.OrderShipped {
		now := w.book.now()
		o.ShippedAt = &now
	}
	if o, err = w.saveOrder(ctx, o); err != nil {
		return crm.Order{}, err
	}
	what, detail := stepWords(next)
	return o, w.publish(ctx, ofOrder(o), what, detail)
}

func stepWords(state crm.OrderState) (crm.ChangeKind, string) {
	switch state {
	case crm.OrderConfirmed:
		return crm.Confirmed, "Confirmed the order."
	case crm.OrderPicking:
		return crm.Updated, "Began to pick the order."
	case crm.OrderPicked:
		return crm.Updated, "Picked the order."
	case crm.OrderPartiallyShipped:
		return crm.Updated, "Shipped a part of the order."
	case crm.OrderShipped:
		return crm.Shipped, "Shipped the order."
	case crm.OrderDelivered:
		return crm.Delivered, "Delivered the order."
	case crm.OrderCancelled:
		return crm.Cancelled, "Cancelled the order."
	}
	return crm.Updated, state.Label() + "."
}

// saveOrder keeps all of an order but its lines.
func (w Work) saveOrder(ctx context.Context, o crm.Order) (crm.Order, error) {
	o.UpdatedAt = w.book.now()
	if err := w.tx.UpdateOrder(ctx, o); err != nil {
		return crm.Order{}, err
	}
	o.Version++
	return o, nil
}

// fillOrder writes the input over an order, checks it and computes its totals.
func (w Work) fillOrder(ctx context.Context, o *crm.Order, in OrderInput, seller store.Seller) error {
	if err := w.mayBuy(ctx, in.CustomerID, o.CustomerID); err != nil {
		return err
	}
	lines, err := w.lines(ctx, in.Lines)
	if err != nil {
		return err
	}
	o.CustomerID, o.Reference, o.Notes, o.Lines = in.CustomerID, strings.TrimSpace(in.Reference), strings.TrimSpace(in.Notes), lines
	if !in.OrderedOn.IsZero() {
		o.OrderedOn = in.OrderedOn
	}
	if err := o.Validate(); err != nil {
		return err
	}
	o.Lines, o.Totals, err = crm.Compute(lines, seller.TaxRates, o.Currency.Digits())
	return err
}

// mayBuy checks the customer of a document. One that is archived may stay on
// it, but not come to it.
func (w Work) mayBuy(ctx context.Context, id, before crm.CustomerID) error {
	if id.IsZero() {
		return crm.FieldErrors(map[string]string{"customer_id": "Choose a customer."})
	}
	c, err := w.tx.Customer(ctx, w.by.Org, id)
	if crm.KindOf(err) == crm.NotFound {
		return crm.FieldErrors(map[string]string{"customer_id": "There is no such customer; choose one from the list."})
	}
	if err == nil && c.ArchivedAt != nil && id != before {
		return crm.FieldErrors(map[string]string{"customer_id": c.Name + " is archived; restore the customer or choose another."})
	}
	return err
}

// notInvoiced refuses what would make an order differ from its invoice.
func (w Work) notInvoiced(ctx context.Context, o crm.Order, doing string) error {
	i, found, err := w.tx.InvoiceOfOrder(ctx, w.by.Org, o.ID)
	if err != nil || !found {
		return err
	}
	return crm.Errorf(crm.Conflict, "The order is invoiced as %s; void the invoice before %s the order.", invoiceLabel(i), doing)
}

func ofOrder(o crm.Order) subject { return subject{crm.OrderRecord, o.ID.UUID, o.Number, o.Version} }
