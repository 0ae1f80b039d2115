package records

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records/sheet"
)

// customerLine is one line of a file, laid over a customer or over nothing.
// Empty cells leave what is there.
type customerLine struct {
	in        CustomerInput
	number    string
	contacts  map[int]*ContactInput // by their place in the file
	addresses map[crm.AddressKind]*AddressInput
	places    map[string]string // column prefix by the place of a contact or address in the input, such as contacts.0.
}

// over reads a line over what a customer has. It returns an Error of kind
// Invalid whose fields are columns.
func over(base CustomerInput, columns []ImportColumn, line sheet.Line) (*customerLine, error) {
	l := &customerLine{in: base, contacts: map[int]*ContactInput{}, addresses: map[crm.AddressKind]*AddressInput{}, places: map[string]string{}}
	l.in.Contacts, l.in.Addresses = slices.Clone(base.Contacts), slices.Clone(base.Addresses)
	wrong := map[string]string{}
	for i, c := range columns {
		cell := strings.TrimSpace(line.Cells[i])
		if cell == "" || c.passed {
			continue
		}
		if err := c.set(l, cell); err != nil {
			wrong[c.Name] = err.Error()
		}
	}
	l.placeContacts()
	l.placeAddresses()
	return l, crm.FieldErrors(wrong)
}

func (l *customerLine) contact(n int) *ContactInput {
	if l.contacts[n] == nil {
		l.contacts[n] = &ContactInput{}
	}
	return l.contacts[n]
}

func (l *customerLine) address(kind crm.AddressKind) *AddressInput {
	if l.addresses[kind] == nil {
		l.addresses[kind] = &AddressInput{Kind: kind}
	}
	return l.addresses[kind]
}

// placeContacts adds the people of the line, each over the one with the same
// e-mail address or name if there is one.
func (l *customerLine) placeContacts() {
	for _, n := range slices.Sorted(maps.Keys(l.contacts)) {
		p := *l.contacts[n]
		at := slices.IndexFunc(l.in.Contacts, func(known ContactInput) bool { return samePerson(known, p) })
		if at < 0 {
			at = len(l.in.Contacts)
			l.in.Contacts = append(l.in.Contacts, ContactInput{})
		}
		known := &l.in.Contacts[at]
		prefer(&known.FirstName, p.FirstName)
		prefer(&known.LastName, p.LastName)
		prefer(&known.Email, p.Email)
		prefer(&known.Phone, p.Phone)
		prefix := "contact_"
		if n > 0 {
			prefix += strconv.Itoa(n+1) + "_"
		}
		l.places["contacts."+strconv.Itoa(at)+"."] = prefix
	}
}

func samePerson(a, b ContactInput) bool {
	if a.Email != "" && b.Email != "" {
		return email(a.Email) == email(b.Email)
	}
	name := func(p ContactInput) string { return strings.ToLower(oneSpace(p.FirstName + " " + p.LastName)) }
	return name(a) != "" && name(a) == name(b)
}

// placeAddresses puts the addresses of the line in the place of those of the
// same kind, since half of an old and half of a new one would be neither.
func (l *customerLine) placeAddresses() {
	for _, kind := range []crm.AddressKind{crm.Postal, crm.Street} {
		a := l.addresses[kind]
		if a == nil {
			continue
		}
		at := slices.IndexFunc(l.in.Addresses, func(known AddressInput) bool { return known.Kind == kind })
		if at < 0 {
			at = len(l.in.Addresses)
			l.in.Addresses = append(l.in.Addresses, AddressInput{})
		}
		a.ID = l.in.Addresses[at].ID
		l.in.Addresses[at] = *a
		l.places["addresses."+strconv.Itoa(at)+"."] = string(kind) + "_"
	}
}

func prefer(kept *string, entered string) {
	if entered != "" {
		*kept = entered
	}
}

func setNumber(l *customerLine, cell string) error {
	l.number = strings.ToUpper(cell)
	return nil
}

func setTerms(l *customerLine, cell string) error {
	days, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.ToLower(cell), "days")))
	if err != nil {
		return crm.Errorf(crm.Invalid, "Enter 0 to 365 days.")
	}
	l.in.TermsDays = &days
	return nil
}

func setConsent(l *customerLine, cell string) error {
	switch strings.ToLower(cell) {
	case "yes", "y", "true", "1", "x", "given":
		l.in.MarketingConsent = true
	case "no", "n", "false", "0", "not given":
		l.in.MarketingConsent = false
	default:
		return crm.Errorf(crm.Invalid, "Write yes or no.")
	}
	return nil
}

// column is the column that a field of the input was read from.
func (l *customerLine) column(field string) string {
	for place, prefix := range l.places {
		if name, found := strings.CutPrefix(field, place); found {
			return prefix + name
		}
	}
	return field
}

// complaint is the first wrong column of an error, in the order in which
// columns are documented, and what is wrong with it and with the others.
func (l *customerLine) complaint(e *crm.Error) (field, reason string) {
	if len(e.Fields) == 0 {
		return "", e.Message
	}
	wrong := map[string]string{}
	for name, message := range e.Fields {
		wrong[l.column(name)] = message
	}
	var columns []string
	for _, c := range CustomerColumns() {
		if wrong[c.Name] != "" {
			columns = append(columns, c.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		if !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
	}
	field, reason = columns[0], wrong[columns[0]]
	if e.Kind != crm.Invalid { // its message says more than its fields
		reason = e.Message
	}
	for _, name := range columns[1:] {
		reason += " " + name + ": " + wrong[name]
	}
	return field, reason
}
