package resend

import (
	"cmp"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
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

// invoiceLetter goes with the document of an invoice.
func invoiceLetter(link string) template.Template {
	way := ""
	switch {
	case strings.HasPrefix(link, "https://"):
		way = "{{ \"See and pay the invoice\" | button: invoice.url }}\n"
	case link != "":
		way = "<p><a href=\"{{ invoice.url }}\">See and pay the invoice</a></p>\n"
	}
	return template.Template{
		Name: "Invoice", Category: template.Invoice, Subject: "Invoice {{ invoice.number }} from {{ brand.business }}",
		Preheader: "{{ invoice.due }} is due by {{ invoice.due_date }}.",
		Body: `<h1>Invoice {{ invoice.number }}</h1>
<p>Hello {{ customer.contact | default: customer.name }},</p>
<p>Your invoice for {{ invoice.total }} is attached. Please pay {{ invoice.due }} by {{ invoice.due_date }}.</p>
` + way + `<table class="facts">
<tr><th scope="row">Invoice</th><td>{{ invoice.number }}</td></tr>
<tr><th scope="row">Date</th><td>{{ invoice.date }}</td></tr>
<tr><th scope="row">Due</th><td class="strong">{{ invoice.due_date }}</td></tr>
{%- if invoice.reference %}
<tr><th scope="row">Your reference</th><td>{{ invoice.reference }}</td></tr>
{%- endif %}
<tr><th scope="row">Total</th><td>{{ invoice.total }}</td></tr>
</table>
<p class="quiet">If something is not right, reply to this e-mail.</p>`,
	}
}

// receiptLetter thanks for an invoice that is settled.
func receiptLetter() template.Template {
	return template.Template{
		Name: "Receipt", Category: template.Receipt, Subject: "Receipt for invoice {{ invoice.number }}",
		Preheader: "We received {{ payment.amount }} on {{ payment.date }}. Thank you.",
		Body: `<h1>Thank you for your payment</h1>
<p>Hello {{ customer.contact | default: customer.name }},</p>
<p>Invoice {{ invoice.number }} is paid. This is what we received last:</p>
<table class="facts">
<tr><th scope="row">Amount received</th><td class="strong">{{ payment.amount }}</td></tr>
<tr><th scope="row">Date</th><td>{{ payment.date }}</td></tr>
{%- if payment.reference %}
<tr><th scope="row">Reference</th><td>{{ payment.reference }}</td></tr>
{%- endif %}
<tr><th scope="row">Invoice total</th><td>{{ invoice.total }}</td></tr>
<tr><th scope="row">Still to pay</th><td>{{ invoice.due }}</td></tr>
</table>
<p class="quiet">Keep this e-mail for your records.</p>`,
	}
}

// write makes a mail of a letter in the organisation's brand.
func write(org crm.Organisation, c Settings, t template.Template, data template.Data) (Draft, error) {
	r, err := template.Render(t, brandOf(org, c), data)
	if err != nil {
		return Draft{}, err
	}
	return Draft{Template: t.Name, Subject: r.Subject, HTML: r.HTML, Text: r.Text}, nil
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
