package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

type creditNotesCommand struct {
	List     creditNotesList     `cmd:"" default:"withargs" help:"List credit notes, the newest first."`
	Show     creditNotesShow     `cmd:"" help:"Show a credit note, what is left of it and what was used."`
	Create   creditNotesCreate   `cmd:"" help:"Make a draft that credits an invoice, whole or in part."`
	Issue    creditNotesIssue    `cmd:"" help:"Issue a draft, which goes to Xero."`
	Allocate creditNotesAllocate `cmd:"" help:"Set a part of a credit note against an invoice."`
	TakeBack creditNotesTakeBack `cmd:"" help:"Take an allocation back."`
	Refund   creditNotesRefund   `cmd:"" help:"Record that a part of a credit note was paid back."`
	Reverse  creditNotesReverse  `cmd:"" help:"Take a refund back."`
	Void     creditNotesVoid     `cmd:"" help:"End a credit note of which nothing is used."`
}

type creditNotesList struct {
	orgPlace `embed:""`
	State    string `help:"Only in this state: draft, issued, applied or voided."`
	Text     string `help:"Only with this in their number, reference, reason or customer's name."`
	Limit    int    `default:"50" help:"How many at most, up to 200."`
}

// Run lists credit notes with where they stand in Xero.
func (l *creditNotesList) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		page, err := d.Book.CreditNotes(ctx, store.CreditNoteFilter{Search: l.Text, State: l.State, Limit: l.Limit})
		if err != nil {
			return err
		}
		if len(page.Rows) == 0 {
			return out.tell("There is no such credit note.")
		}
		c := columnsOf(out, "NUMBER", "CUSTOMER", "STATE", "TOTAL", "LEFT", "XERO", "ID")
		for _, n := range page.Rows {
			c.row(n.Number, n.CustomerName, n.State, n.Total.Format(n.Currency), n.Remaining().Format(n.Currency), n.LinkState, n.ID)
		}
		return c.Flush()
	})
}

// oneCreditNote is the credit note that a command is about.
type oneCreditNote struct {
	orgPlace   `embed:""`
	CreditNote string `arg:"" help:"Number or id of the credit note."`
}

func (o oneCreditNote) of(ctx context.Context, out output, do func(context.Context, desk, crm.CreditNote) error) error {
	return o.act(ctx, out, func(ctx context.Context, d desk) error {
		n, err := d.creditNote(ctx, o.CreditNote)
		if err != nil {
			return err
		}
		return do(ctx, d, n)
	})
}

type creditNotesCreate struct {
	orgPlace  `embed:""`
	Invoice   string         `required:"" help:"Number or id of the invoice."`
	Line      map[int]string `help:"Only these lines of the invoice, counted from 1, each with the quantity to credit. May be repeated." placeholder:"LINE=QUANTITY"`
	Reason    string         `help:"Why, for those who ask later."`
	Reference string         `help:"What the customer calls it."`
	Issue     bool           `help:"Issue it at once."`
}

// Run makes a draft, and issues it when that is asked for.
func (s *creditNotesCreate) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		i, err := d.invoice(ctx, s.Invoice)
		if err != nil {
			return err
		}
		in := records.CreditNoteInput{InvoiceID: &i.ID, Reason: s.Reason, Reference: s.Reference}
		if in.Lines, err = s.lines(i); err != nil {
			return err
		}
		n, err := d.Book.CreateCreditNote(ctx, in)
		if err == nil && s.Issue {
			n, err = d.Book.IssueCreditNote(ctx, n.ID, false)
		}
		if err != nil {
			return err
		}
		return tellCreditNote(out, n)
	})
}

// lines are those of the invoice that are credited; nil: all.
func (s *creditNotesCreate) lines(i crm.Invoice) ([]records.LineInput, error) {
	var out []records.LineInput
	all := records.LineInputsOf(i.Lines)
	for _, at := range slices.Sorted(maps.Keys(s.Line)) {
		if at < 1 || at > len(all) {
			return nil, crm.Errorf(crm.Invalid, "%s has no line %d; it has %s.", i.Number, at, count(len(all), "line", "lines"))
		}
		quantity, err := crm.ParseQuantity(s.Line[at])
		if err != nil {
			return nil, err
		}
		line := all[at-1]
		if quantity != line.Quantity && line.DiscountAmount != 0 {
			return nil, crm.Errorf(crm.Invalid, "Line %d has a discount in money, which cannot be divided. Credit the whole line.", at)
		}
		line.Quantity = quantity
		out = append(out, line)
	}
	return out, nil
}

type (
	creditNotesShow struct {
		oneCreditNote `embed:""`
	}
	creditNotesIssue struct {
		oneCreditNote `embed:""`
		Allocate      bool `help:"Set it against the invoice that it corrects, up to what is owed there."`
	}
	creditNotesVoid struct {
		oneCreditNote `embed:""`
	}
)

// Run shows a credit note with the ids of what was used of it.
func (s *creditNotesShow) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, n crm.CreditNote) error {
		if err := tellCreditNote(out, n); err != nil {
			return err
		}
		return d.tellUses(ctx, out, n)
	})
}

// Run issues a draft; the process that works on jobs sends it.
func (s *creditNotesIssue) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, n crm.CreditNote) error {
		n, err := d.Book.IssueCreditNote(ctx, n.ID, s.Allocate)
		if err != nil {
			return err
		}
		return tellCreditNote(out, n)
	})
}

// Run voids a credit note; the process that works on jobs tells Xero.
func (s *creditNotesVoid) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, n crm.CreditNote) error {
		n, err := d.Book.VoidCreditNote(ctx, n.ID)
		if err != nil {
			return err
		}
		return tellCreditNote(out, n)
	})
}

func tellCreditNote(out output, n crm.CreditNote) error {
	name := n.Number
	if name == "" {
		name = "The draft"
	}
	return out.tell("%s is %s: %s, of which %s is left; id %s.", name, n.State, n.Totals.Total.Format(n.Currency), n.Remaining().Format(n.Currency), n.ID)
}
