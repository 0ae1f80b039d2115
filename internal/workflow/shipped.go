package workflow

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// InvoiceShipped makes and issues the invoice of an order that was shipped or
// delivered, unless there is one. book is asked for when a change happens,
// because the book is made with its reactions.
func InvoiceShipped(book func() *records.Book) records.Reaction {
	return func(ctx context.Context, tx *store.Tx, c crm.Change) error {
		if c.Record != crm.OrderRecord || c.What != crm.Shipped && c.What != crm.Delivered {
			return nil
		}
		work := book().In(tx, records.By{Org: c.OrgID, Actor: c.Actor, Origin: c.Origin})
		if _, err := work.InvoiceOrder(ctx, crm.OrderID{UUID: c.ID}); err != nil {
			return fmt.Errorf("invoice order %s: %w", c.Label, err)
		}
		return nil
	}
}
