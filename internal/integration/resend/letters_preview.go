package resend

import (
	"context"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// PreviewOf says with whose data a template is looked at; the zero PreviewOf
// takes the sample of its category.
type PreviewOf struct {
	Customer *crm.CustomerID
	Invoice  *crm.InvoiceID
}

// Preview is a mail as it would be sent, or what keeps it from that.
type Preview struct {
	template.Rendered
	Problems template.Problems
	Findings []template.Finding
	Sample   bool // some of its data is made up
}

// PreviewTemplate renders a template as mail is rendered. What keeps it from being
// sent is in the preview; an error says that the record cannot be read.
func (s *Service) PreviewTemplate(ctx context.Context, t template.Template, of PreviewOf) (Preview, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return Preview{}, err
	}
	data, sample, err := s.previewData(ctx, me, t, of)
	if err != nil {
		return Preview{}, err
	}
	brand, err := s.brand(ctx, me.Org)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Sample: sample}
	p.Rendered, err = template.Render(t, brand, data)
	if p.Problems = problemsIn(err); err != nil && len(p.Problems) == 0 {
		return p, err
	}
	if err == nil {
		p.Findings = template.Check(p.Rendered, t)
	}
	return p, nil
}

// previewData is the sample of a category, with real records in place of some of
// it where they are asked for.
func (s *Service) previewData(ctx context.Context, me auth.Identity, t template.Template, of PreviewOf) (template.Data, bool, error) {
	data, sample := template.SampleOf(t), true
	if of.Invoice != nil {
		if err := me.Require(auth.InvoicesView); err != nil {
			return nil, false, err
		}
		i, err := s.Store.Invoice(ctx, me.Org, *of.Invoice)
		if err != nil {
			return nil, false, err
		}
		if _, uses := data["invoice"]; uses {
			data["invoice"] = invoiceData(i)
			sample = len(data) > 2
		}
		of.Customer = &i.CustomerID
	}
	if of.Customer != nil {
		if err := me.Require(auth.CustomersView); err != nil {
			return nil, false, err
		}
		c, err := s.Store.Customer(ctx, me.Org, *of.Customer)
		if err != nil {
			return nil, false, err
		}
		if _, uses := data["customer"]; uses {
			data["customer"] = customerData(c)
			sample = sample && len(data) > 1
		}
	}
	return data, sample, nil
}

// SendTest mails a template to the person who acts, so that it is seen in a real
// mail client. It returns an Error of kind Invalid for a template that cannot be
// rendered, and of kind Forbidden to a program: the address is the person's own.
func (s *Service) SendTest(ctx context.Context, t template.Template, of PreviewOf) (mail.Message, error) {
	me, err := auth.Require(ctx, auth.MailSend)
	if err != nil {
		return mail.Message{}, err
	}
	if !me.IsPerson() {
		return mail.Message{}, crm.Errorf(crm.Forbidden, "A test goes to the address of the person who asks for it. Sign in and send it from the page.")
	}
	data, _, err := s.previewData(ctx, me, t, of)
	if err != nil {
		return mail.Message{}, err
	}
	brand, err := s.brand(ctx, me.Org)
	if err != nil {
		return mail.Message{}, err
	}
	r, err := template.Render(t, brand, data)
	if err != nil {
		return mail.Message{}, err
	}
	var m mail.Message
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		m, err = s.Queue(ctx, tx, me.Org, Draft{Category: mail.Custom, Template: "test", To: me.Email, ToName: me.Name, Subject: "[Test] " + r.Subject, HTML: r.HTML, Text: r.Text, By: me.Actor()})
		return err
	})
	return m, err
}
