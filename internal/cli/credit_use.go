package cli

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

// tellUses lists allocations and refunds, those that were taken back too.
func (d desk) tellUses(ctx context.Context, out output, n crm.CreditNote) error {
	allocations, err := d.Book.AllocationsOf(ctx, n.ID)
	if err != nil {
		return err
	}
	refunds, err := d.Book.RefundsOf(ctx, n.ID)
	if err != nil || len(allocations)+len(refunds) == 0 {
		return err
	}
	c := columnsOf(out, "USE", "ID", "ON", "AMOUNT", "OF", "TAKEN BACK")
	for _, a := range allocations {
		i, err := d.Book.Invoice(ctx, a.InvoiceID)
		if err != nil {
			return err
		}
		c.row("allocation", a.ID, a.AllocatedOn, a.Amount.Format(n.Currency), i.Number, moment(a.RemovedAt))
	}
	for _, x := range refunds {
		c.row("refund", x.ID, x.PaidOn, x.Amount.Format(n.Currency), x.Number+" "+x.Method, moment(x.ReversedAt))
	}
	return c.Flush()
}

type creditNotesAllocate struct {
	oneCreditNote `embed:""`
	Invoice       string `arg:"" help:"Number or id of the invoice that it is set against."`
	Amount        string `arg:"" help:"How much of it, such as 1234.50."`
	On            string `help:"Day; today when left out." placeholder:"YYYY-MM-DD"`
}

// Run allocates a part; the process that works on jobs tells Xero.
func (s *creditNotesAllocate) Run(ctx context.Context, out output) error {
	on, err := dayOf(s.On)
	if err != nil {
		return err
	}
	return s.of(ctx, out, func(ctx context.Context, d desk, n crm.CreditNote) error {
		i, err := d.invoice(ctx, s.Invoice)
		if err != nil {
			return err
		}
		amount, err := crm.ParseAmount(s.Amount, n.Currency)
		if err != nil {
			return err
		}
		a, err := d.Book.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: i.ID, Amount: amount, On: on})
		if err != nil {
			return err
		}
		return out.tell("%s of %s is set against %s; id %s.", a.Amount.Format(n.Currency), n.Number, i.Number, a.ID)
	})
}

type creditNotesTakeBack struct {
	orgPlace   `embed:""`
	Allocation string `arg:"" help:"Id of the allocation, as renoz credit-notes show lists it."`
}

// Run takes an allocation back; the process that works on jobs tells Xero.
func (s *creditNotesTakeBack) Run(ctx context.Context, out output) error {
	id, err := crm.ParseID[crm.Allocation](s.Allocation)
	if err != nil {
		return crm.Errorf(crm.Invalid, "%q is not the id of an allocation. `renoz credit-notes show` lists them.", s.Allocation)
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		if _, err := d.Book.RemoveAllocation(ctx, id); err != nil {
			return err
		}
		return out.tell("The allocation is taken back.")
	})
}

type creditNotesRefund struct {
	oneCreditNote `embed:""`
	Amount        string `arg:"" help:"What was paid back, such as 1234.50."`
	On            string `help:"Day on which it was paid; today when left out." placeholder:"YYYY-MM-DD"`
	Method        string `help:"How, such as Bank transfer."`
	Reference     string `help:"What the bank calls it."`
}

// Run records a refund; the process that works on jobs sends it.
func (s *creditNotesRefund) Run(ctx context.Context, out output) error {
	on, err := dayOf(s.On)
	if err != nil {
		return err
	}
	return s.of(ctx, out, func(ctx context.Context, d desk, n crm.CreditNote) error {
		amount, err := crm.ParseAmount(s.Amount, n.Currency)
		if err != nil {
			return err
		}
		x, err := d.Book.RecordRefund(ctx, records.RefundInput{CreditNoteID: n.ID, Amount: amount, PaidOn: on, Method: s.Method, Reference: s.Reference})
		if err != nil {
			return err
		}
		return out.tell("%s is recorded as %s, id %s.", x.Amount.Format(n.Currency), x.Number, x.ID)
	})
}

type creditNotesReverse struct {
	orgPlace `embed:""`
	Refund   string `arg:"" help:"Id of the refund, as renoz credit-notes show lists it."`
}

// Run takes a refund back; the process that works on jobs tells Xero.
func (s *creditNotesReverse) Run(ctx context.Context, out output) error {
	id, err := crm.ParseID[crm.Refund](s.Refund)
	if err != nil {
		return crm.Errorf(crm.Invalid, "%q is not the id of a refund. `renoz credit-notes show` lists them.", s.Refund)
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		x, err := d.Book.ReverseRefund(ctx, id)
		if err != nil {
			return err
		}
		return out.tell("%s is taken back.", x.Number)
	})
}
