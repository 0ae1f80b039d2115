package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/crmpages"
	"github.com/renoz/renoz/internal/integration/claude/chatpages"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/analyticspages"
	"github.com/renoz/renoz/internal/integration/resend/campaignpages"
	"github.com/renoz/renoz/internal/integration/resend/domainpages"
	"github.com/renoz/renoz/internal/integration/resend/optoutpages"
	"github.com/renoz/renoz/internal/integration/resend/resendpages"
	"github.com/renoz/renoz/internal/integration/resend/templatepages"
	"github.com/renoz/renoz/internal/integration/xero/xeropages"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/overviewpages"
	"github.com/renoz/renoz/internal/syncpages"
	"github.com/renoz/renoz/internal/web"
)

// mounters are the parts of the site.
func (a *App) mounters(ctx context.Context, first ...web.Mounter) ([]web.Mounter, error) {
	jobs, err := a.Store.JobPages(ctx, jobsAt, quieter(a.Config.Log))
	if err != nil {
		return nil, err
	}
	now := a.Config.Now
	links := xeropages.Links{Xero: a.Xero, Store: a.Store}
	exchange := xeropages.New(xeropages.Config{Xero: a.Xero, Store: a.Store, Ancestors: a.Config.Ancestors, Now: now})
	mails := resendpages.New(resendpages.Config{
		Resend: a.Resend, Store: a.Store, URL: a.Config.URL, Signed: len(a.Config.Resend.WebhookSecrets) > 0, Now: now, Ancestors: a.Config.Ancestors,
	})
	return append(first,
		exchange,
		mails,
		optoutpages.New(a.Resend),
		analyticspages.New(a.Resend),
		domainpages.New(a.Resend),
		templatepages.New(templatepages.Config{Resend: a.Resend, Store: a.Store}),
		chatpages.New(a.Claude),
		campaignpages.New(campaignpages.Config{Campaigns: a.Campaigns, Resend: a.Resend, Store: a.Store, Now: now}),
		overviewpages.New(overviewpages.Config{Xero: exchange, Mail: mails, Store: a.Store, Book: a.Book, Now: now}),
		crmpages.New(crmpages.Config{Book: a.Book, Store: a.Store, Now: now, Links: recordLinks{links}, Mail: recordMail{a.Resend}}),
		syncpages.New(syncpages.Config{Xero: a.Xero, Store: a.Store, Now: now}),
		jobPages{jobs, a.Store},
	), nil
}

// recordLinks lets a record's page say what Xero knows of it. The pages of
// records and those of Xero do not know each other.
type recordLinks struct{ xero xeropages.Links }

// RecordLinks translates between the two.
func (l recordLinks) RecordLinks(ctx context.Context, kind crm.RecordKind, id uuid.UUID) ([]crmpages.RemoteLink, error) {
	there, err := l.xero.RecordLinks(ctx, kind, id)
	out := make([]crmpages.RemoteLink, len(there))
	for i, t := range there {
		out[i] = crmpages.RemoteLink(t)
	}
	return out, err
}

// recordMail lets a record's page list the mail about it.
type recordMail struct{ resend *resend.Service }

// RecordMails translates between the two. Mail about any of a customer's records
// is the customer's.
func (m recordMail) RecordMails(ctx context.Context, kind crm.RecordKind, id uuid.UUID, most int) ([]crmpages.RecordMail, error) {
	f := mail.Filter{About: mail.About{Kind: kind, ID: id}, Limit: most}
	if kind == crm.CustomerRecord {
		f.About, f.Customer = mail.About{}, &crm.CustomerID{UUID: id}
	}
	rows, err := m.resend.Mails(ctx, f)
	out := make([]crmpages.RecordMail, len(rows))
	for i, row := range rows {
		out[i] = crmpages.RecordMail{URL: "/mail/" + row.ID.String(), Subject: row.Subject, Recipient: row.Recipient, State: row.State, At: row.CreatedAt}
	}
	return out, err
}

// SendRecord is where an invoice or a credit note is mailed from here, if mail is
// set up and the reader may.
func (m recordMail) SendRecord(ctx context.Context, kind crm.RecordKind, id uuid.UUID) (string, error) {
	if me, _ := auth.From(ctx); !me.Can(auth.MailSend) {
		return "", nil
	}
	ready, err := m.resend.Ready(ctx)
	if err != nil || !ready {
		return "", err
	}
	pages := map[crm.RecordKind]string{crm.InvoiceRecord: "/mail/invoices/", crm.CreditNoteRecord: "/mail/credit-notes/"}
	return pages[kind] + id.String() + "/send", nil
}

// CustomerConsent is the log of a customer's consent.
func (m recordMail) CustomerConsent(ctx context.Context, id crm.CustomerID) ([]mail.Consent, error) {
	return m.resend.CustomerConsents(ctx, id, mail.ConsentFilter{})
}
