package template

import (
	"strings"
	"testing"
)

// faulty are mails with one fault each, and the finding that must tell it.
var faulty = map[string]struct {
	change   func(*Rendered, *Template)
	body     string
	severity Severity
	rule     Rule
	says     string
	line     int
}{
	"no subject":        {func(r *Rendered, _ *Template) { r.Subject = " " }, "", SeverityError, RuleSubject, "empty", 0},
	"a long subject":    {func(r *Rendered, _ *Template) { r.Subject = strings.Repeat("long ", 14) }, "", SeverityWarning, RuleSubject, "70 characters", 0},
	"a huge subject":    {func(r *Rendered, _ *Template) { r.Subject = strings.Repeat("long ", 40) }, "", SeverityError, RuleSubject, "200 characters", 0},
	"a shouted subject": {func(r *Rendered, _ *Template) { r.Subject = "PAY YOUR INVOICE" }, "", SeverityWarning, RuleSubject, "capitals", 0},
	"a loud subject":    {func(r *Rendered, _ *Template) { r.Subject = "Pay now!!" }, "", SeverityWarning, RuleSubject, "exclamation", 0},
	"a false answer":    {func(r *Rendered, _ *Template) { r.Subject = "Re: your order" }, "", SeverityWarning, RuleSubject, "answer", 0},
	"no preheader":      {func(r *Rendered, _ *Template) { r.Preheader = "" }, "", SeverityWarning, RulePreheader, "no preheader", 0},
	"a long preheader":  {func(r *Rendered, _ *Template) { r.Preheader = strings.Repeat("x", 141) }, "", SeverityNote, RulePreheader, "141", 0},
	"too large":         {func(r *Rendered, _ *Template) { r.HTML += strings.Repeat(" ", 105_000) }, "", SeverityError, RuleSize, "102 KB", 0},
	"nearly too large":  {func(r *Rendered, _ *Template) { r.HTML += strings.Repeat(" ", 85_000) }, "", SeverityWarning, RuleSize, "shorten", 0},
	"no unsubscribe":    {func(_ *Rendered, t *Template) { t.Marketing = true }, "", SeverityError, RuleUnsubscribe, "unsubscribe", 0},
	"no text":           {func(r *Rendered, _ *Template) { r.Text = "" }, "", SeverityError, RuleText, "no plain-text", 0},
	"a short text":      {func(r *Rendered, _ *Template) { r.Text = "See the HTML." }, "", SeverityWarning, RuleText, "3 words", 0},
	"a leftover":        {func(r *Rendered, _ *Template) { r.Text += "{{ x" }, "", SeverityError, RuleLeftover, "{{", 0},
	"a script":          {func(r *Rendered, _ *Template) { r.HTML += "<script>x</script>" }, "", SeverityError, RuleClient, "scripts", 0},
	"a gap":             {nil, "\n<p>Lorem ipsum</p>", SeverityWarning, RuleLeftover, "lorem", 2},
	"an empty link":     {nil, `<a href="">Pay</a>`, SeverityError, RuleLink, "nowhere", 1},
	"a bare anchor":     {nil, `<a href="#">Pay</a>`, SeverityError, RuleLink, "nowhere", 1},
	"a relative link":   {nil, "\n\n" + `<a href="/pay">Pay</a>`, SeverityError, RuleLink, "not complete", 3},
	"an open link":      {nil, `<a href="http://a.example/">Pay</a>`, SeverityError, RuleLink, "not encrypted", 1},
	"a local link":      {nil, `<a href="https://localhost:8080/">Pay</a>`, SeverityError, RuleLink, "localhost", 1},
	"a private link":    {nil, `<a href="https://192.168.1.4/">Pay</a>`, SeverityError, RuleLink, "192.168.1.4", 1},
	"a short link":      {nil, `<a href="https://bit.ly/x">Pay</a>`, SeverityWarning, RuleLink, "bit.ly", 1},
	"a wordless link":   {nil, `<a href="https://a.example/"></a>`, SeverityWarning, RuleLink, "no words", 1},
	"an empty mailto":   {nil, `<a href="mailto:">Write</a>`, SeverityError, RuleLink, "nowhere", 1},
	"a false link":      {nil, `<a href="https://evil.example/">bank.example</a>`, SeverityWarning, RuleLink, "another site", 1},
	"a vague link":      {nil, `<a href="https://a.example/">Click here</a>`, SeverityNote, RuleLink, "does not say", 1},
	"no alt":            {nil, `<img src="https://a.example/x.png">`, SeverityWarning, RuleImage, "no alt", 1},
	"an open image":     {nil, `<img src="http://a.example/x.png" alt="">`, SeverityError, RuleImage, "https://", 1},
	"a relative image":  {nil, `<img src="x.png" alt="">`, SeverityError, RuleImage, "https://", 1},
	"a modern image":    {nil, `<img src="https://a.example/x.webp?v=1" alt="">`, SeverityWarning, RuleImage, "WEBP", 1},
	"a form":            {nil, `<form action="https://a.example/"><input></form>`, SeverityError, RuleClient, "forms", 1},
	"a video":           {nil, `<video src="https://a.example/v.mp4"></video>`, SeverityWarning, RuleClient, "Apple Mail", 1},
	"flex":              {nil, "\n" + `<div style="display: flex">x</div>`, SeverityWarning, RuleClient, "flex", 2},
	"grid":              {nil, `<div style="display:grid">x</div>`, SeverityWarning, RuleClient, "grid", 1},
	"position":          {nil, `<div style="position:absolute">x</div>`, SeverityWarning, RuleClient, "position", 1},
	"a background":      {nil, `<div style="background:url(https://a.example/x.png)">x</div>`, SeverityWarning, RuleClient, "background images", 1},
	"a variable of CSS": {nil, `<div style="color:var(--x)">x</div>`, SeverityWarning, RuleClient, "variables", 1},
	"a negative margin": {nil, `<div style="margin-left:-4px">x</div>`, SeverityNote, RuleClient, "negative", 1},
	"words of spam":     {nil, `<p>Congratulations, winner! Click here for your free gift!!!</p>`, SeverityWarning, RuleWords, "winner", 1},
	"one such word":     {nil, `<p>Order now.</p>`, SeverityNote, RuleWords, "order now", 1},
	"shouting":          {nil, `<p>PLEASE READ THIS VERY IMPORTANT MESSAGE TODAY</p>`, SeverityWarning, RuleWords, "capitals", 1},
}

func TestFindings(t *testing.T) {
	t.Parallel()
	words := "<p>" + strings.Repeat("some words to read ", 10) + "</p>"
	for name, test := range faulty {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			letter := Template{Name: "x", Category: Custom, Subject: "Your order", Preheader: "It is on its way.", Body: test.body + words}
			out, err := Render(letter, SampleBrand(), Sample(Custom))
			if err != nil {
				t.Fatal(err)
			}
			if test.change != nil {
				test.change(&out, &letter)
			}
			for _, f := range Check(out, letter) {
				if f.Severity == test.severity && f.Rule == test.rule && strings.Contains(f.Message, test.says) && f.Line == test.line {
					return
				}
			}
			t.Errorf("no such finding in %+v", Check(out, letter))
		})
	}
}

func TestGoodMailHasNoFindings(t *testing.T) {
	t.Parallel()
	for _, starter := range starters(t) {
		out, err := Render(starter.Template, SampleBrand(), SampleOf(starter.Template))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range Check(out, starter.Template) {
			t.Errorf("%s: %+v", starter.Key, f)
		}
	}
}
