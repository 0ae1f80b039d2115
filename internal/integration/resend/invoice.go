package resend

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// MailInvoiceArgs asks to mail an invoice with its document.
type MailInvoiceArgs struct {
	Org     crm.OrgID     `json:"org"`
	Invoice crm.InvoiceID `json:"invoice"`
	By      string        `json:"by"`
	Again   bool          `json:"again"`       // also where it was mailed before
	At      time.Time     `json:"at,omitzero"` // before which it does not leave
}

// Kind names the job.
func (MailInvoiceArgs) Kind() string { return "resend_mail_invoice" }

// InvoiceArrived has an invoice mailed that the accounting service has taken, in
// the transaction that keeps that, where the organisation wants that.
func (s *Service) InvoiceArrived(ctx context.Context, tx *store.Tx, org crm.OrgID, id crm.InvoiceID) error {
	settings, ready, err := s.ready(ctx, tx, org)
	if err != nil || !ready || !settings.Invoices {
		return err
	}
	if sent, err := written(ctx, tx, org, mail.About{Kind: crm.InvoiceRecord, ID: id.UUID}, mail.Invoice); err != nil || sent {
		return err
	}
	return tx.Enqueue(ctx, jobs.Request{Args: MailInvoiceArgs{Org: org, Invoice: id, By: "Renoz"}, Priority: jobs.Urgent})
}

// SendInvoice mails an invoice because somebody asks for that, now or at a time of
// the organisation's clock such as 2026-12-01T09:00. It returns an Error of kind
// Precondition when mail is not set up, Conflict for an invoice that cannot be
// mailed, and Invalid with the field at.
func (s *Service) SendInvoice(ctx context.Context, id crm.InvoiceID, at string) error {
	me, err := auth.Require(ctx, auth.MailSend)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		i, err := tx.Invoice(ctx, me.Org, id)
		if err != nil {
			return err
		}
		if i.State == crm.InvoiceDraft || i.State == crm.InvoiceVoided {
			return crm.Errorf(crm.Conflict, "The invoice is %s; only one that is issued can be mailed.", i.State.Label())
		}
		when, err := s.sendable(ctx, tx, me.Org, at)
		if err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.Request{Args: MailInvoiceArgs{Org: me.Org, Invoice: id, By: me.Actor(), Again: true, At: when}, Priority: jobs.Urgent})
	})
}

// sendable reads when somebody wants a mail to leave, and checks that it can be
// written at all.
func (s *Service) sendable(ctx context.Context, tx *store.Tx, id crm.OrgID, at string) (time.Time, error) {
	_, ready, err := s.ready(ctx, tx, id)
	if err == nil && !ready {
		err = crm.Errorf(crm.Precondition, "Mail is not set up yet. Enter the address that it comes from in the mail settings.")
	}
	if err != nil || at == "" {
		return time.Time{}, err
	}
	org, err := tx.Organisation(ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	return crm.ParseLocalTime(at, org.Location(), s.Now())
}

// ready reads the settings, and reports whether mail can be written at all.
func (s *Service) ready(ctx context.Context, tx *store.Tx, org crm.OrgID) (Settings, bool, error) {
	kept, err := tx.MailSettings(ctx, org)
	if err != nil {
		return Settings{}, false, err
	}
	settings, err := settingsOf(kept)
	return settings, settings.From != "" && settings.Postal != "" && s.Document != nil, err
}

// MailInvoice queues the mail of an invoice with its document, which is asked
// for outside of any transaction. While it cannot be had, the job waits.
func (s *Service) MailInvoice(ctx context.Context, args MailInvoiceArgs) error {
	document, err := s.Document(ctx, args.Org, mail.About{Kind: crm.InvoiceRecord, ID: args.Invoice.UUID})
	if crm.KindOf(err) == crm.Unavailable {
		return jobs.Snooze(s.Schedule.Wait(ladder[0]))
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err == nil {
			err = s.queueInvoice(ctx, tx, args, document)
		}
		switch crm.KindOf(err) {
		case crm.Invalid, crm.Precondition, crm.Conflict, crm.NotFound:
			return tellUnmailed(ctx, tx, args, err)
		default:
			return err
		}
	})
}

func (s *Service) queueInvoice(ctx context.Context, tx *store.Tx, args MailInvoiceArgs, document Document) error {
	if err := tx.HoldOrganisation(ctx, args.Org); err != nil { // two jobs may ask for the same
		return err
	}
	if sent, err := written(ctx, tx, args.Org, mail.About{Kind: crm.InvoiceRecord, ID: args.Invoice.UUID}, mail.Invoice); err != nil || sent && !args.Again {
		return err
	}
	settings, _, err := s.ready(ctx, tx, args.Org)
	if err != nil {
		return err
	}
	i, err := tx.Invoice(ctx, args.Org, args.Invoice)
	if err != nil {
		return err
	}
	customer, err := tx.Customer(ctx, args.Org, i.CustomerID)
	if err != nil {
		return err
	}
	org, err := tx.Organisation(ctx, args.Org)
	if err != nil {
		return err
	}
	data := invoiceData(i)
	data["url"], data["attached"] = document.Link, true
	d, err := s.writeBy(ctx, tx.Reader, org, settings, KeyInvoice, template.Data{"customer": customerData(customer), "invoice": data})
	if err != nil {
		return err
	}
	d.Category, d.About, d.Customer, d.By = mail.Invoice, mail.About{Kind: crm.InvoiceRecord, ID: i.ID.UUID}, &customer.ID, args.By
	d.To, d.ToName = customer.Email, customer.Name
	d.Attachments, d.At = document.attachments(), args.At
	_, err = s.Queue(ctx, tx, args.Org, d)
	return err
}

// attachments are the files that go with a mail.
func (d Document) attachments() []resendapi.Attachment {
	if len(d.PDF) == 0 {
		return nil
	}
	return []resendapi.Attachment{{Filename: d.Name, Content: d.PDF, ContentType: "application/pdf"}}
}

// tellUnmailed tells people that an invoice could not be mailed.
func tellUnmailed(ctx context.Context, tx *store.Tx, args MailInvoiceArgs, why error) error {
	label := "an invoice"
	if i, err := tx.Invoice(ctx, args.Org, args.Invoice); err == nil {
		label = i.Number
	}
	_, err := tx.KeepNotice(ctx, notify.Notice{Org: args.Org, Cause: "invoice_unmailed_" + args.Invoice.String(), Level: notify.Warning,
		Title: "No mail was sent for " + label, Text: said(why), Href: "/invoices/" + args.Invoice.String()})
	return err
}
