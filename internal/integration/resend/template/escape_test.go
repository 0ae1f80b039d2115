package template

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/renoz/renoz/internal/crm"
)

// hostile are names that a customer could give to break out of where they are
// written.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `Bolt & Sons`, `</td></tr></table></body>`,
	`--><b>`, `{{ brand.email }}`, `{% if true %}x{% endif %}`, "&lt;b&gt;", "</title><b>", "Bolt\r\nBcc: x@example.com", "\u202egnp.exe", "a\x00b",
	`<!--content-->`, `@@light@@`, `]]><b>`, "`${7*7}`", "O'Neill",
}

func TestValuesNeverBreakOut(t *testing.T) {
	t.Parallel()
	letter := Template{Name: "Letter", Category: Custom, Subject: "For {{ customer.name }}", Preheader: "{{ customer.name }}",
		Body: `<p title="{{ customer.name }}" class='{{ customer.name }}'>{{ customer.name }} {{ customer.name | newline_to_br }}</p>
<img src="https://a.example/x.png" alt="{{ customer.name }}">{{ customer.name | link: "https://a.example/" }}{{ customer.name | button: "https://a.example/" }}
{% assign a = customer.name | append: "!" %}{{ a }}{% capture c %}{{ customer.name }}{% endcapture %}{{ c | upcase }}`}
	harmless := elementsOf(t, letter, "Harbour")
	for _, name := range hostile {
		if got := elementsOf(t, letter, name); got != harmless {
			t.Errorf("%q changed the elements:\n%s\n%s", name, got, harmless)
		}
	}
}

// elementsOf renders with a name and returns the elements and the names of
// their attributes.
func elementsOf(t *testing.T, letter Template, name string) string {
	t.Helper()
	data := Sample(Custom)
	data["customer"].(Data)["name"] = name
	brand := SampleBrand()
	brand.Business, brand.LegalName = name, name
	brand.PostalAddress = name
	out, err := Render(letter, brand, data)
	if err != nil {
		t.Fatalf("%q: %v", name, err)
	}
	for _, line := range []string{out.Subject, out.Preheader} {
		if strings.ContainsAny(line, "\r\n\x00\u202e") || strings.Contains(line, "&amp;") {
			t.Errorf("%q became the line %q", name, line)
		}
	}
	if !strings.Contains(out.Subject, oneLine(name)) || !strings.Contains(out.Text, oneLine(name)) && !strings.Contains(name, "\n") {
		t.Errorf("%q is escaped in the subject %q or in the text", name, out.Subject)
	}
	page, err := html.Parse(strings.NewReader(out.HTML))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range page.Descendants() {
		if n.Type != html.ElementNode || n.Data == "br" {
			continue
		}
		b.WriteString(n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + a.Key)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestCapturesAreEscapedOnce(t *testing.T) {
	t.Parallel()
	data := Sample(Custom)
	data["customer"].(Data)["name"] = "Bolt & Sons"
	letter := Template{Name: "x", Category: Custom, Subject: "{% capture c %}{{ customer.name }}{% endcapture %}{{ c }}", Body: `{%- capture c -%} <b>{{ customer.name }}</b> {%- endcapture -%}
<p title="{{ customer.name }}">{{ c }}</p>{% capture u %}{{ brand.website }}/x{% endcapture %}{{ "See" | button: u }}{% if c contains "Sons" %}{{ c | size }}{% endif %}`}
	out, err := Render(letter, SampleBrand(), data)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.HTML, `title="Bolt &amp; Sons"`) || !strings.Contains(out.HTML, "<b>Bolt &amp; Sons</b></p>") || !strings.Contains(out.HTML, `href="https://wattlebatteries.example/x"`) {
		t.Error(out.HTML)
	}
	if out.Subject != "Bolt & Sons" || !strings.HasPrefix(out.Text, "Bolt & Sons\n") {
		t.Errorf("%q, %q", out.Subject, out.Text)
	}
}

func TestPlacesOfValues(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`<a href="{{ customer.name }}">x</a>`:                          "",
		`<a title = '{{ customer.name }}' href="#">x</a>`:              "",
		`a < b {{ customer.name }}`:                                    "",
		`<p>{{ customer.name }}</p><!-- x --><br/>{{ customer.name }}`: "",
		`<a href={{ customer.name }}>x</a>`:                            "in quotes",
		`<a href=x{{ customer.name }}>x</a>`:                           "in quotes",
		`<a href= {{ customer.name }} >x</a>`:                          "in quotes",
		`<a {{ customer.name }}>x</a>`:                                 "name of a tag",
		`<a x{{ customer.name }}="1">x</a>`:                            "name of a tag",
		`<{{ customer.name }}>`:                                        "name of a tag",
		`<a onclick="{{ customer.name }}">x</a>`:                       "cannot stand in onclick",
		`<a onclick = "{{ customer.name }}">x</a>`:                     "cannot stand in onclick",
		`<p style="color:{{ customer.name }}">x</p>`:                   "cannot stand in a style",
		`<p style="color:{{ brand.colour }}">x</p>`:                    "",
		`<!-- {{ customer.name }} -->`:                                 "comment",
		`<script>{{ customer.name }}</script>`:                         "inside <script>",
		`<style>{{ customer.name }}</style>`:                           "inside <style>",
		`<script>x</script>`:                                           "Take <script> out",
		`<p onclick="x">x</p>`:                                         "Take the attribute onclick out",
		`<iframe src="https://a.example"></iframe>`:                    "Take <iframe> out",
		`<svg/onload=x>`:                                               "Take <svg> out",
	} {
		found := problemsOf(t, Template{Name: "x", Category: Custom, Subject: "x", Body: body}, Sample(Custom))
		if (len(found) == 0) != (want == "") || !strings.Contains(found.Error(), want) {
			t.Errorf("%s: %v; want %q", body, found, want)
		}
	}
}

func TestLinksThatRunAreRefused(t *testing.T) {
	t.Parallel()
	bodies := []string{`<a href="{{ customer.number }}">x</a>`, `<img src="{{ customer.number }}" alt="">`, `<td background="{{ customer.number }}">x</td>`,
		`<form action="{{ customer.number }}">x</form>`, `{{ "x" | link: customer.number }}`, `{{ "x" | button: customer.number }}`}
	for _, body := range bodies {
		for _, address := range []string{"javascript:alert(1)", "JavaScript:alert(1)", " java\tscript:alert(1)", "java\nscript:alert(1)", "\x01javascript:x", "data:text/html,x", "vbscript:x", "file:///etc/passwd"} {
			data := Sample(Custom)
			data["customer"].(Data)["number"] = address
			if found := problemsOf(t, Template{Name: "x", Category: Custom, Subject: "x", Body: body}, data); len(found) == 0 {
				t.Errorf("%s let %q through", body, address)
			}
		}
		data := Sample(Custom)
		data["customer"].(Data)["number"] = "https://a.example/?a=1&b=%22"
		if found := problemsOf(t, Template{Name: "x", Category: Custom, Subject: "x", Body: body}, data); len(found) > 0 {
			t.Errorf("%s: %v", body, found)
		}
	}
}

func TestContentCannotLeaveTheLayout(t *testing.T) {
	t.Parallel()
	out, err := Render(Template{Name: "x", Category: Custom, Subject: "x", Body: "</td></tr></table></div><p>inside"}, SampleBrand(), Sample(Custom))
	if err != nil {
		t.Fatal(err)
	}
	_, card, _ := strings.Cut(out.HTML, `class="card"`)
	inside, _, _ := strings.Cut(card, "</td>")
	if !strings.Contains(inside, "inside</p>") {
		t.Errorf("the content left the card: %s", card)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	data := Sample(Custom)
	data["x"] = Data{
		"total": crm.Money{Amount: 123450, Currency: "AUD"}, "dollars": crm.Money{Amount: 123450, Currency: "USD"}, "yen": crm.Money{Amount: 1234, Currency: "JPY"},
		"cents": 123450, "price": crm.Price(125), "day": crm.NewDay(2026, 11, 5), "time": crm.NewDay(2026, 11, 5).Time(SampleBrand().Zone).UTC(),
		"many": crm.Quantity(10005000), "count": 1234567, "share": crm.Percent(1250), "none": crm.MinorUnits(0), "text": "2026-11-05", "flag": false,
	}
	for expression, want := range map[string]string{
		"x.total": "$1,234.50", "x.total | money": "$1,234.50", "x.dollars": "USD 1,234.50", "x.yen | money": "JPY 1,234",
		"x.cents | money": "$1,234.50", `x.cents | money: "USD"`: "USD 1,234.50", `x.cents | money: "JPY"`: "JPY 123,450", "x.price": "$0.0125",
		"x.day": "05/11/2026", `x.day | date: "D MMMM YYYY"`: "5 November 2026", `x.day | date: "DDDD, D MMM YY"`: "Thursday, 5 Nov 26",
		"x.time": "05/11/2026", `x.time | date: "DD/MM/YYYY HH:mm"`: "05/11/2026 00:00", "x.text | date": "05/11/2026",
		"x.many": "1,000.5", "x.many | quantity": "1,000.5", "x.count | number": "1,234,567", "x.share": "12.5%", "x.none | money": "$0.00",
		"x.flag": "false", `"a" | upcase`: "A", "x.count | plus: 1": "1234568",
	} {
		out, err := Render(Template{Name: "x", Category: Custom, Subject: "{{ " + expression + " }}", Body: "x"}, SampleBrand(), data)
		if err != nil || out.Subject != want {
			t.Errorf("%s: %q, %v; want %q", expression, out.Subject, err, want)
		}
	}
}
