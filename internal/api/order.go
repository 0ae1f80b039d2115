package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// Order is what a customer asked for.
type Order struct {
	ID         crm.OrderID    `json:"id" format:"uuid"`
	Number     string         `json:"number" example:"ORD-00042"`
	CustomerID crm.CustomerID `json:"customer_id" format:"uuid"`
	State      string         `json:"state" enum:"draft,confirmed,picking,picked,partially_shipped,shipped,delivered,cancelled"`
	Next       []string       `json:"next" nullable:"false" doc:"The states that may follow, the usual one first."`
	Reference  string         `json:"reference" doc:"The customer's, such as a purchase order number."`
	OrderedOn  crm.Day        `json:"ordered_on" format:"date"`
	Notes      string         `json:"notes"`
	Lines      []Line         `json:"lines" nullable:"false"`
	Totals     Totals         `json:"totals"`
	ShippedAt  *time.Time     `json:"shipped_at,omitempty"`
	CreatedAt  time.Time      `json:"created_at"`
	UpdatedAt  time.Time      `json:"updated_at"`
	Version    int64          `json:"version"`
}

// OrderItem is an order in a list.
type OrderItem struct {
	ID           crm.OrderID    `json:"id" format:"uuid"`
	Number       string         `json:"number"`
	State        string         `json:"state" enum:"draft,confirmed,picking,picked,partially_shipped,shipped,delivered,cancelled"`
	OrderedOn    crm.Day        `json:"ordered_on" format:"date"`
	Total        Money          `json:"total"`
	Reference    string         `json:"reference"`
	CustomerID   crm.CustomerID `json:"customer_id" format:"uuid"`
	CustomerName string         `json:"customer_name"`
}

// OrderInput is an order to add.
type OrderInput struct {
	CustomerID crm.CustomerID `json:"customer_id" format:"uuid"`
	Reference  string         `json:"reference,omitempty"`
	OrderedOn  *crm.Day       `json:"ordered_on,omitempty" format:"date" doc:"Today when left out."`
	Notes      string         `json:"notes,omitempty"`
	Lines      []LineInput    `json:"lines" nullable:"false"`
}

// OrderChange is what to change; what is left out stays.
type OrderChange struct {
	CustomerID Clearable[crm.CustomerID] `json:"customer_id,omitempty" format:"uuid"`
	Reference  Clearable[string]         `json:"reference,omitempty"`
	OrderedOn  Clearable[crm.Day]        `json:"ordered_on,omitempty" format:"date" doc:"null: today."`
	Notes      Clearable[string]         `json:"notes,omitempty"`
	Lines      Clearable[[]LineInput]    `json:"lines,omitempty" doc:"All of them, in order."`
}

type orderPath struct {
	ID crm.OrderID `path:"id" format:"uuid"`
}

type orderQuery struct {
	Paging
	Q          string         `query:"q" maxLength:"200" doc:"In number, reference and the customer's name."`
	State      string         `query:"state" enum:"draft,confirmed,picking,picked,partially_shipped,shipped,delivered,cancelled,open" doc:"open: neither delivered nor cancelled; all when left out."`
	CustomerID crm.CustomerID `query:"customer_id" format:"uuid"`
}

func (t *table) orders() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Orders"}
	}
	made := row("create-order", http.MethodPost, "/orders", auth.OrdersEdit, "Add a draft order")
	made.status = http.StatusCreated
	add(t, row("list-orders", http.MethodGet, "/orders", auth.OrdersView, "List orders, the newest first"), t.listOrders)
	add(t, made, t.createOrder)
	add(t, row("get-order", http.MethodGet, "/orders/{id}", auth.OrdersView, "Read an order"), t.getOrder)
	add(t, row("change-order", http.MethodPatch, "/orders/{id}", auth.OrdersEdit, "Change a draft or confirmed order"), t.changeOrder)
	for _, s := range orderSteps() {
		add(t, row(s.name+"-order", http.MethodPost, "/orders/{id}/"+s.name, s.permission, s.summary), t.advanceOrder(s))
	}
	add(t, row("invoice-order", http.MethodPost, "/orders/{id}/invoice", auth.InvoicesIssue, "Issue the invoice of an order, or read the one it has"), t.invoiceOrder)
}

// orderStep brings an order to its next state.
type orderStep struct {
	name       string
	to         crm.OrderState
	permission auth.Permission
	summary    string
}

func orderSteps() []orderStep {
	return []orderStep{
		{"confirm", crm.OrderConfirmed, auth.OrdersEdit, "Confirm a draft order"},
		{"pick", crm.OrderPicking, auth.OrdersShip, "Begin to pick a confirmed order"},
		{"picked", crm.OrderPicked, auth.OrdersShip, "Say that an order is picked"},
		{"ship", crm.OrderShipped, auth.OrdersShip, "Ship a picked order in full"},
		{"deliver", crm.OrderDelivered, auth.OrdersShip, "Say that an order is delivered"},
		{"cancel", crm.OrderCancelled, auth.OrdersEdit, "Cancel an order"},
	}
}

func (a *API) listOrders(ctx context.Context, in *orderQuery) (*listed[OrderItem], error) {
	p, err := a.book.Orders(ctx, store.OrderFilter{Customer: in.CustomerID, Search: in.Q, State: in.State, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, func(r store.OrderRow) OrderItem {
		return OrderItem{r.ID, r.Number, string(r.State), r.OrderedOn, money(r.Total, r.Currency), r.Reference, r.CustomerID, r.CustomerName}
	}), nil
}

func (a *API) order(o Order, err error) (*versioned[Order], error) {
	if err != nil {
		return nil, err
	}
	return &versioned[Order]{ETag: versionTag(o.Version), Body: o}, nil
}

func (a *API) getOrder(ctx context.Context, in *orderPath) (*versioned[Order], error) {
	o, err := a.book.Order(ctx, in.ID)
	return a.order(showOrder(o), err)
}

func (a *API) createOrder(ctx context.Context, in *struct{ Body OrderInput }) (*made[Order], error) {
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	b, w := in.Body, wrongs{}
	input := records.OrderInput{CustomerID: b.CustomerID, Reference: b.Reference, Notes: b.Notes, Lines: w.lines(b.Lines, home)}
	set(&input.OrderedOn, b.OrderedOn)
	if err := w.err(); err != nil {
		return nil, err
	}
	o, err := take(ctx, a, step[crm.Order, Order]{auth.OrdersEdit, http.StatusCreated,
		func(w records.Work) (crm.Order, error) { return w.CreateOrder(ctx, input) }, showOrder})
	if err != nil {
		return nil, err
	}
	return &made[Order]{versionTag(o.Version), madeAt(prefix+"/orders", o.ID.String()), o}, nil
}

func (a *API) changeOrder(ctx context.Context, in *struct {
	ID crm.OrderID `path:"id" format:"uuid"`
	IfMatch
	Body OrderChange
}) (*versioned[Order], error) {
	today, err := a.today(ctx)
	if err != nil {
		return nil, err
	}
	o, err := a.book.Order(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.meets(o.Version); err != nil {
		return nil, err
	}
	b, w := in.Body, wrongs{}
	input := records.OrderInput{CustomerID: o.CustomerID, Reference: o.Reference, OrderedOn: o.OrderedOn, Notes: o.Notes, Lines: records.LineInputsOf(o.Lines)}
	b.CustomerID.set(&input.CustomerID, crm.CustomerID{})
	b.Reference.set(&input.Reference, "")
	b.OrderedOn.set(&input.OrderedOn, today)
	b.Notes.set(&input.Notes, "")
	if b.Lines.sent {
		input.Lines = w.lines(b.Lines.or(nil), o.Currency)
	}
	if err := w.err(); err != nil {
		return nil, err
	}
	o, err = a.book.UpdateOrder(ctx, in.ID, o.Version, input)
	return a.order(showOrder(o), in.raced(err, func() (int64, error) {
		now, err := a.book.Order(ctx, in.ID)
		return now.Version, err
	}))
}

func (a *API) advanceOrder(s orderStep) func(context.Context, *orderPath) (*versioned[Order], error) {
	return func(ctx context.Context, in *orderPath) (*versioned[Order], error) {
		return a.order(take(ctx, a, step[crm.Order, Order]{s.permission, http.StatusOK,
			func(w records.Work) (crm.Order, error) { return w.AdvanceOrder(ctx, in.ID, s.to) }, showOrder}))
	}
}

func (a *API) invoiceOrder(ctx context.Context, in *orderPath) (*versioned[Invoice], error) {
	return a.issuing(ctx, func(w records.Work) (crm.Invoice, error) { return w.InvoiceOrder(ctx, in.ID) })
}

func showOrder(o crm.Order) Order {
	next := []string{}
	for _, s := range o.State.Next() {
		next = append(next, string(s))
	}
	return Order{
		ID: o.ID, Number: o.Number, CustomerID: o.CustomerID, State: string(o.State), Next: next, Reference: o.Reference, OrderedOn: o.OrderedOn,
		Notes: o.Notes, Lines: lines(o.Lines, o.Currency), Totals: totals(o.Totals, o.Currency), ShippedAt: o.ShippedAt,
		CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt, Version: o.Version,
	}
}
