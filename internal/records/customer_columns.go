package records

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/renoz/renoz/internal/crm"
)

// ImportColumn is a column that a file of customers may have.
type ImportColumn struct {
	Name      string   // as it is reported, such as terms_days
	Holds     string   // what stands in it, for people
	Spellings []string // further names that it goes by
	passed    bool     // nothing is read from it
	set       func(*customerLine, string) error
}

// maxImportedPeople is how many people one line may name.
const maxImportedPeople = 5

// CustomerColumns are the columns that a file of customers may have. Capitals,
// spaces and signs in their names do not count.
func CustomerColumns() []ImportColumn {
	text := func(at func(*CustomerInput) *string) func(*customerLine, string) error {
		return func(l *customerLine, cell string) error { *at(&l.in) = cell; return nil }
	}
	columns := []ImportColumn{
		{Name: "number", Holds: "Our number of a customer that is there, such as C-00042", Spellings: []string{"customer number", "customer no", "account number"}, set: setNumber},
		{Name: "name", Holds: "Trading name; needed for a new customer", Spellings: []string{"customer", "customer name", "trading name", "company", "company name", "business name"}, set: text(func(in *CustomerInput) *string { return &in.Name })},
		{Name: "legal_name", Holds: "Legal name", Spellings: []string{"legal entity", "entity name"}, set: text(func(in *CustomerInput) *string { return &in.LegalName })},
		{Name: "abn", Holds: "Eleven digits, with or without spaces", Spellings: []string{"australian business number", "tax number", "business number"}, set: text(func(in *CustomerInput) *string { return &in.ABN })},
		{Name: "email", Holds: "E-mail address", Spellings: []string{"e-mail address", "mail"}, set: text(func(in *CustomerInput) *string { return &in.Email })},
		{Name: "phone", Holds: "Phone number", Spellings: []string{"phone number", "telephone", "tel"}, set: text(func(in *CustomerInput) *string { return &in.Phone })},
		{Name: "terms_days", Holds: "Days until an invoice is due, 0 to 365; empty: as for all customers", Spellings: []string{"terms", "payment terms", "payment terms days", "days"}, set: setTerms},
		{Name: "marketing_consent", Holds: "yes or no; empty: no", Spellings: []string{"marketing", "consent", "consent to marketing", "newsletter"}, set: setConsent},
	}
	columns = append(columns, addressColumns("postal", crm.Postal, true)...)
	columns = append(columns, addressColumns("street", crm.Street, false)...)
	for n := range maxImportedPeople {
		columns = append(columns, contactColumns(n)...)
	}
	return append(columns, ImportColumn{Name: "reason", Holds: "Passed over, so that a file of refused lines can be mended and imported", passed: true})
}

// addressColumns are those of one kind of address; a plain one also goes by
// names that do not say which kind it is.
func addressColumns(kind string, of crm.AddressKind, isPlain bool) []ImportColumn {
	label := "Address for letters: "
	if of == crm.Street {
		label = "Street address: "
	}
	part := func(name, holds string, at func(*AddressInput) *string, spellings ...string) ImportColumn {
		c := ImportColumn{Name: kind + "_" + name, Holds: label + holds, set: func(l *customerLine, cell string) error {
			*at(l.address(of)) = cell
			return nil
		}}
		for _, s := range append(spellings, name) {
			c.Spellings = append(c.Spellings, kind+" address "+s, kind+" "+s)
			if isPlain {
				c.Spellings = append(c.Spellings, s, "address "+s)
			}
		}
		if isPlain && name == "line1" {
			c.Spellings = append(c.Spellings, "address", "street")
		}
		if name == "line1" {
			c.Spellings = append(c.Spellings, kind+" address")
		}
		return c
	}
	return []ImportColumn{
		part("line1", "first line", func(a *AddressInput) *string { return &a.Line1 }, "line 1", "address 1"),
		part("line2", "second line", func(a *AddressInput) *string { return &a.Line2 }, "line 2", "address 2"),
		part("city", "town or suburb", func(a *AddressInput) *string { return &a.City }, "suburb", "town"),
		part("region", "state", func(a *AddressInput) *string { return &a.Region }, "state", "province"),
		part("postal_code", "postcode", func(a *AddressInput) *string { return &a.PostalCode }, "postcode", "zip"),
		part("country", "two letters, such as AU", func(a *AddressInput) *string { return &a.Country }, "country code"),
	}
}

// contactColumns are those of the person at position n, from 0. The first one
// needs no figure.
func contactColumns(n int) []ImportColumn {
	prefix, also := "contact_", []string{"contact 1 ", "person ", "person 1 "}
	if n > 0 {
		prefix, also = "contact_"+strconv.Itoa(n+1)+"_", []string{"person " + strconv.Itoa(n+1) + " "}
	}
	part := func(name, holds string, at func(*ContactInput) *string, spellings ...string) ImportColumn {
		c := ImportColumn{Name: prefix + name, Holds: fmt.Sprintf("Person %d: %s", n+1, holds), set: func(l *customerLine, cell string) error {
			*at(l.contact(n)) = cell
			return nil
		}}
		for _, p := range also {
			c.Spellings = append(c.Spellings, p+name)
		}
		if n == 0 {
			c.Spellings = append(c.Spellings, spellings...)
		}
		return c
	}
	return []ImportColumn{
		part("first_name", "first name", func(p *ContactInput) *string { return &p.FirstName }, "first name", "given name"),
		part("last_name", "last name", func(p *ContactInput) *string { return &p.LastName }, "last name", "surname", "family name"),
		part("email", "e-mail address", func(p *ContactInput) *string { return &p.Email }),
		part("phone", "phone number", func(p *ContactInput) *string { return &p.Phone }),
	}
}

// columnKey is the form of a column's name in which names are compared.
func columnKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// matchColumns finds what each column of a file is. It returns an Error of kind
// Invalid, which names those that are unknown or there twice.
func matchColumns(names []string) ([]ImportColumn, error) {
	all := CustomerColumns()
	byKey := map[string]int{}
	for i, c := range all {
		for _, name := range append([]string{c.Name}, c.Spellings...) {
			if _, taken := byKey[columnKey(name)]; !taken {
				byKey[columnKey(name)] = i
			}
		}
	}
	var found []ImportColumn
	var unknown []string
	seen := map[int]string{}
	for _, name := range names {
		i, known := byKey[columnKey(name)]
		if !known {
			unknown = append(unknown, fmt.Sprintf("%q", name))
			continue
		}
		if before, twice := seen[i]; twice {
			return nil, columnsRefused(fmt.Sprintf("The columns %q and %q are both %s. Leave one of them out.", before, name, all[i].Name))
		}
		seen[i] = name
		found = append(found, all[i])
	}
	if len(unknown) > 0 {
		return nil, columnsRefused(unknownColumns(unknown, all))
	}
	if !slices.ContainsFunc(found, func(c ImportColumn) bool { return c.Name == "name" || c.Name == "number" || c.Name == "abn" }) {
		return nil, columnsRefused("The first line names no column name. Add one with the trading names, or a column number or abn for customers that are there.")
	}
	return found, nil
}

func unknownColumns(unknown []string, all []ImportColumn) string {
	var known []string
	for _, c := range all {
		known = append(known, c.Name)
	}
	what := "There is no column "
	if len(unknown) > 1 {
		what = "There are no columns "
	}
	return what + strings.Join(unknown, ", ") + ". Rename or remove what is not known. Known are " + strings.Join(known, ", ") + "."
}

func columnsRefused(message string) error {
	return crm.Errorf(crm.Invalid, "%s", message)
}
