package template

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestVariables(t *testing.T) {
	t.Parallel()
	got := Variables(Template{
		Category: Invoice, Subject: "{{ invoice.number }}",
		Body: "{{ customer.name }}\n{% for l in invoice.lines %}{{ l.amount }}\n{{ l.amount }}{% endfor %}{% assign x = customer.name | upcase %}{{ x }}\n{{ invoice[customer.number] }}",
	})
	want := []Variable{
		{"invoice.number", Subject, []int{1}},
		{"customer.name", Body, []int{1, 3}},
		{"invoice.lines", Body, []int{2}},
		{"invoice.lines[].amount", Body, []int{2, 3}},
		{"customer.number", Body, []int{4}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, starter := range starters(t) {
		if err := Validate(starter.Template); err != nil {
			t.Errorf("%s: %v", starter.Key, err)
		}
	}
	err := Validate(Template{Name: "x", Category: Order, Subject: "{{ order.numbr }}", Preheader: "{% if %}", Body: "{{ invoice.number }}\n{{ x | nope }}"})
	var found Problems
	if !errors.As(err, &found) || len(found) != 5 {
		t.Fatalf("%v", err)
	}
	if !strings.Contains(found[0].Message, "did you mean order.number?") {
		t.Errorf("no hint in %q", found[0].Message)
	}
	if err := Validate(Template{Name: "x", Category: "poem", Body: "x"}); err == nil {
		t.Error("a category that does not exist is valid")
	}
	if err := Validate(Template{Name: "x", Category: Custom, Body: "{{ anything.at_all }}"}); err != nil {
		t.Errorf("custom data: %v", err)
	}
}

func TestSamplesFitTheirFields(t *testing.T) {
	t.Parallel()
	for _, c := range Categories() {
		fields := Fields(c)
		if len(fields) == 0 {
			t.Errorf("%s offers nothing", c)
		}
		data, problems := Sample(c).read()
		if len(problems) > 0 {
			t.Errorf("%s: %v", c, problems)
		}
		fits(t, string(c), fields, data)
		if !reflect.DeepEqual(Sample(c), Sample(c)) {
			t.Errorf("%s has another sample each time", c)
		}
	}
	fits(t, "brand", BrandFields()[0].Fields, SampleBrand().filled().values())
	if Fields("poem") != nil {
		t.Error("a category that does not exist offers fields")
	}
}

func fits(t *testing.T, name string, fields []Field, data map[string]any) {
	t.Helper()
	if len(data) > len(fields) {
		t.Errorf("%s has more in its sample than fields", name)
	}
	for _, f := range fields {
		value := data[f.Name]
		if f.Description == "" || f.Name == "" || f.Type == "" {
			t.Errorf("%s.%s is not described", name, f.Name)
		}
		if value == nil && f.Optional {
			continue
		}
		if !f.Type.holds(value) {
			t.Errorf("%s.%s is %s, and its sample is %T", name, f.Name, f.Type, value)
		}
		switch v := value.(type) {
		case map[string]any:
			fits(t, name+"."+f.Name, f.Fields, v)
		case []any:
			for _, item := range v {
				fits(t, name+"."+f.Name+element, f.Fields, item.(map[string]any))
			}
		}
	}
}

func TestFieldsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	Fields(Invoice)[0].Name = "changed"
	Sample(Invoice)["invoice"].(Data)["lines"].([]any)[0].(Data)["sku"] = "changed"
	if Fields(Invoice)[0].Name != "customer" || Sample(Invoice)["invoice"].(Data)["lines"].([]any)[0].(Data)["sku"] != "BM-050" {
		t.Error("one caller changed what another reads")
	}
}

func TestColours(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"#000000", "#ffffff", "#ffff00", "#0b6e4f", "#ff0000", "#808080", "#1f4e79", "#00ff00"} {
		c, ok := parseColour(text)
		if !ok || c.String() != text {
			t.Errorf("%s became %s", text, c)
		}
		for ground, got := range map[colour]colour{white: c.legibleOn(white, ink), night: c.legibleOn(night, white), c: c.textOn()} {
			if ratio := got.contrast(ground); ratio < readable && got != ink && got != white {
				t.Errorf("%s on %s has a contrast of %.1f", got, ground, ratio)
			}
		}
		if ratio := c.textOn().contrast(c); ratio < 4 {
			t.Errorf("the words on a button of %s have a contrast of %.1f", text, ratio)
		}
	}
	for _, text := range []string{"", "#fff", "red", "#12345g", "#1234567", "#000000;x"} {
		if _, ok := parseColour(text); ok {
			t.Errorf("%q is a colour", text)
		}
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"<p>One  <b>two</b>\nthree</p><p>four<br>five</p>":                                "One two three\n\nfour\nfive",
		`<a href="https://a.example/">Pay</a>.`:                                           "Pay: https://a.example/ .",
		`<a href="https://a.example/">https://a.example/</a>`:                             "https://a.example/",
		`<a href="mailto:a@b.example">a@b.example</a>`:                                    "a@b.example",
		`<a href="https://a.example/"><img alt="Logo" src="x"></a>`:                       "Logo: https://a.example/",
		"<ul><li>One</li><li>Two<ul><li>Deep</li></ul></li></ul><p>x</p>":                 "- One\n- Two\n  - Deep\n\nx",
		"<ol><li>One</li><li><p>Two</p></li></ol>":                                        "1. One\n2. Two",
		"<table><tr><th>Due</th><td>$1</td></tr><tr><th>By</th><td>2/3</td></tr></table>": "Due: $1\nBy: 2/3",
		"<table><tr><td>a</td><td>b</td><td>c</td></tr></table>":                          "a | b | c",
		`<table role="presentation"><tr><td><p>a</p></td><td>b</td></tr></table>`:         "a\n\nb",
		"<h1>Title</h1>text<hr>more":                                                      "Title\n\ntext\n\n----\n\nmore",
		"a&nbsp;&amp;&lt;b&gt;":                                                           "a &<b>",
		"<!-- no --><p></p>":                                                              "",
	} {
		node, problems := readContent(body)
		if got := plain(node); got != want || len(problems) > 0 {
			t.Errorf("%s\n got %q %v\nwant %q", body, got, problems, want)
		}
	}
}

func TestOwnText(t *testing.T) {
	t.Parallel()
	letter := Template{Name: "x", Category: Invoice, Subject: "x", Body: "<p>HTML</p>",
		Text: "Own & {{ customer.name }}\n{{ invoice.lines | lines }}\n{{ invoice | totals }}\n{{ 'Pay' | button: invoice.pay_url }}\n"}
	data := Sample(Invoice)
	data["customer"].(Data)["name"] = "Bolt & <Sons>"
	out, err := Render(letter, SampleBrand(), data)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Own & Bolt & <Sons>\nBattery module 5 kWh\n  BM-050 · 1 × $4,995.00 = $4,995.00\n", "\nGST: $980.00\n", "\nPay: https://", "\n-- \nWattle Batteries Pty Ltd\nABN 51 824 753 556\n"} {
		if !strings.Contains(out.Text, want) {
			t.Errorf("%q is not in\n%s", want, out.Text)
		}
	}
}
