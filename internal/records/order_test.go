package records_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

func TestOrderTotals(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		c := x.customer(t, "Alpha")
		p := ok(x.CreateProduct(ctx, records.ProductInput{SKU: "CELL", Name: "Cell", Price: 3333, TaxClass: crm.GSTFree}))(t)
		off, freight := crm.Price(-100_0000), crm.Price(20_0000)
		o := ok(x.CreateOrder(ctx, records.OrderInput{CustomerID: c.ID, Reference: " PO 7 ", Lines: []records.LineInput{
			battery(),
			{ProductID: &p.ID, Quantity: 10_0000},
			{Kind: crm.Shipping, Description: "Freight", Quantity: 1_0000, UnitPrice: &freight, TaxClass: crm.GST},
			{Kind: crm.Discount, Description: "Loyalty", Quantity: 1_0000, UnitPrice: &off, TaxClass: crm.GST},
		}}))(t)
		got := ok(x.Order(ctx, o.ID))(t)
		if want := (crm.Totals{Subtotal: 949050 + 333 + 2000 - 10000, Tax: 94905 + 200 - 1000, Total: 1035488}); got.Totals != want {
			t.Errorf("totals: %+v", got.Totals)
		}
		if got.Number != "ORD-00001" || got.State != crm.OrderDraft || got.OrderedOn.String() != "2026-11-22" || got.Reference != "PO 7" {
			t.Errorf("order: %+v", got)
		}
		if l := got.Lines[1]; l.Description != "Cell" || l.UnitPrice != 3333 || l.TaxClass != crm.GSTFree || l.Net != 333 || *l.ProductID != p.ID {
			t.Errorf("the line of a product: %+v", l)
		}
		lines, totals, err := x.ComputeLines(ctx, records.LineInputsOf(got.Lines))
		if err != nil || totals != got.Totals || len(lines) != 4 {
			t.Errorf("computed again: %v %v", totals, err)
		}
		bad := battery()
		bad.Quantity = 0
		if e := wants(t, second(x.CreateOrder(ctx, records.OrderInput{CustomerID: c.ID, Lines: []records.LineInput{bad}})), crm.Invalid); e.Fields["lines.0.quantity"] == "" {
			t.Errorf("fields: %v", e.Fields)
		}
	})
}

func TestOrderUpdate(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		o := x.order(t, crm.OrderDraft)
		in := records.OrderInput{CustomerID: o.CustomerID, Notes: "Call first", Lines: []records.LineInput{battery(), battery()}}
		next := ok(x.UpdateOrder(ctx, o.ID, o.Version, in))(t)
		if got := ok(x.Order(ctx, o.ID))(t); len(got.Lines) != 2 || got.Totals.Total != 2*1043955 || got.Version != 2 || got.Notes != "Call first" || next.Version != 2 {
			t.Errorf("after the change: %+v", got)
		}
		wants(t, second(x.UpdateOrder(ctx, o.ID, o.Version, in)), crm.Conflict)
		history := ok(x.History(ctx, crm.OrderRecord, o.ID.UUID, 1))(t)
		if len(history) != 1 || history[0].Detail != "Changed the notes and lines." {
			t.Errorf("history: %+v", history)
		}

		ok(x.ArchiveCustomer(ctx, o.CustomerID))(t)
		ok(x.UpdateOrder(ctx, o.ID, next.Version, in))(t)
		e := wants(t, second(x.CreateOrder(ctx, in)), crm.Invalid)
		if e.Fields["customer_id"] == "" {
			t.Errorf("an archived customer: %+v", e)
		}
	})
}

func TestOrderSteps(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		o := x.order(t, crm.OrderDraft)
		x.seen()
		wants(t, second(x.AdvanceOrder(ctx, o.ID, crm.OrderShipped)), crm.Conflict)
		wants(t, second(x.AdvanceOrder(ctx, o.ID, "lost")), crm.Invalid)
		for _, next := range []crm.OrderState{crm.OrderConfirmed, crm.OrderPicking, crm.OrderPicked, crm.OrderPartiallyShipped, crm.OrderShipped, crm.OrderDelivered} {
			o = ok(x.AdvanceOrder(ctx, o.ID, next))(t)
		}
		if got := ok(x.Order(ctx, o.ID))(t); got.ShippedAt == nil || !got.ShippedAt.Equal(x.at) || got.Version != 7 {
			t.Errorf("delivered: %+v", got)
		}
		want := []string{"order confirmed", "order updated", "order updated", "order updated", "order shipped", "order delivered"}
		if got := whats(x.seen()); !slices.Equal(got, want) {
			t.Errorf("changes: %v", got)
		}
		wants(t, second(x.AdvanceOrder(ctx, o.ID, crm.OrderCancelled)), crm.Conflict)
		wants(t, second(x.UpdateOrder(ctx, o.ID, o.Version, records.OrderInput{CustomerID: o.CustomerID})), crm.Conflict)

		empty := ok(x.CreateOrder(ctx, records.OrderInput{CustomerID: o.CustomerID}))(t)
		wants(t, second(x.AdvanceOrder(ctx, empty.ID, crm.OrderConfirmed)), crm.Invalid)
		if got := ok(x.AdvanceOrder(ctx, empty.ID, crm.OrderCancelled))(t); got.State != crm.OrderCancelled {
			t.Errorf("cancelled: %+v", got)
		}
	})
}

func TestInvoicedOrderIsLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		o := x.order(t, crm.OrderConfirmed)
		i := ok(x.InvoiceOrder(ctx, o.ID))(t)
		in := records.OrderInput{CustomerID: o.CustomerID, Lines: []records.LineInput{battery()}}
		wants(t, second(x.UpdateOrder(ctx, o.ID, o.Version, in)), crm.Conflict)
		wants(t, second(x.AdvanceOrder(ctx, o.ID, crm.OrderCancelled)), crm.Conflict)
		ok(x.VoidInvoice(ctx, i.ID))(t)
		ok(x.UpdateOrder(ctx, o.ID, o.Version, in))(t)
		if again := ok(x.InvoiceOrder(ctx, o.ID))(t); again.Number != "INV-00002" {
			t.Errorf("invoiced anew: %+v", again)
		}
	})
}

func TestOneInvoicePerOrderUnderConcurrentShipping(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		x.also = func(ctx context.Context, tx *store.Tx, c crm.Change) error {
			if c.What != crm.Shipped && c.What != crm.Delivered {
				return nil
			}
			_, err := x.In(tx, records.By{Org: c.OrgID, Actor: c.Actor}).InvoiceOrder(ctx, crm.OrderID{UUID: c.ID})
			return err
		}
		orders := []crm.Order{x.order(t, crm.OrderPicked), x.order(t, crm.OrderPicked)}
		x.seen()
		var wait sync.WaitGroup
		errs := make(chan error, 20)
		for n := range cap(errs) {
			wait.Go(func() {
				id := orders[n%2].ID
				if n%4 < 2 {
					_, err := x.AdvanceOrder(ctx, id, crm.OrderShipped)
					errs <- err
					return
				}
				_, err := x.InvoiceOrder(ctx, id)
				errs <- err
			})
		}
		wait.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				wants(t, err, crm.Conflict) // it is already shipped
			}
		}
		page := ok(x.Invoices(ctx, store.InvoiceFilter{}))(t)
		if len(page.Rows) != 2 || page.Rows[0].Number == page.Rows[1].Number || page.Rows[0].Number > "INV-00002" || page.Rows[1].Number > "INV-00002" {
			t.Errorf("invoices: %+v", page.Rows)
		}
		issued := 0
		for _, c := range x.seen() {
			if c.What == crm.Issued {
				issued++
			}
		}
		if issued != 2 {
			t.Errorf("%d were announced", issued)
		}
	})
}
