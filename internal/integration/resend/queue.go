package resend

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Draft is a mail that somebody wants sent.
type Draft struct {
	Category    mail.Category
	Template    string // by which it was written
	About       mail.About
	Customer    *crm.CustomerID
	Campaign    *mail.CampaignID
	To, ToName  string
	Subject     string
	HTML, Text  string
	Unsubscribe string // address of the page that ends such mail; needed in marketing
	Attachments []resendapi.Attachment
	At          time.Time // before which it does not leave; zero: it leaves now
	By          string
}

// tagMail is the tag that brings a message's id back with each event.
const tagMail = "email_id"

// Queue freezes a mail and has it leave after the transaction. One to an
// address that must not be written to is kept as suppressed. It returns an
// Error of kind Invalid for a bad address or a mail that Resend would not take,
// and one of kind Precondition when mail cannot be sent yet.
func (s *Service) Queue(ctx context.Context, tx *store.Tx, org crm.OrgID, d Draft) (mail.Message, error) {
	kept, err := tx.MailSettings(ctx, org)
	if err != nil {
		return mail.Message{}, err
	}
	settings, err := settingsOf(kept)
	if err != nil {
		return mail.Message{}, err
	}
	if settings.From == "" {
		return mail.Message{}, crm.Errorf(crm.Precondition, "There is no address yet that mail comes from. Enter one in the mail settings.")
	}
	m := mail.Message{
		ID: crm.NewID[mail.Message](), Org: org, Category: d.Category, Stream: d.Category.Stream(), Template: d.Template, About: d.About, Customer: d.Customer, Campaign: d.Campaign,
		RecipientName: oneLine(d.ToName), Subject: oneLine(d.Subject), Alone: len(d.Attachments) > 0, State: mail.Queued, DueAt: later(tx.Now(), d.At), By: d.By,
	}
	if m.Recipient, err = crm.ParseEmail(d.To); err != nil {
		return mail.Message{}, err
	}
	if m.Payload, err = s.freeze(ctx, tx, m, d, settings); err != nil {
		return mail.Message{}, err
	}
	if why, stopped, err := s.stopped(ctx, tx, m); err != nil {
		return mail.Message{}, err
	} else if stopped {
		now := tx.Now()
		m.State, m.Problem, m.Times.Suppressed = mail.Suppressed, why, &now
		return m, tx.InsertMail(ctx, m)
	}
	if err := tx.InsertMail(ctx, m); err != nil {
		return mail.Message{}, err
	}
	return m, tx.Wake(ctx, PushArgs{org}, jobs.Urgent)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// freeze writes the request as it will be sent, each time with the same bytes.
func (s *Service) freeze(ctx context.Context, tx *store.Tx, m mail.Message, d Draft, c Settings) (string, error) {
	from, err := sender(ctx, tx, m.Org, c)
	if err != nil {
		return "", err
	}
	message := resendapi.Message{
		From: from, To: resendapi.Addresses{m.Recipient}, Subject: m.Subject, HTML: d.HTML, Text: resendapi.Text(d.Text),
		Tags: []resendapi.Tag{{Name: tagMail, Value: m.ID.String()}, {Name: "category", Value: string(m.Category)}}, Attachments: d.Attachments,
	}
	if c.ReplyTo != "" {
		message.ReplyTo = resendapi.Addresses{c.ReplyTo}
	}
	if m.Stream == mail.Marketing {
		if d.Unsubscribe == "" {
			return "", crm.Errorf(crm.Invalid, "Marketing mail needs a link by which its recipient can end it.")
		}
		// https://www.rfc-editor.org/rfc/rfc8058#section-3.1
		message.Headers = map[string]string{"List-Unsubscribe": "<" + d.Unsubscribe + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
	}
	frozen, err := resendapi.Encode(message)
	if err != nil {
		return "", refusal(err)
	}
	return string(frozen), nil
}

// sender is whom mail comes from.
func sender(ctx context.Context, tx *store.Tx, id crm.OrgID, c Settings) (string, error) {
	if c.Sender != "" {
		return address(c.Sender, c.From), nil
	}
	org, err := tx.Organisation(ctx, id)
	return address(org.Name, c.From), err
}

// readdress gives mails that never left the sender of today. With the one they
// were frozen with they would be refused for good, and all other mail with them,
// when its domain is given up.
func (s *Service) readdress(ctx context.Context, tx *store.Tx, p *store.Parcel, kept store.MailSettings) error {
	settings, err := settingsOf(kept)
	if err != nil {
		return err
	}
	from, err := sender(ctx, tx, p.Org, settings)
	if err != nil || settings.From == "" {
		return err
	}
	for i := range p.Mails {
		var message resendapi.Message
		if err := json.Unmarshal([]byte(p.Mails[i].Payload), &message); err != nil {
			return fmt.Errorf("read what a mail says: %w", err)
		}
		if message.From == from {
			continue
		}
		message.From = from
		frozen, err := resendapi.Encode(message)
		if err != nil {
			continue // it is refused, with words, when it is sent as it is
		}
		p.Mails[i].Payload = string(frozen)
		if err := tx.Rewrite(ctx, p.Mails[i]); err != nil {
			return err
		}
	}
	return nil
}

// refusal words what Resend's rules say against a mail.
func refusal(err error) error {
	failure, ok := asFailure(err)
	if !ok {
		return fmt.Errorf("freeze a mail: %w", err)
	}
	return crm.Errorf(crm.Invalid, "%s", failure.Words())
}

// stopped tells why a message must not be sent, if so: its address is
// suppressed, or it is marketing for somebody who is not known to have agreed.
func (s *Service) stopped(ctx context.Context, tx *store.Tx, m mail.Message) (mail.Problem, bool, error) {
	held, err := tx.SuppressionsOf(ctx, m.Org, m.Recipient)
	if err != nil {
		return mail.Problem{}, false, err
	}
	for _, h := range held {
		if h.Scope.Covers(m.Category) {
			return mail.Problem{Code: string(h.Reason), Text: h.Words()}, true, nil
		}
	}
	if m.Stream != mail.Marketing {
		return mail.Problem{}, false, nil
	}
	if m.Customer != nil {
		customer, err := tx.Customer(ctx, m.Org, *m.Customer)
		if err == nil && customer.MarketingConsent {
			return mail.Problem{}, false, nil
		}
		if err != nil && crm.KindOf(err) != crm.NotFound {
			return mail.Problem{}, false, err
		}
	}
	return mail.Problem{Code: "no_consent", Text: "The customer has not agreed to marketing mail."}, true, nil
}

// address joins a name and an address as a header has them.
func address(name, at string) string {
	name = strings.NewReplacer(`"`, "", `\`, "", "<", "", ">", "").Replace(oneLine(name))
	if name == "" {
		return at
	}
	return `"` + name + `" <` + at + ">"
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
