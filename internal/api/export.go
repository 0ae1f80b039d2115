package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// exportPage is how many records are read at a time.
const exportPage = 200

// exported is a line of an export.
type exported struct {
	Kind   string `json:"kind"`
	Record any    `json:"record"` // as the operation that reads it answers
}

// ExportKinds are the kinds of records that Export knows, in its order: each
// comes after those that it refers to.
func (*API) ExportKinds() []string {
	return []string{"customer", "product", "order", "invoice", "payment", "credit_note", "allocation", "refund"}
}

// Export writes the records of the organisation that acts, one JSON object a
// line with its kind, and counts them. No kinds stand for all. It returns an
// Error of kind Invalid for a kind that it does not know.
func (a *API) Export(ctx context.Context, w io.Writer, kinds []string) (map[string]int, error) {
	for _, kind := range kinds {
		if !slices.Contains(a.ExportKinds(), kind) {
			return nil, crm.Errorf(crm.Invalid, "There are no records of kind %q. Choose among %s.", kind, strings.Join(a.ExportKinds(), ", "))
		}
	}
	buffered := bufio.NewWriter(w)
	e := &export{api: a, kinds: kinds, to: json.NewEncoder(buffered), counts: map[string]int{}}
	for _, part := range []func(context.Context) error{e.customers, e.products, e.orders, e.invoices, e.credits} {
		if err := part(ctx); err != nil {
			return e.counts, err
		}
	}
	return e.counts, buffered.Flush()
}

type export struct {
	api    *API
	kinds  []string
	to     *json.Encoder
	counts map[string]int
}

func (e *export) wants(kinds ...string) bool {
	return len(e.kinds) == 0 || slices.ContainsFunc(kinds, func(kind string) bool { return slices.Contains(e.kinds, kind) })
}

func (e *export) write(kind string, record any) error {
	if !e.wants(kind) {
		return nil
	}
	e.counts[kind]++
	if err := e.to.Encode(exported{kind, record}); err != nil {
		return fmt.Errorf("write a record: %w", err)
	}
	return nil
}

// through reads a list to its end.
func through[T any](page func(after string) (store.Page[T], error), take func(T) error) error {
	for after := ""; ; {
		p, err := page(after)
		if err != nil {
			return err
		}
		for _, row := range p.Rows {
			if err := take(row); err != nil {
				return err
			}
		}
		if after = p.Next; after == "" {
			return nil
		}
	}
}

func (e *export) customers(ctx context.Context) error {
	if !e.wants("customer") {
		return nil
	}
	return through(func(after string) (store.Page[store.CustomerRow], error) {
		return e.api.book.Customers(ctx, store.CustomerFilter{After: after, Limit: exportPage})
	}, func(row store.CustomerRow) error {
		c, err := e.api.book.Customer(ctx, row.ID)
		if err != nil {
			return err
		}
		return e.write("customer", showCustomer(c))
	})
}

func (e *export) products(ctx context.Context) error {
	if !e.wants("product") {
		return nil
	}
	home, err := e.api.home(ctx)
	if err != nil {
		return err
	}
	return through(func(after string) (store.Page[crm.Product], error) {
		return e.api.book.Products(ctx, store.ProductFilter{After: after, Limit: exportPage})
	}, func(p crm.Product) error { return e.write("product", showProduct(p, home)) })
}

func (e *export) orders(ctx context.Context) error {
	if !e.wants("order") {
		return nil
	}
	return through(func(after string) (store.Page[store.OrderRow], error) {
		return e.api.book.Orders(ctx, store.OrderFilter{After: after, Limit: exportPage})
	}, func(row store.OrderRow) error {
		o, err := e.api.book.Order(ctx, row.ID)
		if err != nil {
			return err
		}
		return e.write("order", showOrder(o))
	})
}

// invoices writes each with its payments behind it.
func (e *export) invoices(ctx context.Context) error {
	if !e.wants("invoice", "payment") {
		return nil
	}
	today, err := e.api.today(ctx)
	if err != nil {
		return err
	}
	return through(func(after string) (store.Page[store.InvoiceRow], error) {
		return e.api.book.Invoices(ctx, store.InvoiceFilter{After: after, Limit: exportPage})
	}, func(row store.InvoiceRow) error {
		i, err := e.api.book.Invoice(ctx, row.ID)
		if err != nil {
			return err
		}
		if err := e.write("invoice", showInvoice(i, today)); err != nil {
			return err
		}
		payments, err := e.api.book.PaymentsOf(ctx, i.ID)
		for _, p := range payments {
			if err := e.write("payment", showPayment(p, i.Currency)); err != nil {
				return err
			}
		}
		return err
	})
}

// credits writes each credit note with what it was used for behind it.
func (e *export) credits(ctx context.Context) error {
	if !e.wants("credit_note", "allocation", "refund") {
		return nil
	}
	return through(func(after string) (store.Page[store.CreditNoteRow], error) {
		return e.api.book.CreditNotes(ctx, store.CreditNoteFilter{After: after, Limit: exportPage})
	}, func(row store.CreditNoteRow) error {
		n, err := e.api.book.CreditNote(ctx, row.ID)
		if err != nil {
			return err
		}
		if err := e.write("credit_note", showCredit(n)); err != nil {
			return err
		}
		return e.creditUses(ctx, n)
	})
}

func (e *export) creditUses(ctx context.Context, n crm.CreditNote) error {
	allocations, err := e.api.book.AllocationsOf(ctx, n.ID)
	if err != nil {
		return err
	}
	for _, x := range allocations {
		if err := e.write("allocation", showAllocation(x, n.Currency)); err != nil {
			return err
		}
	}
	refunds, err := e.api.book.RefundsOf(ctx, n.ID)
	for _, x := range refunds {
		if err := e.write("refund", showRefund(x, n.Currency)); err != nil {
			return err
		}
	}
	return err
}
