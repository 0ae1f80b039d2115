package template

import (
	"cmp"
	_ "embed" // the layout
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/osteele/liquid"
	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/values"
	"golang.org/x/net/html"
)

//go:embed layout/layout.html
var layoutHTML string

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
	if !isHTTPS(f.unsubscribe) && !IsHere(f.unsubscribe) {
		found.add(Problem{Part: Layout, Name: "unsubscribe_url",
			Message: "A marketing e-mail needs unsubscribe_url, a link that begins with https://."})
	}
	if f.preferences != "" && !isHTTPS(f.preferences) && !IsHere(f.preferences) {
		found.add(Problem{Part: Layout, Name: "preferences_url", Message: "preferences_url must begin with https://."})
	}
	return f, found
}

// layout is the page around every mail.
var layout = sync.OnceValue(func() *liquid.Template {
	engine := liquid.NewEngine()
	engine.StrictVariables()
	engine.SetAutoEscapeReplacer(render.HtmlEscaper)
	parsed, err := engine.ParseString(layoutHTML)
	if err != nil {
		panic(fmt.Sprintf("template: the layout: %v", err))
	}
	return parsed
})

// surround puts subject, preheader and content into the layout, and its styles
// into the elements.
func surround(texts [3]string, brand Brand, f footing) (string, error) {
	colours := brand.colours()
	given := brand.values()
	given["padding"] = padding
	given["postal_address"] = safeLines(brand.PostalAddress)
	given["site"] = site(brand.Website)
	given["language"] = brand.Language
	given["logo_width"] = brand.LogoWidth
	given["dark"] = values.SafeValue{Value: colours.Replace(strings.TrimSpace(darkCSS))}
	for name, text := range map[string]string{
		"subject": texts[0], "preheader": texts[1], "logo_url": brand.LogoURL,
		"reason": f.reason, "unsubscribe_url": f.unsubscribe, "preferences_url": f.preferences,
	} {
		given[name] = unless(text == "", text)
	}
	page, problem := layout().RenderString(given)
	if problem != nil {
		return "", fmt.Errorf("render the layout: %w", problem)
	}
	read, err := html.Parse(strings.NewReader(strings.Replace(page, contentMark, texts[2], 1)))
	if err != nil {
		return "", fmt.Errorf("read the e-mail to put styles into it: %w", err)
	}
	inline(read, colours)
	var out strings.Builder
	if err := html.Render(&out, read); err != nil {
		return "", fmt.Errorf("write the e-mail: %w", err)
	}
	return out.String() + "\n", nil
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
