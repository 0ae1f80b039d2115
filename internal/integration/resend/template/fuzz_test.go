package template

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// FuzzRender tries that no template panics, takes long, prints a stand-in for
// a missing value, or lets an element in that runs.
func FuzzRender(f *testing.F) {
	all, err := Library()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range all {
		f.Add(s.Subject, s.Body, s.Text)
	}
	for _, body := range []string{
		"{% for l in invoice.lines %}{% tick__ 0 %}{{ l.sku | default: 'x' }}{% endfor %}", "{{ 'a' | slice: 9, -9 }}", `<p style="a:b;c:{{ brand.colour }}">`,
		"{% case invoice.number %}{% when 'a', 'b' %}x{% else %}y{% endcase %}", "{{ invoice.lines | map: 'amount' | join: '<' }}", "{{-'x'-}}", "{% assign a = invoice.total %}{{ a.Amount }}",
		"{{ invoice | totals }}{{ invoice.lines | lines }}", "{{ invoice.lines | sort: 'sku' | first }}", "{{ customer | append: customer }}", "{% cycle 'a', 'b' %}", "<table><tr><td><script",
	} {
		f.Add("x", body, "")
	}
	f.Fuzz(func(t *testing.T, subject, body, text string) {
		letter := Template{Name: "x", Category: Invoice, Subject: subject, Body: body, Text: text}
		_ = Variables(letter)
		out, err := Render(letter, SampleBrand(), Sample(Invoice))
		if err != nil {
			var found Problems
			if !errors.As(err, &found) || len(found) == 0 {
				t.Errorf("%v is not Problems", err)
			}
			return
		}
		if strings.ContainsAny(out.Subject, "\r\n") || strings.Contains(out.HTML+out.Text, stand) && !strings.Contains(subject+body+text, stand) {
			t.Errorf("a mail came out that should not: %q", out.Subject)
		}
		page, err := html.Parse(strings.NewReader(out.HTML))
		if err != nil {
			t.Fatal(err)
		}
		for n := range page.Descendants() {
			if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "iframe" || schemeOf(attribute(n, "href")) == "javascript") {
				t.Errorf("<%s> came out of %q", n.Data, body)
			}
		}
		Check(out, letter)
	})
}

// BenchmarkInvoices renders 1,000 invoices a round.
func BenchmarkInvoices(b *testing.B) {
	all, err := Library()
	if err != nil {
		b.Fatal(err)
	}
	brand := SampleBrand()
	for _, s := range all {
		if s.Key != "invoice" {
			continue
		}
		data := SampleOf(s.Template)
		for b.Loop() {
			for range 1000 {
				if _, err := Render(s.Template, brand, data); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
