package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

// Mail is an e-mail to one recipient.
type Mail struct {
	ID            mail.ID    `json:"id" format:"uuid"`
	Category      string     `json:"category" enum:"invoice,receipt,credit_note,reminder,quote,order,report,notice,follow_up,marketing,custom"`
	Stream        string     `json:"stream" enum:"transactional,marketing"`
	Template      string     `json:"template,omitempty" doc:"By which it was written."`
	AboutKind     string     `json:"about_kind,omitempty" example:"invoice"`
	AboutID       *uuid.UUID `json:"about_id,omitempty" doc:"The record that it is about."`
	CustomerID    *uuid.UUID `json:"customer_id,omitempty"`
	Recipient     string     `json:"recipient" format:"email"`
	RecipientName string     `json:"recipient_name,omitempty"`
	Subject       string     `json:"subject"`
	State         string     `json:"state" enum:"queued,sending,sent,delayed,delivered,opened,clicked,bounced,complained,suppressed,failed,cancelled"`
	RemoteID      string     `json:"remote_id,omitempty" doc:"Resend's id."`
	Attempts      int        `json:"attempts"`
	DueAt         time.Time  `json:"due_at" doc:"When it is sent, or tried again."`
	Code          string     `json:"code,omitempty" doc:"Why it did not get through."`
	Problem       string     `json:"problem,omitempty" doc:"The same in words."`
	By            string     `json:"by" doc:"Who had it sent."`
	CreatedAt     time.Time  `json:"created_at"`
}

// MailDetail is a mail with what it says and what was told of it.
type MailDetail struct {
	Mail
	From        string      `json:"from"`
	HTML        string      `json:"html,omitempty"`
	Text        string      `json:"text,omitempty"`
	Attachments []string    `json:"attachments" nullable:"false" doc:"Names of the files that go with it."`
	Events      []MailEvent `json:"events" nullable:"false" doc:"What Resend told, the earliest first."`
}

// MailEvent is what Resend told of a mail.
type MailEvent struct {
	What      string    `json:"what" enum:"sent,scheduled,delayed,delivered,opened,clicked,bounced,complained,failed,suppressed,cancelled"`
	At        time.Time `json:"at"`
	Agent     string    `json:"agent,omitempty" enum:"person,machine,unknown" doc:"Who opened it or followed a link, as far as that can be told."`
	Link      string    `json:"link,omitempty" doc:"That was followed."`
	Permanent bool      `json:"permanent,omitempty" doc:"The bounce will not pass."`
	Code      string    `json:"code,omitempty" example:"Permanent/General"`
	Text      string    `json:"text,omitempty" doc:"Why, in the words of the service."`
}

type mailQuery struct {
	Paging
	State      string `query:"state" enum:"queued,sending,sent,delayed,delivered,opened,clicked,bounced,complained,suppressed,failed,cancelled"`
	Category   string `query:"category" enum:"invoice,receipt,credit_note,reminder,quote,order,report,notice,follow_up,marketing,custom"`
	Q          string `query:"q" maxLength:"200" doc:"Beginning of the recipient's address, or part of the subject."`
	CustomerID string `query:"customer_id" format:"uuid" doc:"Mail to this customer; other filters do not count then."`
	AboutID    string `query:"about_id" format:"uuid" doc:"Mail about this record; other filters do not count then."`
}

type mailPath struct {
	ID mail.ID `path:"id" format:"uuid"`
}

type mailAnswer struct{ Body MailDetail }

func (t *table) mails() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Mail"}
	}
	add(t, row("list-mails", http.MethodGet, "/mails", auth.MailView, "List mails, the newest first"), t.listMails)
	add(t, row("get-mail", http.MethodGet, "/mails/{id}", auth.MailView, "Read a mail with what it says and what became of it"), t.getMail)
	add(t, row("cancel-mail", http.MethodPost, "/mails/{id}/cancel", auth.MailSend, "Take a mail back that has not left"), t.cancelMail)
	again := row("send-mail-again", http.MethodPost, "/mails/{id}/send-again", auth.MailSend, "Send a mail once more that failed before it left, or was cancelled")
	again.about = "A mail whose code is uncertain may have arrived: look for it at Resend first."
	add(t, again, t.sendMailAgain)
	send := row("send-invoice", http.MethodPost, "/invoices/{id}/send", auth.MailSend, "Mail an invoice with its document to the customer, from the business's own address")
	send.status = http.StatusAccepted
	add(t, send, t.sendInvoice)
	send.id, send.path, send.summary = "send-credit-note", "/credit-notes/{id}/send", "Mail a credit note to the customer, with its document where Xero has it"
	add(t, send, t.sendCreditNote)
	t.suppressions()
	t.mailSettings()
	t.mailTemplates()
	t.mailReminders()
	t.mailReports()
	t.mailDomains()
}

// SendAt says when a mail leaves.
type SendAt struct {
	At string `json:"at,omitempty" maxLength:"16" doc:"By the organisation's clock; at once when left out." example:"2026-12-01T09:00"`
}

type (
	sendInvoiceInput struct {
		ID   crm.InvoiceID `path:"id" format:"uuid"`
		Body *SendAt
	}
	sendCreditNoteInput struct {
		ID   crm.CreditNoteID `path:"id" format:"uuid"`
		Body *SendAt
	}
)

func (s *SendAt) at() string {
	if s == nil {
		return ""
	}
	return s.At
}

func (a *API) sendInvoice(ctx context.Context, in *sendInvoiceInput) (*begunAnswer, error) {
	return &begunAnswer{Begun{"The invoice's document is asked for, and the mail is written then."}}, a.resend.SendInvoice(ctx, in.ID, in.Body.at())
}

func (a *API) sendCreditNote(ctx context.Context, in *sendCreditNoteInput) (*begunAnswer, error) {
	return &begunAnswer{Begun{"The credit note's document is asked for where Xero has it, and the mail is written then."}}, a.resend.SendCreditNote(ctx, in.ID, in.Body.at())
}

func (a *API) listMails(ctx context.Context, in *mailQuery) (*listed[Mail], error) {
	before, err := placeOf(in.After)
	if err != nil {
		return nil, err
	}
	f := mail.Filter{State: mail.State(in.State), Category: mail.Category(in.Category), Text: in.Q, Before: mail.ID{UUID: before}, Limit: in.Limit + 1}
	if in.CustomerID != "" {
		id, err := crm.ParseID[crm.Customer](in.CustomerID)
		if err != nil {
			return nil, err
		}
		f.Customer = &id
	}
	if in.AboutID != "" {
		if f.About.ID, err = uuid.Parse(in.AboutID); err != nil {
			return nil, err
		}
	}
	rows, err := a.resend.Mails(ctx, f)
	if err != nil {
		return nil, err
	}
	rows, next := cut(rows, in.Limit, func(m mail.Message) string { return m.ID.String() })
	return stretch(ctx, rows, next, showMail), nil
}

func (a *API) getMail(ctx context.Context, in *mailPath) (*mailAnswer, error) {
	told, err := a.resend.Mail(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	letter, err := resend.LetterOf(told.Message)
	if err != nil {
		return nil, err
	}
	out := MailDetail{Mail: showMail(told.Message), From: letter.From, HTML: letter.HTML, Text: letter.Text, Attachments: []string{}, Events: []MailEvent{}}
	for _, file := range letter.Attachments {
		out.Attachments = append(out.Attachments, file.Name)
	}
	for _, e := range told.Events {
		out.Events = append(out.Events, MailEvent{string(e.What), e.At, string(e.Agent), e.Link, e.Permanent, e.Code, e.Text})
	}
	return &mailAnswer{out}, nil
}

func (a *API) cancelMail(ctx context.Context, in *mailPath) (*mailAnswer, error) {
	if err := a.resend.Cancel(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.getMail(ctx, in)
}

func (a *API) sendMailAgain(ctx context.Context, in *mailPath) (*mailAnswer, error) {
	if err := a.resend.SendAgain(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.getMail(ctx, in)
}

func showMail(m mail.Message) Mail {
	out := Mail{
		ID: m.ID, Category: string(m.Category), Stream: string(m.Stream), Template: m.Template, AboutKind: string(m.About.Kind), Recipient: m.Recipient,
		RecipientName: m.RecipientName, Subject: m.Subject, State: string(m.State), RemoteID: m.RemoteID, Attempts: m.Attempts, DueAt: m.DueAt,
		Code: m.Problem.Code, Problem: m.Problem.Text, By: m.By, CreatedAt: m.CreatedAt,
	}
	if m.About.ID != uuid.Nil {
		out.AboutID = &m.About.ID
	}
	if m.Customer != nil {
		out.CustomerID = &m.Customer.UUID
	}
	return out
}
