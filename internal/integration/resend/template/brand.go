package template

import (
	"cmp"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// Brand is who sends, how their mails look and how they write values.
type Brand struct {
	Business      string // the name customers know
	LegalName     string // when it differs
	ABN           string // eleven digits, or ""
	PostalAddress string // lines separated by "\n"
	Email         string
	Phone         string
	Website       string // https
	Colour        string // "#rrggbb"; a dark blue when empty
	LogoURL       string // https; the name is written when empty
	LogoWidth     int    // CSS pixels, at most 280; 160 when 0

	Language   string         // BCP 47, such as en-AU, which is meant when it is empty
	DateFormat string         // as the filter date reads it; DD/MM/YYYY when empty
	Currency   crm.Currency   // shown by its sign alone; AUD when empty
	Zone       *time.Location // UTC when nil
	TaxName    string         // GST when empty
}

const plainColour = "#1f4e79"

// filled replaces what is empty by what is meant.
func (b Brand) filled() Brand {
	b.Business = oneLine(b.Business)
	b.LegalName = cmp.Or(oneLine(b.LegalName), b.Business)
	b.Colour = cmp.Or(b.Colour, plainColour)
	b.LogoWidth = min(cmp.Or(max(b.LogoWidth, 0), 160), 280)
	b.Language = cmp.Or(b.Language, "en-AU")
	b.DateFormat = cmp.Or(b.DateFormat, "DD/MM/YYYY")
	b.Currency = cmp.Or(b.Currency, "AUD")
	b.TaxName = cmp.Or(b.TaxName, "GST")
	if b.Zone == nil {
		b.Zone = time.UTC
	}
	return b
}

// problems says what keeps the brand from identifying the sender. The Spam Act
// 2003 asks each commercial message for accurate information about who sent it
// and how to reach them (section 17); see
// https://www.acma.gov.au/avoid-sending-spam
func (b Brand) problems() (found Problems) {
	miss := func(name, message string) {
		found.add(Problem{Part: Layout, Name: "brand." + name, Message: message})
	}
	if strings.TrimSpace(b.Business) == "" {
		miss("business", "The sender has no name; enter the business name in the brand's settings.")
	}
	if strings.TrimSpace(b.PostalAddress) == "" {
		miss("postal_address", "The sender has no postal address; enter one in the brand's settings.")
	}
	if strings.TrimSpace(b.Email) == "" && strings.TrimSpace(b.Phone) == "" {
		miss("email", "Nobody could reach the sender; enter an e-mail address or a phone number in the brand's settings.")
	}
	if _, err := mail.ParseAddress(b.Email); b.Email != "" && err != nil {
		miss("email", "The sender's e-mail address cannot be read; mend it in the brand's settings.")
	}
	if _, err := crm.ParseABN(b.ABN); b.ABN != "" && err != nil {
		miss("abn", "The sender's ABN has a wrong digit; mend it in the brand's settings.")
	}
	if _, ok := parseColour(b.Colour); b.Colour != "" && !ok {
		miss("colour", "The brand's colour cannot be read; write it as #1f4e79.")
	}
	if b.LogoURL != "" && !isHTTPS(b.LogoURL) {
		miss("logo_url", "The logo's address must begin with https://.")
	}
	if b.Website != "" && !isHTTPS(b.Website) {
		miss("website", "The website's address must begin with https://.")
	}
	return found
}

// values are what templates and the layout read as brand.….
func (b Brand) values() map[string]any {
	phone := strings.TrimSpace(b.Phone)
	abn, err := crm.ParseABN(b.ABN)
	if err != nil {
		abn = "" // problems tells
	}
	all := map[string]any{
		"business": b.Business, "legal_name": b.LegalName, "abn": crm.FormatABN(abn),
		"postal_address": b.PostalAddress, "email": b.Email, "phone": phone,
		"website": b.Website, "colour": b.Colour, "tax_name": b.TaxName,
	}
	for name, value := range all {
		if value == "" {
			all[name] = nil
		}
	}
	return all
}

func isHTTPS(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Hostname() != ""
}

// IsHere reports whether an address is on this machine, as those of a
// demonstration are. Who sends mail sees to it that no other mail has such links.
func IsHere(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && loopback(u.Hostname())
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// oneLine joins the lines of a text and drops control characters, so that a
// value cannot begin a new header.
func oneLine(text string) string {
	return strings.Join(strings.Fields(printable(text)), " ")
}

// printable drops what no mail should carry: control characters but tab and
// line feed, marks that turn the direction of writing, and broken UTF-8.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029:
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\ufffd"))
}
