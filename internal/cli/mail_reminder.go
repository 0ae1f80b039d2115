package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/store"
)

type mailReminders struct {
	mailPlace `embed:""`
	Text      string `help:"Only invoices with this in their number or their customer's name."`
	Limit     int    `default:"50" help:"How many at most, up to 200."`
	On        bool   `xor:"switch" help:"Switch reminders on, as planned."`
	Off       bool   `xor:"switch" help:"Switch reminders off."`
	Stop      string `xor:"switch" placeholder:"ID" help:"Stop reminders of the invoice or customer with this id."`
	Resume    string `xor:"switch" placeholder:"ID" help:"Take them up again."`
}

// Run lists unpaid invoices and their next reminders, after doing what is asked.
func (l *mailReminders) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		if err := l.change(ctx, s); err != nil {
			return err
		}
		found, err := s.Unpaid(ctx, store.UnpaidFilter{Text: l.Text, Limit: l.Limit})
		if err != nil {
			return err
		}
		state := "off"
		if found.Reminders.On {
			state = fmt.Sprintf("on, from %02d:00", found.Reminders.Hour)
		}
		_, _ = fmt.Fprintf(out, "Reminders are %s.\n", state)
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "INVOICE\tCUSTOMER\tOWED\tDUE\tNEXT\tID")
		for _, u := range found.Rows {
			next := "-"
			switch {
			case u.Silent():
				next = "stopped"
			case !u.On.IsZero():
				next = u.On.Format()
			}
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", u.Number, u.CustomerName, u.Due.Show(u.Due.Currency), u.DueOn.Format(), next, u.ID)
		}
		return table.Flush()
	})
}

func (l *mailReminders) change(ctx context.Context, s *resend.Service) error {
	switch {
	case l.On, l.Off:
		plan, err := s.ReminderPlan(ctx)
		if err != nil {
			return err
		}
		plan.On = l.On
		return s.SaveReminderPlan(ctx, plan)
	case l.Stop != "":
		return eitherRecord(ctx, l.Stop, s.Silence, s.SilenceCustomer)
	case l.Resume != "":
		return eitherRecord(ctx, l.Resume, s.RemindAgain, s.RemindCustomerAgain)
	}
	return nil
}

// eitherRecord does something with the invoice or the customer that has an id.
func eitherRecord(ctx context.Context, text string, invoice func(context.Context, crm.InvoiceID) error, customer func(context.Context, crm.CustomerID) error) error {
	id, err := crm.ParseID[crm.Invoice](text)
	if err != nil {
		return crm.Errorf(crm.Invalid, "%q is not the id of an invoice or a customer. `renoz mail reminders` shows those of invoices.", text)
	}
	if err = invoice(ctx, id); crm.KindOf(err) == crm.NotFound {
		return customer(ctx, crm.CustomerID(id))
	}
	return err
}
