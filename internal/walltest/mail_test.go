package walltest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// mailContent is what a mail says, for the frame on its page.
const mailContent = "/mail/content/{id}"

// sampleContent is what a mail would say, for the frame of a campaign's sample.
const sampleContent = "/mail/campaigns/{id}/sample/content"

// draftContent is the same of a template's draft.
const draftContent = "/templates/{key}/content"

func mailSettings() url.Values {
	return url.Values{"from": {"accounts@mail.quokka.example"}, "postal": {"1 Wharf Street"}, "transients": {"3"}, "transient_days": {"7"}}
}

// mail sets mail up for the first organisation, queues one and suppresses an
// address.
func (w *world) mail(c crm.CustomerID, i crm.Invoice) {
	w.Helper()
	ctx, settings := w.as(w.first), resend.DefaultSettings()
	settings.From, settings.Postal = "accounts@mail.quokka.example", "1 "+quokka+" Street"
	w.check(w.app.Resend.SaveSettings(ctx, settings, resend.KeyChange{New: quokkaKey}))
	var m mail.Message
	w.check(w.app.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		m, err = w.app.Resend.Queue(ctx, tx, w.first, resend.Draft{
			Category: mail.Invoice, About: mail.About{Kind: crm.InvoiceRecord, ID: i.ID.UUID}, Customer: &c, To: "accounts@quokka-solar.example",
			Subject: quokka + " Solar", HTML: "<p>" + quokka + " Solar</p>", Text: quokka + " Solar", By: quokka,
		})
		return err
	}))
	w.values["campaigns/{id}"] = planned(w, w.app.Store, mail.Campaign{Org: w.first, Name: quokka + " news", Actor: quokka}, c).String()
	w.check(w.app.Resend.Suppress(ctx, "gone@quokka-solar.example", quokka+" Solar asked"))
	held := must(w.app.Resend.SuppressionOf(ctx, "gone@quokka-solar.example"))(w)
	w.values["mail/{id}"], w.values["content/{id}"], w.values["mails/{id}"], w.values["suppressions/{id}"] = m.ID.String(), m.ID.String(), m.ID.String(), held.ID.String()
	w.check(w.app.Resend.RefreshDomains(ctx))
	w.values["domains/{id}"] = must(w.app.Resend.DomainID(ctx, "mail.quokka.example"))(w).String()
	w.values["templates/{key}"], w.values["versions/{number}"] = "quokka_note", "1"
	writeTemplate(w, ctx, w.app.Resend, "quokka_note", quokka+" Solar")
	w.converse()
	w.values["unsubscribe/{token}"] = stopToken(w, w.app.Resend, resend.Stop{Org: w.first, Address: "news@quokka-solar.example", Mail: mail.FollowUp})
	w.values["subscribe/{token}"] = wishToken(w, ctx, w.app, resend.Stop{Org: w.first, Address: "again@quokka-solar.example", Mail: mail.Newsletter})
	kept := must(w.app.Resend.PreviewSuppressions(ctx, quokka+" Solar.csv", []byte("address,note\nold@quokka-solar.example,"+quokka+" Solar\n"+quokka+" Solar,x\n")))(w)
	w.values["imports/{id}"] = kept.ID.String()
}

// wishToken is that of the mail which asks the owner of an address to confirm that
// marketing mail is wanted again.
func wishToken(t testing.TB, ctx context.Context, a *app.App, stop resend.Stop) string {
	t.Helper()
	token := stopToken(t, a.Resend, stop)
	if err := a.Resend.OptOutOf(ctx, token, true, mail.ByPreferences); err != nil {
		t.Fatal(err)
	}
	if chosen := must(a.Resend.Choose(ctx, token, []mail.Category{mail.Newsletter}))(t); chosen.Refused != "" {
		t.Fatal(chosen.Refused)
	}
	asked := must(a.Store.Mails(ctx, stop.Org, mail.Filter{Text: stop.Address, Category: mail.Custom}))(t)
	says := must(a.Store.Mail(ctx, stop.Org, asked[0].ID))(t).Payload
	at := strings.Index(says, "/subscribe/") + len("/subscribe/")
	return says[at : at+43]
}

// stopToken is that of the link in a marketing mail.
func stopToken(t interface {
	Helper()
	Fatal(...any)
}, s *resend.Service, stop resend.Stop) string {
	t.Helper()
	link, err := s.StopLink(stop)
	if err != nil {
		t.Fatal(err)
	}
	return link[strings.LastIndex(link, "/")+1:]
}

// converse keeps a conversation of each of the first organisation's tokens and
// people, with a question that nothing has answered. Others know the owner's.
func (w *world) converse() {
	w.Helper()
	w.talks = map[string]string{}
	for _, t := range must(w.app.Store.Tokens(w.Context(), w.first))(w) {
		w.talks[w.tokens[w.first][t.Role]] = w.talk(crm.UserID{UUID: t.ID.UUID})
	}
	for role, person := range w.users {
		w.talks[w.cookies[w.first][role].Value] = w.talk(person)
	}
	w.values["conversations/{id}"] = w.talks[w.tokens[w.first][auth.Owner]]
	w.values["assistant/{id}"] = w.talks[w.cookies[w.first][auth.Owner].Value]
}

func (w *world) talk(with crm.UserID) string {
	w.Helper()
	c := assistant.Conversation{ID: crm.NewID[assistant.Conversation](), Org: w.first, User: with, Title: quokka + " Solar", Model: "claude-haiku-5-5", Head: 1, State: assistant.Idle}
	w.check(w.app.Store.InTx(w.Context(), func(tx *store.Tx) error {
		if err := tx.InsertConversation(w.Context(), c); err != nil {
			return err
		}
		content := []byte(`[{"type":"text","text":"` + quokka + ` Solar"}]`)
		return tx.InsertMessage(w.Context(), c, assistant.Message{Number: 1, From: assistant.FromUser, Content: content, Complete: true, Said: quokka + " Solar"})
	}))
	return c.ID.String()
}

// writeTemplate makes a template that was published once and whose draft differs.
func writeTemplate(t testing.TB, ctx context.Context, s *resend.Service, key, name string) {
	t.Helper()
	d := resend.TemplateDraft{Category: "custom", Purpose: "When something is worth a note."}
	d.Name, d.Subject, d.Body = name, "A note from "+name, "<h1>A note</h1>\n<p>Hello {{ customer.name }}, this is a note that says what there is to say.</p>\n"
	made := must(s.CreateTemplate(ctx, key, d))(t)
	must(s.PublishTemplate(ctx, key, made.Revision, "First words"))(t)
	d.Revision, d.Body = made.Revision, d.Body+"<p>And a little more.</p>\n"
	must(s.SaveTemplate(ctx, key, d))(t)
}

// planned keeps a campaign that is ready, with one recipient and a line of its
// list that names nobody.
func planned(t interface {
	Helper()
	Context() context.Context
	Fatal(...any)
}, s *store.Store, c mail.Campaign, customer crm.CustomerID) mail.CampaignID {
	t.Helper()
	ctx := t.Context()
	c.ID, c.Template, c.Category, c.Audience, c.State = crm.NewID[mail.Campaign](), "newsletter", mail.Newsletter, mail.Audience{Kind: mail.Everybody}, mail.CampaignReady
	err := s.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.AddCampaign(ctx, c); err != nil {
			return err
		}
		if err := tx.AddCampaignLines(ctx, c, []store.CampaignLine{{Line: 2, Text: c.Actor + " Street", Problem: "No customer has this address."}}); err != nil {
			return err
		}
		_, err := tx.AddRecipient(ctx, mail.Recipient{Campaign: c.ID, Org: c.Org, Customer: customer, Address: "news@quokka-solar.example", Name: quokka + " Solar", State: mail.RecipientWaiting})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

// keptMail is what of the first organisation's mail others might change.
func (w *world) keptMail() []any {
	w.Helper()
	ctx, s := w.Context(), w.app.Store
	return []any{
		must(s.Mail(ctx, w.first, parse[mail.Message](w, w.values["mails/{id}"])))(w), must(s.MailSettings(ctx, w.first))(w),
		must(s.Suppressions(ctx, w.first, mail.SuppressionFilter{}))(w), must(s.MailTemplates(ctx, w.first))(w), must(s.Campaigns(ctx, w.first, mail.CampaignFilter{}))(w), w.keptDomain(),
	}
}

// keptDomain is how the first organisation's domain stands, with its history.
func (w *world) keptDomain() string {
	w.Helper()
	id := parse[mail.SendingDomain](w, w.values["domains/{id}"])
	d := must(w.app.Store.MailDomain(w.Context(), w.first, id))(w)
	return fmt.Sprint(d.Name, d.Standing(), must(w.app.Store.DomainChanges(w.Context(), w.first, id, 100))(w))
}

// TestAMailCanDoNothing wants what a mail says to run and load nothing, and to be
// shown by our own pages only.
func TestAMailCanDoNothing(t *testing.T) {
	w := newWorld(t, "")
	for _, content := range []string{mailContent, sampleContent, draftContent} {
		w.canDoNothing(content)
	}
}

func (w *world) canDoNothing(content string) {
	w.Helper()
	a := w.send(request{method: "GET", path: w.address(content), cookie: w.cookies[w.first][auth.Viewer]})
	policy := a.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'self'", "form-action 'none'", "base-uri 'none'", "; sandbox"} {
		if !strings.Contains(policy, part) {
			w.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if a.Code != http.StatusOK || strings.Contains(policy, "script-src") || strings.Contains(policy, "allow-") || a.Header().Get("X-Content-Type-Options") != "nosniff" ||
		a.Header().Get("X-Frame-Options") != "SAMEORIGIN" || !strings.Contains(a.Header().Get("Cache-Control"), "no-store") {
		w.Errorf("answered %d with %v", a.Code, a.Header())
	}
}

// mail gives the demonstration mail in several states.
func (s *shop) mail() {
	s.Helper()
	settings := resend.DefaultSettings()
	settings.From, settings.Postal = "accounts@mail.voltway.example", "1 Wharf Street"
	s.check(s.app.Resend.SaveSettings(s.ctx, settings, resend.KeyChange{New: "re_demo"}))
	invoice := must(s.app.Store.Invoice(s.ctx, s.org, must(crm.ParseID[crm.Invoice](s.values["invoice overdue"]))(s)))(s)
	write := func(to string) mail.Message {
		var m mail.Message
		s.check(s.app.Store.InTx(s.ctx, func(tx *store.Tx) (err error) {
			m, err = s.app.Resend.Queue(s.ctx, tx, s.org, resend.Draft{
				Category: mail.Invoice, About: mail.About{Kind: crm.InvoiceRecord, ID: invoice.ID.UUID}, Customer: &invoice.CustomerID, To: to, ToName: "Accounts department",
				Subject: "Invoice " + invoice.Number + " from Voltway Batteries, due soon", By: "Fiona Castellano",
				HTML: `<html><body style="font-family:sans-serif"><h1>Your invoice</h1><p>It is due soon.</p></body></html>`, Text: "Your invoice is due soon.",
			})
			return err
		}))
		return m
	}
	s.check(s.app.Resend.Suppress(s.ctx, "never@gullwing.example", "They asked on the phone"))
	s.values["mail suppressed"], s.values["mail queued"] = write("never@gullwing.example").ID.String(), write("soon@gullwing.example").ID.String()
	s.values["campaigns/{id}"] = planned(s, s.app.Store, mail.Campaign{Org: s.org, Name: "November news", Actor: "Fiona Castellano"}, invoice.CustomerID).String()
	failed, bounced, clicked := write("late@gullwing.example"), write("gone@gullwing.example"), write("accounts@gullwing.example")
	s.became(failed, func(m *mail.Message) {
		m.State, m.Attempts, m.Problem = mail.Failed, 4, mail.Problem{Code: "uncertain", Text: "It is not known whether Resend took this mail."}
	})
	s.told(bounced, mail.Event{What: mail.WasBounced, Permanent: true, Code: "Permanent/NoEmail", Text: "The address does not exist."})
	s.told(clicked, mail.Event{What: mail.WasDelivered}, mail.Event{What: mail.WasOpened, Agent: mail.Unknown}, mail.Event{What: mail.WasClicked, Agent: mail.Person, Link: "https://voltway.example/pay"})
	s.values["mail failed"], s.values["mail bounced"], s.values["mail/{id}"] = failed.ID.String(), bounced.ID.String(), clicked.ID.String()
	s.values["templates/{key}"], s.values["versions/{number}"] = "short_note", "1"
	writeTemplate(s, s.ctx, s.app.Resend, "short_note", "Short note")
	s.check(s.app.Resend.RefreshDomains(s.ctx))
	s.values["domains/{id}"] = must(s.app.Resend.DomainID(s.ctx, "mail.voltway.example"))(s).String()
	s.values["unsubscribe/{token}"] = stopToken(s, s.app.Resend, resend.Stop{Org: s.org, Address: "news@gullwing.example", Mail: mail.FollowUp})
	s.values["subscribe/{token}"] = wishToken(s, s.ctx, s.app, resend.Stop{Org: s.org, Address: "again@gullwing.example", Mail: mail.Newsletter})
	s.values["suppressions/{id}"] = must(s.app.Resend.SuppressionOf(s.ctx, "never@gullwing.example"))(s).ID.String()
	s.check(s.app.Resend.Suppress(s.ctx, "mended@gullwing.example", "Their server was down for weeks"))
	mended := must(s.app.Resend.SuppressionOf(s.ctx, "mended@gullwing.example"))(s)
	s.check(s.app.Resend.Unsuppress(s.ctx, mended.ID, "They mended their server"))
	s.values["suppressions removed"] = mended.ID.String()
	const file = "address,reason,note\nold@gullwing.example,bounce,Left the company\nnot an address,bounce,\nold2@gullwing.example,because,\n"
	s.values["imports/{id}"] = must(s.app.Resend.PreviewSuppressions(s.ctx, "bounces of the old service.csv", []byte(file)))(s).ID.String()
	s.values["import done"] = must(s.app.Resend.ImportSuppressions(s.ctx, "bounces.csv", []byte(file), nil))(s).ID.String()
}

func (s *shop) became(m mail.Message, change func(*mail.Message)) {
	s.Helper()
	s.check(s.app.Store.InTx(s.ctx, func(tx *store.Tx) error {
		held, _, err := tx.HoldMail(s.ctx, m.ID)
		if err != nil {
			return err
		}
		before := held
		change(&held)
		return tx.ChangeMail(s.ctx, before, held)
	}))
}

// told keeps what Resend tells of a mail.
func (s *shop) told(m mail.Message, events ...mail.Event) {
	s.Helper()
	remote := uuid.NewString()
	s.became(m, func(held *mail.Message) {
		held.RemoteID, held.Attempts = remote, 1
		for i := range events {
			e := &events[i]
			e.ID, e.Org, e.Message, e.RemoteID, e.At, e.Recipient = uuid.Must(uuid.NewV7()), s.org, &m.ID, remote, time.Now(), m.Recipient
			held.Fold(*e)
		}
	})
	s.check(s.app.Store.InTx(s.ctx, func(tx *store.Tx) error {
		for _, e := range events {
			if _, err := tx.KeepMailEvent(s.ctx, e); err != nil {
				return err
			}
		}
		return nil
	}))
}
