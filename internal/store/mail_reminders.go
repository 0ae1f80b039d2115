package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// UnpaidFilter selects invoices that customers may be reminded of.
type UnpaidFilter struct {
	First, Last crm.Day // due dates
	Text        string  // part of the number or of the customer's name
	After       string  // cursor
	Limit       int     // zero: the usual size of a page
}

// Unpaid lists them, the longest due first.
func (r Reader) Unpaid(ctx context.Context, org crm.OrgID, f UnpaidFilter) (Page[mail.Unpaid], error) {
	keys, err := parseCursor(f.After, 2)
	if err != nil {
		return Page[mail.Unpaid]{}, err
	}
	from, behind := f.First.AddDays(-1), uuid.Nil
	if keys[0] != "" {
		day, dayErr := crm.ParseDay(keys[0])
		id, idErr := uuid.Parse(keys[1])
		if dayErr != nil || idErr != nil {
			return Page[mail.Unpaid]{}, badCursor()
		}
		from, behind = day, id
	}
	size := limit(f.Limit)
	rows, err := r.q.InvoicesToRemind(ctx, db.InvoicesToRemindParams{
		OrgID: org, First: f.First, Last: f.Last, AfterDay: from, AfterID: crm.InvoiceID{UUID: behind}, Pattern: contains(f.Text), MaxRows: size + 1,
	})
	if err != nil {
		return Page[mail.Unpaid]{}, fmt.Errorf("list invoices to remind of: %w", err)
	}
	return page(each(rows, unpaidOf), size, func(u mail.Unpaid) string { return cursorOf(u.DueOn.String(), u.ID.String()) }), nil
}

func unpaidOf(row db.InvoicesToRemindRow) mail.Unpaid {
	return mail.Unpaid{
		ID: row.ID, Number: row.Number, Due: crm.Money{Amount: row.Total - row.Paid - row.Credited, Currency: row.Currency}, DueOn: row.DueOn,
		Customer: row.CustomerID, CustomerName: row.CustomerName, Address: row.CustomerEmail,
		Last: int(row.LastDays), Stopped: row.InvoiceStops > 0, CustomerStopped: row.CustomerStops > 0,
	}
}

// TakeStep notes that a step of reminding is taken. It reports false for one that
// was taken before.
func (t *Tx) TakeStep(ctx context.Context, org crm.OrgID, id crm.InvoiceID, step mail.Step) (bool, error) {
	n, err := t.q.InsertReminder(ctx, db.InsertReminderParams{OrgID: org, InvoiceID: id, Days: int64(step.Days), Template: step.Template, Now: instant.At(t.Now())})
	return n == 1, doing(err, "note a reminder")
}

// StepCame notes what a step came to: a mail, or why there is none.
func (t *Tx) StepCame(ctx context.Context, org crm.OrgID, id crm.InvoiceID, r mail.StepTaken) error {
	var m *uuid.UUID
	if r.Mail != nil {
		m = &r.Mail.UUID
	}
	n, err := t.q.SetReminder(ctx, db.SetReminderParams{MailID: m, Problem: r.Problem, OrgID: org, InvoiceID: id, Days: int64(r.Days)})
	return missing(n, err, "reminder")
}

// RemindersOf are the steps that were taken for an invoice, in their order.
func (r Reader) RemindersOf(ctx context.Context, org crm.OrgID, id crm.InvoiceID) ([]mail.StepTaken, error) {
	rows, err := r.q.RemindersOf(ctx, org, id)
	if err != nil {
		return nil, fmt.Errorf("list reminders: %w", err)
	}
	return each(rows, func(row db.Reminder) mail.StepTaken {
		made := mail.StepTaken{Step: mail.Step{Days: int(row.Days), Template: row.Template}, Problem: row.Problem, At: row.MadeAt.Time}
		if row.MailID != nil {
			made.Mail = &mail.ID{UUID: *row.MailID}
		}
		return made
	}), nil
}

// ForgetStep lets the step be taken again that a mail was written for.
func (t *Tx) ForgetStep(ctx context.Context, org crm.OrgID, m mail.ID) error {
	return doing(t.q.ForgetReminder(ctx, org, &m.UUID), "forget a reminder")
}

// WaitingReminders are those about an invoice that have not left.
func (r Reader) WaitingReminders(ctx context.Context, org crm.OrgID, id crm.InvoiceID) ([]mail.ID, error) {
	ids, err := r.q.WaitingReminders(ctx, org, &id.UUID)
	return each(ids, func(id uuid.UUID) mail.ID { return mail.ID{UUID: id} }), doing(err, "list reminders that wait")
}

// WaitingRemindersOfCustomer are those to a customer that have not left.
func (r Reader) WaitingRemindersOfCustomer(ctx context.Context, org crm.OrgID, id crm.CustomerID) ([]mail.ID, error) {
	ids, err := r.q.WaitingRemindersOfCustomer(ctx, org, &id)
	return each(ids, func(id uuid.UUID) mail.ID { return mail.ID{UUID: id} }), doing(err, "list reminders that wait")
}

// StopReminding has nobody reminded of a record: an invoice, or all of a customer.
func (t *Tx) StopReminding(ctx context.Context, org crm.OrgID, record uuid.UUID, by string) error {
	return doing(t.q.StopReminding(ctx, db.StopRemindingParams{OrgID: org, RecordID: record, CreatedBy: by, Now: instant.At(t.Now())}), "stop reminding")
}

// RemindAgain takes StopReminding back.
func (t *Tx) RemindAgain(ctx context.Context, org crm.OrgID, record uuid.UUID) error {
	return doing(t.q.RemindAgain(ctx, org, record), "remind again")
}

// Silenced reports whether nobody is reminded of an invoice or its customer.
func (r Reader) Silenced(ctx context.Context, org crm.OrgID, invoice crm.InvoiceID, customer crm.CustomerID) (bool, error) {
	n, err := r.q.CountReminderStops(ctx, org, invoice.UUID, customer.UUID)
	return n > 0, doing(err, "look whether somebody is reminded")
}
