package xerosim_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// person edits the books at random, as somebody at Xero would.
type person struct {
	b    *bench
	luck *rand.Rand
	n    int
}

func pick[T any](p *person, list []T) (one T, ok bool) {
	if len(list) == 0 {
		return one, false
	}
	return list[p.luck.IntN(len(list))], true
}

// act does one thing. Refusals are part of the day; any other error is not.
func (p *person) act() error {
	sim := p.b.sim
	books, err := sim.Books("")
	if err != nil {
		return err
	}
	contact, _ := pick(p, books.Contacts)
	invoice, some := pick(p, books.Invoices)
	amount := xerosim.Cents(1 + p.luck.Int64N(15_000))
	p.n++
	if !some || p.n%7 == 0 {
		_, err := sim.AddInvoice("", xerosim.Invoice{Type: "ACCREC", Status: "AUTHORISED", Contact: &xerosim.Contact{ContactID: contact.ContactID},
			InvoiceNumber: fmt.Sprintf("P-%d", p.n), DueDate: &xerosim.Date{Time: p.b.clock.now()},
			LineItems: []xerosim.LineItem{{Description: "Battery", UnitAmount: &amount, AccountCode: "200"}}})
		return err
	}
	credits := append(slices.Clone(books.Overpayments), books.Prepayments...)
	credit := ""
	if one, ok := pick(p, credits); ok {
		credit = one.ID()
	}
	if one, ok := pick(p, books.CreditNotes); ok && p.luck.IntN(2) == 0 {
		credit = one.CreditNoteID
	}
	switch p.luck.IntN(16) {
	case 0:
		_, err = sim.ChangeContact("", xerosim.Contact{ContactID: contact.ContactID, FirstName: fmt.Sprintf("Name %d", p.n)})
	case 1:
		err = sim.ArchiveContact("", contact.ContactID)
	case 2, 3:
		err = sim.RestoreContact("", contact.ContactID)
	case 4:
		_, err = sim.Pay("", invoice.InvoiceNumber, amount, xerosim.Date{})
	case 5:
		_, _, err = sim.Overpay("", invoice.InvoiceNumber, amount, xerosim.Date{})
	case 6:
		if payment, ok := pick(p, books.Payments); ok {
			err = sim.ReversePayment("", payment.PaymentID)
		}
	case 7:
		_, err = sim.CreditInvoice("", invoice.InvoiceNumber, amount)
	case 8:
		_, err = sim.Allocate("", credit, invoice.InvoiceNumber, amount)
	case 9:
		_, err = sim.Refund("", credit, amount, xerosim.Date{})
	case 10:
		_, err = sim.ReceivePrepayment("", contact.ContactID, amount, "")
	case 11:
		_, err = sim.MoveDueDate("", invoice.InvoiceNumber, xerosim.Date{Time: p.b.clock.now().AddDate(0, 0, p.luck.IntN(60))})
	case 12:
		_, err = sim.ChangeInvoice("", xerosim.Invoice{InvoiceID: invoice.InvoiceID, Reference: fmt.Sprintf("ref %d", p.n),
			LineItems: []xerosim.LineItem{{Description: "Changed", UnitAmount: &amount, AccountCode: "200"}}})
	case 13:
		err = sim.Void("", invoice.InvoiceNumber)
	case 14:
		err = p.undo(books, invoice)
	case 15:
		err = sim.VoidAdvance("", credit)
	}
	return err
}

func (p *person) undo(books xerosim.Books, invoice xerosim.Invoice) error {
	for _, note := range books.CreditNotes {
		for _, a := range note.Allocations {
			return p.b.sim.UndoAllocation("", note.CreditNoteID, a.AllocationID)
		}
	}
	for _, advance := range slices.Concat(books.Overpayments, books.Prepayments) {
		for _, a := range advance.Allocations {
			return p.b.sim.UndoAllocation("", advance.ID(), a.AllocationID)
		}
	}
	return p.b.sim.EmailInvoice("", invoice.InvoiceNumber)
}

// TestPersonAtRandom: whatever a person does, the sums agree and only refusals happen.
func TestPersonAtRandom(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	for i := range 4 {
		b.contact(fmt.Sprintf("Contact %d", i))
	}
	p := &person{b: b, luck: rand.New(rand.NewPCG(7, 11))}
	done := 0
	for step := range 700 {
		before, err := b.sim.Books("")
		if err != nil {
			t.Fatal(err)
		}
		b.clock.pass(time.Second)
		err = p.act()
		after, _ := b.sim.Books("")
		var refusal *xerosim.Refusal
		switch {
		case err == nil:
			done++
		case !errors.As(err, &refusal):
			t.Fatalf("step %d: %v", step, err)
		case !reflect.DeepEqual(before, after):
			t.Fatalf("step %d: a refused change left something behind: %v", step, err)
		}
		checkSums(t, after)
		if t.Failed() {
			t.Fatalf("after step %d", step)
		}
	}
	books, err := b.sim.Books("")
	if err != nil || done < 250 || len(books.Overpayments) == 0 || len(books.Prepayments) == 0 || len(books.CreditNotes) == 0 || len(books.Payments) == 0 {
		t.Errorf("only %d things were done: %d overpayments, %d prepayments, %d notes, %d payments (%v)", done, len(books.Overpayments), len(books.Prepayments), len(books.CreditNotes), len(books.Payments), err)
	}
}

// checkSums adds the books up afresh from payments and allocations.
func checkSums(t *testing.T, books xerosim.Books) {
	t.Helper()
	paid, credited, used := map[string]xerosim.Amount{}, map[string]xerosim.Amount{}, map[string]xerosim.Amount{}
	for _, p := range books.Payments {
		if p.Status == "AUTHORISED" {
			paid[p.Invoice.InvoiceID] += p.Amount
		}
	}
	count := func(id string, allocations []xerosim.Allocation) {
		for _, a := range allocations {
			credited[a.Invoice.InvoiceID] += a.Amount
			used[id] += a.Amount
		}
	}
	left := func(id, status string, total, remaining xerosim.Amount) {
		if status == "VOIDED" || status == "DELETED" {
			if used[id]+paid[id] != 0 {
				t.Errorf("credit %s is %s and used", id, status)
			}
			return
		}
		if want := total - used[id] - paid[id]; remaining != want || want < 0 || (status == "PAID") != (want == 0) {
			t.Errorf("credit %s is %s with %s left, want %s", id, status, remaining, want)
		}
	}
	for _, n := range books.CreditNotes {
		count(n.CreditNoteID, n.Allocations)
		left(n.CreditNoteID, n.Status, *n.Total, *n.RemainingCredit)
	}
	for _, a := range slices.Concat(books.Overpayments, books.Prepayments) {
		count(a.ID(), a.Allocations)
		left(a.ID(), a.Status, *a.Total, *a.RemainingCredit)
	}
	for _, i := range books.Invoices {
		if i.Status == "VOIDED" || i.Status == "DELETED" {
			if paid[i.InvoiceID]+credited[i.InvoiceID] != 0 {
				t.Errorf("%s is %s and settled", i.InvoiceNumber, i.Status)
			}
			continue
		}
		due := *i.Total - paid[i.InvoiceID] - credited[i.InvoiceID]
		if *i.AmountPaid != paid[i.InvoiceID] || *i.AmountCredited != credited[i.InvoiceID] || *i.AmountDue != due || due < 0 || (i.Status == "PAID") != (due == 0) {
			t.Errorf("%s is %s, due %s, want %s", i.InvoiceNumber, i.Status, i.AmountDue, due)
		}
	}
}

func TestPersonIsAnnounced(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	b.invoice(contact, "RNZ-1")
	b.invoice(contact, "RNZ-2")
	_, over, err := b.sim.Overpay("", "RNZ-1", xerosim.Cents(15000), xerosim.Date{})
	if err != nil {
		t.Fatal(err)
	}
	pre, err := b.sim.ReceivePrepayment("", contact, xerosim.Cents(1000), "")
	if err != nil {
		t.Fatal(err)
	}
	made, err := b.sim.Allocate("", over.OverpaymentID, "RNZ-2", xerosim.Cents(100))
	if err != nil {
		t.Fatal(err)
	}
	for _, work := range []func() error{
		func() error { return b.sim.UndoAllocation("", over.OverpaymentID, made.AllocationID) },
		func() error { _, err := b.sim.Refund("", pre.PrepaymentID, 0, xerosim.Date{}); return err },
		func() error { _, err := b.sim.CreditInvoice("", "RNZ-2", 0); return err },
	} {
		if err := work(); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.sim.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"CONTACT CREATE", "INVOICE CREATE", "INVOICE CREATE", "INVOICE UPDATE", "OVERPAYMENT CREATE", "PREPAYMENT CREATE",
		"OVERPAYMENT UPDATE", "INVOICE UPDATE", "OVERPAYMENT UPDATE", "INVOICE UPDATE", "PREPAYMENT UPDATE", "CREDITNOTE CREATE", "INVOICE UPDATE"}
	if got := s.words(); !slices.Equal(got, want) {
		t.Errorf("announced %v", got)
	}
}

func TestWebhooksSwitched(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{})
	deliver := func(want int, why string) {
		t.Helper()
		if err := b.sim.Deliver(t.Context()); err != nil || len(s.words()) != want {
			t.Errorf("%s: %v %v", why, s.words(), err)
		}
	}
	sets := func(state xerosim.WebhookState) {
		t.Helper()
		if err := b.sim.SetWebhooks(state); err != nil || b.sim.Webhooks() != state {
			t.Fatalf("%s: %v", state, err)
		}
	}
	sets(xerosim.WebhooksHeld)
	b.contact("One")
	deliver(0, "held back")
	sets(xerosim.WebhooksOn)
	deliver(1, "on again")
	sets(xerosim.WebhooksDisabled)
	b.contact("Two")
	deliver(1, "disabled")
	sets(xerosim.WebhooksOn)
	deliver(2, "enabled again")
	sets(xerosim.WebhooksLost)
	b.contact("Three")
	sets(xerosim.WebhooksOn)
	b.contact("Four")
	deliver(3, "one was lost")
	if err := b.sim.SetWebhooks("sometimes"); err == nil {
		t.Error("a state that is none")
	}
	if out, err := b.send(b.request("POST", "/sim/webhooks", m{"state": "held"})); err != nil || out.status != 200 || b.sim.Webhooks() != xerosim.WebhooksHeld {
		t.Errorf("over HTTP: %d %v", out.status, err)
	}
}

func TestCreditsSurviveARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "xero.json")
	wait := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	b := newBench(t, xerosim.Options{File: file, Wait: wait})
	contact := b.contact("Bright Solar")
	b.invoice(contact, "RNZ-1")
	b.invoice(contact, "RNZ-2")
	_, over, err := b.sim.Overpay("", "RNZ-1", xerosim.Cents(15000), xerosim.Date{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.sim.Allocate("", over.OverpaymentID, "RNZ-2", xerosim.Cents(100)); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.SetPlan("", "TRIAL", 7); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := b.sim.Run(stopped); err != nil {
		t.Fatal(err)
	}
	again := newBench(t, xerosim.Options{File: file, Wait: wait, Now: b.clock.now})
	before, _ := b.sim.Books("")
	after, err := again.sim.Books("")
	if err != nil || len(after.Overpayments) != 1 || len(after.Invoices[1].Overpayments) != 1 {
		t.Fatalf("after the restart: %+v %v", after, err)
	}
	if got, want := fmt.Sprint(again.page("/sim/books").json(t)), fmt.Sprint(b.page("/sim/books").json(t)); got != want {
		t.Errorf("the books changed:\n%s\n%s", got, want)
	}
	if before.Name != after.Name || !strings.Contains(string(again.page(app+"/settings").body), `value="7"`) {
		t.Error("the plan did not survive")
	}
	if _, err := again.sim.Books("none"); !errors.Is(err, xerosim.ErrUnknown) {
		t.Errorf("books of nobody: %v", err)
	}
}

func TestInvoiceChangedByHand(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	b.invoice(contact, "RNZ-1")
	whole := b.sim.Invoices("")[0]
	whole.Reference, whole.InvoiceNumber = "PO 7", "RNZ-1A"
	out, err := b.sim.ChangeInvoice("", whole)
	if err != nil || out.Reference != "PO 7" || out.InvoiceNumber != "RNZ-1A" || out.LineItems[0].LineItemID != whole.LineItems[0].LineItemID {
		t.Fatalf("changed: %+v %v", out, err)
	}
	three := xerosim.Cents(300)
	out, err = b.sim.ChangeInvoice("", xerosim.Invoice{InvoiceNumber: "RNZ-1A", LineItems: []xerosim.LineItem{{LineItemID: whole.LineItems[0].LineItemID, Quantity: &three}}})
	if err != nil || *out.Total != xerosim.Cents(33000) || out.Reference != "PO 7" {
		t.Errorf("new quantity: %+v %v", out, err)
	}
	if _, err := b.sim.MoveDueDate("", "RNZ-1A", xerosim.Date{Time: b.clock.now().AddDate(0, 1, 0)}); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"unknown invoice": func() error { _, err := b.sim.ChangeInvoice("", xerosim.Invoice{InvoiceNumber: "none"}); return err }(),
		"unknown tenant": func() error {
			_, err := b.sim.ChangeInvoice("none", xerosim.Invoice{InvoiceNumber: "RNZ-1A"})
			return err
		}(),
		"unknown credit":     func() error { _, err := b.sim.Refund("", "none", 0, xerosim.Date{}); return err }(),
		"unknown allocation": b.sim.UndoAllocation("", "none", "none"),
		"unknown advance":    b.sim.VoidAdvance("", "none"),
		"unknown payment":    b.sim.Unreconcile("", "none"),
		"unknown note":       b.sim.VoidCreditNote("", "none"),
	} {
		if err == nil {
			t.Errorf("%s was changed", name)
		}
	}
	if err := b.sim.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"CONTACT CREATE", "INVOICE CREATE", "INVOICE UPDATE", "INVOICE UPDATE", "INVOICE UPDATE"}
	if got := s.words(); !slices.Equal(got, want) {
		t.Errorf("announced %v", got)
	}
}
