package resend

import (
	"cmp"
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/store"
)

// noticeLetter goes to people of the business itself.
func noticeLetter(link string) template.Template {
	way := `<p><a href="{{ notice.url }}">Open in Renoz</a></p>`
	if strings.HasPrefix(link, "https://") {
		way = `{{ "Open in Renoz" | button: notice.url }}`
	}
	return template.Template{
		Name: "Notice", Category: template.Notice, Subject: "{{ notice.title }}", Preheader: "{{ notice.what }}",
		Body: `<h1>{{ notice.title }}</h1>
<p>Hello {{ recipient.name }},</p>
<p>{{ notice.what }}</p>
` + way + `
<p class="quiet">You receive this because you look after the accounts. Such mail is sent at most once an hour for one cause, and can be switched off in the mail settings.</p>`,
	}
}

// writeBy makes a mail by a template of the organisation.
func (s *Service) writeBy(ctx context.Context, r store.Reader, org crm.Organisation, c Settings, key string, data template.Data) (Draft, error) {
	t, err := s.Template(ctx, r, org.ID, key)
	if err != nil {
		return Draft{}, err
	}
	d, err := write(org, c, template.Compile(t), data)
	d.Template = key
	return d, err
}

// write makes a mail of a letter in the organisation's brand.
func write(org crm.Organisation, c Settings, t *template.Compiled, data template.Data) (Draft, error) {
	r, err := t.Render(brandOf(org, c), data)
	if err != nil {
		return Draft{}, err
	}
	return Draft{Template: t.Name(), Subject: r.Subject, HTML: r.HTML, Text: r.Text}, nil
}

func brandOf(org crm.Organisation, c Settings) template.Brand {
	b := template.Brand{
		Business: cmp.Or(c.Sender, org.Name), LegalName: org.Name, ABN: strings.ReplaceAll(c.ABN, " ", ""), PostalAddress: c.Postal, Email: cmp.Or(c.ReplyTo, c.From),
		Phone: c.Phone, Colour: c.Colour, Currency: org.Currency, Zone: org.Location(),
	}
	if strings.HasPrefix(c.Website, "https://") {
		b.Website = c.Website
	}
	return b
}
