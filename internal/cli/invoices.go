package cli

import (
	"context"
	"io"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

type invoicesCommand struct {
	List     invoicesList     `cmd:"" default:"withargs" help:"List invoices, the newest first."`
	Mail     invoicesMail     `cmd:"" help:"Have Xero mail an invoice to its customer."`
	PDF      invoicesPDF      `cmd:"" name:"pdf" help:"Write an invoice as Xero prints it to a file."`
	Online   invoicesOnline   `cmd:"" help:"Say where the customer sees an invoice."`
	Void     invoicesVoid     `cmd:"" help:"End an invoice of which nothing is paid, here and in Xero."`
	Ledger   invoicesLedger   `cmd:"" help:"Say how what is owed on an invoice came about."`
	Payments invoicesPayments `cmd:"" help:"List the payments of an invoice."`
	Pay      invoicesPay      `cmd:"" help:"Record a payment of an invoice, which goes to Xero."`
	Reverse  invoicesReverse  `cmd:"" help:"Take a payment back, here and in Xero."`
}

type invoicesList struct {
	orgPlace `embed:""`
	State    string `help:"Only in this state: draft, issued, part_paid, paid, voided, open or overdue."`
	Text     string `help:"Only with this in their number, reference or customer's name."`
	Limit    int    `default:"50" help:"How many at most, up to 200."`
}

// Run lists invoices with where they stand in Xero.
func (l *invoicesList) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		today := crm.DayIn(d.Config.Now(), d.org.Location())
		page, err := d.Book.Invoices(ctx, store.InvoiceFilter{Search: l.Text, State: l.State, Today: today, Limit: l.Limit})
		if err != nil {
			return err
		}
		if len(page.Rows) == 0 {
			return out.tell("There is no such invoice.")
		}
		c := columnsOf(out, "NUMBER", "CUSTOMER", "STATE", "TOTAL", "OWED", "DUE", "XERO", "ID")
		for _, i := range page.Rows {
			c.row(i.Number, i.CustomerName, i.StateOn(today), i.Total.Format(i.Currency), i.Due().Format(i.Currency), i.DueOn, i.LinkState, i.ID)
		}
		return c.Flush()
	})
}

// oneInvoice is the invoice that a command is about.
type oneInvoice struct {
	orgPlace `embed:""`
	Invoice  string `arg:"" help:"Number or id of the invoice."`
}

func (o oneInvoice) of(ctx context.Context, out output, do func(context.Context, desk, crm.Invoice) error) error {
	return o.act(ctx, out, func(ctx context.Context, d desk) error {
		i, err := d.invoice(ctx, o.Invoice)
		if err != nil {
			return err
		}
		return do(ctx, d, i)
	})
}

type (
	invoicesMail struct {
		oneInvoice `embed:""`
	}
	invoicesPDF struct {
		oneInvoice `embed:""`
		File       string `arg:"" default:"-" help:"The file to write, which must not be there yet, or - for standard output."`
	}
	invoicesOnline struct {
		oneInvoice `embed:""`
	}
	invoicesVoid struct {
		oneInvoice `embed:""`
	}
	invoicesLedger struct {
		oneInvoice `embed:""`
	}
	invoicesPayments struct {
		oneInvoice `embed:""`
	}
)

// Run has an invoice mailed; the process that works on jobs asks Xero to.
func (s *invoicesMail) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, i crm.Invoice) error {
		if err := d.Xero.MailInvoice(ctx, i.ID); err != nil {
			return err
		}
		return out.tell("Xero mails %s to the customer.", i.Number)
	})
}

// Run writes the document.
func (s *invoicesPDF) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, i crm.Invoice) error {
		pdf, _, err := d.Xero.InvoicePDF(ctx, i.ID)
		if err != nil {
			return err
		}
		return writeFile(out, s.File, func(w io.Writer) error {
			_, err := w.Write(pdf)
			return err
		})
	})
}

// Run writes the address.
func (s *invoicesOnline) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, i crm.Invoice) error {
		address, err := d.Xero.OnlineInvoice(ctx, i.ID)
		if err != nil {
			return err
		}
		return out.tell("%s", address)
	})
}

// Run voids an invoice; the process that works on jobs tells Xero.
func (s *invoicesVoid) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, i crm.Invoice) error {
		i, err := d.Book.VoidInvoice(ctx, i.ID)
		if err != nil {
			return err
		}
		return out.tell("%s is voided.", i.Number)
	})
}

// Run writes each step of the balance.
func (s *invoicesLedger) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, i crm.Invoice) error {
		entries, err := d.Book.Ledger(ctx, i.ID)
		if err != nil {
			return err
		}
		c := columnsOf(out, "ON", "WHAT", "NUMBER", "TEXT", "AMOUNT", "BALANCE", "FROM")
		for _, e := range entries {
			text := e.Text
			if e.TakenBack {
				text += " (taken back)"
			}
			c.row(e.On, e.Kind, e.Number, text, e.Amount.Format(i.Currency), e.Balance.Format(i.Currency), e.Source)
		}
		return c.Flush()
	})
}

// Run lists payments, those that were taken back too.
func (s *invoicesPayments) Run(ctx context.Context, out output) error {
	return s.of(ctx, out, func(ctx context.Context, d desk, i crm.Invoice) error {
		payments, err := d.Book.PaymentsOf(ctx, i.ID)
		if err != nil {
			return err
		}
		if len(payments) == 0 {
			return out.tell("%s has no payments.", i.Number)
		}
		c := columnsOf(out, "ID", "NUMBER", "PAID", "AMOUNT", "METHOD", "REFERENCE", "FROM", "TAKEN BACK")
		for _, p := range payments {
			c.row(p.ID, p.Number, p.PaidOn, p.Amount.Format(i.Currency), p.Method, p.Reference, p.Source, moment(p.ReversedAt))
		}
		return c.Flush()
	})
}

type invoicesPay struct {
	oneInvoice `embed:""`
	Amount     string `arg:"" help:"What was paid, such as 1234.50."`
	On         string `help:"Day on which it was paid; today when left out." placeholder:"YYYY-MM-DD"`
	Method     string `help:"How, such as Bank transfer."`
	Reference  string `help:"What the payer calls it."`
}

// Run records a payment; the process that works on jobs sends it.
func (s *invoicesPay) Run(ctx context.Context, out output) error {
	on, err := dayOf(s.On)
	if err != nil {
		return err
	}
	return s.of(ctx, out, func(ctx context.Context, d desk, i crm.Invoice) error {
		amount, err := crm.ParseAmount(s.Amount, i.Currency)
		if err != nil {
			return err
		}
		p, err := d.Book.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: amount, PaidOn: on, Method: s.Method, Reference: s.Reference})
		if err != nil {
			return err
		}
		if i, err = d.Book.Invoice(ctx, i.ID); err != nil {
			return err
		}
		return out.tell("%s is recorded as %s, id %s; %s is still owed.", p.Amount.Format(i.Currency), p.Number, p.ID, i.Due().Format(i.Currency))
	})
}

type invoicesReverse struct {
	orgPlace `embed:""`
	Payment  string `arg:"" help:"Id of the payment, as renoz invoices payments shows it."`
}

// Run takes a payment back; the process that works on jobs tells Xero.
func (s *invoicesReverse) Run(ctx context.Context, out output) error {
	id, err := crm.ParseID[crm.Payment](s.Payment)
	if err != nil {
		return crm.Errorf(crm.Invalid, "%q is not the id of a payment. `renoz invoices payments` shows them.", s.Payment)
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		p, err := d.Book.ReversePayment(ctx, id)
		if err != nil {
			return err
		}
		return out.tell("%s is taken back.", p.Number)
	})
}
