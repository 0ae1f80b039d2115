package demo

import (
	"context"
	"math"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

const (
	invoiceCount = 1200
	draftCount   = 15 // the newest invoices without an order
	voidCount    = 18 // of those without an order
)

// habit is how a client pays.
type habit int

const (
	prompt   habit = iota // by the due date or a little later
	slow                  // late
	doubtful              // very late, in part or not at all
)

func newHabit(c chance) habit {
	return one(c, []habit{prompt, prompt, prompt, prompt, slow, slow, doubtful})
}

// bill is an invoice on its way to being paid.
type bill struct {
	client *client
	issued minute
	id     crm.InvoiceID
	open   crm.MinorUnits
}

// planInvoices plans invoices without an order.
func (f *filling) planInvoices(count int) {
	c := newChance(4)
	for i := range count {
		draft := i < draftCount
		at := f.calendar.end - c.minutes(30, 8*workday)
		if !draft {
			at = workday + minute(float64(f.calendar.end-3*workday)*math.Pow(c.Float64(), 0.9))
		}
		b := &bill{client: f.buyer(c, at), issued: at + c.minutes(2, 45)}
		input := records.InvoiceInput{Reference: newReference(c), Lines: f.serviceLines(c)}
		f.schedule.add(at, auth.Finance, "write an invoice", func(ctx context.Context, w records.Work) error {
			input.CustomerID = b.client.id
			i, err := w.CreateInvoice(ctx, input)
			b.id, b.open = i.ID, i.Due()
			return err
		})
		if draft {
			continue
		}
		f.schedule.add(b.issued, auth.Finance, "issue an invoice", func(ctx context.Context, w records.Work) error {
			_, err := w.IssueInvoice(ctx, b.id)
			return err
		})
		if i < draftCount+voidCount {
			f.planVoid(b, b.issued+c.minutes(30, 2*workday))
			continue
		}
		f.planPayments(c, b)
		f.planCredit(c, b)
	}
}

func (f *filling) planVoid(b *bill, at minute) {
	f.schedule.add(at, auth.Finance, "void an invoice", func(ctx context.Context, w records.Work) error {
		_, err := w.VoidInvoice(ctx, b.id)
		return err
	})
}

// planCredit plans the return of one piece in forty bills: what it comes to is
// set against the bill while that is open. A credit that is left over is paid
// back in one case of three, and kept otherwise.
func (f *filling) planCredit(c chance, b *bill) {
	if !c.is(3) {
		return
	}
	at := b.issued + c.minutes(2*workday, 25*workday)
	reason := one(c, []string{"Damaged in transit", "Returned unopened", "Wrong item delivered", "Price agreed after the invoice"})
	refunded := c.is(33)
	f.schedule.add(at, auth.Finance, "credit an invoice", func(ctx context.Context, w records.Work) error {
		i, err := w.Invoice(ctx, b.id)
		if err != nil || i.State == crm.InvoiceVoided || len(i.Lines) == 0 {
			return err
		}
		line := records.LineInputsOf(i.Lines[:1])
		line[0].Quantity = min(line[0].Quantity, 1_0000)
		if line[0].DiscountAmount != 0 {
			line[0].DiscountAmount = 0
		}
		n, err := w.CreateCreditNote(ctx, records.CreditNoteInput{InvoiceID: &b.id, Reference: i.Number, Reason: reason, Lines: line})
		if crm.KindOf(err) == crm.Invalid { // the bill came to less, for a discount on the whole
			return nil
		}
		if err != nil {
			return err
		}
		if n, err = w.IssueCreditNote(ctx, n.ID, true); err != nil {
			return err
		}
		b.open -= n.Applied
		if left := n.Remaining(); refunded && left > 0 {
			_, err = w.RecordRefund(ctx, records.RefundInput{CreditNoteID: n.ID, Amount: left, Method: "Bank transfer", Reference: "Returned"})
		}
		return err
	})
}

// planPayments plans what a client pays, by its habit.
func (f *filling) planPayments(c chance, b *bill) {
	terms := 30
	if b.client.TermsDays != nil {
		terms = *b.client.TermsDays
	}
	due := f.calendar.day(b.issued).AddDays(terms)
	on := func(low, high int) minute {
		at := f.calendar.from(due.AddDays(c.between(low, high))) + c.minutes(20, workday-20)
		return max(at, b.issued+60)
	}
	switch {
	case b.client.pays == prompt && c.is(24), b.client.pays == slow && c.is(20): // in two parts
		first := on(-27, 2)
		f.planPayment(c, b, first, c.between(3, 6))
		f.planPayment(c, b, max(first+workday, on(4, 30)), 10)
	case b.client.pays == prompt:
		f.planPayment(c, b, on(-14, 5), 10)
	case b.client.pays == slow:
		f.planPayment(c, b, on(1, 24), 10)
	case c.is(18): // never
	case c.is(25):
		f.planPayment(c, b, on(5, 40), c.between(2, 7))
	default:
		f.planPayment(c, b, on(10, 55), 10)
	}
}

// planPayment plans a payment of so many tenths of what is open; one in a
// hundred bounces and comes again.
func (f *filling) planPayment(c chance, b *bill, at minute, tenths int) {
	method := one(c, []string{"Bank transfer", "Bank transfer", "Bank transfer", "BPAY", "Card"})
	reference := newReference(c)
	var last crm.Payment
	pay := func(ctx context.Context, w records.Work) (err error) {
		if b.open <= 0 { // all of it was credited meanwhile
			return nil
		}
		amount := b.open
		if tenths < 10 {
			amount = max(b.open*crm.MinorUnits(tenths)/10/100*100, 1)
		}
		last, err = w.RecordPayment(ctx, records.PaymentInput{InvoiceID: b.id, Amount: amount, Method: method, Reference: reference})
		b.open -= amount
		return err
	}
	f.schedule.add(at, auth.Finance, "record a payment", pay)
	if !c.is(1) || tenths < 10 {
		return
	}
	back := at + c.minutes(workday, 2*workday)
	f.schedule.add(back, auth.Finance, "take back a payment", func(ctx context.Context, w records.Work) error {
		_, err := w.ReversePayment(ctx, last.ID)
		b.open += last.Amount
		return err
	})
	f.schedule.add(back+c.minutes(workday, 6*workday), auth.Finance, "record a payment anew", pay)
}
