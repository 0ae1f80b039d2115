package crmpages

import (
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
)

// orderStep brings an order to its next state.
type orderStep struct {
	state       crm.OrderState
	path        string // last part of its address
	label       string // of its button
	icon        icon.Name
	permission  auth.Permission
	done        string // names its notice
	title, text string // of its notice
}

func orderSteps() []orderStep {
	return []orderStep{
		{crm.OrderConfirmed, "confirm", "Confirm", icon.Check, auth.OrdersEdit, "order-confirmed", "Order confirmed", "It can be picked now."},
		{crm.OrderPicking, "start-picking", "Start picking", icon.Package, auth.OrdersShip, "order-picking", "Picking started", "Mark it picked when everything is there."},
		{crm.OrderPicked, "picked", "Mark picked", icon.ListChecks, auth.OrdersShip, "order-picked", "Order picked", "It is ready to ship."},
		{crm.OrderPartiallyShipped, "ship-part", "Mark part shipped", icon.Truck, auth.OrdersShip, "order-part-shipped", "Part of the order shipped", "Mark it shipped when the rest has left."},
		{crm.OrderShipped, "ship", "Mark shipped", icon.Truck, auth.OrdersShip, "order-shipped", "Order shipped", "Its invoice stands on this page."},
		{crm.OrderDelivered, "deliver", "Mark delivered", icon.MapPin, auth.OrdersShip, "order-delivered", "Order delivered", "Nothing more is to be done."},
		{crm.OrderCancelled, "cancel", "Cancel order", icon.Ban, auth.OrdersEdit, "order-cancelled", "Order cancelled", "It stays in the list for the record."},
	}
}

// steps are what the reader may do with the order next, the usual one first;
// cancelling is apart, see cancellable.
func (page orderPage) steps() []orderStep {
	var steps []orderStep
	for _, next := range page.order.State.Next() {
		for _, s := range orderSteps() {
			if s.state == next && next != crm.OrderCancelled && page.can(s.permission) {
				steps = append(steps, s)
			}
		}
	}
	return steps
}

// cancellable reports whether the reader may cancel the order now.
func (page orderPage) cancellable() bool {
	return page.order.State.CanBecome(crm.OrderCancelled) && page.invoice == nil && page.can(auth.OrdersEdit)
}

func (page orderPage) stepTo(path string) ui.PostTo {
	return ui.PostTo{URL: orderURL(page.order.ID) + "/" + path, Target: "#order"}
}

// nextStep is the usual step, for the page's one primary button.
func (page orderPage) nextStep() (s orderStep, ok bool) {
	steps := page.steps()
	if len(steps) == 0 {
		return s, false
	}
	return steps[0], true
}

func (page orderPage) otherSteps() []orderStep {
	steps := page.steps()
	return steps[min(1, len(steps)):]
}

// noInvoice says why the order has no invoice.
func (page orderPage) noInvoice() string {
	switch page.order.State {
	case crm.OrderCancelled:
		return "A cancelled order is not invoiced."
	case crm.OrderShipped, crm.OrderDelivered:
		return "There is no invoice yet."
	}
	return "It is made when the order ships."
}

func (p *Pages) advanceOrder(s orderStep) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID[crm.Order](r)
		if err != nil {
			return err
		}
		if _, err := p.book.AdvanceOrder(r.Context(), id, s.state); err != nil {
			return err
		}
		return web.Redirect(w, r, orderURL(id), "done", s.done)
	}
}

// invoiceOrder issues the order's invoice ahead of shipping, and leads to it.
func (p *Pages) invoiceOrder(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.Order](r)
	if err != nil {
		return err
	}
	i, err := p.book.InvoiceOrder(r.Context(), id)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, invoiceURL(i.ID), "done", "invoice-issued")
}
