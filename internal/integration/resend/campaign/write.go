package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Choice is a template that a campaign can send.
type Choice struct {
	Key      string
	Name     string
	Purpose  string
	Category mail.Category
}

// fits refuses a template that needs more than a campaign knows: a customer, and
// in marketing how to end such mail.
func fits(t template.Template) error {
	for _, f := range template.Fields(t.Category) {
		if f.Optional || f.Name == "customer" || f.Name == "unsubscribe_url" {
			continue
		}
		return crm.FieldErrors(map[string]string{"template": fmt.Sprintf("The template %q is about one %s, so that it cannot go to many customers. Choose one of marketing, or one that is about the customer alone.", t.Name, strings.ReplaceAll(f.Name, "_", " "))})
	}
	return nil
}

// categoryOf is the category of the mails that a template makes. Marketing stays
// marketing whatever else it is about.
func categoryOf(t template.Template) mail.Category {
	c := mail.Category(t.Category)
	switch {
	case !slices.Contains(mail.Categories(), c):
		c = mail.Custom
	case t.Category == template.Marketing:
		c = mail.Newsletter
	}
	if t.Marketing && c.Stream() != mail.Marketing {
		return mail.Newsletter
	}
	return c
}

// letters write the mails of one campaign.
type letters struct {
	mail     Mailer
	campaign mail.Campaign
	template template.Template
	compiled *template.Compiled
	writer   resend.Writer
}

// letters reads the template as it is now. It returns an Error for people when
// there is none, or when it has become one that cannot go to many.
func (s *Service) letters(ctx context.Context, r store.Reader, c mail.Campaign) (letters, error) {
	l := letters{mail: s.Mail, campaign: c}
	var err error
	if l.template, err = s.Mail.Template(ctx, r, c.Org, c.Template); err != nil {
		return l, err
	}
	if err := fits(l.template); err != nil {
		return l, err
	}
	if categoryOf(l.template) != c.Category {
		return l, crm.Errorf(crm.Precondition, "The template was moved to another category since the campaign was made. Make the campaign again.")
	}
	if err := s.endable(c); err != nil {
		return l, err
	}
	l.compiled = template.Compile(l.template)
	l.writer, err = s.Mail.Writer(ctx, r, c.Org)
	return l, err
}

// endable refuses marketing while nobody could end it: mail readers follow only
// secure links, and mail services refuse mail with others. A demonstration's mail
// reaches no reader but those on its machine.
// https://www.rfc-editor.org/rfc/rfc8058#section-3.1
func (s *Service) endable(c mail.Campaign) error {
	if c.Category.Stream() != mail.Marketing {
		return nil
	}
	link, err := s.Mail.StopLink(resend.Stop{Org: c.Org, Mail: c.Category})
	if err == nil && !strings.HasPrefix(link, "https://") && !s.Mail.Rehearses() {
		return crm.Errorf(crm.Precondition, "Marketing mail needs a link that ends it, at an address that begins with https://. Whoever runs Renoz sets RENOZ_URL to it.")
	}
	return err
}

// letter is what a customer gets. It returns an Error of kind Invalid when the
// template lacks something for the customer.
func (l letters) letter(a store.Addressee, address string) (resend.Draft, error) {
	data, link, err := l.data(a, address)
	if err != nil {
		return resend.Draft{}, err
	}
	c := l.campaign
	d, err := l.writer.Write(l.compiled, data)
	d.Category, d.Customer, d.Campaign, d.By = c.Category, &a.ID, &c.ID, c.Actor
	d.To, d.ToName, d.Unsubscribe = address, a.Name, link
	return d, err
}

// check returns the Error of letter that is about the customer.
func (l letters) check(a store.Addressee, address string) error {
	data, _, err := l.data(a, address)
	if err != nil {
		return err
	}
	return l.writer.Check(l.compiled, data)
}

// data is what the template is filled with, and the link that ends such mail.
func (l letters) data(a store.Addressee, address string) (template.Data, string, error) {
	c := l.campaign
	data := template.Data{"customer": template.Data{"name": a.Name, "contact": a.Contact, "email": address, "number": a.Number}}
	if c.Category.Stream() != mail.Marketing {
		return data, "", nil
	}
	link, err := l.mail.StopLink(resend.Stop{Org: c.Org, Address: address, Mail: c.Category})
	data["unsubscribe_url"], data["preferences_url"] = link, link
	return data, link, err
}

// together does something for each of n, as many at a time as there are processors.
func together(n int, do func(i int)) {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error {
			do(i)
			return nil
		})
	}
	_ = group.Wait() // none returns an error
}

// lacks says what keeps a letter from being made, without anything of the
// customer; ok is false for an error that is not about the letter.
func lacks(err error) (mail.Problem, bool) {
	var found template.Problems
	if !errors.As(err, &found) || len(found) == 0 {
		return mail.Problem{}, false
	}
	text := found[0].String()
	if found[0].Name != "" && !strings.Contains(text, found[0].Name) {
		text = found[0].Name + ": " + text
	}
	if len(found) > 1 {
		text += fmt.Sprintf(" %d more.", len(found)-1)
	}
	return mail.Problem{Code: mail.CannotBeMade, Text: "The template cannot be filled in. " + strings.ToUpper(text[:1]) + text[1:]}, true
}

// said is what an error has for people; ok is false for one that they cannot mend.
func said(err error) (string, bool) {
	var e *crm.Error
	if !errors.As(err, &e) || e.Kind == crm.Internal {
		return "", false
	}
	for _, text := range e.Fields {
		return cmp.Or(text, e.Message), true
	}
	return e.Message, true
}
