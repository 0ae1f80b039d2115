package template

import (
	"cmp"
	_ "embed" // the layout's files
	"fmt"
	"html"
	"net/url"
	"strings"

	"github.com/osteele/liquid"
	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/values"
	"github.com/vanng822/go-premailer/premailer"
)

var (
	//go:embed layout/layout.html
	layoutHTML string
	//go:embed layout/light.css
	lightCSS string
	//go:embed layout/dark.css
	darkCSS string
)

const contentMark = "<!--content-->"

// padding follows the preheader, so that clients which show more than its
// words show nothing instead of the first words of the header.
var padding = values.SafeValue{Value: strings.Repeat("&#847;&zwnj;&nbsp;", 60)}

// footing is what the end of a mail says in HTML and in plain text.
type footing struct {
	reason, unsubscribe, preferences string
}

// footingOf reads what marketing adds. A marketing mail without a working
// unsubscribe link must not exist: Spam Act 2003, section 18.
func footingOf(t Template, brand Brand, data map[string]any) (f footing, found Problems) {
	if !t.marketing() {
		return f, nil
	}
	f.unsubscribe, _ = data["unsubscribe_url"].(string)
	f.preferences, _ = data["preferences_url"].(string)
	f.reason, _ = data["reason"].(string)
	f.reason = cmp.Or(oneLine(f.reason), "You receive this because you agreed to hear from "+brand.Business+".")
	if !isHTTPS(f.unsubscribe) {
		found.add(Problem{Part: Layout, Name: "unsubscribe_url",
			Message: "A marketing e-mail needs unsubscribe_url, a link that begins with https://."})
	}
	if f.preferences != "" && !isHTTPS(f.preferences) {
		found.add(Problem{Part: Layout, Name: "preferences_url", Message: "preferences_url must begin with https://."})
	}
	return f, found
}

// styles fills the brand's colours into a style sheet.
func (b Brand) styles(css string) string {
	c, ok := parseColour(b.Colour)
	if !ok {
		c, _ = parseColour(plainColour)
	}
	return strings.NewReplacer(
		"DARKACCENT", c.legibleOn(night, white).String(),
		"ONBRAND", c.textOn().String(),
		"ACCENT", c.legibleOn(white, ink).String(),
		"BRAND", c.String(),
	).Replace(strings.TrimSpace(css))
}

// surround puts subject, preheader and content into the layout and its styles
// into the elements, because many clients drop style sheets.
func surround(texts [3]string, brand Brand, f footing) (string, error) {
	engine := liquid.NewEngine()
	engine.StrictVariables()
	engine.SetAutoEscapeReplacer(render.HtmlEscaper)
	values := brand.values()
	values["padding"] = padding
	values["postal_address"] = safeLines(brand.PostalAddress)
	values["site"] = site(brand.Website)
	values["language"] = brand.Language
	values["logo_width"] = brand.LogoWidth
	for name, text := range map[string]string{
		"subject": texts[0], "preheader": texts[1], "logo_url": brand.LogoURL,
		"reason": f.reason, "unsubscribe_url": f.unsubscribe, "preferences_url": f.preferences,
	} {
		values[name] = unless(text == "", text)
	}
	source := strings.NewReplacer("@@light@@", brand.styles(lightCSS), "@@dark@@", "{% raw %}"+brand.styles(darkCSS)+"{% endraw %}").Replace(layoutHTML)
	page, err := engine.ParseAndRenderString(source, values)
	if err != nil {
		return "", fmt.Errorf("render the layout: %w", err)
	}
	return inline(strings.Replace(page, contentMark, texts[2], 1))
}

// inline moves styles into the elements that they are for.
func inline(page string) (string, error) {
	p, err := premailer.NewPremailerFromString(page, premailer.NewOptions(premailer.WithCssToAttributes(false)))
	if err != nil {
		return "", fmt.Errorf("read the e-mail to put styles into it: %w", err)
	}
	styled, err := p.Transform()
	if err != nil {
		return "", fmt.Errorf("put styles into the e-mail: %w", err)
	}
	return strings.Replace(styled, `<style data-premailer="ignore">`, "<style>", 1) + "\n", nil
}

func safeLines(text string) any {
	return values.SafeValue{Value: strings.ReplaceAll(html.EscapeString(strings.TrimSpace(text)), "\n", "<br>")}
}

// site is an address as people say it: wattlebatteries.example.
func site(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.") + strings.TrimSuffix(u.EscapedPath(), "/")
}

// textFooter is the end of the plain-text part.
func textFooter(brand Brand, f footing) string {
	var b strings.Builder
	b.WriteString("-- \n") // what mail clients take for the end of the message
	if f.unsubscribe != "" {
		fmt.Fprintf(&b, "%s\nUnsubscribe: %s\n", f.reason, f.unsubscribe)
		if f.preferences != "" {
			fmt.Fprintf(&b, "Choose what you receive: %s\n", f.preferences)
		}
		b.WriteByte('\n')
	}
	b.WriteString(brand.LegalName)
	if abn, ok := brand.values()["abn"].(string); ok {
		b.WriteString("\nABN " + abn)
	}
	for _, line := range []string{brand.PostalAddress, brand.Email, brand.Phone, brand.Website} {
		if line = strings.TrimSpace(printable(line)); line != "" {
			b.WriteString("\n" + line)
		}
	}
	return b.String() + "\n"
}
