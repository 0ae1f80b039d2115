package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// safe lets text be read and links be followed by a click. Pictures would tell
// whoever has them that, and what, somebody reads.
var safe = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li")
	p.AllowTables()
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}()

var (
	prose = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough))
	// headings would stand among those of the page.
	headings = regexp.MustCompile(`<(/?)h[1-6][^>]*>`)
)

// markdown renders text that we did not write. It is sanitised, and must stay
// inside an element with hx-ignore, see Prose.
func markdown(text string) templ.Component {
	var b bytes.Buffer
	if err := prose.Convert([]byte(text), &b); err != nil {
		return templ.Raw(html.EscapeString(text))
	}
	plain := headings.ReplaceAllStringFunc(b.String(), func(tag string) string {
		if tag[1] == '/' {
			return "</strong></p>"
		}
		return "<p><strong>"
	})
	return templ.Raw(safe.Sanitize(plain))
}

// Thousands groups digits: 12480 is "12,480".
func Thousands(n int) string {
	if n < 0 {
		return "-" + Thousands(-n)
	}
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Compact shortens thousands and millions: 1500 is "1.5k".
func Compact(v float64) string {
	switch {
	case v >= 1_000_000:
		return strconv.FormatFloat(v/1_000_000, 'f', -1, 64) + "m"
	case v >= 1000:
		return strconv.FormatFloat(v/1000, 'f', -1, 64) + "k"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// Plural counts things.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// Ago is a short relative time of the past; a negative d lies ahead.
func Ago(d time.Duration) string {
	if d <= -time.Minute {
		return "in " + span(-d)
	}
	if d < time.Minute {
		return "just now"
	}
	return span(d) + " ago"
}

func span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

// currencySigns are written before an amount; other currencies show their code.
var currencySigns = map[string]string{"AUD": "$", "NZD": "NZ$", "USD": "US$", "GBP": "£", "EUR": "€"}

// currencyDigits lists the ISO 4217 currencies whose minor unit is not a
// hundredth (https://www.iso.org/iso-4217-currency-codes.html).
var currencyDigits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
	"VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Amount writes minor units of a currency: 123450 AUD is "$1,234.50".
func Amount(minor int64, currency string) string {
	digits, special := currencyDigits[currency]
	if !special {
		digits = 2
	}
	sign, s := "", strconv.FormatInt(minor, 10)
	if minor < 0 {
		sign, s = "−", s[1:]
	}
	if pad := digits + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	whole, fraction := s[:len(s)-digits], s[len(s)-digits:]
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if digits > 0 {
		whole += "." + fraction
	}
	if symbol, known := currencySigns[currency]; known {
		return sign + symbol + whole
	}
	return sign + strings.TrimSpace(currency+" "+whole)
}

// Initials are the first letters of the first and the last word of a name.
func Initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	first := func(s string) string { return strings.ToUpper(string([]rune(s)[:1])) }
	if len(words) == 1 {
		return first(words[0])
	}
	return first(words[0]) + first(words[len(words)-1])
}

// prettyJSON indents JSON, and leaves anything else as it is.
func prettyJSON(text string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return text
	}
	return b.String()
}
