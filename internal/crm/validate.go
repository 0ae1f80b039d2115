package crm

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The longest texts. Names, e-mail addresses, references and lines of an
// address are as long as Xero allows, see
// https://developer.xero.com/documentation/api/accounting/contacts
const (
	maxName      = 255
	maxSKU       = 30
	maxPhone     = 50
	maxReference = 255
	maxAddress   = 255
	maxNotes     = 10_000
	maxMethod    = 50
	maxTermsDays = 365
	maxPeople    = 50
)

// checks gathers what is wrong with the fields of a form.
type checks map[string]string

func (c checks) wrong(field, message string) {
	if _, known := c[field]; message != "" && !known {
		c[field] = message
	}
}

func (c checks) err() error { return FieldErrors(c) }

func (c checks) need(field string, ok bool, message string) {
	if !ok {
		c.wrong(field, message)
	}
}

func (c checks) email(field, address string) {
	if address == "" {
		return
	}
	if _, err := ParseEmail(address); err != nil {
		c.wrong(field, "Enter an e-mail address such as name@example.com.")
	}
}

func (c checks) phone(field, number string) {
	digits := 0
	for _, r := range number {
		if r >= '0' && r <= '9' {
			digits++
		} else if !strings.ContainsRune("+-(). /extEXT#", r) {
			digits = -maxPhone
		}
	}
	c.need(field, number == "" || (digits >= 3 && len(number) <= maxPhone), "Enter a phone number such as +61 2 9374 4000.")
}

func (c checks) terms(days int) {
	c.need("terms_days", days >= 0 && days <= maxTermsDays, "Enter 0 to 365 days.")
}

func (c checks) country(field, code string) {
	letters := len(code) == 2 && strings.ToUpper(code) == code && documentText(code) && !strings.ContainsAny(code, "0123456789-/.")
	c.need(field, code == "" || letters, "Enter a country code of two letters, such as AU.")
}

// Validate returns an Error of kind Invalid with the fields name, currency,
// time_zone, country, terms_days, year_start, invoice_prefix, order_prefix and
// credit_prefix.
func (o Organisation) Validate() error {
	c := checks{}
	c.wrong("name", line(o.Name, maxName, "Enter the name of the organisation."))
	c.need("currency", o.Currency.Valid(), "Choose a currency.")
	_, err := time.LoadLocation(o.TimeZone)
	c.need("time_zone", err == nil && o.TimeZone != "" && o.TimeZone != "Local", "Choose a time zone such as Australia/Sydney.")
	c.need("country", o.Country != "", "Choose a country.")
	c.country("country", o.Country)
	c.terms(o.TermsDays)
	c.need("year_start", o.YearStart >= time.January && o.YearStart <= time.December, "Choose the month in which the financial year begins.")
	c.wrong("invoice_prefix", prefixTrouble(o.InvoicePrefix))
	c.wrong("order_prefix", prefixTrouble(o.OrderPrefix))
	c.wrong("credit_prefix", prefixTrouble(o.CreditPrefix))
	return c.err()
}

// Validate returns an Error of kind Invalid with the fields name and email.
func (u User) Validate() error {
	c := checks{}
	c.wrong("name", line(u.Name, maxName, "Enter the person's name."))
	c.need("email", u.Email != "", "Enter the person's e-mail address.")
	c.email("email", u.Email)
	return c.err()
}

// Validate returns an Error of kind Invalid with the fields name, legal_name,
// abn, email, phone, terms_days, contacts.N.… and addresses.N.….
func (x Customer) Validate() error {
	c := checks{}
	c.wrong("name", line(x.Name, maxName, "Enter the trading name."))
	c.need("name", !strings.ContainsAny(x.Name, "<>"), "Leave out < and >, which Xero does not take in names.")
	c.need("name", !strings.Contains(x.Name, "  ") && strings.TrimSpace(x.Name) == x.Name, "Leave out doubled spaces and spaces at the ends.")
	c.wrong("legal_name", line(x.LegalName, maxName, ""))
	if x.ABN != "" {
		abn, err := ParseABN(x.ABN)
		if err != nil {
			c.wrong("abn", err.Error())
		}
		c.need("abn", abn == x.ABN, "Keep the ABN as eleven digits without spaces.")
	}
	c.email("email", x.Email)
	c.phone("phone", x.Phone)
	if x.TermsDays != nil {
		c.terms(*x.TermsDays)
	}
	c.need("contacts", len(x.Contacts) <= maxPeople, "A customer may have 50 contacts.")
	c.need("addresses", len(x.Addresses) <= maxPeople, "A customer may have 50 addresses.")
	for i, contact := range x.Contacts {
		contact.check(c, "contacts."+strconv.Itoa(i)+".")
	}
	for i, address := range x.Addresses {
		address.check(c, "addresses."+strconv.Itoa(i)+".")
	}
	return c.err()
}

func (x Contact) check(c checks, at string) {
	c.need(at+"first_name", x.FirstName != "" || x.LastName != "", "Enter a first or a last name.")
	c.wrong(at+"first_name", line(x.FirstName, maxName, ""))
	c.wrong(at+"last_name", line(x.LastName, maxName, ""))
	c.email(at+"email", x.Email)
	c.phone(at+"phone", x.Phone)
}

func (a Address) check(c checks, at string) {
	c.need(at+"kind", a.Kind == Postal || a.Kind == Street, "Choose postal or street.")
	c.wrong(at+"line1", line(a.Line1, maxAddress, "Enter the first line of the address."))
	c.wrong(at+"line2", line(a.Line2, maxAddress, ""))
	c.wrong(at+"city", line(a.City, maxAddress, ""))
	c.wrong(at+"region", line(a.Region, maxAddress, ""))
	c.wrong(at+"postal_code", line(a.PostalCode, maxPhone, ""))
	c.country(at+"country", a.Country)
}

// Validate returns an Error of kind Invalid with the fields sku, name, price
// and tax_class.
func (p Product) Validate() error {
	c := checks{}
	c.wrong("sku", line(p.SKU, maxSKU, "Enter the SKU."))
	c.wrong("name", line(p.Name, maxName, "Enter the name of the product."))
	c.need("price", p.Price >= 0 && p.Price <= maxScaled, "Enter a price of 0 or more.")
	c.need("tax_class", p.TaxClass.Valid(), "Choose a tax class.")
	return c.err()
}

// Validate returns an Error of kind Invalid with the fields customer_id,
// state, currency, reference, ordered_on, notes, lines and lines.N.…. Only a
// draft may be without lines.
func (o Order) Validate() error {
	c := checks{}
	c.need("customer_id", !o.CustomerID.IsZero(), "Choose a customer.")
	c.need("state", o.State.Valid(), "Choose a state.")
	c.need("currency", o.Currency.Valid(), "Choose a currency.")
	c.wrong("reference", line(o.Reference, maxReference, ""))
	c.need("ordered_on", !o.OrderedOn.IsZero(), "Enter the day of the order.")
	c.wrong("notes", paragraph(o.Notes, maxNotes, ""))
	c.need("lines", len(o.Lines) > 0 || o.State == OrderDraft || o.State == OrderCancelled, "Add at least one line.")
	checkLines(c, o.Lines)
	return c.err()
}

// Validate returns an Error of kind Invalid with the fields number,
// customer_id, state, currency, reference, issued_on, due_on, lines and
// lines.N.…. A draft may be without number, days and lines.
func (i Invoice) Validate() error {
	c := checks{}
	draft := i.State == InvoiceDraft || i.State == InvoiceVoided
	c.need("customer_id", !i.CustomerID.IsZero(), "Choose a customer.")
	c.need("state", i.State.Valid(), "Choose a state.")
	c.need("currency", i.Currency.Valid(), "Choose a currency.")
	c.wrong("reference", line(i.Reference, maxReference, ""))
	if i.Number != "" || !draft {
		c.need("number", CheckNumber(i.Number) == nil, "Use up to 50 letters, digits, hyphens, slashes and dots.")
	}
	c.need("issued_on", draft || !i.IssuedOn.IsZero(), "Enter the day of the invoice.")
	c.need("due_on", draft || !i.DueOn.IsZero(), "Enter the day the invoice is due.")
	bothSet := !i.IssuedOn.IsZero() && !i.DueOn.IsZero()
	c.need("due_on", !bothSet || !i.DueOn.Before(i.IssuedOn), "The invoice cannot be due before its own date.")
	c.need("lines", draft || len(i.Lines) > 0, "Add at least one line.")
	checkLines(c, i.Lines)
	return c.err()
}

// Validate returns an Error of kind Invalid with the fields invoice_id,
// amount, paid_on, method, reference and source. Whether the invoice still
// owes that much is for the one who holds the invoice to check, see CanTake.
func (p Payment) Validate() error {
	c := checks{}
	c.need("invoice_id", !p.InvoiceID.IsZero(), "Choose an invoice.")
	c.need("amount", p.Amount > 0 && p.Amount <= maxScaled, "Enter an amount above 0.")
	c.need("paid_on", !p.PaidOn.IsZero(), "Enter the day of the payment.")
	c.wrong("method", line(p.Method, maxMethod, ""))
	c.wrong("reference", line(p.Reference, maxReference, ""))
	c.need("source", p.Source == FromRenoz || p.Source == FromXero, "Say where the payment comes from.")
	return c.err()
}

// CanTake returns an Error of kind Conflict when the invoice is not open for
// payments, and one of kind Invalid with the field amount when it owes less.
func (i Invoice) CanTake(amount MinorUnits) error {
	switch {
	case i.State == InvoiceDraft:
		return Errorf(Conflict, "The invoice is a draft; issue it before recording a payment.")
	case !i.State.Open():
		return Errorf(Conflict, "The invoice is %s; it takes no payments.", strings.ToLower(i.State.Label()))
	case amount > i.Due():
		return FieldErrors(map[string]string{"amount": "That is more than what is owed, " + i.Due().Format(i.Currency) + "."})
	}
	return nil
}

// line says what is wrong with a text of one line, or "". An empty text is
// wrong when needed is not "".
func line(text string, longest int, needed string) string {
	if strings.ContainsAny(text, "\n\r\t") {
		return "Use a single line."
	}
	return paragraph(text, longest, needed)
}

// paragraph does the same for a text that may have several lines.
func paragraph(text string, longest int, needed string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return needed
	case utf8.RuneCountInString(text) > longest:
		return "Use at most " + strconv.Itoa(longest) + " characters."
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable):
		return "Leave out characters that cannot be printed."
	}
	return ""
}

func unprintable(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) }
