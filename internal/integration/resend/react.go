package resend

import (
	"context"
	"errors"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// React mails a receipt when an invoice is settled by a payment, and a credit note
// when it is issued, in the
// transaction of the change and where the organisation wants that, and takes
// reminders back when less is owed. That there is nobody to write to never keeps a
// payment from being recorded.
func (s *Service) React(ctx context.Context, tx *store.Tx, c crm.Change) error {
	if c.Record == crm.CreditNoteRecord && c.What == crm.Issued {
		return s.creditIssued(ctx, tx, c)
	}
	if c.Record != crm.InvoiceRecord || c.What == crm.Created {
		return nil
	}
	if err := s.balanceChanged(ctx, tx, c); err != nil || c.What != crm.Paid {
		return err
	}
	kept, err := tx.MailSettings(ctx, c.OrgID)
	if err != nil {
		return err
	}
	settings, err := settingsOf(kept)
	if err != nil || !settings.Receipts || settings.From == "" {
		return err
	}
	err = s.receipt(ctx, tx, settings, c)
	if crm.KindOf(err) == crm.Invalid || crm.KindOf(err) == crm.Precondition {
		return s.tellUnsent(ctx, tx, c, err)
	}
	return err
}

func (s *Service) receipt(ctx context.Context, tx *store.Tx, settings Settings, c crm.Change) error {
	id := crm.InvoiceID{UUID: c.ID}
	payment, found, err := lastPayment(ctx, tx, c.OrgID, id)
	if err != nil || !found {
		return err // it was settled by credit
	}
	if sent, err := written(ctx, tx, c.OrgID, mail.About{Kind: crm.InvoiceRecord, ID: c.ID}, mail.Receipt); err != nil || sent {
		return err
	}
	invoice, err := tx.Invoice(ctx, c.OrgID, id)
	if err != nil {
		return err
	}
	customer, err := tx.Customer(ctx, c.OrgID, invoice.CustomerID)
	if err != nil {
		return err
	}
	org, err := tx.Organisation(ctx, c.OrgID)
	if err != nil {
		return err
	}
	d, err := s.writeBy(ctx, tx.Reader, org, settings, KeyReceipt, template.Data{
		"customer": customerData(customer), "invoice": invoiceData(invoice),
		"payment": template.Data{"date": payment.PaidOn, "amount": crm.Money{Amount: payment.Amount, Currency: invoice.Currency}, "method": payment.Method, "reference": payment.Reference},
	})
	if err != nil {
		return err
	}
	d.Category, d.About, d.Customer, d.By = mail.Receipt, mail.About{Kind: crm.InvoiceRecord, ID: c.ID}, &customer.ID, c.Actor
	d.To, d.ToName = customer.Email, customer.Name
	_, err = s.Queue(ctx, tx, c.OrgID, d)
	return err
}

// lastPayment is the latest payment of an invoice that holds.
func lastPayment(ctx context.Context, tx *store.Tx, org crm.OrgID, id crm.InvoiceID) (last crm.Payment, found bool, err error) {
	all, err := tx.PaymentsOf(ctx, org, id)
	for _, p := range all {
		if p.ReversedAt == nil && (!found || !p.PaidOn.Before(last.PaidOn)) {
			last, found = p, true
		}
	}
	return last, found, err
}

// written reports whether a mail of the category about a record went or will go:
// paying twice, because a payment was taken back between, thanks once.
func written(ctx context.Context, tx *store.Tx, org crm.OrgID, about mail.About, category mail.Category) (bool, error) {
	mails, err := tx.Mails(ctx, org, mail.Filter{About: about, Limit: 100})
	for _, m := range mails {
		if m.Category == category && m.State != mail.Cancelled && m.State != mail.Failed {
			return true, err
		}
	}
	return false, err
}

// tellUnsent tells people that a receipt could not be written.
func (s *Service) tellUnsent(ctx context.Context, tx *store.Tx, c crm.Change, why error) error {
	_, err := tx.KeepNotice(ctx, notify.Notice{Org: c.OrgID, Cause: "receipt_" + c.ID.String(), Level: notify.Warning, Title: "No receipt was mailed for " + c.Label,
		Text: said(why), Href: "/invoices/" + c.ID.String()})
	return err
}

// said is what an error has for people.
func said(why error) string {
	var known *crm.Error
	if errors.As(why, &known) {
		return known.Message
	}
	return "The mail could not be written."
}

func customerData(c crm.Customer) template.Data {
	data := template.Data{"name": c.Name, "email": c.Email, "number": c.Number}
	if len(c.Contacts) > 0 {
		data["contact"] = c.Contacts[0].FirstName
	}
	return data
}

func invoiceData(i crm.Invoice) template.Data {
	money := func(n crm.MinorUnits) crm.Money { return crm.Money{Amount: n, Currency: i.Currency} }
	return template.Data{
		"lines": linesData(i.Lines, i.Currency), "number": i.Number, "date": i.IssuedOn, "due_date": i.DueOn, "reference": i.Reference,
		"subtotal": money(i.Totals.Subtotal), "tax": money(i.Totals.Tax), "total": money(i.Totals.Total), "due": money(i.Due()), "paid": money(i.Paid),
	}
}

func linesData(all []crm.Line, c crm.Currency) []template.Data {
	lines := make([]template.Data, len(all))
	for k, l := range all {
		lines[k] = template.Data{"description": l.Description, "quantity": l.Quantity, "unit_price": l.UnitPrice, "amount": crm.Money{Amount: l.Net, Currency: c}}
	}
	return lines
}
