package crmpages

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
)

// MailInfo tells which mail was written about a record.
type MailInfo interface {
	// RecordMails are the latest mails about a record, or to a customer, the
	// newest first, and no more of them than most.
	RecordMails(ctx context.Context, kind crm.RecordKind, id uuid.UUID, most int) ([]RecordMail, error)
	// SendRecord is where a form asks for an invoice or a credit note to be mailed,
	// and a page for when; "" where that cannot be.
	SendRecord(ctx context.Context, kind crm.RecordKind, id uuid.UUID) (string, error)
	// CustomerConsent is the log of a customer's consent to marketing mail, the
	// newest first.
	CustomerConsent(ctx context.Context, id crm.CustomerID) ([]mail.Consent, error)
}

// RecordMail is one mail about a record.
type RecordMail struct {
	URL       string // of its page
	Subject   string
	Recipient string
	State     mail.State
	At        time.Time
}

// mails is what a page shows of the mail about its record.
type mails struct {
	shown bool // there is somebody to ask, and the reader may know
	rows  []RecordMail
	all   string // address of all of them, if there are more
	send  string // where a form asks for one more, and a page when; may be empty
	kind  string // of the record
}

// recentMails is how many mails a record's page shows.
const recentMails = 5

// mailsOf asks for the mail about a record.
func (p *Pages) mailsOf(r *http.Request, kind crm.RecordKind, id uuid.UUID) (mails, error) {
	me, _ := auth.From(r.Context())
	if p.mail == nil || !me.Can(auth.MailView) {
		return mails{}, nil
	}
	rows, err := p.mail.RecordMails(r.Context(), kind, id, recentMails+1)
	out := mails{shown: true, rows: rows}
	if len(rows) > recentMails {
		out.rows = rows[:recentMails]
		if kind == crm.CustomerRecord {
			out.all = "/mail?customer=" + id.String()
		}
	}
	return out, err
}

// mailsOfInvoice asks for the mail about an invoice, and offers to mail it.
func (p *Pages) mailsOfInvoice(r *http.Request, i crm.Invoice) (mails, error) {
	return p.mailsToSend(r, i.State != crm.InvoiceDraft && i.State != crm.InvoiceVoided, crm.InvoiceRecord, i.ID.UUID)
}

// mailsOfCreditNote asks for the mail about a credit note, and offers to mail it.
func (p *Pages) mailsOfCreditNote(r *http.Request, n crm.CreditNote) (mails, error) {
	return p.mailsToSend(r, n.State != crm.CreditNoteDraft && n.State != crm.CreditNoteVoided, crm.CreditNoteRecord, n.ID.UUID)
}

func (p *Pages) mailsToSend(r *http.Request, sendable bool, kind crm.RecordKind, id uuid.UUID) (mails, error) {
	m, err := p.mailsOf(r, kind, id)
	if err != nil || !m.shown || !sendable {
		return m, err
	}
	m.kind = map[crm.RecordKind]string{crm.InvoiceRecord: "invoice", crm.CreditNoteRecord: "credit note"}[kind]
	m.send, err = p.mail.SendRecord(r.Context(), kind, id)
	return m, err
}

// consent is what a customer's page shows of consent to marketing mail.
type consent struct {
	shown bool // there is somebody to ask, and the reader may know
	rows  []mail.Consent
	file  string // where all of it can be had
}

// recentConsent is how many entries a customer's page shows.
const recentConsent = 8

// consentOf asks for a customer's entries.
func (p *Pages) consentOf(r *http.Request, id crm.CustomerID) (consent, error) {
	me, _ := auth.From(r.Context())
	if p.mail == nil || !me.Can(auth.MailView) {
		return consent{}, nil
	}
	rows, err := p.mail.CustomerConsent(r.Context(), id)
	return consent{shown: true, rows: rows[:min(len(rows), recentConsent)], file: "/mail/consents/export?customer=" + id.String()}, err
}
