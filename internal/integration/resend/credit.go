package resend

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// MailCreditNoteArgs asks to mail a credit note, with its document where there is
// one.
type MailCreditNoteArgs struct {
	Org        crm.OrgID        `json:"org"`
	CreditNote crm.CreditNoteID `json:"credit_note"`
	By         string           `json:"by"`
	Again      bool             `json:"again"`       // also where it was mailed before
	At         time.Time        `json:"at,omitzero"` // before which it does not leave
}

// Kind names the job.
func (MailCreditNoteArgs) Kind() string { return "resend_mail_credit_note" }

func (a MailCreditNoteArgs) about() mail.About {
	return mail.About{Kind: crm.CreditNoteRecord, ID: a.CreditNote.UUID}
}

// SendCreditNote mails a credit note because somebody asks for that, now or at a
// time of the organisation's clock such as 2026-12-01T09:00. It returns an Error of
// kind Precondition when mail is not set up, Conflict for a credit note that cannot
// be mailed, and Invalid with the field at.
func (s *Service) SendCreditNote(ctx context.Context, id crm.CreditNoteID, at string) error {
	me, err := auth.Require(ctx, auth.MailSend)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		n, err := tx.CreditNote(ctx, me.Org, id)
		if err != nil {
			return err
		}
		if !mailable(n) {
			return crm.Errorf(crm.Conflict, "The credit note is %s; only one that is issued can be mailed.", n.State.Label())
		}
		when, err := s.sendable(ctx, tx, me.Org, at)
		if err != nil {
			return err
		}
		return tx.Enqueue(ctx, jobs.Request{Args: MailCreditNoteArgs{Org: me.Org, CreditNote: id, By: me.Actor(), Again: true, At: when}, Priority: jobs.Urgent})
	})
}

func mailable(n crm.CreditNote) bool {
	return n.State != crm.CreditNoteDraft && n.State != crm.CreditNoteVoided
}

// creditIssued has a credit note mailed that was just issued, where the
// organisation wants that.
func (s *Service) creditIssued(ctx context.Context, tx *store.Tx, c crm.Change) error {
	settings, ready, err := s.ready(ctx, tx, c.OrgID)
	if err != nil || !ready || !settings.CreditNotes {
		return err
	}
	return tx.Enqueue(ctx, jobs.Request{Args: MailCreditNoteArgs{Org: c.OrgID, CreditNote: crm.CreditNoteID{UUID: c.ID}, By: "Renoz"}, Priority: jobs.Urgent})
}

// creditWait is how long a credit note waits for the accounting service to have it
// before it is asked for again.
const creditWait = 30 * time.Second

// MailCreditNote queues the mail of a credit note. Its document is asked for outside
// of any transaction. While it is on its way there, the job waits.
func (s *Service) MailCreditNote(ctx context.Context, args MailCreditNoteArgs) error {
	document, err := s.Document(ctx, args.Org, args.about())
	if crm.KindOf(err) == crm.Unavailable {
		return jobs.Snooze(s.Schedule.Wait(creditWait))
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err == nil {
			err = s.queueCreditNote(ctx, tx, args, document)
		}
		switch crm.KindOf(err) {
		case crm.Invalid, crm.Precondition, crm.Conflict, crm.NotFound:
			return tellUnmailedCredit(ctx, tx, args, err)
		default:
			return err
		}
	})
}

func (s *Service) queueCreditNote(ctx context.Context, tx *store.Tx, args MailCreditNoteArgs, document Document) error {
	if err := tx.HoldOrganisation(ctx, args.Org); err != nil { // two jobs may ask for the same
		return err
	}
	if sent, err := written(ctx, tx, args.Org, args.about(), mail.CreditNote); err != nil || sent && !args.Again {
		return err
	}
	n, err := tx.CreditNote(ctx, args.Org, args.CreditNote)
	if err != nil || !mailable(n) { // voided meanwhile
		return err
	}
	settings, _, err := s.ready(ctx, tx, args.Org)
	if err != nil {
		return err
	}
	customer, err := tx.Customer(ctx, args.Org, n.CustomerID)
	if err != nil {
		return err
	}
	org, err := tx.Organisation(ctx, args.Org)
	if err != nil {
		return err
	}
	data, err := creditData(ctx, tx, n)
	if err != nil {
		return err
	}
	d, err := s.writeBy(ctx, tx.Reader, org, settings, KeyCredit, template.Data{"customer": customerData(customer), "credit_note": data})
	if err != nil {
		return err
	}
	d.Category, d.About, d.Customer, d.By = mail.CreditNote, args.about(), &customer.ID, args.By
	d.To, d.ToName = customer.Email, customer.Name
	d.Attachments, d.At = document.attachments(), args.At
	_, err = s.Queue(ctx, tx, args.Org, d)
	return err
}

// creditData is what a template is told of a credit note. One without a reason of
// its own corrects what was sold.
func creditData(ctx context.Context, tx *store.Tx, n crm.CreditNote) (template.Data, error) {
	money := func(m crm.MinorUnits) crm.Money { return crm.Money{Amount: m, Currency: n.Currency} }
	data := template.Data{
		"lines": linesData(n.Lines, n.Currency), "number": n.Number, "date": n.IssuedOn, "reason": n.Reason, "remaining": money(n.Remaining()),
		"subtotal": money(n.Totals.Subtotal), "tax": money(n.Totals.Tax), "total": money(n.Totals.Total),
	}
	if n.Reason == "" {
		data["reason"] = "It corrects what we sold you."
	}
	if n.InvoiceID == nil {
		return data, nil
	}
	i, err := tx.Invoice(ctx, n.OrgID, *n.InvoiceID)
	if err == nil {
		data["invoice_number"] = i.Number
	}
	return data, err
}

// tellUnmailedCredit tells people that a credit note could not be mailed.
func tellUnmailedCredit(ctx context.Context, tx *store.Tx, args MailCreditNoteArgs, why error) error {
	label := "a credit note"
	if n, err := tx.CreditNote(ctx, args.Org, args.CreditNote); err == nil {
		label = n.Number
	}
	_, err := tx.KeepNotice(ctx, notify.Notice{Org: args.Org, Cause: "credit_note_unmailed_" + args.CreditNote.String(), Level: notify.Warning,
		Title: "No mail was sent for " + label, Text: said(why), Href: "/credit-notes/" + args.CreditNote.String()})
	return err
}

// voided takes a mail back, as it leaves, whose invoice or credit note was voided
// since it was written. It reports whether it did.
func voided(ctx context.Context, tx *store.Tx, m mail.Message) (bool, error) {
	switch {
	case m.Category == mail.Invoice && m.About.Kind == crm.InvoiceRecord:
		i, err := tx.Invoice(ctx, m.Org, crm.InvoiceID{UUID: m.About.ID})
		if err != nil || i.State != crm.InvoiceVoided {
			return false, ignoreGone(err)
		}
	case m.Category == mail.CreditNote && m.About.Kind == crm.CreditNoteRecord:
		n, err := tx.CreditNote(ctx, m.Org, crm.CreditNoteID{UUID: m.About.ID})
		if err != nil || n.State != crm.CreditNoteVoided {
			return false, ignoreGone(err)
		}
	default:
		return false, nil
	}
	before, now := m, tx.Now()
	m.State, m.Parcel, m.Times.Cancelled = mail.Cancelled, nil, &now
	m.Problem = mail.Problem{Code: "cancelled", Text: "It was voided before the mail left."}
	return true, tx.ChangeMail(ctx, before, m)
}

// ignoreGone lets mail leave that is about a record which is no more.
func ignoreGone(err error) error {
	if crm.KindOf(err) == crm.NotFound {
		return nil
	}
	return err
}
