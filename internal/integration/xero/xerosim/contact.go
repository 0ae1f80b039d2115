package xerosim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// saveContact creates or changes one contact. update says whether a match by id or number may change it (POST)
// or only a new one may be made (PUT). The stored contact is returned.
func (c *change) saveContact(raw json.RawMessage, update bool) (*Contact, []string) {
	old, problems := c.matchContact(raw, update)
	if problems != nil {
		return nil, problems
	}
	next := Contact{ContactStatus: statusActive}
	if old != nil {
		next = *old
		next.ContactPersons, next.Addresses, next.Phones = nil, nil, nil
		next.PaymentTerms, next.IsCustomer, next.IsSupplier, next.UpdatedDateUTC = nil, nil, nil, nil
	}
	if err := json.Unmarshal(raw, &next); err != nil {
		return nil, []string{"The contact could not be read: " + err.Error()}
	}
	c.keepContact(&next, old)
	if problems := append(checkContactState(&next, old), c.checkContact(&next)...); len(problems) > 0 {
		return nil, problems
	}
	next.UpdatedDateUTC = newDate(c.now)
	c.putContact(&next)
	kind := "UPDATE"
	if old == nil {
		kind = "CREATE"
	}
	c.announce(announcement{category: "CONTACT", id: next.ContactID, kind: kind})
	return &next, nil
}

func (c *change) matchContact(raw json.RawMessage, update bool) (*Contact, []string) {
	var key struct{ ContactID, ContactNumber string }
	if err := json.Unmarshal(raw, &key); err != nil {
		return nil, []string{"The contact could not be read: " + err.Error()}
	}
	if key.ContactID != "" {
		old := c.b.contacts.rows[key.ContactID]
		switch {
		case old == nil:
			return nil, []string{"The contact with ContactID " + key.ContactID + " could not be found"}
		case !update:
			return nil, []string{"The contact with ContactID " + key.ContactID + " already exists; use POST to change it"}
		}
		return old, nil
	}
	if id, ok := c.b.contactNumbers.other(key.ContactNumber, ""); ok && update {
		return c.b.contacts.rows[id], nil
	}
	return nil, nil
}

// keepContact puts back what a request cannot set, and the collections it did not send.
func (c *change) keepContact(next, old *Contact) {
	next.Balances, next.Outcome = nil, Outcome{}
	if old == nil {
		no := false
		next.ContactID, next.MergedToContactID = uuid.NewString(), ""
		next.IsCustomer, next.IsSupplier = &no, &no
		return
	}
	next.ContactID, next.MergedToContactID = old.ContactID, old.MergedToContactID
	next.IsCustomer, next.IsSupplier = old.IsCustomer, old.IsSupplier
	if next.ContactPersons == nil {
		next.ContactPersons = old.ContactPersons
	}
	if next.Addresses == nil {
		next.Addresses = old.Addresses
	}
	if next.Phones == nil {
		next.Phones = old.Phones
	}
	if next.PaymentTerms == nil {
		next.PaymentTerms = old.PaymentTerms
	}
}

// checkContact holds the rules of https://developer.xero.com/documentation/api/accounting/contacts.
func (c *change) checkContact(row *Contact) (problems []string) {
	row.Name = strings.TrimSpace(row.Name)
	switch {
	case row.Name == "":
		problems = append(problems, "The Contact Name must be specified")
	case strings.ContainsAny(row.Name, "<>"):
		problems = append(problems, "The contact name cannot contain the characters < or >")
	case strings.Contains(row.Name, "  "):
		problems = append(problems, "The contact name cannot contain consecutive spaces")
	}
	for _, limit := range []struct {
		name, value string
		most        int
	}{
		{"Name", row.Name, 255}, {"FirstName", row.FirstName, 255}, {"LastName", row.LastName, 255},
		{"EmailAddress", row.EmailAddress, 255}, {"ContactNumber", row.ContactNumber, 50},
		{"AccountNumber", row.AccountNumber, 50}, {"CompanyNumber", row.CompanyNumber, 50}, {"TaxNumber", row.TaxNumber, 50},
	} {
		if len([]rune(limit.value)) > limit.most {
			problems = append(problems, fmt.Sprintf("The %s field must not be longer than %d characters", limit.name, limit.most))
		}
	}
	if row.EmailAddress != "" && !looksLikeEmail(row.EmailAddress) {
		problems = append(problems, "Email address must be valid.")
	}
	problems = append(problems, checkContactParts(row)...)
	if row.ContactStatus != statusActive && row.ContactStatus != statusArchived && row.ContactStatus != statusErased {
		problems = append(problems, "ContactStatus must be ACTIVE or ARCHIVED")
	}
	if _, taken := c.b.activeNames.other(nameKey(row.Name), row.ContactID); taken && row.ContactStatus == statusActive {
		problems = append(problems, fmt.Sprintf("The contact name %s is already assigned to another contact. The contact name must be unique across all active contacts.", row.Name))
	}
	if _, taken := c.b.contactNumbers.other(row.ContactNumber, row.ContactID); taken {
		problems = append(problems, fmt.Sprintf("The Contact Number %s already exists. Please enter a different Contact Number.", row.ContactNumber))
	}
	if _, taken := c.b.accountNumbers.other(row.AccountNumber, row.ContactID); taken {
		problems = append(problems, fmt.Sprintf("The Account Number already exists. Please enter a different Account Number. (%s)", row.AccountNumber))
	}
	return problems
}

func checkContactParts(row *Contact) (problems []string) {
	if len(row.ContactPersons) > 5 {
		problems = append(problems, "A contact takes at most 5 contact persons")
	}
	for _, a := range row.Addresses {
		if a.AddressType != "POBOX" && a.AddressType != "STREET" {
			problems = append(problems, "AddressType must be POBOX or STREET")
		}
		for _, line := range []string{a.AddressLine1, a.AddressLine2, a.AddressLine3, a.AddressLine4} {
			if len([]rune(line)) > 500 {
				problems = append(problems, "An address line must not be longer than 500 characters")
			}
		}
	}
	for _, p := range row.Phones {
		switch p.PhoneType {
		case "DEFAULT", "DDI", "MOBILE", "FAX", "OFFICE":
		default:
			problems = append(problems, "PhoneType must be DEFAULT, DDI, MOBILE, FAX or OFFICE")
		}
		if len(p.PhoneNumber) > 50 {
			problems = append(problems, "PhoneNumber must not be longer than 50 characters")
		}
	}
	return problems
}

func looksLikeEmail(text string) bool {
	at := strings.LastIndexByte(text, '@')
	return at > 0 && at < len(text)-1 && !strings.ContainsAny(text, " \t\r\n") && strings.Contains(text[at:], ".")
}

const contactArchived = "The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes."

// documentContact finds the contact of an invoice or credit note: by id, by number, by the name of an active
// contact, or makes a new one. Further fields edit the contact, as the live service does.
func (c *change) documentContact(raw json.RawMessage) (*Contact, []string) {
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(raw, &sent); err != nil || len(sent) == 0 {
		return nil, []string{"A Contact must be specified for this type of transaction"}
	}
	var key struct{ ContactID, ContactNumber, Name string }
	if err := json.Unmarshal(raw, &key); err != nil {
		return nil, []string{"The contact could not be read: " + err.Error()}
	}
	row := c.b.contacts.rows[key.ContactID]
	if row == nil && key.ContactID == "" {
		if id, ok := c.b.contactNumbers.other(key.ContactNumber, ""); ok {
			row = c.b.contacts.rows[id]
		} else if id, ok := c.b.activeNames.other(nameKey(key.Name), ""); ok && key.Name != "" {
			row = c.b.contacts.rows[id]
		}
	}
	if row == nil {
		if key.ContactID != "" {
			return nil, []string{"The contact with ContactID " + key.ContactID + " could not be found"}
		}
		return c.saveContact(raw, false)
	}
	if row.ContactStatus != statusActive {
		return nil, []string{contactArchived}
	}
	if !editsContact(sent) {
		return row, nil
	}
	sent["ContactID"], _ = json.Marshal(row.ContactID) // a string always encodes
	delete(sent, "ContactStatus")
	full, err := json.Marshal(sent)
	if err != nil {
		return nil, []string{"The contact could not be read: " + err.Error()}
	}
	return c.saveContact(full, true)
}

// editsContact: a document that names its contact only by key leaves the contact alone.
func editsContact(sent map[string]json.RawMessage) bool {
	for name := range sent {
		switch name {
		case "ContactID", "ContactNumber", "Name", "HasValidationErrors", "ContactStatus", "UpdatedDateUTC":
		default:
			return true
		}
	}
	_, byID := sent["ContactID"]
	_, named := sent["Name"]
	return byID && named
}

// markCustomer notes that a contact now has sales or bills; this does not move UpdatedDateUTC.
func (c *change) markCustomer(id string, sale bool) {
	row := c.b.contacts.rows[id]
	yes := true
	next := *row
	switch {
	case sale && (row.IsCustomer == nil || !*row.IsCustomer):
		next.IsCustomer = &yes
	case !sale && (row.IsSupplier == nil || !*row.IsSupplier):
		next.IsSupplier = &yes
	default:
		return
	}
	c.putContact(&next)
}

// view is how a contact is answered.
func (row *Contact) view() Contact {
	v := *row
	no := false
	v.HasValidationErrors = &no
	if v.ContactPersons == nil {
		v.ContactPersons = []ContactPerson{}
	}
	if v.Addresses == nil {
		v.Addresses = []Address{{AddressType: "STREET"}, {AddressType: "POBOX"}}
	}
	if v.Phones == nil {
		v.Phones = []Phone{{PhoneType: "DEFAULT"}}
	}
	return v
}

func (b *books) balances(id string, today Date) *Balances {
	var sum Balances
	for document := range b.invoiced[id] {
		inv := b.invoices.rows[document]
		if inv == nil || inv.Status != statusAuthorised {
			continue
		}
		side := &sum.AccountsReceivable
		if inv.Type == typeBill {
			side = &sum.AccountsPayable
		}
		side.Outstanding += amountOf(inv.AmountDue)
		if inv.DueDate != nil && inv.DueDate.Before(today.Time) {
			side.Overdue += amountOf(inv.AmountDue)
		}
	}
	return &sum
}

func (c *call) listContacts() answer {
	q, err := c.readQuery()
	if err != nil {
		return badQuery(err)
	}
	list := collect(&c.books.contacts, q, contactRow)
	views := make([]Contact, len(list.rows))
	for i, row := range list.rows {
		views[i] = row.view()
	}
	return c.listEnvelope(list.pagination, field{"Contacts", views})
}

func (c *call) getContact() answer {
	row := c.books.contacts.rows[c.r.PathValue("id")]
	if row == nil {
		if id, ok := c.books.contactNumbers.other(c.r.PathValue("id"), ""); ok {
			row = c.books.contacts.rows[id]
		}
	}
	if row == nil {
		return notFound()
	}
	view := row.view()
	view.Balances = c.books.balances(row.ContactID, Date{c.now}.day())
	return c.envelope(http.StatusOK, field{"Contacts", []Contact{view}})
}

func (c *call) writeContacts() answer {
	update := c.r.Method == http.MethodPost
	return c.writeEach("Contacts", func(ch *change, raw json.RawMessage) (any, []string) {
		row, problems := ch.saveContact(raw, update)
		if len(problems) > 0 {
			return nil, problems
		}
		view := row.view()
		view.StatusAttributeString = "OK"
		return view, nil
	})
}
