package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

type mailCommand struct {
	List         mailList          `cmd:"" default:"withargs" help:"List mails, the newest first."`
	Show         mailShow          `cmd:"" help:"Show a mail and what became of it."`
	Cancel       mailCancel        `cmd:"" help:"Take a mail back that has not left."`
	Resend       mailAgain         `cmd:"" help:"Send a mail again that failed before it left, or was cancelled."`
	Invoice      mailInvoice       `cmd:"" help:"Mail an invoice with its document, now or later."`
	CreditNote   mailCreditNote    `cmd:"" help:"Mail a credit note, with its document where Xero has it."`
	Pause        mailPause         `cmd:"" help:"Stop all mail until it is resumed."`
	Resume       mailResume        `cmd:"" help:"Let mail leave again."`
	Suppress     mailSuppress      `cmd:"" help:"Stop all mail to an address."`
	Unsuppress   mailUnsuppress    `cmd:"" help:"Let mail go to an address again."`
	Suppressions mailSuppressions  `cmd:"" help:"List, add, remove, import, export and exchange addresses that are not written to."`
	Consents     mailConsents      `cmd:"" help:"List the log of consent to marketing mail."`
	Templates    mailTemplates     `cmd:"" help:"List templates of mail, the library's too."`
	Template     mailTemplateCheck `cmd:"" help:"Check the draft of a template, and publish it."`
	Reminders    mailReminders     `cmd:"" help:"List unpaid invoices with their next reminder; switch, stop and resume reminders."`
	Report       mailReport        `cmd:"" help:"What became of mail, by template, category, campaign or recipient's domain."`
	Bounces      mailBounces       `cmd:"" help:"What came back, and let marketing mail go on that paused for it."`
	Domains      mailDomains       `cmd:"" help:"List, show and verify the domains that mail is sent from."`
	Campaign     mailCampaign      `cmd:"" help:"Send a template to many customers."`
}

// mailPlace is whose mail a command is about.
type mailPlace struct {
	place `embed:""`
	Org   string `required:"" help:"Name or id of the organisation."`
}

// act does something in the organisation.
func (m mailPlace) act(ctx context.Context, out output, do func(context.Context, *resend.Service) error) error {
	return m.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, m.Org)
		if err != nil {
			return err
		}
		return do(auth.With(ctx, auth.System(org.ID, "command line")), a.Resend)
	})
}

type mailList struct {
	mailPlace `embed:""`
	To        string `help:"Only to addresses that begin so."`
	State     string `help:"Only in this state, such as failed."`
	Category  string `help:"Only of this category, such as invoice."`
	Limit     int    `default:"20" help:"How many at most, up to 200."`
}

// Run lists mails.
func (l *mailList) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		rows, err := s.Mails(ctx, mail.Filter{Text: l.To, State: mail.State(l.State), Category: mail.Category(l.Category), Limit: l.Limit})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			_, err := fmt.Fprintln(out, "There is no such mail.")
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, m := range rows {
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", m.ID, m.CreatedAt.UTC().Format(time.DateTime), m.State, m.Category, m.Recipient, m.Subject); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

// mailStep is a step of one mail.
type mailStep struct {
	mailPlace `embed:""`
	ID        string `arg:"" help:"Id of the mail, as renoz mail list shows it."`
}

type (
	mailShow struct {
		mailStep `embed:""`
	}
	mailCancel struct {
		mailStep `embed:""`
	}
	mailAgain struct {
		mailStep `embed:""`
	}
)

// Run shows a mail.
func (s *mailShow) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, func(*resend.Service, context.Context, mail.ID) error { return nil })
}

// Run takes a mail back.
func (s *mailCancel) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, (*resend.Service).Cancel)
}

// Run queues a mail again; the process that works on jobs sends it.
func (s *mailAgain) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, (*resend.Service).SendAgain)
}

// take does a step and shows the mail after it.
func (s mailStep) take(ctx context.Context, out output, step func(*resend.Service, context.Context, mail.ID) error) error {
	id, err := crm.ParseID[mail.Message](s.ID)
	if err != nil {
		return crm.Errorf(crm.Invalid, "%q is not the id of a mail. `renoz mail list` shows them.", s.ID)
	}
	return s.act(ctx, out, func(ctx context.Context, r *resend.Service) error {
		if err := step(r, ctx, id); err != nil {
			return err
		}
		m, err := r.Mail(ctx, id)
		if err != nil {
			return err
		}
		return tellMail(out, m)
	})
}

func tellMail(out output, m resend.Told) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"To", m.Recipient}, {"Subject", m.Subject}, {"State", m.State.Label()}, {"Problem", m.Problem.Text}, {"By", m.By}, {"Id at Resend", m.RemoteID},
	} {
		if line[1] == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	for _, e := range m.Events {
		if _, err := fmt.Fprintf(w, "%s\t%s %s %s\n", e.At.UTC().Format(time.DateTime), e.What, e.Agent, e.Text); err != nil {
			return err
		}
	}
	return w.Flush()
}
