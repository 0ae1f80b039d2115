package xero_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store/storetest"
)

// year is a simulation in which people edit on both sides at random while Xero
// fails now and then.
type year struct {
	*world
	rand      *rand.Rand
	customers []crm.CustomerID
	invoices  []crm.InvoiceID
	payments  []crm.PaymentID
	notes     []crm.CreditNoteID
	refunds   []crm.RefundID
	foreign   int // credit notes that were written in Xero
	written   int // invoices and credit notes that a bookkeeper wrote there
	steps     int
	done      map[string]int
}

// yearSteps is how many operations a simulation has: 5,000 where
// RENOZ_TEST_YEAR says so, which takes minutes, and fewer otherwise.
func yearSteps() int {
	if n, err := strconv.Atoi(os.Getenv("RENOZ_TEST_YEAR")); err == nil {
		return n
	}
	return storetest.Size(400, 100)
}

// TestHostileYear ends with both sides equal by reconciliation, but for what
// people have to decide because both sides did what excludes each other.
func TestHostileYear(t *testing.T) {
	t.Parallel()
	steps := yearSteps()
	for _, seed := range []uint64{1, 2, 3} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			each(t, func(w *world) {
				y := &year{world: w, rand: rand.New(rand.NewPCG(seed, 2026)), done: map[string]int{}}
				for range 6 {
					y.addCustomer()
				}
				if seed == 2 { // the others take over by hand alone
					w.takesByItself()
				}
				for range steps {
					y.step()
				}
				y.calm()
				y.must(y.takeOver())
				y.calm()
				y.equal()
			})
		})
	}
}

func one[T any](y *year, all []T) (T, bool) {
	var none T
	if len(all) == 0 {
		return none, false
	}
	return all[y.rand.IntN(len(all))], true
}

func (y *year) amount(most crm.MinorUnits) crm.MinorUnits {
	if most <= 1 || y.rand.IntN(3) == 0 {
		return max(most, 1)
	}
	return 1 + crm.MinorUnits(y.rand.Int64N(int64(most)))
}

// step does one thing: here, in Xero, or to the line between.
func (y *year) step() {
	y.Helper()
	type choice struct {
		weight int
		what   string
		do     func() error
	}
	choices := []choice{
		{4, "customer added", func() error { y.addCustomer(); return nil }}, {6, "customer edited", y.editCustomer},
		{14, "invoice issued", y.issue}, {6, "invoice amended", y.amend}, {4, "invoice voided", y.void},
		{12, "payment recorded", y.pay}, {5, "payment reversed", y.reverse},
		{8, "credit note issued", y.credit}, {8, "credit allocated", y.allocate}, {5, "allocation removed", y.detach},
		{4, "credit refunded", y.refund}, {3, "refund reversed", y.reverseRefund}, {3, "credit note voided", y.voidCredit},
		{8, "paid in Xero", y.payThere}, {4, "payment removed in Xero", y.reverseThere}, {2, "voided in Xero", y.voidThere},
		{4, "reference changed in Xero", y.referenceThere}, {4, "contact changed in Xero", y.contactThere}, {4, "credited in Xero", y.creditThere},
		{4, "credit allocated in Xero", y.allocateThere}, {4, "allocation removed in Xero", y.detachThere}, {3, "prepayment in Xero", y.prepayThere},
		{2, "credit refunded in Xero", y.refundThere},
		{4, "invoice written in Xero", y.writeThere}, {2, "credit note written in Xero", y.writeCreditThere}, {2, "taken over", y.takeOver},
		{16, "sent", func() error { return ignoreSnooze(y.xero.Push(y.ctx, xero.PushArgs{Org: y.org})) }},
		{4, "read", func() error { return ignoreSnooze(y.xero.Pull(y.ctx, xero.PullArgs{Org: y.org})) }},
		{10, "webhooks", y.hear}, {6, "fault", y.fault}, {12, "time", y.time}, {1, "retried", y.retry},
	}
	sum := 0
	for _, c := range choices {
		sum += c.weight
	}
	n := y.rand.IntN(sum)
	for _, c := range choices {
		if n -= c.weight; n >= 0 {
			continue
		}
		y.clock.pass(time.Duration(1+y.rand.IntN(3)) * time.Second)
		y.reconnect()
		err := c.do()
		if y.steps++; y.steps%50 == 0 {
			y.sane(c.what)
		}
		var refused *crm.Error
		switch {
		case err == nil:
			y.done[c.what]++
		case asError(err, &refused) && refused.Kind != crm.Internal:
		case strings.HasPrefix(err.Error(), "refused") || asXero(err): // by the simulator, or by a fault
		default:
			y.Fatalf("%s: %v", c.what, err)
		}
		return
	}
}

// sane wants no invoice to be paid or credited less than nothing.
func (y *year) sane(after string) {
	y.Helper()
	for _, id := range y.invoices {
		if i := y.invoice(id); i.Paid < 0 || i.Credited < 0 {
			y.Fatalf("after %q %s is paid %d and credited %d of %d", after, i.Number, i.Paid, i.Credited, i.Totals.Total)
		}
	}
}

func asError(err error, target **crm.Error) bool {
	e, ok := err.(*crm.Error) //nolint:errorlint // only what a step itself says
	*target = e
	return ok
}

func asXero(err error) bool { return xeroapi.KindOf(err) != "" }

func (y *year) addCustomer() {
	y.Helper()
	n := len(y.customers)
	if n >= 40 {
		return
	}
	c, err := y.book.CreateCustomer(y.ctx, records.CustomerInput{Name: fmt.Sprintf("Customer %c%c Trading", 'A'+n/26, 'A'+n%26), Email: fmt.Sprintf("accounts@c%d.example", n)})
	y.must(err)
	y.customers = append(y.customers, c.ID)
}

func (y *year) editCustomer() error {
	id, _ := one(y, y.customers)
	c, err := y.book.Customer(y.ctx, id)
	if err != nil {
		return err
	}
	in := records.CustomerInputOf(c)
	if y.rand.IntN(2) == 0 {
		in.Phone = fmt.Sprintf("02 5550 %04d", y.rand.IntN(10000))
	} else {
		in.Email = fmt.Sprintf("office%d@c.example", y.rand.IntN(1000))
	}
	_, err = y.book.UpdateCustomer(y.ctx, id, c.Version, in)
	return err
}

func (y *year) issue() error {
	id, _ := one(y, y.customers)
	lines := make([]records.LineInput, 1+y.rand.IntN(3))
	for n := range lines {
		lines[n] = records.LineInput{Kind: crm.Item, Description: fmt.Sprintf("Cell %d", n), Quantity: crm.Quantity(1 + y.rand.IntN(50000)), UnitPrice: new(crm.Price(y.rand.IntN(9_000_000))), TaxClass: crm.GST}
		if y.rand.IntN(3) == 0 {
			lines[n].DiscountPercent = crm.Percent(y.rand.IntN(5000))
		}
	}
	i, err := y.book.CreateInvoice(y.ctx, records.InvoiceInput{CustomerID: id, Reference: "PO", Lines: lines})
	if err != nil {
		return err
	}
	if i, err = y.book.IssueInvoice(y.ctx, i.ID); err == nil {
		y.invoices = append(y.invoices, i.ID)
	}
	return err
}

func (y *year) anInvoice() (crm.Invoice, bool) {
	id, ok := one(y, y.invoices)
	if !ok {
		return crm.Invoice{}, false
	}
	return y.invoice(id), true
}

func (y *year) amend() error {
	i, ok := y.anInvoice()
	if !ok {
		return nil
	}
	_, err := y.book.AmendInvoice(y.ctx, i.ID, i.Version, records.InvoiceAmendment{Reference: fmt.Sprintf("PO %d", y.rand.IntN(100)), DueOn: i.DueOn})
	return err
}

func (y *year) void() error {
	i, ok := y.anInvoice()
	if !ok {
		return nil
	}
	_, err := y.book.VoidInvoice(y.ctx, i.ID)
	return err
}

func (y *year) pay() error {
	i, ok := y.anInvoice()
	if !ok {
		return nil
	}
	p, err := y.book.RecordPayment(y.ctx, records.PaymentInput{InvoiceID: i.ID, Amount: y.amount(i.Due())})
	if err == nil {
		y.payments = append(y.payments, p.ID)
	}
	return err
}

func (y *year) reverse() error {
	id, ok := one(y, y.payments)
	if !ok {
		return nil
	}
	_, err := y.book.ReversePayment(y.ctx, id)
	return err
}

func (y *year) credit() error {
	i, ok := y.anInvoice()
	if !ok {
		return nil
	}
	lines := records.LineInputsOf(i.Lines[:1])
	lines[0].Quantity = max(lines[0].Quantity/2, 1)
	n, err := y.book.CreateCreditNote(y.ctx, records.CreditNoteInput{InvoiceID: &i.ID, Reason: "Returned", Lines: lines})
	if err != nil {
		return err
	}
	if n, err = y.book.IssueCreditNote(y.ctx, n.ID, y.rand.IntN(2) == 0); err == nil {
		y.notes = append(y.notes, n.ID)
	}
	return err
}

func (y *year) aNote() (crm.CreditNote, bool) {
	id, ok := one(y, y.notes)
	if !ok {
		return crm.CreditNote{}, false
	}
	return y.world.credit(id), true
}

func (y *year) allocate() error {
	n, ok := y.aNote()
	if !ok {
		return nil
	}
	open, err := y.book.OpenInvoices(y.ctx, n.CustomerID)
	if err != nil {
		return err
	}
	i, ok := one(y, open)
	if !ok {
		return nil
	}
	_, err = y.book.Allocate(y.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: y.amount(min(n.Remaining(), i.Due()))})
	return err
}

func (y *year) detach() error {
	n, ok := y.aNote()
	if !ok {
		return nil
	}
	a, ok := one(y, y.allocations(n.ID))
	if !ok {
		return nil
	}
	_, err := y.book.RemoveAllocation(y.ctx, a.ID)
	return err
}

func (y *year) refund() error {
	n, ok := y.aNote()
	if !ok {
		return nil
	}
	x, err := y.book.RecordRefund(y.ctx, records.RefundInput{CreditNoteID: n.ID, Amount: y.amount(n.Remaining())})
	if err == nil {
		y.refunds = append(y.refunds, x.ID)
	}
	return err
}

func (y *year) reverseRefund() error {
	id, ok := one(y, y.refunds)
	if !ok {
		return nil
	}
	_, err := y.book.ReverseRefund(y.ctx, id)
	return err
}

func (y *year) voidCredit() error {
	n, ok := y.aNote()
	if !ok {
		return nil
	}
	_, err := y.book.VoidCreditNote(y.ctx, n.ID)
	return err
}

// The line between both sides.

// hear keeps webhooks about some records, and looks at them. Others are lost.
func (y *year) hear() error {
	for range 1 + y.rand.IntN(4) {
		switch y.rand.IntN(3) {
		case 0:
			if n, ok := y.aNoteThere(); ok {
				y.webhook("CREDITNOTE", n.CreditNoteID)
			}
		case 1:
			if c, ok := one(y, y.sim.Contacts(y.tenant)); ok {
				y.webhook("CONTACT", c.ContactID)
			}
		default:
			if i, ok := y.anInvoiceThere(); ok {
				y.webhook("INVOICE", i.InvoiceID)
			}
		}
		y.clock.pass(time.Millisecond)
	}
	return ignoreSnooze(y.xero.Look(y.ctx))
}

// reconnect is what a person does who was told that access has ended: answers to
// refreshing it were lost for too long.
func (y *year) reconnect() {
	y.Helper()
	c, err := y.store.Connection(y.ctx, y.org, xero.Name)
	y.must(err)
	if c.State == connection.NeedsReconnect {
		y.sim.ClearFaults()
		y.connect()
		y.done["reconnected"]++
	}
}

func (y *year) fault() error {
	kind, _ := one(y, []xerosim.FaultKind{xerosim.FaultCutBefore, xerosim.FaultCutAfter, xerosim.FaultErrorBefore, xerosim.FaultErrorAfter, xerosim.FaultOffline, xerosim.FaultMinute, xerosim.FaultConcurrent})
	method, _ := one(y, []string{"PUT", "POST", "GET", "DELETE"})
	return y.sim.Fail(xerosim.Fault{Kind: kind, Method: method, Count: 1 + y.rand.IntN(2), RetryAfter: 5})
}

func (y *year) time() error {
	y.clock.pass(time.Duration(y.rand.IntN(30)) * time.Minute)
	return nil
}

func (y *year) retry() error {
	_, err := y.xero.RetryFailed(y.ctx, "")
	return err
}
