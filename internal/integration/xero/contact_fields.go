package xero

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// Field names a mapped field of a customer.
type Field string

// The mapped fields, in the order in which people see them.
const (
	FieldName    Field = "name"
	FieldABN     Field = "abn"
	FieldEmail   Field = "email"
	FieldPhone   Field = "phone"
	FieldPostal  Field = "postal"
	FieldStreet  Field = "street"
	FieldPersons Field = "persons"
	FieldTerms   Field = "terms"
	FieldNumber  Field = "number"
	FieldMerge   Field = "merge" // no field: two contacts became one
)

// Fields are all mapped fields.
func Fields() []Field {
	return []Field{FieldName, FieldABN, FieldEmail, FieldPhone, FieldPostal, FieldStreet, FieldPersons, FieldTerms, FieldNumber}
}

// Label is the field in words for people.
func (f Field) Label() string {
	switch f {
	case FieldName:
		return "Name"
	case FieldABN:
		return "ABN"
	case FieldEmail:
		return "E-mail address"
	case FieldPhone:
		return "Phone number"
	case FieldPostal:
		return "Postal address"
	case FieldStreet:
		return "Street address"
	case FieldPersons:
		return "People"
	case FieldTerms:
		return "Payment terms"
	case FieldNumber:
		return "Our number"
	case FieldMerge:
		return "Merged contact"
	}
	return string(f)
}

// Values are the mapped fields of one side, in a form in which both sides can
// be compared: text, with a line for each part of an address or person.
type Values map[Field]string

// decodeValues reads what was agreed. Links from before the fields were kept
// know only some.
func decodeValues(text string) Values {
	v := Values{}
	if text == "" || json.Unmarshal([]byte(text), &v) != nil {
		return Values{}
	}
	return v
}

// valuesOf are the fields of a customer, as Xero would hold them.
func valuesOf(c crm.Customer) Values {
	v := Values{FieldName: contactName(c.Name), FieldABN: c.ABN, FieldEmail: c.Email, FieldPhone: oneSpace(c.Phone), FieldNumber: c.Number}
	for _, a := range c.Addresses {
		field := addressField(a.Kind)
		if v[field] == "" { // Xero holds one of each kind
			v[field] = addressText(a.Line1, a.Line2, a.City, a.Region, a.PostalCode, a.Country)
		}
	}
	var people []string
	for i, p := range c.Contacts {
		switch {
		case i == 0:
			people = append(people, personText(p.FirstName, p.LastName, ""))
		case i <= mostPersons:
			people = append(people, personText(p.FirstName, p.LastName, p.Email))
		}
	}
	v[FieldPersons] = strings.Join(people, "\n")
	if c.TermsDays != nil {
		v[FieldTerms] = strconv.Itoa(*c.TermsDays)
	}
	return v
}

// ValuesOfContact are the fields of a contact in Xero. Terms that Renoz has no
// word for are left out, and so are never compared.
func ValuesOfContact(c xeroapi.Contact) Values {
	v := Values{
		FieldName: oneSpace(c.Name), FieldABN: abnOrText(c.TaxNumber), FieldEmail: emailOf(c.EmailAddress), FieldPhone: phoneOf(c),
		FieldNumber: c.ContactNumber, FieldPostal: "", FieldStreet: "", FieldTerms: "",
	}
	for _, a := range c.Addresses {
		field := FieldStreet
		if a.AddressType == "POBOX" {
			field = FieldPostal
		}
		if v[field] == "" {
			v[field] = addressText(a.AddressLine1, strings.Join(filled(a.AddressLine2, a.AddressLine3, a.AddressLine4), ", "), a.City, a.Region, a.PostalCode, countryCode(a.Country))
		}
	}
	var people []string
	if c.FirstName != "" || c.LastName != "" {
		people = append(people, personText(c.FirstName, c.LastName, ""))
	}
	for _, p := range c.ContactPersons {
		people = append(people, personText(p.FirstName, p.LastName, p.EmailAddress))
	}
	v[FieldPersons] = strings.Join(people, "\n")
	switch t := c.PaymentTerms.Sales; {
	case t.Type == "DAYSAFTERBILLDATE":
		v[FieldTerms] = strconv.Itoa(t.Day)
	case t.Type != "":
		delete(v, FieldTerms)
	}
	return v
}

func filled(texts ...string) []string {
	var out []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}

func oneSpace(text string) string { return strings.Join(strings.Fields(text), " ") }

func abnOrText(text string) string {
	if abn := abnKey(text); abn != "" {
		return abn
	}
	return oneSpace(text)
}

func emailOf(text string) string {
	if address, err := crm.ParseEmail(text); err == nil {
		return address
	}
	return strings.TrimSpace(text)
}

func phoneOf(c xeroapi.Contact) string {
	for _, p := range c.Phones {
		if p.PhoneType == "DEFAULT" {
			return oneSpace(strings.Join(filled(p.PhoneCountryCode, p.PhoneAreaCode, p.PhoneNumber), " "))
		}
	}
	return ""
}

func addressField(kind crm.AddressKind) Field {
	if kind == crm.Postal {
		return FieldPostal
	}
	return FieldStreet
}

// addressText is six lines, or nothing for an address without a first line.
func addressText(parts ...string) string {
	for i := range parts {
		parts[i] = oneSpace(parts[i])
	}
	if strings.Join(parts[:len(parts)-1], "") == "" { // a country alone is Xero's default
		return ""
	}
	return strings.Join(parts, "\n")
}

func personText(first, last, email string) string {
	return oneSpace(first) + "|" + oneSpace(last) + "|" + emailOf(email)
}

// countryCode reads what people write on Xero's page, where it is free text.
func countryCode(text string) string {
	text = oneSpace(text)
	if len(text) == 2 {
		return strings.ToUpper(text)
	}
	return map[string]string{
		"australia": "AU", "new zealand": "NZ", "fiji": "FJ", "vanuatu": "VU", "new caledonia": "NC", "united kingdom": "GB", "singapore": "SG",
		"united states": "US", "united states of america": "US", "canada": "CA", "ireland": "IE", "papua new guinea": "PG",
	}[strings.ToLower(text)]
}

// Words is a value for people: addresses and persons on one line.
func (f Field) Words(value string) string {
	switch {
	case value == "":
		return ""
	case f == FieldABN:
		return crm.FormatABN(value)
	case f == FieldTerms:
		return value + " days"
	case f == FieldPostal || f == FieldStreet:
		return strings.Join(filled(strings.Split(value, "\n")...), ", ")
	case f == FieldPersons:
		var people []string
		for _, line := range strings.Split(value, "\n") {
			parts := strings.Split(line+"||", "|")
			text := oneSpace(parts[0] + " " + parts[1])
			if parts[2] != "" {
				text += " (" + parts[2] + ")"
			}
			people = append(people, text)
		}
		return strings.Join(people, ", ")
	}
	return value
}

// take puts a value of Xero's into what is entered for a customer.
func (f Field) take(in *records.CustomerInput, value string) {
	switch f {
	case FieldName:
		in.Name = contactName(value)
	case FieldABN:
		in.ABN = value
	case FieldEmail:
		in.Email = value
	case FieldPhone:
		in.Phone = value
	case FieldPostal:
		in.Addresses = takeAddress(in.Addresses, crm.Postal, value)
	case FieldStreet:
		in.Addresses = takeAddress(in.Addresses, crm.Street, value)
	case FieldPersons:
		in.Contacts = takePersons(in.Contacts, value)
	case FieldTerms:
		in.TermsDays = nil
		if days, err := strconv.Atoi(value); err == nil {
			in.TermsDays = &days
		}
	}
}

// takeAddress replaces the first address of a kind.
func takeAddress(before []records.AddressInput, kind crm.AddressKind, value string) []records.AddressInput {
	var out []records.AddressInput
	replaced := false
	for _, a := range before {
		if a.Kind != kind || replaced {
			out = append(out, a)
			continue
		}
		replaced = true
		if value != "" {
			next := addressOf(kind, value)
			next.ID = a.ID
			out = append(out, next)
		}
	}
	if !replaced && value != "" {
		out = append(out, addressOf(kind, value))
	}
	return out
}

func addressOf(kind crm.AddressKind, value string) records.AddressInput {
	p := strings.Split(value+"\n\n\n\n\n", "\n")
	a := records.AddressInput{Kind: kind, Line1: p[0], Line2: p[1], City: p[2], Region: p[3], PostalCode: p[4], Country: p[5]}
	if a.Line1 == "" {
		a.Line1, a.Line2 = a.Line2, ""
	}
	if a.Line1 == "" { // Renoz needs a first line
		a.Line1, a.City = a.City, ""
	}
	return a
}

// takePersons replaces those that Xero can hold; phones and the e-mail address
// of the first, which Xero does not hold, stay with the person of that name.
func takePersons(before []records.ContactInput, value string) []records.ContactInput {
	known := map[string]records.ContactInput{}
	for _, p := range before {
		known[strings.ToLower(oneSpace(p.FirstName+" "+p.LastName))] = p
	}
	var out []records.ContactInput
	for i, line := range strings.Split(value, "\n") {
		if line == "" {
			continue
		}
		parts := strings.Split(line+"||", "|")
		p := known[strings.ToLower(oneSpace(parts[0]+" "+parts[1]))]
		p.FirstName, p.LastName = parts[0], parts[1]
		if i > 0 {
			p.Email = parts[2]
		}
		out = append(out, p)
	}
	if len(before) > 1+mostPersons {
		out = append(out, before[1+mostPersons:]...)
	}
	return out
}

// copyOf is the copy that is kept of a contact. Balances change without the
// contact changing, and are left out.
func copyOf(c xeroapi.Contact) store.RemoteContact {
	updated := c.UpdatedDateUTC.Time
	c.Balances, c.UpdatedDateUTC = xeroapi.Balances{}, xeroapi.Time{}
	return store.RemoteContact{
		Service: Name, ID: c.ContactID, Name: oneSpace(c.Name), Number: c.ContactNumber, Email: strings.ToLower(c.EmailAddress), Status: c.ContactStatus,
		MergedTo: c.MergedToContactID, Body: snapshot(c), Keys: keysOfContact(c), Updated: updated,
	}
}

// ContactOf reads a copy.
func ContactOf(r store.RemoteContact) xeroapi.Contact {
	var c xeroapi.Contact
	if json.Unmarshal([]byte(r.Body), &c) != nil { // it is our own text
		return xeroapi.Contact{ContactID: r.ID, Name: r.Name, ContactNumber: r.Number, EmailAddress: r.Email, ContactStatus: r.Status}
	}
	return c
}
