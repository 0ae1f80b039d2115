package crashtest

import (
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

// customer is one of a name that nobody else has.
func (w *world) customer(n int) crm.Customer {
	w.Helper()
	c, err := w.book.CreateCustomer(w.ctx, records.CustomerInput{Name: fmt.Sprintf("Harbour Marine %04d", n), Email: fmt.Sprintf("accounts%d@buyer.example", n), ABN: "51824753556"})
	w.must(err)
	return c
}

// ship makes an order of batteries and freight and ships it, which issues its
// invoice.
func (w *world) ship(c crm.Customer, n int) crm.Invoice {
	w.Helper()
	o, err := w.book.CreateOrder(w.ctx, records.OrderInput{CustomerID: c.ID, Reference: fmt.Sprintf("PO-%04d", n), Lines: []records.LineInput{
		{Kind: crm.Item, Description: "BESS 50 kWh", Quantity: crm.Quantity(10000 * (1 + n%7)), UnitPrice: new(crm.Price(49950000 + 1337*n)), DiscountPercent: 500, TaxClass: crm.GST},
		{Kind: crm.Shipping, Description: "Freight", Quantity: 10000, UnitPrice: new(crm.Price(1505000)), TaxClass: crm.GST},
	}})
	w.must(err)
	for _, next := range []crm.OrderState{crm.OrderConfirmed, crm.OrderPicking, crm.OrderPicked, crm.OrderShipped} {
		_, err := w.book.AdvanceOrder(w.ctx, o.ID, next)
		w.must(err)
	}
	i, err := w.book.InvoiceOfOrder(w.ctx, o.ID)
	w.must(err)
	return i
}

// shares of an invoice: the first is paid here, the others in the simulator.
// No two are equal, so that equal payments are the same payment.
func shares(total int64) [4]int64 {
	first, second, third := total/10, total/5, total*3/10
	return [4]int64{first, second, third, total - first - second - third}
}

// deposit records the first share of an invoice here.
func (w *world) deposit(i crm.Invoice) {
	w.Helper()
	_, err := w.book.RecordPayment(w.ctx, records.PaymentInput{InvoiceID: i.ID, Amount: crm.MinorUnits(shares(int64(i.Totals.Total))[0]), Method: "Card"})
	w.must(err)
}

// business adds records step by step: a customer for every second order, an
// invoice and a payment for each.
type business struct {
	*world
	steps, done int
	customers   int
	buyer       crm.Customer
}

// do takes the next steps. It reports how many records there are.
func (b *business) do(n int) {
	b.Helper()
	for range min(n, b.steps-b.done) {
		if b.done%2 == 0 {
			b.buyer = b.customer(b.done)
			b.customers++
		}
		b.deposit(b.ship(b.buyer, b.done))
		b.done++
	}
}

func (b *business) records() int { return b.customers + 2*b.done }
