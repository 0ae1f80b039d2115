package xeroapi

import (
	"net/url"
	"strings"
	"time"
)

// Defaults of the real service and of this client.
const (
	DefaultLoginURL    = "https://login.xero.com"
	DefaultIdentityURL = "https://identity.xero.com"
	DefaultAPIURL      = "https://api.xero.com"
	DefaultAppURL      = "https://go.xero.com"

	DefaultTimeout  = 30 * time.Second
	DefaultOverlap  = 5 * time.Minute
	DefaultPageSize = 1000

	defaultUserAgent = "renoz"
)

// DefaultScopes are the granular scopes the sync needs; credit notes sit under
// invoices. Apps registered since 2 March 2026 can ask for no broader ones.
// https://developer.xero.com/documentation/guides/oauth2/scopes/
func DefaultScopes() []string {
	return []string{
		"openid", "profile", "email", "offline_access",
		"accounting.invoices", "accounting.payments", "accounting.contacts", "accounting.settings.read",
	}
}

// Config says who we are to Xero and where Xero is. Its zero value, with a
// ClientID, speaks to the real service.
type Config struct {
	ClientID     string
	ClientSecret string // empty for an app registered as "auth code with PKCE"
	RedirectURL  string // https, or http://localhost (Xero refuses 127.0.0.1)
	Scopes       []string

	LoginURL    string // the consent page is {LoginURL}/identity/connect/authorize
	IdentityURL string // tokens are at {IdentityURL}/connect/token
	APIURL      string // records are at {APIURL}/api.xro/2.0, connections at {APIURL}/connections
	AppURL      string // pages for people are at {AppURL}/app/…

	UserAgent string
	Timeout   time.Duration // of one request; 30 s when zero
	PageSize  int           // rows of a list page, at most 1,000; 1,000 when zero

	// Overlap is how far before the given time a new incremental run starts,
	// because Xero stamps a change before it shows it. 5 min when zero,
	// none when negative.
	Overlap time.Duration

	// BareModifiedSince writes If-Modified-Since without its trailing Z. Xero's
	// description and libraries have the Z, its pages show the time without.
	BareModifiedSince bool

	// WrapPaymentDelete sends {"Payments":[{"Status":"DELETED"}]} when a payment
	// is deleted, as the example of Xero's description has it; the schema
	// and the libraries send the bare {"Status":"DELETED"}.
	WrapPaymentDelete bool

	Observer Observer         // told of each exchange; may be nil
	Now      func() time.Time // time.Now when nil
}

// WithBase returns the configuration aimed at one server that plays all of
// Xero's hosts, such as a simulator.
func (c Config) WithBase(base string) Config {
	base = strings.TrimRight(base, "/")
	c.LoginURL, c.IdentityURL, c.APIURL, c.AppURL = base, base, base, base
	return c
}

// filled returns the configuration with its defaults in place.
func (c Config) filled() Config {
	c.LoginURL = baseOr(c.LoginURL, DefaultLoginURL)
	c.IdentityURL = baseOr(c.IdentityURL, DefaultIdentityURL)
	c.APIURL = baseOr(c.APIURL, DefaultAPIURL)
	c.AppURL = baseOr(c.AppURL, DefaultAppURL)
	if len(c.Scopes) == 0 {
		c.Scopes = DefaultScopes()
	}
	if c.UserAgent == "" {
		c.UserAgent = defaultUserAgent
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.PageSize <= 0 || c.PageSize > DefaultPageSize {
		c.PageSize = DefaultPageSize
	}
	if c.Overlap == 0 {
		c.Overlap = DefaultOverlap
	}
	c.Overlap = max(c.Overlap, 0)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func baseOr(given, fallback string) string {
	if given == "" {
		return fallback
	}
	return strings.TrimRight(given, "/")
}

// InvoiceURL is the page where a person sees the invoice. shortCode is the
// organisation's ("!…"); without it the link opens in whichever organisation
// the person used last.
// https://developer.xero.com/documentation/guides/how-to-guides/deep-link-xero/
func (c Config) InvoiceURL(shortCode, invoiceID string) string {
	return c.appLink(shortCode, "invoicing/view", invoiceID)
}

// ContactURL is the page where a person sees the contact.
func (c Config) ContactURL(shortCode, contactID string) string {
	return c.appLink(shortCode, "contacts/contact", contactID)
}

// CreditNoteURL is the page where a person sees the credit note. Xero documents
// only the older form of this link, which chooses the organisation first.
func (c Config) CreditNoteURL(shortCode, creditNoteID string) string {
	base := baseOr(c.AppURL, DefaultAppURL)
	page := "/AccountsReceivable/ViewCreditNote.aspx?" + url.Values{"creditNoteID": {creditNoteID}}.Encode()
	if shortCode == "" {
		return base + page
	}
	return base + "/organisationlogin/default.aspx?" + url.Values{"shortcode": {shortCode}, "redirecturl": {page}}.Encode()
}

func (c Config) appLink(shortCode, page, id string) string {
	link := baseOr(c.AppURL, DefaultAppURL) + "/app"
	if shortCode != "" {
		// PathEscape leaves "!" alone; Xero's links carry it encoded.
		link += "/" + strings.ReplaceAll(url.PathEscape(shortCode), "!", "%21")
	}
	return link + "/" + page + "/" + url.PathEscape(id)
}
