package template

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/crm"
)

// letter is a template whose body is given, for the category invoice.
func letter(body string) Template {
	return Template{Name: "Letter", Category: Invoice, Subject: "Invoice", Preheader: "Due soon", Body: body}
}

// problemsOf renders with sample data and returns what stands against it.
func problemsOf(t *testing.T, template Template, data Data) Problems {
	t.Helper()
	_, err := Render(template, SampleBrand(), data)
	if err == nil {
		return nil
	}
	var found Problems
	if !errors.As(err, &found) || crm.KindOf(err) != crm.Invalid {
		t.Fatalf("%v is not Problems in an Invalid error", err)
	}
	return found
}

// gaps are bodies, and the problems that must be told as "name@line", in order.
var gaps = map[string]struct {
	body string
	want []string // "name@line", in order
}{
	"all known":                       {"{{ invoice.number }} {{ customer.name }}", nil},
	"misspelt":                        {"\n{{ customer.nam }}", []string{"customer.nam@2"}},
	"several at once":                 {"{{ a }}\n{{ b.c }}\n\n{{ a }} {{ invoice.numbr }}", []string{"a@1", "b.c@2", "a@4", "invoice.numbr@4"}},
	"behind a filter":                 {"{{ custmer.name | upcase }}", []string{"custmer.name@1"}},
	"as a filter's argument":          {"{{ 'To ' | append: customer.nick }}", []string{"customer.nick@1"}},
	"in a condition":                  {"{% if invoce.paid %}x{% endif %}", []string{"invoce.paid@1"}},
	"in a branch that is not taken":   {"{% if false %}{{ nobody }}{% endif %}", []string{"nobody@1"}},
	"in elsif":                        {"{% if false %}{% elsif nobody %}{% endif %}", []string{"nobody@1"}},
	"in case and when":                {"{% case a %}{% when b %}{% endcase %}", []string{"a@1", "b@1"}},
	"in a comparison":                 {"{% if invoice.total == b.total and c %}{% endif %}", []string{"b.total@1", "c@1"}},
	"as a list":                       {"{% for l in invoice.line %}{{ l.x }}{% endfor %}", []string{"invoice.line@1", "invoice.line[].x@1"}},
	"in a list's item":                {"{% for l in invoice.lines %}\n{{ l.descripton }}{% endfor %}", []string{"invoice.lines[].descripton@2"}},
	"in a reversed list's item":       {"{% for l in invoice.lines reversed limit: 2 %}{{ l.nope }}{% endfor %}", []string{"invoice.lines[].nope@1"}},
	"in a filtered list's item":       {"{% for l in invoice.lines | reverse %}{{ l.nope }}{% endfor %}", []string{"invoice.lines[].nope@1"}},
	"by index":                        {"{{ invoice.lines[0].nope }}", []string{"invoice.lines[].nope@1"}},
	"by first":                        {"{{ invoice.lines.first.nope }}", []string{"invoice.lines.first.nope@1"}},
	"by key":                          {`{{ invoice["nope"] }}`, []string{"invoice.nope@1"}},
	"by a variable key":               {`{{ invoice[nope] }}`, []string{"nope@1"}},
	"through assign":                  {"{% assign i = invoice %}{{ i.nope }}", []string{"invoice.nope@1"}},
	"assigned from":                   {"{% assign i = nope %}", []string{"nope@1"}},
	"a property that a filter names":  {"{{ invoice.lines | map: 'nope' | join }}", []string{"invoice.lines[].nope@1"}},
	"after its loop":                  {"{% for l in invoice.lines %}{% endfor %}{{ l.sku }}", []string{"l.sku@1"}},
	"optional, printed":               {"{{ invoice.paid }}", []string{"invoice.paid@1"}},
	"optional, behind a filter":       {"{{ invoice.paid | money }}", []string{"invoice.paid@1"}},
	"optional, as an argument":        {"{{ 'x' | append: invoice.paid }}", []string{"invoice.paid@1"}},
	"optional, assigned by a filter":  {"{% assign p = invoice.paid | money %}{{ p }}", []string{"invoice.paid@1"}},
	"optional, through assign":        {"{% assign p = invoice.paid %}{{ p }}", []string{"p@1"}},
	"optional, in a condition":        {"{% if invoice.paid %}{{ invoice.paid }}{% endif %}", nil},
	"optional, with a default":        {"{{ invoice.paid | default: 'nothing' }}", nil},
	"unknown, with a default":         {"{{ invoice.payd | default: 'nothing' }}", []string{"invoice.payd@1"}},
	"in one item of a list":           {"{% for l in invoice.lines %}{{ l.sku }}{% endfor %}", []string{"l.sku@1"}},
	"empty by a filter":               {"{{ invoice.number | remove: 'INV-10241' }}", []string{"invoice.number | remove: 'INV-10241'@1"}},
	"a record":                        {"{{ invoice }}", []string{"invoice@1"}},
	"a list":                          {"{{ invoice.lines }}", []string{"invoice.lines@1"}},
	"a loop over no list":             {"{% for c in invoice.number %}{% endfor %}", []string{"invoice.number@1"}},
	"a list's size":                   {"{{ invoice.lines.size }} {{ invoice.lines | size }}", nil},
	"the loop's own":                  {"{% for l in invoice.lines %}{{ forloop.index }}{% endfor %}", nil},
	"captured":                        {"{% capture c %}{{ invoice.number }}{% endcapture %}{{ c }}", nil},
	"in a comment":                    {"{% comment %}{{ nobody }} {% if %}{% endcomment %}x", nil},
	"in raw":                          {"{% raw %}{{ nobody }}{% endraw %}", nil},
	"inside quotes":                   {`{{ "a.b | c" }}`, nil},
	"methods of Go":                   {"{{ invoice.total.Format }} {{ invoice.date.year }}", []string{"invoice.total.Format@1", "invoice.date.year@1"}},
	"methods of Go by a longer way":   {"{% assign l = invoice.lines | first %}{{ l.amount.Show }}", []string{"l.amount.Show@1"}},
	"no literals of other Liquids":    {"{% if invoice.number == blank %}{% endif %}", []string{"blank@1"}},
	"the brand's":                     {"{{ brand.business }} {{ brand.phnoe }}", []string{"brand.phnoe@1"}},
	"marketing's in another category": {"{{ unsubscribe_url }}", []string{"unsubscribe_url@1"}},
}

func TestMissingVariables(t *testing.T) {
	t.Parallel()
	for name, test := range gaps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range problemsOf(t, letter(test.body), Sample(Invoice)) {
				if p.Part != Body || p.Message == "" {
					t.Errorf("%+v", p)
				}
				got = append(got, p.Name+"@"+string(rune('0'+p.Line)))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s\n got %q\nwant %q", test.body, got, test.want)
			}
		})
	}
}

func TestRequiredValues(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(invoice Data){
		"no key":       func(invoice Data) { delete(invoice, "number") },
		"nil":          func(invoice Data) { invoice["number"] = nil },
		"empty":        func(invoice Data) { invoice["number"] = "" },
		"spaces":       func(invoice Data) { invoice["number"] = " \n" },
		"a wrong type": func(invoice Data) { invoice["number"] = 10241 },
	} {
		data := Sample(Invoice)
		change(data["invoice"].(Data))
		found := problemsOf(t, letter("{{ invoice.number | default: 'none' }}"), data)
		if len(found) != 1 || found[0].Name != "invoice.number" {
			t.Errorf("%s: %v", name, found)
		}
	}
	data := Sample(Invoice)
	data["invoice"].(Data)["date"] = crm.Day{}
	if found := problemsOf(t, letter("{{ invoice.date }}"), data); len(found) != 1 {
		t.Errorf("no day: %v", found)
	}
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"x\n{{ invoice.number":   `"{{" has no partner`,
		"x }}":                   `"}}" has no partner`,
		"{{ invoice.number\n}}":  "",
		"{{ invoice\n.number }}": `"{{" has no partner`,
		"{% if invoice %}x":      `unterminated "if"`,
		"{% endif %}":            "{% endif %} closes no {% if %}",
		"{% for l of invoice.lines %}{% endfor %}": "syntax error",
		"{{ invoice.number | }}":                   `syntax error in "invoice.number |"`,
		"{{ invoice.number | upcas }}":             "did you mean upcase?",
		"{{ invoice.number | safe }}":              "There is no filter safe",
		"{{ invoice.number | shown__: 1 }}":        "There is no filter shown__",
		"{% include 'x' %}":                        "There is no tag include",
		"{% render 'x' %}":                         "There is no tag render",
		"{% tick__ 0 %}":                           "There is no tag tick__",
		"{% fro l in invoice.lines %}":             "did you mean for?",
		"{% for i in (1..3) %}x{% endfor %}":       "A range",
		"{{ invoice.number | money }}":             "money needs an amount",
		"{{ 'x' | button: 'http://a.example' }}":   "does not begin with https://",
		"{{ 'abc' | slice: 2, -5 }}":               "a value that it cannot use",
		"{{ 99999999999999999999 }}":               "value out of range",
		"{% break %}":                              "break outside a loop",
	} {
		found := problemsOf(t, letter(body), Sample(Invoice))
		if want == "" && len(found) == 0 {
			continue
		}
		if len(found) == 0 || !strings.Contains(found.Error(), want) || strings.Contains(found.Error(), "__") && !strings.Contains(body, "__") {
			t.Errorf("%q: %v; want %q", body, found, want)
		}
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	many := Sample(Invoice)
	lines := make([]any, 1000)
	for i := range lines {
		lines[i] = sold("", "x", 1, 100)
	}
	many["invoice"].(Data)["lines"] = lines
	loop := func(depth int, body string) string {
		return strings.Repeat("{% for l in invoice.lines %}", depth) + body + strings.Repeat("{% endfor %}", depth)
	}
	doubled := "{% assign a = 'xxxxxxxx' %}" + strings.Repeat("{% assign a = a | append: a %}", 30)
	for name, body := range map[string]string{
		"loops that write nothing":  loop(4, ""),
		"loops that write much":     loop(2, strings.Repeat("x", 500)),
		"doubling by append":        doubled,
		"doubling by replace":       "{% assign a = 'xxxxxxxx' %}" + strings.Repeat("{% assign a = a | replace: 'x', a %}", 9),
		"doubling by capture":       "{% assign a = 'xxxxxxxx' %}" + strings.Repeat("{% capture a %}{{ a }}{{ a }}{% endcapture %}", 30),
		"doubling by concat":        "{% assign a = invoice.lines %}" + strings.Repeat("{% assign a = a | concat: a %}", 30),
		"a joiner too long":         "{% assign a = 'xxxxxxxx' %}" + strings.Repeat("{% assign a = a | append: a %}", 10) + "{% assign b = invoice.lines | map: 'description' | join: a %}{{ b }}",
		"a long text in each round": "{% assign a = 'xxxxxxxx' %}" + strings.Repeat("{% assign a = a | append: a %}", 14) + loop(1, "{% assign b = a | upcase %}"),
		"tags too deep":             strings.Repeat("{% if true %}", 25) + strings.Repeat("{% endif %}", 25),
		"elements too deep":         strings.Repeat("<div>", 100),
		"brackets too deep":         "{{ invoice" + strings.Repeat("[invoice", 9000) + strings.Repeat("]", 9000) + " }}",
		"too many filters":          "{{ invoice.number" + strings.Repeat(" | upcase", 5000) + " }}",
		"too many unknown names":    strings.Repeat("{{ q }}\n", 12000),
		"a body too long":           strings.Repeat("x", maxSource+1),
	} {
		if found := problemsOf(t, letter(body), many); len(found) == 0 {
			t.Errorf("%s: nothing stood against it", name)
		}
	}
	if found := problemsOf(t, letter("{{ invoice.lines | lines }}"), many); len(found) > 0 {
		t.Errorf("an invoice of 1,000 lines: %v", found)
	}
	many["invoice"].(Data)["lines"] = make([]any, maxItems+1)
	if found := problemsOf(t, letter("x"), many); len(found) != 1 {
		t.Errorf("more lines than are taken: %v", found)
	}
}

func TestOtherData(t *testing.T) {
	t.Parallel()
	data := Sample(Custom)
	data["site"] = Data{"name": "Depot", "tags": []string{"a", "b"}}
	template := Template{Name: "Own", Category: Custom, Subject: "{{ site.name }}", Preheader: "x", Body: "{{ site.tags | join }} {% for tag in site.tags %}{{ tag }}{% endfor %}"}
	out, err := Render(template, SampleBrand(), data)
	if err != nil || out.Subject != "Depot" || !strings.HasPrefix(out.Text, "a, b ab\n") {
		t.Errorf("%+v, %v", out, err)
	}
	data["site"] = struct{ Name string }{"Depot"}
	if found := problemsOf(t, template, data); len(found) == 0 {
		t.Error("a struct was taken for data")
	}
}

func TestMarketingAndSender(t *testing.T) {
	t.Parallel()
	if found := problemsOf(t, Template{Name: "x", Category: Marketing, Subject: "x", Body: "x"}, Sample(Custom)); len(found) != 1 {
		t.Errorf("the category marketing without the flag: %v", found)
	}
	letter := Template{Name: "News", Category: Marketing, Marketing: true, Subject: "News", Preheader: "x", Body: "<p>News</p>"}
	for _, address := range []any{nil, "", "http://a.example/u", "javascript:alert(1)", "/u"} {
		data := SampleOf(letter)
		data["unsubscribe_url"] = address
		if found := problemsOf(t, letter, data); len(found) != 1 || found[0].Name != "unsubscribe_url" {
			t.Errorf("%v: %v", address, found)
		}
	}
	data := SampleOf(letter)
	delete(data, "reason")
	out, err := Render(letter, SampleBrand(), data)
	if err != nil || !strings.Contains(out.HTML, "unsubscribe/SAMPLE") || !strings.Contains(out.Text, "agreed to hear from Wattle Batteries") {
		t.Errorf("%+v, %v", out, err)
	}
	for name, change := range map[string]func(*Brand){
		"business":       func(b *Brand) { b.Business = " " },
		"postal_address": func(b *Brand) { b.PostalAddress = "" },
		"email":          func(b *Brand) { b.Email, b.Phone = "", "" },
		"abn":            func(b *Brand) { b.ABN = "51824753557" },
		"colour":         func(b *Brand) { b.Colour = "red;}" },
		"logo_url":       func(b *Brand) { b.LogoURL = "data:image/png,x" },
		"website":        func(b *Brand) { b.Website = "javascript:x" },
	} {
		brand := SampleBrand()
		change(&brand)
		_, err := Render(letter, brand, SampleOf(letter))
		var found Problems
		if !errors.As(err, &found) || len(found) != 1 || found[0].Name != "brand."+name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
